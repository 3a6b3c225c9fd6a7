//! Changes to the world, checked first; a refused one changes nothing.

use super::World;
use super::checks::{check_carriage, check_position};
use super::entities::{CallKey, RoleState};
use super::guards::Guards;
use super::proxies::backend_of;
use super::states::again_with;
use crate::action::{Action, ActionError, Death, Ends};
use crate::ids::{LinkId, NodeId};
use crate::incident::IncidentKind;
use crate::metrics::Tone;
use crate::record::Reason;
use crate::scenario::ServerSpec;
use crate::view::{Life, LinkState};
use balancer::protection::Limiter;
use rpc::status::Status;

impl World {
    /// Makes a change now. On success gives the action that takes it back.
    ///
    /// # Errors
    /// What does not hold, by name. The world is then as it was.
    pub fn apply(&mut self, action: &Action) -> Result<Action, ActionError> {
        let undo = self.change(action)?;
        self.tell_of_ways();
        Ok(undo)
    }

    /// Makes a change that may be one of several: what they come to together is looked at after.
    pub(super) fn change(&mut self, action: &Action) -> Result<Action, ActionError> {
        let undo = match action {
            Action::All(actions) => self.apply_all(actions)?,
            Action::AddNode { node, links } => self.add_node(node, links)?,
            Action::RemoveNode(name) => self.remove_node(name)?,
            Action::Move(name, position) => {
                let id = self.find(name)?;
                check_position(name, *position)?;
                let Some(node) = self.node_mut(id) else {
                    return Err(unknown(name));
                };
                let before = std::mem::replace(&mut node.position, *position);
                // A picture's matter only: it leaves no trace in the run.
                return Ok(Action::Move(name.clone(), before));
            }
            Action::Kill(name, death) => self.kill(name, *death)?,
            Action::Revive(name) => self.revive(name)?,
            Action::Drain(name, draining) => self.drain(name, *draining)?,
            Action::SetSpeed(name, speed) => self.set_speed(name, *speed)?,
            Action::SetServer(name, spec) => self.set_server(name, spec)?,
            Action::SetLoad(name, load) => self.set_load(name, *load)?,
            Action::SetLan(name, spec) => self.set_lan(name, spec)?,
            Action::SetPolicy(name, policy) => {
                let before = self.change_balancer(name, |it| it.policy = policy.clone())?;
                self.mark(format!("{name}: {}", policy.name()), Tone::Change);
                Action::SetPolicy(name.clone(), before.policy)
            }
            Action::SetHealthCheck(name, check) => {
                let before = self.change_balancer(name, |it| it.health_check = *check)?;
                Action::SetHealthCheck(name.clone(), before.health_check)
            }
            Action::SetEjection(name, ejection) => {
                let before = self.change_balancer(name, |it| it.ejection = *ejection)?;
                Action::SetEjection(name.clone(), before.ejection)
            }
            Action::SetStanding(name, standing) => {
                let before = self.change_balancer(name, |it| it.standing = *standing)?;
                Action::SetStanding(name.clone(), before.standing)
            }
            Action::SetSlowStart(name, slow_start) => {
                let before = self.change_balancer(name, |it| it.slow_start = *slow_start)?;
                Action::SetSlowStart(name.clone(), before.slow_start)
            }
            Action::SetProtection(name, protection) => {
                let before = self.change_balancer(name, |it| it.protection = *protection)?;
                Action::SetProtection(name.clone(), before.protection)
            }
            Action::SetMaxAttempts(name, tries) => {
                if !(1..=10).contains(tries) {
                    return Err(ActionError::OutOfRange {
                        what: "the number of tries",
                        subject: name.clone(),
                        range: "1 to 10",
                        value: tries.to_string(),
                    });
                }
                let before = self.change_balancer(name, |it| it.max_attempts = *tries)?;
                Action::SetMaxAttempts(name.clone(), before.max_attempts)
            }
            Action::SetBalancer(name, settings) => self.set_balancer(name, settings)?,
            Action::SetCalls(policy) => self.set_calls(policy)?,
            Action::SetWorkload(workload) => self.set_workload(workload)?,
            Action::Connect(link) => {
                self.insert_link(link)?;
                Action::Disconnect(Ends(link.a.clone(), link.b.clone()))
            }
            Action::Disconnect(ends) => {
                let id = self.find_link(ends)?;
                let Some(link) = self.links[id.0 as usize].as_ref() else {
                    return Err(unknown_link(ends));
                };
                let undo = again_with(Action::Connect(self.link_spec(link)), self.link_state(link));
                self.remove_link(id);
                undo
            }
            Action::Cut(ends) => {
                self.set_link(ends, LinkState::Up, LinkState::Cut, "cut or held")?;
                self.mark(format!("{}–{} cut", ends.0, ends.1), Tone::Harm);
                Action::Repair(ends.clone())
            }
            Action::Repair(ends) => {
                self.set_link(ends, LinkState::Cut, LinkState::Up, "whole")?;
                self.mark(format!("{}–{} repaired", ends.0, ends.1), Tone::Recovery);
                Action::Cut(ends.clone())
            }
            Action::Hold(ends) => {
                self.set_link(ends, LinkState::Up, LinkState::Held, "cut or held")?;
                self.mark(format!("{}–{} held", ends.0, ends.1), Tone::Change);
                Action::Release(ends.clone())
            }
            Action::Release(ends) => {
                self.set_link(ends, LinkState::Held, LinkState::Up, "free")?;
                self.mark(format!("{}–{} let go", ends.0, ends.1), Tone::Recovery);
                Action::Hold(ends.clone())
            }
            Action::SetCarriage(ends, carriage) => {
                let id = self.find_link(ends)?;
                check_carriage(&format!("{}–{}", ends.0, ends.1), carriage)?;
                let Some(link) = self.links[id.0 as usize].as_mut() else {
                    return Err(unknown_link(ends));
                };
                let before = std::mem::replace(&mut link.carriage, *carriage);
                self.routes.forget();
                Action::SetCarriage(ends.clone(), before)
            }
        };
        self.metrics.changed(self.now);
        // A run's hash tells its actions too, by what a file would say. (Not by how Rust would show
        // them for a look: that may change, and would weigh on the page.)
        let text = crate::file::action(action);
        let digest = text.bytes().fold(7u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        self.hash(digest);
        debug_assert!(
            self.take_stock().balances(),
            "the ledger does not balance after {action:?}"
        );
        Ok(undo)
    }

    pub(super) fn mark(&mut self, label: String, tone: Tone) {
        self.metrics.mark(self.now, label, tone);
    }

    pub(super) fn find(&self, name: &str) -> Result<NodeId, ActionError> {
        self.id_of(name).ok_or_else(|| unknown(name))
    }

    fn find_link(&self, ends: &Ends) -> Result<LinkId, ActionError> {
        let (a, b) = (self.find(&ends.0)?, self.find(&ends.1)?);
        self.link_between(a, b).ok_or_else(|| unknown_link(ends))
    }

    fn add_node(
        &mut self,
        node: &crate::scenario::NodeSpec,
        links: &[crate::scenario::LinkSpec],
    ) -> Result<Action, ActionError> {
        if let Some(mut trial) = self.trial() {
            trial.insert_node(node)?;
            for link in links {
                trial.insert_link(link)?;
            }
        }
        let id = self.insert_node(node)?;
        for link in links {
            self.insert_link(link)?;
        }
        self.mark(format!("{} added", node.name), Tone::Change);
        self.tell(IncidentKind::Added { node: id });
        Ok(Action::RemoveNode(node.name.clone()))
    }

    fn remove_node(&mut self, name: &str) -> Result<Action, ActionError> {
        let id = self.find(name)?;
        let Some(node) = self.node_ref(id) else {
            return Err(unknown(name));
        };
        let links = self.links.iter().flatten();
        let linked: Vec<_> = links.filter(|link| link.a == id || link.b == id).collect();
        let again = Action::AddNode {
            node: node.spec(),
            links: linked.iter().map(|link| self.link_spec(link)).collect(),
        };
        let states = linked.iter().flat_map(|link| self.link_state(link));
        let undo = again_with(again, states.chain(node.state()));
        let linked: Vec<LinkId> = linked.iter().map(|link| link.id).collect();
        let callers: Vec<CallKey> = self
            .calls
            .iter()
            .filter(|(_, call)| call.record.lan == id)
            .map(|(key, _)| key)
            .collect();
        self.stop_process(id, Death::Crash);
        if let Some(RoleState::Lan(lan)) = self.node_mut(id).map(|node| &mut node.role) {
            let clients = std::mem::take(&mut lan.clients);
            for (timer, _) in clients.into_iter().filter_map(|client| client.due) {
                self.queue.cancel(timer);
            }
        }
        for key in callers {
            self.end_call_now(key, Status::Cancelled, Reason::Abandoned);
        }
        for link in linked {
            self.remove_link(link);
        }
        if let Some((timer, _)) = self.proxy_mut(id).and_then(|proxy| proxy.timer.take()) {
            self.queue.cancel(timer);
        }
        for balancer in self.balancers() {
            if let Some(proxy) = self.proxy_mut(balancer) {
                proxy.balancer.remove(backend_of(id));
            }
            self.after_balancer(balancer);
        }
        self.nodes[id.0 as usize] = None;
        self.graph_changed();
        self.mark(format!("{name} removed"), Tone::Change);
        self.tell(IncidentKind::Removed { node: id });
        Ok(undo)
    }

    fn remove_link(&mut self, id: LinkId) {
        self.lose_all_on(id);
        self.links[id.0 as usize] = None;
        self.routes.forget();
    }

    fn set_link(
        &mut self,
        ends: &Ends,
        from: LinkState,
        to: LinkState,
        otherwise: &'static str,
    ) -> Result<(), ActionError> {
        let id = self.find_link(ends)?;
        let Some(link) = self.links[id.0 as usize].as_mut() else {
            return Err(unknown_link(ends));
        };
        if link.state != from {
            let subject = format!("{}–{}", ends.0, ends.1);
            return Err(ActionError::Already {
                subject,
                state: otherwise,
            });
        }
        link.state = to;
        let kind = IncidentKind::Link {
            a: link.a,
            b: link.b,
            before: from,
            state: to,
        };
        self.tell(kind);
        self.routes.forget();
        match to {
            LinkState::Cut => self.lose_all_on(id),
            LinkState::Up if from == LinkState::Held => self.release_held(id),
            LinkState::Up | LinkState::Held => {}
        }
        Ok(())
    }

    fn kill(&mut self, name: &str, death: Death) -> Result<Action, ActionError> {
        let id = self.find(name)?;
        let Some(node) = self.node_ref(id) else {
            return Err(unknown(name));
        };
        if matches!(node.role, RoleState::Lan(_)) {
            let wanted = "server, balancer or router";
            return Err(ActionError::WrongKind {
                node: name.to_owned(),
                wanted,
            });
        }
        if node.life != Life::Up {
            return Err(ActionError::Already {
                subject: name.to_owned(),
                state: "down",
            });
        }
        let lost = self.stop_process(id, death);
        self.mark(format!("{name} killed"), Tone::Harm);
        self.tell(IncidentKind::Killed {
            node: id,
            death,
            lost,
        });
        Ok(Action::Revive(name.to_owned()))
    }

    /// Stops a node's process; how many requests were lost with it.
    fn stop_process(&mut self, id: NodeId, death: Death) -> u32 {
        let since = self.now;
        if self.node_ref(id).is_none_or(|node| node.life != Life::Up) {
            return 0;
        }
        let mut lost = self.lose_jobs(id);
        if let Some(server) = self.server_mut(id) {
            server.sent_while_dead = 0;
        }
        if let Some(proxy) = self.proxy_mut(id) {
            lost += proxy.inbound.len() as u32;
            proxy.inbound.clear();
            proxy.waiting.clear();
            proxy.pools.clear();
            if let Some((timer, _)) = proxy.timer.take() {
                self.queue.cancel(timer);
            }
        }
        self.sever(id, death);
        if let Some(node) = self.node_mut(id) {
            node.life = Life::Dead { death, since };
        }
        self.routes.forget();
        lost
    }

    fn revive(&mut self, name: &str) -> Result<Action, ActionError> {
        let id = self.find(name)?;
        let now = self.now;
        let Some(node) = self.node_mut(id) else {
            return Err(unknown(name));
        };
        let Life::Dead { death, .. } = node.life else {
            return Err(ActionError::Already {
                subject: name.to_owned(),
                state: "up",
            });
        };
        node.life = Life::Up;
        node.incarnation += 1;
        let fresh = match &mut node.role {
            RoleState::Server(server) => {
                server.service = rpc::service::Service::default();
                server.limiter = server.spec.concurrency.map(Limiter::new);
                server.sojourns.clear();
                server.revived = Some(now);
                server.account(now);
                None
            }
            RoleState::Balancer(proxy) => Some(proxy.balancer.settings().clone()),
            RoleState::Lan(_) | RoleState::Router | RoleState::Isp => None,
        };
        if let Some(settings) = fresh {
            let started = self.new_proxy(name, settings)?;
            if let Some(proxy) = self.proxy_mut(id) {
                // Cleared, and with it the count of the keys: the clocks of requests that were lost
                // with the process before still run, and are to find none of this one's.
                let inbound = std::mem::take(&mut proxy.inbound);
                *proxy = started;
                proxy.inbound = inbound;
            }
            self.after_balancer(id);
        }
        self.routes.forget();
        self.mark(format!("{name} revived"), Tone::Recovery);
        self.tell(IncidentKind::Revived { node: id });
        Ok(Action::Kill(name.to_owned(), death))
    }

    pub(super) fn server_named(&self, name: &str) -> Result<(NodeId, ServerSpec), ActionError> {
        let id = self.find(name)?;
        let server = self.server_ref(id).ok_or_else(|| wrong(name, "server"))?;
        Ok((id, server.spec.clone()))
    }

    fn drain(&mut self, name: &str, draining: bool) -> Result<Action, ActionError> {
        let (id, _) = self.server_named(name)?;
        let Some(server) = self.server_mut(id) else {
            return Err(unknown(name));
        };
        if server.draining == draining {
            let state = if draining { "draining" } else { "in use" };
            return Err(ActionError::Already {
                subject: name.to_owned(),
                state,
            });
        }
        server.draining = draining;
        for balancer in self.balancers() {
            if let Some(proxy) = self.proxy_mut(balancer) {
                if draining {
                    proxy.balancer.drain(backend_of(id));
                } else {
                    proxy.balancer.undrain(backend_of(id));
                }
            }
        }
        let (label, tone) = if draining {
            (format!("{name} draining"), Tone::Change)
        } else {
            (format!("{name} back in"), Tone::Recovery)
        };
        self.mark(label, tone);
        self.tell(IncidentKind::Drained { node: id, draining });
        Ok(Action::Drain(name.to_owned(), !draining))
    }

    /// Starts the budget, the hedging and the rate limit of a balancer afresh.
    pub(super) fn guard_anew(&mut self, name: &str) -> Result<(), ActionError> {
        let id = self.find(name)?;
        if let Some(proxy) = self.proxy_mut(id) {
            proxy.guards = Guards::new(&proxy.balancer.settings().protection);
            self.let_in_waiting(id);
        }
        Ok(())
    }

    pub(super) fn balancer_settings(&self, name: &str) -> Result<balancer::Settings, ActionError> {
        let id = self.find(name)?;
        match self.node_ref(id).map(|node| &node.role) {
            Some(RoleState::Balancer(proxy)) => Ok(proxy.balancer.settings().clone()),
            _ => Err(wrong(name, "balancer")),
        }
    }
}

pub(super) fn unknown(name: &str) -> ActionError {
    ActionError::UnknownNode(name.to_owned())
}

fn unknown_link(ends: &Ends) -> ActionError {
    ActionError::UnknownLink(ends.0.clone(), ends.1.clone())
}

pub(super) fn wrong(name: &str, wanted: &'static str) -> ActionError {
    ActionError::WrongKind {
        node: name.to_owned(),
        wanted,
    }
}
