//! `mimeo usage`: what clients depend on, from their snapshots.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{
    Ending,
    clients::{Clients, descriptions},
    screen::Screen,
};
use crate::{report, usage::survey};

#[derive(Debug, Args)]
pub(super) struct UsageArgs {
    /// Snapshots of clients
    #[arg(required = true, value_name = "SNAPSHOT")]
    snapshots: Vec<PathBuf>,
    /// The descriptions that they are held against, to see how much of them is used; may be repeated
    #[arg(long = "spec", value_name = "FILE|FOLDER")]
    specs: Vec<PathBuf>,
    /// How to write it
    #[arg(short, long, value_enum, default_value_t = UsageFormat::Text)]
    format: UsageFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum UsageFormat {
    /// A few lines for each operation
    Text,
    /// One JSON document
    Json,
    /// Tables
    #[value(alias = "md")]
    Markdown,
}

pub(super) fn run(args: &UsageArgs, screen: Screen) -> anyhow::Result<Ending> {
    let clients = Clients::read(&args.snapshots, screen)?;
    let described = descriptions(&args.specs)?;
    let contracts: Vec<_> = described.iter().filter_map(|it| it.contract.as_deref()).collect();
    let usage = survey(&clients.list(), &contracts);
    screen.out(&match args.format {
        UsageFormat::Text => report::text_usage(&usage),
        UsageFormat::Json => report::json_usage(&usage),
        UsageFormat::Markdown => report::markdown_usage(&usage),
    });
    Ok(Ending::Done)
}
