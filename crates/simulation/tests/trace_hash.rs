//! The same seed and actions give the same run natively and in a browser.
//!
//! The hashes stand here once; this test runs natively and, by wasm-bindgen's runner, in a
//! browser. Whoever changes what a run does on purpose writes the new ones down.
#![allow(missing_docs, reason = "tests say what they hold in their names")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "what a test's helpers cannot do fails the test"
)]

use simulation::action::{Action, Death};
use simulation::time::SECOND;
use simulation::{World, presets};

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::{wasm_bindgen_test as test, wasm_bindgen_test_configure};

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test_configure!(run_in_browser);

/// Runs a preset for twenty virtual seconds, with actions at their times.
fn hash(slug: &str, actions: &[(u64, Action)]) -> u64 {
    let scenario = presets::find(slug).expect("the preset exists");
    let mut world = World::new(&scenario).expect("a preset holds");
    for (at, action) in actions {
        world.advance(*at);
        world.apply(action).expect("the action holds");
    }
    world.advance(20 * SECOND);
    world.trace_hash()
}

#[test]
fn five_servers() {
    assert_eq!(
        format!("{:016x}", hash("five-servers", &[])),
        "fcf0fb0b2376ae93"
    );
}

#[test]
fn binary_rpc() {
    assert_eq!(
        format!("{:016x}", hash("binary-rpc", &[])),
        "665eea6e268fc311"
    );
}

#[test]
fn overload() {
    assert_eq!(
        format!("{:016x}", hash("overload", &[])),
        "c742eee6e41ce632"
    );
}

#[test]
fn failures_of_every_kind() {
    use simulation::action::Ends;
    let cut = || Ends("balancer".to_owned(), "server-4".to_owned());
    let actions = [
        (
            3 * SECOND,
            Action::Kill("server-1".to_owned(), Death::Crash),
        ),
        (
            5 * SECOND,
            Action::SetPolicy("balancer".to_owned(), balancer::Policy::PowerOfTwoChoices),
        ),
        (6 * SECOND, Action::Cut(cut())),
        (7 * SECOND, Action::SetSpeed("server-3".to_owned(), 0.3)),
        (9 * SECOND, Action::Repair(cut())),
        (10 * SECOND, Action::Drain("server-5".to_owned(), true)),
        (11 * SECOND, Action::Revive("server-1".to_owned())),
    ];
    assert_eq!(
        format!("{:016x}", hash("a-server-dies", &actions)),
        "0f49e5e2a331d38b"
    );
}
