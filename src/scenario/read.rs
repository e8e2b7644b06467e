//! From the text of a file to a scenario as written, or to what is wrong with it and where.

use std::sync::{Arc, OnceLock};

use super::file::{ScenarioFile, json_schema};
use crate::{
    finding::{Code, Finding, Place},
    form::{Form, Wording},
    openapi::{DocId, Documents, Location},
};

/// A scenario that was read. What it says about operations is not looked at yet: that needs the APIs.
#[derive(Debug)]
pub struct Written {
    /// What it says.
    pub(super) file: ScenarioFile,
    /// Its text, which findings quote.
    pub documents: Arc<Documents>,
    /// True for those that Mimeo brings along.
    pub is_built_in: bool,
}

/// What came of reading a file.
#[derive(Debug)]
pub struct Reading {
    /// The scenario; `None` if it has errors.
    pub written: Option<Arc<Written>>,
    /// The file that findings quote.
    pub documents: Arc<Documents>,
    /// What is wrong with it.
    pub findings: Vec<Finding>,
}

impl Written {
    /// What the scenario is called.
    pub fn name(&self) -> &str {
        &self.file.name
    }

    /// The place of a value in the file, for a finding.
    pub(super) fn place(&self, pointer: &str) -> Place {
        self.documents.place(&Location::new(DocId::ENTRY, pointer))
    }

    /// The place of a member's key.
    pub(super) fn key_place(&self, pointer: &str) -> Place {
        self.documents.key_place(&Location::new(DocId::ENTRY, pointer))
    }
}

/// Reads the bytes of a file, said to the user as `name`.
pub fn read(name: &str, bytes: Vec<u8>) -> Reading {
    read_as(name, bytes, false)
}

pub(super) fn read_as(name: &str, bytes: Vec<u8>, is_built_in: bool) -> Reading {
    // What Mimeo brings along is held to the schema by a test.
    let read = if is_built_in { form().read_trusted(name, bytes) } else { form().read(name, bytes) };
    let documents = read.documents;
    let written = read.value.map(|file| Arc::new(Written { file, documents: Arc::clone(&documents), is_built_in }));
    Reading { written, documents, findings: read.findings }
}

/// The form of scenario files.
fn form() -> &'static Form {
    static FORM: OnceLock<Form> = OnceLock::new();
    FORM.get_or_init(|| {
        let wording = Wording {
            noun: "scenario",
            shape: "an object with `name` and `rules`",
            help: "`mimeo schema scenario` prints what it can hold",
            code: Code::NOT_A_SCENARIO,
            items: &[("rules", "a rule")],
        };
        Form::new(json_schema(), wording)
    })
}
