//! Puts the values of the file under the flags and environment variables: they become the defaults of the arguments.

use std::{env, ffi::OsString, iter};

use clap::{ArgMatches, Command, CommandFactory, FromArgMatches, error::ErrorKind};
use serde_json::Value;

use super::{
    load::Config,
    settings::{Kind, SETTINGS, Setting},
};
use crate::{
    cli::args::{Args, ConfigArgs},
    finding::{Code, Finding},
    form::in_order,
    shell::ReadError,
};

/// What the arguments say, with everything that stands behind them.
pub(crate) struct Parsed {
    /// The arguments.
    pub(crate) args: Args,
    /// The file.
    pub(crate) config: Config,
}

/// Why there are no arguments.
pub(crate) enum Unparsed {
    /// They make no sense, or ask for help.
    Arguments(Box<clap::Error>),
    /// The file cannot be read.
    Unread(ReadError),
    /// The file has faults.
    Broken(Config),
}

impl From<clap::Error> for Unparsed {
    fn from(error: clap::Error) -> Self {
        Self::Arguments(Box::new(error))
    }
}

/// Commands that need no setting: they run whatever the file says.
const APART: &[&str] = &["completions", "config", "init", "schema"];

/// Reads arguments; what they leave open is taken from the environment, then from the file.
pub(crate) fn parse(words: &[OsString]) -> Result<Parsed, Unparsed> {
    let base = Args::command();
    let matches = base.clone().try_get_matches_from(words)?;
    let name = matches.subcommand_name().unwrap_or_default();
    let config = match ConfigArgs::from_arg_matches(&matches) {
        Ok(args) if !APART.contains(&name) => usable(&base, &args)?,
        _ => Config::default(),
    };
    let matches = over(&base, &config, words)?;
    let args = Args::from_arg_matches(&matches)?;
    if let Some(missing) = args.missing() {
        let mut base = base;
        base.build();
        let said = format!(
            "the following required arguments were not provided:\n  {missing}\n\nIn {} they can be given once for all commands",
            super::load::NAME
        );
        let command = base.find_subcommand_mut(name);
        return Err(command.map(|it| it.error(ErrorKind::MissingRequiredArgument, said)).map_or_else(
            || Unparsed::Unread(ReadError("arguments are missing".to_owned())),
            Unparsed::from,
        ));
    }
    Ok(Parsed { args, config })
}

/// The file that the arguments mean, if it can be used.
pub(super) fn usable(base: &Command, args: &ConfigArgs) -> Result<Config, Unparsed> {
    let mut config = Config::load(args).map_err(Unparsed::Unread)?;
    judge(base, &mut config);
    if config.is_broken() { Err(Unparsed::Broken(config)) } else { Ok(config) }
}

/// The arguments over a file.
fn over(base: &Command, config: &Config, words: &[OsString]) -> Result<ArgMatches, clap::Error> {
    under(base.clone(), config).try_get_matches_from(words)
}

/// Gives the arguments of all commands the values that stand behind them as defaults.
fn under(mut command: Command, config: &Config) -> Command {
    for setting in SETTINGS {
        let Some(words) = from_environment(setting).or_else(|| from_file(setting, config)) else { continue };
        let names = commands(&command, setting);
        for name in names {
            // All arguments are gone through, as changing one of them by its name moves it to the end.
            command = command.mut_subcommand(name, |it| {
                it.mut_args(|argument| match argument.get_id() == setting.argument {
                    true => argument.default_values(words.iter().cloned()),
                    false => argument,
                })
            });
        }
    }
    command
}

/// The commands that have a setting.
pub(super) fn commands(command: &Command, setting: &Setting) -> Vec<String> {
    let having = command.get_subcommands().filter(|it| setting.is_of(it));
    having.map(|it| it.get_name().to_owned()).collect()
}

/// Lists in the environment; everything else is read there by the arguments themselves.
pub(super) fn from_environment(setting: &Setting) -> Option<Vec<OsString>> {
    let Kind::Paths(variable) = setting.kind else { return None };
    let list = env::var_os(variable).filter(|it| !it.is_empty())?;
    Some(env::split_paths(&list).map(OsString::from).collect())
}

/// The value in the file, as words of a command line.
pub(super) fn from_file(setting: &Setting, config: &Config) -> Option<Vec<OsString>> {
    let value = config.value(setting)?;
    let items = match value {
        Value::Array(items) => items.as_slice(),
        one => std::slice::from_ref(one),
    };
    let word = |value: &Value| match (value, setting.kind) {
        (Value::String(text), Kind::Path | Kind::Paths(_)) => config.path(text).into_os_string(),
        (Value::String(text), _) => text.into(),
        (other, _) => other.to_string().into(),
    };
    Some(items.iter().map(word).collect())
}

/// Judges the values of the file as the arguments do, each at its place, where its schema found nothing.
pub(super) fn judge(base: &Command, config: &mut Config) {
    if config.is_broken() {
        return;
    }
    for setting in SETTINGS {
        let (Some(words), Some(name)) = (from_file(setting, config), commands(base, setting).into_iter().next()) else {
            continue;
        };
        let command = base.find_subcommand(&name).cloned().unwrap_or_default();
        let Some(argument) = setting.argument_of(&command) else { continue };
        // The argument alone: what else the command asks for does not matter.
        let alone = Command::new("mimeo").disable_help_flag(true).arg(argument.clone().required(false));
        let flag = argument.get_long().map(|long| format!("--{long}="));
        let line = words.iter().map(|word| match &flag {
            Some(flag) => [OsString::from(flag), word.clone()].into_iter().collect::<OsString>(),
            None => word.clone(),
        });
        let line: Vec<OsString> = iter::once("mimeo".into()).chain(line).collect();
        if let Err(error) = alone.try_get_matches_from(line) {
            let why = std::error::Error::source(&error).map_or_else(|| plain(&error), ToString::to_string);
            let message = format!("`{}` cannot have this value: {why}", setting.key);
            config.findings.push(Finding::error(Code::BAD_VALUE, config.place(setting), message));
        }
    }
    in_order(&mut config.findings);
}

/// The first line of an error.
fn plain(error: &clap::Error) -> String {
    let text = error.to_string();
    text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned()
}
