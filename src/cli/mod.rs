//! The command line: arguments as typed, then valid settings, then one file a command.

mod args;
mod check;
mod clients;
mod config;
mod diff;
mod export;
mod import;
mod init;
mod journal;
mod mock;
mod output;
mod proxy;
mod routes;
mod run;
mod schema;
mod screen;
mod serving;
mod size;
mod snapshot;
mod usage;

use std::process::ExitCode;

use clap::{
    CommandFactory,
    error::{ContextKind, ContextValue, ErrorKind},
};

use args::{Args, Command};
use config::{Parsed, Unparsed};
use screen::Screen;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    /// As wished.
    Done,
    /// Findings.
    Findings,
    /// With this exit code.
    Code(u8),
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
    let screen = Screen;
    let words: Vec<_> = std::env::args_os().collect();
    let Parsed { args, config } = match config::parse(&words) {
        Ok(parsed) => parsed,
        Err(Unparsed::Arguments(error)) => return ExitCode::from(usage(&error)),
        Err(Unparsed::Unread(error)) => return failed(&error.into(), screen),
        Err(Unparsed::Broken(config)) => return failed(&config::broken(&config, screen), screen),
    };
    let ended = match args.command {
        Command::Mock(args) => mock::run(&args, screen),
        Command::Proxy(args) => proxy::run(&args, screen),
        Command::Check(args) => check::run(&args, screen),
        Command::Diff(args) => diff::run(&args, screen),
        Command::Usage(args) => usage::run(&args, screen),
        Command::Export(args) => export::run(&args, screen),
        Command::Import(args) => import::run(&args, &config, screen),
        Command::Routes(args) => routes::run(&args, screen),
        Command::Run(args) => run::run(&args, &config, screen),
        Command::Snapshot(command) => snapshot::run(command, screen),
        Command::Init(args) => init::run(&args, screen),
        Command::Config(command) => config::run(command, args.config, screen),
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
        Ok(Ending::Code(code)) => ExitCode::from(code),
        Err(error) => failed(&error, screen),
    }
}

/// Says what is wrong with arguments, or the help that they ask for; the exit code.
fn usage(error: &clap::Error) -> u8 {
    let _ = error.print();
    if let Some(name) = variable(error) {
        Screen.err(&format!("That value comes from the environment variable {name}.\n"));
    }
    let helped = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    if helped { 0 } else { USAGE }
}

/// The environment variable that a value comes from which is not valid: it is not among the words that were typed.
fn variable(error: &clap::Error) -> Option<String> {
    let context = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.as_str()),
        _ => None,
    };
    let flag = context(ContextKind::InvalidArg)?.split([' ', '[', '=']).next()?;
    let value = context(ContextKind::InvalidValue)?;
    let is_typed = std::env::args_os().any(|word| word.to_string_lossy().split('=').next() == Some(flag));
    let command = Args::command();
    let named = command.get_subcommands().flat_map(clap::Command::get_arguments).find_map(|argument| {
        let is_it = argument.get_long().is_some_and(|long| flag.strip_prefix("--") == Some(long));
        argument.get_env().filter(|_| is_it)
    })?;
    let is_set = std::env::var_os(named).is_some_and(|set| set == value);
    (is_set && !is_typed).then(|| named.to_string_lossy().into_owned())
}

/// Says why a command could not run.
fn failed(error: &anyhow::Error, screen: Screen) -> ExitCode {
    screen.err(&format!("error: {error:#}\n"));
    ExitCode::from(COULD_NOT_RUN)
}
