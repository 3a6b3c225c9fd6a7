//! The tables of `docs/performance.md`.

mod engine;
mod kernel;
mod memory;

pub(crate) use engine::{clone_row, engine_alone, engine_table};
pub(crate) use kernel::kernel_table;
pub(crate) use memory::memory_table;

/// The sizes of the workload: servers.
pub(crate) const SIZES: [usize; 3] = [10, 1_000, 100_000];
/// Times that all contenders run in turn.
pub(crate) const ROUNDS: usize = 5;

/// A figure, or a dash where it could not be had.
fn or_dash(figure: Option<f64>, decimals: usize) -> String {
    figure.map_or_else(|| "–".to_owned(), |it| format!("{it:.decimals$}"))
}
