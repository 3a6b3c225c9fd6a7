//! The sentence on the stage, said aloud as well; and what the visitor is told in person.

use super::palette::advice;
use super::transport::clock;
use crate::guidance;
use crate::lab::{use_changes, use_lab, use_pulse};
use crate::markup::{button, el, group};
use crate::story::{Announcer, Teller};
use gloo::timers::callback::Interval;
use simulation::scenario::Position;
use yew::prelude::*;

fn real_now() -> f64 {
    web_sys::window()
        .and_then(|window| window.performance())
        .map_or(0.0, |it| it.now())
}

/// What just happened, or what to do with the tool in hand; when there is neither, what to try.
#[component]
pub(crate) fn StoryCard() -> Html {
    let lab = use_lab();
    let _ = use_pulse();
    let teller = use_mut_ref(Teller::default);
    let told = lab.read(|world| teller.borrow_mut().look(world, real_now()));
    lab.set_spotlight(told.as_ref().map(|story| story.number));
    let advice = advice(lab.tool());
    let stepped = lab.stepped();
    let step = stepped.as_deref().unwrap_or_default();
    let text = match (advice, &told) {
        (Some(advice), _) => advice.to_owned(),
        (None, Some(story)) => {
            let also = story.also.as_deref().unwrap_or_default();
            format!("{}: {} {also} {step}", story.title, story.sentence)
        }
        (None, None) => step.to_owned(),
    };
    let hint = lab.read(guidance::hint);
    // Over the middle of the stage, or below it if somebody stands there.
    let docked = lab.read(|world| {
        let covered = |at: Position| (310.0..690.0).contains(&at.x) && at.y < 190.0;
        world.nodes().any(|node| covered(node.position))
    });
    let spoken = use_mut_ref(Announcer::default)
        .borrow_mut()
        .say(text, real_now());
    let card = el("div").class("card");
    let soft = |words: String| el("p").class("soft").with(words);
    let card = match (advice, told, stepped) {
        (Some(advice), ..) => card.class("advice").with(el("p").with(advice)),
        (None, Some(story), stepped) => card
            .class(story.tone)
            .with(el("span").class("when figures").with(clock(story.at)))
            .with(el("strong").with(story.title))
            .with(el("p").with(story.sentence))
            .with(story.also.map(soft))
            .with(stepped.map(soft)),
        (None, None, Some(step)) => card
            .with(el("strong").with("Step"))
            .with(el("p").with(step)),
        (None, None, None) => card.class("hint").with(el("p").with(hint)),
    };
    group()
        .with(
            el("p")
                .class("visually-hidden")
                .attr("role", "status")
                .with(spoken),
        )
        .with(
            el("div")
                .class("story")
                .class_if(docked, "docked")
                .with(card),
        )
        .html()
}

/// A refusal or a value that cannot be used, until it is dismissed or has stood long enough.
#[component]
pub(crate) fn Notice() -> Html {
    let lab = use_lab();
    use_changes();
    let told = lab.told();
    {
        let lab = lab.clone();
        use_effect_with(told.clone(), move |told| {
            let timer = told
                .is_some()
                .then(|| Interval::new(12_000, move || lab.dismiss()));
            move || drop(timer)
        });
    }
    let onclick = Callback::from(move |_: MouseEvent| lab.dismiss());
    let notice = told.map(|sentence| {
        let dismiss = button("quiet")
            .on_click(onclick)
            .attr("aria-label", "Dismiss")
            .with("×");
        el("div")
            .class("notice")
            .with(el("p").with(sentence))
            .with(dismiss)
    });
    el("div")
        .class("notice-place")
        .attr("role", "alert")
        .with(notice)
        .html()
}
