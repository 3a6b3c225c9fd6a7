//! What must hold between the parts: names that are told are names of something.

use super::Fault;
use crate::action::{Action, Ends};
use crate::scenario::{LinkSpec, NodeSpec, Role, Scenario};
use crate::world::MOST_NODES;

/// What a name stands for, in order: a sorted list is enough, and far less code than a tree.
type Kinds<'s> = Vec<(&'s str, &'static str)>;

/// Looks for names that are missing, given twice, or given to nothing.
pub(super) struct Names<'s> {
    /// Every node that the scenario has at any time.
    nodes: Kinds<'s>,
    /// Every pair that is linked at any time.
    links: Vec<(&'s str, &'s str)>,
    faults: Vec<Fault>,
}

impl<'s> Names<'s> {
    /// What is wrong with the names of a scenario.
    pub(super) fn check(scenario: &'s Scenario) -> Vec<Fault> {
        let (nodes, links) = (Vec::new(), Vec::new());
        let mut names = Self {
            nodes,
            links,
            faults: Vec::new(),
        };
        for (index, node) in scenario.nodes.iter().enumerate() {
            let path = format!("nodes[{index}]");
            if !node.name.is_empty() && names.kind_of(&node.name).is_some() {
                let sentence = format!("there is a node named “{}” already", node.name);
                names.fault(format!("{path}.name"), sentence);
            }
            names.node(&path, node);
        }
        let count = scenario.nodes.len();
        if count > MOST_NODES {
            let sentence = format!("there may be {MOST_NODES} nodes, and these are {count}");
            names.fault("nodes".to_owned(), sentence);
        }
        // Those to come may be names that the links of the beginning want in vain; they are told when
        // the links are made. Their links must not be there before.
        for timed in &scenario.timeline {
            names.promise_nodes(&timed.action);
        }
        for (index, link) in scenario.links.iter().enumerate() {
            names.link(&format!("links[{index}]"), link, true);
        }
        for timed in &scenario.timeline {
            names.promise_links(&timed.action);
        }
        for (index, timed) in scenario.timeline.iter().enumerate() {
            names.action(&format!("timeline[{index}]"), &timed.action);
        }
        names.faults
    }

    fn fault(&mut self, path: String, sentence: String) {
        self.faults.push(Fault { path, sentence });
    }

    fn kind_of(&self, name: &str) -> Option<&'static str> {
        let found = self.nodes.binary_search_by(|it| it.0.cmp(name));
        Some(self.nodes.get(found.ok()?)?.1)
    }

    fn name(&mut self, node: &'s NodeSpec) {
        let name = node.name.as_str();
        match self.nodes.binary_search_by(|it| it.0.cmp(name)) {
            Ok(place) => self.nodes[place].1 = kind(node),
            Err(place) => self.nodes.insert(place, (name, kind(node))),
        }
    }

    /// Notes that two are linked; whether they were not.
    fn pair(&mut self, a: &'s str, b: &'s str) -> bool {
        let pair = pair(a, b);
        let found = self.links.binary_search(&pair);
        if let Err(place) = found {
            self.links.insert(place, pair);
        }
        found.is_err()
    }

    fn node(&mut self, path: &str, node: &'s NodeSpec) {
        let length = node.name.chars().count();
        if length > 40 || node.name.chars().any(char::is_control) {
            let sentence = "a name has 1 to 40 characters, none of them a control character";
            self.fault(format!("{path}.name"), sentence.to_owned());
        }
        // A name that is not there was told already.
        if length > 0 {
            self.name(node);
        }
    }

    /// The nodes that an action of the timeline will add.
    fn promise_nodes(&mut self, action: &'s Action) {
        match action {
            Action::AddNode { node, .. } if !node.name.is_empty() => self.name(node),
            Action::All(actions) => actions.iter().for_each(|action| self.promise_nodes(action)),
            _ => {}
        }
    }

    /// The links that it will add.
    fn promise_links(&mut self, action: &'s Action) {
        match action {
            Action::AddNode { links, .. } => {
                for link in links {
                    self.pair(&link.a, &link.b);
                }
            }
            Action::Connect(link) => {
                self.pair(&link.a, &link.b);
            }
            Action::All(actions) => actions.iter().for_each(|action| self.promise_links(action)),
            _ => {}
        }
    }

    fn link(&mut self, path: &str, link: &'s LinkSpec, once: bool) {
        if !self.ends(path, &link.a, &link.b) {
            return;
        }
        if link.a == link.b {
            let sentence = format!("“{}” cannot be linked to itself", link.a);
            self.fault(format!("{path}.between"), sentence);
        } else if !self.pair(&link.a, &link.b) && once {
            let sentence = format!("“{}” and “{}” are linked already", link.a, link.b);
            self.fault(format!("{path}.between"), sentence);
        }
    }

    /// Whether both ends are there.
    fn ends(&mut self, path: &str, a: &str, b: &str) -> bool {
        let path = format!("{path}.between");
        // Both are told of.
        let (a, b) = (self.known(&path, a), self.known(&path, b));
        a.is_some() && b.is_some()
    }

    fn known(&mut self, path: &str, name: &str) -> Option<&'static str> {
        if let Some(kind) = self.kind_of(name) {
            return Some(kind);
        }
        // A name that is not there was told already.
        if !name.is_empty() {
            let sentence = format!("there is no node named “{name}”");
            self.fault(path.to_owned(), sentence);
        }
        None
    }

    fn done_to(&mut self, path: &str, name: &str, wanted: &'static [&'static str]) {
        let path = format!("{path}.node");
        let Some(kind) = self.known(&path, name) else {
            return;
        };
        if !wanted.is_empty() && !wanted.contains(&kind) {
            let wanted = wanted.join(" or ");
            let sentence = format!("“{name}” is a {kind}; this needs a {wanted}");
            self.fault(path, sentence);
        }
    }

    fn on(&mut self, path: &str, Ends(a, b): &'s Ends) {
        if self.ends(path, a, b) && self.links.binary_search(&pair(a, b)).is_err() {
            let sentence = format!("there is no link between “{a}” and “{b}”");
            self.fault(format!("{path}.between"), sentence);
        }
    }

    fn action(&mut self, path: &str, action: &'s Action) {
        match action {
            Action::AddNode { node, links } => {
                let path = format!("{path}.node");
                self.node(&path, node);
                for (index, link) in links.iter().enumerate() {
                    self.link(&format!("{path}.links[{index}]"), link, false);
                }
            }
            Action::RemoveNode(name) | Action::Move(name, _) | Action::Revive(name) => {
                self.done_to(path, name, &[]);
            }
            Action::Kill(name, _) => {
                self.done_to(path, name, &["server", "balancer", "router", "isp"]);
            }
            Action::Drain(name, _) | Action::SetSpeed(name, _) | Action::SetServer(name, _) => {
                self.done_to(path, name, &["server"]);
            }
            Action::SetLoad(name, _) | Action::SetLan(name, _) => {
                self.done_to(path, name, &["lan"])
            }
            Action::SetPolicy(name, _)
            | Action::SetHealthCheck(name, _)
            | Action::SetEjection(name, _)
            | Action::SetStanding(name, _)
            | Action::SetSlowStart(name, _)
            | Action::SetProtection(name, _)
            | Action::SetMaxAttempts(name, _)
            | Action::SetBalancer(name, _) => self.done_to(path, name, &["balancer"]),
            Action::SetCalls(_) | Action::SetWorkload(_) => {}
            Action::Connect(link) => self.link(path, link, false),
            Action::Disconnect(ends)
            | Action::Cut(ends)
            | Action::Repair(ends)
            | Action::Hold(ends)
            | Action::Release(ends)
            | Action::SetCarriage(ends, _) => self.on(path, ends),
            Action::All(actions) => {
                for (index, action) in actions.iter().enumerate() {
                    self.action(&format!("{path}.actions[{index}]"), action);
                }
            }
        }
    }
}

fn kind(node: &NodeSpec) -> &'static str {
    match node.role {
        Role::Lan(_) => "lan",
        Role::Router => "router",
        Role::Isp => "isp",
        Role::Balancer(_) => "balancer",
        Role::Server(_) => "server",
    }
}

fn pair<'s>(a: &'s str, b: &'s str) -> (&'s str, &'s str) {
    if a < b { (a, b) } else { (b, a) }
}
