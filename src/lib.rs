//! Mimeo stands in for an HTTP API from nothing but its OpenAPI description, and holds both sides to it.
//!
//! ```text
//! files ─read─▶ Document ─resolve, overlay─▶ Api ─compile─▶ Contract          once, at start or reload
//!                (tree + line numbers)     (one model      (immutable, in an Arc)
//!                                           for 2.0–3.2)
//! Request ─▶ route ─▶ authenticate ─▶ check ─▶ decide ─▶ respond ─▶ Outcome    per request, pure
//! ```
//!
//! When two goals pull apart: **correct > understandable > deterministic > fast**.
//!
//! Modules stand in reading order. A module imports only from rows above its own, and siblings never import each
//! other; `tests/it/architecture.rs` holds this.

// words: what everything else is said in
pub mod date;
pub mod duration;
pub mod fnv;
pub mod limit;

pub mod finding;
pub mod message;

pub mod answer;

// read: text to a typed description
pub mod openapi;

pub mod schema;

// forms: files that people write
pub mod form;

// fill in: examples that are templates
pub mod template;

// compile: what an API promises
pub mod contract;

// remember: what a session knows, moved by changes only
pub mod session;

// issue: the authorization server of an API
pub mod oauth;

// stage: how an API behaves over a session
pub mod scenario;

// decide: pure
pub mod diff;
pub mod mock;
pub mod proxy;
pub mod snapshot;

// join: what a client depends on, and files of other tools
pub mod interchange;
pub mod usage;

// tell: renders findings, decides nothing
pub mod report;

// world: the only clock, files and sockets
pub mod shell;

// in Rust tests
pub mod embed;

// command line
pub mod cli;
