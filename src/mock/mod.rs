//! The mock: one pure function from a request to what becomes of it.
//!
//! [`handle`] opens no socket, reads no clock and draws no chance of its own. It goes through the steps in this order:
//! find the API and the operation, look at the form of the credentials, check the request; then, in a session: ask the
//! scenario, judge the tokens, decide which answer, make it, write the tokens that it issues.

mod book;
mod decide;
mod filling;
mod handle;
mod inject;
mod listing;
mod lost;
mod negotiate;
mod pairing;
mod preference;
mod respond;
mod scene;
mod settings;
mod token;

pub use handle::{Arrival, Handled, Mock, Moment, arrive, handle};
pub use listing::{Listed, listing};
pub use settings::{Auth, Settings};
