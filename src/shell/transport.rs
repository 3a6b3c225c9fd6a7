//! The transport: play, pause, step, pace, restart, undo.

use super::icons;
use crate::lab::{Lab, use_lab, use_pulse};
use crate::markup::{self, Element, el, part};
use simulation::{Nanos, World};
use web_sys::{HtmlInputElement, MouseEvent};
use yew::prelude::*;

/// The notches of the speed: virtual seconds a second.
pub(super) const SPEEDS: [f64; 15] = [
    0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 100.0,
];

/// A virtual instant as a clock shows it: `00:41.380`.
pub(super) fn clock(now: Nanos) -> String {
    let milliseconds = now / 1_000_000;
    let (minutes, rest) = (milliseconds / 60_000, milliseconds % 60_000);
    format!("{minutes:02}:{:02}.{:03}", rest / 1_000, rest % 1_000)
}

/// A speed in words: `1/10×`, `2×`.
pub(super) fn pace(speed: f64) -> String {
    let part = 1.0 / speed;
    if speed < 1.0 && (part - part.round()).abs() < 0.01 {
        format!("1/{part:.0}×")
    } else {
        format!("{speed}×")
    }
}

/// What a speed means for the eye.
fn meaning(speed: f64) -> String {
    if speed <= 0.5 {
        let shown = 0.02 / speed;
        if shown < 0.095 {
            format!("a 20 ms hop takes {:.0} ms", shown * 1e3)
        } else if shown < 10.0 {
            format!("a 20 ms hop takes {shown:.1} s")
        } else {
            format!("a 20 ms hop takes {shown:.0} s")
        }
    } else if speed == 1.0 {
        "in real time".to_owned()
    } else {
        format!("{speed} s pass in a second")
    }
}

fn notch(speed: f64) -> usize {
    let distance = |other: &f64| (other / speed).max(speed / other);
    let nearest = SPEEDS
        .iter()
        .enumerate()
        .min_by(|a, b| distance(a.1).total_cmp(&distance(b.1)));
    nearest.map_or(0, |(index, _)| index)
}

/// A generator's seed from the browser.
fn new_seed() -> Option<u64> {
    // Six digits: short enough to be said in a classroom.
    getrandom::u64().ok().map(|number| number % 1_000_000)
}

/// The speed slider with its meaning.
#[component]
pub(super) fn Pace() -> Html {
    let lab = use_lab();
    let _ = use_pulse();
    let speed = lab.speed();
    let oninput = {
        let lab = lab.clone();
        Callback::from(move |event: InputEvent| {
            let input: Option<HtmlInputElement> = event.target_dyn_into();
            let index = input.and_then(|input| input.value().parse::<usize>().ok());
            if let Some(speed) = index.and_then(|index| SPEEDS.get(index)) {
                lab.set_speed(*speed);
            }
        })
    };
    let words = format!("{}, {}", pace(speed), meaning(speed));
    let label = el("span")
        .class("pace-label")
        .with("Speed ")
        .with(el("strong").class("figures").with(pace(speed)));
    let slider = el("input")
        .attr("type", "range")
        .attr("min", "0")
        .attr("max", (SPEEDS.len() - 1).to_string())
        .attr("step", "1")
        .value(notch(speed).to_string())
        .on_input(oninput)
        .attr("aria-label", "Speed")
        .attr("aria-valuetext", words);
    let told = match lab.shortfall() {
        Some(share) => el("span")
            .class("shortfall figures")
            .with(format!("runs at {}", pace_reached(speed * share)))
            .with(el("span").class("why").with(": this computer is the limit")),
        None => el("span").class("soft meaning").with(meaning(speed)),
    };
    el("label")
        .class("pace")
        .with(label)
        .with(slider)
        .with(told)
        .html()
}

pub(super) fn button(
    lab: &Lab,
    label: &'static str,
    icon: Element,
    disabled: bool,
    act: impl Fn(&Lab) + 'static,
) -> Element {
    let lab = lab.clone();
    let onclick = Callback::from(move |_: MouseEvent| act(&lab));
    pictured("tool", label, icon, onclick).flag("disabled", disabled)
}

/// A button that says in words what it does only to those who ask.
#[inline(never)]
fn pictured(
    class: &'static str,
    label: &'static str,
    icon: Element,
    onclick: Callback<MouseEvent>,
) -> Element {
    markup::button(class)
        .on_click(onclick)
        .attr("aria-label", label)
        .attr("title", label)
        .with(icon)
}

/// The play button.
pub(super) fn play_button(lab: &Lab) -> Element {
    let playing = lab.playing();
    let lab = lab.clone();
    let onclick = Callback::from(move |_: MouseEvent| lab.set_playing(!lab.playing()));
    let label = if playing { "Pause" } else { "Play" };
    let icon = if playing {
        icons::pause()
    } else {
        icons::play()
    };
    pictured("play", label, icon, onclick)
}

/// The transport.
#[component]
pub(crate) fn Transport() -> Html {
    let lab = use_lab();
    let _ = use_pulse();
    let seed = lab.read(|world: &World| world.scenario().seed);
    let step = button(
        &lab,
        "Step to the next event",
        icons::step(),
        false,
        Lab::step,
    );
    let undo = button(&lab, "Undo", icons::undo(), !lab.can_undo(), Lab::undo);
    let redo = button(&lab, "Redo", icons::redo(), !lab.can_redo(), Lab::redo);
    let restart = button(
        &lab,
        "Restart with the same seed",
        icons::restart(),
        false,
        |lab| lab.restart(None),
    );
    let reseed = button(
        &lab,
        "Restart with a new seed",
        icons::dice(),
        false,
        |lab| match new_seed() {
            Some(seed) => lab.restart(Some(seed)),
            None => lab.notice("The browser gave no random number for a new seed.".to_owned()),
        },
    );
    el("section")
        .class("transport")
        .attr("aria-label", "Time")
        .with(play_button(&lab))
        .with(step)
        .with(
            el("output")
                .class("clock figures")
                .attr("aria-label", "Virtual time")
                .with(clock(lab.now())),
        )
        .with(part::<Pace>(()))
        .with(el("span").class("spring"))
        .with(undo)
        .with(redo)
        .with(restart)
        .with(reseed)
        .with(
            el("span")
                .class("seed soft figures")
                .with(format!("seed {seed}")),
        )
        .html()
}

fn pace_reached(speed: f64) -> String {
    if speed < 1.0 {
        pace(speed)
    } else {
        format!("{speed:.1}×")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_speeds_are_written_as_people_read_them() {
        assert_eq!(clock(41_380_000_000), "00:41.380");
        assert_eq!(clock(3_600_000_000_000), "60:00.000");
        assert_eq!(pace(0.001), "1/1000×");
        assert_eq!(pace(0.2), "1/5×");
        assert_eq!(pace(30.0), "30×");
        assert_eq!(
            (pace(0.7), pace(0.3)),
            ("0.7×".to_owned(), "0.3×".to_owned())
        );
        assert_eq!(meaning(0.5), "a 20 ms hop takes 40 ms");
        assert_eq!(meaning(0.2), "a 20 ms hop takes 0.1 s");
        assert_eq!(meaning(0.7), "0.7 s pass in a second");
        assert_eq!(meaning(0.1), "a 20 ms hop takes 0.2 s");
        assert_eq!(meaning(0.001), "a 20 ms hop takes 20 s");
        assert_eq!(meaning(100.0), "100 s pass in a second");
        for (index, speed) in SPEEDS.iter().enumerate() {
            assert_eq!(notch(*speed), index);
        }
    }
}
