//! Judges requests and answers.
//!
//! What a description says about one operation is compiled into a [`Plan`] when the operation is first used. A value
//! is first only asked whether it is valid; what is wrong with it is found out after it said no.

mod body;
#[cfg(test)]
pub(super) mod fixture;
mod parameter;
mod plan;
mod request;
mod response;
mod value;
mod wording;

pub(super) use plan::{Plan, plans};
pub use request::Checked;
pub use value::BodyValue;

#[cfg(test)]
mod tests;
