//! Pact files, version 4 of the format: what a consumer expects of a provider, from snapshots of the consumer.
//!
//! ```text
//! Snapshots + Contract ─▶ interactions: what is sent, and the least that is described of what comes back
//! ```
//!
//! What changes from run to run stands in a snapshot as `<uuid #1>` and the like. Here it becomes an example with a rule that
//! says which values are as good, and a generator that makes another one. A secret becomes a word, and a value that the
//! provider's state brings.

mod interaction;
mod standin;

pub use interaction::{Met, Parties, is_ours, of_clients};
