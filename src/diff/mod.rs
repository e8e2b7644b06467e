//! Which changes lie between two versions of a description, and whom they can break.
//!
//! [`compare`] walks two versions side by side and says each difference once, as a [`Change`] with the id and the level
//! that oasdiff gives it. It is pure: it reads the model and, where the model leaves things out (`x-…`, keywords of
//! schemas), the trees behind it.
//!
//! ```text
//! Version (old) ─┐            ┌─▶ api-wide rules ───────────────┐
//!                ├─ matching ─┼─▶ operation rules ─▶ schema ────┼─▶ Changes
//! Version (new) ─┘            └─▶ operations that came or went ─┘
//! ```
//!
//! # How a rule is written
//!
//! - Each family of rules is one small file with a function `compare(differ, pair, …)`, which looks at one thing of both
//!   versions (the tags, a parameter, a schema) and calls `Differ::say` for each difference that it sees.
//! - Every id stands in [`catalogue`], with its level and one sentence about it. A rule names the id and nothing else:
//!   the level comes from the table. A test holds that each id of the table is said by some test.
//! - A rule about schemas does not know where the schema is used. It names what happened (`max-length-decreased`), and
//!   the `schema::Subject` makes the id of it (`request-property-max-length-decreased`) if the table has that id.
//! - A text says what it was and what it is, in one sentence, without a full stop.
//! - [`Touch`] says in data what the change is about, so that others can keep what touches one client.

mod body;
mod callback;
pub mod catalogue;
mod change;
mod compare;
mod component;
mod differ;
mod endpoint;
mod ignore;
mod look;
mod matching;
mod media;
mod parameter;
mod response;
mod schema;
mod security;
mod server;
mod settings;
mod sunset;
mod version;

pub use change::{Change, Level, OperationName, Section, Step, Touch};
pub use compare::compare;
pub use ignore::Ignored;
pub use settings::Settings;
pub use version::Version;
