//! Settings of servers and networks, changed while they run.

use super::World;
use super::apply::{unknown, wrong};
use super::checks::{check_lan, check_load, check_server, check_speed};
use super::entities::{CallKey, Client, RoleState};
use super::proxies::backend_of;
use super::servers::server_in;
use crate::action::{Action, ActionError};
use crate::ids::NodeId;
use crate::incident::IncidentKind;
use crate::metrics::Tone;
use crate::record::Reason;
use crate::scenario::{LanSpec, Load, ServerSpec};
use balancer::protection::Limiter;
use rpc::status::Status;

impl World {
    pub(super) fn set_speed(&mut self, name: &str, speed: f64) -> Result<Action, ActionError> {
        let (id, before) = self.server_named(name)?;
        check_speed(name, speed)?;
        let now = self.now;
        if let Some(server) = server_in(&mut self.nodes, id) {
            server.spec.speed = speed;
            server.deal(&mut self.queue, now, id, 0);
        }
        self.mark(format!("{name} at {speed}× speed"), Tone::Change);
        self.tell_of_pace(id, before.speed, speed);
        Ok(Action::SetSpeed(name.to_owned(), before.speed))
    }

    pub(super) fn set_server(
        &mut self,
        name: &str,
        spec: &ServerSpec,
    ) -> Result<Action, ActionError> {
        let (id, before) = self.server_named(name)?;
        check_server(name, spec)?;
        let now = self.now;
        if let Some(server) = self.server_mut(id) {
            server.account(now);
            if spec.concurrency != before.concurrency {
                server.limiter = spec.concurrency.map(Limiter::new);
            }
            server.spec = spec.clone();
        }
        self.start_queued(id);
        for balancer in self.balancers() {
            if let Some(proxy) = self.proxy_mut(balancer) {
                // The backend is there since the server is, and the weight was checked.
                let set = proxy.balancer.set_weight(backend_of(id), spec.weight);
                debug_assert!(set.is_ok());
                if spec.priority != before.priority {
                    proxy.balancer.set_priority(backend_of(id), spec.priority);
                }
            }
        }
        self.mark(what_changed(name, &before, spec), Tone::Change);
        self.tell_of_pace(id, before.speed, spec.speed);
        Ok(Action::SetServer(name.to_owned(), before))
    }

    fn tell_of_pace(&mut self, node: NodeId, before: f64, speed: f64) {
        if speed != before {
            self.tell(IncidentKind::Paced {
                node,
                before,
                speed,
            });
        }
    }

    fn lan_named(&self, name: &str) -> Result<(NodeId, LanSpec), ActionError> {
        let id = self.find(name)?;
        match self.node_ref(id).map(|node| &node.role) {
            Some(RoleState::Lan(lan)) => Ok((id, lan.spec.clone())),
            _ => Err(wrong(name, "LAN")),
        }
    }

    pub(super) fn set_load(&mut self, name: &str, load: Load) -> Result<Action, ActionError> {
        let (id, before) = self.lan_named(name)?;
        check_load(name, load)?;
        self.change_load(id, load);
        self.mark(format!("{name}: {}", describe(load)), Tone::Change);
        Ok(Action::SetLoad(name.to_owned(), before.load))
    }

    pub(super) fn set_lan(&mut self, name: &str, spec: &LanSpec) -> Result<Action, ActionError> {
        let (id, before) = self.lan_named(name)?;
        check_lan(name, spec)?;
        let gone: Vec<CallKey> = self
            .calls
            .iter()
            .filter(|(_, call)| call.record.lan == id && call.record.client >= spec.clients)
            .map(|(key, _)| key)
            .collect();
        for key in gone {
            self.end_call_now(key, Status::Cancelled, Reason::Abandoned);
        }
        self.hang_up(id, spec.clients);
        let seed = self.settings.seed;
        let Some(RoleState::Lan(lan)) = self.node_mut(id).map(|node| &mut node.role) else {
            return Err(unknown(name));
        };
        lan.spec.clients = spec.clients;
        let keep = (spec.clients as usize).min(lan.clients.len());
        let leaving = lan.clients.split_off(keep);
        for index in lan.clients.len() as u32..spec.clients {
            lan.clients.push(Client::new(seed, name, index));
        }
        for (timer, _) in leaving.iter().filter_map(|client| client.due) {
            self.queue.cancel(timer);
        }
        self.change_load(id, spec.load);
        self.mark(format!("{name}: {} clients", spec.clients), Tone::Change);
        Ok(Action::SetLan(name.to_owned(), before))
    }

    /// Closes the connections of a LAN's clients from a number on.
    fn hang_up(&mut self, lan: NodeId, from: u32) {
        let theirs = self.connections.iter();
        let theirs = theirs.filter(|(_, it)| it.caller.node == lan && it.caller.client >= from);
        let theirs: Vec<_> = theirs.map(|(id, _)| id).collect();
        for id in theirs {
            self.close_connection(id);
        }
    }
}

fn describe(load: Load) -> String {
    match load {
        Load::Poisson { rate } | Load::Constant { rate } => format!("{rate} calls/s"),
        Load::Closed { think } => format!("thinks {} ms", crate::time::milliseconds(think)),
    }
}

/// A change of a server's settings in a few words: the one that differs, of those that a hand changes
/// most.
fn what_changed(name: &str, before: &ServerSpec, now: &ServerSpec) -> String {
    if now.cores != before.cores {
        let plural = if now.cores == 1 { "" } else { "s" };
        format!("{name}: {} core{plural}", now.cores)
    } else if now.speed != before.speed {
        format!("{name} at {}× speed", now.speed)
    } else if now.queue_limit != before.queue_limit {
        format!("{name}: queue of {}", now.queue_limit)
    } else if now.weight != before.weight {
        format!("{name}: weight {}", now.weight)
    } else {
        format!("{name} changed")
    }
}
