//! Nothing selected: the books of the run, which must balance.

use super::sheet::CallSheets;
use super::{detections, title};
use crate::guidance;
use crate::lab::{use_lab, use_pulse};
use crate::markup::{Element, column, el, group, part};
use crate::panels::format::{count, plural};
use simulation::ledger::Ledger;
use yew::prelude::*;

/// The ledger.
#[component]
pub(super) fn Books() -> Html {
    let lab = use_lab();
    use_pulse();
    lab.read(|world| {
        let ledger = world.ledger();
        let advice = guidance::wanted(world).unwrap_or_else(|| {
            "Select a server and kill it; then see where its calls go.".to_owned()
        });
        group()
            .with(title(
                "The ledger",
                "Nothing vanishes: every call sent is in one line below.",
            ))
            .with(table(&ledger))
            .with(verdict(&ledger))
            .with(el("p").class("advice").with(advice))
            .with(detections::list(world, |_| true))
            .with(part::<CallSheets>(()))
            .html()
    })
}

fn table(ledger: &Ledger) -> Element {
    let Ledger {
        calls, attempts, ..
    } = ledger;
    let rows = [
        (
            "",
            "Answered",
            "answered",
            calls.answered,
            attempts.answered,
        ),
        ("+", "Failed", "failed", calls.failed, attempts.failed),
        ("+", "Shed", "shed", calls.shed, attempts.shed),
        (
            "+",
            "In flight",
            "in-flight",
            ledger.calls_in_flight,
            ledger.attempts_in_flight,
        ),
    ];
    let columns = el("tr")
        .with(el("td"))
        .with(column("Calls"))
        .with(column("Attempts"));
    let rows = rows
        .into_iter()
        .map(|(sign, name, class, calls, attempts)| row(sign, name, calls, attempts).class(class));
    el("table")
        .class("books")
        .with(el("thead").with(columns))
        .with(el("tbody").each(rows))
        .with(el("tfoot").with(row("=", "Sent", calls.sent, attempts.sent)))
}

#[inline(never)]
fn row(sign: &'static str, name: &'static str, calls: u64, attempts: u64) -> Element {
    let head = el("th")
        .attr("scope", "row")
        .with(el("span").with(sign))
        .with(name);
    el("tr")
        .with(head)
        .with(el("td").with(count(calls)))
        .with(el("td").with(count(attempts)))
}

fn verdict(ledger: &Ledger) -> Element {
    let (class, words) = if ledger.balances() {
        ("good", "✓ balances")
    } else {
        ("bad", "✗ does not balance")
    };
    el("p")
        .class("verdict")
        .with(el("span").class(class).with(words))
        .with(el("span").with(format!("{} rerouted", plural(ledger.rerouted, "call"))))
        .with((ledger.attempts.given_up > 0).then(|| {
            let given_up = count(ledger.attempts.given_up);
            let attempts = plural(ledger.attempts.failed, "failed attempt");
            el("span").with(format!(
                "{given_up} of {attempts} were given up: another was faster, or the caller had left"
            ))
        }))
}
