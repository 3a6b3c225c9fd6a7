//! Whether the simulation agrees with theory, and what the policies do under load and failure.
//!
//! A [`row::Row`] is a scenario, a length, and a number that theory has for it; [`measure`] runs
//! the real `World` (calls cross links as encoded bytes and pass the balancer), and gives a mean
//! with its confidence interval; [`report`] writes the table. [`experiment`] runs grids of policy,
//! load, variance and failure. `cargo xtask validate` calls the binary.

pub mod experiment;
pub mod measure;
pub mod report;
pub mod row;
pub mod rows;
pub mod stand;
