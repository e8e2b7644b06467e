//! What all rules share: both versions, and the changes found so far.

use super::{
    catalogue,
    change::{Change, OperationName, Section, Touch},
    look::Graph,
    matching::Pair,
    settings::Settings,
    version::Version,
};
use crate::openapi::{Location, Operation};

/// Both versions, and the changes found so far.
pub(super) struct Differ<'a> {
    /// The old version.
    pub(super) base: Version<'a>,
    /// The new version.
    pub(super) revision: Version<'a>,
    /// How to compare.
    pub(super) settings: &'a Settings,
    /// What was found, in the order of the walk.
    pub(super) changes: Vec<Change>,
    /// Which schemas were looked at, and differ.
    pub(super) schemas: Graph<'a>,
}

/// Where a change is: both places, as far as there are.
#[derive(Clone, Debug, Default)]
pub(super) struct Places {
    pub(super) base: Option<Location>,
    pub(super) revision: Option<Location>,
}

impl Places {
    /// Both places.
    pub(super) fn both(base: &Location, revision: &Location) -> Self {
        Self { base: Some(base.clone()), revision: Some(revision.clone()) }
    }

    /// Something that is gone.
    pub(super) fn base(base: &Location) -> Self {
        Self { base: Some(base.clone()), revision: None }
    }

    /// Something that is new.
    pub(super) fn revision(revision: &Location) -> Self {
        Self { base: None, revision: Some(revision.clone()) }
    }
}

impl<'a> Differ<'a> {
    pub(super) fn new(base: Version<'a>, revision: Version<'a>, settings: &'a Settings) -> Self {
        Self { base, revision, settings, changes: Vec::new(), schemas: Graph::default() }
    }

    /// Notes a change in an operation that both versions have.
    pub(super) fn say(&mut self, pair: &Pair<'_>, id: &str, text: String, places: Places, touches: Touch) {
        let name = pair.name();
        self.note(id, text, Section::Paths, Some((name, pair.revision)), places, touches);
    }

    /// Notes a change in an operation that only one version has.
    pub(super) fn say_of(&mut self, operation: &Operation, id: &str, text: String, places: Places, touches: Touch) {
        let name = OperationName { method: operation.method.clone(), path: operation.path.clone() };
        self.note(id, text, Section::Paths, Some((name, operation)), places, touches);
    }

    /// Notes a change that is in no operation.
    pub(super) fn say_everywhere(&mut self, section: Section, id: &str, text: String, places: Places, touches: Touch) {
        self.note(id, text, section, None, places, touches);
    }

    /// Adds a change; its level and comment are those of its id. An id that is in no table is dropped in a release, and
    /// stops a test.
    fn note(
        &mut self,
        id: &str,
        text: String,
        section: Section,
        operation: Option<(OperationName, &Operation)>,
        places: Places,
        touches: Touch,
    ) {
        let Some(check) = catalogue::find(id) else {
            debug_assert!(false, "{id} is in no table");
            return;
        };
        let operation_id = operation.as_ref().and_then(|(_, operation)| operation.id.clone());
        self.changes.push(Change {
            id: check.id,
            level: check.level,
            text,
            comment: check.comment,
            operation: operation.map(|(name, _)| name),
            operation_id,
            section,
            base: places.base,
            revision: places.revision,
            touches,
            touched: Vec::new(),
        });
    }
}
