//! What a policy remembers between choices beside what each backend remembers itself.

use std::sync::Arc;

use super::earliest_deadline::Schedule;
use super::fast_weighted::FastWeighted;
use super::maglev::Table;
use super::nearest_hash::Circle;
use super::prequal::Pool;
use super::ring_hash::Ring;
use super::static_map::StaticMap;
use super::static_stride::StaticStride;
use super::{Policy, ketama, weighted_least_request};
use crate::members::Members;
use rand_core::Rng;

/// The memory of one policy. Tables that stay as they are until the list changes are shared by clones.
#[derive(Clone, Debug)]
pub(crate) enum Memory {
    Nothing,
    Ring(Arc<Ring>),
    Circle(Arc<Circle>),
    Table(Arc<Table>),
    Map(Box<StaticMap>),
    Turns(Box<FastWeighted>),
    Schedule(Box<Schedule>),
    Stride(Box<StaticStride>),
    Probes(Box<Pool>),
}

impl Memory {
    /// An empty one for a policy.
    pub(crate) fn of(policy: &Policy) -> Self {
        match policy {
            Policy::RingHash { .. } | Policy::Ketama => Self::Ring(Arc::default()),
            Policy::NearestHash | Policy::BoundedLoad { .. } => Self::Circle(Arc::default()),
            Policy::Maglev { .. } => Self::Table(Arc::default()),
            Policy::StaticRoundRobin | Policy::MapHash { .. } => Self::Map(Box::default()),
            Policy::FastWeightedRoundRobin => Self::Turns(Box::default()),
            Policy::EarliestDeadline | Policy::WeightedLeastRequest { .. } => {
                Self::Schedule(Box::default())
            }
            Policy::StaticStride => Self::Stride(Box::default()),
            Policy::Prequal { .. } => Self::Probes(Box::default()),
            _ => Self::Nothing,
        }
    }

    /// Brings it up to the list as it stands now; `seen` says of which changes it has heard.
    pub(crate) fn refresh(
        &mut self,
        policy: &Policy,
        members: &Members,
        seen: Seen,
        rng: &mut impl Rng,
    ) {
        let now = Seen::of(members);
        let (listed, reranked) = (seen.listed != now.listed, seen.reranked != now.reranked);
        match (self, policy) {
            (Self::Ring(ring), &Policy::RingHash { points_per_weight }) if listed => {
                *ring = Arc::new(Ring::new(&members.list, points_per_weight));
            }
            (Self::Ring(ring), Policy::Ketama) if listed => {
                *ring = Arc::new(ketama::ring(&members.list));
            }
            (Self::Circle(circle), _) if listed => *circle = Arc::new(Circle::new(&members.list)),
            (Self::Table(table), &Policy::Maglev { table_size }) if listed || reranked => {
                *table = Arc::new(Table::new(members, table_size));
            }
            (Self::Map(map), _) if listed || reranked => map.build(members),
            (Self::Turns(turns), _) => turns.sync(members),
            (Self::Stride(stride), _) => stride.build(members),
            // Envoy's schedules look at weights when they serve, and start anew only with the set.
            (Self::Schedule(schedule), policy) if reranked => {
                let picks = *schedule.seed.get_or_insert_with(|| rng.next_u32());
                schedule.start(members, picks, &|place| match *policy {
                    Policy::WeightedLeastRequest { bias } => {
                        weighted_least_request::weight(&members.list[place], bias)
                    }
                    _ => members.list[place].weight_f64(),
                });
            }
            _ => {}
        }
    }
}

/// The changes of a list that somebody has heard of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    listed: u64,
    reranked: u64,
    weighed: u64,
}

impl Seen {
    pub(crate) fn of(members: &Members) -> Self {
        Self {
            listed: members.listed,
            reranked: members.reranked,
            weighed: members.weighed,
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use crate::members::Members;
    use crate::policy::Choice;
    use crate::{Backend, BackendId};

    /// Backends 0, 1, ... of these weights.
    pub(crate) fn members(weights: &[u32]) -> Members {
        let mut members = Members::default();
        for (i, &weight) in weights.iter().enumerate() {
            let id = BackendId(i as u32);
            members.push(Backend::new(id, &format!("b{i}"), weight, 0));
        }
        members
    }

    /// So many choices, as letters.
    pub(crate) fn letters(n: usize, mut choose: impl FnMut() -> Choice) -> String {
        (0..n)
            .map(|_| char::from(b'a' + choose().place as u8))
            .collect()
    }
}
