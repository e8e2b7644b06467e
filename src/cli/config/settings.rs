//! The settings: which key of the file mirrors which flag.

use Kind::{Choice, Flag, Json, Number, Path, Paths, Secret, Text};

/// One setting.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setting {
    /// Its key in the file, with a dot between the names of nested objects.
    pub(super) key: &'static str,
    /// The argument that it mirrors, by its id; empty for what can only be said in the file.
    pub(super) argument: &'static str,
    /// The commands whose argument is meant; empty: all that have it.
    pub(super) commands: &'static [&'static str],
    /// What its value is.
    pub(super) kind: Kind,
}

/// What the value of a setting is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `true` or `false`.
    Flag,
    /// A number.
    Number,
    /// One of a few texts.
    Choice,
    /// Any text.
    Text,
    /// A text that is not shown.
    Secret,
    /// A path, in the file relative to its folder.
    Path,
    /// Paths, likewise. In the environment they are separated as those of `PATH` are, and this is the variable.
    Paths(&'static str),
    /// Anything.
    Json,
}

impl Setting {
    /// The JSON Pointer of its key.
    pub(super) fn pointer(&self) -> String {
        format!("/{}", self.key.replace('.', "/"))
    }

    /// True if the command of that name has it.
    pub(super) fn is_of(&self, command: &clap::Command) -> bool {
        let is_meant = self.commands.is_empty() || self.commands.contains(&command.get_name());
        is_meant && self.argument_of(command).is_some()
    }

    /// The argument of a command that it mirrors.
    pub(super) fn argument_of<'c>(&self, command: &'c clap::Command) -> Option<&'c clap::Arg> {
        command.get_arguments().find(|it| it.get_id() == self.argument)
    }
}

const fn of(key: &'static str, argument: &'static str, kind: Kind) -> Setting {
    Setting { key, argument, commands: &[], kind }
}

/// A setting of some of the commands that have the argument.
const fn only(commands: &'static [&'static str], key: &'static str, argument: &'static str, kind: Kind) -> Setting {
    Setting { key, argument, commands, kind }
}

/// All settings, in the order in which they are shown.
pub(super) const SETTINGS: &[Setting] = &[
    of("specs", "paths", Paths("MIMEO_SPECS")),
    of("root", "root", Path),
    of("overlays", "overlays", Paths("MIMEO_OVERLAYS")),
    of("scenarios", "scenarios", Paths("MIMEO_SCENARIOS")),
    of("scenario", "scenario", Text),
    of("port", "port", Number),
    of("host", "host", Text),
    of("seed", "seed", Text),
    of("auth", "auth", Choice),
    of("errors", "errors", Flag),
    of("dynamic", "dynamic", Flag),
    of("ignore-examples", "ignore_examples", Flag),
    of("cors", "cors", Flag),
    of("watch", "watch", Flag),
    of("body-max", "body_max", Text),
    of("journal", "journal", Path),
    of("journal-max", "journal_max", Text),
    of("log", "log", Text),
    of("log-format", "log_format", Choice),
    of("admin.token", "admin_token", Secret),
    of("admin.port", "admin_port", Number),
    only(&["proxy"], "proxy.upstream", "upstream", Text),
    only(&["proxy"], "proxy.validate-request", "validate_request", Flag),
    only(&["proxy"], "proxy.upstream-timeout", "upstream_timeout", Number),
    only(&["check"], "check.fail-on", "fail_on", Choice),
    only(&["diff"], "diff.fail-on", "fail_on", Choice),
    only(&["diff"], "diff.level", "level", Choice),
    only(&["diff"], "diff.format", "format", Choice),
    only(&["diff"], "diff.ignore", "ignore", Paths("MIMEO_DIFF_IGNORE")),
    only(&["run"], "run.snapshot", "snapshot", Path),
    only(&["run"], "run.update", "update", Choice),
    only(&["run"], "run.fail-on", "fail_on", Choice),
    only(&["run"], "run.format", "format", Choice),
    only(&["run"], "run.report", "report", Path),
    only(&["run"], "snapshot.order", "order", Choice),
    of("snapshot.redact", "", Json),
    of("snapshot.keep", "", Json),
    of("snapshot.ignore", "", Json),
];
