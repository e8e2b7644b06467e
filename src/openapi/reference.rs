//! `$ref`: from a URI reference to a location.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

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
        let (file, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let doc = if file.is_empty() { from } else { self.file(from, file)? };
        let pointer = decode(fragment).ok_or(RefError::Syntax)?;
        let at = Location::new(doc, pointer);
        if self.get(&at).is_some() { Ok(at) } else { Err(RefError::Nothing(at.pointer.to_string())) }
    }

    fn file(&self, from: DocId, file: &str) -> Result<DocId, RefError> {
        let from = self.document(from).ok_or(RefError::Syntax)?;
        let path = join(&from.path, &decode(file).ok_or(RefError::Syntax)?)
            .ok_or_else(|| RefError::Refused("it leads out of the folder of the description".to_owned()))?;
        self.iter()
            .find(|(_, doc)| doc.path == path)
            .map(|(id, _)| id)
            .ok_or_else(|| RefError::File(format!("`{path}` was not read")))
    }
}

fn decode(text: &str) -> Option<Cow<'_, str>> {
    percent_decode_str(text).decode_utf8().ok()
}

/// The path that `reference` means when it stands in the file `base`; `None` if it leaves the folder.
pub(super) fn join(base: &str, reference: &str) -> Option<String> {
    let mut parts: Vec<&str> = base.split('/').collect();
    parts.pop();
    for part in reference.split('/') {
        match part {
            "" | "." => (),
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}
