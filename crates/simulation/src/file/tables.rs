//! How much room the tables of hashing policies may take, all balancers of a file together.
//!
//! One ring or table is bounded by its policy. A file can ask for many of the largest, and a page
//! that opens it would run out of memory before anything else is wrong.

use super::Fault;
use crate::action::Action;
use crate::scenario::{NodeSpec, Role, Scenario};
use balancer::Policy;

/// The most entries: those of one ring of Envoy's `maximum_ring_size`, 128 MB.
const MOST: u64 = 8_388_608;

/// What the scenario has at any time.
#[derive(Default)]
struct Tables<'s> {
    /// The weights of all servers.
    weight: u64,
    /// Which policies a balancer ever has.
    policies: Vec<(&'s str, Vec<&'s Policy>)>,
}

impl<'s> Tables<'s> {
    fn node(&mut self, node: &'s NodeSpec) {
        match &node.role {
            Role::Server(server) => self.weight += u64::from(server.weight),
            Role::Balancer(settings) => self.policy(&node.name, &settings.policy),
            _ => {}
        }
    }

    fn policy(&mut self, balancer: &'s str, policy: &'s Policy) {
        match self.policies.iter_mut().find(|it| it.0 == balancer) {
            Some((_, known)) => known.push(policy),
            None => self.policies.push((balancer, vec![policy])),
        }
    }

    fn action(&mut self, action: &'s Action) {
        match action {
            Action::AddNode { node, .. } => self.node(node),
            Action::SetServer(_, server) => self.weight += u64::from(server.weight),
            Action::SetPolicy(balancer, policy) => self.policy(balancer, policy),
            Action::All(actions) => actions.iter().for_each(|action| self.action(action)),
            _ => {}
        }
    }
}

/// Whether the largest tables that the balancers ever have are too much together.
pub(super) fn check(scenario: &Scenario) -> Option<Fault> {
    let mut tables = Tables::default();
    for node in &scenario.nodes {
        tables.node(node);
    }
    for timed in &scenario.timeline {
        tables.action(&timed.action);
    }
    let weight = tables.weight;
    let largest = |(_, policies): &(&str, Vec<&Policy>)| {
        let sizes = policies.iter().map(|policy| policy.table_entries(weight));
        sizes.max().unwrap_or(0)
    };
    let entries: u64 = tables.policies.iter().map(largest).sum();
    (entries > MOST).then(|| Fault {
        path: "nodes".to_owned(),
        sentence: format!(
            "the hash tables of the balancers have {entries} entries together; at most {MOST} fit: use fewer balancers, points or entries"
        ),
    })
}
