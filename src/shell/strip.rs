//! The strip of time: what was done, and when.

use crate::lab::{use_lab, use_pulse};
use crate::markup::el;
use crate::panels::format::instant;
use simulation::Nanos;
use simulation::metrics::Tone;
use simulation::time::{SECOND, seconds};
use web_sys::Element;
use yew::prelude::*;

/// The strip shows the last stretch of at most so much time.
const LONGEST: Nanos = 120 * SECOND;
/// A letter's width in CSS pixels, on the wide side, and the room between two marks' words.
const LETTER: f64 = 6.6;
const BETWEEN: f64 = 10.0;
/// The width of the strip before it is known, in CSS pixels.
const USUAL: f64 = 600.0;

#[derive(Debug, Clone, PartialEq)]
struct Shown {
    at: f64,
    label: String,
    tone: &'static str,
    /// On which side of the mark its words stand.
    side: &'static str,
    worded: bool,
}

/// The strip's span for a time: the smallest of a few round ones that holds it.
fn span(now: Nanos) -> (Nanos, Nanos) {
    let spans = [10, 20, 30, 60, 120].map(|seconds| seconds * SECOND);
    match spans.into_iter().find(|span| now <= *span) {
        Some(span) => (0, span),
        None => (now - LONGEST, now),
    }
}

fn tone(tone: Tone) -> &'static str {
    match tone {
        Tone::Harm => "failure",
        Tone::Change => "change",
        Tone::Recovery => "recovery",
    }
}

/// Places marks on a strip so many pixels wide; of words that would overlap the latest are shown.
fn place(
    marks: impl Iterator<Item = (Nanos, String, &'static str)>,
    (from, to): (Nanos, Nanos),
    width: f64,
) -> Vec<Shown> {
    let mut shown: Vec<Shown> = marks
        .filter(|(at, ..)| (from..=to).contains(at))
        .map(|(at, label, tone)| Shown {
            at: (at - from) as f64 / (to - from) as f64,
            label,
            tone,
            side: "",
            worded: true,
        })
        .collect();
    let mut next = f64::INFINITY;
    for mark in shown.iter_mut().rev() {
        let (at, words) = (mark.at * width, mark.label.chars().count() as f64 * LETTER);
        let (side, begins) = if at + words / 2.0 > width {
            ("words-before", at - words)
        } else if at < words / 2.0 {
            ("words-after", at)
        } else {
            ("words-around", at - words / 2.0)
        };
        mark.side = side;
        mark.worded = begins + words + BETWEEN <= next;
        if mark.worded {
            next = begins;
        }
    }
    shown
}

/// The strip of time.
#[component]
pub(crate) fn Strip() -> Html {
    let lab = use_lab();
    let _ = use_pulse();
    let now = lab.now();
    let (from, to) = span(now);
    let strip = use_node_ref();
    let width = strip
        .cast::<Element>()
        .map_or(USUAL, |it| f64::from(it.client_width()));
    let marks = lab.read(|world| {
        let marks = world.metrics().marks();
        place(
            marks.map(|mark| (mark.at, mark.label.clone(), tone(mark.tone))),
            (from, to),
            width,
        )
    });
    let share = (now - from) as f64 / (to - from) as f64;
    let mark = |mark: Shown| {
        let words = el("span").class_if(!mark.worded, "visually-hidden");
        el("li")
            .class("mark")
            .class(mark.tone)
            .class(mark.side)
            .attr("style", format!("left:{:.2}%", mark.at * 100.0))
            .attr("title", &mark.label)
            .with(words.with(mark.label))
    };
    let unsaid = |class| el("div").class(class).attr("aria-hidden", "true");
    let line = el("div").attr("style", format!("width:{:.2}%", share * 100.0));
    let end = |at| el("span").with(instant(seconds(at), seconds(to)));
    el("section")
        .class("strip")
        .attr("aria-label", "What was done, and when")
        .with(el("ol").bind(&strip).each(marks.into_iter().map(mark)))
        .with(unsaid("strip-line").with(line))
        .with(
            unsaid("strip-ends soft figures")
                .with(end(from))
                .with(end(to)),
        )
        .html()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_span_grows_and_then_slides() {
        assert_eq!(span(0), (0, 10 * SECOND));
        assert_eq!(span(11 * SECOND), (0, 20 * SECOND));
        assert_eq!(span(500 * SECOND), (380 * SECOND, 500 * SECOND));
    }

    #[test]
    fn crowded_marks_keep_the_latest_words() {
        let marks = [1, 2, 9].map(|at| (at * SECOND, format!("mark {at}"), "change"));
        let shown = place(marks.into_iter(), (0, 10 * SECOND), 400.0);
        assert_eq!(
            shown.iter().map(|mark| mark.worded).collect::<Vec<_>>(),
            [false, true, true]
        );
    }

    #[test]
    fn words_overlap_nowhere_however_wide_the_strip_is() {
        let marks = || {
            let marks = [
                (2_000, "server-2 killed"),
                (4_610, "server-2 found down"),
                (12_000, "server-2 revived"),
                (15_900, "server-2 found up"),
                (19_500, "balancer: ring-hash"),
            ];
            marks.map(|(at, label)| (at * SECOND / 1_000, label.to_owned(), "change"))
        };
        for width in [280.0, 371.0, 828.0, 1_500.0] {
            let shown = place(marks().into_iter(), (0, 20 * SECOND), width);
            let mut end = 0.0;
            for mark in shown.iter().filter(|mark| mark.worded) {
                let words = mark.label.len() as f64 * LETTER;
                let begins = mark.at * width
                    - match mark.side {
                        "words-before" => words,
                        "words-after" => 0.0,
                        _ => words / 2.0,
                    };
                assert!(begins >= end, "{} at {width} px", mark.label);
                assert!(begins + words <= width, "{} at {width} px", mark.label);
                end = begins + words;
            }
            assert!(shown.last().is_some_and(|mark| mark.worded));
        }
    }
}
