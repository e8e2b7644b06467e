//! The program's log, on standard error.

use tracing_subscriber::{EnvFilter, fmt};

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Starts the log. `level` is `error`, `warn`, `info`, `debug`, `trace`, `off`, or a filter such as `mimeo=debug`.
///
/// The error says what is wrong with the level. A log that was already started stays as it is.
pub fn start_log(level: &str, format: LogFormat, ansi: bool) -> Result<(), String> {
    let filter = EnvFilter::try_new(level).map_err(|error| format!("`{level}` is no log level: {error}"))?;
    let log = fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    let _ = match format {
        LogFormat::Text => log.with_ansi(ansi).compact().try_init(),
        LogFormat::Json => log.json().flatten_event(true).try_init(),
    };
    Ok(())
}
