//! Examples that are templates: filled in for each request.
//!
//! A [`Pattern`] is compiled once from the value of an example. Its strings are templates in the language of Jinja: a
//! string that is nothing but one expression keeps the type of its value, any other is a text. All that it may look at
//! is in a [`Scope`]; whose values those are is not known here.

mod chance;
mod fault;
mod pattern;
mod scope;
mod words;

pub use fault::Fault;
pub use pattern::{Filled, Form, Pattern};
pub use scope::Scope;
