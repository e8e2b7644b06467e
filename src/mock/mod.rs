//! The mock: one pure function from a request to what becomes of it.
//!
//! [`handle`] opens no socket, reads no clock and draws no chance of its own.

mod handle;

pub use handle::{Entry, Moment, Origin, Outcome, Settings, handle};
