//! Who stands when not all are well: backups, priorities, panic.
//!
//! Idea: backends of priority 0 come first, higher priorities take what they cannot; and when too few
//! are well, being believed ill counts no more, since the few would drown.
//! Source: nginx's and HAProxy's `backup` servers; Envoy's priority levels, overprovisioning factor
//! and panic threshold (`load_balancer_impl.cc`).
//! Formula (Envoy, whole numbers): `health = min(100, factor * well / all)` for each priority;
//! `total = min(100, sum)`; in order, `load = min(what is left, health * 100 / total)`; what rounding
//! leaves goes to the first that has health. A priority is in panic if its share of well ones is below
//! the threshold and the total is below 100; if all are, loads follow the numbers of hosts.
//! Known failure: a threshold set high sends calls to dead servers while the live ones had room; set
//! low, the last live servers get all the calls and die of it.
//!
//! Envoy's documentation gives 50/50 and 25/75 where 50 % and 60 %, or 25 % and 100 %, are well: its
//! code and its tests give 70/30 and 35/65, and so does this.

use crate::SettingsError;

/// When higher priorities get calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spill {
    /// Only when nobody of the lower ones is well, as nginx's and HAProxy's backup servers.
    WhenNoneIsLeft,
    /// As soon as the lower ones have too few, as in Envoy.
    Overprovisioned {
        /// How much more than its share each backend could take, in percent, 100 to 1000; Envoy's 140.
        factor: u32,
    },
}

/// The rules by which backends stand for a choice.
///
/// # Default values
/// No panic (Envoy's threshold is 50 %), backups only when nobody else is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The share of well ones, in percent, below which all of a priority may be picked, well or not;
    /// 0 to 100, and 0 is never.
    pub panic_percent: u32,
    /// When higher priorities get calls.
    pub spill: Spill,
}

impl Default for Standing {
    fn default() -> Self {
        Self {
            panic_percent: 0,
            spill: Spill::WhenNoneIsLeft,
        }
    }
}

impl Standing {
    /// Checks the ranges.
    ///
    /// # Errors
    /// The first field that is out of its range.
    pub fn validate(&self) -> Result<(), SettingsError> {
        if self.panic_percent > 100 {
            return Err(SettingsError::PercentAbove100(self.panic_percent));
        }
        match self.spill {
            Spill::Overprovisioned { factor } => {
                SettingsError::within("the overprovisioning factor", factor.into(), 100, 1000)
            }
            Spill::WhenNoneIsLeft => Ok(()),
        }
    }
}

/// What one priority gets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Load {
    /// Its share of the calls, in percent.
    pub(crate) percent: u32,
    /// Whether all of it may be picked.
    pub(crate) panic: bool,
}

/// The load of each priority, given how many there are of it and how many of them are well.
pub(crate) fn priority_loads(rules: &Standing, counts: &[(u32, u32)]) -> Vec<Load> {
    let health = |&(all, well): &(u32, u32)| match (rules.spill, all) {
        (_, 0) => 0,
        (Spill::Overprovisioned { factor }, _) => (factor * well / all).min(100),
        (Spill::WhenNoneIsLeft, _) => {
            if well > 0 {
                100
            } else {
                0
            }
        }
    };
    let health: Vec<u32> = counts.iter().map(health).collect();
    let total = health.iter().sum::<u32>().min(100);
    // Backups of the simple kind leave the panic of the first ones alone.
    let may_panic = total < 100 || rules.spill == Spill::WhenNoneIsLeft;
    let panics = |&(all, well): &(u32, u32)| may_panic && well * 100 < rules.panic_percent * all;
    let panic: Vec<bool> = counts.iter().map(panics).collect();
    let all_panic = counts
        .iter()
        .zip(&panic)
        .all(|(&(all, _), &panic)| panic || all == 0);
    let (shares, of) = if all_panic && (total == 0 || rules.spill != Spill::WhenNoneIsLeft) {
        let hosts: Vec<u32> = counts.iter().map(|&(all, _)| all).collect();
        let sum = hosts.iter().sum::<u32>();
        (hosts, sum)
    } else {
        (health, total)
    };
    let mut left = 100;
    let mut loads: Vec<Load> = shares
        .iter()
        .zip(panic)
        .map(|(&share, panic)| {
            let percent = (share * 100).checked_div(of).unwrap_or(0).min(left);
            left -= percent;
            Load { percent, panic }
        })
        .collect();
    let first = shares.iter().position(|&share| share > 0).unwrap_or(0);
    if let Some(first) = loads.get_mut(first) {
        first.percent += left;
    }
    loads
}

#[cfg(test)]
mod tests {
    use super::*;

    fn envoy(panic_percent: u32, counts: &[(u32, u32)]) -> (Vec<u32>, bool) {
        let rules = Standing {
            panic_percent,
            spill: Spill::Overprovisioned { factor: 140 },
        };
        let loads = priority_loads(&rules, counts);
        let panic = loads.iter().any(|load| load.panic);
        (loads.iter().map(|load| load.percent).collect(), panic)
    }

    /// Envoy's `load_balancer_impl_base_test.cc`: GentleFailover, OverProvisioningFactor and others, and
    /// what the rule gives beside them.
    #[test]
    fn envoys_priority_loads() {
        type Case = (&'static [(u32, u32)], &'static [u32]);
        let cases: [Case; 8] = [
            (&[(4, 2), (4, 2)], &[70, 30]),
            (&[(4, 1), (2, 2)], &[35, 65]),
            (&[(4, 1), (4, 1)], &[50, 50]),
            (&[(100, 72), (100, 72)], &[100, 0]),
            (&[(100, 71), (100, 71)], &[99, 1]),
            (&[(100, 25), (100, 25), (100, 20)], &[37, 35, 28]),
            (&[(100, 25), (100, 25), (100, 100)], &[35, 35, 30]),
            (&[(100, 5), (100, 65)], &[8, 92]),
        ];
        for (counts, expected) in cases {
            assert_eq!(envoy(0, counts).0, expected, "{counts:?}");
        }
    }

    #[test]
    fn envoys_panic() {
        assert!(envoy(50, &[(4, 1), (4, 1)]).1);
        assert!(!envoy(50, &[(4, 2), (4, 2)]).1);
        // In panic altogether, by the numbers of hosts.
        assert_eq!(envoy(50, &[(1, 0), (2, 0)]), (vec![34, 66], true));
        assert_eq!(envoy(50, &[(4, 0), (6, 0)]), (vec![40, 60], true));
    }

    #[test]
    fn plain_backups_wait_until_nobody_is_left() {
        let load = |panic_percent, counts: &[(u32, u32)]| {
            let rules = Standing {
                panic_percent,
                ..Standing::default()
            };
            let loads = priority_loads(&rules, counts);
            loads
                .iter()
                .map(|load| (load.percent, load.panic))
                .collect::<Vec<_>>()
        };
        assert_eq!(load(0, &[(5, 1), (2, 2)]), [(100, false), (0, false)]);
        assert_eq!(load(0, &[(5, 0), (2, 1)]), [(0, false), (100, false)]);
        assert_eq!(load(50, &[(5, 2), (2, 2)]), [(100, true), (0, false)]);
        assert_eq!(load(50, &[(5, 3)]), [(100, false)]);
        assert_eq!(load(0, &[(5, 0)]), [(100, false)]);
    }
}
