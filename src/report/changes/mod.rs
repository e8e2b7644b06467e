//! Renders the changes between two versions of a description: for terminals, programs, pages and pipelines.

mod checks;
mod github;
mod html;
mod json;
mod junit;
mod markdown;
mod span;
mod text;

pub use checks::{json_checks, markdown_checks, text_checks};
pub use github::github_changes;
pub use html::html_changes;
pub use json::{json_changes, yaml_changes};
pub use junit::junit_changes;
pub use markdown::markdown_changes;
pub use text::{single_lines, text_changes};

use std::fmt;

use crate::{
    diff::{Change, Level},
    finding::{Mark, Place},
    openapi::{Documents, Location},
};

/// What changed between two versions of one API.
#[derive(Clone, Copy, Debug)]
pub struct ApiChanges<'a> {
    /// The API's short name; shown where there are several.
    pub api: &'a str,
    /// The old version.
    pub base: Edition<'a>,
    /// The new version.
    pub revision: Edition<'a>,
    /// What changed.
    pub changes: &'a [Change],
}

/// One version of an API.
#[derive(Clone, Copy, Debug)]
pub struct Edition<'a> {
    /// Its entry file as the user says it; `None` if this version does not have the API.
    pub name: Option<&'a str>,
    /// Its files.
    pub documents: &'a Documents,
}

/// A place in a file.
struct Spot {
    file: std::sync::Arc<str>,
    pointer: String,
    mark: Option<Mark>,
}

impl Edition<'_> {
    /// Where something is in this version.
    fn spot(&self, at: Option<&Location>) -> Option<Spot> {
        match self.documents.key_place(at?) {
            Place::File { file, pointer, mark } => Some(Spot { file, pointer, mark }),
            _ => None,
        }
    }
}

impl ApiChanges<'_> {
    fn base_spot(&self, change: &Change) -> Option<Spot> {
        self.base.spot(change.base.as_ref())
    }

    fn revision_spot(&self, change: &Change) -> Option<Spot> {
        self.revision.spot(change.revision.as_ref())
    }

    /// The place to go to: the new version's, or where there is none any more, the old one's.
    fn main_spot(&self, change: &Change) -> Option<Spot> {
        self.revision_spot(change).or_else(|| self.base_spot(change))
    }

    /// The two versions: `old.yaml → new.yaml`.
    fn title(&self) -> String {
        let name = |edition: &Edition<'_>| edition.name.unwrap_or("nothing").to_owned();
        format!("{} \u{2192} {}", name(&self.base), name(&self.revision))
    }

    /// The changes in groups: each group is in the same operation, or in none.
    fn groups(&self) -> Vec<(String, Vec<&Change>)> {
        let mut groups: Vec<(String, Vec<&Change>)> = Vec::new();
        for change in self.changes {
            let name = subject(change);
            match groups.iter_mut().find(|(known, _)| *known == name) {
                Some((_, changes)) => changes.push(change),
                None => groups.push((name, vec![change])),
            }
        }
        groups
    }
}

impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.mark {
            Some(mark) => write!(f, "{}:{}:{}", self.file, mark.line, mark.column),
            None => write!(f, "{}#{}", self.file, self.pointer),
        }
    }
}

/// What a change is in: `GET /pets`, or `components`.
fn subject(change: &Change) -> String {
    change.operation.as_ref().map_or_else(|| change.section.as_str().to_owned(), ToString::to_string)
}

/// How many changes of each level there are: errors, warnings, infos.
pub fn count_changes(comparisons: &[ApiChanges<'_>]) -> [usize; 3] {
    [Level::Error, Level::Warning, Level::Info]
        .map(|level| comparisons.iter().flat_map(|it| it.changes).filter(|change| change.level == level).count())
}

/// The last line of a report: `12 changes: 1 ERR, 3 WARN, 8 INFO`.
pub fn sum_of_changes(comparisons: &[ApiChanges<'_>]) -> String {
    let counts = count_changes(comparisons);
    let total: usize = counts.iter().sum();
    if total == 0 {
        return "no changes".to_owned();
    }
    let words = [Level::Error, Level::Warning, Level::Info];
    let parts: Vec<String> = words
        .iter()
        .zip(counts)
        .filter(|(_, count)| *count > 0)
        .map(|(level, count)| format!("{count} {}", level.as_str()))
        .collect();
    format!("{total} change{}: {}", if total == 1 { "" } else { "s" }, parts.join(", "))
}

/// Which clients a change touches: `touches X; Y`. `None` if no clients are known.
fn touched(change: &Change) -> Option<String> {
    (!change.touched.is_empty()).then(|| format!("touches {}", change.touched.join("; ")))
}
