//! Mimeo inside Rust tests: a mock on a port of its own, made in one line and gone with its handle.
//!
//! ```no_run
//! # async fn test() {
//! let mock = mimeo::embed::Mock::from_spec("spec/rockitplay-2025.yaml").start().await;
//! // Point the code under test at `mock.url()`. Then let five minutes pass, at once:
//! mock.session("default").advance("5m");
//! # }
//! ```
//!
//! With the feature `wiremock` there are also responders and matchers for a `wiremock::MockServer` that a test has
//! already.

mod builder;
mod running;
#[cfg(feature = "wiremock")]
pub mod wiremock;

pub use builder::{Mock, StartError};
pub use running::{Running, Session};
