//! What clients ask: arguments for each procedure, small enough to read on the wire.

use rand_core::Rng;
use rpc::procedure::{Arguments, Procedure};

const WORDS: [&str; 16] = [
    "amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heron", "inlet", "jasper",
    "kestrel", "lagoon", "maple", "nectar", "osprey", "pebble",
];

/// What is counted, under keys of their own: an increment of a stored text is an error.
const COUNTERS: [&str; 8] = [
    "views", "likes", "orders", "visits", "logins", "shares", "clicks", "votes",
];

fn below(rng: &mut impl Rng, bound: u64) -> u64 {
    // The upper half of a 64 by 64 bit product: without a modulo's bias at these small bounds.
    ((u128::from(rng.next_u64()) * u128::from(bound)) >> 64) as u64
}

fn one_of(words: &[&str], rng: &mut impl Rng) -> String {
    words[below(rng, words.len() as u64) as usize].to_owned()
}

fn word(rng: &mut impl Rng) -> String {
    one_of(&WORDS, rng)
}

/// Draws the arguments of a call.
pub(crate) fn arguments(procedure: Procedure, rng: &mut impl Rng) -> Arguments {
    match procedure {
        Procedure::Echo => Arguments::Echo(word(rng)),
        Procedure::Add => Arguments::Add(below(rng, 1_000) as i64, below(rng, 1_000) as i64),
        Procedure::Fibonacci => Arguments::Fibonacci(below(rng, 91) as u32),
        Procedure::Reverse => Arguments::Reverse(word(rng)),
        Procedure::WordCount => {
            Arguments::WordCount(format!("{} {} {}", word(rng), word(rng), word(rng)))
        }
        Procedure::Sha256 => Arguments::Sha256(word(rng)),
        Procedure::KvGet => Arguments::KvGet(word(rng)),
        Procedure::KvPut => Arguments::KvPut {
            key: word(rng),
            value: word(rng),
        },
        Procedure::KvIncrement => Arguments::KvIncrement {
            key: one_of(&COUNTERS, rng),
            by: 1,
        },
    }
}
