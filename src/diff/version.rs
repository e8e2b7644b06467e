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
