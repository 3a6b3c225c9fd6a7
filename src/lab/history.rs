//! What was done and can be taken back, and what was taken back and can be done again.

use simulation::Action;

/// Changes that can be taken back; older ones are forgotten.
const KEPT: usize = 200;

/// The inverses of changes, the last one at the end of each list.
#[derive(Debug, Default)]
pub(super) struct History {
    undo: Vec<Action>,
    redo: Vec<Action>,
}

/// A way through the history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// Towards its beginning.
    Undo,
    /// Towards its end.
    Redo,
}

impl History {
    /// Something new was done, with this inverse: nothing can be done again.
    pub(super) fn did(&mut self, inverse: Action) {
        self.redo.clear();
        self.keep(Way::Undo, inverse);
    }

    /// Takes the next action on a way; with its inverse it is [kept](Self::keep) for the way back.
    pub(super) fn next(&mut self, way: Way) -> Option<Action> {
        self.list(way).pop()
    }

    /// Keeps an action for a way.
    pub(super) fn keep(&mut self, way: Way, action: Action) {
        let list = self.list(way);
        if list.len() == KEPT {
            list.remove(0);
        }
        list.push(action);
    }

    /// Whether a way goes on.
    pub(super) fn goes_on(&self, way: Way) -> bool {
        match way {
            Way::Undo => !self.undo.is_empty(),
            Way::Redo => !self.redo.is_empty(),
        }
    }

    fn list(&mut self, way: Way) -> &mut Vec<Action> {
        match way {
            Way::Undo => &mut self.undo,
            Way::Redo => &mut self.redo,
        }
    }
}

impl Way {
    /// The way back.
    pub(super) fn back(self) -> Self {
        match self {
            Self::Undo => Self::Redo,
            Self::Redo => Self::Undo,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn revive(number: usize) -> Action {
        Action::Revive(format!("server-{number}"))
    }

    #[test]
    fn what_is_new_forgets_what_was_taken_back() {
        let mut history = History::default();
        history.did(revive(1));
        let undone = history.next(Way::Undo);
        assert_eq!(undone, Some(revive(1)));
        history.keep(Way::Undo.back(), revive(2));
        assert!(history.goes_on(Way::Redo) && !history.goes_on(Way::Undo));
        history.did(revive(3));
        assert!(!history.goes_on(Way::Redo));
        assert_eq!(history.next(Way::Undo), Some(revive(3)));
        assert_eq!(history.next(Way::Undo), None);
    }

    #[test]
    fn the_oldest_is_forgotten_first() {
        let mut history = History::default();
        for number in 0..=KEPT {
            history.did(revive(number));
        }
        let back: Vec<Action> = std::iter::from_fn(|| history.next(Way::Undo)).collect();
        assert_eq!(back.len(), KEPT);
        assert_eq!(back.last(), Some(&revive(1)));
    }
}
