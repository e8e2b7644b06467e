//! Writing files so that nothing is lost: whole, or not at all.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use super::files::plain;

/// A file could not be written, moved or removed; what was there before is still there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct WriteError(String);

fn fault(what: &str, path: &Path, error: &io::Error) -> WriteError {
    WriteError(format!("cannot {what} `{}`: {}", path.display(), plain(error)))
}

/// Writes a file whole, in the place of one that is there. Its folders are made. A link stays one: what it leads to is
/// written. A device or a pipe, such as `/dev/stdout`, is written to: nothing takes its place.
pub fn write_whole(path: &Path, text: &str) -> Result<(), WriteError> {
    let facts = fs::metadata(path);
    if facts.as_ref().is_ok_and(fs::Metadata::is_dir) {
        return Err(WriteError(format!("cannot write `{}`: it is a folder", path.display())));
    }
    if facts.is_ok_and(|facts| !facts.is_file()) {
        let written = File::options().write(true).open(path).and_then(|mut file| file.write_all(text.as_bytes()));
        return written.map_err(|error| fault("write", path, &error));
    }
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let draft = draft_of(&target);
    let written = folder_of(&target).and_then(|()| {
        let mut file = File::create(&draft)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&draft, &target)
    });
    written.map_err(|error| {
        let _ = fs::remove_file(&draft);
        fault("write", path, &error)
    })
}

/// Writes a file that must not be there yet.
pub fn write_new(path: &Path, text: &str) -> Result<(), WriteError> {
    let written = folder_of(path).and_then(|()| {
        let mut file = File::create_new(path)?;
        file.write_all(text.as_bytes()).inspect_err(|_| {
            // It is ours, and only half of it is there.
            let _ = fs::remove_file(path);
        })
    });
    written.map_err(|error| fault("write", path, &error))
}

/// Puts a file in the place of another one, at once.
pub fn move_over(from: &Path, to: &Path) -> Result<(), WriteError> {
    fs::rename(from, to).map_err(|error| fault("move", from, &error))
}

/// Removes a file, if it is there.
pub fn remove(path: &Path) -> Result<(), WriteError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(fault("remove", path, &error)),
        _ => Ok(()),
    }
}

fn folder_of(path: &Path) -> io::Result<()> {
    match path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        Some(folder) => fs::create_dir_all(folder),
        None => Ok(()),
    }
}

/// A file in the same folder, so that it can be moved into place at once.
fn draft_of(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}", std::process::id()))
}
