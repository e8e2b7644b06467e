//! Arguments as typed. The names that Prism's users know are kept, `-h` for the host among them.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

use super::journal::{JournalArgs, ReadJournalArgs};
use super::{config::ConfigCommand, init::InitArgs, run::RunArgs, size::body_size, snapshot::SnapshotCommand};
use crate::{
    limit,
    shell::{AdminToken, UpstreamUrl},
};

/// Stands in for an HTTP API from nothing but its OpenAPI description.
#[derive(Debug, Parser)]
#[command(name = "mimeo", version, about, max_term_width = 100)]
pub(super) struct Args {
    #[command(subcommand)]
    pub(super) command: Command,
    #[command(flatten)]
    pub(super) config: ConfigArgs,
}

impl Args {
    /// A required argument that neither the command line nor a setting gives.
    pub(super) fn missing(&self) -> Option<&'static str> {
        let paths = match &self.command {
            Command::Mock(args) => &args.description.paths,
            Command::Check(args) => &args.description.paths,
            Command::Routes(args) => &args.description.paths,
            Command::Run(args) => &args.description.paths,
            Command::Proxy(args) => {
                return match args.sides() {
                    (paths, _) if paths.is_empty() => Some("<FILE|FOLDER>"),
                    (_, None) => Some("<UPSTREAM>"),
                    _ => None,
                };
            }
            _ => return None,
        };
        paths.is_empty().then_some("<FILE|FOLDER>...")
    }
}

/// Where settings are read.
#[derive(Clone, Debug, ClapArgs)]
pub(super) struct ConfigArgs {
    /// Read settings from this file instead of the nearest mimeo.yaml
    #[arg(long = "config", id = "config_file", value_name = "FILE", env = "MIMEO_CONFIG", global = true)]
    pub(super) file: Option<PathBuf>,
    /// Read settings from no file
    #[arg(long = "no-config", id = "config_none", global = true)]
    pub(super) none: bool,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Serve mocks of the described APIs
    Mock(MockArgs),
    /// Pass requests on to a server, and judge them and its answers
    Proxy(ProxyArgs),
    /// Report everything that is wrong with descriptions
    Check(CheckArgs),
    /// Say what changed between two versions, and whom it can break
    Diff(super::diff::DiffArgs),
    /// Show what clients depend on, from their snapshots
    Usage(super::usage::UsageArgs),
    /// Make a snapshot of a recording of another tool
    Import(super::import::ImportArgs),
    /// Write a snapshot as a file of another tool
    Export(super::export::ExportArgs),
    /// List operations and where their answers come from
    Routes(RoutesArgs),
    /// Run a client's own command against a mock, and see how the client behaves
    Run(RunArgs),
    /// Look at what clients were seen to do
    #[command(subcommand)]
    Snapshot(SnapshotCommand),
    /// Write a start that runs: settings, a description, a scenario
    Init(InitArgs),
    /// Show settings and where they come from
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Show what a journal's file holds, or verify it
    Journal(ReadJournalArgs),
    /// Print the JSON Schema of a file that people write
    Schema {
        /// Which file
        #[arg(value_enum)]
        of: SchemaKind,
    },
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// Files that have a JSON Schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum SchemaKind {
    /// A scenario
    Scenario,
    /// mimeo.yaml
    Config,
}

/// What to read.
#[derive(Debug, ClapArgs)]
pub(super) struct DescriptionArgs {
    /// OpenAPI or Swagger descriptions, or folders of them
    #[arg(value_name = "FILE|FOLDER")]
    pub(super) paths: Vec<PathBuf>,
    /// Let references read below this folder instead of that of each description
    #[arg(long, value_name = "FOLDER", env = "MIMEO_ROOT")]
    pub(super) root: Option<PathBuf>,
    /// Apply an OpenAPI Overlay; may be repeated
    #[arg(long = "overlay", value_name = "FILE")]
    pub(super) overlays: Vec<PathBuf>,
}

#[derive(Debug, ClapArgs)]
#[command(disable_help_flag = true)]
pub(super) struct MockArgs {
    #[command(flatten)]
    pub(super) description: DescriptionArgs,
    #[command(flatten)]
    pub(super) serving: ServingArgs,
    #[command(flatten)]
    pub(super) behaviour: BehaviourArgs,
}

/// How a mock behaves.
#[derive(Debug, ClapArgs)]
pub(super) struct BehaviourArgs {
    /// Switch a scenario on for every session from its start
    #[arg(long, value_name = "NAME", env = "MIMEO_SCENARIO")]
    pub(super) scenario: Option<String>,
    /// Read scenarios from a file or a folder; may be repeated
    #[arg(long, value_name = "FILE|FOLDER")]
    pub(super) scenarios: Vec<PathBuf>,
    /// Answer 500 with the findings where an answer breaks its own description
    #[arg(long, num_args = 0..=1, require_equals = true, default_value_t = false, default_missing_value = "true", action = clap::ArgAction::Set, env = "MIMEO_ERRORS")]
    pub(super) errors: bool,
    /// How strict to be with credentials
    #[arg(long, value_enum, default_value_t = AuthArg::Strict, value_name = "STRICTNESS", env = "MIMEO_AUTH")]
    pub(super) auth: AuthArg,
    /// Make varied bodies from the schemas instead of serving examples
    #[arg(short, long, num_args = 0..=1, require_equals = true, default_value_t = false, default_missing_value = "true", action = clap::ArgAction::Set, env = "MIMEO_DYNAMIC")]
    pub(super) dynamic: bool,
    /// Make bodies from the schemas even where there are examples
    #[arg(long, alias = "ignoreExamples", num_args = 0..=1, require_equals = true, default_value_t = false, default_missing_value = "true", action = clap::ArgAction::Set, env = "MIMEO_IGNORE_EXAMPLES")]
    pub(super) ignore_examples: bool,
    /// Accepted for Prism's sake: mimeo only fills in described properties
    #[arg(long = "json-schema-faker-fillProperties", hide = true, num_args = 0..=1, default_missing_value = "true")]
    pub(super) fill_properties: Option<bool>,
}

#[derive(Debug, ClapArgs)]
#[command(disable_help_flag = true, override_usage = "mimeo proxy [OPTIONS] <FILE|FOLDER> <UPSTREAM>")]
pub(super) struct ProxyArgs {
    #[arg(value_name = "FILE|FOLDER", help = "OpenAPI or Swagger description, or a folder of them [env: MIMEO_SPECS]")]
    path: Option<PathBuf>,
    /// The descriptions of the settings, where none is named
    #[arg(long = "specs", hide = true)]
    paths: Vec<PathBuf>,
    /// Address of the server to which requests are passed on, such as `http://localhost:3000/v1`
    #[arg(value_name = "UPSTREAM", env = "MIMEO_UPSTREAM")]
    upstream: Option<UpstreamUrl>,
    /// Let references read below this folder instead of that of each description
    #[arg(long, value_name = "FOLDER", env = "MIMEO_ROOT")]
    pub(super) root: Option<PathBuf>,
    /// Apply an OpenAPI Overlay; may be repeated
    #[arg(long = "overlay", value_name = "FILE")]
    pub(super) overlays: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) serving: ServingArgs,
    /// Refuse requests that break the description, and answer 500 instead of answers that do
    #[arg(long, num_args = 0..=1, require_equals = true, default_value_t = false, default_missing_value = "true", action = clap::ArgAction::Set, env = "MIMEO_ERRORS")]
    pub(super) errors: bool,
    /// Judge requests, not only answers
    #[arg(long, alias = "validateRequest", num_args = 0..=1, require_equals = true, default_value_t = true, default_missing_value = "true", action = clap::ArgAction::Set, env = "MIMEO_VALIDATE_REQUEST")]
    pub(super) validate_request: bool,
    /// Time for the upstream to answer, in seconds
    #[arg(long, default_value_t = limit::UPSTREAM_TIMEOUT.as_secs(), value_name = "SECONDS", env = "MIMEO_UPSTREAM_TIMEOUT", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub(super) upstream_timeout: u64,
    /// Known from Prism, and refused: mimeo does not reach the upstream through another proxy
    #[arg(long, alias = "upstreamProxy", hide = true, value_name = "URL", value_parser = no_upstream_proxy)]
    pub(super) upstream_proxy: Option<String>,
}

impl ProxyArgs {
    /// The descriptions, and the upstream. A single address is the upstream, which no file is called like.
    pub(super) fn sides(&self) -> (Vec<PathBuf>, Option<UpstreamUrl>) {
        let address = self.path.as_ref().and_then(|path| path.to_str()?.parse().ok());
        match (&self.path, address) {
            (_, Some(address)) => (self.paths.clone(), Some(address)),
            (Some(path), None) => (vec![path.clone()], self.upstream.clone()),
            (None, None) => (self.paths.clone(), self.upstream.clone()),
        }
    }
}

fn no_upstream_proxy(_: &str) -> Result<String, &'static str> {
    Err("mimeo reaches the upstream directly, not through another proxy: leave the flag out")
}

/// How messages are exchanged.
#[derive(Debug, ClapArgs)]
pub(super) struct ExchangeArgs {
    /// Answer CORS preflights and allow every origin
    #[arg(long, num_args = 0..=1, require_equals = true, default_value_t = true, default_missing_value = "true", action = clap::ArgAction::Set, env = "MIMEO_CORS")]
    pub(super) cors: bool,
    /// Seed of varied values: a number or any text; the same seed gives the same values
    #[arg(long, default_value = "0", env = "MIMEO_SEED")]
    pub(super) seed: String,
    /// Largest body of a message, in bytes, or with k, m or g for KiB, MiB, GiB
    #[arg(long, default_value = "10m", value_name = "SIZE", value_parser = body_size, env = "MIMEO_BODY_MAX")]
    pub(super) body_max: usize,
}

/// What is logged, and how.
#[derive(Debug, ClapArgs)]
pub(super) struct LogArgs {
    /// How much to log: error, warn, info, debug, trace, off [default: info on a terminal, else warn]
    #[arg(short = 'v', long = "log", alias = "verboseLevel", id = "log", value_name = "LEVEL", env = "MIMEO_LOG")]
    pub(super) level: Option<String>,
    /// How to write the log
    #[arg(long = "log-format", id = "log_format", value_enum, default_value_t = LogFormatArg::Text, value_name = "FORMAT", env = "MIMEO_LOG_FORMAT")]
    pub(super) format: LogFormatArg,
}

/// How any server serves.
#[derive(Debug, ClapArgs)]
pub(super) struct ServingArgs {
    /// Port to listen on; 0 takes any that is free
    #[arg(short, long, default_value_t = 4010, env = "MIMEO_PORT")]
    pub(super) port: u16,
    /// Host to listen on
    #[arg(short = 'h', long, default_value = "127.0.0.1", env = "MIMEO_HOST")]
    pub(super) host: String,
    #[command(flatten)]
    pub(super) exchange: ExchangeArgs,
    /// Read the description again when one of its files changes
    #[arg(long, num_args = 0..=1, require_equals = true, default_value_t = true, default_missing_value = "true", action = clap::ArgAction::Set, env = "MIMEO_WATCH")]
    pub(super) watch: bool,
    #[command(flatten)]
    pub(super) log: LogArgs,
    /// What callers of the admin API must send as a bearer token; without one, only this machine may use it
    #[arg(long, value_name = "TOKEN", env = "MIMEO_ADMIN_TOKEN", hide_env_values = true, value_parser = AdminToken::new)]
    pub(super) admin_token: Option<AdminToken>,
    /// Serve the admin API on a port of its own; 0 takes any that is free
    #[arg(long, value_name = "PORT", env = "MIMEO_ADMIN_PORT")]
    pub(super) admin_port: Option<u16>,
    #[command(flatten)]
    pub(super) journal: JournalArgs,
    /// Accepted for Prism's sake: mimeo always uses all cores
    #[arg(short, long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(super) multiprocess: Option<bool>,
    /// Print help
    #[arg(long, action = clap::ArgAction::Help)]
    pub(super) help: Option<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum AuthArg {
    /// Tokens of schemes that issue them must have been issued in the session
    Strict,
    /// Any token of the right form is taken, but none that is over
    Lenient,
    /// Credentials are not looked at
    Off,
}

impl From<AuthArg> for crate::mock::Auth {
    fn from(arg: AuthArg) -> Self {
        match arg {
            AuthArg::Strict => Self::Strict,
            AuthArg::Lenient => Self::Lenient,
            AuthArg::Off => Self::Off,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum LogFormatArg {
    Text,
    Json,
}

#[derive(Debug, ClapArgs)]
pub(super) struct CheckArgs {
    #[command(flatten)]
    pub(super) description: DescriptionArgs,
    /// Check scenarios, from a file or a folder, against the descriptions; may be repeated
    #[arg(long, value_name = "FILE|FOLDER")]
    pub(super) scenarios: Vec<PathBuf>,
    /// How to write the findings
    #[arg(long, value_enum, default_value_t = CheckFormat::Text)]
    pub(super) format: CheckFormat,
    /// The least severity that makes the exit code 1
    #[arg(long, value_enum, default_value_t = FailOn::Error, value_name = "SEVERITY", env = "MIMEO_CHECK_FAIL_ON")]
    pub(super) fail_on: FailOn,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum CheckFormat {
    /// With the lines in question
    Text,
    /// One JSON document
    Json,
    /// Workflow commands for GitHub
    Github,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum FailOn {
    Error,
    Warning,
    Note,
}

#[derive(Debug, ClapArgs)]
pub(super) struct RoutesArgs {
    #[command(flatten)]
    pub(super) description: DescriptionArgs,
    /// How to write the list
    #[arg(long, value_enum, default_value_t = RoutesFormat::Text)]
    pub(super) format: RoutesFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum RoutesFormat {
    /// A table
    Text,
    /// One JSON document
    Json,
}

impl From<&DescriptionArgs> for crate::shell::Description {
    fn from(args: &DescriptionArgs) -> Self {
        let (paths, root, overlays) = (args.paths.clone(), args.root.clone(), args.overlays.clone());
        Self { paths, root, overlays, scenarios: Vec::new() }
    }
}

impl From<&ProxyArgs> for crate::shell::Description {
    fn from(args: &ProxyArgs) -> Self {
        let (paths, root, overlays) = (args.sides().0, args.root.clone(), args.overlays.clone());
        Self { paths, root, overlays, scenarios: Vec::new() }
    }
}
