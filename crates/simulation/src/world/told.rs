//! One event at a time, each in a sentence.

use super::World;
use super::entities::{CallKey, Event, ExchangeKey, InboundKey, Message, Purpose, RoleState};
use crate::ids::NodeId;
use crate::narration::count;
use crate::record::MessageKind;
use crate::time::Nanos;
use crate::view::LinkState;

impl World {
    /// Runs to the next event and through it; what it was, in a sentence. None when nothing is to
    /// come.
    pub fn step_told(&mut self) -> Option<String> {
        let (at, event) = self.queue.pop_until(Nanos::MAX)?;
        // Afterwards what it is about may be gone.
        let told = self.told(event);
        self.fire(at, event);
        Some(told)
    }

    fn told(&self, event: Event) -> String {
        match event {
            Event::Arrival { lan, .. } => {
                let next = count(self.calls_made + 1);
                format!("A client of {} makes call {next}.", self.name(lan))
            }
            Event::Deliver(key) => self
                .messages
                .get(key)
                .map_or_else(String::new, |it| self.goes(it)),
            Event::Resend(key) => self.messages.get(key).map_or_else(String::new, |it| {
                format!(
                    "{} was lost: {} sends it again, if it is still wanted.",
                    self.noun(it),
                    self.name(it.from.node)
                )
            }),
            Event::ServiceDone { server, exchange } => {
                format!(
                    "{} is done with {}.",
                    self.name(server),
                    self.call_of(exchange)
                )
            }
            Event::ExchangeTimeout(key) => {
                let Some(exchange) = self.exchanges.get(key) else {
                    return String::new();
                };
                format!(
                    "{} waits no longer for {} to answer {}.",
                    self.name(exchange.caller.node),
                    self.name(exchange.callee),
                    self.call_of(key)
                )
            }
            Event::CallDeadline(call) => {
                format!("The deadline of {} has passed.", self.live_call(call))
            }
            Event::Backoff(call) => format!("The client tries {} again.", self.live_call(call)),
            Event::ProxyTimer(node) => format!(
                "{} has a check to send, or somebody to let back in.",
                self.name(node)
            ),
            Event::Timeline(_) => "What the scenario's timeline holds for now is done.".to_owned(),
            Event::Hedge { node, inbound } => format!(
                "{} has waited long enough to try another server for {} too.",
                self.name(node),
                self.call_at(node, inbound)
            ),
            Event::LetIn { node, inbound } => format!(
                "{} lets {} past its rate limit.",
                self.name(node),
                self.call_at(node, inbound)
            ),
        }
    }

    /// A message at the end of a link.
    fn goes(&self, message: &Message) -> String {
        let noun = self.noun(message);
        let Some(leg) = message.leg else {
            return String::new();
        };
        let Some(link) = self.links.get(leg.link.0 as usize).and_then(Option::as_ref) else {
            return String::new();
        };
        let end = self.name(if leg.forward { link.b } else { link.a });
        if leg.lost {
            format!("{noun} is lost on its way to {end}.")
        } else if link.state == LinkState::Held {
            format!("{noun} waits before {end}: the link is held.")
        } else {
            format!("{noun} reaches {end}.")
        }
    }

    fn noun(&self, message: &Message) -> String {
        let (noun, whose) = match message.about.kind {
            MessageKind::Open => ("The opening of a connection", "for"),
            MessageKind::Accept => ("The acceptance of a connection", "for"),
            MessageKind::Reset => ("A reset", "for"),
            MessageKind::Close => ("The close of a connection", "for"),
            MessageKind::Probe => ("A health check", "for"),
            MessageKind::ProbeReply => ("The answer to a health check", "for"),
            MessageKind::Request => ("The request", "of"),
            MessageKind::Reply if message.about.error => ("The error reply", "to"),
            MessageKind::Reply => ("The reply", "to"),
        };
        if message.about.call_id == 0 {
            return noun.to_owned();
        }
        let attempt = match message.about.attempt {
            0 | 1 => String::new(),
            later => format!(", attempt {later},"),
        };
        format!(
            "{noun} {whose} call {}{attempt}",
            count(message.about.call_id)
        )
    }

    fn live_call(&self, key: CallKey) -> String {
        let id = self.calls.get(key).map(|call| call.record.id);
        id.map_or_else(|| "a call".to_owned(), |id| format!("call {}", count(id)))
    }

    /// What an exchange is about.
    fn call_of(&self, key: ExchangeKey) -> String {
        match self.exchanges.get(key) {
            Some(it) if matches!(it.purpose, Purpose::Client | Purpose::Upstream { .. }) => {
                format!("call {}", count(it.about.call_id))
            }
            Some(_) => "a health check".to_owned(),
            // Its caller has gone.
            None => "a call that nobody waits for".to_owned(),
        }
    }

    fn call_at(&self, node: NodeId, key: InboundKey) -> String {
        let role = self.node_ref(node).map(|node| &node.role);
        let inbound = match role {
            Some(RoleState::Balancer(proxy)) => proxy.inbound.get(key),
            _ => None,
        };
        inbound.map_or_else(
            || "a call that is over".to_owned(),
            |it| format!("call {}", count(it.about.call_id)),
        )
    }
}
