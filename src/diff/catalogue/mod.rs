//! Every kind of change that can be said: its id, its level, and one sentence about it.
//!
//! The ids and levels are oasdiff's. Each table is sorted as it reads best; ids occur once.

mod operations;
mod requests;
mod responses;

use std::{collections::HashMap, sync::LazyLock};

use super::change::Level;

/// A kind of change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Check {
    /// Its name.
    pub id: &'static str,
    /// Whom it can break.
    pub level: Level,
    /// What it is, in one sentence.
    pub about: &'static str,
    /// What to know about each change of this kind beyond its text.
    pub comment: Option<&'static str>,
}

/// Every kind of change that can be said.
pub fn checks() -> impl Iterator<Item = &'static Check> {
    operations::CHECKS.iter().chain(requests::CHECKS).chain(responses::CHECKS)
}

/// The kind of change with that id.
pub fn find(id: &str) -> Option<&'static Check> {
    static BY_ID: LazyLock<HashMap<&'static str, &'static Check>> =
        LazyLock::new(|| checks().map(|check| (check.id, check)).collect());
    BY_ID.get(id).copied()
}

/// True if a rule about schemas says it.
#[cfg(test)]
pub(super) fn is_about_schemas(id: &str) -> bool {
    requests::CHECKS.iter().chain(responses::CHECKS).any(|check| check.id == id)
}

const fn info(id: &'static str, about: &'static str) -> Check {
    Check { id, level: Level::Info, about, comment: None }
}

const fn warning(id: &'static str, about: &'static str) -> Check {
    Check { id, level: Level::Warning, about, comment: None }
}

const fn error(id: &'static str, about: &'static str) -> Check {
    Check { id, level: Level::Error, about, comment: None }
}

impl Check {
    /// The same kind with something to know about it.
    const fn but(self, comment: &'static str) -> Self {
        Self { comment: Some(comment), ..self }
    }
}
