//! Connections between hosts, really opened over the simulated network with a round trip of
//! messages: opening, resets, closing, and what a death does to them.

use super::World;
use super::entities::{
    About, CallKey, Connection, ConnectionId, ExchangeKey, Message, Party, RoleState,
};
use super::exchanges::exchange_key;
use crate::action::Death;
use crate::bytes::Bytes;
use crate::ids::NodeId;
use crate::record::{MessageKind, Reason};
use crate::view::Life;
use rpc::channel::ConnectionKey;
use slotmap::Key;

impl World {
    #[cold]
    pub(super) fn open_connection(
        &mut self,
        caller: Party,
        callee: NodeId,
        key: Option<ConnectionKey>,
        probe: Option<ExchangeKey>,
    ) -> ConnectionId {
        self.connections.insert(Connection {
            caller,
            callee,
            key,
            probe,
            open: false,
            incarnation: 0,
        })
    }

    /// Sends a message of the connection itself, from its caller.
    pub(super) fn send_control(&mut self, kind: MessageKind, id: ConnectionId, about: ExchangeKey) {
        let Some(connection) = self.connections.get(id) else {
            return;
        };
        let (from, to) = (connection.caller, Party::host(connection.callee));
        self.send_bare(kind, id, about, from, to);
    }

    #[cold]
    fn send_bare(
        &mut self,
        kind: MessageKind,
        connection: ConnectionId,
        exchange: ExchangeKey,
        from: Party,
        to: Party,
    ) {
        let (call, call_id, attempt) =
            self.exchanges
                .get(exchange)
                .map_or((CallKey::null(), 0, 0), |exchange| {
                    (
                        exchange.about.call,
                        exchange.about.call_id,
                        exchange.about.attempt,
                    )
                });
        let about = About {
            kind,
            connection,
            exchange,
            call,
            call_id,
            attempt,
            work: 0,
            error: kind == MessageKind::Reset,
        };
        self.send(from, to, about, Bytes::default());
    }

    /// A message has reached its host.
    pub(super) fn arrive(&mut self, message: &Message) {
        let Some(node) = self.node_ref(message.to.node) else {
            self.connection_message_gone(message);
            return;
        };
        let ends = matches!(message.about.kind, MessageKind::Reset | MessageKind::Close);
        match node.life {
            Life::Dead {
                death: Death::Crash,
                ..
            } if !ends => {
                let (from, to) = (message.to, message.from);
                self.send_bare(
                    MessageKind::Reset,
                    message.about.connection,
                    message.about.exchange,
                    from,
                    to,
                );
            }
            Life::Dead { .. } => self.connection_message_gone(message),
            Life::Up => {
                let incarnation = node.incarnation;
                self.arrive_alive(message, incarnation);
            }
        }
    }

    /// A message has reached this incarnation of its host's process.
    fn arrive_alive(&mut self, message: &Message, incarnation: u32) {
        let id = message.about.connection;
        match message.about.kind {
            MessageKind::Open => self.accept(message),
            MessageKind::Accept => self.on_accepted(id),
            MessageKind::Request | MessageKind::Probe => {
                let known = self
                    .connections
                    .get(id)
                    .is_some_and(|connection| connection.incarnation == incarnation);
                if known {
                    self.on_request(message);
                } else {
                    let (from, to) = (message.to, message.from);
                    self.send_bare(MessageKind::Reset, id, message.about.exchange, from, to);
                }
            }
            MessageKind::Reply | MessageKind::ProbeReply => self.on_reply(message),
            MessageKind::Reset => {
                let to_caller = self
                    .connections
                    .get(id)
                    .is_some_and(|it| it.caller.node == message.to.node);
                if to_caller {
                    self.break_connection(id, None);
                } else {
                    self.connections.remove(id);
                    self.abandon(message.to.node, id);
                }
            }
            MessageKind::Close => {
                self.connections.remove(id);
                self.abandon(message.to.node, id);
            }
        }
    }

    #[cold]
    fn accept(&mut self, message: &Message) {
        let Some(node) = self.node_ref(message.to.node) else {
            return;
        };
        let listens = matches!(node.role, RoleState::Server(_) | RoleState::Balancer(_));
        let incarnation = node.incarnation;
        let Some(connection) = self.connections.get_mut(message.about.connection) else {
            return;
        };
        connection.incarnation = incarnation;
        let kind = if listens {
            MessageKind::Accept
        } else {
            MessageKind::Reset
        };
        self.send_bare(
            kind,
            message.about.connection,
            message.about.exchange,
            message.to,
            message.from,
        );
    }

    #[cold]
    fn on_accepted(&mut self, id: ConnectionId) {
        let Some(connection) = self.connections.get_mut(id) else {
            return;
        };
        if connection.open {
            return;
        }
        connection.open = true;
        let (caller, callee, key) = (connection.caller, connection.callee, connection.key);
        if let Some(probe) = connection.probe {
            self.send_exchange(probe);
            return;
        }
        let Some(key) = key else { return };
        let waiting = self
            .pool_mut(caller, callee)
            .map(|pool| pool.channel.opened(key))
            .unwrap_or_default();
        for exchange in waiting {
            self.send_exchange(exchange_key(exchange));
        }
    }

    /// Closes a connection from its caller's side; the callee learns of it by message.
    #[cold]
    pub(super) fn close_connection(&mut self, id: ConnectionId) {
        let Some(connection) = self.connections.get_mut(id) else {
            return;
        };
        let about = connection.probe.take().unwrap_or_default();
        let (caller, callee, key) = (connection.caller, connection.callee, connection.key.take());
        if let (Some(key), Some(pool)) = (key, self.pool_mut(caller, callee)) {
            pool.forget(key);
        }
        self.send_control(MessageKind::Close, id, about);
    }

    /// A connection has broken, as its caller sees it: all that was asked on it fails.
    #[cold]
    pub(super) fn break_connection(&mut self, id: ConnectionId, reason: Option<Reason>) {
        let Some(connection) = self.connections.remove(id) else {
            return;
        };
        let reason = reason.unwrap_or(if connection.open {
            Reason::Reset
        } else {
            Reason::Refused
        });
        if let Some(probe) = connection.probe {
            self.fail_exchange(probe, reason);
        }
        let Some(key) = connection.key else { return };
        let lost = self
            .pool_mut(connection.caller, connection.callee)
            .map(|pool| {
                pool.forget(key);
                pool.channel.lost(key)
            });
        for exchange in lost.unwrap_or_default() {
            self.fail_exchange(exchange_key(exchange), reason);
        }
    }

    /// Nothing more is heard of a connection whose last message is gone.
    #[cold]
    pub(super) fn connection_message_gone(&mut self, message: &Message) {
        if matches!(message.about.kind, MessageKind::Reset | MessageKind::Close) {
            let caller = self
                .connections
                .get(message.about.connection)
                .map(|it| it.caller);
            if caller == Some(message.to) {
                // A reset that could not be told: the caller's own timeout will tell.
                return;
            }
            self.connections.remove(message.about.connection);
        }
    }

    /// What a host's connections do when its process stops.
    #[cold]
    pub(super) fn sever(&mut self, node: NodeId, death: Death) {
        let touching: Vec<(ConnectionId, Party, NodeId)> = self
            .connections
            .iter()
            .filter(|(_, it)| it.caller.node == node || it.callee == node)
            .map(|(id, it)| (id, it.caller, it.callee))
            .collect();
        for (id, caller, callee) in touching {
            let asked_here = caller.node == node;
            match death {
                Death::Crash if asked_here => {
                    // The pool that knew it is gone; another may give its name to another.
                    if let Some(connection) = self.connections.get_mut(id) {
                        (connection.key, connection.probe) = (None, None);
                    }
                    let (from, to) = (caller, Party::host(callee));
                    self.send_bare(MessageKind::Reset, id, ExchangeKey::null(), from, to);
                }
                Death::Crash => {
                    let about = self.exchange_on(id);
                    self.send_bare(MessageKind::Reset, id, about, Party::host(node), caller);
                }
                Death::Silence if asked_here => {
                    self.connections.remove(id);
                }
                Death::Silence => {}
            }
        }
        let asked: Vec<ExchangeKey> = self
            .exchanges
            .iter()
            .filter(|(_, exchange)| exchange.caller.node == node)
            .map(|(key, _)| key)
            .collect();
        for key in asked {
            if let Some(exchange) = self.end_exchange(key) {
                self.orphan_ended(&exchange, None);
            }
        }
    }

    /// One of the exchanges on a connection, so that a message about it can be told apart.
    fn exchange_on(&self, id: ConnectionId) -> ExchangeKey {
        let found = self
            .exchanges
            .iter()
            .find(|(_, exchange)| exchange.about.connection == id);
        found.map_or_else(ExchangeKey::null, |(key, _)| key)
    }
}
