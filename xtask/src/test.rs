//! Everything that must pass before a change is shared, in the order of what is quickest to fail.

use crate::browser::{self, Browser};
use crate::counts::Counts;
use crate::environment::{Environment, line};
use crate::report::{Failure, flush, seconds};
use crate::{build, npm, toolchain, tools, usage, wasm_tests};
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

const STAGES: [Stage; 6] = [
    Stage::Fmt,
    Stage::Clippy,
    Stage::Native,
    Stage::Wasm,
    Stage::Build,
    Stage::Browser,
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Fmt,
    Clippy,
    Native,
    Wasm,
    Build,
    Browser,
}

impl Stage {
    fn name(self) -> &'static str {
        match self {
            Self::Fmt => "fmt",
            Self::Clippy => "clippy",
            Self::Native => "native",
            Self::Wasm => "wasm",
            Self::Build => "build",
            Self::Browser => "browser",
        }
    }

    /// What it does, and what to do when it fails.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Fmt => ("is the code formatted?", "cargo fmt --all"),
            Self::Clippy => (
                "lints, natively and for the page, warnings denied",
                "fix what is named above; again with: cargo xtask test --only clippy",
            ),
            Self::Native => (
                "tests of all crates on this machine",
                "one test: cargo test -p CRATE NAME; all: cargo xtask test --only native",
            ),
            Self::Wasm => (
                "tests that run as WebAssembly in headless Chromium",
                "again with: cargo xtask test --only wasm",
            ),
            Self::Build => (
                "the release build, and whether its size is within the budget",
                "again with: cargo xtask build",
            ),
            Self::Browser => (
                "the built page in headless Chromium",
                "one file: node --test tests/browser/NAME.test.mjs; all: cargo xtask test --only browser",
            ),
        }
    }

    fn needs_trunk(self) -> bool {
        matches!(self, Self::Build | Self::Browser)
    }

    fn needs_browser(self) -> bool {
        matches!(self, Self::Wasm | Self::Browser)
    }
}

#[derive(Debug)]
pub(crate) struct Options {
    only: Vec<Stage>,
}

impl Options {
    pub(crate) fn parse(arguments: &[String]) -> Result<Self, Failure> {
        let mut only = Vec::new();
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            if argument != "--only" {
                return Err(usage(format!("test knows no `{argument}`")));
            }
            let names = arguments
                .next()
                .ok_or_else(|| usage("--only wants a stage".to_owned()))?;
            for name in names.split(',') {
                let stage = STAGES.into_iter().find(|stage| stage.name() == name);
                only.push(stage.ok_or_else(|| usage(format!("no stage `{name}`")))?);
            }
        }
        Ok(Self { only })
    }

    fn wants(&self, stage: Stage) -> bool {
        self.only.is_empty() || self.only.contains(&stage)
    }
}

/// How a stage ended.
struct Ended {
    stage: Stage,
    took: Duration,
    counts: Counts,
    result: Result<String, Failure>,
}

/// What everything together needs.
pub(crate) fn set_up(environment: &mut Environment) -> Result<Browser, Failure> {
    build::set_up(environment)?;
    browser::set_up(environment)
}

pub(crate) fn run(options: &Options) -> Result<ExitCode, Failure> {
    let since = Instant::now();
    let stages: Vec<Stage> = STAGES
        .into_iter()
        .filter(|stage| options.wants(*stage))
        .collect();
    println!("set-up");
    let mut environment = Environment::new()?;
    let browser = set_up_for(&mut environment, &stages)?;

    let mut ended: Vec<Ended> = Vec::new();
    for stage in stages {
        let (what, _) = stage.words();
        println!("\n{}: {what}", stage.name());
        flush();
        let began = Instant::now();
        let mut counts = Counts::default();
        // Tests of a page that was not built would judge an older one.
        let stale = stage == Stage::Browser
            && ended
                .iter()
                .any(|done| done.stage == Stage::Build && done.result.is_err());
        let result = if stale {
            Err(Failure::new("not run: there is no build to test"))
        } else {
            run_stage(&environment, browser.as_ref(), stage, &mut counts)
        };
        if let Err(failure) = &result {
            eprintln!("{}: {failure}", stage.name());
        }
        ended.push(Ended {
            stage,
            took: began.elapsed(),
            counts,
            result,
        });
    }
    Ok(close(&ended, since.elapsed()))
}

/// Sets up what the chosen stages use, and no more.
fn set_up_for(environment: &mut Environment, stages: &[Stage]) -> Result<Option<Browser>, Failure> {
    toolchain::set_up(environment)?;
    if stages.iter().any(|stage| stage.needs_trunk()) {
        tools::set_up_trunk(environment)?;
        npm::set_up(environment)?;
    } else if stages.contains(&Stage::Wasm) {
        tools::set_up_wasm_bindgen(environment)?;
    }
    tools::fetch_crates(environment)?;
    match stages.iter().any(|stage| stage.needs_browser()) {
        true => browser::set_up(environment).map(Some),
        false => Ok(None),
    }
}

fn run_stage(
    environment: &Environment,
    browser: Option<&Browser>,
    stage: Stage,
    counts: &mut Counts,
) -> Result<String, Failure> {
    let cargo = |arguments: &[&str]| {
        let mut command = environment.command("cargo");
        command.args(arguments);
        command
    };
    match stage {
        Stage::Fmt => stream(&mut cargo(&["fmt", "--all", "--check"]), counts)?,
        Stage::Clippy => {
            let all = [
                "clippy",
                "--workspace",
                "--all-targets",
                "--",
                "-D",
                "warnings",
            ];
            let native = stream(&mut cargo(&all), counts);
            // Both are run, so that one round shows all there is to mend.
            let page = page_lints(environment, counts);
            native.and(page)?;
        }
        Stage::Native => {
            stream(
                &mut cargo(&["test", "--workspace", "--no-fail-fast"]),
                counts,
            )?;
        }
        Stage::Wasm => return wasm(environment, browser, counts),
        Stage::Build => return budget(environment),
        Stage::Browser => page_tests(environment, browser, counts)?,
    }
    Ok(String::new())
}

/// Lints what is compiled for the page, and the tests that run beside it.
fn page_lints(environment: &Environment, counts: &mut Counts) -> Result<(), Failure> {
    let mut runs = vec![vec!["--package".to_owned(), "reroute".to_owned()]];
    runs.extend(
        wasm_tests::find(environment)
            .iter()
            .map(wasm_tests::Suite::arguments),
    );
    for run in runs {
        let mut command = environment.command("cargo");
        command
            .args(["clippy", "--target", toolchain::TARGET])
            .args(run);
        stream(command.args(["--", "-D", "warnings"]), counts)?;
    }
    Ok(())
}

fn wasm(
    environment: &Environment,
    browser: Option<&Browser>,
    counts: &mut Counts,
) -> Result<String, Failure> {
    let browser = browser.ok_or_else(|| Failure::new("there is no browser"))?;
    let suites = wasm_tests::find(environment);
    if suites.is_empty() {
        return Ok("none yet".to_owned());
    }
    let capabilities = capabilities(environment, browser)?;
    let mut result = Ok(String::new());
    for suite in suites {
        let mut command = environment.command("cargo");
        command
            .args(["test", "--no-fail-fast", "--target", toolchain::TARGET])
            .args(suite.arguments())
            .env(
                "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER",
                "wasm-bindgen-test-runner",
            )
            .env("CHROMEDRIVER", &browser.driver)
            .env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", &capabilities)
            .env("WASM_BINDGEN_USE_BROWSER", "1")
            // Seconds. The longest run a whole scenario, unoptimised, beside other work.
            .env("WASM_BINDGEN_TEST_TIMEOUT", "300")
            .env("WASM_BINDGEN_TEST_DRIVER_TIMEOUT", "60");
        if let Err(failure) = stream(&mut command, counts) {
            result = Err(failure);
        }
    }
    result
}

/// `webdriver.json` with the browser that was found in the place of Debian's.
fn capabilities(
    environment: &Environment,
    browser: &Browser,
) -> Result<std::path::PathBuf, Failure> {
    let given = environment.root.join("webdriver.json");
    let made = environment.target().join("webdriver.json");
    let path = browser.chromium.to_string_lossy().replace('\\', "\\\\");
    std::fs::read_to_string(&given)
        .map(|text| text.replace("/usr/bin/chromium", &path))
        .and_then(|text| {
            std::fs::create_dir_all(environment.target())?;
            std::fs::write(&made, text)
        })
        .map_err(|error| Failure::new(format!("webdriver.json: {error}")))?;
    Ok(made)
}

/// Builds, and compares what the page loads with the budget.
fn budget(environment: &Environment) -> Result<String, Failure> {
    build::release(environment)?;
    let sizes = build::sizes(environment)?;
    sizes.print();
    let (loaded, budget) = (kilobytes(sizes.loaded), kilobytes(build::BUDGET));
    if sizes.loaded > build::BUDGET {
        return Err(Failure::new(format!(
            "the page loads {loaded} after gzip, {} more than the budget of {budget}",
            kilobytes(sizes.loaded - build::BUDGET),
        ))
        .next("see the table above for what has grown"));
    }
    let goal = kilobytes(build::GOAL);
    Ok(format!(
        "the page loads {loaded} of {budget}, gzipped; the goal is {goal}"
    ))
}

fn kilobytes(bytes: u64) -> String {
    format!("{}.{} kB", bytes / 1000, bytes % 1000 / 100)
}

fn page_tests(
    environment: &Environment,
    browser: Option<&Browser>,
    counts: &mut Counts,
) -> Result<(), Failure> {
    let browser = browser.ok_or_else(|| Failure::new("there is no browser"))?;
    if !environment.root.join("dist/index.html").is_file() {
        build::release(environment)?;
    }
    let folder = environment.root.join("tests/browser");
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .map_err(|error| Failure::new(format!("cannot read {}: {error}", folder.display())))?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.to_string_lossy().ends_with(".test.mjs"))
        .collect();
    files.sort();
    let mut command = environment.command("node");
    command
        .args(["--test", "--test-reporter=spec"])
        .args(files)
        .env("CHROMIUM", &browser.chromium);
    stream(&mut command, counts)
}

/// Runs a command, shows what it prints and counts the tests in it.
fn stream(command: &mut Command, counts: &mut Counts) -> Result<(), Failure> {
    let typed = line(command);
    println!("  $ {typed}");
    flush();
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| Failure::new(format!("`{typed}` did not start: {error}")))?;
    if let Some(output) = child.stdout.take() {
        let mut reader = BufReader::new(output);
        let mut bytes = Vec::new();
        while reader
            .read_until(b'\n', &mut bytes)
            .is_ok_and(|read| read > 0)
        {
            let text = String::from_utf8_lossy(&bytes);
            counts.read(text.trim_end());
            // A closed output is no reason to stop testing.
            let _ = write!(std::io::stdout(), "{text}");
            flush();
            bytes.clear();
        }
    }
    match child.wait() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Failure::new(format!("`{typed}` failed ({status})"))),
        Err(error) => Err(Failure::new(format!("`{typed}`: {error}"))),
    }
}

/// Prints the table, what to do next, and the closing line.
fn close(ended: &[Ended], took: Duration) -> ExitCode {
    println!(
        "\n  {:<9}{:>13}  {:>7} {:>7}",
        "stage", "time", "passed", "failed"
    );
    let mut all = Counts::default();
    for Ended {
        stage,
        took,
        counts,
        result,
    } in ended
    {
        let mut counts = *counts;
        // A stage can fail without a failed test: what does not compile has none.
        if result.is_err() && counts.failed == 0 {
            counts.failed = 1;
        }
        all += counts;
        let verdict = match result {
            Ok(note) if note.is_empty() => "ok".to_owned(),
            Ok(note) => format!("ok: {note}"),
            Err(_) => "FAILED".to_owned(),
        };
        let (passed, failed) = (counts.passed, counts.failed);
        let time = seconds(*took);
        println!(
            "  {:<9}{time:>13}  {passed:>7} {failed:>7}  {verdict}",
            stage.name()
        );
    }
    println!("  {:<9}{:>13}\n", "all", seconds(took));
    for done in ended {
        if let Err(failure) = &done.result {
            println!(
                "{}: {failure}\n  next: {}\n",
                done.stage.name(),
                done.stage.words().1
            );
        }
    }
    println!("{} passed, {} failed", all.passed, all.failed);
    match ended.iter().all(|done| done.result.is_ok()) {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &[&str]) -> Result<Options, Failure> {
        let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
        Options::parse(&words)
    }

    #[test]
    fn stages_are_chosen_by_name() {
        let options = parse(&["--only", "fmt,wasm"]).unwrap();
        assert!(options.wants(Stage::Fmt) && options.wants(Stage::Wasm));
        assert!(!options.wants(Stage::Native));
        assert!(parse(&[]).unwrap().wants(Stage::Native));
    }

    #[test]
    fn an_unknown_stage_is_named() {
        let message = parse(&["--only", "clipy"]).unwrap_err().to_string();
        assert!(message.contains("clipy"), "{message}");
    }

    #[test]
    fn a_failed_stage_without_tests_fails_the_whole() {
        let ended = Ended {
            stage: Stage::Fmt,
            took: Duration::ZERO,
            counts: Counts::default(),
            result: Err(Failure::new("not formatted")),
        };
        assert_eq!(
            format!("{:?}", close(&[ended], Duration::ZERO)),
            format!("{:?}", ExitCode::FAILURE)
        );
    }
}
