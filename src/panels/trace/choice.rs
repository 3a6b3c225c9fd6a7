//! Why this server: every choice a balancer made for the call, in a sentence and a table.

use simulation::World;
use simulation::record::{CallRecord, What};
use yew::prelude::*;

/// The choices of a call.
pub(super) fn choices(world: &World, call: &CallRecord) -> Html {
    let mut made = call
        .steps
        .iter()
        .filter_map(|step| match &step.what {
            What::Chosen {
                at_node,
                explanation,
                ..
            } => Some((step.attempt, world.name(*at_node), explanation)),
            _ => None,
        })
        .peekable();
    if made.peek().is_none() {
        return html! { <p class="trace-note">{ "No balancer has chosen a server for it." }</p> };
    }
    made.map(|(attempt, balancer, explanation)| html! {
        <div class="trace-choice">
            <p><b>{ format!("Attempt {}", attempt.max(1)) }</b>{ format!(" · {balancer} · {}: {}", explanation.policy, explanation.rule) }</p>
            <p class="trace-sentence">{ explanation.sentence() }{ "." }</p>
            <table>
                <thead><tr>
                    <th scope="col">{ "Candidate" }</th>
                    <th scope="col" class="trace-score">{ if explanation.score_label.is_empty() { "active" } else { explanation.score_label } }</th>
                    <th scope="col">{ "Why not" }</th>
                </tr></thead>
                <tbody>
                    { for explanation.candidates.iter().map(|candidate| html! {
                        <tr class={classes!(candidate.chosen.then_some("trace-picked"))}>
                            <th scope="row">{ &*candidate.name }</th>
                            <td class="trace-score">{ score(candidate) }</td>
                            <td>{ if candidate.chosen { "✓ chosen" } else { candidate.passed_over.map_or("", balancer::PassedOver::text) } }</td>
                        </tr>
                    }) }
                </tbody>
            </table>
        </div>
    }).collect()
}

fn score(candidate: &balancer::Candidate) -> String {
    match candidate.score {
        None => candidate.active.to_string(),
        Some(score) if score == score.trunc() && score.abs() < 1e6 => format!("{score:.0}"),
        Some(score) if score.abs() < 1e6 => format!("{score:.2}"),
        Some(_) => "very great".to_owned(),
    }
}
