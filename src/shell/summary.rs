//! The whole state in a few sentences, for those who do not see the stage.

use crate::guidance;
use crate::lab::{Lab, use_lab, use_pulse};
use crate::markup::el;
use crate::panels::format::plural;
use simulation::World;
use simulation::narration::duration;
use simulation::view::{Life, RoleView};
use yew::prelude::*;

/// Pulses between two summaries: about two seconds.
const EVERY: u64 = 12;

fn summary(world: &World) -> String {
    let (mut servers, mut up, mut clients, mut balancers) = (0, 0, 0, 0_u64);
    for node in world.nodes() {
        match node.role {
            RoleView::Server(_) => {
                servers += 1;
                up += u32::from(node.life == Life::Up);
            }
            RoleView::Lan(lan) => clients += lan.spec.clients,
            RoleView::Balancer(_) => balancers += 1,
            RoleView::Router | RoleView::Isp => {}
        }
    }
    let scenario = world.scenario();
    let ledger = world.ledger();
    let latency = world
        .metrics()
        .percentiles()
        .map_or_else(String::new, |it| {
            format!(
                " Half of the calls are answered within {}, 99 in 100 within {}.",
                duration(it.p50),
                duration(it.p99)
            )
        });
    format!(
        "Scenario: {}. {} {} call {}, with {}, {up} of them up, and {}. Of {} calls {} were answered, {} \
         failed, {} were shed, and {} are under way.{latency}",
        scenario.title,
        guidance::hint(world),
        plural(clients.into(), "client"),
        scenario.service,
        plural(servers, "server"),
        plural(balancers, "load balancer"),
        ledger.calls.sent,
        ledger.calls.answered,
        ledger.calls.failed,
        ledger.calls.shed,
        ledger.calls_in_flight
    )
}

/// The summary, visually hidden, renewed every other second.
#[component]
pub(crate) fn Summary() -> Html {
    let lab = use_lab();
    let pulse = use_pulse();
    // A run that stands still has no pulse; whatever is done to it is told at once.
    let when = (lab.clone(), pulse / EVERY, lab.version());
    let text = use_memo(when, |(lab, ..): &(Lab, u64, u64)| lab.read(summary));
    el("section")
        .class("visually-hidden")
        .attr("aria-labelledby", "summary-title")
        .with(el("h2").attr("id", "summary-title").with("Summary"))
        .with(el("p").with(&*text))
        .html()
}
