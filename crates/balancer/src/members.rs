//! The list of backends in the order they were added, and which of them stand for a choice.

use std::ops::Range;

use crate::health::{Load, Standing, priority_loads};
use crate::{Backend, BackendId};

/// Backends by place, by identifier, and those of them that stand.
#[derive(Clone, Debug, Default)]
pub(crate) struct Members {
    /// In the order of being added: "first listed" is a tie-break of real systems.
    pub(crate) list: Vec<Backend>,
    /// Places in `list`, ordered by identifier.
    by_id: Vec<(BackendId, u32)>,
    /// Places in `list`, ordered by name.
    by_name: Vec<u32>,
    /// Places of those who stand, by priority and then ascending, so that a random choice costs the
    /// same however many there are.
    pub(crate) eligible: Vec<u32>,
    /// The priorities that get calls; one in the plain case.
    pub(crate) levels: Vec<Level>,
    /// The rules by which `rerank` decides who stands.
    pub(crate) rules: Standing,
    /// Grows when the list or a weight changes, and when anyone stands or falls.
    pub(crate) listed: u64,
    pub(crate) reranked: u64,
    /// Grows when slow start changes what a weight counts.
    pub(crate) weighed: u64,
}

/// A priority that gets calls.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Level {
    /// Its part of `eligible`.
    pub(crate) part: Range<u32>,
    /// Its share of the calls, in percent.
    pub(crate) load: Load,
}

/// The rank of who does not stand.
pub(crate) const UNRANKED: u32 = u32::MAX;

impl Members {
    /// The place of a backend in the list.
    pub(crate) fn place(&self, id: BackendId) -> Option<usize> {
        // Identifiers mostly follow each other without gaps: look there before searching.
        let first = self.by_id.first().map_or(0, |(first, _)| first.0);
        let guess = id.0.wrapping_sub(first) as usize;
        let found = match self.by_id.get(guess) {
            Some(&(guessed, _)) if guessed == id => guess,
            _ => self.by_id.binary_search_by_key(&id, |&(id, _)| id).ok()?,
        };
        Some(self.by_id[found].1 as usize)
    }

    pub(crate) fn get(&self, id: BackendId) -> Option<&Backend> {
        self.place(id).map(|place| &self.list[place])
    }

    /// Where a name is in `by_name`, or where it would have to be.
    fn search_name(&self, name: &str) -> Result<usize, usize> {
        let name_at = |place: &u32| &*self.list[*place as usize].name;
        self.by_name
            .binary_search_by(|place| name_at(place).cmp(name))
    }

    pub(crate) fn has_name(&self, name: &str) -> bool {
        self.search_name(name).is_ok()
    }

    /// Adds at the end. The caller has checked that identifier and name are new.
    pub(crate) fn push(&mut self, mut backend: Backend) {
        let place = self.list.len() as u32;
        let at = self.by_id.partition_point(|&(id, _)| id < backend.id);
        self.by_id.insert(at, (backend.id, place));
        let (Ok(at) | Err(at)) = self.search_name(&backend.name);
        self.by_name.insert(at, place);
        let plain = self.levels.len() == 1 && self.rules.panic_percent == 0;
        let simply = plain && backend.priority == 0 && backend.eligible();
        backend.rank = self.eligible.len() as u32;
        self.list.push(backend);
        self.listed += 1;
        if simply {
            // As `rerank` would, without going through all the others.
            self.reranked += 1;
            self.eligible.push(place);
            self.levels[0].part.end += 1;
        } else {
            self.rerank();
        }
    }

    pub(crate) fn remove(&mut self, id: BackendId) -> Option<Backend> {
        let place = self.place(id)?;
        let removed = self.list.remove(place);
        let close_gap = |other: &mut u32| {
            if *other as usize > place {
                *other -= 1;
            }
        };
        self.by_id.retain(|&(other, _)| other != id);
        self.by_id
            .iter_mut()
            .for_each(|(_, other)| close_gap(other));
        self.by_name.retain(|&other| other as usize != place);
        self.by_name.iter_mut().for_each(close_gap);
        self.listed += 1;
        self.rerank();
        Some(removed)
    }

    /// Lists those who stand again, after anything that may have changed who does.
    pub(crate) fn rerank(&mut self) {
        self.reranked += 1;
        self.eligible.clear();
        self.levels.clear();
        let priorities = self.list.iter().map(|backend| backend.priority).max();
        for priority in 0..=priorities.unwrap_or(0) {
            let from = self.eligible.len() as u32;
            let of_it = self.list.iter().enumerate();
            let well = of_it.filter(|(_, it)| it.priority == priority && it.eligible());
            self.eligible.extend(well.map(|(place, _)| place as u32));
            let part = from..self.eligible.len() as u32;
            self.levels.push(Level {
                part,
                load: Load::default(),
            });
        }
        if self.levels.len() > 1 || self.rules.panic_percent > 0 {
            self.share_out();
        } else {
            self.levels[0].load.percent = 100;
        }
        for backend in &mut self.list {
            backend.rank = UNRANKED;
        }
        for (rank, &place) in self.eligible.iter().enumerate() {
            self.list[place as usize].rank = rank as u32;
        }
    }

    /// Decides what share each priority gets, and lets everyone stand of one in panic.
    fn share_out(&mut self) {
        let hosts = |priority: usize| {
            let of_it =
                |backend: &&Backend| usize::from(backend.priority) == priority && !backend.draining;
            self.list.iter().filter(of_it).count() as u32
        };
        let counts: Vec<(u32, u32)> = self
            .levels
            .iter()
            .enumerate()
            .map(|(priority, level)| (hosts(priority), level.part.len() as u32))
            .collect();
        let loads = priority_loads(&self.rules, &counts);
        let mut eligible = Vec::with_capacity(self.eligible.len());
        for (priority, (level, load)) in self.levels.iter_mut().zip(loads).enumerate() {
            let from = eligible.len() as u32;
            if load.percent > 0 && load.panic {
                let all = self
                    .list
                    .iter()
                    .enumerate()
                    .filter(|(_, it)| usize::from(it.priority) == priority && !it.draining);
                eligible.extend(all.map(|(place, _)| place as u32));
            } else {
                // Also those that get nothing for now: a call that has tried all others comes to them.
                let part = level.part.start as usize..level.part.end as usize;
                eligible.extend_from_slice(&self.eligible[part]);
            }
            level.part = from..eligible.len() as u32;
            level.load = load;
        }
        self.eligible = eligible;
    }

    /// The places of those whose priority gets calls.
    pub(crate) fn standing(&self) -> impl Iterator<Item = u32> + '_ {
        let loaded = self.levels.iter().filter(|level| level.load.percent > 0);
        let parts = loaded.map(|level| level.part.start as usize..level.part.end as usize);
        parts.flat_map(|part| self.eligible[part].iter().copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_orders_follow_additions_and_removals() {
        let mut members = Members::default();
        for (id, name) in [(7, "c"), (2, "a"), (9, "b"), (4, "d")] {
            members.push(Backend::new(BackendId(id), name, 1, 0));
        }
        assert_eq!(
            members.remove(BackendId(2)).map(|b| b.id),
            Some(BackendId(2))
        );
        assert!(members.remove(BackendId(2)).is_none());
        for (place, (id, name)) in [(7, "c"), (9, "b"), (4, "d")].into_iter().enumerate() {
            assert_eq!(members.place(BackendId(id)), Some(place));
            assert!(members.has_name(name));
            assert_eq!(members.list[place].rank as usize, place);
        }
        assert!(!members.has_name("a"));
        assert_eq!(members.eligible, [0, 1, 2]);
    }
}
