//! Why this server: every choice a balancer made for the call, in a sentence and a table.

use super::note;
use crate::markup::{Element, column, el, list};
use simulation::World;
use simulation::record::{CallRecord, What};

/// The choices of a call.
pub(super) fn choices(world: &World, call: &CallRecord) -> Element {
    let mut made = call
        .steps
        .iter()
        .filter_map(|step| match &step.what {
            What::Chosen {
                at_node,
                explanation,
                ..
            }
            | What::NobodyChosen {
                at_node,
                explanation,
            } => Some((step.attempt, world.name(*at_node), explanation)),
            _ => None,
        })
        .peekable();
    if made.peek().is_none() {
        return note("No balancer has chosen a server for it.");
    }
    list(made.map(|(attempt, balancer, explanation)| {
        let rule = format!(
            " · {balancer} · {}: {}",
            explanation.policy, explanation.rule
        );
        let score_label = match explanation.score_label {
            "" => "active",
            label => label,
        };
        let heads = el("tr")
            .with(column("Candidate"))
            .with(column(score_label).class("trace-score"))
            .with(column("Why not"));
        el("div")
            .class("trace-choice")
            .with(
                el("p")
                    .with(el("b").with(format!("Attempt {}", attempt.max(1))))
                    .with(rule),
            )
            .with(
                el("p")
                    .class("trace-sentence")
                    .with(explanation.sentence())
                    .with("."),
            )
            .with(
                el("table")
                    .with(el("thead").with(heads))
                    .with(el("tbody").each(explanation.candidates.iter().map(row))),
            )
    }))
}

fn row(candidate: &balancer::Candidate) -> Element {
    let why_not = if candidate.chosen {
        "✓ chosen"
    } else {
        candidate.passed_over.map_or("", balancer::PassedOver::text)
    };
    el("tr")
        .class_if(candidate.chosen, "trace-picked")
        .with(
            el("th")
                .attr("scope", "row")
                .with(candidate.name.to_string()),
        )
        .with(el("td").class("trace-score").with(score(candidate)))
        .with(el("td").with(why_not))
}

fn score(candidate: &balancer::Candidate) -> String {
    match candidate.score {
        None => candidate.active.to_string(),
        Some(score) if score == score.trunc() && score.abs() < 1e6 => format!("{score:.0}"),
        Some(score) if score.abs() < 1e6 => format!("{score:.2}"),
        Some(_) => "very great".to_owned(),
    }
}
