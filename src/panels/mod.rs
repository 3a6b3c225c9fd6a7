//! What stands beside and below the stage: the inspector, the charts and the list of calls.

mod calls;
mod charts;
mod fields;
pub(crate) mod format;
mod inspector;
mod trace;

pub(crate) use calls::Calls;
pub(crate) use charts::Charts;
pub(crate) use inspector::Inspector;
