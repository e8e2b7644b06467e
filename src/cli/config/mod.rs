//! Settings: flags before environment variables before `mimeo.yaml` before defaults.
//!
//! The values of the file become the defaults of the flags that they mirror ([`layer`]), so that all of them are read,
//! judged and used in one way, and every default stands at its flag alone.

mod command;
mod file;
mod held;
mod layer;
mod load;
mod settings;
mod show;

pub(super) use command::{ConfigCommand, broken, run};
pub(super) use file::json_schema;
pub(super) use layer::{Parsed, Unparsed, parse};
pub(super) use load::Config;
