//! A tree of any version into the model.
//!
//! One file per object of the specification, with the versions side by side where they differ. Every reader takes a
//! [`cursor::Cursor`]: a value, where it is, and where to complain about it. No reader fails: what is broken is a
//! finding and is left out, the rest is served.
//!
//! Decisions that the specification leaves open:
//! - A security scheme that is not declared, or cannot be checked, counts as satisfied: its name is dropped from the
//!   requirement.
//! - The document's own version decides which fields count; a field of another version is a finding and is passed
//!   over.
//! - `null` stands for "nothing here", as in YAML a key without a value does; in an example it is the value `null`.

mod api;
mod body;
mod cursor;
mod example;
mod fields;
mod media;
mod oauth;
mod operation;
mod parameter;
mod path;
mod response;
mod security;
mod server;
mod style;
mod template;
mod token;
mod version;

#[cfg(test)]
mod testing;

pub(super) use api::lower;
