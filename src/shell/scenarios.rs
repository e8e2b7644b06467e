//! Scenario files on disk: which are meant, and reading them.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    description::{Described, ReadError, site},
    files,
};
use crate::{
    finding::{Finding, Severity},
    limit,
    openapi::Documents,
    scenario::{self, Library},
};

/// Scenario files that were read, and the scenarios that can be switched on.
#[derive(Debug)]
pub struct Repertoire {
    /// The files.
    pub files: Vec<ScenarioFile>,
    /// The scenarios in them that have no errors, and those that Mimeo brings along.
    pub library: Arc<Library>,
    /// The folders of which every scenario file is meant.
    pub(super) folders: Vec<PathBuf>,
}

/// One scenario file.
#[derive(Debug)]
pub struct ScenarioFile {
    /// Its name as the user would say it.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
    /// Its text, which findings quote.
    pub documents: Arc<Documents>,
    /// What is wrong with it.
    pub findings: Vec<Finding>,
}

impl ScenarioFile {
    /// The first error; `None` if the scenario can be switched on.
    pub fn error(&self) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.severity == Severity::Error)
    }
}

/// Reads the scenario files that are named, and those directly in the folders that are named, for the APIs that were
/// described. Without an API only their form is looked at.
pub fn rehearse(paths: &[PathBuf], described: &[Described]) -> Result<Repertoire, ReadError> {
    let contracts = site(described).contracts;
    let mut files = Vec::new();
    let mut written = Vec::new();
    // For each scenario that was read, the number of its file.
    let mut numbers = Vec::new();
    let mut folders = Vec::new();
    for path in paths {
        let fault = |error: &io::Error| ReadError(format!("cannot read `{}`: {}", path.display(), files::plain(error)));
        let meant = if fs::metadata(path).map_err(|error| fault(&error))?.is_dir() {
            folders.push(path.canonicalize().map_err(|error| fault(&error))?);
            let meant = scenarios_in(path).map_err(|error| fault(&error))?;
            if meant.is_empty() {
                return Err(ReadError(format!("the folder `{}` holds no scenario", path.display())));
            }
            meant
        } else {
            vec![path.clone()]
        };
        for path in meant {
            let bytes = files::read_bytes(&path, limit::SCENARIO_BYTES_MAX)?;
            let name = path.display().to_string();
            let reading = scenario::read(&name, bytes);
            if let Some(read) = reading.written {
                written.push(read);
                numbers.push(files.len());
            }
            let path = path.canonicalize().unwrap_or(path);
            files.push(ScenarioFile { name, path, documents: reading.documents, findings: reading.findings });
        }
    }
    if contracts.is_empty() {
        return Ok(Repertoire { files, library: Arc::default(), folders });
    }
    let (library, found) = Library::of(&written, &contracts);
    for (number, found) in numbers.into_iter().zip(found) {
        if let Some(file) = files.get_mut(number) {
            file.findings.extend(found);
        }
    }
    Ok(Repertoire { files, library: Arc::new(library), folders })
}

/// Takes from paths those that mean scenarios: files that begin as one, and folders that hold such files and no
/// description.
pub fn take_scenarios(paths: &mut Vec<PathBuf>) -> Vec<PathBuf> {
    let means_scenarios = |path: &PathBuf| {
        if path.is_dir() {
            files::find(std::slice::from_ref(path), None).is_err()
                && scenarios_in(path).is_ok_and(|found| !found.is_empty())
        } else {
            begins_as_scenario(path)
        }
    };
    let (scenarios, rest) = paths.drain(..).partition(means_scenarios);
    *paths = rest;
    scenarios
}

fn scenarios_in(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if may_be_scenario(&path) && path.is_file() && begins_as_scenario(&path) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// True if the file's name is one that a scenario can have.
pub(super) fn may_be_scenario(path: &Path) -> bool {
    path.extension().is_some_and(|it| it == "yaml" || it == "yml" || it == "json")
}

/// True if the file has the key that every scenario has, and none that every description has.
fn begins_as_scenario(path: &Path) -> bool {
    let is_small = fs::metadata(path).is_ok_and(|it| it.is_file() && it.len() <= limit::SCENARIO_BYTES_MAX as u64);
    let Some(bytes) = is_small.then(|| fs::read(path).ok()).flatten() else { return false };
    let text = String::from_utf8_lossy(&bytes);
    let text = text.trim_start_matches('\u{feff}');
    if text.trim_start().starts_with('{') {
        return text.contains("\"rules\"") && !text.contains("\"openapi\"") && !text.contains("\"swagger\"");
    }
    let has = |key: &str| text.lines().any(|line| line.trim_start_matches(['"', '\'']).starts_with(key));
    has("rules") && !has("openapi") && !has("swagger")
}
