//! The contenders: what must be fast, and the limit that it is measured against.
#![forbid(unsafe_code)]

pub mod engine;
pub mod handwritten;
pub mod kernel;
#[cfg(not(target_arch = "wasm32"))]
pub mod measure;
pub mod workload;
pub mod ziggurat;

use handwritten::{Heap, Ladder, Loop};
use kernel::Kernel;
use workload::{Contender, Draws};

/// What the engine draws by; the others draw by ziggurat.
const BY_LOGARITHM: &str = " by logarithm";

/// A contender by its name: `heap` and `ladder` are the loop written by hand, `kernel` is ours; each
/// also with the words `by logarithm`.
#[must_use]
pub fn contender(name: &str, servers: usize) -> Option<Box<dyn Contender>> {
    let (kind, draws) = match name.strip_suffix(BY_LOGARITHM) {
        Some(kind) => (kind, Draws::by_logarithm(servers)),
        None => (name, Draws::new(servers)),
    };
    Some(match kind {
        "heap" => Box::new(Loop::<Heap>::new(servers, draws)),
        "ladder" => Box::new(Loop::<Ladder>::new(servers, draws)),
        "kernel" => Box::new(Kernel::new(servers, draws)),
        _ => return None,
    })
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    /// All contenders make the same run, from a queue of a dozen to ladders of several rungs.
    #[test]
    fn all_make_the_same_run() {
        for by in ["", super::BY_LOGARITHM] {
            for servers in [3, 100, 3_000] {
                let tally = |name: &str| {
                    let name = format!("{name}{by}");
                    let mut contender = super::contender(&name, servers).expect("it is known");
                    contender.run(5_000);
                    contender.run(20_000)
                };
                let expected = tally("heap");
                assert_eq!(expected.answered, 20_000);
                assert_eq!(tally("kernel"), expected);
                assert_eq!(tally("ladder"), expected);
            }
        }
    }
}
