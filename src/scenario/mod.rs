//! Scenarios: how an API behaves over a whole session, in rules that are tried in order.
//!
//! ```text
//! text ─read─▶ Written ─compile, with the APIs─▶ Scenario ─turn, per request─▶ Turn: what happens now
//! ```
//!
//! A [`Scenario`] is immutable. Where it stands in a session is in that session's state, and moves by changes only.
//! Nothing here decides which answer is given: a [`Turn`] says what the rule that acts asks for, and the mock does it.

mod act;
mod builtin;
mod chance;
mod compile;
mod file;
mod library;
mod matching;
mod measure;
mod read;
mod selector;

use std::sync::Arc;

pub use act::{Body, Respond, Turn};
pub use compile::compile;
pub use file::{TokenIs, json_schema};
pub use library::Library;
pub use matching::Situation;
pub use read::{Reading, Written, read};

use crate::schema::Schemas;

/// A scenario, compiled against the APIs that are served.
#[derive(Debug)]
pub struct Scenario {
    /// What it is called.
    pub name: Arc<str>,
    /// As it was written.
    pub written: Arc<Written>,
    /// The states that it can be in, `Started` first.
    pub states: Vec<Arc<str>>,
    /// The ids of the APIs that it is for; `None`: all.
    apis: Option<Vec<Arc<str>>>,
    rules: Vec<Rule>,
    /// The schemas of its conditions, which their validators are part of.
    _schemas: Schemas,
}

impl Scenario {
    /// What it shows, for people.
    pub fn description(&self) -> Option<&str> {
        self.written.file.description.as_deref()
    }
}

/// A rule, compiled.
#[derive(Debug)]
struct Rule {
    when: matching::When,
    act: act::Act,
}
