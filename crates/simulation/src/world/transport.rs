//! Connections and exchanges between hosts: opening, reuse, resets, replies, timeouts.
//!
//! Which connection an exchange goes on is the RPC crate's decision (`rpc::channel`); here the
//! connections are really opened, over the simulated network, with a round trip of messages.

use super::World;
use super::entities::{
    CallKey, Connection, ConnectionId, Event, Exchange, ExchangeKey, Message, Party, Pool, Purpose,
    RoleState,
};
use super::network::About;
use crate::action::Death;
use crate::bytes::Bytes;
use crate::ids::NodeId;
use crate::record::{MessageKind, Reason};
use crate::time::Nanos;
use crate::view::Life;
use rpc::channel::{Channel, ConnectionKey, Start};
use rpc::message::Response;
use rpc::status::Status;
use slotmap::{Key, KeyData};

/// What an exchange is begun with.
#[derive(Debug, Clone)]
pub(super) struct Begin {
    pub(super) purpose: Purpose,
    pub(super) caller: Party,
    pub(super) callee: NodeId,
    pub(super) call: CallKey,
    pub(super) call_id: u64,
    pub(super) attempt: u32,
    pub(super) id: u32,
    pub(super) bytes: Bytes,
    pub(super) work: Nanos,
    pub(super) timeout: Nanos,
    pub(super) orphan: bool,
}

impl World {
    /// Begins an exchange: finds or opens a connection and sends as soon as it stands.
    pub(super) fn begin_exchange(&mut self, begin: Begin) -> ExchangeKey {
        let (queue, now) = (&mut self.queue, self.now);
        let (caller, callee) = (begin.caller, begin.callee);
        let probe = matches!(begin.purpose, Purpose::Probe { .. });
        let key = self.exchanges.insert_with_key(|key| Exchange {
            purpose: begin.purpose,
            call: begin.call,
            call_id: begin.call_id,
            attempt: begin.attempt,
            caller,
            callee,
            connection: ConnectionId::null(),
            began: now,
            timer: queue.schedule_after(now, begin.timeout, Event::ExchangeTimeout(key)),
            id: begin.id,
            bytes: begin.bytes,
            sent: false,
            work: begin.work,
            report: None,
            orphan: begin.orphan,
        });
        if probe {
            let connection = self.open_connection(caller, callee, None, Some(key));
            self.set_connection(key, connection);
            return key;
        }
        let Some(pool) = self.pool_mut(caller, callee) else {
            return key;
        };
        match pool.channel.start(key.data().as_ffi()) {
            Start::Send(connection) => {
                let id = pool.id(connection);
                self.set_connection(key, id);
                self.send_exchange(key);
            }
            Start::Wait(connection) => {
                let id = pool.id(connection);
                self.set_connection(key, id);
            }
            Start::Open(connection) => {
                let id = self.open_connection(caller, callee, Some(connection), None);
                if let Some(pool) = self.pool_mut(caller, callee) {
                    pool.ids.push((connection, id));
                }
                self.set_connection(key, id);
                self.send_control(MessageKind::Open, id, key);
            }
        }
        key
    }

    fn set_connection(&mut self, key: ExchangeKey, connection: ConnectionId) {
        if let Some(exchange) = self.exchanges.get_mut(key) {
            exchange.connection = connection;
        }
        let probe = self
            .connections
            .get(connection)
            .is_some_and(|it| it.probe.is_some());
        if probe {
            self.send_control(MessageKind::Open, connection, key);
        }
    }

    #[cold]
    fn open_connection(
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

    /// A caller's pool of connections to an address; made when first asked for.
    fn pool_mut(&mut self, caller: Party, callee: NodeId) -> Option<&mut Pool> {
        let encoding = self.settings.encoding;
        let pools = match &mut self.node_mut(caller.node)?.role {
            RoleState::Lan(lan) => &mut lan.clients.get_mut(caller.client as usize)?.pools,
            RoleState::Balancer(proxy) => &mut proxy.pools,
            RoleState::Router | RoleState::Isp | RoleState::Server(_) => return None,
        };
        let index = match pools.binary_search_by_key(&callee, |pool| pool.peer) {
            Ok(index) => index,
            Err(index) => {
                let pool = Pool {
                    peer: callee,
                    channel: Channel::new(encoding),
                    ids: Vec::new(),
                };
                pools.insert(index, pool);
                index
            }
        };
        pools.get_mut(index)
    }

    fn send_exchange(&mut self, key: ExchangeKey) {
        let Some(exchange) = self.exchanges.get_mut(key) else {
            return;
        };
        exchange.sent = true;
        let kind = match exchange.purpose {
            Purpose::Probe { .. } | Purpose::LoadProbe { .. } => MessageKind::Probe,
            Purpose::Client | Purpose::Upstream { .. } => MessageKind::Request,
        };
        let about = About {
            kind,
            connection: exchange.connection,
            exchange: key,
            call: exchange.call,
            call_id: exchange.call_id,
            attempt: exchange.attempt,
            work: exchange.work,
            error: false,
        };
        let (from, to) = (exchange.caller, Party::host(exchange.callee));
        // It is sent once.
        let bytes = std::mem::take(&mut exchange.bytes);
        self.send(from, to, about, bytes);
    }

    /// Sends a message of the connection itself, from its caller.
    fn send_control(&mut self, kind: MessageKind, id: ConnectionId, about: ExchangeKey) {
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
        let (call, call_id, attempt) = self
            .exchanges
            .get(exchange)
            .map_or((CallKey::null(), 0, 0), |exchange| {
                (exchange.call, exchange.call_id, exchange.attempt)
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
        let ends = matches!(message.kind, MessageKind::Reset | MessageKind::Close);
        match node.life {
            Life::Dead {
                death: Death::Crash,
                ..
            } if !ends => {
                let (from, to) = (message.to, message.from);
                self.send_bare(
                    MessageKind::Reset,
                    message.connection,
                    message.exchange,
                    from,
                    to,
                );
            }
            Life::Dead { .. } => self.connection_message_gone(message),
            Life::Up => self.arrive_alive(message),
        }
    }

    fn arrive_alive(&mut self, message: &Message) {
        let id = message.connection;
        match message.kind {
            MessageKind::Open => self.accept(message),
            MessageKind::Accept => self.on_accepted(id),
            MessageKind::Request | MessageKind::Probe => {
                let here = self.node_ref(message.to.node).map(|node| node.incarnation);
                let known = self
                    .connections
                    .get(id)
                    .is_some_and(|connection| Some(connection.incarnation) == here);
                if known {
                    self.on_request(message);
                } else {
                    let (from, to) = (message.to, message.from);
                    self.send_bare(MessageKind::Reset, id, message.exchange, from, to);
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
        let Some(connection) = self.connections.get_mut(message.connection) else {
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
            message.connection,
            message.exchange,
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

    /// A reply has reached who asked.
    fn on_reply(&mut self, message: &Message) {
        let key = message.exchange;
        let Some(exchange) = self.exchanges.get(key) else {
            return;
        };
        let (id, connection) = (exchange.id, exchange.connection);
        let response = match self.settings.encoding.decode_response(&message.bytes) {
            Ok(Response::Reply(reply)) if reply.id == id => Ok(reply),
            Ok(Response::ProbeAnswer { healthy, .. }) => {
                if let Purpose::LoadProbe { .. } = exchange.purpose {
                    let (caller, callee) = (exchange.caller, exchange.callee);
                    if let Some(pool) = self.pool_mut(caller, callee) {
                        pool.channel.finished(key.data().as_ffi());
                    }
                } else {
                    self.close_connection(connection);
                }
                if let Some(exchange) = self.end_exchange(key) {
                    self.on_probe_over(&exchange, healthy);
                }
                return;
            }
            Ok(Response::Reply(_)) | Err(_) => Err(Reason::Status(Status::Internal)),
        };
        let (caller, callee) = (exchange.caller, exchange.callee);
        if let Some(pool) = self.pool_mut(caller, callee) {
            pool.channel.finished(key.data().as_ffi());
        }
        match response {
            Ok(reply) => {
                let Some(exchange) = self.end_exchange(key) else {
                    return;
                };
                match exchange.purpose {
                    Purpose::Client => self.on_client_reply(&exchange, reply),
                    Purpose::Upstream { .. } => self.on_upstream_reply(&exchange, reply),
                    Purpose::Probe { .. } | Purpose::LoadProbe { .. } => {
                        self.on_probe_over(&exchange, true);
                    }
                }
            }
            Err(reason) => self.fail_exchange(key, reason),
        }
    }

    /// Takes an exchange out of the books of transport.
    fn end_exchange(&mut self, key: ExchangeKey) -> Option<Exchange> {
        let exchange = self.exchanges.remove(key)?;
        self.queue.cancel(exchange.timer);
        Some(exchange)
    }

    #[cold]
    fn fail_exchange(&mut self, key: ExchangeKey, reason: Reason) {
        let Some(exchange) = self.end_exchange(key) else {
            return;
        };
        match exchange.purpose {
            Purpose::Client => self.on_client_failure(&exchange, reason),
            Purpose::Upstream { .. } => self.on_upstream_failure(&exchange, reason),
            Purpose::Probe { .. } | Purpose::LoadProbe { .. } => {
                self.on_probe_over(&exchange, false);
            }
        }
    }

    #[cold]
    pub(super) fn on_exchange_timeout(&mut self, key: ExchangeKey) {
        let Some(exchange) = self.exchanges.get(key) else {
            return;
        };
        let id = exchange.connection;
        let opening = self
            .connections
            .get(id)
            .is_some_and(|connection| !connection.open);
        if opening {
            // Nobody accepts: all that wait for this connection wait in vain.
            self.send_control(MessageKind::Close, id, key);
            self.break_connection(id, Some(Reason::TimedOut));
            return;
        }
        self.let_go(key);
        self.fail_exchange(key, Reason::TimedOut);
    }

    /// Gives an exchange up: what the caller's side of the connection needs for that.
    fn let_go(&mut self, key: ExchangeKey) {
        let Some(exchange) = self.exchanges.get(key) else {
            return;
        };
        let (caller, callee, connection) = (exchange.caller, exchange.callee, exchange.connection);
        if matches!(exchange.purpose, Purpose::Probe { .. }) {
            self.close_connection(connection);
            return;
        }
        let Some(pool) = self.pool_mut(caller, callee) else {
            return;
        };
        if pool.channel.cancelled(key.data().as_ffi()).is_some() {
            self.close_connection(connection);
        }
    }

    /// Gives an exchange up without a word to whoever began it.
    pub(super) fn cancel_exchange(&mut self, key: ExchangeKey) -> Option<Exchange> {
        self.let_go(key);
        self.end_exchange(key)
    }

    /// Closes a connection from its caller's side; the callee learns of it by message.
    #[cold]
    fn close_connection(&mut self, id: ConnectionId) {
        let Some(connection) = self.connections.get_mut(id) else {
            return;
        };
        let about = connection.probe.take().unwrap_or_default();
        let (caller, callee, key) = (connection.caller, connection.callee, connection.key.take());
        if let (Some(key), Some(pool)) = (key, self.pool_mut(caller, callee)) {
            pool.ids.retain(|(known, _)| *known != key);
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
                pool.ids.retain(|(known, _)| *known != key);
                pool.channel.lost(key)
            });
        for exchange in lost.unwrap_or_default() {
            self.fail_exchange(exchange_key(exchange), reason);
        }
    }

    /// Nothing more is heard of a connection whose last message is gone.
    #[cold]
    pub(super) fn connection_message_gone(&mut self, message: &Message) {
        if matches!(message.kind, MessageKind::Reset | MessageKind::Close) {
            let caller = self.connections.get(message.connection).map(|it| it.caller);
            if caller == Some(message.to) {
                // A reset that could not be told: the caller's own timeout will tell.
                return;
            }
            self.connections.remove(message.connection);
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
            .find(|(_, exchange)| exchange.connection == id);
        found.map_or_else(ExchangeKey::null, |(key, _)| key)
    }
}

impl Pool {
    fn id(&self, key: ConnectionKey) -> ConnectionId {
        let found = self.ids.iter().find(|(known, _)| *known == key);
        found.map_or_else(ConnectionId::null, |(_, id)| *id)
    }
}

/// The exchange that a channel knows by number.
fn exchange_key(number: u64) -> ExchangeKey {
    KeyData::from_ffi(number).into()
}
