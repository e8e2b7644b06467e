//! A command that runs beside the server, in the same terminal, until it ends.

use std::{ffi::OsString, io, process::ExitStatus};

use tokio::process::Command;

/// A command that is started with variables in its environment.
#[derive(Clone, Debug)]
pub struct ChildSettings {
    /// The program and its arguments.
    pub words: Vec<OsString>,
    /// Variables beside those of this process.
    pub variables: Vec<(String, String)>,
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChildEnd {
    /// Its exit code; 128 and the number of the signal if one killed it.
    pub code: u8,
    /// True if this process was told to stop meanwhile.
    pub was_interrupted: bool,
}

/// The command could not be started.
#[derive(Debug, thiserror::Error)]
#[error("cannot start `{program}`: {}", why(.cause))]
pub struct StartError {
    program: String,
    cause: io::Error,
}

fn why(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => {
            "there is no such program, or none to run it with; is it installed, and in PATH?".to_owned()
        }
        io::ErrorKind::PermissionDenied => "it is no program, or running it is not permitted".to_owned(),
        _ => error.to_string(),
    }
}

impl ChildSettings {
    /// Runs the command, with the input and output of this process, until it ends. What is left of its own children
    /// is not waited for. Signals to stop are passed on to it.
    pub async fn run(&self) -> Result<ChildEnd, StartError> {
        let (program, arguments) = self.words.split_first().map_or((OsString::new(), &[][..]), |(a, b)| (a.clone(), b));
        let fault = |cause| StartError { program: program.to_string_lossy().into_owned(), cause };
        let mut command = Command::new(&program);
        command.args(arguments).envs(self.variables.iter().cloned()).kill_on_drop(true);
        // Signals count from here on: none can come between the start and the first wait.
        let mut told = Told::new().map_err(fault)?;
        let mut child = command.spawn().map_err(fault)?;
        let mut was_interrupted = false;
        loop {
            tokio::select! {
                ended = child.wait() => return Ok(ChildEnd { code: code(ended.map_err(fault)?), was_interrupted }),
                signal = told.next() => {
                    was_interrupted = true;
                    // There is an id as long as the end of the child was not taken note of: nobody else has it.
                    if let Some(id) = child.id() {
                        signal.pass_on(id);
                    }
                }
            }
        }
    }
}

#[cfg(unix)]
fn code(status: ExitStatus) -> u8 {
    use std::os::unix::process::ExitStatusExt;

    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(u8::MAX)
}

#[cfg(not(unix))]
fn code(status: ExitStatus) -> u8 {
    // An exit code that does not fit is still none of success.
    status.code().map_or(u8::MAX, |code| u8::try_from(code).unwrap_or(u8::MAX))
}

#[cfg(unix)]
mod signals {
    use std::io;

    use rustix::process::{Pid, Signal, getpgrp, kill_process};
    use tokio::signal::unix::{Signal as Signals, SignalKind, signal};

    /// What this process is told.
    pub(super) struct Told {
        interrupt: Signals,
        terminate: Signals,
        hang_up: Signals,
    }

    /// A signal that came.
    pub(super) struct Came(Signal);

    impl Told {
        pub(super) fn new() -> io::Result<Self> {
            Ok(Self {
                interrupt: signal(SignalKind::interrupt())?,
                terminate: signal(SignalKind::terminate())?,
                hang_up: signal(SignalKind::hangup())?,
            })
        }

        pub(super) async fn next(&mut self) -> Came {
            tokio::select! {
                _ = self.interrupt.recv() => Came(Signal::INT),
                _ = self.terminate.recv() => Came(Signal::TERM),
                _ = self.hang_up.recv() => Came(Signal::HUP),
            }
        }
    }

    impl Came {
        /// Passes the signal on. Ctrl-C is sent by the terminal to all processes in its foreground: the child has it
        /// already, and many programs take a second one as the wish to die at once.
        pub(super) fn pass_on(&self, id: u32) {
            if self.0 == Signal::INT && is_in_foreground() {
                return;
            }
            if let Some(pid) = i32::try_from(id).ok().and_then(Pid::from_raw) {
                let _ = kill_process(pid, self.0);
            }
        }
    }

    /// True if this process and the child are what a terminal has in its foreground.
    fn is_in_foreground() -> bool {
        let Ok(terminal) = std::fs::File::open("/dev/tty") else { return false };
        rustix::termios::tcgetpgrp(&terminal).is_ok_and(|group| group == getpgrp())
    }
}

#[cfg(not(unix))]
mod signals {
    use std::io;

    /// What this process is told.
    pub(super) struct Told;

    /// Ctrl-C, which the console sends to the child as well.
    pub(super) struct Came;

    impl Told {
        #[expect(clippy::unnecessary_wraps, reason = "as on Unix")]
        pub(super) fn new() -> io::Result<Self> {
            Ok(Self)
        }

        pub(super) async fn next(&mut self) -> Came {
            let _ = tokio::signal::ctrl_c().await;
            Came
        }
    }

    impl Came {
        pub(super) fn pass_on(&self, _: u32) {}
    }
}

use signals::Told;
