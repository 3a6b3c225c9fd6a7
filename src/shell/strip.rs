//! The strip of time: what was done, and when.

use crate::lab::{use_lab, use_pulse};
use crate::panels::format::instant;
use simulation::Nanos;
use simulation::metrics::Tone;
use simulation::time::{SECOND, seconds};
use yew::prelude::*;

/// The strip shows the last stretch of at most so much time.
const LONGEST: Nanos = 120 * SECOND;
/// Marks closer than this share of the strip do not all carry their words.
const APART: f64 = 0.11;

#[derive(Debug, Clone, PartialEq)]
struct Shown {
    at: f64,
    label: String,
    tone: &'static str,
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

/// Places marks; of those that crowd, the latest keeps its words.
fn place(
    marks: impl Iterator<Item = (Nanos, String, &'static str)>,
    from: Nanos,
    to: Nanos,
) -> Vec<Shown> {
    let mut shown: Vec<Shown> = marks
        .filter(|(at, ..)| (from..=to).contains(at))
        .map(|(at, label, tone)| Shown {
            at: (at - from) as f64 / (to - from) as f64,
            label,
            tone,
            worded: true,
        })
        .collect();
    let mut next = f64::INFINITY;
    for mark in shown.iter_mut().rev() {
        mark.worded = next - mark.at >= APART;
        if mark.worded {
            next = mark.at;
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
    let marks = lab.read(|world| {
        let marks = world.metrics().marks();
        place(
            marks.map(|mark| (mark.at, mark.label.clone(), tone(mark.tone))),
            from,
            to,
        )
    });
    let share = (now - from) as f64 / (to - from) as f64;
    let mark = |mark: Shown| {
        let side = if mark.at > 0.9 {
            "words-before"
        } else if mark.at < 0.06 {
            "words-after"
        } else {
            "words-around"
        };
        html! {
            <li class={classes!("mark", mark.tone, side)} style={format!("left:{:.2}%", mark.at * 100.0)} title={mark.label.clone()}>
                <span class={if mark.worded { "" } else { "visually-hidden" }}>{ mark.label }</span>
            </li>
        }
    };
    html! {
        <section class="strip" aria-label="What was done, and when">
            <ol>{ for marks.into_iter().map(mark) }</ol>
            <div class="strip-line" aria-hidden="true"><div style={format!("width:{:.2}%", share * 100.0)}></div></div>
            <div class="strip-ends soft figures" aria-hidden="true"><span>{ instant(seconds(from), seconds(to)) }</span><span>{ instant(seconds(to), seconds(to)) }</span></div>
        </section>
    }
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
        let shown = place(marks.into_iter(), 0, 10 * SECOND);
        assert_eq!(
            shown.iter().map(|mark| mark.worded).collect::<Vec<_>>(),
            [false, true, true]
        );
    }
}
