//! What a client depends on: which operations, parameters, fields, credentials and answers its snapshots show, how much of
//! a description that is, and which changes of the description touch it.
//!
//! ```text
//! Snapshots + Contract ─bind─▶ Seen exchanges ─┬─ survey ─▶ Usage: what is used, and what never is
//!                          Changes ────────────┴─ touch ──▶ which exchange of which client each change touches
//! ```
//!
//! Which fields of an answer a client reads cannot be seen from outside. So every described field of an answer that was
//! met counts as one that may be used.

mod bind;
mod coverage;
mod fields;
mod survey;
mod touch;

pub use bind::{Client, Seen, bind};
pub use coverage::{Coverage, Share};
pub use survey::{AnswerUse, ApiUse, OperationUse, ParameterUse, Usage, survey};
pub use touch::{Witness, touch};
