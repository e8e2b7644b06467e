//! Hot reload: reads a description again when one of its files changes, and keeps the last good one.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use notify::RecursiveMode;
use notify_debouncer_full::{DebounceEventResult, Debouncer, RecommendedCache, new_debouncer};
use tracing::warn;

use super::{
    description::{Described, Description},
    reload::{Reloaded, reload},
    scenarios::{Repertoire, may_be_scenario},
    serve::Server,
};

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
    /// Watches the folders of `described` and of the scenarios, and gives `server` all that reads again.
    pub fn start(
        what: Description,
        described: &[Described],
        scenarios: &Repertoire,
        server: Server,
    ) -> Result<Self, WatchError> {
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
            if let Ok(Reloaded { described, scenarios, .. }) = reload(&what, &server) {
                let Some(slot) = slot_for_events.upgrade() else { return };
                let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(debouncer) = slot.as_mut() {
                    let mut watched = for_events.lock().unwrap_or_else(PoisonError::into_inner);
                    if let Err(error) = watched.extend(debouncer, &described, &scenarios) {
                        warn!("cannot watch all files of the description: {error}");
                    }
                }
            }
        })?;
        {
            let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
            let debouncer = slot.insert(debouncer);
            watched.lock().unwrap_or_else(PoisonError::into_inner).extend(debouncer, described, scenarios)?;
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
    /// Folders in which every scenario matters, also one that is new.
    scenarios: HashSet<PathBuf>,
}

impl Watched {
    fn extend(
        &mut self,
        debouncer: &mut Debouncer<notify::RecommendedWatcher, RecommendedCache>,
        described: &[Described],
        scenarios: &Repertoire,
    ) -> Result<(), notify::Error> {
        self.scenarios.extend(scenarios.folders.iter().cloned());
        let files = described.iter().flat_map(|it| &it.files);
        for file in files.chain(scenarios.files.iter().map(|file| &file.path)) {
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
        let is_scenario =
            || path.parent().is_some_and(|folder| self.scenarios.contains(folder)) && may_be_scenario(path);
        self.files.contains(path) || is_scenario()
    }
}
