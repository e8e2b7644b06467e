//! From files on disk to a compiled [`Site`].

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::files::{self, Disk, Found};
use crate::{
    contract::{Contract, Site},
    finding::Finding,
    openapi::{self, Documents},
};

/// What to read.
#[derive(Clone, Debug, Default)]
pub struct Description {
    /// Files and folders.
    pub paths: Vec<PathBuf>,
    /// The folder from which references may read; by default that of each entry file.
    pub root: Option<PathBuf>,
    /// Overlay files, applied in this order to every description.
    pub overlays: Vec<PathBuf>,
    /// Scenario files, and folders of them.
    pub scenarios: Vec<PathBuf>,
}

/// One description that was read.
#[derive(Debug)]
pub struct Described {
    /// Its name as the user would say it.
    pub name: String,
    /// The compiled API; `None` if the file is no description.
    pub contract: Option<Arc<Contract>>,
    /// The files that findings quote.
    pub documents: Arc<Documents>,
    /// What is wrong, as far as it was looked at.
    pub findings: Vec<Finding>,
    /// All files that were read or looked for.
    pub files: Vec<PathBuf>,
}

/// Nothing could be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ReadError(pub String);

/// Reads and compiles everything that `what` names. Two APIs with the same id get a number.
pub fn describe(what: &Description) -> Result<Vec<Described>, ReadError> {
    let found = files::find(&what.paths, what.root.as_deref()).map_err(ReadError)?;
    let mut taken = HashSet::new();
    found.iter().map(|found| read(found, &what.overlays, &mut taken)).collect()
}

fn read(found: &Found, overlays: &[PathBuf], taken: &mut HashSet<String>) -> Result<Described, ReadError> {
    let disk = Disk::new(&found.root)
        .map_err(|error| ReadError(format!("cannot read `{}`: {}", found.root.display(), files::plain(&error))))?;
    let overlays = overlays.iter().map(|path| below(disk.root(), path)).collect::<Result<Vec<_>, _>>()?;
    let loaded = openapi::load(&disk, &found.entry, &found.name, &overlays);
    let mut findings = loaded.findings;
    let contract = loaded.api.map(|mut api| {
        api.id = free_id(&api.id, taken);
        let (contract, more) = Contract::compile(api);
        findings.extend(more);
        Arc::new(contract)
    });
    let files = loaded.paths.iter().map(|path| disk.root().join(path)).collect();
    Ok(Described { name: found.name.clone(), contract, documents: loaded.documents, findings, files })
}

fn below(root: &Path, path: &Path) -> Result<String, ReadError> {
    let shown = path.display();
    let real = path
        .canonicalize()
        .map_err(|error| ReadError(format!("cannot read the overlay `{shown}`: {}", files::plain(&error))))?;
    let inside = real.strip_prefix(root).ok().and_then(|path| path.to_str());
    inside.map(|path| path.replace('\\', "/")).ok_or_else(|| {
        ReadError(format!(
            "the overlay `{shown}` lies outside the folder of the description; allow a wider one with --root"
        ))
    })
}

fn free_id(wish: &str, taken: &mut HashSet<String>) -> String {
    let mut id = wish.to_owned();
    let mut number = 1;
    while !taken.insert(id.clone()) {
        number += 1;
        id = format!("{wish}-{number}");
    }
    id
}

/// The APIs among what was described.
pub(super) fn site(described: &[Described]) -> Site {
    Site { contracts: described.iter().filter_map(|it| it.contract.clone()).collect() }
}
