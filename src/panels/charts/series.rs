//! Slices of time made into a few points, and points into an SVG path.

use simulation::metrics::{SLICE, Slice};
use simulation::time::seconds;

/// The most points of one line.
pub(super) const MOST_POINTS: usize = 150;
/// Slices over which rates are smoothed: half a second.
pub(super) const SMOOTHING: usize = 5;

/// A point of a line: seconds of virtual time, and the value if there is one.
pub(super) type Point = (f64, Option<f64>);

/// The mean of a count per second at each slice, over it and those just before it.
///
/// The first slices are averaged over as many as there are.
pub(super) fn rate(slices: &[Slice], count: fn(&Slice) -> u32) -> Vec<Point> {
    over(slices, &|window| {
        let sum: u32 = window.iter().map(count).sum();
        Some(f64::from(sum) / (window.len() as f64 * seconds(SLICE)))
    })
}

/// Part over whole at each slice, over it and those just before it; none where the whole is 0.
pub(super) fn share(
    slices: &[Slice],
    part: fn(&Slice) -> u32,
    whole: fn(&Slice) -> u32,
) -> Vec<Point> {
    over(slices, &|window| {
        let whole: u32 = window.iter().map(whole).sum();
        let part: u32 = window.iter().map(part).sum();
        (whole > 0).then(|| f64::from(part) / f64::from(whole))
    })
}

/// A value of each slice, as it is.
pub(super) fn plain(slices: &[Slice], value: fn(&Slice) -> Option<f64>) -> Vec<Point> {
    slices
        .iter()
        .map(|slice| (seconds(slice.start + SLICE), value(slice)))
        .collect()
}

fn over(slices: &[Slice], value: &dyn Fn(&[Slice]) -> Option<f64>) -> Vec<Point> {
    slices
        .iter()
        .enumerate()
        .map(|(place, slice)| {
            let first = (place + 1).saturating_sub(SMOOTHING);
            (seconds(slice.start + SLICE), value(&slices[first..=place]))
        })
        .collect()
}

/// At most [`MOST_POINTS`] points: the mean of each group.
///
/// Groups are cut by absolute time, so that a line moves along and does not boil.
pub(super) fn thinned(points: &[Point]) -> Vec<Point> {
    let size = points.len().div_ceil(MOST_POINTS.saturating_sub(1)).max(1);
    if size == 1 {
        return points.to_vec();
    }
    let group = |at: f64| (at / seconds(SLICE)).round() as u64 / size as u64;
    points
        .chunk_by(|a, b| group(a.0) == group(b.0))
        .filter_map(|chunk| {
            let last = chunk.last()?;
            let (sum, count) = chunk
                .iter()
                .filter_map(|point| point.1)
                .fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
            Some((last.0, (count > 0.0).then(|| sum / count)))
        })
        .collect()
}

/// The greatest value of some lines.
pub(super) fn greatest<'a>(lines: impl IntoIterator<Item = &'a [Point]>) -> f64 {
    lines
        .into_iter()
        .flatten()
        .filter_map(|point| point.1)
        .fold(0.0, f64::max)
}

/// The last value.
pub(super) fn last(points: &[Point]) -> Option<f64> {
    points.last().and_then(|point| point.1)
}

/// An SVG path in a square of 100 × 100, y downwards; it breaks where there is no value.
pub(super) fn path(points: &[Point], x: impl Fn(f64) -> f64, y: impl Fn(f64) -> f64) -> String {
    let mut path = String::with_capacity(points.len() * 13);
    let mut pen_down = false;
    for (at, value) in points {
        let Some(value) = value else {
            pen_down = false;
            continue;
        };
        let command = if pen_down { 'L' } else { 'M' };
        path.push_str(&format!(
            "{command}{:.2} {:.2}",
            x(*at) * 100.0,
            100.0 - y(*value) * 100.0
        ));
        pen_down = true;
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slices(count: u64) -> Vec<Slice> {
        (0..count)
            .map(|place| Slice {
                start: place * SLICE,
                sent: 10,
                good: if place % 2 == 0 { 20 } else { 0 },
                ..Slice::default()
            })
            .collect()
    }

    #[test]
    fn a_rate_is_per_second_and_smooth() {
        let rates = rate(&slices(20), |slice| slice.sent);
        assert!(
            rates
                .iter()
                .all(|point| (point.1.unwrap() - 100.0).abs() < 1e-9)
        );
        let rates = rate(&slices(20), |slice| slice.good);
        assert!(
            rates[SMOOTHING..]
                .iter()
                .all(|point| (80.0..=120.0).contains(&point.1.unwrap()))
        );
    }

    #[test]
    fn a_share_of_nothing_is_no_value() {
        assert!(
            share(&slices(3), |slice| slice.good, |slice| slice.failed)
                .iter()
                .all(|point| point.1.is_none())
        );
    }

    #[test]
    fn thinning_keeps_the_mean_the_order_and_few_points() {
        for count in [0, 1, 100, 149, 150, 300, 600, 1200] {
            let points = plain(&slices(count), |slice| Some(f64::from(slice.sent)));
            let thin = thinned(&points);
            assert!(thin.len() <= MOST_POINTS, "{count} became {}", thin.len());
            assert!(thin.windows(2).all(|pair| pair[0].0 < pair[1].0));
            assert!(thin.iter().all(|point| point.1 == Some(10.0)));
            assert_eq!(
                thin.last().map(|point| point.0),
                points.last().map(|point| point.0)
            );
        }
    }

    #[test]
    fn a_path_breaks_at_a_gap() {
        let points = [
            (0.0, Some(0.0)),
            (1.0, None),
            (2.0, Some(1.0)),
            (3.0, Some(0.5)),
        ];
        assert_eq!(
            path(&points, |at| at / 4.0, |value| value),
            "M0.00 100.00M50.00 0.00L75.00 50.00"
        );
    }
}
