//! `mimeo.yaml` as it is written: the types that its JSON Schema is made from.
//!
//! The values themselves are taken from the tree, by the keys of [`super::settings`], so that each keeps its place. What
//! is said here about a key is what `mimeo schema config` shows.

use std::{borrow::Cow, marker::PhantomData};

use clap::ValueEnum;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema as schema};
use serde_json::Value;

use crate::{
    cli::{
        args::{AuthArg, FailOn, LogFormatArg},
        diff::{DiffFormat, LevelArg},
        run::{RunFailOn, RunFormat, UpdateArg},
    },
    form::{self, OneOrMany},
    snapshot::Rules,
};

/// Settings of Mimeo. Paths are relative to the folder of this file.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, rename_all = "kebab-case", title = "Mimeo configuration", rename = "Configuration")]
#[expect(dead_code, reason = "the schema is made from the fields; values are taken from the tree")]
struct ConfigFile {
    /// The descriptions, or folders of them, that are meant where a command names none.
    specs: Option<OneOrMany<PathText>>,
    /// The folder below which references may read, instead of that of each description.
    root: Option<PathText>,
    /// OpenAPI Overlays, applied in this order.
    overlays: Option<OneOrMany<PathText>>,
    /// Scenario files, or folders of them.
    scenarios: Option<OneOrMany<PathText>>,
    /// The scenario that every session begins with.
    #[schemars(length(min = 1))]
    scenario: Option<String>,
    /// The port to listen on; 0 takes any that is free.
    port: Option<u16>,
    /// The host to listen on.
    #[schemars(length(min = 1))]
    host: Option<String>,
    /// The seed of varied values: a number or any text.
    seed: Option<NumberOrText>,
    /// How strict to be with credentials.
    auth: Option<Choice<AuthArg>>,
    /// Whether what breaks the description is answered by an error: answers of a mock; requests and answers of a proxy.
    errors: Option<bool>,
    /// Whether bodies are varied, made from the schemas instead of the examples.
    dynamic: Option<bool>,
    /// Whether bodies are made from the schemas even where there are examples.
    ignore_examples: Option<bool>,
    /// Whether CORS preflights are answered and every origin is allowed.
    cors: Option<bool>,
    /// Whether the description is read again when one of its files changes.
    watch: Option<bool>,
    /// The largest body of a message, in bytes, or with k, m or g for KiB, MiB, GiB.
    body_max: Option<Size>,
    /// The file into which every exchange is written before its answer leaves.
    journal: Option<PathText>,
    /// The size at which that file is put aside, in bytes, or with k, m or g for KiB, MiB, GiB.
    journal_max: Option<Size>,
    /// How much to log: error, warn, info, debug, trace, off.
    #[schemars(length(min = 1))]
    log: Option<String>,
    /// How to write the log.
    log_format: Option<Choice<LogFormatArg>>,
    /// The admin API.
    admin: Option<AdminFile>,
    /// `mimeo proxy`.
    proxy: Option<ProxyFile>,
    /// `mimeo check`.
    check: Option<CheckFile>,
    /// `mimeo diff`.
    diff: Option<DiffFile>,
    /// `mimeo run`.
    run: Option<RunFile>,
    /// What is hidden, kept and left out of snapshots, and whether order counts.
    snapshot: Option<Rules>,
}

/// The admin API.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, rename_all = "kebab-case", rename = "Admin")]
#[expect(dead_code, reason = "the schema is made from the fields; values are taken from the tree")]
struct AdminFile {
    /// What callers must send as a bearer token. It is a secret: the environment variable `MIMEO_ADMIN_TOKEN` is a
    /// better place for it.
    token: Option<String>,
    /// A port of its own; 0 takes any that is free.
    port: Option<u16>,
}

/// `mimeo proxy`.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, rename_all = "kebab-case", rename = "Proxy")]
#[expect(dead_code, reason = "the schema is made from the fields; values are taken from the tree")]
struct ProxyFile {
    /// The address of the server to which requests are passed on.
    upstream: Option<String>,
    /// Whether requests are judged, not only answers.
    validate_request: Option<bool>,
    /// The time for the upstream to answer, in seconds.
    #[schemars(range(min = 1))]
    upstream_timeout: Option<u64>,
}

/// `mimeo check`.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, rename_all = "kebab-case", rename = "Check")]
#[expect(dead_code, reason = "the schema is made from the fields; values are taken from the tree")]
struct CheckFile {
    /// The least severity that makes the exit code 1.
    fail_on: Option<Choice<FailOn>>,
}

/// `mimeo diff`.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, rename_all = "kebab-case", rename = "Diff")]
#[expect(dead_code, reason = "the schema is made from the fields; values are taken from the tree")]
struct DiffFile {
    /// The level of a change that makes the exit code 1.
    fail_on: Option<Choice<LevelArg>>,
    /// The least level that is shown.
    level: Option<Choice<LevelArg>>,
    /// How to write the changes.
    format: Option<Choice<DiffFormat>>,
    /// Files that name changes to pass over.
    ignore: Option<OneOrMany<PathText>>,
}

/// `mimeo run`.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, rename_all = "kebab-case", rename = "Run")]
#[expect(dead_code, reason = "the schema is made from the fields; values are taken from the tree")]
struct RunFile {
    /// The snapshot that the client is compared with; its name ends in `.snap`.
    snapshot: Option<PathText>,
    /// What may be written where the client behaves otherwise.
    update: Option<Choice<UpdateArg>>,
    /// The least severity of what is wrong with requests that makes the exit code 1.
    fail_on: Option<Choice<RunFailOn>>,
    /// How to write the report.
    format: Option<Choice<RunFormat>>,
    /// A file for the report.
    report: Option<PathText>,
}

/// A path, relative to the folder of the file.
#[derive(JsonSchema)]
#[schemars(inline)]
#[expect(dead_code, reason = "the schema is made from the fields; values are taken from the tree")]
struct PathText(#[schemars(length(min = 1))] String);

/// What a flag takes as a number or as a text.
struct NumberOrText;

impl JsonSchema for NumberOrText {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "NumberOrText".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schema!({ "type": ["integer", "string"], "minimum": 0, "minLength": 1 })
    }
}

/// A number of bytes, perhaps with a unit.
struct Size;

impl JsonSchema for Size {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Size".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schema!({ "type": ["integer", "string"], "minimum": 0, "pattern": "^[0-9]+[kKmMgG]?$" })
    }
}

/// The choices of a flag.
struct Choice<T>(PhantomData<T>);

impl<T: ValueEnum> JsonSchema for Choice<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Choice".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let values = T::value_variants().iter().filter_map(ValueEnum::to_possible_value);
        let names: Vec<String> = values.map(|value| value.get_name().to_owned()).collect();
        schema!({ "type": "string", "enum": names })
    }
}

/// The JSON Schema (2020-12) of `mimeo.yaml`.
pub(crate) fn json_schema() -> Value {
    form::json_schema::<ConfigFile>()
}
