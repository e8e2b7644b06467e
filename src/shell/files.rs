//! Descriptions on disk: which files are meant, and reading them without leaving their folder.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::description::ReadError;
use crate::{
    limit,
    openapi::{SourceError, Sources},
};

/// Reads files below one folder, and none outside it, not even by a symbolic link.
#[derive(Clone, Debug)]
pub struct Disk {
    root: PathBuf,
}

impl Disk {
    /// Files below `root`.
    pub fn new(root: &Path) -> io::Result<Self> {
        Ok(Self { root: root.canonicalize()? })
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }
}

impl Sources for Disk {
    fn read(&self, path: &str) -> Result<Vec<u8>, SourceError> {
        let real = self.root.join(path).canonicalize().map_err(|error| refusal(&error))?;
        if !real.starts_with(&self.root) {
            return Err(SourceError::Outside);
        }
        let facts = fs::metadata(&real).map_err(|error| refusal(&error))?;
        if !facts.is_file() {
            return Err(SourceError::Failed("it is not a file".to_owned()));
        }
        if facts.len() > limit::DOCUMENT_BYTES_MAX as u64 {
            return Err(SourceError::TooLarge);
        }
        fs::read(&real).map_err(|error| refusal(&error))
    }
}

fn refusal(error: &io::Error) -> SourceError {
    match error.kind() {
        io::ErrorKind::NotFound => SourceError::NotFound,
        io::ErrorKind::PermissionDenied => SourceError::Failed("reading it is not permitted".to_owned()),
        _ => SourceError::Failed(error.to_string()),
    }
}

/// A description that was found: where it is, and what to call it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The entry file as the user would say it.
    pub name: String,
    /// Its folder, or the folder that the user allows.
    pub root: PathBuf,
    /// The entry file below the folder, with `/` between its parts.
    pub entry: String,
}

/// The descriptions that the given files and folders mean.
///
/// A folder means every YAML or JSON file directly in it that begins as a description does. `root` widens the folder
/// from which references may read. The error names the path that is at fault.
pub fn find(paths: &[PathBuf], root: Option<&Path>) -> Result<Vec<Found>, String> {
    let mut found = Vec::new();
    for path in paths {
        let shown = path.display();
        let facts = fs::metadata(path).map_err(|error| format!("cannot read `{shown}`: {}", plain(&error)))?;
        if facts.is_dir() {
            let before = found.len();
            for file in descriptions_in(path).map_err(|error| format!("cannot read `{shown}`: {}", plain(&error)))? {
                found.push(locate(&file, root)?);
            }
            if found.len() == before {
                return Err(format!("the folder `{shown}` holds no OpenAPI or Swagger description"));
            }
        } else {
            found.push(locate(path, root)?);
        }
    }
    Ok(found)
}

fn locate(path: &Path, root: Option<&Path>) -> Result<Found, String> {
    let shown = path.display().to_string();
    let fault = |error: io::Error| format!("cannot read `{shown}`: {}", plain(&error));
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name().ok_or_else(|| format!("`{shown}` is not a file"))?;
    let folder = folder.canonicalize().map_err(fault)?;
    let root = match root {
        Some(root) => {
            root.canonicalize().map_err(|error| format!("cannot read `{}`: {}", root.display(), plain(&error)))?
        }
        None => folder.clone(),
    };
    let below = folder
        .strip_prefix(&root)
        .map_err(|_| format!("`{shown}` lies outside the root folder `{}`", root.display()))?
        .join(name);
    let parts: Option<Vec<&str>> = below.iter().map(|part| part.to_str()).collect();
    let entry = parts.ok_or_else(|| format!("the path of `{shown}` is not UTF-8"))?.join("/");
    Ok(Found { name: shown, root, entry })
}

fn descriptions_in(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let is_text = path.extension().is_some_and(|it| it == "yaml" || it == "yml" || it == "json");
        if is_text && path.is_file() && begins_as_description(&path) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// The text of a file that the user names; the error names the path.
pub fn read_text(path: &Path) -> Result<String, ReadError> {
    let fault = |why: &str| ReadError(format!("cannot read `{}`: {why}", path.display()));
    let facts = fs::metadata(path).map_err(|error| fault(&plain(&error)))?;
    if facts.is_dir() {
        return Err(fault("it is a folder"));
    }
    if facts.len() > limit::DOCUMENT_BYTES_MAX as u64 {
        return Err(fault("it is too large"));
    }
    let bytes = fs::read(path).map_err(|error| fault(&plain(&error)))?;
    String::from_utf8(bytes).map_err(|_| fault("it is not UTF-8"))
}

/// True if the file has the key that every description has near its beginning, or cannot be looked into: then reading
/// it will say why.
fn begins_as_description(path: &Path) -> bool {
    if fs::metadata(path).is_ok_and(|facts| facts.len() > limit::DOCUMENT_BYTES_MAX as u64) {
        return true;
    }
    let Ok(bytes) = fs::read(path) else { return true };
    let text = String::from_utf8_lossy(&bytes);
    let is_json = text.trim_start_matches('\u{feff}').trim_start().starts_with('{');
    if is_json {
        text.contains("\"openapi\"") || text.contains("\"swagger\"")
    } else {
        let key = |line: &str| {
            let line = line.trim_start_matches('\u{feff}').trim_start_matches(['"', '\'']);
            line.starts_with("openapi") || line.starts_with("swagger")
        };
        text.lines().any(key)
    }
}

/// The bytes of a file, which must not have more than `bytes_max` (a number of MiB).
pub fn read_small(path: &Path, bytes_max: usize) -> Result<Vec<u8>, ReadError> {
    let shown = path.display();
    let fault = |error: io::Error| ReadError(format!("cannot read `{shown}`: {}", plain(&error)));
    let facts = fs::metadata(path).map_err(fault)?;
    if !facts.is_file() {
        return Err(ReadError(format!("cannot read `{shown}`: it is not a file")));
    }
    if facts.len() > bytes_max as u64 {
        let max = bytes_max / 1024 / 1024;
        return Err(ReadError(format!("cannot read `{shown}`: it is larger than {max} MiB")));
    }
    fs::read(path).map_err(fault)
}

/// The file of that name in the working folder, or else in the nearest folder above it, as a path from the working
/// folder.
pub fn find_upward(name: &str) -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?;
    let mut way = PathBuf::new();
    for folder in here.ancestors() {
        if folder.join(name).is_file() {
            return Some(way.join(name));
        }
        way.push("..");
    }
    None
}

/// An I/O error without its number.
pub(super) fn plain(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file or folder".to_owned(),
        io::ErrorKind::PermissionDenied => "that is not permitted".to_owned(),
        _ => error.to_string(),
    }
}
