//! `mimeo export`: from snapshots to files of other tools.

use std::path::PathBuf;

use anyhow::bail;
use clap::{Args, Subcommand, builder::NonEmptyStringValueParser};

use super::{
    Ending,
    clients::{Clients, descriptions},
    output::ensure_ours,
    screen::Screen,
};
use crate::{
    interchange::pact::{self, Parties},
    limit,
    shell::write_whole,
    usage::bind,
};

#[derive(Debug, Args)]
pub(super) struct ExportArgs {
    #[command(subcommand)]
    to: To,
}

#[derive(Debug, Subcommand)]
enum To {
    /// Write a pact, version 4: what the client expects of the API
    Pact(PactArgs),
}

#[derive(Debug, Args)]
struct PactArgs {
    /// Snapshots of one client
    #[arg(required = true, value_name = "SNAPSHOT")]
    snapshots: Vec<PathBuf>,
    /// The description of the API
    #[arg(long = "spec", value_name = "FILE")]
    spec: PathBuf,
    /// The name of the client
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    consumer: String,
    /// The name of the API [default: its title]
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    provider: Option<String>,
    /// Where to write the pact; without it, on standard output
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Write even in the place of a file that is no pact of mimeo
    #[arg(long, requires = "out")]
    force: bool,
}

pub(super) fn run(args: &ExportArgs, screen: Screen) -> anyhow::Result<Ending> {
    let To::Pact(args) = &args.to;
    if let Some(out) = &args.out {
        ensure_ours(out, limit::DOCUMENT_BYTES_MAX, "pact", pact::is_ours, args.force)?;
    }
    let described = descriptions(std::slice::from_ref(&args.spec))?;
    let [only] = described.as_slice() else { bail!("a pact is with one API: name one description") };
    let Some(contract) = only.contract.as_deref() else { bail!("`{}` is no description", only.name) };
    let clients = Clients::read(&args.snapshots, screen)?;
    let list = clients.list();
    let mut met = Vec::new();
    for client in &list {
        for seen in bind(std::slice::from_ref(client), contract, true) {
            let operation = seen.operation.map(|id| contract.operation(id));
            met.push((client.snapshot, (seen.exchange, operation)));
        }
    }
    if !met.iter().any(|(_, (_, operation))| operation.is_some()) {
        bail!("no snapshot has an exchange with `{}`", contract.api.id);
    }
    let provider = args.provider.as_deref().unwrap_or(&contract.api.title);
    let text = pact::of_clients(Parties { consumer: &args.consumer, provider }, contract, &met);
    match &args.out {
        Some(out) => write_whole(out, &text)?,
        None => screen.out(&text),
    }
    Ok(Ending::Done)
}
