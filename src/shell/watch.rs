//! Hot reload: reads a description again when one of its files changes, and keeps the last good one.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use notify::RecursiveMode;
use notify_debouncer_full::{DebounceEventResult, Debouncer, RecommendedCache, new_debouncer};
use tracing::{info, warn};

use super::{
    description::{Described, Description, describe},
    serve::Server,
};
use crate::{finding::Severity, report};

/// How long files must be quiet before they are read again: editors write in several steps.
const QUIET: Duration = Duration::from_millis(150);

/// Watches the files of a description for as long as it lives.
#[derive(Debug)]
pub struct Watcher {
    _debouncer: Arc<Mutex<Option<Debouncer<notify::RecommendedWatcher, RecommendedCache>>>>,
}

/// The system does not let us watch files.
#[derive(Debug, thiserror::Error)]
#[error("cannot watch the description for changes: {0}")]
pub struct WatchError(#[from] notify::Error);

impl Watcher {
    /// Watches the folders of `described`, and gives `server` each new description that reads.
    pub fn start(what: Description, described: &[Described], server: Server) -> Result<Self, WatchError> {
        let watched = Arc::new(Mutex::new(Watched::default()));
        let slot: Arc<Mutex<Option<Debouncer<_, _>>>> = Arc::default();
        // Weak: what watches must not keep itself alive.
        let (for_events, slot_for_events) = (Arc::clone(&watched), Arc::downgrade(&slot));
        let debouncer = new_debouncer(QUIET, None, move |events: DebounceEventResult| {
            let Ok(events) = events else { return };
            let concerns = {
                let watched = for_events.lock().unwrap_or_else(PoisonError::into_inner);
                events
                    .iter()
                    .filter(|event| !event.kind.is_access())
                    .flat_map(|event| &event.paths)
                    .any(|path| watched.concerns(path))
            };
            if !concerns {
                return;
            }
            if let Some(described) = reload(&what, &server) {
                let Some(slot) = slot_for_events.upgrade() else { return };
                let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(debouncer) = slot.as_mut() {
                    let mut watched = for_events.lock().unwrap_or_else(PoisonError::into_inner);
                    if let Err(error) = watched.extend(debouncer, &described) {
                        warn!("cannot watch all files of the description: {error}");
                    }
                }
            }
        })?;
        {
            let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
            let debouncer = slot.insert(debouncer);
            watched.lock().unwrap_or_else(PoisonError::into_inner).extend(debouncer, described)?;
        }
        Ok(Self { _debouncer: slot })
    }
}

/// The files that matter, and the folders that are watched for them: a file that is renamed into place is only seen
/// by its folder.
#[derive(Debug, Default)]
struct Watched {
    files: HashSet<PathBuf>,
    folders: HashSet<PathBuf>,
}

impl Watched {
    fn extend(
        &mut self,
        debouncer: &mut Debouncer<notify::RecommendedWatcher, RecommendedCache>,
        described: &[Described],
    ) -> Result<(), notify::Error> {
        for file in described.iter().flat_map(|it| &it.files) {
            self.files.insert(file.clone());
            if let Some(folder) = file.parent().filter(|folder| folder.is_dir())
                && self.folders.insert(folder.to_path_buf())
            {
                debouncer.watch(folder, RecursiveMode::NonRecursive)?;
            }
        }
        Ok(())
    }

    fn concerns(&self, path: &Path) -> bool {
        self.files.contains(path)
    }
}

/// Reads again; the new description is served only if all of it reads.
fn reload(what: &Description, server: &Server) -> Option<Vec<Described>> {
    let described = match describe(what) {
        Ok(described) => described,
        Err(error) => {
            warn!("the change was not taken over: {error}; the last good description is still served");
            return None;
        }
    };
    if let Some(broken) = described.iter().find(|it| it.contract.is_none()) {
        let error = broken.findings.iter().find(|it| it.severity == Severity::Error);
        let why = error.map_or_else(|| "it is no description".to_owned(), |it| it.message.clone());
        warn!("`{}` was not taken over: {why}; the last good description is still served", broken.name);
        return None;
    }
    let chapters: Vec<report::Chapter<'_>> =
        described.iter().map(|it| report::Chapter { findings: &it.findings, documents: &it.documents }).collect();
    server.replace(&described);
    info!("the description was read again: {}", report::summary(&chapters));
    Some(described)
}
