//! The mock: one pure function from a request to what becomes of it.
//!
//! [`handle`] opens no socket, reads no clock and draws no chance of its own. It goes through the steps in this order:
//! find the API and the operation, look at the credentials, check the request, decide which answer, make it.

mod book;
mod decide;
mod filling;
mod handle;
mod inject;
mod listing;
mod negotiate;
mod pairing;
mod preference;
mod respond;
mod token;

pub use handle::{Arrival, Auth, Handled, Mock, Moment, Settings, arrive, handle};
pub use listing::{Listed, listing};
