//! `mimeo snapshot`: looking at what clients were seen to do, and at what they do now.

mod command;
mod files;
mod review;

pub(super) use command::{SnapshotCommand, run};
pub(super) use files::{pending_of, read_if_there};
