//! `mimeo run`: a client's own command against a mock, and whether the client behaves as before.

mod args;
mod client;
mod faults;
mod outcome;
mod words;

pub(super) use args::{RunArgs, RunFailOn, RunFormat, UpdateArg};
pub(super) use client::run;
