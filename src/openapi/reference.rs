//! `$ref`: from a URI reference to a location.

use super::documents::{DocId, Documents, Location};

/// Why a reference leads nowhere.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RefError {
    /// It is no URI reference with a JSON Pointer.
    #[error("it is not a URI reference with a JSON Pointer")]
    Syntax,
    /// The file was not read, because it lies outside the folder or on the network.
    #[error("{0}")]
    Refused(String),
    /// The file was not found or not read.
    #[error("{0}")]
    File(String),
    /// The file has no such value.
    #[error("there is nothing at `{0}`")]
    Nothing(String),
}

impl Documents {
    /// The location that `reference` means when it stands in document `from`.
    ///
    /// Knows files that were read, JSON Pointers with percent- and tilde-escapes, `$anchor`s and `$id`s.
    pub fn resolve(&self, from: DocId, reference: &str) -> Result<Location, RefError> {
        todo!("{from:?} {reference}")
    }
}
