//! Callers without a way to those who answer: who is told of, and when.
#![cfg(not(target_arch = "wasm32"))]
#![allow(missing_docs, reason = "tests say what they hold in their names")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "what a test's helpers cannot do fails the test"
)]

mod common;

use common::{preset, start};
use simulation::World;
use simulation::action::{Action, Death, Ends};
use simulation::incident::IncidentKind;

/// What was told of ways since an incident.
fn told(world: &World, since: u64) -> Vec<String> {
    let of_ways = world.incidents_since(since).filter(|incident| {
        matches!(
            incident.kind,
            IncidentKind::CutOff { .. } | IncidentKind::Joined { .. }
        )
    });
    of_ways.map(|incident| world.sentence(incident)).collect()
}

fn latest(world: &World) -> u64 {
    let numbers = world.incidents_since(0).map(|incident| incident.number);
    numbers.last().unwrap_or(0)
}

fn cut(a: &str, b: &str) -> Action {
    Action::Cut(Ends(a.to_owned(), b.to_owned()))
}

/// Makes a change and takes it back; what each told.
fn there_and_back(world: &mut World, action: &Action) -> [Vec<String>; 2] {
    let before = latest(world);
    let undo = world.apply(action).expect("it can be done");
    let there = told(world, before);
    let between = latest(world);
    world.apply(&undo).expect("it can be taken back");
    [there, told(world, between)]
}

#[test]
fn without_the_balancer_every_network_is_cut_off_until_it_is_back() {
    let mut world = start(&preset("five-servers"));
    assert_eq!(told(&world, 0), [""; 0]);
    let removed = Action::RemoveNode("balancer".to_owned());
    assert_eq!(
        there_and_back(&mut world, &removed),
        [
            [
                "There is no way from LAN A, LAN B and LAN C to the service now: what they send is lost."
            ],
            ["There is a way from LAN A, LAN B and LAN C to the service again."],
        ]
    );
}

#[test]
fn who_has_another_way_or_keeps_the_last_is_not_spoken_of() {
    let mut world = start(&preset("five-servers"));
    assert_eq!(
        there_and_back(&mut world, &cut("router-2", "ISP")),
        [
            ["There is no way from LAN C to the service now: what it sends is lost."],
            ["There is a way from LAN C to the service again."],
        ]
    );
    let one = cut("balancer", "server-1");
    assert_eq!(there_and_back(&mut world, &one), [[""; 0], [""; 0]]);
    // A dead server has a way to it still: who calls it finds out by asking.
    let dead = Action::Kill("server-1".to_owned(), Death::Silence);
    assert_eq!(there_and_back(&mut world, &dead), [[""; 0], [""; 0]]);
}

#[test]
fn a_router_that_is_down_is_no_way_and_a_balancer_without_servers_is_cut_off() {
    let mut world = start(&preset("five-servers"));
    let [there, back] = there_and_back(&mut world, &Action::Kill("ISP".to_owned(), Death::Crash));
    assert_eq!((there.len(), back.len()), (1, 1), "{there:?} {back:?}");
    let all = (1..=5).map(|number| cut("balancer", &format!("server-{number}")));
    assert_eq!(
        there_and_back(&mut world, &Action::All(all.collect())),
        [
            ["There is no way from balancer to a server now: what it sends is lost."],
            ["There is a way from balancer to a server again."],
        ]
    );
}

#[test]
fn a_network_that_was_never_linked_is_told_of_at_the_start() {
    let mut scenario = preset("five-servers");
    scenario
        .links
        .retain(|link| link.a != "LAN B" && link.b != "LAN B");
    assert_eq!(
        told(&start(&scenario), 0),
        ["There is no way from LAN B to the service now: what it sends is lost."]
    );
}
