//! The binary on real files.
#![allow(missing_docs, reason = "tests say what they hold in their names")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "what a test's helpers cannot do fails the test"
)]

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A folder of one test's own.
fn folder(test: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    if path.exists() {
        std::fs::remove_dir_all(&path).expect("the folder of an earlier run");
    }
    std::fs::create_dir_all(&path).expect("a folder");
    path
}

fn reroute(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_reroute"));
    command
        .current_dir(folder)
        .args(arguments)
        .output()
        .expect("the binary runs")
}

/// What it prints, if it ends well.
fn told(folder: &Path, arguments: &[&str]) -> String {
    let output = reroute(folder, arguments);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {errors}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

#[test]
fn the_schema_in_the_repository_is_this_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../static/scenario.schema.json");
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        kept == told(&folder("schema"), &["schema"]),
        "static/scenario.schema.json is stale: cargo run -p cli -- schema > static/scenario.schema.json"
    );
}

/// The lines of the README that follow a command, up to the next text of its own.
fn shown_after<'a>(readme: &'a str, command: &str) -> Vec<&'a str> {
    let mut lines = readme.lines().skip_while(|line| !line.contains(command));
    assert!(lines.next().is_some(), "the README shows “{command}”");
    lines
        .take_while(|line| line.is_empty() || line.starts_with("    "))
        .filter(|line| !line.is_empty())
        .map(|line| line.trim_start_matches("    ").trim_end())
        .collect()
}

#[test]
fn the_readme_shows_what_the_commands_print() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md");
    let readme = std::fs::read_to_string(path).expect("the README");
    let folder = folder("readme");
    let run = ["run", "a-server-dies", "--until", "60s", "--warmup", "5s"];
    let explain = ["explain", "one-server"];
    for (command, arguments) in [
        ("cli -- run a-server-dies", &run[..]),
        ("`reroute explain one-server`", &explain[..]),
    ] {
        let printed = told(&folder, arguments);
        let shown = shown_after(&readme, command);
        assert!(!shown.is_empty(), "{command}");
        for line in shown {
            assert!(
                printed.lines().any(|it| it.trim_end() == line),
                "the README shows “{line}”, which {command} does not print:\n{printed}"
            );
        }
    }
}

#[test]
fn presets_are_files_that_run_as_the_presets_do() {
    let folder = folder("presets");
    let list = told(&folder, &["presets"]);
    assert_eq!(list.lines().count(), simulation::presets::all().len());
    for line in list.lines() {
        let name = line.split_whitespace().next().expect("a name");
        std::fs::write(
            folder.join("it.json"),
            told(&folder, &["presets", "--write", name]),
        )
        .expect("a file");
        let run = |scenario| {
            json(&told(
                &folder,
                &["run", scenario, "--until", "5s", "--json"],
            ))
        };
        assert_eq!(run("it.json"), run(name), "{name}");
    }
}

#[test]
fn a_run_says_the_same_in_every_format_and_counts_every_call() {
    let folder = folder("run");
    let arguments = [
        "run",
        "a-server-dies",
        "--until",
        "8s",
        "--seed",
        "3",
        "--picks",
        "5",
    ];
    let with = |more: &[&str]| told(&folder, &[&arguments[..], more].concat());
    let summary = json(&with(&["--json", "--trace", "trace.jsonl"]));
    assert_eq!(summary["seed"], 3);
    assert_eq!(summary["picks"].as_array().map(Vec::len), Some(5));
    let number = |path: &str| {
        summary
            .pointer(path)
            .and_then(Value::as_f64)
            .expect("a number")
    };
    let ended = number("/calls/ended/value");
    let parts = ["good", "errors", "failed", "shed"];
    let sum: f64 = parts
        .iter()
        .map(|part| number(&format!("/calls/{part}/value")))
        .sum();
    assert_eq!(ended, sum);
    assert!(number("/latency/p50/value") <= number("/latency/p99/value"));
    assert!(number("/latency/mean/low") < number("/latency/mean/value"));
    // Three checks in a row, a second apart, each given up after one: two to four seconds.
    let detections = summary["detection"]["balancer"]["server-2"]
        .as_object()
        .expect("a detection");
    let gap = detections
        .values()
        .next()
        .and_then(|it| it["value"].as_f64())
        .expect("a time");
    assert!((2.0..=4.0).contains(&gap), "{gap}");
    // Every call is in the trace, those in flight too.
    let trace = std::fs::read_to_string(folder.join("trace.jsonl")).expect("a trace");
    let calls: Vec<Value> = trace.lines().map(json).collect();
    assert_eq!(
        calls.len() as f64,
        ended + number("/calls/in_flight_at_end/value")
    );
    let finished = |call: &&Value| {
        call["steps"]
            .as_array()
            .and_then(|it| it.last())
            .is_some_and(|it| it["step"] == "finished")
    };
    assert_eq!(calls.iter().filter(finished).count() as f64, ended);
    // The same run, whatever is asked of it.
    let hash = summary["trace_hash"].as_str().expect("a hash").to_owned();
    assert!(with(&["--text"]).contains(&hash));
    let csv = with(&["--csv"]);
    assert!(csv.contains(&format!("trace_hash,{hash}")));
    assert!(csv.contains(&format!("calls.ended,{ended},")));
    let other = told(
        &folder,
        &[
            "run",
            "a-server-dies",
            "--until",
            "8s",
            "--seed",
            "4",
            "--json",
        ],
    );
    assert_ne!(json(&other)["trace_hash"], hash.as_str());
}

#[test]
fn a_bad_file_is_told_all_its_faults() {
    let folder = folder("faults");
    let text =
        r#"{"reroute": 1, "workload": [{"procedure": "ad"}], "links": [{"between": ["a", "b"]}]}"#;
    std::fs::write(folder.join("bad.json"), text).expect("a file");
    let output = reroute(&folder, &["run", "bad.json"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        String::from_utf8_lossy(&output.stderr),
        "bad.json does not hold, for 3 reasons:\n  \
         workload[0].procedure: “ad” is none of those known; did you mean “add”?\n  \
         links[0].between: there is no node named “a”\n  \
         links[0].between: there is no node named “b”\n"
    );
    assert_eq!(
        reroute(&folder, &["run", "no-such-file.json"])
            .status
            .code(),
        Some(2)
    );
}

#[test]
fn expectations_hold_or_fail_or_cannot_be_judged() {
    let folder = folder("check");
    let check = |expectations: &str| {
        std::fs::write(folder.join("expect.json"), expectations).expect("a file");
        let output = reroute(
            &folder,
            &[
                "check",
                "five-servers",
                "--expect",
                "expect.json",
                "--until",
                "5s",
            ],
        );
        (
            output.status.code(),
            String::from_utf8_lossy(&output.stdout).into_owned()
                + &String::from_utf8_lossy(&output.stderr),
        )
    };
    let (code, text) =
        check(r#"{"calls.failed": "= 0", "goodput": "> 1/s", "calls.status.INTERNAL": "< 1"}"#);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.ends_with("3 of 3 hold\n"), "{text}");
    let (code, text) = check(r#"{"latency.p50": "<= 1ms", "goodput": "1/s to 100000/s"}"#);
    assert_eq!(code, Some(1), "{text}");
    assert!(
        text.contains("FAILS  latency.p50 is") && text.contains("1 of 2 hold"),
        "{text}"
    );
    let (code, text) = check(r#"{"latency.p51": "<= 1ms", "goodput": "<= 5ms", "latency.max": 3}"#);
    assert_eq!(code, Some(2), "{text}");
    assert_eq!(text.lines().count(), 4, "{text}");
}

#[test]
fn a_sweep_resumes_and_shards_to_the_same_results() {
    let folder = folder("sweep");
    let base = [
        "sweep",
        "five-servers",
        "--set",
        "nodes[balancer].policy=random,least-request",
        "--set",
        "nodes[server-*].speed=1,0.9",
        "--seeds",
        "2",
        "--until",
        "2s",
    ];
    let sweep = |more: &[&str]| told(&folder, &[&base[..], more].concat());
    let read = |name: &str| {
        let text = std::fs::read_to_string(folder.join(name)).expect("results");
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines[1..].sort();
        lines
    };
    let table = sweep(&["--out", "whole.csv", "--jobs", "2"]);
    assert_eq!(table.lines().count(), 5, "{table}");
    let whole = read("whole.csv");
    assert_eq!(whole.len(), 9);
    // Stopped in the middle of a line, and gone on with.
    let text = std::fs::read_to_string(folder.join("whole.csv")).expect("results");
    std::fs::write(folder.join("part.csv"), &text[..text.len() / 2]).expect("a file");
    sweep(&["--out", "part.csv"]);
    assert_eq!(read("part.csv"), whole);
    for part in ["1/3", "2/3", "3/3"] {
        sweep(&["--out", &format!("{}.csv", &part[..1]), "--shard", part]);
    }
    let merged = told(
        &folder,
        &["merge", "1.csv", "2.csv", "3.csv", "--out", "merged.csv"],
    );
    assert_eq!(read("merged.csv"), whole);
    assert_eq!(merged, table);
    // Another sweep's results are not gone on with.
    let other = reroute(
        &folder,
        &[
            "sweep",
            "five-servers",
            "--until",
            "2s",
            "--out",
            "whole.csv",
        ],
    );
    assert_eq!(other.status.code(), Some(2));
    assert_eq!(read("whole.csv"), whole);
}

#[test]
fn explanations_name_the_theory_or_say_why_there_is_none() {
    let folder = folder("explain");
    assert!(
        told(&folder, &["explain", "one-server"]).contains("Theory: M/M/1 describes it, exactly.")
    );
    assert!(
        told(&folder, &["explain", "a-server-dies"]).contains("Theory: no formula describes it.")
    );
}

/// What it says when it refuses.
fn refused(folder: &Path, arguments: &[&str]) -> String {
    let output = reroute(folder, arguments);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    String::from_utf8(output.stderr).expect("UTF-8")
}

/// One LAN that calls a server of so many cores, with a timeline.
fn scenario(cores: u32, timeline: &str) -> String {
    format!(
        r#"{{"reroute": 1,
        "workload": [{{"procedure": "echo", "demand": {{"kind": "constant", "mean": "20ms"}}}}],
        "nodes": [
            {{"name": "L", "kind": "lan", "load": {{"kind": "poisson", "rate": "150/s"}}}},
            {{"name": "s", "kind": "server", "cores": {cores}}}
        ],
        "links": [{{"between": ["L", "s"]}}],
        "timeline": [{timeline}]}}"#
    )
}

#[test]
fn utilisation_is_a_share_of_the_cores_that_were_there() {
    let folder = folder("cores");
    let file = |name: &str, text: String| {
        std::fs::write(folder.join(name), text).expect("a file");
        let arguments = ["run", name, "--until", "60s", "--json"];
        let summary = json(&told(&folder, &arguments));
        summary["nodes"]["s"]["utilisation"]["value"]
            .as_f64()
            .expect("a value")
    };
    let set = |cores| {
        format!(
            r#"{{"at": "55s", "action": "set-server", "node": "s", "server": {{"cores": {cores}}}}}"#
        )
    };
    // 150 calls a second of 20 ms are three cores' work, of four.
    for timeline in [
        String::new(),
        set(3),
        r#"{"at": "52s", "action": "remove-node", "node": "s"}"#.to_owned(),
    ] {
        let share = file("s.json", scenario(4, &timeline));
        assert!((0.6..=0.8).contains(&share), "{share} with {timeline}");
    }
}

#[test]
fn a_timeline_that_would_be_refused_is_told_before_the_run() {
    let folder = folder("timeline");
    let kill = r#""action": "kill", "node": "s", "death": "crash""#;
    let timeline = format!(
        r#"{{"at": "3s", {kill}}}, {{"at": "2s", {kill}}},
        {{"at": "5s", "action": "remove-node", "node": "s"}},
        {{"at": "6s", "action": "revive", "node": "s"}}"#
    );
    std::fs::write(folder.join("s.json"), scenario(1, &timeline)).expect("a file");
    let told = refused(&folder, &["run", "s.json"]);
    assert!(told.contains("2 reasons"), "{told}");
    // The second in time, though the first in the file.
    assert!(told.contains("timeline[0]: "), "{told}");
    assert!(told.contains("timeline[3]: "), "{told}");
}

#[test]
fn a_part_may_leave_and_come_back_with_its_link() {
    let folder = folder("back");
    let timeline = r#"{"at": "5s", "action": "remove-node", "node": "s"},
        {"at": "10s", "action": "add-node", "node": {"name": "s", "kind": "server"},
         "links": [{"between": ["L", "s"]}]}"#;
    // With the mark that some editors put before a text.
    let text = format!("\u{feff}{}", scenario(1, timeline));
    std::fs::write(folder.join("s.json"), text).expect("a file");
    assert!(told(&folder, &["run", "s.json", "--until", "12s"]).contains("calls.good"));
}

#[test]
fn expectations_that_mean_nothing_are_refused() {
    let folder = folder("expectations");
    for (expectation, why) in [
        (
            r#""calls.status.BANANA": "= 0""#,
            "there is no such quantity",
        ),
        (r#""attempts.zzz": "= 0""#, "there is no such quantity"),
        (r#""attempts.01": "= 0""#, "there is no such quantity"),
        (
            r#""calls.failed": "= 1", "calls.failed": "= 0""#,
            "more than once",
        ),
        (
            r#""nodes.server-1.utilisation": "80% to 50%""#,
            "ends before it begins",
        ),
    ] {
        std::fs::write(folder.join("e.json"), format!("{{{expectation}}}")).expect("a file");
        let arguments = ["check", "one-server", "--expect", "e.json", "--until", "2s"];
        let told = refused(&folder, &arguments);
        assert!(told.contains(why), "{expectation}: {told}");
    }
    let none = r#"{"calls.status.NOT_FOUND": "= 0", "attempts.9": "= 0"}"#;
    std::fs::write(folder.join("e.json"), none).expect("a file");
    told(
        &folder,
        &["check", "one-server", "--expect", "e.json", "--until", "2s"],
    );
}

#[test]
fn a_sweep_that_would_not_do_what_it_says_is_refused() {
    let folder = folder("sweeps");
    for (settings, why) in [
        (&["--set", "seed=1,2,3"][..], "--seeds"),
        (
            &["--set", "nodes[s].cores=1", "--set", ".nodes[s].cores=2"][..],
            "set twice",
        ),
    ] {
        let arguments = [&["sweep", "one-server", "--until", "1s"], settings].concat();
        let told = refused(&folder, &arguments);
        assert!(told.contains(why), "{told}");
    }
    let last = u64::MAX.to_string();
    let seed = ["sweep", "one-server", "--until", "1s", "--seed", &last];
    told(&folder, &seed);
    let picks = ["run", "five-servers", "--until", "1s", "--picks", &last];
    assert!(told(&folder, &picks).contains("picks"));
    assert!(refused(&folder, &["run", "one-server", "--until", "9000h"]).contains("a year"));
}
