//! All integration tests, in one binary, so that a change links once.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on should stop")]
#![expect(clippy::disallowed_methods, reason = "tests read files, and start tasks beside the server under test")]

/// The admin API: driving a running mock, and who is kept out.
mod admin;
/// The layers of `src` hold, and the test that says so can fail.
mod architecture;
/// The behaviours of Prism that its users rely on, one by one.
mod behaviours;
/// Bodies of every media type, read and written.
mod bodies;
/// Cases in `fixtures/cases/`: a description, requests, and the exchanges as snapshots.
mod cases;
/// A small client.
mod client;
/// Settings: every one from every origin.
#[cfg(unix)]
mod config;
/// Many clients at once, each in its own session.
mod crowd;
/// Descriptions and requests as text, for the tests of the contract.
mod described;
/// The documentation names what the program has.
mod documentation;
/// Mimeo inside Rust tests.
mod embed;
/// Tokens that live: the flows of the three systems, in virtual time.
mod flows;
/// Multipart bodies by position, tables, character sets, and text that should be more.
mod formats;
/// Descriptions, patterns, requests and clients that mean harm.
mod hostile;
/// The authorization server of an API, through real sockets.
mod oauth;
/// Parameters: every style, explode, type and place.
mod parameters;
/// The program as a user runs it.
mod program;
/// Random contracts: a request made from one is right, and a single fault is found alone.
mod property;
/// The proxy between a client and a real server.
mod proxy;
/// A client beside a mock: `mimeo run`, `mimeo snapshot`.
mod run;
/// Scenarios on `spec/`: built in, and from files.
mod scenarios;
/// Snapshots of clients: made from what a mock saw, and compared.
mod snapshot;
/// How snapshots show values and order, and files that are damaged.
mod snapshot_values;
/// Real sockets: bounds, stopping, reloading.
mod sockets;
/// What `spec/` answers.
mod spec_answers;
/// Responders and matchers for a `wiremock::MockServer`.
#[cfg(feature = "wiremock")]
mod wiremock;
