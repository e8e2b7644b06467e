//! How a client behaves, as a file that people review: made from the journal of a mock's sessions, read, written, and
//! compared.
//!
//! ```text
//! records ─tokens, values, order─▶ Snapshot ─write─▶ NAME.snap ─read─▶ Snapshot ─compare─▶ differences
//! ```
//!
//! Everything that changes from run to run is replaced by what it is, so that a client which does the same thing twice
//! gives the same file, byte for byte.

mod compare;
mod exchange;
mod hidden;
mod ledger;
mod links;
mod model;
mod noise;
mod observe;
mod order;
mod placeholder;
mod read;
mod rules;
mod seen;
mod symbols;
mod unmet;
mod value;
mod volatile;
mod write;

pub use compare::{Comparison, Difference, DifferenceKind, compare};
pub use model::{
    About, Answer, Credential, Described, Exchange, Note, Order, Session, Snapshot, Standing, Totals, Undescribed,
};
pub use observe::Recorded;
pub use placeholder::{Placeholder, literal};
pub use read::Unreadable;
pub use rules::{Idle, Rules, Selector};
pub use unmet::Unmet;

/// The version of the format of the file.
pub const FORMAT: u32 = 1;
