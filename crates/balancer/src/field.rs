//! Those who stand for one choice: the eligible backends that this call has not tried yet.

use crate::members::Members;
use crate::{Backend, BackendId, NoBackend};

/// The candidates of one choice. Never empty. Builds no list of its own: `pick` is a hot path.
pub(crate) struct Field<'a> {
    members: &'a mut Members,
    tried: &'a [BackendId],
    len: u32,
}

impl<'a> Field<'a> {
    pub(crate) fn new(members: &'a mut Members, tried: &'a [BackendId]) -> Result<Self, NoBackend> {
        if members.list.is_empty() {
            return Err(NoBackend::Empty);
        }
        if members.eligible.is_empty() {
            return Err(NoBackend::NoneHealthy);
        }
        let len = members.eligible.len() as u32 - tried_ranks(members, tried).count() as u32;
        if len == 0 {
            return Err(NoBackend::AllTried);
        }
        Ok(Self {
            members,
            tried,
            len,
        })
    }

    /// How many candidates there are, at least 1.
    pub(crate) fn len(&self) -> u32 {
        self.len
    }

    /// The place of the `n`th candidate, `n` below [`len`](Self::len).
    pub(crate) fn nth(&self, n: u32) -> usize {
        // Steps over the tried: the rank wanted is n plus however many tried ones lie at or
        // below it. It rises at most once for each of them.
        let mut rank = n;
        if self.len != self.members.eligible.len() as u32 {
            loop {
                let stepped = tried_ranks(self.members, self.tried).filter(|&tried| tried <= rank);
                let next = n + stepped.count() as u32;
                if next == rank {
                    break;
                }
                rank = next;
            }
        }
        self.members.eligible[rank as usize] as usize
    }

    /// Whether the backend at a place is a candidate.
    pub(crate) fn has(&self, place: usize) -> bool {
        let backend = &self.members.list[place];
        backend.eligible() && !self.tried.contains(&backend.id)
    }

    /// The places of all candidates, in the order of the list.
    pub(crate) fn places(&self) -> impl Iterator<Item = usize> + '_ {
        let eligible = self.members.eligible.iter().map(|&place| place as usize);
        eligible.filter(|&place| {
            self.tried.is_empty() || !self.tried.contains(&self.members.list[place].id)
        })
    }

    pub(crate) fn backend(&self, place: usize) -> &Backend {
        &self.members.list[place]
    }

    pub(crate) fn backend_mut(&mut self, place: usize) -> &mut Backend {
        &mut self.members.list[place]
    }

    /// Calls `each` on every candidate with its place, in the order of the list.
    pub(crate) fn for_each_mut(&mut self, mut each: impl FnMut(usize, &mut Backend)) {
        let Members { list, eligible, .. } = &mut *self.members;
        for &place in &*eligible {
            let backend = &mut list[place as usize];
            if self.tried.is_empty() || !self.tried.contains(&backend.id) {
                each(place as usize, backend);
            }
        }
    }
}

/// The ranks of the eligible backends among `tried`, each once however often it was listed.
fn tried_ranks<'a>(members: &'a Members, tried: &'a [BackendId]) -> impl Iterator<Item = u32> + 'a {
    tried.iter().enumerate().filter_map(move |(i, &id)| {
        if tried[..i].contains(&id) {
            return None;
        }
        members
            .get(id)
            .filter(|backend| backend.eligible())
            .map(|backend| backend.rank)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(n: u32) -> Members {
        let mut members = Members::default();
        for id in 0..n {
            members.push(Backend::new(BackendId(id), &format!("b{id}"), 1, 0));
        }
        members
    }

    #[test]
    fn nth_numbers_the_candidates_without_gaps() {
        let mut six = members(6);
        six.list[3].draining = true;
        six.rerank();
        let tried = [
            BackendId(4),
            BackendId(0),
            BackendId(4),
            BackendId(3),
            BackendId(99),
        ];
        let field = Field::new(&mut six, &tried).unwrap();
        assert_eq!(field.len(), 3);
        let by_number: Vec<_> = (0..3).map(|n| field.nth(n)).collect();
        assert_eq!(by_number, [1, 2, 5]);
        assert_eq!(field.places().collect::<Vec<_>>(), by_number);
    }

    #[test]
    fn an_empty_field_says_why() {
        assert_eq!(
            Field::new(&mut members(0), &[]).err(),
            Some(NoBackend::Empty)
        );
        let mut one = members(1);
        assert_eq!(
            Field::new(&mut one, &[BackendId(0)]).err(),
            Some(NoBackend::AllTried)
        );
        one.list[0].draining = true;
        one.rerank();
        assert_eq!(
            Field::new(&mut one, &[]).err(),
            Some(NoBackend::NoneHealthy)
        );
    }
}
