//! Routes over the graph: the next link from every node towards a destination.
//!
//! Shortest latency first (Dijkstra), the lower link number on ties. Only routers and providers
//! that are up pass messages on; a cut link is avoided at once (routing protocols that need time
//! to settle are a later story). A dead destination still has a route: what is sent to it gets
//! there and finds nobody.

use super::World;
use super::entities::RoleState;
use crate::ids::{LinkId, NodeId};
use crate::time::Nanos;
use crate::view::{Life, LinkState};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::rc::Rc;

/// Next links by destination, found when first asked for and forgotten when the graph changes.
#[derive(Debug, Clone, Default)]
pub(super) struct Routes {
    towards: Vec<Option<Rc<[Option<LinkId>]>>>,
    /// Whether the graph has changed since somebody asked.
    changed: bool,
}

impl Routes {
    pub(super) fn forget(&mut self) {
        self.towards.clear();
        self.changed = true;
    }

    /// Whether the graph has changed since the last time this was asked.
    pub(super) fn take_change(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }
}

impl World {
    /// The link by which a node sends towards a destination.
    pub(super) fn next_link(&mut self, from: NodeId, to: NodeId) -> Option<LinkId> {
        let index = to.0 as usize;
        if let Some(Some(table)) = self.routes.towards.get(index) {
            return table.get(from.0 as usize).copied().flatten();
        }
        let table = self.shortest_paths(to);
        if self.routes.towards.len() <= index {
            self.routes.towards.resize(index + 1, None);
        }
        let next = table.get(from.0 as usize).copied().flatten();
        self.routes.towards[index] = Some(table);
        next
    }

    pub(super) fn passes_on(&self, id: NodeId) -> bool {
        self.node_ref(id).is_some_and(|node| {
            matches!(node.role, RoleState::Router | RoleState::Isp) && node.life == Life::Up
        })
    }

    /// By node, what lies one link that is not cut away, and what going there costs.
    pub(super) fn adjacent(&self) -> Vec<Vec<(LinkId, NodeId, Nanos)>> {
        let mut adjacent: Vec<Vec<(LinkId, NodeId, Nanos)>> = vec![Vec::new(); self.nodes.len()];
        for link in self
            .links
            .iter()
            .flatten()
            .filter(|link| link.state != LinkState::Cut)
        {
            // A latency of zero still counts as a hop.
            let cost = link.carriage.latency + 1;
            adjacent[link.a.0 as usize].push((link.id, link.b, cost));
            adjacent[link.b.0 as usize].push((link.id, link.a, cost));
        }
        adjacent
    }

    #[cold]
    fn shortest_paths(&self, to: NodeId) -> Rc<[Option<LinkId>]> {
        let adjacent = self.adjacent();
        let mut next: Vec<Option<LinkId>> = vec![None; self.nodes.len()];
        let mut best: Vec<Option<Nanos>> = vec![None; self.nodes.len()];
        let mut heap = BinaryHeap::from([Reverse((0, LinkId(0), to))]);
        while let Some(Reverse((cost, via, node))) = heap.pop() {
            if best[node.0 as usize].is_some() {
                continue;
            }
            best[node.0 as usize] = Some(cost);
            if node != to {
                next[node.0 as usize] = Some(via);
                if !self.passes_on(node) {
                    continue;
                }
            }
            for &(link, neighbour, step) in &adjacent[node.0 as usize] {
                if best[neighbour.0 as usize].is_none() {
                    heap.push(Reverse((cost + step, link, neighbour)));
                }
            }
        }
        next.into()
    }
}
