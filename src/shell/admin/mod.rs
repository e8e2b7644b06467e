//! The admin API, `/__mimeo/`: what tests and people ask of the server itself, and of its sessions.
//!
//! ```text
//! request ─gate─▶ may it come in? ─desk─▶ does it fit the API's own description? ─▶ handler ─▶ Command ─▶ changes
//! ```
//!
//! Each file of handlers lists its operations. From that list both the router and the OpenAPI document are made, and
//! requests are judged by the contract of that document, as those of any API are: a handler is given what fits only.

mod asked;
mod clock;
mod desk;
mod document;
mod gate;
mod har;
mod journal;
mod operation;
mod refusal;
mod scenario;
mod server;
mod sessions;
mod text;
mod tokens;

pub(super) use desk::serve;
pub(super) use gate::Gate;
pub use gate::{AdminSettings, AdminToken, BadToken};

/// Paths under which the server speaks of itself.
pub(super) const PREFIX: &str = "/__mimeo/";
