//! Files of other tools on disk.

use std::{fs, io, path::Path};

use super::{description::ReadError, files};
use crate::limit;

/// The bytes of a file that the user names; the error names the path.
pub fn read_recording(path: &Path) -> Result<Vec<u8>, ReadError> {
    let fault = |why: &str| ReadError(format!("cannot read `{}`: {why}", path.display()));
    let facts = fs::metadata(path).map_err(|error| fault(&files::plain(&error)))?;
    if !facts.is_file() {
        return Err(fault("it is not a file"));
    }
    if facts.len() > limit::DOCUMENT_BYTES_MAX as u64 {
        return Err(fault("it is too large"));
    }
    fs::read(path).map_err(|error| fault(&files::plain(&error)))
}

/// Writes a file that the user names, in place of what was there.
pub fn write_file(path: &Path, text: &str) -> Result<(), ReadError> {
    let fault = |error: io::Error| ReadError(format!("cannot write `{}`: {}", path.display(), files::plain(&error)));
    fs::write(path, text).map_err(fault)
}
