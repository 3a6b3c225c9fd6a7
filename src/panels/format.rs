//! Numbers as the inspector shows and reads them.

use simulation::Nanos;
pub(crate) use simulation::narration::count;
use simulation::time::{MILLISECOND, SECOND, milliseconds, seconds};

/// A number with at most three decimals and no idle zeros: `0.5`, `20`.
pub(crate) fn number(value: f64) -> String {
    let text = format!("{value:.3}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" {
        "0".to_owned()
    } else {
        text.to_owned()
    }
}

/// A share as a whole percentage.
pub(crate) fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

/// An instant on an axis that goes up to `last`, both in seconds: `30 s`, or as the clock counts
/// them, `90:28`, where the axis goes beyond two minutes.
pub(crate) fn instant(at: f64, last: f64) -> String {
    if last <= 120.0 {
        return format!("{at:.0} s");
    }
    let whole = at.round() as u64;
    format!("{}:{:02}", whole / 60, whole % 60)
}

/// A span in words: `34 ms`, `3.41 s`, `2 min 5 s`.
pub(crate) fn span(time: Nanos) -> String {
    if time < SECOND {
        format!("{:.0} ms", milliseconds(time))
    } else if time < 10 * SECOND {
        format!("{:.2} s", seconds(time))
    } else if time < 120 * SECOND {
        format!("{:.1} s", seconds(time))
    } else {
        let whole = time / SECOND;
        format!("{} min {} s", whole / 60, whole % 60)
    }
}

/// A span that goes on, told to the tenth of a second: `1.4 s`, `2 min 5 s`.
pub(crate) fn so_far(time: Nanos) -> String {
    if time < 120 * SECOND {
        format!("{:.1} s", seconds(time))
    } else {
        span(time)
    }
}

/// A span that was set, without idle zeros: `300 ms`, `3 s`.
pub(crate) fn setting(time: Nanos) -> String {
    if time < SECOND {
        format!("{} ms", number(milliseconds(time)))
    } else {
        format!("{} s", number(seconds(time)))
    }
}

/// A count and its noun: `1 attempt`, `22 attempts`.
pub(crate) fn plural(value: u64, noun: &str) -> String {
    let ending = if value == 1 { "" } else { "s" };
    format!("{} {noun}{ending}", count(value))
}

/// Milliseconds as they are typed, in nanoseconds; negative and NaN become zero.
pub(crate) fn from_milliseconds(value: f64) -> Nanos {
    // Casts from f64 to u64 saturate.
    libm::round(value * MILLISECOND as f64) as Nanos
}

/// What was typed, if it is a number. A decimal comma is understood.
pub(crate) fn parse(text: &str) -> Option<f64> {
    simulation::file::number(&text.trim().replace(',', "."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn counts_are_grouped_from_five_digits_on() {
        assert_eq!([0, 999, 4_182].map(count), ["0", "999", "4182"]);
        assert_eq!(count(12_345), "12\u{202f}345");
        assert_eq!(count(1_234_567), "1\u{202f}234\u{202f}567");
    }

    #[test]
    fn numbers_carry_no_idle_zeros() {
        assert_eq!(
            [20.0, 0.5, 0.05, 100.0, -0.0].map(number),
            ["20", "0.5", "0.05", "100", "0"]
        );
    }

    #[test]
    fn spans_are_as_exact_as_they_are_short() {
        let of = |millis: u64| span(millis * MILLISECOND);
        assert_eq!(
            [of(34), of(3_410), of(12_000), of(125_000)],
            ["34 ms", "3.41 s", "12.0 s", "2 min 5 s"]
        );
        assert_eq!(
            [
                setting(300 * MILLISECOND),
                setting(3 * SECOND),
                setting(2_500 * MILLISECOND)
            ],
            ["300 ms", "3 s", "2.5 s"]
        );
        assert_eq!(
            [so_far(1_440 * MILLISECOND), so_far(125 * SECOND)],
            ["1.4 s", "2 min 5 s"]
        );
    }

    #[test]
    fn one_is_singular() {
        assert_eq!(
            [
                plural(0, "attempt"),
                plural(1, "attempt"),
                plural(22, "attempt")
            ],
            ["0 attempts", "1 attempt", "22 attempts"]
        );
    }

    #[test]
    fn what_is_no_number_is_none() {
        assert_eq!(
            [
                parse(" 1,5 "),
                parse("2e1"),
                parse(""),
                parse("four"),
                parse("inf"),
                parse("NaN")
            ],
            [Some(1.5), None, None, None, None, None]
        );
    }

    #[test]
    fn instants_are_told_as_the_clock_does_beyond_two_minutes() {
        assert_eq!([0.0, 120.0].map(|at| instant(at, 120.0)), ["0 s", "120 s"]);
        assert_eq!(
            [5_428.0, 5_548.0].map(|at| instant(at, 5_548.0)),
            ["90:28", "92:28"]
        );
    }

    proptest! {
        #[test]
        fn what_is_shown_reads_back(thousandths in 0u32..100_000_000) {
            let value = f64::from(thousandths) / 1000.0;
            prop_assert_eq!(parse(&number(value)), Some(value));
        }

        #[test]
        fn grouping_changes_no_digit(value: u64) {
            prop_assert_eq!(count(value).replace('\u{202f}', ""), value.to_string());
        }
    }
}
