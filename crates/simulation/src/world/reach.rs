//! Whether there is a way from those who call to those who answer, told when that changes: on the
//! stage nothing moves then, and nothing else would say why.

use super::World;
use super::entities::RoleState;
use crate::ids::NodeId;
use crate::incident::IncidentKind;
use crate::view::LinkState;
use std::collections::BTreeSet;

impl World {
    /// Tells which networks have lost their last way to the service and which balancers theirs to
    /// a server, and which have found one again.
    pub(super) fn tell_of_ways(&mut self) {
        if !self.routes.take_change() {
            return;
        }
        let lans = self.nodes_of(|role| matches!(role, RoleState::Lan(_)));
        let servers = self.nodes_of(|role| matches!(role, RoleState::Server(_)));
        let (service, balancers) = (self.endpoints.clone(), self.balancers());
        for (callers, answering) in [(lans, &service), (balancers, &servers)] {
            // Nobody is there to be reached: that is another matter, and the calls say so.
            let reached = (!answering.is_empty()).then(|| self.reached_from(answering));
            let (mut lost, mut found) = (Vec::new(), Vec::new());
            for caller in callers {
                let off = reached.as_ref().is_some_and(|it| !it.contains(&caller));
                if off && self.cut_off.insert(caller) {
                    lost.push(caller);
                } else if !off && self.cut_off.remove(&caller) {
                    found.push(caller);
                }
            }
            if !lost.is_empty() {
                self.tell(IncidentKind::CutOff { callers: lost });
            }
            if !found.is_empty() {
                self.tell(IncidentKind::Joined { callers: found });
            }
        }
    }

    /// All that have a way to at least one of these, over links that are not cut and routers that
    /// are up.
    fn reached_from(&self, ends: &[NodeId]) -> BTreeSet<NodeId> {
        let mut adjacent: Vec<Vec<NodeId>> = vec![Vec::new(); self.nodes.len()];
        let links = self.links.iter().flatten();
        for link in links.filter(|link| link.state != LinkState::Cut) {
            adjacent[link.a.0 as usize].push(link.b);
            adjacent[link.b.0 as usize].push(link.a);
        }
        let mut reached: BTreeSet<NodeId> = ends.iter().copied().collect();
        let mut next = ends.to_vec();
        while let Some(node) = next.pop() {
            for &neighbour in &adjacent[node.0 as usize] {
                if reached.insert(neighbour) && self.passes_on(neighbour) {
                    next.push(neighbour);
                }
            }
        }
        reached
    }
}
