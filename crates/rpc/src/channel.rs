//! The connections from one caller to one address: opened when needed, reused when free.
//!
//! A plain table of what is open and which exchange (a request and its response) is on which
//! connection. Whoever owns it opens and closes the connections and says what became of them.
//!
//! HTTP/1.1 has one exchange at a time on a connection, since without pipelining a response can
//! only be told from another by its place: a free connection is reused, the most recently used
//! first so that the others can age, and otherwise one more is opened. ONC RPC names each
//! exchange by its xid: all share one connection.

use crate::encoding::Encoding;

/// Names a connection; never used twice by the same channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionKey(pub u32);

/// What to do to start an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// Send it now on this open connection.
    Send(ConnectionKey),
    /// Open this new connection; the exchange waits for it.
    Open(ConnectionKey),
    /// The exchange waits for this connection, which is being opened.
    Wait(ConnectionKey),
}

#[derive(Debug, Clone)]
struct Connection {
    key: ConnectionKey,
    open: bool,
    /// In the order of their start.
    exchanges: Vec<u64>,
}

/// The connections from one caller to one address.
#[derive(Debug, Clone)]
pub struct Channel {
    encoding: Encoding,
    next_key: u32,
    /// The oldest first, and so in the order of their keys.
    connections: Vec<Connection>,
    /// Open connections without an exchange, the most recently used last.
    idle: Vec<ConnectionKey>,
}

impl Channel {
    /// A channel without connections.
    #[must_use]
    pub fn new(encoding: Encoding) -> Self {
        Self {
            encoding,
            next_key: 0,
            connections: Vec::new(),
            idle: Vec::new(),
        }
    }

    /// Finds a connection for an exchange, whose name must be new.
    ///
    /// It is not looked for: that would cost a caller with many connections a search for each.
    pub fn start(&mut self, exchange: u64) -> Start {
        let key = if self.encoding.multiplexes() {
            self.connections.last().map(|connection| connection.key)
        } else {
            self.idle.pop()
        };
        if let Some(connection) = key.and_then(|key| self.find(key)) {
            connection.exchanges.push(exchange);
            return connection.start();
        }
        let key = ConnectionKey(self.next_key);
        // Four thousand million connections from one caller to one address would take years.
        self.next_key = self.next_key.wrapping_add(1);
        self.connections.push(Connection {
            key,
            open: false,
            exchanges: vec![exchange],
        });
        Start::Open(key)
    }

    /// A connection is open: returns the exchanges to send on it now, in the order of their start.
    ///
    /// Empty for a connection that the channel has forgotten: close that one.
    pub fn opened(&mut self, key: ConnectionKey) -> Vec<u64> {
        let Some(connection) = self.find(key) else {
            return Vec::new();
        };
        if connection.open {
            return Vec::new();
        }
        connection.open = true;
        let waiting = connection.exchanges.clone();
        if waiting.is_empty() && !self.encoding.multiplexes() {
            self.idle.push(key);
        }
        waiting
    }

    /// An exchange is answered: its connection can serve another.
    pub fn finished(&mut self, exchange: u64) {
        if let Some((key, open)) = self.leave(exchange)
            && open
            && !self.encoding.multiplexes()
        {
            self.idle.push(key);
        }
    }

    /// The caller no longer wants an exchange.
    ///
    /// In HTTP the response may still come and would be taken for the next one's: the connection
    /// that is returned must be closed, and is forgotten here. In ONC RPC the late reply is told by
    /// its xid, and nothing is to be done.
    pub fn cancelled(&mut self, exchange: u64) -> Option<ConnectionKey> {
        let (key, _) = self.leave(exchange)?;
        if self.encoding.multiplexes() {
            return None;
        }
        self.forget(key);
        Some(key)
    }

    /// A connection was reset, closed, or could not be opened: returns the exchanges that fail.
    pub fn lost(&mut self, key: ConnectionKey) -> Vec<u64> {
        let Some(connection) = self.forget(key) else {
            return Vec::new();
        };
        self.idle.retain(|idle| *idle != key);
        connection.exchanges
    }

    /// Every connection is gone, as when the caller's own process ends: returns the exchanges that
    /// fail, by connection and then in the order of their start.
    pub fn lost_all(&mut self) -> Vec<u64> {
        self.idle.clear();
        core::mem::take(&mut self.connections)
            .into_iter()
            .flat_map(|connection| connection.exchanges)
            .collect()
    }

    /// How many connections are open; those being opened do not count.
    #[must_use]
    pub fn open_connections(&self) -> usize {
        self.connections
            .iter()
            .filter(|connection| connection.open)
            .count()
    }

    /// How many connections are being opened.
    #[must_use]
    pub fn opening_connections(&self) -> usize {
        self.connections.len() - self.open_connections()
    }

    /// The connection that an exchange is on, or waits for.
    #[must_use]
    pub fn connection_of(&self, exchange: u64) -> Option<ConnectionKey> {
        self.connections
            .iter()
            .find(|connection| connection.exchanges.contains(&exchange))
            .map(|connection| connection.key)
    }

    fn find(&mut self, key: ConnectionKey) -> Option<&mut Connection> {
        let place = self.place(key)?;
        self.connections.get_mut(place)
    }

    /// Where a connection stands: the keys are given out in order.
    fn place(&self, key: ConnectionKey) -> Option<usize> {
        let found = self.connections.binary_search_by_key(&key, |it| it.key);
        found.ok()
    }

    fn forget(&mut self, key: ConnectionKey) -> Option<Connection> {
        let place = self.place(key)?;
        Some(self.connections.remove(place))
    }

    /// Takes an exchange off its connection; which that was, and whether it is open.
    fn leave(&mut self, exchange: u64) -> Option<(ConnectionKey, bool)> {
        self.connections.iter_mut().find_map(|connection| {
            let exchanges = &mut connection.exchanges;
            let place = exchanges.iter().position(|&other| other == exchange)?;
            exchanges.remove(place);
            Some((connection.key, connection.open))
        })
    }
}

impl Connection {
    const fn start(&self) -> Start {
        if self.open {
            Start::Send(self.key)
        } else {
            Start::Wait(self.key)
        }
    }
}
