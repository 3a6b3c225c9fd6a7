//! What was done to nodes and links that their settings do not tell: who is dead or drained, what is cut
//! or held.
//!
//! Idea: a scenario says how things are set up. What has befallen them since is said by the actions that
//! bring it about again, so that what is taken away and put back, kept in a file, or tried on a fresh
//! world is as it was.

use super::World;
use super::entities::{Link, Node, RoleState};
use crate::action::{Action, Ends};
use crate::incident::IncidentKind;
use crate::scenario::{Scenario, Timed};
use crate::view::{Life, LinkState};

impl World {
    /// The scenario as it stands now, and what has befallen its nodes and links: who is dead or drained,
    /// what is cut or held, as actions at its very start. Where the scenario has a timeline that is about
    /// one of them, its own events are left to happen when they happen.
    #[must_use]
    pub fn scenario_as_it_stands(&self) -> Scenario {
        let mut scenario = self.scenario();
        let planned = |action: &Action| {
            let timeline = scenario.timeline.iter();
            timeline
                .map(|timed| &timed.action)
                .any(|it| it.touches(action))
        };
        let states = self.states().into_iter();
        let mut timeline: Vec<Timed> = states
            .filter(|action| !planned(action))
            .map(|action| Timed { at: 0, action })
            .collect();
        timeline.append(&mut scenario.timeline);
        scenario.timeline = timeline;
        scenario
    }

    /// The actions that make of the scenario as it stands what there is.
    pub(super) fn states(&self) -> Vec<Action> {
        let nodes = self.nodes.iter().flatten().flat_map(Node::state);
        let links = self.links.iter().flatten();
        let links = links.filter_map(|link| self.link_state(link));
        nodes.chain(links).collect()
    }

    /// Where a node was put back as it was, tells that once: nobody kills it now, nor cuts its links.
    pub(super) fn tell_of_what_was_put_back(&mut self, actions: &[Action], told: u64) {
        let [Action::AddNode { node, .. }, states @ ..] = actions else {
            return;
        };
        let of_states = states.iter().all(|action| action.state_of().is_some());
        if let (true, false, Some(node)) = (of_states, states.is_empty(), self.id_of(&node.name)) {
            while self.incidents.back().is_some_and(|it| it.number > told) {
                self.incidents.pop_back();
            }
            self.incidents_told = told;
            self.tell(IncidentKind::Added { node });
        }
    }

    /// What was done to a link.
    pub(super) fn link_state(&self, link: &Link) -> Option<Action> {
        let ends = || Ends(self.name(link.a).to_owned(), self.name(link.b).to_owned());
        match link.state {
            LinkState::Up => None,
            LinkState::Cut => Some(Action::Cut(ends())),
            LinkState::Held => Some(Action::Hold(ends())),
        }
    }
}

impl Node {
    /// What was done to it.
    pub(super) fn state(&self) -> Vec<Action> {
        let mut done = Vec::new();
        if let RoleState::Server(server) = &self.role
            && server.draining
        {
            done.push(Action::Drain(self.name.clone(), true));
        }
        if let Life::Dead { death, .. } = self.life {
            done.push(Action::Kill(self.name.clone(), death));
        }
        done
    }
}

impl Action {
    /// The node or the link whose state it changes, if it changes one and nothing else.
    fn state_of(&self) -> Option<(&str, Option<&str>)> {
        match self {
            Self::Kill(name, _) | Self::Revive(name) | Self::Drain(name, _) => Some((name, None)),
            Self::Cut(Ends(a, b))
            | Self::Repair(Ends(a, b))
            | Self::Hold(Ends(a, b))
            | Self::Release(Ends(a, b)) => Some((a, Some(b))),
            _ => None,
        }
    }

    /// Whether it changes the state that another one does.
    fn touches(&self, other: &Self) -> bool {
        if let Self::All(actions) = self {
            return actions.iter().any(|action| action.touches(other));
        }
        match (self.state_of(), other.state_of()) {
            (Some((a, None)), Some((b, None))) => a == b,
            (Some((a, Some(b))), Some((c, Some(d)))) => (a, b) == (c, d) || (a, b) == (d, c),
            _ => false,
        }
    }

    /// Whether it would change the state of what another one takes away.
    fn is_about_what_goes(&self, other: &Self) -> bool {
        match (self.state_of(), other) {
            (Some((a, b)), Self::RemoveNode(name)) => a == name || b == Some(name),
            (Some((a, Some(b))), Self::Disconnect(Ends(c, d))) => {
                (a, b) == (c, d) || (a, b) == (d, c)
            }
            _ => false,
        }
    }
}

/// An action that puts something in again, and what makes it as it was.
pub(super) fn again_with(first: Action, more: impl IntoIterator<Item = Action>) -> Action {
    let mut more = more.into_iter().peekable();
    if more.peek().is_none() {
        return first;
    }
    Action::All(std::iter::once(first).chain(more).collect())
}

/// What takes several changes back, given what takes each of them back, the last one first. What only
/// changes the state of something that is then taken away is left out: nobody is revived to be removed.
pub(super) fn taken_back(mut undo: Vec<Action>) -> Action {
    let mut place = 0;
    while place < undo.len() {
        let (this, after) = undo.split_at(place + 1);
        if after
            .iter()
            .any(|later| this[place].is_about_what_goes(later))
        {
            undo.remove(place);
        } else {
            place += 1;
        }
    }
    match <[Action; 1]>::try_from(undo) {
        Ok([only]) => only,
        Err(several) => Action::All(several),
    }
}
