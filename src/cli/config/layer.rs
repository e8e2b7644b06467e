//! Puts the values of the file under the flags and environment variables: they become the defaults of the arguments.

use std::{env, ffi::OsString, iter};

use clap::{
    Arg, ArgMatches, Command, CommandFactory, FromArgMatches,
    builder::Resettable,
    error::{ContextKind, ContextValue, ErrorKind},
};
use serde_json::Value;

use super::{
    load::Config,
    settings::{Kind, SETTINGS, Setting},
};
use crate::{
    cli::args::{Args, Command as Chosen, ConfigArgs},
    finding::{Code, Finding},
    form::in_order,
    openapi::{DocId, Location},
    shell::{Description, ReadError},
    snapshot::Rules,
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
    let base = with_named_lists(without_empty_variables(Args::command()));
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
        return Err(command
            .map(|it| it.error(ErrorKind::MissingRequiredArgument, said))
            .map_or_else(|| Unparsed::Unread(ReadError("arguments are missing".to_owned())), Unparsed::from));
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

/// The descriptions that commands take which go by the file, and by the environment; `None` if neither names any.
pub(super) fn described(config: &Config) -> Option<Description> {
    let base = without_empty_variables(Args::command());
    let matches = over(&base, config, &["mimeo", "check"].map(OsString::from)).ok()?;
    match Args::from_arg_matches(&matches).ok()?.command {
        Chosen::Check(args) => Some(Description::from(&args.description)).filter(|what| !what.paths.is_empty()),
        _ => None,
    }
}

/// Gives the arguments of all commands the values that stand behind them as defaults.
fn under(mut command: Command, config: &Config) -> Command {
    for setting in SETTINGS {
        let Some(words) = from_environment(setting).or_else(|| from_file(setting, config)) else { continue };
        let names = commands(&command, setting);
        for name in names {
            // All arguments are gone through, as changing one of them by its name moves it to the end.
            command = command.mut_subcommand(name, |it| {
                it.mut_args(|argument| {
                    let is_meant = argument.get_id() == setting.argument;
                    if is_meant { argument.default_values(words.iter().cloned()) } else { argument }
                })
            });
        }
    }
    command
}

/// Lets an empty environment variable be none: pipelines set variables that have no value.
pub(super) fn without_empty_variables(mut command: Command) -> Command {
    let names: Vec<String> = command.get_subcommands().map(|it| it.get_name().to_owned()).collect();
    let is_empty = |argument: &Arg| {
        argument.get_env().is_some_and(|variable| env::var_os(variable).is_some_and(|value| value.is_empty()))
    };
    for name in names {
        command = command.mut_subcommand(name, |it| {
            it.mut_args(|argument| if is_empty(&argument) { argument.env(Resettable::Reset) } else { argument })
        });
    }
    command
}

/// Names the variables of lists in the help, where the arguments name those of everything else themselves.
fn with_named_lists(mut command: Command) -> Command {
    for setting in SETTINGS {
        let Kind::Paths(variable) = setting.kind else { continue };
        for name in commands(&command, setting) {
            command = command.mut_subcommand(name, |it| {
                it.mut_args(|argument| match argument.get_help() {
                    Some(help) if argument.get_id() == setting.argument => {
                        let help = format!("{help} [env: {variable}]");
                        argument.help(help)
                    }
                    _ => argument,
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
        if let Some(why) = fault(setting, argument, &words) {
            let message = format!("`{}` cannot have this value: {why}", setting.key);
            config.findings.push(Finding::error(Code::BAD_VALUE, config.place(setting), message));
        }
    }
    // What is no rule at all has been said of its schema.
    for idle in config.section::<Rules>("/snapshot").unwrap_or_default().idle() {
        let place = config.documents.place(&Location::new(DocId::ENTRY, format!("/snapshot{}", idle.pointer)));
        config.findings.push(Finding::error(Code::BAD_VALUE, place, idle.message).help(idle.help));
    }
    in_order(&mut config.findings);
}

/// Why an argument cannot have a value, if it cannot.
pub(super) fn fault(setting: &Setting, argument: &Arg, words: &[OsString]) -> Option<String> {
    // The argument alone: what else the command asks for does not matter.
    let alone = Command::new("mimeo").disable_help_flag(true).arg(argument.clone().required(false));
    let flag = argument.get_long().map(|long| format!("--{long}="));
    let line = words.iter().map(|word| match &flag {
        Some(flag) => [OsString::from(flag), word.clone()].into_iter().collect::<OsString>(),
        None => word.clone(),
    });
    let line: Vec<OsString> = iter::once("mimeo".into()).chain(line).collect();
    let error = alone.try_get_matches_from(line).err()?;
    if setting.kind == Kind::Choice
        && let Some(ContextValue::Strings(valid)) = error.get(ContextKind::ValidValue)
    {
        return Some(format!("it is one of {}", valid.join(", ")));
    }
    Some(std::error::Error::source(&error).map_or_else(|| plain(&error), ToString::to_string))
}

/// The first line of an error.
fn plain(error: &clap::Error) -> String {
    let text = error.to_string();
    text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::parser::ValueSource;

    use super::*;
    use crate::{
        cli::config::file::json_schema,
        openapi::{Document, Documents},
    };

    fn config(tree: Value) -> Config {
        Config {
            documents: std::sync::Arc::new(Documents::new(vec![Document::from_value("mimeo.yaml", tree)])),
            ..Config::default()
        }
    }

    /// A value that fits the setting and is not its default.
    fn sample(setting: &Setting) -> Value {
        match (setting.key, setting.kind) {
            ("proxy.upstream", _) => "http://localhost:1".into(),
            ("run.snapshot", _) => "a.snap".into(),
            ("admin.token", _) => "long-enough".into(),
            ("body-max" | "journal-max", _) => "5m".into(),
            ("auth", _) => "off".into(),
            ("log-format", _) => "json".into(),
            ("snapshot.redact" | "snapshot.keep" | "snapshot.ignore", _) => serde_json::json!([{ "query": "a" }]),
            ("check.fail-on", _) => "note".into(),
            ("run.fail-on", _) => "never".into(),
            ("run.update", _) => "always".into(),
            ("run.format", _) => "junit".into(),
            ("snapshot.order", _) => "set".into(),
            ("diff.fail-on" | "diff.level", _) => "WARN".into(),
            ("diff.format", _) => "html".into(),
            ("cors" | "watch" | "proxy.validate-request", _) => false.into(),
            (_, Kind::Flag) => true.into(),
            (_, Kind::Number) => 7.into(),
            (_, Kind::Paths(_)) => vec!["a", "b"].into(),
            _ => "a".into(),
        }
    }

    /// The value of a setting as a tree.
    fn tree(setting: &Setting) -> Value {
        setting.key.rsplit('.').fold(sample(setting), |inner, key| serde_json::json!({ key: inner }))
    }

    /// Every setting that mirrors an argument is honoured by every command that has the argument.
    #[test]
    fn every_command_goes_by_the_file() {
        let base = Args::command();
        for setting in SETTINGS.iter().filter(|it| !it.argument.is_empty()) {
            let names = commands(&base, setting);
            assert!(!names.is_empty(), "no command has {}", setting.key);
            let mut config = config(tree(setting));
            judge(&base, &mut config);
            assert!(config.findings.is_empty(), "{:?}", config.findings);
            for name in names {
                let mut words: Vec<OsString> = vec!["mimeo".into(), name.clone().into()];
                match name.as_str() {
                    "run" => words.extend(["--".into(), "true".into()]),
                    "diff" => words.extend(["old".into(), "new".into()]),
                    _ => (),
                }
                let matches = over(&base, &config, &words).unwrap_or_else(|error| panic!("{}: {error}", setting.key));
                let (_, own) = matches.subcommand().unwrap();
                if env::vars_os().any(|(variable, _)| variable.to_string_lossy().starts_with("MIMEO_")) {
                    continue;
                }
                assert_eq!(
                    own.value_source(setting.argument),
                    Some(ValueSource::DefaultValue),
                    "{name} {}",
                    setting.key
                );
                let found: Vec<OsString> =
                    own.get_raw(setting.argument).into_iter().flatten().map(ToOwned::to_owned).collect();
                assert_eq!(Some(found), from_file(setting, &config), "{name} {}", setting.key);
                Args::from_arg_matches(&matches).unwrap();
            }
        }
    }

    fn leaves(schema: &Value, whole: &Value, key: &str, found: &mut BTreeSet<String>) {
        let schema = match schema.get("$ref").and_then(Value::as_str) {
            Some(reference) => whole.pointer(reference.trim_start_matches('#')).unwrap(),
            None => schema,
        };
        match schema.get("properties").and_then(Value::as_object) {
            Some(properties) => {
                for (name, inner) in properties {
                    let dot = if key.is_empty() { "" } else { "." };
                    leaves(inner, whole, &format!("{key}{dot}{name}"), found);
                }
            }
            None => {
                found.insert(key.to_owned());
            }
        }
    }

    #[test]
    fn the_schema_has_the_settings_and_no_others() {
        let (schema, mut found) = (json_schema(), BTreeSet::new());
        leaves(&schema, &schema, "", &mut found);
        let settings: BTreeSet<String> = SETTINGS.iter().map(|setting| setting.key.to_owned()).collect();
        assert_eq!(found, settings);
    }

    /// Whoever adds a flag to a command that goes by the file adds a setting, or says here why not.
    #[test]
    fn every_flag_is_a_setting() {
        // How something is shown is asked for each time, and so is what may be written over; the rest is there for
        // users of Prism.
        let without = ["check format", "routes format", "run force", "proxy paths", "proxy path"];
        let base = Args::command();
        for name in ["mock", "proxy", "check", "routes", "run"] {
            let command = base.find_subcommand(name).unwrap();
            for argument in command.get_arguments().filter(|it| !it.is_hide_set() && !it.is_last_set()) {
                let id = argument.get_id().as_str();
                let is_setting = SETTINGS.iter().any(|it| it.argument == id && it.is_of(command));
                let known = is_setting || id == "help" || without.contains(&&*format!("{name} {id}"));
                assert!(known, "{name} --{id} is no setting");
                let has_variable = argument.get_env().is_some()
                    || SETTINGS.iter().any(|it| it.argument == id && matches!(it.kind, Kind::Paths(_)));
                assert!(!is_setting || has_variable, "{name} --{id} has no environment variable");
            }
        }
    }
}
