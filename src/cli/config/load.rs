//! Finding `mimeo.yaml` and reading it.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{file::json_schema, settings::Setting};
use crate::{
    cli::args::ConfigArgs,
    finding::{Code, Finding, Place, Severity},
    form::{Form, Wording},
    limit,
    openapi::{DocId, Documents, Location},
    shell::{ReadError, find_upward, read_bytes},
};

/// What the file is called.
pub(super) const NAME: &str = "mimeo.yaml";

/// A `mimeo.yaml` that was read; without one, it says nothing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Config {
    /// Where it is; `None` if there is none.
    pub(super) path: Option<PathBuf>,
    /// Its text, which findings quote.
    pub(super) documents: Arc<Documents>,
    /// What is wrong with it.
    pub(super) findings: Vec<Finding>,
}

impl Config {
    /// Reads the file that the arguments name, or the nearest one.
    pub(super) fn load(args: &ConfigArgs) -> Result<Self, ReadError> {
        let named = args.file.clone();
        match named.or_else(|| if args.none { None } else { find_upward(NAME) }) {
            Some(path) => Self::read(path),
            None => Ok(Self::default()),
        }
    }

    /// Reads a file.
    pub(super) fn read(path: PathBuf) -> Result<Self, ReadError> {
        let bytes = read_bytes(&path, limit::CONFIG_BYTES_MAX)?;
        let wording = Wording {
            noun: "configuration",
            shape: "an object with settings",
            help: "`mimeo schema config` prints what it can hold",
            code: Code::NOT_A_CONFIGURATION,
            items: &[],
        };
        let is_blank = bytes.split(|byte| *byte == b'\n').all(|line| {
            let line = line.trim_ascii();
            line.is_empty() || line.starts_with(b"#") || line == b"---"
        });
        if is_blank {
            return Ok(Self { path: Some(path), ..Self::default() });
        }
        let read = Form::new(json_schema(), wording).read::<Value>(&path.display().to_string(), bytes);
        Ok(Self { path: Some(path), documents: read.documents, findings: read.findings })
    }

    /// The value of a setting.
    pub(super) fn value(&self, setting: &Setting) -> Option<&Value> {
        self.documents.get(&Location::new(DocId::ENTRY, setting.pointer()))
    }

    /// A part that is no single setting; as if it were empty if it is not there.
    pub(crate) fn section<T: DeserializeOwned + Default>(&self, pointer: &str) -> Result<T, serde_json::Error> {
        match self.documents.get(&Location::new(DocId::ENTRY, pointer)) {
            Some(value) => T::deserialize(value),
            None => Ok(T::default()),
        }
    }

    /// Where a setting is written.
    pub(super) fn place(&self, setting: &Setting) -> Place {
        self.documents.place(&Location::new(DocId::ENTRY, setting.pointer()))
    }

    /// A path of the file as seen from the working folder.
    pub(super) fn path(&self, text: &str) -> PathBuf {
        self.path.as_deref().and_then(Path::parent).unwrap_or(Path::new("")).join(text)
    }

    /// True if it cannot be used.
    pub(super) fn is_broken(&self) -> bool {
        self.findings.iter().any(|finding| finding.severity == Severity::Error)
    }
}
