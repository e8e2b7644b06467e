//! What one session remembers: its clock, its tokens, where its scenario stands, and what it did.
//!
//! A session is the unit of isolation: hundreds of tests share one server and never meet. Its [`State`] is a plain
//! value; [`State::apply`] is the only way in which it moves. Nothing here reads a clock: times come from the caller.
//! [`codec`] and [`frame`] say how its journal is written to a file, and open none.

mod clock;
pub mod codec;
mod command;
pub mod frame;
mod journal;
mod mint;
mod name;
mod order;
mod query;
mod record;
mod secret;
mod state;
mod token;
mod view;

pub use crate::date::{date_time, http_date, parse_date_time};
pub use clock::Clock;
pub use command::{Command, Which};
pub use journal::Journal;
pub use mint::{Material, Mint, sha256_hex};
pub use name::{BadSession, SessionId};
pub use order::{Order, order};
pub use query::{Glob, Query, Statuses};
pub use record::Record;
pub use secret::Secrets;
pub use state::{Change, Progress, State};
pub use token::{Ending, Holder, Kind, Token, Tokens};
pub use view::{RecordView, WholeRecord};
