//! What a balancer protects its backends by: the rate limit and the breakers at its door, the budget
//! that retries and hedges are paid from, the second attempt beside a slow first one.

use super::World;
use super::clients::failed_outcome;
use super::entities::{Event, Exchange, InboundKey, Out, Proxy, Purpose};
use super::proxies::proxy_in;
use crate::ids::NodeId;
use crate::record::{Outcome, Reason};
use crate::time::{Nanos, SECOND};
use balancer::Protection;
use balancer::protection::{Admission, Bucket, Budget, Hedger, Passage, RetryBudget, Underway};
use rpc::retry::{BudgetTerms, Semantics};
use rpc::status::Status;

/// The state of a proxy's protection.
#[derive(Debug, Clone)]
pub(super) struct Guards {
    pub(super) budget: Option<Budget>,
    pub(super) hedger: Option<Hedger>,
    pub(super) bucket: Option<Bucket>,
}

impl Guards {
    pub(super) fn new(protection: &Protection) -> Self {
        Self {
            budget: protection.retry_budget.map(Budget::new),
            hedger: protection.hedging.map(Hedger::new),
            bucket: protection.rate_limit.map(Bucket::new),
        }
    }
}

/// A client's terms as a budget.
pub(super) fn client_budget(terms: BudgetTerms) -> RetryBudget {
    RetryBudget::Deposits {
        ttl: 10 * SECOND,
        min_per_second: terms.min_per_second,
        percent: terms.percent,
    }
}

impl Proxy {
    /// What is under way at its backends.
    pub(super) fn underway(&self) -> Underway {
        let outs = || self.inbound.values().flat_map(|it| &it.outs);
        Underway {
            requests: outs().count() as u32,
            pending: self.waiting.len() as u32,
            retries: outs().filter(|out| out.extra).count() as u32,
        }
    }

    /// Whether a retry or a hedge may be made now; if so it is paid for.
    pub(super) fn may_try_again(&mut self, now: Nanos) -> bool {
        let protection = self.balancer.settings().protection;
        let breakers = protection.breakers;
        if self.guards.budget.is_none() && breakers.max_retries.is_none() {
            return true;
        }
        let underway = self.underway();
        // Envoy's budget stands in the place of its breaker for retries.
        let budgeted = matches!(protection.retry_budget, Some(RetryBudget::Share { .. }));
        (budgeted || breakers.may_retry(underway))
            && self
                .guards
                .budget
                .as_mut()
                .is_none_or(|budget| budget.try_retry(now, underway))
    }
}

impl World {
    /// A request has been taken in: past the rate limit, at once or later, or turned away.
    pub(super) fn at_the_door(&mut self, node: NodeId, from: InboundKey) {
        let now = self.now;
        let Some(proxy) = self.proxy_mut(node) else {
            return;
        };
        if let Some(budget) = &mut proxy.guards.budget {
            budget.called(now);
        }
        let bucket = proxy.guards.bucket.as_mut();
        match bucket.map_or(Passage::Now, |bucket| bucket.ask(now)) {
            Passage::Now => self.admit(node, from),
            Passage::After(delay) => {
                let inbound = from;
                self.queue
                    .schedule(now.saturating_add(delay), Event::LetIn { node, inbound });
            }
            Passage::Refused => self.turn_away(node, from, "the rate limit is reached"),
        }
    }

    /// A request is past the rate limit: to a backend, into the line, or turned away.
    pub(super) fn admit(&mut self, node: NodeId, from: InboundKey) {
        let one_each = !self.settings.encoding.multiplexes();
        let Some(proxy) = self.proxy_mut(node) else {
            return;
        };
        if !proxy.inbound.contains_key(from) {
            // Its caller has gone while it was delayed.
            return;
        }
        let breakers = proxy.balancer.settings().protection.breakers;
        let admission = if breakers == balancer::protection::Breakers::default() {
            Admission::Go
        } else {
            breakers.admit(proxy.underway(), one_each)
        };
        match admission {
            Admission::Go => self.set_off(node, from),
            Admission::Wait => proxy.waiting.push_back(from),
            Admission::Refuse => self.turn_away(node, from, "too many calls are under way"),
        }
    }

    /// Sends a request to its first backend, unless nobody waits for it any more.
    fn set_off(&mut self, node: NodeId, from: InboundKey) {
        let now = self.now;
        let Some(inbound) = self.inbound_mut(node, from) else {
            return;
        };
        if inbound.deadline.is_some_and(|deadline| deadline <= now) {
            let status = Status::DeadlineExceeded;
            self.refuse(node, from, status, "its deadline passed while it waited");
            return;
        }
        let attempt = inbound.attempt.take();
        self.forward(node, from, attempt);
    }

    /// Lets those in who wait, as far as the breakers allow.
    pub(super) fn let_in_waiting(&mut self, node: NodeId) {
        let one_each = !self.settings.encoding.multiplexes();
        while let Some(proxy) = self.proxy_mut(node)
            && !proxy.waiting.is_empty()
        {
            let breakers = proxy.balancer.settings().protection.breakers;
            let underway = Underway {
                pending: 0,
                ..proxy.underway()
            };
            if breakers.admit(underway, one_each) != Admission::Go {
                return;
            }
            let Some(next) = proxy.waiting.pop_front() else {
                return;
            };
            self.set_off(node, next);
        }
    }

    /// Turns a request away before any backend has seen it.
    #[cold]
    fn turn_away(&mut self, node: NodeId, from: InboundKey, why: &str) {
        let Some(inbound) = self.inbound_mut(node, from) else {
            return;
        };
        let (call, call_id) = (inbound.about.call, inbound.about.call_id);
        let number = inbound.attempt.take().unwrap_or(0);
        let reason = Reason::QueueFull;
        self.end_attempt(call, call_id, number, failed_outcome(reason), Some(reason));
        self.refuse(node, from, Status::ResourceExhausted, why);
    }

    /// Sets the clock for a second attempt beside the first.
    pub(super) fn plan_hedge(&mut self, node: NodeId, from: InboundKey) {
        let now = self.now;
        let Some(proxy) = self.proxy_mut(node) else {
            return;
        };
        let delay = proxy
            .guards
            .hedger
            .as_mut()
            .and_then(|hedger| hedger.delay(now));
        let Some(delay) = delay else { return };
        let tries = proxy.balancer.settings().max_attempts as usize;
        let Some(inbound) = self.inbound_mut(node, from) else {
            return;
        };
        if inbound.hedged || inbound.hedge.is_some() || inbound.tried.len() >= tries {
            return;
        }
        let event = Event::Hedge {
            node,
            inbound: from,
        };
        let timer = self.queue.schedule(now.saturating_add(delay), event);
        if let Some(inbound) = self.inbound_mut(node, from) {
            inbound.hedge = Some(timer);
        }
    }

    /// The first attempt is slow: a second one, if that is harmless and paid for.
    #[cold]
    pub(super) fn on_hedge(&mut self, node: NodeId, from: InboundKey) {
        let now = self.now;
        let one_each = !self.settings.encoding.multiplexes();
        let at_least_once = self.settings.call_policy.semantics == Semantics::AtLeastOnce;
        let Some(inbound) = self.inbound_mut(node, from) else {
            return;
        };
        inbound.hedge = None;
        let harmless = inbound.request.idempotency_key.is_some()
            || inbound.request.arguments.procedure().idempotent();
        let in_time = inbound.deadline.is_none_or(|deadline| deadline > now);
        if inbound.outs.len() != 1 || !in_time || !(harmless || at_least_once) {
            return;
        }
        inbound.hedged = true;
        let tried = inbound.tried.clone();
        let Some(proxy) = self.proxy_mut(node) else {
            return;
        };
        let breakers = proxy.balancer.settings().protection.breakers;
        let room = breakers.admit(proxy.underway(), one_each) == Admission::Go;
        // A second attempt needs a second backend.
        if room && proxy.balancer.has_candidate(&tried) && proxy.may_try_again(now) {
            self.forward(node, from, None);
        }
    }

    /// Takes an ended attempt off its request's list; those that are still out.
    pub(super) fn no_longer_out(
        &mut self,
        node: NodeId,
        from: InboundKey,
        ended: &Exchange,
    ) -> usize {
        let Purpose::Upstream { backend, .. } = ended.purpose else {
            return 0;
        };
        let exchanges = &self.exchanges;
        let Some(proxy) = proxy_in(&mut self.nodes, node) else {
            return 0;
        };
        let Some(inbound) = proxy.inbound.get_mut(from) else {
            return 0;
        };
        // The ended one is in the books no more.
        debug_assert!(inbound.tried.contains(&backend));
        inbound
            .outs
            .retain(|out| exchanges.contains_key(out.exchange));
        inbound.outs.len()
    }

    /// Cancels attempts that nobody waits for any more: they stop costing where a connection can be
    /// closed for it.
    #[cold]
    pub(super) fn cancel_outs(&mut self, node: NodeId, outs: Vec<Out>, why: Reason) {
        let now = self.now;
        for out in outs {
            let Some(exchange) = self.cancel_exchange(out.exchange) else {
                continue;
            };
            if let Purpose::Upstream { backend, .. } = exchange.purpose
                && let Some(proxy) = self.proxy_mut(node)
            {
                let latency = now - exchange.began;
                let outcome = balancer::Outcome::Cancelled { latency };
                proxy.balancer.finished(now, backend, outcome);
                let hedger = proxy.guards.hedger.iter_mut();
                hedger.for_each(|it| it.abandoned(now, latency));
            }
            let outcome = Outcome::Failed(Status::Cancelled);
            self.close_attempt(&exchange, outcome, Some(why));
            self.after_balancer(node);
        }
    }
}
