//! `mimeo config`: what the settings are and where they come from.

use std::{ffi::OsString, path::PathBuf};

use clap::{Args as ClapArgs, CommandFactory, Subcommand, ValueEnum};

use super::{
    held,
    layer::{Unparsed, judge},
    load::Config,
    show,
};
use crate::{
    cli::{
        Ending, USAGE,
        args::{Args, ConfigArgs},
        screen::Screen,
        usage,
    },
    report::{self, Chapter, Colour},
};

/// What to do about settings.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Show each setting with its value
    Show(ShowArgs),
    /// Report everything that is wrong with mimeo.yaml
    Check {
        /// Another file than the nearest mimeo.yaml
        #[arg(value_name = "FILE")]
        file: Option<PathBuf>,
    },
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ShowArgs {
    /// Say where each value comes from: a flag, an environment variable, a line of a file, or the default
    #[arg(long)]
    pub(super) origin: bool,
    /// How to write the settings
    #[arg(long, value_enum, default_value_t = ShowFormat::Text)]
    pub(super) format: ShowFormat,
    /// The settings as this command would have them, such as `mock --port 0`; its own only
    #[arg(value_name = "COMMAND", trailing_var_arg = true, allow_hyphen_values = true)]
    pub(super) command: Vec<OsString>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ShowFormat {
    /// A line each
    Text,
    /// One JSON document
    Json,
}

pub(crate) fn run(command: ConfigCommand, mut config: ConfigArgs, screen: Screen) -> anyhow::Result<Ending> {
    match command {
        ConfigCommand::Show(args) => match show::show(&args, &config) {
            Ok((text, faults)) => {
                screen.out(&text);
                for fault in &faults {
                    screen.err(&format!("error: {fault}\n"));
                }
                Ok(if faults.is_empty() { Ending::Done } else { Ending::Code(USAGE) })
            }
            Err(Unparsed::Arguments(error)) => Ok(Ending::Code(usage(&error))),
            Err(Unparsed::Unread(error)) => Err(error.into()),
            Err(Unparsed::Broken(config)) => Err(broken(&config, screen)),
        },
        ConfigCommand::Check { file } => {
            config.file = file.or(config.file);
            let mut config = Config::load(&config)?;
            judge(&Args::command(), &mut config);
            held::judge(&mut config);
            let chapter = [Chapter { findings: &config.findings, documents: &config.documents }];
            screen.out(&report::text(&chapter, screen.colour()));
            let name = config.path.as_ref().map_or("there is no mimeo.yaml".to_owned(), |it| it.display().to_string());
            screen.out(&format!("{name}: {}\n", report::summary(&chapter)));
            Ok(if config.is_broken() { Ending::Findings } else { Ending::Done })
        }
    }
}

/// Says what is wrong with a file that cannot be used.
pub(crate) fn broken(config: &Config, screen: Screen) -> anyhow::Error {
    let chapter = [Chapter { findings: &config.findings, documents: &config.documents }];
    screen.err(&report::text(&chapter, Colour::Plain));
    let name = config.path.as_ref().map(|it| it.display().to_string()).unwrap_or_default();
    anyhow::anyhow!("`{name}` cannot be used; --no-config runs without it")
}
