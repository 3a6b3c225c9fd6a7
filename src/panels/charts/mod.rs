//! The charts: goodput, latency, load and degradation as four small multiples below the stage.

mod bars;
mod figure;
mod reading;
mod scale;
mod series;
mod text;
mod theory;

use crate::lab::{use_lab, use_pulses};
use crate::markup::{Element, el, group};
use figure::{Line, Reading, head, plot, time_axis, value_axis};
use reading::Measurements;
use scale::Axis;
use series::{Point, greatest, last, path};
use theory::Theory;
use yew::{Html, component, use_mut_ref};

/// Four small multiples below the stage.
#[component]
pub(crate) fn Charts() -> Html {
    // Every second pulse is enough: lines that are drawn oftener are not read better.
    use_pulses(2);
    let lab = use_lab();
    let (speed, version) = (lab.speed(), lab.version());
    let theory = use_mut_ref(|| None::<Theory>);
    let mut theory = theory.borrow_mut();
    lab.read(|world| {
        let read = Measurements::of(world, speed);
        theory::renew(&mut theory, world, version);
        el("section")
            .class("charts")
            .attr("aria-labelledby", "charts-title")
            .with(
                el("h2")
                    .attr("id", "charts-title")
                    .class("visually-hidden")
                    .with("Measurements"),
            )
            .with(goodput(&read))
            .with(theory.as_ref().map(|theory| latency(&read, theory)))
            .with(bars::load(&read))
            .with(degradation(&read))
            .with(theory.as_ref().map(|theory| theory.line(world)))
            .html()
    })
}

fn line(class: &'static str, points: &[Point], read: &Measurements, axis: Axis) -> Line {
    Line {
        class,
        path: path(
            points,
            |at| read.window.share(at),
            |value| axis.share(value),
        ),
    }
}

fn chart(
    title: &'static str,
    label: String,
    readings: &[Reading],
    axis: Element,
    lines: &[Line],
    read: &Measurements,
) -> Element {
    let body = body(label)
        .with(axis)
        .with(plot(read.window, lines, &read.flags))
        .with(time_axis(read.window));
    el("article")
        .class("chart")
        .with(head(title, readings))
        .with(body)
}

/// What is below a chart's head, with what it says to those who do not see it.
fn body(label: String) -> Element {
    el("div")
        .class("chart-body")
        .attr("role", "img")
        .attr("aria-label", label)
}

fn goodput(read: &Measurements) -> Element {
    let axis = Axis::holding(
        greatest([&read.good[..], &read.failed, &read.offered]),
        10.0,
    );
    let [good, failed, offered, errors] = [&read.good, &read.failed, &read.offered, &read.errors]
        .map(|points| last(points).map_or("–".to_owned(), text::rate));
    let erring = last(&read.errors).is_some_and(|rate| rate > 0.0);
    let also = if erring {
        format!(", {errors} answered with an error")
    } else {
        String::new()
    };
    let label = format!(
        "Goodput: {good} calls a second answered well{also}, {failed} failed or shed, {offered} offered."
    );
    let mut readings = vec![
        Reading {
            class: "chart-good",
            number: format!("{good}/s"),
            name: "good",
        },
        // The second is left out where the chart is narrow.
        Reading {
            class: "chart-offered",
            number: offered,
            name: "offered",
        },
        Reading {
            class: "chart-failed",
            number: format!("{failed}/s"),
            name: read.lost,
        },
    ];
    // What is answered and yet not good is said where it makes a difference.
    if erring {
        readings.push(Reading {
            class: "",
            number: format!("{errors}/s"),
            name: "errors",
        });
    }
    let lines = [
        line("chart-offered", &read.offered, read, axis),
        line("chart-failed", &read.failed, read, axis),
        line("chart-good", &read.good, read, axis),
    ];
    let values = value_axis(axis, &|value| {
        if value == axis.top {
            format!("{}/s", text::tick(value))
        } else {
            text::tick(value)
        }
    });
    chart("Goodput", label, &readings, values, &lines, read)
}

fn latency(read: &Measurements, theory: &Theory) -> Element {
    let measured = greatest(read.percentiles.iter().map(|line| &line[..]));
    let axis = Axis::holding(measured.max(theory.highest()), 10.0);
    let [p50, p95, p99] = [0, 1, 2]
        .map(|place: usize| last(&read.percentiles[place]).map_or("–".to_owned(), text::duration));
    let label = format!(
        "Latency of answered calls over 5 seconds: median {p50}, 95th percentile {p95}, 99th percentile {p99}."
    );
    let readings = [
        Reading {
            class: "chart-p50",
            number: p50,
            name: "p50",
        },
        Reading {
            class: "chart-p95",
            number: p95,
            name: "p95",
        },
        Reading {
            class: "chart-p99",
            number: p99,
            name: "p99",
        },
    ];
    let mut lines = vec![
        line("chart-p99", &read.percentiles[2], read, axis),
        line("chart-p95", &read.percentiles[1], read, axis),
        line("chart-p50", &read.percentiles[0], read, axis),
    ];
    lines.extend(theory.lines(axis));
    let values = group()
        .with(value_axis(axis, &|value| {
            text::duration_tick(value, axis.top)
        }))
        .with(el("div").class("chart-names").with(theory.names(axis)));
    chart("Latency", label, &readings, values, &lines, read)
}

fn degradation(read: &Measurements) -> Element {
    let axis = Axis { top: 1.0 };
    let [answered, up] = [&read.answered, &read.servers_up]
        .map(|points| last(points).map_or("–".to_owned(), text::percent));
    let label = format!(
        "Graceful degradation: {answered} of calls answered while {up} of the servers are up."
    );
    let readings = [
        Reading {
            class: "chart-answered",
            number: answered,
            name: "answered",
        },
        Reading {
            class: "chart-up",
            number: up,
            name: "up",
        },
    ];
    let lines = [
        line("chart-up", &read.servers_up, read, axis),
        line("chart-answered", &read.answered, read, axis),
    ];
    chart(
        "Graceful degradation",
        label,
        &readings,
        value_axis(axis, &text::percent),
        &lines,
        read,
    )
}
