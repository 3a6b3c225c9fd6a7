//! One library of others on the workload: `peers NAME SERVERS WARM-UP SLICE SLICES` prints the
//! nanoseconds of an event and what the run came to.
//!
//! Each is used as its documentation says, in its fastest form that we found: one handler for the
//! whole cluster rather than a component for each server, and no cancelling where the library has
//! none (a deadline that comes late is then ignored).
#![forbid(unsafe_code)]

#[expect(dead_code, reason = "what the tables alone need")]
#[path = "../../src/measure.rs"]
mod measure;
mod model;
#[expect(dead_code, reason = "the peers draw by ziggurat alone")]
#[path = "../../src/workload.rs"]
mod workload;
#[path = "../../src/ziggurat.rs"]
mod ziggurat;

mod with_desque;
mod with_nexosim;
mod with_simcore;
mod with_simulacra;
mod with_std;

use measure::{Length, measure};
use workload::Contender;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |place: usize| arguments.get(place).and_then(|it| it.parse::<u64>().ok());
    let (Some(servers), Some(warm), Some(slice), Some(slices)) =
        (number(1), number(2), number(3), number(4))
    else {
        eprintln!("peers NAME SERVERS WARM-UP SLICE SLICES");
        std::process::exit(2);
    };
    let servers = servers as usize;
    let mut contender: Box<dyn Contender> = match arguments[0].as_str() {
        "binaryheap" => Box::new(with_std::Heap::new(servers)),
        "btreemap" => Box::new(with_std::Map::new(servers)),
        "desque" => Box::new(with_desque::Peer::new(servers)),
        "nexosim" => Box::new(with_nexosim::Peer::new(servers)),
        "simcore" => Box::new(with_simcore::Peer::new(servers)),
        "simulacra" => Box::new(with_simulacra::Peer::new(servers)),
        other => {
            eprintln!("there is no peer {other}");
            std::process::exit(2);
        }
    };
    let length = Length {
        warm,
        slice,
        slices,
    };
    let measured = measure(contender.as_mut(), length);
    let tally = measured.tally;
    println!(
        "{} {} {} {}",
        measured.least, tally.answered, tally.waited, tally.now
    );
}
