//! Where the text of a description comes from.

use std::collections::BTreeMap;

/// Gives the bytes of files below one folder. The shell reads a disk, tests read a map.
pub trait Sources {
    /// The bytes of a file.
    ///
    /// `path` is relative to the folder, with `/` between its parts and no `.`, `..` or empty part in it.
    fn read(&self, path: &str) -> Result<Vec<u8>, SourceError>;
}

/// Why a file could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// There is no such file.
    #[error("there is no such file")]
    NotFound,
    /// It lies outside the folder, perhaps by a symbolic link.
    #[error("it lies outside the folder of the description")]
    Outside,
    /// It is larger than [`crate::limit::DOCUMENT_BYTES_MAX`].
    #[error("it is larger than {} MiB", crate::limit::DOCUMENT_BYTES_MAX / 1024 / 1024)]
    TooLarge,
    /// The system says why.
    #[error("{0}")]
    Failed(String),
}

/// Files in memory: for tests, and for descriptions that were never files.
#[derive(Clone, Debug, Default)]
pub struct MemorySources {
    files: BTreeMap<String, Vec<u8>>,
}

impl MemorySources {
    /// No files.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file; `path` as [`Sources::read`] has it.
    #[must_use]
    pub fn with(mut self, path: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        self.files.insert(path.into(), bytes.into());
        self
    }
}

impl Sources for MemorySources {
    fn read(&self, path: &str) -> Result<Vec<u8>, SourceError> {
        let bytes = self.files.get(path).ok_or(SourceError::NotFound)?;
        if bytes.len() > crate::limit::DOCUMENT_BYTES_MAX {
            return Err(SourceError::TooLarge);
        }
        Ok(bytes.clone())
    }
}
