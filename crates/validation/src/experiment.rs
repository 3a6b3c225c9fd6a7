//! Experiments: see below.
