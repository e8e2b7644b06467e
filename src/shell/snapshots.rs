//! Snapshots of clients on disk: which files of a folder are some.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};

use super::{description::ReadError, files};

/// Folders that hold what others made: nobody keeps snapshots there.
const FOREIGN: [&str; 2] = ["node_modules", "target"];
/// Bytes of a file in which the version of the format stands, if it is one of ours.
const HEAD_BYTES: usize = 64 * 1024;

/// The snapshots in a folder, at any depth, and those that wait beside them (`.snap.new`), in the order of their paths.
/// Those that cannot be read, or have lost their heads or all they held, are among them, as reading them says what is
/// wrong. Files of the same ending that other tools made are left out, and hidden folders are not looked into.
pub fn find_snapshots(folder: &Path) -> Result<Vec<PathBuf>, ReadError> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(folder) = waiting.pop() {
        let fault =
            |error: io::Error| ReadError(format!("cannot read `{}`: {}", folder.display(), files::plain(&error)));
        for entry in fs::read_dir(&folder).map_err(fault)? {
            let entry = entry.map_err(fault)?;
            let name = entry.file_name();
            let name = name.to_string_lossy();
            // The kind of the entry itself: links to folders are not followed, so that there is an end.
            let kind = entry.file_type().map_err(fault)?;
            let path = if folder == Path::new(".") { PathBuf::from(entry.file_name()) } else { entry.path() };
            if kind.is_dir() && !name.starts_with('.') && !FOREIGN.contains(&&*name) {
                waiting.push(path);
            } else if !kind.is_dir() && is_called_so(&path) && path.is_file() && is_or_was_ours(&path).unwrap_or(true) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// True for a snapshot, or one that waits, that is Mimeo's by its name and its first lines, or what is left of one. It may
/// be damaged; of one that cannot be read nobody knows whose it is.
pub fn is_snapshot(path: &Path) -> bool {
    // A pipe of that name would never end.
    is_called_so(path) && path.is_file() && is_or_was_ours(path).unwrap_or(false)
}

/// True for `NAME.snap` and `NAME.snap.new`.
fn is_called_so(path: &Path) -> bool {
    let ends_with = |path: &Path, extension: &str| path.extension().is_some_and(|it| it == extension);
    ends_with(path, "snap") || (ends_with(path, "new") && ends_with(&path.with_extension(""), "snap"))
}

/// True for one of ours, and for what is left of one: nothing, or the sessions without what they are about.
fn is_or_was_ours(path: &Path) -> io::Result<bool> {
    Ok(was_snapshot_text(&head(path)?))
}

/// True for the text of a snapshot, and for what is left of one.
pub fn was_snapshot_text(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim_end).filter(|line| !line.is_empty() && *line != "---");
    let is_rest = match lines.next() {
        None => true,
        Some(first) if first.starts_with("info:") => lines.any(|line| line == "sessions:"),
        Some(first) => first.starts_with("sessions:"),
    };
    is_rest || is_snapshot_text(text)
}

/// The first lines of a file.
fn head(path: &Path) -> io::Result<String> {
    let mut head = Vec::new();
    File::open(path)?.take(HEAD_BYTES as u64).read_to_end(&mut head)?;
    Ok(String::from_utf8_lossy(&head).into_owned())
}

/// True if a text says the version of our format where it says what it is about.
pub fn is_snapshot_text(text: &str) -> bool {
    let is_mark = |line: &str| line.trim_start().starts_with("mimeo:");
    text.lines().skip(1).take_while(|line| line.trim_end() != "---").any(is_mark)
}
