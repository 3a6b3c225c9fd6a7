//! Those who stand for one choice: the eligible backends that this call has not tried yet.

use std::ops::Range;

use crate::members::{Members, UNRANKED};
use crate::{Backend, BackendId, NoBackend};

/// The candidates of one choice. Never empty. Builds no list of its own: `pick` is a hot path.
pub(crate) struct Field<'a> {
    members: &'a mut Members,
    tried: &'a [BackendId],
    /// The ranks among which this choice is made: those of one priority.
    part: Range<u32>,
    len: u32,
}

impl<'a> Field<'a> {
    /// The candidates of the first priority that has any.
    #[cfg(test)]
    pub(crate) fn new(members: &'a mut Members, tried: &'a [BackendId]) -> Result<Self, NoBackend> {
        Self::of(members, tried, 0)
    }

    /// The candidates of a priority, or if it has none, of the first that has some.
    pub(crate) fn of(
        members: &'a mut Members,
        tried: &'a [BackendId],
        level: usize,
    ) -> Result<Self, NoBackend> {
        if members.list.is_empty() {
            return Err(NoBackend::Empty);
        }
        if members.eligible.is_empty() {
            return Err(NoBackend::NoneHealthy);
        }
        let asked = std::iter::once(level);
        for level in asked.chain(0..members.levels.len()) {
            let Some(part) = members.levels.get(level).map(|level| level.part.clone()) else {
                continue;
            };
            let len = part.len() as u32 - tried_ranks(members, &part, tried).count() as u32;
            if len > 0 {
                return Ok(Self {
                    members,
                    tried,
                    part,
                    len,
                });
            }
        }
        Err(NoBackend::AllTried)
    }

    /// How many candidates there are, at least 1.
    pub(crate) fn len(&self) -> u32 {
        self.len
    }

    /// The place of the `n`th candidate, `n` below [`len`](Self::len).
    #[inline]
    pub(crate) fn nth(&self, n: u32) -> usize {
        let mut rank = self.part.start + n;
        if self.len != self.part.len() as u32 {
            rank = self.past_the_tried(rank);
        }
        self.members.eligible[rank as usize] as usize
    }

    /// The rank of a candidate that would have this one if nobody had been tried.
    #[cold]
    fn past_the_tried(&self, first: u32) -> u32 {
        // Steps over the tried: the rank wanted is n plus however many tried ones lie at or
        // below it. It rises at most once for each of them.
        let mut rank = first;
        loop {
            let tried = tried_ranks(self.members, &self.part, self.tried);
            let next = first + tried.filter(|&tried| tried <= rank).count() as u32;
            if next == rank {
                return rank;
            }
            rank = next;
        }
    }

    /// Whether the backend at a place is a candidate.
    pub(crate) fn has(&self, place: usize) -> bool {
        let backend = self.members.list.get(place);
        backend.is_some_and(|it| self.part.contains(&it.rank) && !self.tried.contains(&it.id))
    }

    /// The places of all candidates, in the order of the list.
    pub(crate) fn places(&self) -> impl Iterator<Item = usize> + Clone + '_ {
        let part = self.part.start as usize..self.part.end as usize;
        let eligible = self.members.eligible[part].iter();
        eligible.map(|&place| place as usize).filter(|&place| {
            self.tried.is_empty() || !self.tried.contains(&self.members.list[place].id)
        })
    }

    /// All backends, candidates or not.
    pub(crate) fn list(&self) -> &[Backend] {
        &self.members.list
    }

    /// How many backends are listed.
    pub(crate) fn size(&self) -> usize {
        self.members.list.len()
    }

    /// The place of a backend in the list.
    pub(crate) fn place(&self, id: BackendId) -> Option<usize> {
        self.members.place(id)
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
        for &place in &eligible[self.part.start as usize..self.part.end as usize] {
            let backend = &mut list[place as usize];
            if self.tried.is_empty() || !self.tried.contains(&backend.id) {
                each(place as usize, backend);
            }
        }
    }
}

/// The ranks within a part of those among `tried`, each once however often it was listed.
fn tried_ranks<'a>(
    members: &'a Members,
    part: &Range<u32>,
    tried: &'a [BackendId],
) -> impl Iterator<Item = u32> + 'a {
    let part = part.clone();
    tried.iter().enumerate().filter_map(move |(i, &id)| {
        if tried[..i].contains(&id) {
            return None;
        }
        let rank = members.get(id).map_or(UNRANKED, |backend| backend.rank);
        part.contains(&rank).then_some(rank)
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
