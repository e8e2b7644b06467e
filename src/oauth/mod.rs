//! The authorization server that stands in for that of an API with OAuth 2 or OpenID Connect schemes.
//!
//! [`find`] says whether a request is for one of its endpoints, and [`Call::answer`] answers it, in a session: with a
//! response and the changes that move the session. Nothing here reads a clock. The tokens that it issues are those that
//! the mock judges at the API's operations.
//!
//! ```text
//! find ─▶ Call ─▶ Authority ─┬─ authorize ─ page       asks the user, gives a code
//!                            ├─ grant ─ form, batch     gives tokens
//!                            ├─ inspect                 introspection, revocation, userinfo
//!                            └─ discovery ─ key         says where everything is
//! ```

mod authority;
mod authorize;
mod batch;
mod discovery;
mod endpoint;
mod form;
mod grant;
mod inspect;
mod key;
mod page;
mod refusal;
#[cfg(test)]
mod testing;

pub use endpoint::{Call, find};
