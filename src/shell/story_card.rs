//! The sentence on the stage, said aloud as well; and what the visitor is told in person.

use super::palette::advice;
use crate::guidance;
use crate::lab::{use_changes, use_lab, use_pulse};
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
    let hint = lab.read(|world| guidance::wanted(world).unwrap_or_else(|| world.scenario().hint));
    // Over the middle of the stage, or below it if somebody stands there.
    let docked = lab.read(|world| {
        let covered = |at: Position| (310.0..690.0).contains(&at.x) && at.y < 190.0;
        world.nodes().any(|node| covered(node.position))
    });
    let spoken = use_mut_ref(Announcer::default)
        .borrow_mut()
        .say(text, real_now());
    html! {
        <>
        <p class="visually-hidden" role="status">{ spoken }</p>
        <div class={classes!("story", docked.then_some("docked"))}>
            if let Some(advice) = advice {
                <div class="card advice"><p>{ advice }</p></div>
            } else if let Some(story) = told {
                <div class={classes!("card", story.tone)}>
                    <strong>{ story.title }</strong>
                    <p>{ story.sentence }</p>
                    if let Some(also) = story.also { <p class="soft">{ also }</p> }
                    if let Some(step) = stepped { <p class="soft">{ step }</p> }
                </div>
            } else if let Some(step) = stepped {
                <div class="card"><strong>{ "Step" }</strong><p>{ step }</p></div>
            } else {
                <div class="card hint"><p>{ hint }</p></div>
            }
        </div>
        </>
    }
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
    html! {
        <div class="notice-place" role="alert">
            if let Some(sentence) = told {
                <div class="notice"><p>{ sentence }</p>
                    <button type="button" class="quiet" {onclick} aria-label="Dismiss">{ "×" }</button></div>
            }
        </div>
    }
}
