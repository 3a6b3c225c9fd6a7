//! The list of backends in the order they were added, and which of them are eligible.

use crate::{Backend, BackendId};

/// Backends by place, by identifier, and the eligible ones among them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Members {
    /// In the order of being added: "first listed" is a tie-break of real systems.
    pub(crate) list: Vec<Backend>,
    /// Places in `list`, ordered by identifier.
    by_id: Vec<(BackendId, u32)>,
    /// Places of the eligible, ascending, so that a random choice costs the same however many
    /// there are.
    pub(crate) eligible: Vec<u32>,
}

impl Members {
    /// The place of a backend in the list.
    pub(crate) fn place(&self, id: BackendId) -> Option<usize> {
        let found = self.by_id.binary_search_by_key(&id, |&(id, _)| id).ok()?;
        Some(self.by_id[found].1 as usize)
    }

    pub(crate) fn get(&self, id: BackendId) -> Option<&Backend> {
        self.place(id).map(|place| &self.list[place])
    }

    /// Adds at the end. The caller has checked that the identifier is new.
    pub(crate) fn push(&mut self, backend: Backend) {
        let place = self.list.len() as u32;
        let at = self.by_id.partition_point(|&(id, _)| id < backend.id);
        self.by_id.insert(at, (backend.id, place));
        self.list.push(backend);
        self.rerank();
    }

    pub(crate) fn remove(&mut self, id: BackendId) -> Option<Backend> {
        let place = self.place(id)?;
        let removed = self.list.remove(place);
        self.by_id.retain(|&(other, _)| other != id);
        for (_, other) in &mut self.by_id {
            if *other as usize > place {
                *other -= 1;
            }
        }
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
