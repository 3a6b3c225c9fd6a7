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
