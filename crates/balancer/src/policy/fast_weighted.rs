//! Fast weighted round robin.
//!
//! Idea: each server has a position on a line of turns; whoever is due is next, and moves on by the sum
//! of weights divided by its own.
//! Source: HAProxy, `balance roundrobin`, `src/lb_fwrr.c`.
//! Formula: effective weights are 16 for each unit. Servers wait in three trees: `init` (by falling
//! weight) before their first turn of a round, `curr` by `(position, weight class)`, `next` for those
//! whose next position is in the following round. The first of `curr` is taken if it is due, else the
//! first of `init`; when both are empty `next` becomes `init` and a round begins. Position grows by
//! `sum / weight`, the remainder is carried. With 5, 1, 1: `aaabaac`; with 3, 2, 1: `abacab`.
//! Known failure: turns know no load; the order is not the smoothest (heavy servers come in bursts).
//!
//! Ties: equal keys go by the order in which they were queued. A candidate that this call has tried is
//! put back as if it had had its turn, as HAProxy does with the server that a redispatch avoids.

use super::Choice;
use crate::field::Field;
use crate::members::Members;
use crate::{Backend, BackendId};

/// HAProxy's `BE_WEIGHT_SCALE`.
const SCALE: i64 = 16;
/// HAProxy's `SRV_EWGHT_MAX`: 256 units of weight.
pub(crate) const MOST: i64 = 256 * SCALE;

/// HAProxy's effective weight: 16 for each unit, at least 1.
pub(crate) fn effective_weight(backend: &Backend) -> i64 {
    (i64::from(backend.weight_now) * SCALE / 100).max(1)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tree {
    Out,
    Init,
    Current,
    Next,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    id: BackendId,
    tree: Tree,
    weight: i64,
    position: i64,
    remainder: i64,
    /// The sorting key in its tree, and when it was queued there.
    key: (i64, i64, u64),
}

/// The three trees, as marks on one list.
#[derive(Clone, Debug, Default)]
pub(crate) struct FastWeighted {
    /// By place in the list of members.
    slots: Vec<Slot>,
    queued: u64,
    position: i64,
    current_weight: i64,
    next_weight: i64,
}

impl FastWeighted {
    /// Takes over who stands and with what weight.
    pub(crate) fn sync(&mut self, members: &Members) {
        let before = std::mem::take(&mut self.slots);
        let fresh = before.is_empty();
        for backend in &members.list {
            let known = before.iter().find(|slot| slot.id == backend.id);
            self.slots.push(known.copied().unwrap_or(Slot {
                id: backend.id,
                tree: Tree::Out,
                weight: 0,
                position: 0,
                remainder: 0,
                key: (0, 0, 0),
            }));
        }
        let mut in_turn = vec![false; self.slots.len()];
        for place in members.standing() {
            in_turn[place as usize] = true;
        }
        for (place, stands) in in_turn.into_iter().enumerate() {
            let weight = effective_weight(&members.list[place]);
            let slot = &mut self.slots[place];
            match (slot.tree, stands) {
                (Tree::Out, true) if fresh => {
                    slot.weight = weight;
                    self.queue_by_weight(place, Tree::Init);
                }
                (Tree::Out, true) => self.joins(place, weight),
                (Tree::Out, false) => {}
                (_, false) => slot.tree = Tree::Out,
                (_, true) if slot.weight != weight => self.reweighs(place, weight),
                (_, true) => {}
            }
        }
        let in_trees = self.slots.iter().filter(|slot| slot.tree != Tree::Out);
        self.next_weight = in_trees.map(|slot| slot.weight).sum();
        if fresh {
            self.current_weight = self.next_weight;
            self.position = self.next_weight;
        }
    }

    /// Up again: one round of its own away from now.
    fn joins(&mut self, place: usize, weight: i64) {
        self.next_weight += weight;
        let rest = self.next_weight + self.current_weight - self.position;
        let slot = &mut self.slots[place];
        slot.weight = weight;
        slot.position = self.position + rest / weight;
        slot.remainder = 0;
        self.queue(place);
    }

    fn reweighs(&mut self, place: usize, weight: i64) {
        let slot = &mut self.slots[place];
        self.next_weight += weight - slot.weight;
        slot.weight = weight;
        match slot.tree {
            Tree::Init => self.queue_by_weight(place, Tree::Init),
            Tree::Next => self.queue_by_weight(place, Tree::Next),
            Tree::Current | Tree::Out => {
                let soonest = self.position + self.next_weight / weight;
                slot.position = slot.position.min(soonest).max(self.position);
                slot.remainder = 0;
                self.queue(place);
            }
        }
    }

    fn queue_by_weight(&mut self, place: usize, tree: Tree) {
        self.queued += 1;
        let slot = &mut self.slots[place];
        slot.tree = tree;
        slot.key = (MOST - slot.weight, 0, self.queued);
    }

    fn queue(&mut self, place: usize) {
        let slot = &mut self.slots[place];
        if slot.position >= 2 * self.current_weight
            || slot.position >= self.current_weight + self.next_weight
        {
            slot.position -= self.current_weight;
            self.queue_by_weight(place, Tree::Next);
            return;
        }
        self.queued += 1;
        let class = (MOST + slot.remainder - slot.weight) / SCALE;
        slot.tree = Tree::Current;
        slot.key = (slot.position, class, self.queued);
    }

    fn first(&self, tree: Tree) -> Option<usize> {
        let of_tree = self.slots.iter().enumerate();
        of_tree
            .filter(|(_, slot)| slot.tree == tree)
            .min_by_key(|(_, slot)| slot.key)
            .map(|(place, _)| place)
    }

    /// Who is next, taken out of its tree with its position moved on.
    fn take(&mut self) -> Option<usize> {
        let place = match self.next_in_line() {
            Some(place) => place,
            None => {
                for slot in &mut self.slots {
                    if slot.tree == Tree::Next {
                        slot.tree = Tree::Init;
                    }
                }
                self.current_weight = self.next_weight;
                self.position = self.current_weight;
                self.next_in_line()?
            }
        };
        let (now, sum) = (self.position, self.next_weight);
        let slot = &mut self.slots[place];
        if slot.tree == Tree::Init {
            (slot.position, slot.remainder) = (0, 0);
        }
        if slot.position == 0 {
            slot.position = now;
        }
        slot.position += sum / slot.weight;
        slot.remainder += sum % slot.weight;
        if slot.remainder >= slot.weight {
            slot.remainder -= slot.weight;
            slot.position += 1;
        }
        self.position += 1;
        Some(place)
    }

    fn next_in_line(&self) -> Option<usize> {
        match self.first(Tree::Current) {
            Some(due) if self.slots[due].position <= self.position => Some(due),
            early => self.first(Tree::Init).or(early),
        }
    }

    pub(crate) fn choose(&mut self, field: &Field<'_>) -> Choice {
        if !field
            .places()
            .any(|place| self.slots[place].tree != Tree::Out)
        {
            // A retry has come to the backups, which take no turns.
            return Choice::of_all(field.nth(0));
        }
        // Each turn taken moves a server on by a bounded way, so a candidate comes up; the bound is
        // for a list that is out of step, which would be a defect elsewhere.
        for _ in 0..self.slots.len() * 512 {
            let Some(place) = self.take() else { break };
            self.queue(place);
            if field.has(place) {
                return Choice::of_all(place);
            }
        }
        Choice::of_all(field.nth(0))
    }

    /// How many turns away a place's next position is; none for those that wait for their first turn
    /// of a round.
    pub(crate) fn wait(&self, place: usize) -> Option<f64> {
        let slot = self.slots.get(place)?;
        (slot.tree == Tree::Current).then(|| (slot.position - self.position).max(0) as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::memory::tests::{letters, members};

    fn picks(weights: &[u32], n: usize) -> String {
        let mut members = members(weights);
        let mut turns = FastWeighted::default();
        turns.sync(&members);
        letters(n, || turns.choose(&Field::new(&mut members, &[]).unwrap()))
    }

    /// Recorded from HAProxy 2.6.12.
    #[test]
    fn haproxys_sequences() {
        assert_eq!(picks(&[5, 1, 1], 14), "aaabaacaaabaac");
        assert_eq!(picks(&[3, 2, 1], 12), "abacababacab");
        assert_eq!(picks(&[1, 1, 1], 6), "abcabc");
    }

    #[test]
    fn shares_follow_weights_after_a_change_and_a_return() {
        let mut members = members(&[2, 1, 1]);
        let mut turns = FastWeighted::default();
        turns.sync(&members);
        let count = |members: &mut Members, turns: &mut FastWeighted| {
            let mut counts = [0_u32; 3];
            for _ in 0..4_000 {
                counts[turns.choose(&Field::new(members, &[]).unwrap()).place] += 1;
            }
            counts
        };
        assert_eq!(count(&mut members, &mut turns), [2_000, 1_000, 1_000]);
        members.list[2].draining = true;
        members.rerank();
        turns.sync(&members);
        let two = count(&mut members, &mut turns);
        assert!(two[2] == 0 && two[0].abs_diff(2_667) <= 3, "{two:?}");
        members.list[2].draining = false;
        members.list[2].set_weight(4);
        members.rerank();
        turns.sync(&members);
        let three = count(&mut members, &mut turns);
        assert!(three[2].abs_diff(2_286) <= 8, "{three:?}");
    }
}
