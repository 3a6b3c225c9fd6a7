//! Whether there is a way from those who call to those who answer, told when that changes: on the
//! stage nothing moves then, and nothing else would say why.

use super::World;
use super::entities::RoleState;
use crate::ids::NodeId;
use crate::incident::IncidentKind;

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
                let off = reached.as_ref().is_some_and(|it| !it[caller.0 as usize]);
                if off != self.cut_off.contains(&caller) {
                    let told = if off { &mut lost } else { &mut found };
                    told.push(caller);
                }
            }
            self.cut_off.extend(&lost);
            self.cut_off.retain(|caller| !found.contains(caller));
            if !lost.is_empty() {
                self.tell(IncidentKind::CutOff { callers: lost });
            }
            if !found.is_empty() {
                self.tell(IncidentKind::Joined { callers: found });
            }
        }
    }

    /// By node, whether it has a way to at least one of these, over links that are not cut and
    /// routers that are up.
    fn reached_from(&self, ends: &[NodeId]) -> Vec<bool> {
        let adjacent = self.adjacent();
        let mut reached = vec![false; self.nodes.len()];
        let mut next = Vec::new();
        for end in ends {
            reached[end.0 as usize] = true;
            next.extend(&adjacent[end.0 as usize]);
        }
        while let Some(&(_, node, _)) = next.pop() {
            let new = !std::mem::replace(&mut reached[node.0 as usize], true);
            if new && self.passes_on(node) {
                next.extend(&adjacent[node.0 as usize]);
            }
        }
        reached
    }
}
