//! Files that commands make: what others made is not written over.

use std::path::Path;

use anyhow::bail;

use crate::shell::holds_other;

/// Refuses to write where a file is that no such command has made, unless the user says so. `what` it should be is said.
pub(super) fn ensure_ours(
    path: &Path,
    bytes_max: usize,
    what: &str,
    is_ours: impl FnOnce(&str) -> bool,
    is_forced: bool,
) -> anyhow::Result<()> {
    if !is_forced && holds_other(path, bytes_max, is_ours) {
        let path = path.display();
        bail!("`{path}` is here already and is no {what} of mimeo: nothing was written; --force writes in its place");
    }
    Ok(())
}
