//! Tokens that live: who is let in, who logs in, what is issued and what ends.

mod credentials;
mod issue;
mod login;
mod stencil;

pub(super) use credentials::{Desk, is_bound};
pub(super) use issue::{holder, issue, pointers};
pub(super) use login::Entrance;
pub(super) use stencil::Stencil;
