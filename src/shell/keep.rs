//! Writing files so that nothing is lost: whole, or not at all.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use super::files::{plain, read_text};

/// Links that are followed one after the other, as systems do.
const LINKS_MAX: usize = 40;

/// A file could not be written, moved or removed; what was there before is still there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct WriteError(String);

fn fault(what: &str, path: &Path, error: &io::Error) -> WriteError {
    WriteError(format!("cannot {what} `{}`: {}", path.display(), plain(error)))
}

/// Writes a file whole, in the place of one that is there. Its folders are made.
///
/// A link goes on leading to the file, which keeps its permissions. What is written to a device or a pipe goes through
/// it: nothing may take its place.
pub fn write_whole(path: &Path, text: &str) -> Result<(), WriteError> {
    let found = fs::metadata(path).ok();
    if found.as_ref().is_some_and(fs::Metadata::is_dir) {
        return Err(WriteError(format!("cannot write `{}`: it is a folder", path.display())));
    }
    if path.starts_with("/dev") || found.as_ref().is_some_and(|found| !found.is_file()) {
        return fs::write(path, text).map_err(|error| fault("write", path, &error));
    }
    let target = target_of(path);
    let draft = draft_of(&target);
    let written = folder_of(&target).and_then(|()| {
        // One that is left over is from a process that was killed; whoever made it a link meant no good.
        let _ = fs::remove_file(&draft);
        let mut file = File::create_new(&draft)?;
        if let Some(found) = found {
            file.set_permissions(found.permissions())?;
        }
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&draft, &target)
    });
    written.map_err(|error| {
        let _ = fs::remove_file(&draft);
        fault("write", path, &error)
    })
}

/// True if a file is there that holds something else than `is_ours` knows. An empty one holds nothing, and what is
/// written to a device or a pipe goes through it.
pub fn holds_other(path: &Path, bytes_max: usize, is_ours: impl FnOnce(&str) -> bool) -> bool {
    let is_written = fs::metadata(path).is_ok_and(|found| found.is_file() && found.len() > 0);
    is_written && !read_text(path, bytes_max).is_ok_and(|text| is_ours(&text))
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

/// Removes a file, if it is there.
pub fn remove(path: &Path) -> Result<(), WriteError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(fault("remove", path, &error)),
        _ => Ok(()),
    }
}

/// The file that is written where links lead there, even if it is still to be made.
fn target_of(path: &Path) -> PathBuf {
    let mut target = path.to_owned();
    for _ in 0..LINKS_MAX {
        if let Ok(found) = target.canonicalize() {
            return found;
        }
        let Ok(next) = fs::read_link(&target) else { break };
        target = target.parent().unwrap_or(Path::new("")).join(next);
    }
    target
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

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn links_and_permissions_stay() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("a/file"), folder.path().join("link"));
        write_whole(&file, "one").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        symlink(&file, &link).unwrap();
        write_whole(&link, "two").unwrap();
        assert!(link.is_symlink());
        assert_eq!(fs::read_to_string(&file).unwrap(), "two");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(file.parent().unwrap()).unwrap().count(), 1, "no draft is left");
    }

    #[test]
    fn a_link_to_nothing_leads_to_the_new_file() {
        let folder = tempfile::tempdir().unwrap();
        let (link, ring) = (folder.path().join("link"), folder.path().join("ring"));
        symlink("below/next", &link).unwrap();
        write_whole(&link, "one").unwrap();
        assert!(link.is_symlink());
        assert_eq!(fs::read_to_string(folder.path().join("below/next")).unwrap(), "one");
        symlink("ring", &ring).unwrap();
        let _ = write_whole(&ring, "two");
        assert!(ring.is_symlink() || fs::read_to_string(&ring).unwrap() == "two");
    }

    #[test]
    fn a_device_stays_one() {
        let folder = tempfile::tempdir().unwrap();
        let null = folder.path().join("null");
        symlink("/dev/null", &null).unwrap();
        write_whole(&null, "gone").unwrap();
        assert!(null.is_symlink());
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
        assert!(write_whole(folder.path(), "x").is_err());
    }

    #[test]
    fn a_draft_that_leads_elsewhere_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let (file, other) = (folder.path().join("file"), folder.path().join("other"));
        fs::write(&other, "precious").unwrap();
        symlink(&other, draft_of(&file)).unwrap();
        write_whole(&file, "text").unwrap();
        assert_eq!(fs::read_to_string(&other).unwrap(), "precious");
        assert_eq!(fs::read_to_string(&file).unwrap(), "text");
    }
}
