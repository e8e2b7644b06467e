//! One version of a description.

use serde_json::Value;

use crate::openapi::{Api, Documents, Location};

/// One version of a description.
#[derive(Clone, Copy, Debug)]
pub struct Version<'a> {
    /// The model.
    pub api: &'a Api,
}

impl<'a> Version<'a> {
    /// The version that `api` is.
    pub fn new(api: &'a Api) -> Self {
        Self { api }
    }

    /// The files that it is written in.
    pub(super) fn documents(self) -> &'a Documents {
        &self.api.documents
    }

    /// The member `key` of the object at `at`, as written; references that stand at `at` are followed.
    ///
    /// For what the model leaves out: `x-…`, and keywords that concern nobody else.
    pub(super) fn member(self, at: &Location, key: &str) -> Option<&'a Value> {
        self.documents().follow(at)?.1.get(key)
    }
}

/// The member of an object, or the object itself where it has none.
pub(super) fn member(version: Version<'_>, at: &Location, field: &str) -> Location {
    if version.member(at, field).is_some() { at.child(field) } else { at.clone() }
}
