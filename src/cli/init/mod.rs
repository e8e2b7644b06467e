//! `mimeo init`: a start that runs. It never overwrites anything.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
};

use anyhow::bail;
use clap::Args as ClapArgs;

use super::{Ending, screen::Screen};
use crate::shell::{Description, describe, write_new};

const SETTINGS: &str = include_str!("mimeo.yaml");
const DESCRIPTION: &str = include_str!("openapi.yaml");
const SCENARIO: &str = include_str!("busy.yaml");
/// A scenario that fits any description.
const ANY_SCENARIO: &str = include_str!("slow.yaml");

#[derive(Debug, ClapArgs)]
pub(super) struct InitArgs {
    /// A description that is there already, instead of one to begin with
    #[arg(long, value_name = "FILE|FOLDER")]
    spec: Option<PathBuf>,
}

pub(super) fn run(args: &InitArgs, screen: Screen) -> anyhow::Result<Ending> {
    let mut files = Vec::new();
    let specs = match &args.spec {
        None => {
            files.push(("openapi.yaml", DESCRIPTION.to_owned()));
            "openapi.yaml".to_owned()
        }
        Some(spec) => {
            let what = Description { paths: vec![spec.clone()], ..Description::default() };
            if let Some(broken) = describe(&what)?.iter().find(|it| it.contract.is_none()) {
                bail!(
                    "`{}` is no description that can be served; `mimeo check {}` says why",
                    broken.name,
                    spec.display()
                );
            }
            plain(spec)
        }
    };
    files.insert(0, ("mimeo.yaml", SETTINGS.replace("{specs}", &specs)));
    let scenario = if args.spec.is_some() { ANY_SCENARIO } else { SCENARIO };
    files.push(("scenarios/busy.yaml", scenario.to_owned()));
    let there: Vec<&str> = files.iter().map(|(name, _)| *name).filter(|name| Path::new(name).exists()).collect();
    if !there.is_empty() {
        let verb = if there.len() == 1 { "is" } else { "are" };
        let names = match there.as_slice() {
            [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
            _ => there.concat(),
        };
        bail!("{names} {verb} here already: nothing was written");
    }
    for (name, text) in &files {
        write_new(Path::new(name), text)?;
    }
    let names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
    screen.out(&format!("Written: {}\n\n{}", names.join(", "), next(args.spec.is_none())));
    Ok(Ending::Done)
}

/// What can be done now.
fn next(is_own: bool) -> String {
    let mut rows = vec![("mimeo check", "says what is wrong with it"), ("mimeo mock", "serves it")];
    if is_own {
        rows.push(("curl -s localhost:4010/v1/books", "asks it"));
    }
    rows.push(("mimeo mock --scenario busy", "serves it as a busy server would"));
    rows.push(("mimeo run -- npm test", "runs a client's tests against it; MIMEO_URL is where it is"));
    let mut text = String::new();
    for (command, does) in rows {
        let _ = writeln!(text, "  {command:<34}{does}");
    }
    text
}

/// A path as a value of YAML.
fn plain(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain = |c: char| c.is_alphanumeric() || "/._-".contains(c);
    let begins_well = text.starts_with(|c: char| c.is_alphabetic() || c == '.' || c == '/');
    if begins_well && text.chars().all(is_plain) { text } else { serde_json::Value::from(text).to_string() }
}
