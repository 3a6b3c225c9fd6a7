//! Numbers of the charts in words.

/// A rate: one decimal below 10, none above.
pub(super) fn rate(value: f64) -> String {
    if value >= 9.95 {
        format!("{value:.0}")
    } else {
        format!("{:.1}", value.max(0.0))
    }
}

/// Milliseconds, or seconds from one on.
pub(super) fn duration(milliseconds: f64) -> String {
    match milliseconds {
        long if long >= 9_950.0 => format!("{:.0} s", long / 1000.0),
        second if second >= 1_000.0 => format!("{:.1} s", second / 1000.0),
        short if short < 9.95 && short > 0.0 => format!("{short:.1} ms"),
        middle => format!("{middle:.0} ms"),
    }
}

/// A tick: as short as it is true.
pub(super) fn tick(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A tick of a time axis: its unit follows from the top of the axis.
pub(super) fn duration_tick(milliseconds: f64, top: f64) -> String {
    if milliseconds == 0.0 {
        "0".to_owned()
    } else if top > 1_000.0 {
        format!("{} s", tick(milliseconds / 1_000.0))
    } else {
        format!("{} ms", tick(milliseconds))
    }
}

/// A share in per cent.
pub(super) fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        assert_eq!(
            [rate(0.0), rate(0.42), rate(9.96), rate(121.4)],
            ["0.0", "0.4", "10", "121"]
        );
        assert_eq!(
            [
                duration(4.21),
                duration(41.2),
                duration(999.0),
                duration(1_450.0),
                duration(12_000.0)
            ],
            ["4.2 ms", "41 ms", "999 ms", "1.4 s", "12 s"].map(str::to_owned)
        );
        assert_eq!(
            [tick(0.0), tick(0.5), tick(150.0), tick(20.0)],
            ["0", "0.5", "150", "20"]
        );
        assert_eq!(
            [
                duration_tick(0.0, 60.0),
                duration_tick(30.0, 60.0),
                duration_tick(1_000.0, 2_000.0)
            ],
            ["0", "30 ms", "1 s"]
        );
        assert_eq!(percent(0.8), "80 %");
    }
}
