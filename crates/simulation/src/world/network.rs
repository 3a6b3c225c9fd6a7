//! Messages on links: transmission, propagation, loss, and TCP's sending again.
//!
//! A link sends a direction's messages one after the other at its bandwidth, delays each by its
//! latency and a uniform jitter, and never lets one overtake another. What is lost is sent again
//! by its sender after a retransmission timeout that starts at Linux's minimum of 200 ms and
//! doubles (RFC 6298), until the sender has gone or has tried [`MAX_RESENDS`] times; its caller's
//! own timeout usually comes first. (TCP would hold back what follows on the same connection;
//! here only the lost message is late.)

use super::World;
use super::entities::{About, Event, Leg, Message, MessageKey, Party};
use crate::bytes::Bytes;
use crate::distribution::uniform;
use crate::ids::{LinkId, NodeId};
use crate::record::{Loss, MessageKind, Step, What, Wire};
use crate::time::{MILLISECOND, Nanos, SECOND, from_seconds, seconds};
use crate::view::{Life, LinkState};

/// Ethernet, IPv4 and TCP headers without options, in bytes.
pub(super) const HEADERS: u32 = 14 + 20 + 20;
/// Linux's TCP_RTO_MIN.
const FIRST_RESEND: Nanos = 200 * MILLISECOND;
const DAY: Nanos = 86_400 * SECOND;
const MAX_RESENDS: u8 = 6;

impl World {
    /// Sends a message on its way.
    pub(super) fn send(&mut self, from: Party, to: Party, about: About, bytes: Bytes) {
        if self.recording && matches!(about.kind, MessageKind::Request | MessageKind::Reply) {
            let wire = Wire {
                at: self.now,
                attempt: about.attempt,
                kind: about.kind,
                from: from.node,
                to: to.node,
                bytes: bytes.clone(),
            };
            if let Some(record) = self.record_mut(about.call, about.call_id) {
                record.wires.push(wire);
            }
        }
        self.hash(bytes.len() as u64 ^ (about.kind as u64) << 32);
        let incarnation = self.node_ref(from.node).map_or(0, |node| node.incarnation);
        let key = self.messages.insert(Message {
            about,
            from,
            to,
            incarnation,
            bytes,
            resends: 0,
            at: from.node,
            leg: None,
        });
        self.pass_on(key, from.node, to.node);
    }

    /// Puts a message on the next link from where it stands to where it goes.
    fn pass_on(&mut self, key: MessageKey, at: NodeId, to: NodeId) {
        match self.next_link(at, to) {
            Some(link) => self.transmit(key, link),
            None => self.lose(key, Some(Loss::NoWay)),
        }
    }

    fn transmit(&mut self, key: MessageKey, id: LinkId) {
        let now = self.now;
        let Some(message) = self.messages.get_mut(key) else {
            return;
        };
        let Some(link) = self.links.get_mut(id.0 as usize).and_then(Option::as_mut) else {
            return;
        };
        let forward = link.a == message.at;
        let direction = usize::from(!forward);
        let bits = (message.bytes.len() as u64 + u64::from(HEADERS)) * 8;
        // Rounded up: a message never takes no time, and order never depends on a rounding.
        let sending = match bits.checked_mul(1_000_000_000) {
            Some(scaled) => scaled.div_ceil(link.carriage.bandwidth),
            // More than two gigabytes at once. A day is longer than any run.
            None => DAY,
        };
        let departs = now.max(link.free[direction]);
        link.free[direction] = departs.saturating_add(sending);
        let carriage = link.carriage;
        let jitter = if carriage.jitter > 0 {
            from_seconds(seconds(carriage.jitter) * uniform(&mut link.noise))
        } else {
            0
        };
        let lost = carriage.loss > 0.0 && uniform(&mut link.noise) < carriage.loss;
        let arrives = link.free[direction]
            .saturating_add(carriage.latency + jitter)
            .max(link.last_arrival[direction]);
        link.last_arrival[direction] = arrives;
        link.on += 1;
        // A lost message goes halfway: that is where it is seen to vanish.
        let seen_until = if lost {
            departs + (arrives - departs) / 2
        } else {
            arrives
        };
        let timer = self.queue.schedule_in_line(seen_until, Event::Deliver(key));
        message.leg = Some(Leg {
            link: id,
            forward,
            departs,
            arrives,
            lost,
            timer,
        });
        let far = if forward { link.b } else { link.a };
        let (call, call_id) = (message.about.call, message.about.call_id);
        let step = Step {
            at: departs,
            attempt: message.about.attempt,
            what: What::Hop {
                kind: message.about.kind,
                link: id,
                from: message.at,
                to: far,
                arrives: seen_until,
                lost,
                error: message.about.error,
            },
        };
        self.note(call, call_id, step);
    }

    pub(super) fn on_deliver(&mut self, key: MessageKey) {
        let Some(message) = self.messages.get_mut(key) else {
            return;
        };
        let Some(leg) = message.leg else { return };
        let Some(link) = self
            .links
            .get_mut(leg.link.0 as usize)
            .and_then(Option::as_mut)
        else {
            return;
        };
        if link.state == LinkState::Held && !leg.lost {
            link.held.push(key);
            return;
        }
        link.on -= 1;
        message.leg = None;
        if leg.lost {
            self.lose(key, None);
            return;
        }
        let at = if leg.forward { link.b } else { link.a };
        message.at = at;
        let to = message.to.node;
        if at == to {
            if let Some(message) = self.messages.remove(key) {
                self.arrive(&message);
                self.buffers.give_back(message.bytes);
            }
        } else if self.alive(at) {
            self.pass_on(key, at, to);
        } else {
            self.lose(key, Some(Loss::NodeDown));
        }
    }

    /// A message did not get through: its sender's TCP will notice, if it still runs. Why is written
    /// down, unless the hop that was written down has said so.
    #[cold]
    fn lose(&mut self, key: MessageKey, why: Option<Loss>) {
        let Some(message) = self.messages.get_mut(key) else {
            return;
        };
        message.leg = None;
        let again = (message.resends < MAX_RESENDS).then(|| {
            let wait = FIRST_RESEND << message.resends;
            message.resends += 1;
            self.now + wait
        });
        let (about, at_node) = (message.about, message.at);
        if let Some(why) = why {
            let what = What::Lost {
                kind: about.kind,
                at_node,
                why,
                again,
            };
            let step = Step {
                at: self.now,
                attempt: about.attempt,
                what,
            };
            self.note(about.call, about.call_id, step);
        }
        match again {
            Some(at) => {
                self.queue.schedule(at, Event::Resend(key));
            }
            None => self.drop_message(key),
        }
    }

    #[cold]
    pub(super) fn on_resend(&mut self, key: MessageKey) {
        let Some(message) = self.messages.get_mut(key) else {
            return;
        };
        message.at = message.from.node;
        let (from, to) = (message.from.node, message.to.node);
        let (incarnation, exchange) = (message.incarnation, message.about.exchange);
        let awaited = match message.about.kind {
            MessageKind::Request | MessageKind::Probe | MessageKind::Reply => {
                self.exchanges.contains_key(exchange)
            }
            // Nobody waits for it any more.
            MessageKind::Open => {
                let connection = self.connections.get(message.about.connection);
                connection.is_some_and(|it| it.key.is_some() || it.probe.is_some())
            }
            // What never stood ends without a word more (RFC 9293, §3.10.4, SYN-SENT).
            MessageKind::Close => {
                let connection = self.connections.get(message.about.connection);
                connection.is_some_and(|it| it.open)
            }
            MessageKind::Accept | MessageKind::Reset | MessageKind::ProbeReply => true,
        };
        let sender_lives = self
            .node_ref(from)
            .is_some_and(|node| node.life == Life::Up && node.incarnation == incarnation);
        if awaited && sender_lives {
            self.pass_on(key, from, to);
        } else {
            self.drop_message(key);
        }
    }

    #[cold]
    fn drop_message(&mut self, key: MessageKey) {
        if let Some(message) = self.messages.remove(key) {
            self.connection_message_gone(&message);
            self.buffers.give_back(message.bytes);
        }
    }

    /// Loses what is on a link, when it is cut or taken away.
    pub(super) fn lose_all_on(&mut self, id: LinkId) {
        let on_it: Vec<MessageKey> = self
            .messages
            .iter()
            .filter(|(_, message)| message.leg.is_some_and(|leg| leg.link == id))
            .map(|(key, _)| key)
            .collect();
        for key in on_it {
            if let Some(leg) = self.messages.get(key).and_then(|message| message.leg) {
                self.queue.cancel(leg.timer);
            }
            self.lose(key, Some(Loss::LinkCut));
        }
        if let Some(link) = self.links.get_mut(id.0 as usize).and_then(Option::as_mut) {
            link.on = 0;
            link.held.clear();
            link.free = [0; 2];
            link.last_arrival = [0; 2];
        }
    }

    /// Lets go what waits at the ends of a link that was held.
    pub(super) fn release_held(&mut self, id: LinkId) {
        let Some(link) = self.links.get_mut(id.0 as usize).and_then(Option::as_mut) else {
            return;
        };
        for key in std::mem::take(&mut link.held) {
            self.on_deliver(key);
        }
    }

    /// Whether a node's process runs.
    pub(super) fn alive(&self, id: NodeId) -> bool {
        self.node_ref(id).is_some_and(|node| node.life == Life::Up)
    }
}
