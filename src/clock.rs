//! The pace: real milliseconds between frames become virtual nanoseconds.
//!
//! What is left over from rounding is carried to the next frame, so that a minute of play shows a
//! minute times the speed whatever the frame rate. A long gap (a hidden tab, a stall of the
//! machine) is not made up for: time goes on from where it stood, without a jump.

use simulation::Nanos;

/// The longest gap between two frames that counts as time, in milliseconds.
const LONGEST: f64 = 100.0;

/// Turns frames into virtual time.
#[derive(Debug, Clone, Default)]
pub(crate) struct Clock {
    /// Part of a nanosecond that is owed, 0.0..1.0.
    carry: f64,
    /// Virtual time asked for and reached, for the last second or so.
    asked: f64,
    reached: f64,
}

impl Clock {
    /// How far to run in a frame that comes so many milliseconds after the last.
    pub(crate) fn span(&mut self, milliseconds: f64, speed: f64) -> Nanos {
        let exact = milliseconds.clamp(0.0, LONGEST) * 1e6 * speed + self.carry;
        let whole = exact.floor();
        self.carry = exact - whole;
        whole as Nanos
    }

    /// Says what came of a frame, to know whether the machine keeps up.
    pub(crate) fn came_to(&mut self, asked: Nanos, reached: Nanos) {
        // Forgets by a thirtieth a frame: about half a second.
        self.asked = self.asked * (29.0 / 30.0) + asked as f64;
        self.reached = self.reached * (29.0 / 30.0) + reached as f64;
    }

    /// Share of the asked speed that was reached, if the machine cannot keep up.
    pub(crate) fn shortfall(&self) -> Option<f64> {
        let share = self.reached / self.asked;
        (self.asked > 0.0 && share < 0.9).then_some(share)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use simulation::scenario::{Load, Role};
    use simulation::time::{SECOND, seconds};
    use simulation::{World, presets};

    /// Plays evenly spaced load at a frame rate, with a stall of two seconds in the middle; the
    /// offered load over its setting, and the virtual time over what was due.
    fn play(frames_a_second: f64) -> (f64, f64) {
        let mut scenario = presets::find("five-servers").unwrap();
        for node in &mut scenario.nodes {
            if let Role::Lan(lan) = &mut node.role {
                lan.load = Load::Constant { rate: 40.0 };
            }
        }
        let mut world = World::new(&scenario).unwrap();
        let mut clock = Clock::default();
        let (gap, speed) = (1000.0 / frames_a_second, 1.0);
        let frames = (30.0 * frames_a_second) as u32;
        for frame in 0..frames {
            let gap = if frame == frames / 2 { 2_000.0 } else { gap };
            let until = world.now() + clock.span(gap, speed);
            world.advance(until);
        }
        let played = f64::from(frames - 1) * gap.min(LONGEST) + LONGEST;
        let shown = seconds(world.now());
        (
            world.ledger().calls.sent as f64 / (120.0 * shown),
            shown * 1_000.0 / played,
        )
    }

    #[test]
    fn load_and_pace_hold_at_any_frame_rate_and_across_a_stall() {
        for rate in [10.0, 60.0, 144.0] {
            let (load, pace) = play(rate);
            assert!(
                (load - 1.0).abs() < 0.01,
                "{rate} frames a second: load {load}"
            );
            assert!(
                (pace - 1.0).abs() < 1e-8,
                "{rate} frames a second: pace {pace}"
            );
        }
    }

    #[test]
    fn slow_motion_loses_nothing_to_rounding() {
        let mut clock = Clock::default();
        let shown: Nanos = (0..60_000).map(|_| clock.span(16.666_7, 0.001)).sum();
        let due = 60_000.0 * 16.666_7 * 1e6 * 0.001;
        assert!((shown as f64 - due).abs() < 2.0, "{shown} instead of {due}");
        assert!(shown < SECOND * 2);
    }

    #[test]
    fn a_machine_that_cannot_keep_up_is_known() {
        let mut clock = Clock::default();
        for _ in 0..60 {
            clock.came_to(100, 100);
        }
        assert_eq!(clock.shortfall(), None);
        for _ in 0..120 {
            clock.came_to(100, 25);
        }
        assert!((clock.shortfall().unwrap() - 0.25).abs() < 0.05);
    }
}
