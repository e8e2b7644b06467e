//! The wish to stop: Ctrl-C, or SIGTERM from whoever supervises the process.

use std::{future::Future, io};

/// A future that is done when the process is told to stop. Signals count from the call on, not from the first poll.
#[cfg(unix)]
pub fn stopped() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => (),
            _ = terminate.recv() => (),
        }
    })
}

/// Lets a write beyond the size that files may have (`ulimit -f`) fail, as one to a full disk does, instead of ending the
/// process.
#[cfg(unix)]
pub fn survive_file_limit() {
    use tokio::signal::unix::{SignalKind, signal};
    // SIGXFSZ: the same number on Linux, the BSDs and macOS. A handler stays once it is there.
    const TOO_LARGE: i32 = 25;
    if let Err(fault) = signal(SignalKind::from_raw(TOO_LARGE)) {
        tracing::debug!("a file that grows too large ends the process: {fault}");
    }
}

/// There is no such limit.
#[cfg(not(unix))]
pub fn survive_file_limit() {}

/// A future that is done when the process is told to stop.
#[cfg(not(unix))]
pub fn stopped() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}
