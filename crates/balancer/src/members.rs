//! The list of backends in the order they were added, and which of them are eligible.

use crate::{Backend, BackendId};

/// Backends by place, by identifier, and the eligible ones among them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Members {
    /// In the order of being added: "first listed" is a tie-break of real systems.
    pub(crate) list: Vec<Backend>,
    /// Places in `list`, ordered by identifier.
    by_id: Vec<(BackendId, u32)>,
    /// Places in `list`, ordered by name.
    by_name: Vec<u32>,
    /// Places of the eligible, ascending, so that a random choice costs the same however many
    /// there are.
    pub(crate) eligible: Vec<u32>,
}

impl Members {
    /// The place of a backend in the list.
    pub(crate) fn place(&self, id: BackendId) -> Option<usize> {
        // Identifiers are mostly 0, 1, 2, ... without gaps: look there before searching.
        let guess = id.0 as usize;
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
        backend.rank = self.eligible.len() as u32;
        if backend.eligible() {
            self.eligible.push(place);
        }
        self.list.push(backend);
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
        self.rerank();
        Some(removed)
    }

    /// Lists the eligible again, after anything that may have changed who is.
    pub(crate) fn rerank(&mut self) {
        self.eligible.clear();
        for (place, backend) in self.list.iter_mut().enumerate() {
            backend.rank = self.eligible.len() as u32;
            if backend.eligible() {
                self.eligible.push(place as u32);
            }
        }
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
