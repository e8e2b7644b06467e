//! Where the text of a description comes from.

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
