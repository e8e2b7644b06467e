//! The functions and filters that templates have beside those of the language itself.

use minijinja::{
    AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior,
    syntax::SyntaxConfig,
    value::{Serde, Value},
};

use super::{Scope, chance::Chance, pattern::Form};
use crate::{date, duration, limit, schema};

/// The functions that a scope adds, and those of the language.
pub(super) const FUNCTIONS: [&str; 6] = ["now", "uuid", "random", "fake", "range", "dict"];

/// An environment without templates.
pub(super) fn environment(form: Form) -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_fuel(Some(limit::TEMPLATE_STEPS_MAX));
    environment.set_recursion_limit(limit::TEMPLATE_LEVELS_MAX);
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    if let Ok(syntax) = SyntaxConfig::builder().keep_trailing_newline(true).build() {
        environment.set_syntax(syntax);
    }
    environment.set_debug(false);
    environment.set_auto_escape_callback(move |_| match form {
        Form::Markup => AutoEscape::Html,
        Form::Data | Form::Text => AutoEscape::None,
    });
    // They carry values from one statement to the next, which the bounds do not see; or write to the log.
    for name in ["namespace", "debug"] {
        environment.remove_global(name);
    }
    environment.add_filter("unix_seconds", |ms: u64| ms / 1_000);
    environment.add_filter("date_time", |ms: u64| date::date_time(ms));
    environment.add_filter("http_date", |ms: u64| date::http_date(ms));
    environment
}

/// What the templates of one answer see.
pub(super) fn context(scope: &Scope, chance: &Chance) -> Value {
    let now_ms = scope.now_ms;
    let mut all: Vec<(String, Value)> =
        scope.values.iter().map(|(name, value)| (name.clone(), Value::from(Serde(value)))).collect();
    let now = Value::from_function(move |by: Option<&str>| now(now_ms, by));
    let source = chance.clone();
    let uuid = Value::from_function(move || source.uuid());
    let source = chance.clone();
    let random = Value::from_function(move |one: u64, other: Option<u64>| random(&source, one, other));
    let source = chance.clone();
    let fake = Value::from_function(move |format: &str| fake(&source, format));
    all.extend([("now", now), ("uuid", uuid), ("random", random), ("fake", fake)].map(|(k, v)| (k.to_owned(), v)));
    Value::from_pairs(all)
}

/// `now()`, `now('+5m')`, `now('-1h')`: milliseconds since the Unix epoch.
fn now(now_ms: u64, by: Option<&str>) -> Result<u64, Error> {
    let Some(by) = by else { return Ok(now_ms) };
    let shift = |text: &str| {
        duration::parse(text)
            .ok_or_else(|| wrong(format!("`{by}` is no shift of time: write `+5m`, `-1h30m` or the like")))
    };
    match by.trim().strip_prefix('-') {
        Some(back) => Ok(now_ms.saturating_sub(shift(back)?)),
        None => Ok(now_ms.saturating_add(shift(by.trim().trim_start_matches('+'))?)),
    }
}

/// `random(6)`: from 0 up to, not including, 6; `random(1, 7)`: from 1 up to, not including, 7.
fn random(chance: &Chance, one: u64, other: Option<u64>) -> Result<u64, Error> {
    let (from, to) = other.map_or((0, one), |other| (one, other));
    let count = to.checked_sub(from).filter(|count| *count > 0);
    let count = count.ok_or_else(|| wrong(format!("there is no number from {from} up to, not including, {to}")))?;
    Ok(from + chance.next() % count)
}

/// `fake('email')`: a value of a format of JSON Schema.
fn fake(chance: &Chance, format: &str) -> Result<String, Error> {
    schema::of_format(format, chance.next())
        .ok_or_else(|| wrong(format!("nothing can be made of the format `{format}`")))
}

fn wrong(message: String) -> Error {
    Error::new(ErrorKind::InvalidOperation, message)
}
