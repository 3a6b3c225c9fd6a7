//! Scenario files: what is written is read as it was, and what is wrong is told.
#![allow(missing_docs, reason = "tests say what they hold in their names")]
#![allow(
    clippy::expect_used,
    reason = "what a test's helpers cannot do fails the test"
)]
#![cfg(not(target_arch = "wasm32"))]

mod scenarios;

use proptest::prelude::*;
use simulation::file::{read, write};
use simulation::{Scenario, World, presets};

#[test]
fn every_preset_comes_back() {
    for preset in presets::all() {
        let text = write(&preset);
        assert_eq!(read(&text).as_ref(), Ok(&preset), "{text}");
    }
}

#[test]
fn a_file_reads_as_one_would_write_it() {
    let preset = presets::find("a-server-dies").expect("the preset exists");
    let text = write(&preset);
    for line in [
        r#"  "reroute": 1,"#,
        r#"    {"name": "LAN A", "kind": "lan", "x": 115, "y": 110, "clients": 12, "load": {"kind": "poisson", "rate": "40/s"}},"#,
        r#"    {"name": "server-3", "kind": "server", "x": 890, "y": 300},"#,
        r#"    {"between": ["LAN A", "router-1"], "latency": "4ms"},"#,
        r#"    {"at": "2s", "action": "kill", "node": "server-2", "death": "silence"},"#,
    ] {
        assert!(
            text.lines().any(|it| it == line),
            "{line}\nis not in\n{text}"
        );
    }
}

/// Each case of the corpus: a file, then what is to be said of it.
#[test]
fn bad_files_are_told_all_their_faults() {
    let corpus = include_str!("bad_scenarios.txt");
    let mut cases = 0;
    for case in corpus.split("\n=== ").skip(1) {
        let (name, rest) = case.split_once('\n').expect("a name");
        let (file, expected) = rest.split_once("\n---").expect("a file and its faults");
        let faults = read(file).expect_err(name);
        let told: Vec<String> = faults.iter().map(ToString::to_string).collect();
        assert_eq!(told.join("\n"), expected.trim(), "{name}");
        cases += 1;
    }
    assert!(cases >= 20, "{cases}");
}

/// A scenario without what a run would refuse of its timeline.
fn possible(mut scenario: Scenario) -> Scenario {
    let timeline = std::mem::take(&mut scenario.timeline);
    let mut world = World::new(&scenario).expect("the rest holds");
    let mut order: Vec<usize> = (0..timeline.len()).collect();
    order.sort_by_key(|index| timeline[*index].at);
    order.retain(|index| world.apply(&timeline[*index].action).is_ok());
    order.sort_unstable();
    scenario.timeline = order
        .into_iter()
        .map(|index| timeline[index].clone())
        .collect();
    scenario
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_scenario_comes_back(scenario in scenarios::scenario()) {
        let scenario = possible(scenario);
        let text = write(&scenario);
        match read(&text) {
            Ok(back) => prop_assert_eq!(back, scenario),
            Err(faults) => prop_assert!(false, "{:?}\n{}", faults, text),
        }
    }

    /// Whatever a file is changed into, it is read or told of, without a panic; and what is read is
    /// written and read again as the same.
    #[test]
    fn any_change_of_a_file_is_read_or_told(preset in 0_usize..presets::all().len(), at in any::<prop::sample::Index>(), piece in "[\\PC]{0,6}", cut in 0_usize..12) {
        let mut letters: Vec<char> = write(&presets::all()[preset]).chars().collect();
        let from = at.index(letters.len());
        let to = (from + cut).min(letters.len());
        letters.splice(from..to, piece.chars());
        let text: String = letters.into_iter().collect();
        match read(&text) {
            Ok(scenario) => prop_assert_eq!(read(&write(&scenario)), Ok(scenario)),
            Err(faults) => prop_assert!(!faults.is_empty()),
        }
    }
}
