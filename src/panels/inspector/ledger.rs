//! Nothing selected: the books of the run, which must balance.

use super::sheet::CallSheets;
use super::{detections, title};
use crate::guidance;
use crate::lab::{use_lab, use_pulse};
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
        html! {
            <>
                { title("The ledger", html! { "Nothing vanishes: every call sent is in one line below." }) }
                { table(&ledger) }
                { verdict(&ledger) }
                <p class="advice">{ advice }</p>
                { detections::list(world, |_| true) }
                <CallSheets />
            </>
        }
    })
}

fn table(ledger: &Ledger) -> Html {
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
    html! {
        <table class="books">
            <thead><tr><td></td><th scope="col">{ "Calls" }</th><th scope="col">{ "Attempts" }</th></tr></thead>
            <tbody>
                { for rows.into_iter().map(|(sign, name, class, calls, attempts)| html! {
                    <tr {class}><th scope="row"><span>{ sign }</span>{ name }</th><td>{ count(calls) }</td><td>{ count(attempts) }</td></tr>
                }) }
            </tbody>
            <tfoot><tr><th scope="row"><span>{ "=" }</span>{ "Sent" }</th><td>{ count(calls.sent) }</td><td>{ count(attempts.sent) }</td></tr></tfoot>
        </table>
    }
}

fn verdict(ledger: &Ledger) -> Html {
    let (class, words) = if ledger.balances() {
        ("good", "✓ balances")
    } else {
        ("bad", "✗ does not balance")
    };
    html! {
        <p class="verdict">
            <span {class}>{ words }</span>
            <span>{ format!("{} rerouted", plural(ledger.rerouted, "call")) }</span>
        </p>
    }
}
