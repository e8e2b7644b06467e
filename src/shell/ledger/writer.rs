//! Writing records, many with one write.

use std::{
    io, mem,
    path::PathBuf,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Instant,
};

use tokio::{
    sync::{Notify, futures::Notified},
    task::{spawn_blocking, yield_now},
    time::sleep,
};
use tracing::{error, warn};

use super::{
    JournalError, JournalSettings,
    disk::{Disk, Unwritten},
    recall::{Recalled, recall},
};
use crate::{
    limit,
    session::{
        Secrets,
        codec::{self, Noted},
    },
    shell::{exchange::guarded, serve::now_ms},
};

/// Bytes of a buffer that is kept for the next write.
const SPARE_BYTES_MAX: usize = 1024 * 1024;

/// The journal of all sessions in a file.
#[derive(Debug)]
pub(in crate::shell) struct Ledger {
    path: PathBuf,
    queue: Mutex<Queue>,
    /// Held by whoever writes only.
    disk: Mutex<Disk>,
    /// Wake those whose records are written: two turns at most are on their way at once.
    news: [Notify; 2],
    /// What writing is timed by.
    began: Instant,
    /// Until when the disk counts as slow, in milliseconds since `began`.
    slow_until_ms: AtomicU64,
    is_degraded: AtomicBool,
    /// Records that were ever lost.
    lost: AtomicU64,
}

/// What is to be written.
#[derive(Debug, Default)]
struct Queue {
    frames: Vec<u8>,
    /// Counts writes: all that is in `frames` goes with one.
    turn: usize,
    /// True if somebody sees to the writing.
    is_led: bool,
    /// True if the file could not be written: nothing is queued then.
    is_closed: bool,
    /// Records that are missing since, and since when.
    lost: u64,
    since_ms: u64,
    spare: Vec<u8>,
}

/// What one write takes.
#[derive(Debug)]
struct Load {
    frames: Vec<u8>,
    turn: usize,
}

/// A place in the queue.
#[derive(Debug)]
#[must_use = "whoever leads must see to the writing"]
pub(in crate::shell) struct Turn<'l> {
    /// Done when the record is written, or cannot be. Without it there is nothing to wait for.
    pub(in crate::shell) written: Option<Notified<'l>>,
    /// True if nobody else sees to the writing.
    pub(in crate::shell) leads: bool,
}

impl Ledger {
    /// Opens the file, reads what each session did last, and goes on behind it.
    pub(in crate::shell) fn open(settings: &JournalSettings) -> Result<(Self, Recalled), JournalError> {
        let (disk, recalled) = recall(settings)?;
        let ledger = Self {
            path: settings.path.clone(),
            queue: Mutex::default(),
            disk: Mutex::new(disk),
            news: [Notify::new(), Notify::new()],
            began: Instant::now(),
            slow_until_ms: AtomicU64::new(0),
            is_degraded: AtomicBool::new(false),
            lost: AtomicU64::new(0),
        };
        Ok((ledger, recalled))
    }

    /// True if records are missing in the file, and are going to be.
    pub(in crate::shell) fn is_degraded(&self) -> bool {
        self.is_degraded.load(Ordering::Relaxed)
    }

    /// How many records were ever lost.
    pub(in crate::shell) fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn disk(&self) -> MutexGuard<'_, Disk> {
        self.disk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queues a frame. It is not written before whoever leads calls [`Ledger::write`].
    pub(in crate::shell) fn append(&self, frame: &[u8]) -> Turn<'_> {
        let mut queue = self.queue();
        let leads = !mem::replace(&mut queue.is_led, true);
        if queue.is_closed {
            queue.lost += self.lose(frame);
            return Turn { written: None, leads };
        }
        queue.frames.extend_from_slice(frame);
        // Made under the lock: the write that it waits for cannot be over yet.
        Turn { written: Some(self.news[queue.turn % 2].notified()), leads }
    }

    /// Writes what is queued, until nothing is.
    pub(in crate::shell) async fn write(self: Arc<Self>) {
        // Whatever else is ready goes ahead, so that its records go with the same write.
        yield_now().await;
        loop {
            if self.queue().is_closed {
                self.reopen().await;
            }
            let Some(load) = self.take() else { return };
            let (load, outcome) = if self.is_slow() || self.disk().is_full(load.frames.len()) {
                let ledger = Arc::clone(&self);
                let away = spawn_blocking(move || {
                    let outcome = ledger.put(&load.frames);
                    (load, outcome)
                });
                match away.await {
                    Ok(done) => done,
                    // The runtime ends, and all that waits with it.
                    Err(_) => return,
                }
            } else {
                let outcome = self.put(&load.frames);
                (load, outcome)
            };
            self.settle(load, outcome);
        }
    }

    /// Writes what is queued at once, as far as that can be done without waiting.
    pub(in crate::shell) fn write_now(&self) {
        loop {
            let mut queue = self.queue();
            if queue.is_closed {
                // The next record finds nobody in the lead, and sees to it that the file is tried again.
                queue.is_led = false;
                return;
            }
            drop(queue);
            let Some(load) = self.take() else { return };
            let outcome = self.put(&load.frames);
            self.settle(load, outcome);
        }
    }

    /// Says which names are those of secrets, beside the usual ones, in this file and in those that follow.
    pub(in crate::shell) fn introduce(&self, secrets: &Secrets) {
        let preface = codec::note(&Noted::Secrets(secrets.names().to_vec()));
        if let Err(unwritten) = self.disk().introduce(preface) {
            warn!("the journal `{}` cannot be written: {}", self.path.display(), unwritten.error);
        }
    }

    fn take(&self) -> Option<Load> {
        let mut queue = self.queue();
        if queue.frames.is_empty() {
            queue.is_led = false;
            return None;
        }
        let spare = mem::take(&mut queue.spare);
        let load = Load { frames: mem::replace(&mut queue.frames, spare), turn: queue.turn };
        queue.turn += 1;
        Some(load)
    }

    fn put(&self, frames: &[u8]) -> Result<(), Unwritten> {
        let began = Instant::now();
        // A fault of our own must not let answers wait for ever.
        let outcome = guarded(|| self.disk().put(frames))
            .unwrap_or_else(|| Err(Unwritten { error: io::Error::other("a fault in mimeo itself"), whole: 0 }));
        if began.elapsed() >= limit::JOURNAL_SLOW_WRITE {
            self.slow_until_ms.store(self.ms() + millis(limit::JOURNAL_SLOW_FOR), Ordering::Relaxed);
        }
        outcome
    }

    fn ms(&self) -> u64 {
        millis(self.began.elapsed())
    }

    /// True if writing may take a while, so that no thread should wait that answers requests.
    fn is_slow(&self) -> bool {
        let until = self.slow_until_ms.load(Ordering::Relaxed);
        until > 0 && self.ms() < until
    }

    /// Tells those who wait, and takes note if the write failed.
    fn settle(&self, load: Load, outcome: Result<(), Unwritten>) {
        let Load { mut frames, turn } = load;
        match outcome {
            Ok(()) => {
                if self.is_degraded.swap(false, Ordering::Relaxed) {
                    let lost = self.lost();
                    warn!("the journal `{}` is written again; {lost} records are missing in it", self.path.display());
                }
                frames.clear();
                if frames.capacity() <= SPARE_BYTES_MAX {
                    self.queue().spare = frames;
                }
            }
            Err(unwritten) => {
                let mut queue = self.queue();
                queue.is_closed = true;
                queue.lost = self.lose(&frames[unwritten.whole..]) + self.lose(&queue.frames);
                queue.frames.clear();
                queue.turn += 1;
                let is_news = !self.is_degraded.swap(true, Ordering::Relaxed);
                if is_news {
                    queue.since_ms = now_ms();
                }
                drop(queue);
                self.news[(turn + 1) % 2].notify_waiters();
                if is_news {
                    self.complain(&unwritten.error);
                }
            }
        }
        self.news[turn % 2].notify_waiters();
    }

    /// Counts the records that are lost with frames. Gives how many are missing with those that gaps speak of, which
    /// were counted before.
    fn lose(&self, frames: &[u8]) -> u64 {
        let (records, missing) = codec::lost_with(frames);
        self.lost.fetch_add(records, Ordering::Relaxed);
        missing
    }

    fn complain(&self, error: &io::Error) {
        error!(
            "the journal `{}` cannot be written: {error}. Requests are answered all the same, without a record in the \
             file; it is tried again every {} s",
            self.path.display(),
            limit::JOURNAL_RETRY.as_secs()
        );
    }

    /// Waits until there is room again, and lets records be queued then, behind a note of how many are missing.
    async fn reopen(self: &Arc<Self>) {
        loop {
            sleep(limit::JOURNAL_RETRY).await;
            let ledger = Arc::clone(self);
            if matches!(spawn_blocking(move || ledger.disk().probe()).await, Ok(Ok(()))) {
                break;
            }
        }
        let mut queue = self.queue();
        let gap = Noted::Gap { lost: queue.lost, since_ms: queue.since_ms, until_ms: now_ms() };
        queue.frames = codec::note(&gap);
        queue.is_closed = false;
        queue.lost = 0;
    }
}

fn millis(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
