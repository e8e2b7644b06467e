//! The command line: arguments as typed, then valid settings, then one file a command.

mod args;
mod check;
mod journal;
mod mock;
mod proxy;
mod routes;
mod schema;
mod screen;
mod serving;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, error::ErrorKind};

use args::{Args, Command};
use screen::Screen;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    /// As wished.
    Done,
    /// Findings.
    Findings,
}

/// Exit code for findings.
const FINDINGS: u8 = 1;
/// Exit code for arguments that make no sense.
const USAGE: u8 = 2;
/// Exit code for a command that could not run.
const COULD_NOT_RUN: u8 = 3;

/// Runs the program with the arguments of this process.
///
/// Exit codes: 0 done, 1 findings, 2 usage, 3 could not run.
pub fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            let _ = error.print();
            let helped = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            return if helped { ExitCode::SUCCESS } else { ExitCode::from(USAGE) };
        }
    };
    let screen = Screen;
    let ended = match args.command {
        Command::Mock(args) => mock::run(&args, screen),
        Command::Proxy(args) => proxy::run(&args, screen),
        Command::Check(args) => check::run(&args, screen),
        Command::Routes(args) => routes::run(&args, screen),
        Command::Journal(args) => journal::run(&args, screen),
        Command::Schema { of } => schema::run(of, screen),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Args::command(), "mimeo", &mut script);
            screen.out(&String::from_utf8_lossy(&script));
            Ok(Ending::Done)
        }
    };
    match ended {
        Ok(Ending::Done) => ExitCode::SUCCESS,
        Ok(Ending::Findings) => ExitCode::from(FINDINGS),
        Err(error) => {
            screen.err(&format!("error: {error:#}\n"));
            ExitCode::from(COULD_NOT_RUN)
        }
    }
}
