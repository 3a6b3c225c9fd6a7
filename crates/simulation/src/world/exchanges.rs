//! Exchanges between hosts: a request and what becomes of it, as its caller sees it.
//!
//! Which connection an exchange goes on is the RPC crate's decision (`rpc::channel`); the connections
//! themselves are in [`super::connections`].

use super::World;
use super::entities::{
    About, ConnectionId, Event, Exchange, ExchangeKey, Message, Party, Pool, Purpose, RoleState,
};
use crate::bytes::Bytes;
use crate::ids::NodeId;
use crate::record::{MessageKind, Reason};
use crate::time::Nanos;
use rpc::channel::{Channel, ConnectionKey, Start};
use rpc::encoding::Encoding;
use rpc::message::Response;
use rpc::status::Status;
use slotmap::{Key, KeyData};

/// What an exchange is begun with.
#[derive(Debug, Clone)]
pub(super) struct Begin {
    pub(super) purpose: Purpose,
    /// As its request will be, but for the exchange and the connection.
    pub(super) about: About,
    pub(super) caller: Party,
    pub(super) callee: NodeId,
    pub(super) id: u32,
    pub(super) bytes: Bytes,
    pub(super) timeout: Nanos,
    pub(super) orphan: bool,
}

/// Whether the connection of an exchange stands.
enum Stands {
    Already,
    /// Somebody else is opening it.
    Soon,
    /// It is to be opened now.
    Opened,
}

impl World {
    /// Begins an exchange: finds or opens a connection and sends as soon as it stands.
    pub(super) fn begin_exchange(&mut self, begin: Begin) -> ExchangeKey {
        let (caller, callee) = (begin.caller, begin.callee);
        let probe = matches!(begin.purpose, Purpose::Probe { .. });
        let key = self.exchanges.insert(Exchange {
            purpose: begin.purpose,
            about: begin.about,
            caller,
            callee,
            began: self.now,
            timer: None,
            id: begin.id,
            bytes: begin.bytes,
            sent: false,
            report: None,
            orphan: begin.orphan,
        });
        let timer = self.queue.schedule_in_line(
            self.now.saturating_add(begin.timeout),
            Event::ExchangeTimeout(key),
        );
        let (connection, stands) = if probe {
            let connection = self.open_connection(caller, callee, None, Some(key));
            (connection, Stands::Opened)
        } else {
            self.connect(key, caller, callee)
        };
        // It was put there above.
        let Some(exchange) = self.exchanges.get_mut(key) else {
            return key;
        };
        exchange.timer = Some(timer);
        exchange.about.exchange = key;
        exchange.about.connection = connection;
        match stands {
            Stands::Already => self.send_exchange(key),
            Stands::Soon => {}
            Stands::Opened => self.send_control(MessageKind::Open, connection, key),
        }
        key
    }

    /// The connection that an exchange goes on: one that stands, or will, or one that is to be opened.
    fn connect(
        &mut self,
        key: ExchangeKey,
        caller: Party,
        callee: NodeId,
    ) -> (ConnectionId, Stands) {
        let Some(pool) = self.pool_mut(caller, callee) else {
            return (ConnectionId::null(), Stands::Soon);
        };
        match pool.channel.start(key.data().as_ffi()) {
            Start::Send(connection) => (pool.id(connection), Stands::Already),
            Start::Wait(connection) => (pool.id(connection), Stands::Soon),
            Start::Open(connection) => {
                let id = self.open_connection(caller, callee, Some(connection), None);
                if let Some(pool) = self.pool_mut(caller, callee) {
                    pool.ids.push((connection, id));
                }
                (id, Stands::Opened)
            }
        }
    }

    /// A caller's pool of connections to an address; made when first asked for.
    pub(super) fn pool_mut(&mut self, caller: Party, callee: NodeId) -> Option<&mut Pool> {
        let encoding = self.settings.encoding;
        let pools = match &mut self.node_mut(caller.node)?.role {
            RoleState::Lan(lan) => &mut lan.clients.get_mut(caller.client as usize)?.pools,
            RoleState::Balancer(proxy) => &mut proxy.pools,
            RoleState::Router | RoleState::Isp | RoleState::Server(_) => return None,
        };
        let index = match Pool::place(pools, callee) {
            Ok(index) => index,
            Err(index) => Pool::add(pools, index, callee, encoding),
        };
        pools.get_mut(index)
    }

    pub(super) fn send_exchange(&mut self, key: ExchangeKey) {
        let Some(exchange) = self.exchanges.get_mut(key) else {
            return;
        };
        exchange.sent = true;
        let about = exchange.about;
        let (from, to) = (exchange.caller, Party::host(exchange.callee));
        // It is sent once.
        let bytes = std::mem::take(&mut exchange.bytes);
        self.send(from, to, about, bytes);
    }

    /// A reply has reached who asked.
    pub(super) fn on_reply(&mut self, message: &Message) {
        let key = message.about.exchange;
        let Some(exchange) = self.exchanges.get(key) else {
            return;
        };
        let (id, connection) = (exchange.id, exchange.about.connection);
        let response = match self.settings.encoding.decode_response(&message.bytes) {
            Ok(Response::Reply(reply)) if reply.id == id => Ok(reply),
            Ok(Response::ProbeAnswer { healthy, .. })
                if matches!(
                    exchange.purpose,
                    Purpose::Probe { .. } | Purpose::LoadProbe { .. }
                ) =>
            {
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
            Ok(_) | Err(_) => Err(Reason::Status(Status::Internal)),
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
    pub(super) fn end_exchange(&mut self, key: ExchangeKey) -> Option<Exchange> {
        let exchange = self.exchanges.remove(key)?;
        if let Some(timer) = exchange.timer {
            self.queue.cancel(timer);
        }
        Some(exchange)
    }

    #[cold]
    pub(super) fn fail_exchange(&mut self, key: ExchangeKey, reason: Reason) {
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
        let id = exchange.about.connection;
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
        let (caller, callee, connection) =
            (exchange.caller, exchange.callee, exchange.about.connection);
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
}

impl Pool {
    /// Where the pool of connections to an address stands in the order of the addresses, or else where
    /// it would. Those that follow each other, as a cluster's do, are found without a search.
    fn place(pools: &[Self], peer: NodeId) -> Result<usize, usize> {
        let first = pools.first().map_or(0, |pool| pool.peer.0);
        let guess = peer.0.wrapping_sub(first) as usize;
        match pools.get(guess) {
            Some(pool) if pool.peer == peer => Ok(guess),
            _ => pools.binary_search_by_key(&peer, |pool| pool.peer),
        }
    }

    #[cold]
    fn add(pools: &mut Vec<Self>, place: usize, peer: NodeId, encoding: Encoding) -> usize {
        let pool = Self {
            peer,
            channel: Channel::new(encoding),
            ids: Vec::new(),
        };
        pools.insert(place, pool);
        place
    }

    fn id(&self, key: ConnectionKey) -> ConnectionId {
        let place = self.place_of(key);
        place.map_or_else(ConnectionId::null, |place| self.ids[place].1)
    }

    /// Where a connection stands among those known: a channel gives its keys out in order.
    fn place_of(&self, key: ConnectionKey) -> Option<usize> {
        self.ids
            .binary_search_by_key(&key, |(known, _)| *known)
            .ok()
    }

    /// A connection is known no more.
    pub(super) fn forget(&mut self, key: ConnectionKey) {
        if let Some(place) = self.place_of(key) {
            self.ids.remove(place);
        }
    }
}

/// The exchange that a channel knows by number.
pub(super) fn exchange_key(number: u64) -> ExchangeKey {
    KeyData::from_ffi(number).into()
}
