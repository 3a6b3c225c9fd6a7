//! Axes: which numbers stand beside a chart, and where a value falls.

/// An axis from 0 to a round top, with a tick at each half.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Axis {
    /// The greatest value; above 0.
    pub(super) top: f64,
}

/// Tops of which the half is round too, within a power of ten.
const ROUND: [f64; 7] = [1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 10.0];

impl Axis {
    /// The smallest round axis that holds a value, and no smaller than `least`.
    pub(super) fn holding(value: f64, least: f64) -> Self {
        let value = if value.is_finite() {
            value.max(least)
        } else {
            least
        };
        let mut power = 1e-6;
        while power * 10.0 < value && power < 1e12 {
            power *= 10.0;
        }
        let top = ROUND
            .iter()
            .map(|round| round * power)
            .find(|top| *top >= value * (1.0 - 1e-9));
        Self {
            top: top.unwrap_or(power * 10.0),
        }
    }

    /// Where a value falls, as a share of the height from the foot, 0.0..=1.0.
    pub(super) fn share(self, value: f64) -> f64 {
        (value / self.top).clamp(0.0, 1.0)
    }

    /// The ticks: foot, half, top.
    pub(super) fn ticks(self) -> [f64; 3] {
        [0.0, self.top / 2.0, self.top]
    }
}

/// The stretch of virtual time that the charts show, in seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Window {
    /// Where it begins.
    pub(super) from: f64,
    /// How long it is.
    pub(super) length: f64,
}

/// Lengths to choose from, in seconds of virtual time: the first seconds of a run fill a chart too.
const LENGTHS: [f64; 6] = [2.0, 4.0, 10.0, 30.0, 60.0, 120.0];

impl Window {
    /// The window at an instant: as short as holds the run so far, and no longer than what passes
    /// in some minutes at this speed (virtual seconds per real second).
    pub(super) fn at(now: f64, speed: f64) -> Self {
        let longest = match speed {
            slow if slow <= 0.02 => LENGTHS[2],
            slow if slow <= 0.25 => LENGTHS[3],
            medium if medium <= 0.5 => LENGTHS[4],
            _ => LENGTHS[5],
        };
        let length = LENGTHS
            .into_iter()
            .find(|length| *length >= now)
            .unwrap_or(longest);
        let length = length.min(longest);
        Self {
            from: (now - length).max(0.0),
            length,
        }
    }

    /// Where an instant falls, as a share of the width; outside 0..=1 when it is out of view.
    pub(super) fn share(self, at: f64) -> f64 {
        (at - self.from) / self.length
    }

    /// Round instants in view, two or three: closer together their labels would touch where a chart
    /// is narrow and the last one stands against its edge.
    pub(super) fn ticks(self) -> Vec<f64> {
        let step = self.length / 2.0;
        let first = (self.from / step).ceil() as u64;
        (first..first + 8)
            .map(|count| count as f64 * step)
            .take_while(|at| *at <= self.from + self.length + 1e-9)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_is_round_and_holds_its_value() {
        for (value, top) in [
            (0.0, 1.0),
            (0.9, 1.0),
            (1.2, 2.0),
            (121.0, 200.0),
            (41.0, 60.0),
            (1000.0, 1000.0),
            (1001.0, 2000.0),
        ] {
            let axis = Axis::holding(value, 1.0);
            assert!((axis.top - top).abs() < 1e-6, "{value}: {}", axis.top);
            assert!(axis.share(value) <= 1.0 && axis.share(axis.top) == 1.0);
        }
        assert_eq!(
            Axis::holding(f64::NAN, 1.0).top,
            Axis::holding(1.0, 1.0).top
        );
    }

    #[test]
    fn a_window_holds_the_run_so_far_and_then_slides() {
        assert_eq!(
            Window::at(3.0, 0.1),
            Window {
                from: 0.0,
                length: 4.0
            }
        );
        assert_eq!(
            Window::at(12.0, 0.1),
            Window {
                from: 0.0,
                length: 30.0
            }
        );
        assert_eq!(
            Window::at(50.0, 0.1),
            Window {
                from: 20.0,
                length: 30.0
            }
        );
        assert_eq!(
            Window::at(50.0, 1.0),
            Window {
                from: 0.0,
                length: 60.0
            }
        );
        assert_eq!(
            Window::at(500.0, 1.0),
            Window {
                from: 380.0,
                length: 120.0
            }
        );
        assert_eq!(
            Window::at(50.0, 0.01),
            Window {
                from: 40.0,
                length: 10.0
            }
        );
    }

    #[test]
    fn time_ticks_are_round_and_in_view() {
        for now in [0.0, 3.3, 17.0, 44.4, 1234.5] {
            for speed in [0.01, 0.1, 0.5, 1.0] {
                let window = Window::at(now, speed);
                let ticks = window.ticks();
                assert!((2..=3).contains(&ticks.len()), "{window:?} {ticks:?}");
                assert!(
                    ticks
                        .iter()
                        .all(|at| (-1e-9..=1.0 + 1e-9).contains(&window.share(*at)))
                );
            }
        }
    }
}
