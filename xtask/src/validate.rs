//! The simulation set beside theory: `docs/validation.md`.

use crate::environment::{Environment, run};
use crate::report::{Failure, Step};
use crate::{toolchain, tools};

/// Where the table is kept.
const TABLE: &str = "docs/validation.md";

/// Runs every row and writes the table; fails if a row is outside its 99.9 % interval.
pub(crate) fn validate() -> Result<(), Failure> {
    let mut environment = Environment::new()?;
    toolchain::set_up(&mut environment)?;
    tools::fetch_crates(&environment)?;
    let step = Step::start(
        "validate",
        "82 runs, three to five minutes on two free cores",
    );
    let mut cargo = environment.command("cargo");
    cargo.args(["run", "--quiet", "--offline", "--profile", "fast"]);
    cargo.args(["--package", "validation", "--", TABLE]);
    run(&mut cargo)
        .map_err(|failure| failure.next(format!("rows that do not hold are marked in {TABLE}")))?;
    step.done(&format!("every row holds; {TABLE} is written"));
    Ok(())
}
