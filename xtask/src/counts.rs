//! How many tests passed and failed, read from what the test programs print.

use std::ops::AddAssign;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl Counts {
    /// Adds what a line of output says: a closing line of libtest or `wasm-bindgen-test`
    /// (`test result: ok. 3 passed; 0 failed; ...`) or of node's spec reporter (`ℹ pass 3`).
    pub(crate) fn read(&mut self, line: &str) {
        let line = plain(line);
        if let Some(rest) = line.trim_start().strip_prefix("test result: ") {
            self.passed += before(rest, " passed");
            self.failed += before(rest, " failed");
        } else if let Some(rest) = line.strip_prefix("ℹ ") {
            let number = |name: &str| rest.strip_prefix(name).and_then(|n| n.trim().parse().ok());
            self.passed += number("pass ").unwrap_or(0);
            // A cancelled test (its file broke, or its time ran out) has not passed either.
            self.failed += number("fail ").unwrap_or(0) + number("cancelled ").unwrap_or(0);
        }
    }
}

/// The number that stands before a word; zero if there is none.
fn before(text: &str, word: &str) -> u64 {
    text.split(word)
        .next()
        .filter(|head| head.len() < text.len())
        .and_then(|head| head.rsplit(' ').next())
        .and_then(|number| number.parse().ok())
        .unwrap_or(0)
}

/// A line without the escape sequences that colour it.
fn plain(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((head, tail)) = rest.split_once("\u{1b}[") {
        text.push_str(head);
        rest = tail.split_once('m').map_or("", |(_, after)| after);
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(output: &str) -> Counts {
        let mut counts = Counts::default();
        output.lines().for_each(|line| counts.read(line));
        counts
    }

    #[test]
    fn libtest_is_read() {
        let output = "running 2 tests\ntest a ... ok\n\n\
            test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out\n\
            test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out\n";
        assert_eq!(
            counts(output),
            Counts {
                passed: 15,
                failed: 2
            }
        );
    }

    #[test]
    fn colours_do_not_hide_a_result() {
        let output = "test result: \u{1b}[31mFAILED\u{1b}[0m. 1 passed; 2 failed; 0 ignored\n\
            \u{1b}[34mℹ pass 4\u{1b}[39m";
        assert_eq!(
            counts(output),
            Counts {
                passed: 5,
                failed: 2
            }
        );
    }

    #[test]
    fn node_is_read() {
        let output = "✔ opens (12ms)\nℹ tests 8\nℹ pass 5\nℹ fail 2\nℹ cancelled 1\nℹ skipped 0\n";
        assert_eq!(
            counts(output),
            Counts {
                passed: 5,
                failed: 3
            }
        );
    }

    #[test]
    fn other_lines_are_not_results() {
        assert_eq!(counts("3 passed; 4 failed\npass 4\n"), Counts::default());
    }
}
