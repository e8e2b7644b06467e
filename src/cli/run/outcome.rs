//! What becomes of a snapshot: what is compared, and what may be written.

use std::{
    env,
    path::{Path, PathBuf},
};

use anyhow::bail;

use super::args::UpdateArg;
use crate::{
    cli::snapshot::{pending_of, read_if_there},
    report::Became,
    shell::{WriteError, is_snapshot, remove, write_whole},
    snapshot::{Snapshot, compare},
};

/// A snapshot that a run is compared with.
#[derive(Debug)]
pub(super) struct Kept {
    path: PathBuf,
    pending: PathBuf,
    /// What is stored; `None` if nothing is.
    pub(super) stored: Option<Snapshot>,
    update: UpdateArg,
    is_ci: bool,
}

impl Kept {
    /// Reads what is stored.
    pub(super) fn open(path: &Path, update: UpdateArg) -> anyhow::Result<Self> {
        let is_ci = is_ci(env::var_os("CI").and_then(|value| value.into_string().ok()).as_deref());
        // Nothing is ever written in CI, where nobody would look at it.
        let update = if is_ci { UpdateArg::No } else { update };
        let pending = pending_of(path);
        // Other tools have files of that name as well.
        if update != UpdateArg::No && pending.exists() && !is_snapshot(&pending) {
            let pending = pending.display();
            bail!("`{pending}` is here already and is no snapshot of mimeo: move it, or name another snapshot");
        }
        Ok(Self { path: path.to_owned(), pending, stored: read_if_there(path)?, update, is_ci })
    }

    /// Compares a new snapshot with what is stored, and writes what may be written.
    pub(super) fn take(&self, new: &Snapshot) -> Result<Became, WriteError> {
        let (path, pending) = (&self.path, &self.pending);
        let wait = || write_whole(pending, &new.write()).map(|()| pending.display().to_string());
        let take = || write_whole(path, &new.write()).and_then(|()| remove(pending));
        let Some(stored) = &self.stored else {
            return Ok(match self.update {
                UpdateArg::Auto => Became::New(wait()?),
                UpdateArg::Always | UpdateArg::New => {
                    take()?;
                    Became::Recorded
                }
                UpdateArg::No => Became::Missing(self.missing()),
            });
        };
        let comparison = compare(stored, new);
        if comparison.is_empty() {
            match self.update {
                // What surrounds the client may have changed, such as the version of the API.
                UpdateArg::Always if *stored != *new => take()?,
                UpdateArg::No => (),
                // What waits there is from a run that is not how the client behaves any more.
                _ => remove(pending)?,
            }
            return Ok(Became::Same(comparison));
        }
        Ok(match self.update {
            UpdateArg::Auto | UpdateArg::New => Became::Changed(comparison, Some(wait()?)),
            UpdateArg::Always => {
                take()?;
                Became::Updated(comparison)
            }
            UpdateArg::No => Became::Changed(comparison, None),
        })
    }

    fn missing(&self) -> String {
        let why = if self.is_ci { "CI is set" } else { "--update no says so" };
        format!("there is none, and none is written because {why}: record it first, review it, and commit it")
    }
}

/// True if the value of `CI` says so.
fn is_ci(value: Option<&str>) -> bool {
    value.is_some_and(|value| !matches!(value.trim().to_ascii_lowercase().as_str(), "" | "0" | "false"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_says_that_it_is_ci() {
        for (value, expected) in [("true", true), ("1", true), ("woodpecker", true), ("", false), ("0", false)] {
            assert_eq!(is_ci(Some(value)), expected, "{value}");
        }
        assert!(!is_ci(None) && !is_ci(Some("False")));
    }
}
