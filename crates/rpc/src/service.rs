//! The procedures themselves: real answers, and the state that some of them leave.

use std::collections::VecDeque;

use sha2::{Digest, Sha256};

use crate::message::{Call, Reply};
use crate::procedure::{Arguments, Failure, ReturnValue};
use crate::status::Status;

/// The last Fibonacci number that fits into 64 bits is the 93rd.
const LAST_FIBONACCI: u32 = 93;

type Outcome = Result<ReturnValue, Failure>;

/// One server's procedures: a key-value store, and the replies kept by idempotency key.
///
/// The table of kept replies makes a repeated call harmless: it is answered from memory. It is
/// bounded, and forgets the oldest first; a repetition that comes later than that is executed
/// again. It lives and dies with the process, so a retry on another server is executed there.
#[derive(Debug, Clone)]
pub struct Service {
    /// In the order of the keys: a sorted list is a tenth of a map's code on the page.
    store: Vec<(String, String)>,
    /// The oldest first, each with its key.
    kept: VecDeque<(u64, Arguments, Outcome)>,
    /// The keys of `kept` in their order, each with how many were kept before it.
    places: Vec<(u64, u64)>,
    /// How many were kept and are forgotten.
    forgotten: u64,
    kept_limit: usize,
    executions: u64,
    replays: u64,
}

impl Default for Service {
    fn default() -> Self {
        Self::new(Self::DEFAULT_KEPT_REPLIES)
    }
}

impl Service {
    /// How many replies are kept by default.
    pub const DEFAULT_KEPT_REPLIES: usize = 1024;

    /// How many keys the store holds; beyond it a new one is refused with RESOURCE_EXHAUSTED.
    pub const MAX_KEYS: usize = 4096;

    /// An empty store that keeps up to so many replies.
    #[must_use]
    pub fn new(kept_limit: usize) -> Self {
        Self {
            store: Vec::new(),
            kept: VecDeque::new(),
            places: Vec::new(),
            forgotten: 0,
            kept_limit,
            executions: 0,
            replays: 0,
        }
    }

    /// How often a procedure was executed; replies from memory do not count.
    #[must_use]
    pub const fn executions(&self) -> u64 {
        self.executions
    }

    /// How many calls were answered from memory.
    #[must_use]
    pub const fn replays(&self) -> u64 {
        self.replays
    }

    /// How many replies are kept.
    #[must_use]
    pub fn kept_replies(&self) -> usize {
        self.kept.len()
    }

    /// What is stored, in the order of the keys.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &str)> {
        self.store
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// Executes a call, or answers from memory one that was executed before.
    pub fn execute(&mut self, call: &Call) -> Reply {
        Reply {
            id: call.id,
            result: self.outcome(call),
        }
    }

    fn outcome(&mut self, call: &Call) -> Outcome {
        let Some(key) = call.idempotency_key else {
            return self.run(&call.arguments);
        };
        if let Some((arguments, outcome)) = self.kept_as(key) {
            if *arguments != call.arguments {
                let message = "this idempotency key belongs to another call";
                return Err(Failure::new(Status::InvalidArgument, message));
            }
            let outcome = outcome.clone();
            self.replays += 1;
            return outcome;
        }
        let outcome = self.run(&call.arguments);
        self.keep(key, call.arguments.clone(), outcome.clone());
        outcome
    }

    fn kept_as(&self, key: u64) -> Option<(&Arguments, &Outcome)> {
        let place = self.places.binary_search_by_key(&key, |it| it.0).ok()?;
        let index = self.places[place].1 - self.forgotten;
        let (_, arguments, outcome) = self.kept.get(index as usize)?;
        Some((arguments, outcome))
    }

    fn keep(&mut self, key: u64, arguments: Arguments, outcome: Outcome) {
        if self.kept_limit == 0 {
            return;
        }
        while self.kept.len() >= self.kept_limit {
            let Some((oldest, ..)) = self.kept.pop_front() else {
                break;
            };
            self.forgotten += 1;
            if let Ok(place) = self.places.binary_search_by_key(&oldest, |it| it.0) {
                self.places.remove(place);
            }
        }
        if let Err(place) = self.places.binary_search_by_key(&key, |it| it.0) {
            let number = self.forgotten + self.kept.len() as u64;
            self.places.insert(place, (key, number));
            self.kept.push_back((key, arguments, outcome));
        }
    }

    fn stored(&self, key: &str) -> Result<usize, usize> {
        self.store
            .binary_search_by(|(known, _)| known.as_str().cmp(key))
    }

    fn run(&mut self, arguments: &Arguments) -> Outcome {
        self.executions += 1;
        match arguments {
            Arguments::Echo(text) => Ok(ReturnValue::Text(text.clone())),
            Arguments::Add(a, b) => a.checked_add(*b).map(ReturnValue::Integer).ok_or_else(|| {
                Failure::new(Status::OutOfRange, "the sum does not fit into 64 bits")
            }),
            Arguments::Fibonacci(n) => fibonacci(*n),
            Arguments::Reverse(text) => Ok(ReturnValue::Text(text.chars().rev().collect())),
            Arguments::WordCount(text) => {
                Ok(ReturnValue::Unsigned(text.split_whitespace().count() as u64))
            }
            Arguments::Sha256(text) => Ok(ReturnValue::Text(hexadecimal(&Sha256::digest(
                text.as_bytes(),
            )))),
            Arguments::KvGet(key) => match self.stored(key) {
                Ok(place) => Ok(ReturnValue::Text(self.store[place].1.clone())),
                Err(_) => Err(Failure::new(Status::NotFound, "no such key")),
            },
            Arguments::KvPut { key, value } => {
                self.put(key, value.clone()).map(|()| ReturnValue::Nothing)
            }
            Arguments::KvIncrement { key, by } => self.increment(key, *by),
        }
    }

    fn put(&mut self, key: &str, value: String) -> Result<(), Failure> {
        match self.stored(key) {
            Ok(place) => self.store[place].1 = value,
            Err(place) if self.store.len() < Self::MAX_KEYS => {
                self.store.insert(place, (key.to_owned(), value));
            }
            Err(_) => {
                return Err(Failure::new(Status::ResourceExhausted, "the store is full"));
            }
        }
        Ok(())
    }

    fn increment(&mut self, key: &str, by: i64) -> Outcome {
        let before = match self
            .stored(key)
            .map(|place| self.store[place].1.parse::<i64>())
        {
            Err(_) => 0,
            Ok(Ok(value)) => value,
            Ok(Err(_)) => {
                return Err(Failure::new(
                    Status::FailedPrecondition,
                    "what is stored is not an integer",
                ));
            }
        };
        let after = before
            .checked_add(by)
            .ok_or_else(|| Failure::new(Status::OutOfRange, "the sum does not fit into 64 bits"))?;
        self.put(key, after.to_string())?;
        Ok(ReturnValue::Integer(after))
    }
}

fn fibonacci(n: u32) -> Outcome {
    if n > LAST_FIBONACCI {
        return Err(Failure::new(
            Status::OutOfRange,
            "beyond the 93rd they do not fit into 64 bits",
        ));
    }
    let (mut this, mut next) = (0u64, 1u64);
    for _ in 0..n {
        // The one after the 93rd is computed and dropped: it may wrap.
        (this, next) = (next, this.wrapping_add(next));
    }
    Ok(ReturnValue::Unsigned(this))
}

fn hexadecimal(bytes: &[u8]) -> String {
    let digit = |nibble: u8| {
        char::from(if nibble < 10 {
            b'0' + nibble
        } else {
            b'a' + nibble - 10
        })
    };
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}
