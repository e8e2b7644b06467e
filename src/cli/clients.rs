//! Snapshots as arguments: the clients that a command is about.

use std::path::PathBuf;

use anyhow::bail;

use super::screen::Screen;
use crate::{
    limit,
    report::{self, Chapter},
    shell::{Described, Description, describe, read_text},
    snapshot::Snapshot,
    usage::Client,
};

/// Snapshots by the names that the user gave them.
pub(super) struct Clients(Vec<(String, Snapshot)>);

impl Clients {
    /// Reads snapshots. Says on standard error what is wrong with one that cannot be read.
    pub(super) fn read(paths: &[PathBuf], screen: Screen) -> anyhow::Result<Self> {
        let mut clients = Vec::new();
        for path in paths {
            let name = path.display().to_string();
            match Snapshot::read(&name, &read_text(path, limit::SNAPSHOT_BYTES_MAX)?) {
                Ok(snapshot) => clients.push((name, snapshot)),
                Err(unreadable) => {
                    let chapter = Chapter { findings: &unreadable.findings, documents: &unreadable.documents };
                    screen.err(&report::text(&[chapter], report::Colour::Plain));
                    bail!("`{name}` cannot be used");
                }
            }
        }
        Ok(Self(clients))
    }

    /// The clients.
    pub(super) fn list(&self) -> Vec<Client<'_>> {
        self.0.iter().map(|(name, snapshot)| Client { name, snapshot }).collect()
    }
}

/// Reads descriptions that a command cannot do without; none, if none is named.
pub(super) fn descriptions(paths: &[PathBuf]) -> anyhow::Result<Vec<Described>> {
    if paths.is_empty() {
        return Ok(Vec::new());
    }
    let described = describe(&Description { paths: paths.to_vec(), ..Description::default() })?;
    if let Some(broken) = described.iter().find(|it| it.contract.is_none()) {
        bail!("`{}` is no description; `mimeo check` says more", broken.name);
    }
    Ok(described)
}
