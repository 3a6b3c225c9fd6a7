//! Several changes as one: all are made, or none.
//!
//! Idea: whether a change is refused depends on what the scenario says, who is dead or drained and
//! which links carry, never on what is under way. So it is tried on a fresh world of which these
//! are the same, and made in the real one once nothing was refused.

use super::World;
use super::states::taken_back;
use crate::action::{Action, ActionError};

impl World {
    pub(super) fn apply_all(&mut self, actions: &[Action]) -> Result<Action, ActionError> {
        if let Some(mut trial) = self.trial() {
            trial.try_each(actions)?;
        }
        let mut undo = Vec::with_capacity(actions.len());
        let told = self.incidents_told;
        for action in actions {
            undo.push(self.change(action)?);
        }
        self.tell_of_what_was_put_back(actions, told);
        undo.reverse();
        Ok(taken_back(undo))
    }

    fn try_each(&mut self, actions: &[Action]) -> Result<(), ActionError> {
        for action in actions {
            match action {
                Action::All(inner) => self.try_each(inner)?,
                one => drop(self.change(one)?),
            }
        }
        Ok(())
    }

    /// A world that refuses what this one does. It can be built, since this one was.
    pub(super) fn trial(&self) -> Option<Self> {
        let mut scenario = self.scenario();
        scenario.timeline.clear();
        let mut trial = Self::new(&scenario).ok()?;
        for state in self.states() {
            trial.apply(&state).ok()?;
        }
        Some(trial)
    }
}
