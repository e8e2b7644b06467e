//! The arguments of `mimeo run`.

use std::{ffi::OsString, path::PathBuf};

use clap::{Args as ClapArgs, ValueEnum};

use crate::{
    cli::args::{BehaviourArgs, DescriptionArgs, ExchangeArgs, LogArgs},
    finding::Severity,
    snapshot::Order,
};

#[derive(Debug, ClapArgs)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    pub(crate) description: DescriptionArgs,
    /// Compare what the client does with this snapshot, whose name ends in `.snap`
    #[arg(long, value_name = "FILE", env = "MIMEO_SNAPSHOT", value_parser = snapshot_name)]
    pub(super) snapshot: Option<PathBuf>,
    /// What may be written where the client behaves otherwise; nothing is where CI is set
    #[arg(long, value_enum, default_value_t = UpdateArg::Auto, value_name = "WHAT", env = "MIMEO_UPDATE")]
    pub(super) update: UpdateArg,
    /// Whether the order of exchanges counts [default: as in the stored snapshot, else where no two requests overlap]
    #[arg(long, value_enum, value_name = "ORDER", env = "MIMEO_ORDER")]
    pub(super) order: Option<OrderArg>,
    /// The least severity of what is wrong with requests that makes the exit code 1
    #[arg(long, value_enum, default_value_t = RunFailOn::Error, value_name = "SEVERITY", env = "MIMEO_RUN_FAIL_ON")]
    pub(super) fail_on: RunFailOn,
    /// How to write the report
    #[arg(long, value_enum, default_value_t = RunFormat::Text, env = "MIMEO_RUN_FORMAT")]
    pub(super) format: RunFormat,
    /// Write the report to a file as well; its name says how: `.xml` for JUnit, `.json`, else as --format says
    #[arg(long, value_name = "FILE", env = "MIMEO_RUN_REPORT")]
    pub(super) report: Option<PathBuf>,
    /// Write the report even in the place of a file that is no report of mimeo
    #[arg(long)]
    pub(super) force: bool,
    #[command(flatten)]
    pub(super) behaviour: BehaviourArgs,
    #[command(flatten)]
    pub(super) exchange: ExchangeArgs,
    #[command(flatten)]
    pub(super) log: LogArgs,
    /// The command that runs the client, such as `npm test`; `MIMEO_URL` in its environment is where the mock is
    #[arg(last = true, required = true, value_name = "COMMAND")]
    pub(super) command: Vec<OsString>,
}

fn snapshot_name(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    if path.extension().is_some_and(|it| it == "snap") && path.file_stem().is_some() {
        Ok(path)
    } else {
        Err(format!("the name of a snapshot ends in `.snap`: write {text}.snap"))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum UpdateArg {
    /// What is new or changed waits beside the snapshot, as `.snap.new`, for a review
    Auto,
    /// What is new or changed is taken at once
    Always,
    /// What is recorded for the first time is taken at once, what is changed waits
    New,
    /// Nothing is written
    No,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum OrderArg {
    /// It counts
    Sequence,
    /// It does not
    Set,
}

impl From<OrderArg> for Order {
    fn from(arg: OrderArg) -> Self {
        match arg {
            OrderArg::Sequence => Self::Sequence,
            OrderArg::Set => Self::Set,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RunFailOn {
    Error,
    Warning,
    Never,
}

impl RunFailOn {
    /// True if something of that severity makes the run fail.
    pub(super) fn includes(self, severity: Severity) -> bool {
        match self {
            Self::Error => severity >= Severity::Error,
            Self::Warning => severity >= Severity::Warning,
            Self::Never => false,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RunFormat {
    /// In words, on standard error
    Text,
    /// One JSON document
    Json,
    /// XML as JUnit writes it
    Junit,
}
