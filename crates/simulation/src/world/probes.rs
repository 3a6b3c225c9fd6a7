//! What balancers ask of their own accord: health checks, and how loaded a backend is.

use super::World;
use super::entities::{About, Event, Exchange, Party, Purpose, RoleState};
use super::exchanges::Begin;
use super::proxies::server_of;
use crate::ids::NodeId;
use crate::view::Life;
use balancer::Probe;

impl World {
    #[cold]
    pub(super) fn on_proxy_timer(&mut self, node: NodeId) {
        let now = self.now;
        let probes = match self.proxy_mut(node) {
            Some(proxy) => {
                proxy.timer = None;
                proxy.balancer.handle_timer(now)
            }
            None => return,
        };
        for probe in probes {
            self.send_probe(node, &probe);
        }
        self.after_balancer(node);
    }

    fn send_probe(&mut self, node: NodeId, probe: &Probe) {
        let Some(proxy) = self.proxy_mut(node) else {
            return;
        };
        let id = proxy.next_id;
        proxy.next_id = proxy.next_id.wrapping_add(1);
        // The balancer counts the time itself; a little later the connection is given up.
        let timeout = proxy
            .balancer
            .settings()
            .health_check
            .map_or(1, |check| check.timeout + 1);
        let bytes = self.written(|settings, out| {
            settings.encoding.encode_probe(id, &settings.service, out);
        });
        self.begin_exchange(Begin {
            purpose: Purpose::Probe { check: probe.check },
            about: About::probe(),
            caller: Party::host(node),
            callee: server_of(probe.backend),
            id,
            bytes,
            timeout,
            orphan: false,
        });
    }

    /// Asks backends for their load, as far as the policy wants to know it.
    pub(super) fn send_load_probes(&mut self, node: NodeId) {
        let Some(proxy) = self.proxy_mut(node) else {
            return;
        };
        for backend in proxy.balancer.take_load_probes() {
            let Some(proxy) = self.proxy_mut(node) else {
                return;
            };
            let id = proxy.next_id;
            proxy.next_id = proxy.next_id.wrapping_add(1);
            let bytes = self.written(|settings, out| {
                settings.encoding.encode_probe(id, &settings.service, out);
            });
            self.begin_exchange(Begin {
                purpose: Purpose::LoadProbe { backend },
                about: About::probe(),
                caller: Party::host(node),
                callee: server_of(backend),
                id,
                bytes,
                // As old as a probe may be to count.
                timeout: crate::time::SECOND,
                orphan: false,
            });
        }
    }

    pub(super) fn on_probe_over(&mut self, exchange: &Exchange, passed: bool) {
        let now = self.now;
        let node = exchange.caller.node;
        if let Purpose::LoadProbe { backend } = exchange.purpose {
            if let Some((in_flight, latency)) = exchange.report.filter(|_| passed)
                && let Some(proxy) = self.proxy_mut(node)
            {
                proxy.balancer.load_report(now, backend, in_flight, latency);
            }
            return;
        }
        if let Purpose::Probe { check } = exchange.purpose
            && let Some(proxy) = self.proxy_mut(node)
        {
            proxy.balancer.probe_result(now, check, passed);
            self.after_balancer(node);
        }
    }

    /// After anything was told to a balancer: its timer, and what it has changed its mind about.
    pub(super) fn after_balancer(&mut self, node: NodeId) {
        let Some(host) = self.node_mut(node) else {
            return;
        };
        let (Life::Up, RoleState::Balancer(proxy)) = (host.life, &mut host.role) else {
            return;
        };
        let wanted = proxy.balancer.next_timer();
        let transitions = proxy.balancer.take_transitions();
        let set = proxy.timer;
        if wanted != set.map(|(_, at)| at) {
            if let Some((timer, _)) = set {
                self.queue.cancel(timer);
            }
            let timer = wanted.map(|at| {
                let at = at.max(self.now);
                (self.queue.schedule(at, Event::ProxyTimer(node)), at)
            });
            if let Some(proxy) = self.proxy_mut(node) {
                proxy.timer = timer;
            }
        }
        for transition in transitions {
            self.on_transition(node, transition);
        }
    }
}
