//! Each setting, its value, and where it comes from.

use std::{ffi::OsString, fmt::Write as _, iter};

use clap::{Arg, ArgMatches, Command, CommandFactory, FromArgMatches, parser::ValueSource};
use serde_json::{Map, Value, json};

use super::{
    command::{ShowArgs, ShowFormat},
    layer::{Unparsed, commands, fault, from_environment, from_file, usable, without_empty_variables},
    load::Config,
    settings::{Kind, SETTINGS, Setting},
};
use crate::{
    cli::args::{Args, ConfigArgs},
    finding::Place,
};

/// What stands for a secret.
const MASK: &str = "***";

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Origin {
    Flag(String),
    Environment(String),
    File { file: String, line: usize, column: usize },
    Default,
}

/// A setting as it stands.
struct Stand {
    setting: &'static Setting,
    /// `None`: not set, and there is no default.
    value: Option<Value>,
    origin: Origin,
    /// Why it cannot have that value: no command would run with it.
    fault: Option<String>,
}

/// All settings as text or JSON, and what is wrong with those of the environment.
pub(super) fn show(args: &ShowArgs, files: &ConfigArgs) -> Result<(String, Vec<String>), Unparsed> {
    let base = without_empty_variables(Args::command());
    let words: Vec<OsString> = iter::once("mimeo".into()).chain(args.command.iter().cloned()).collect();
    let mut given = None;
    let mut files = files.clone();
    if !args.command.is_empty() {
        let matches = base.clone().try_get_matches_from(&words)?;
        if let Ok(own) = ConfigArgs::from_arg_matches(&matches) {
            files = ConfigArgs { file: own.file.or(files.file), none: own.none || files.none };
        }
        given = matches.subcommand().map(|(name, matches)| (name.to_owned(), matches.clone()));
    }
    let config = usable(&base, &files)?;
    let stands: Vec<Stand> = SETTINGS
        .iter()
        .filter_map(|setting| stand(setting, &base, &config, given.as_ref().map(|(name, it)| (name.as_str(), it))))
        .collect();
    let faults = stands.iter().filter_map(|stand| {
        let (fault, Origin::Environment(variable)) = (stand.fault.as_ref()?, &stand.origin) else { return None };
        let value = written(stand.value.as_ref());
        Some(format!(
            "`{}` cannot be `{value}`, which comes from the environment variable {variable}: {fault}",
            stand.setting.key
        ))
    });
    let faults = faults.collect();
    let shown = match args.format {
        ShowFormat::Text => text(&stands, args.origin),
        ShowFormat::Json => json(&stands, &config),
    };
    Ok((shown, faults))
}

/// How a setting stands, for all commands or for the one that is `given`; `None` if that one does not have it.
fn stand(
    setting: &'static Setting,
    base: &Command,
    config: &Config,
    given: Option<(&str, &ArgMatches)>,
) -> Option<Stand> {
    let names = commands(base, setting);
    let name = match given {
        Some((name, _)) => names.into_iter().find(|it| it == name),
        None => names.into_iter().next(),
    };
    let argument = name.and_then(|name| setting.argument_of(base.find_subcommand(&name)?));
    if given.is_some() && argument.is_none() {
        return None;
    }
    let shown = |words: Vec<OsString>| Some(shown(setting, &words));
    if let (Some((_, matches)), Some(argument)) = (given, argument)
        && matches.value_source(setting.argument) == Some(ValueSource::CommandLine)
    {
        let words = matches.get_raw(setting.argument).into_iter().flatten().map(ToOwned::to_owned).collect();
        return Some(Stand { setting, value: shown(words), origin: Origin::Flag(flag(argument)), fault: None });
    }
    let variable = argument.and_then(|argument| variable(setting, argument));
    let said = from_environment(setting).or_else(|| Some(vec![std::env::var_os(variable.as_deref()?)?]));
    if let (Some(words), Some(variable)) = (said, variable) {
        let fault = argument.and_then(|argument| fault(setting, argument, &words));
        return Some(Stand { setting, value: shown(words), origin: Origin::Environment(variable), fault });
    }
    if let Some(value) = config.value(setting) {
        let origin = match config.place(setting) {
            Place::File { file, mark: Some(mark), .. } => {
                Origin::File { file: file.to_string(), line: mark.line, column: mark.column }
            }
            _ => Origin::Default,
        };
        let value = match (setting.kind, from_file(setting, config)) {
            (Kind::Json, _) | (_, None) => Some(value.clone()),
            (_, Some(words)) => shown(words),
        };
        return Some(Stand { setting, value, origin, fault: None });
    }
    let defaults: Vec<OsString> = argument.map(default_of).unwrap_or_default();
    let value = if defaults.is_empty() { None } else { shown(defaults) };
    Some(Stand { setting, value, origin: Origin::Default, fault: None })
}

fn default_of(argument: &Arg) -> Vec<OsString> {
    argument.get_default_values().iter().map(clap::builder::OsStr::to_os_string).collect()
}

/// The flag as it is typed, or the argument as help shows it.
fn flag(argument: &Arg) -> String {
    match argument.get_long() {
        Some(long) => format!("--{long}"),
        None => argument.get_value_names().and_then(|names| names.first()).map(ToString::to_string).unwrap_or_default(),
    }
}

/// The environment variable of a setting.
fn variable(setting: &Setting, argument: &Arg) -> Option<String> {
    match setting.kind {
        Kind::Paths(variable) => Some(variable.to_owned()),
        _ => argument.get_env().map(|it| it.to_string_lossy().into_owned()),
    }
}

/// Words of a command line as a value.
fn shown(setting: &Setting, words: &[OsString]) -> Value {
    let texts: Vec<String> = words.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    let first = texts.first().cloned().unwrap_or_default();
    match setting.kind {
        Kind::Secret => MASK.into(),
        Kind::Paths(_) => texts.into(),
        Kind::Flag | Kind::Number => serde_json::from_str(&first).unwrap_or(Value::String(first)),
        Kind::Choice | Kind::Text | Kind::Path | Kind::Json => first.into(),
    }
}

/// A value as it would stand in the file, on one line.
fn written(value: Option<&Value>) -> String {
    match value {
        None => "-".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(items)) if items.iter().all(Value::is_string) => {
            let items: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
            format!("[{}]", items.join(", "))
        }
        Some(other) => other.to_string(),
    }
}

fn text(stands: &[Stand], with_origin: bool) -> String {
    let width = |cells: &dyn Fn(&Stand) -> usize| stands.iter().map(cells).max().unwrap_or(0);
    let keys = width(&|stand| stand.setting.key.len());
    let values = width(&|stand| written(stand.value.as_ref()).chars().count().min(40));
    let mut out = String::new();
    for stand in stands {
        let value = written(stand.value.as_ref());
        let origin = match &stand.origin {
            Origin::Flag(flag) => flag.clone(),
            Origin::Environment(variable) => variable.clone(),
            Origin::File { file, line, .. } => format!("{file}:{line}"),
            Origin::Default => "default".to_owned(),
        };
        let key = stand.setting.key;
        let line = if with_origin {
            format!("{key:<keys$}  {value:<values$}  {origin}")
        } else {
            format!("{key:<keys$}  {value}")
        };
        let _ = writeln!(out, "{}", line.trim_end());
    }
    out
}

fn json(stands: &[Stand], config: &Config) -> String {
    let one = |stand: &Stand| {
        let origin = match &stand.origin {
            Origin::Flag(flag) => json!({ "kind": "flag", "flag": flag }),
            Origin::Environment(variable) => json!({ "kind": "environment", "variable": variable }),
            Origin::File { file, line, column } => {
                json!({ "kind": "file", "file": file, "line": line, "column": column })
            }
            Origin::Default => json!({ "kind": "default" }),
        };
        let mut shown = json!({ "key": stand.setting.key, "value": stand.value, "origin": origin });
        if let Some(fault) = &stand.fault {
            shown["error"] = fault.as_str().into();
        }
        shown
    };
    let mut document = Map::new();
    document.insert("version".to_owned(), 1.into());
    document.insert("file".to_owned(), json!(config.path.as_ref().map(|it| it.display().to_string())));
    document.insert("settings".to_owned(), stands.iter().map(one).collect());
    format!("{:#}\n", Value::Object(document))
}
