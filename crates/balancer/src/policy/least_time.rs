//! Least response time.
//!
//! Idea: the least average response time, times what is under way.
//! Source: nginx, `ngx_http_upstream_least_time_module.c` (`least_time last_byte`).
//! Formula: minimise `t * (active + 1) / weight`, where t is the average of answered attempts in
//! milliseconds, halved for each 11 s since it was last looked after, rounded up to the next multiple of 20 so that
//! near equals take turns, and 5000 if it is more (all that slow are equally bad). Ties go by smooth
//! weighted round robin among the tied, as in `least_conn`.
//! Known failure: it clings to whoever was quick once, and several balancers cling to the same one; what
//! takes long by its nature makes a server look slow.
//!
//! Looked after: nginx's `checked`, which is the last failure, or a choice that comes when the last of either
//! is more than `fail_timeout` (10 s, in whole seconds: 11 s here) ago. So a server in use is believed
//! half as slow for one choice every 11 s.
//!
//! Failed attempts do not count, as in nginx: one that fails fast is not quick. The weight of a new
//! answer in the average is an eighth, as in TCP's smoothed round trip (RFC 6298); nginx's was not read.

use super::{Choice, smooth_weighted};
use crate::field::Field;
use crate::{Backend, Nanos, SECOND, TieBreak};

/// The first whole second after nginx's `fail_timeout`: its `fail_timeout + 1`.
const HALVED_AFTER: Nanos = 11 * SECOND;
const MILLISECOND: Nanos = SECOND / 1_000;
/// Response times are the same within so many milliseconds.
const CLASS: u64 = 20;
/// The longest that makes a difference, in milliseconds.
const LONGEST: u64 = 5_000;

/// A backend's average response time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct ResponseTime {
    average: Option<Nanos>,
    checked: Nanos,
}

impl ResponseTime {
    /// An attempt was answered.
    pub(crate) fn observe(&mut self, latency: Nanos) {
        self.average = Some(match self.average {
            None => latency,
            Some(average) => average - average / 8 + latency / 8,
        });
    }

    /// An attempt has failed.
    pub(crate) fn failed(&mut self, now: Nanos) {
        self.checked = self.checked.max(now);
    }

    fn chosen(&mut self, now: Nanos) {
        if self.halvings(now) > 0 {
            self.checked = now;
        }
    }

    fn halvings(&self, now: Nanos) -> u64 {
        now.saturating_sub(self.checked) / HALVED_AFTER
    }

    /// In milliseconds, as it is compared.
    fn class(&self, now: Nanos) -> u64 {
        let average = self.average.unwrap_or(0) / MILLISECOND;
        let faded = average.checked_shr(self.halvings(now) as u32).unwrap_or(0);
        if faded > LONGEST {
            LONGEST
        } else {
            faded + CLASS - faded % CLASS
        }
    }
}

/// The time a backend would need for all it has and one more, in milliseconds.
pub(crate) fn estimate(backend: &Backend, now: Nanos) -> u64 {
    let time = backend.response_time.unwrap_or_default();
    time.class(now) * (u64::from(backend.active) + 1)
}

/// Picks by a scan of all candidates.
pub(crate) fn choose(field: &mut Field<'_>, now: Nanos) -> Choice {
    let mut best = field.nth(0);
    let mut tied = false;
    for place in field.places().skip(1) {
        let (this, least) = (field.backend(place), field.backend(best));
        let (a, b) = (
            estimate(this, now) * u64::from(least.weight_now),
            estimate(least, now) * u64::from(this.weight_now),
        );
        if a < b {
            best = place;
            tied = false;
        } else if a == b {
            tied = true;
        }
    }
    let mut choice = Choice::of_all(best);
    if tied {
        let (least, weight) = (
            estimate(field.backend(best), now),
            u64::from(field.backend(best).weight_now),
        );
        choice = smooth_weighted::choose_among(field, |backend| {
            estimate(backend, now) * weight == least * u64::from(backend.weight_now)
        });
        choice.tie = Some(TieBreak::SmoothWeighted);
    }
    if let Some(time) = &mut field.backend_mut(choice.place).response_time {
        time.chosen(now);
    }
    choice
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::memory::tests::members;

    fn time(milliseconds: u64) -> Option<ResponseTime> {
        let mut time = ResponseTime::default();
        time.observe(milliseconds * MILLISECOND);
        Some(time)
    }

    /// nginx's classes: 0 to 19 are 20, 20 to 39 are 40, over 5000 is 5000; half after each 11 s.
    #[test]
    fn classes_of_twenty_milliseconds() {
        let class = |ms, now| time(ms).map(|time| time.class(now));
        assert_eq!(
            [0, 19, 20, 39].map(|ms| class(ms, 0)),
            [20, 20, 40, 40].map(Some)
        );
        assert_eq!(
            (class(4_999, 0), class(9_000, 0)),
            (Some(5_000), Some(5_000))
        );
        assert_eq!(class(100, 11 * SECOND - 1), Some(120));
        assert_eq!(class(100, 11 * SECOND), Some(60));
        assert_eq!(class(100, 1_000 * SECOND), Some(20));
    }

    /// nginx's `checked` stays where it is until it is old.
    #[test]
    fn a_choice_counts_once_the_time_is_up_and_a_failure_at_once() {
        let mut slow = time(100).unwrap_or_default();
        let mut class_after = |end: fn(&mut ResponseTime, Nanos), at| {
            end(&mut slow, at * SECOND);
            [11, 16, 22].map(|later| slow.class(later * SECOND))
        };
        assert_eq!(class_after(ResponseTime::chosen, 5), [60, 60, 40]);
        assert_eq!(class_after(ResponseTime::failed, 5), [120, 60, 60]);
        assert_eq!(class_after(ResponseTime::chosen, 16), [120, 120, 120]);
    }

    #[test]
    fn near_equals_take_turns_and_load_counts() {
        let mut members = members(&[1; 3]);
        for (backend, ms) in members.list.iter_mut().zip([22, 38, 100]) {
            backend.response_time = time(ms);
        }
        let pick = |members: &mut crate::members::Members| {
            choose(&mut Field::new(members, &[]).unwrap(), 0).place
        };
        assert_eq!([0; 4].map(|_| pick(&mut members)), [0, 1, 0, 1]);
        // 40 * 4 and 40 * 3 against 120 * 1: a tie of the last two, then the slow one alone.
        (members.list[0].active, members.list[1].active) = (3, 3);
        assert_eq!(pick(&mut members), 2);
    }
}
