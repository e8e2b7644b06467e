//! From the text of a file to a scenario as written, or to what is wrong with it and where.

use std::sync::{Arc, OnceLock};

use serde_json::Value;

use super::file::{ScenarioFile, json_schema};
use crate::{
    finding::{Code, Finding, Place, Severity},
    openapi::{
        Dialect, DocId, Document, Documents, Location, MadeItems, SchemaKind, SchemaRef, closest, read_file,
        unescape_token,
    },
    schema::{Direction, Schemas, Validator, Violation},
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
    let file = read_file(name, bytes);
    let (documents, mut findings) = (file.documents, file.findings);
    let mut written = None;
    if let Some(document) = documents.document(DocId::ENTRY).filter(|_| file.is_readable) {
        // What Mimeo brings along is held to the schema by a test, so that no start has to wait for it.
        if !is_built_in {
            findings.extend(faults(&documents, &document.tree));
            in_order(&mut findings);
        }
        if !findings.iter().any(|finding| finding.severity == Severity::Error) {
            match serde_json::from_value(document.tree.clone()) {
                Ok(file) => {
                    written = Some(Arc::new(Written { file, documents: Arc::clone(&documents), is_built_in }));
                }
                // The schema is made from the types, so it says nearly everything before this does.
                Err(error) => {
                    let place = documents.place(&Location::new(DocId::ENTRY, ""));
                    findings.push(Finding::error(Code::NOT_A_SCENARIO, place, format!("this is no scenario: {error}")));
                }
            }
        }
    }
    Reading { written, documents, findings }
}

/// The schema of scenario files, compiled.
struct Form {
    documents: Arc<Documents>,
    validator: Arc<Validator>,
    /// What the validator is part of.
    _schemas: Schemas,
}

fn form() -> &'static Form {
    static FORM: OnceLock<Form> = OnceLock::new();
    FORM.get_or_init(|| {
        let documents = Arc::new(Documents::new(vec![Document::from_value("scenario.schema.json", json_schema())]));
        let schemas = Schemas::new(Arc::clone(&documents), Dialect::JsonSchema, MadeItems::default());
        let whole = SchemaRef { at: Location::new(DocId::ENTRY, ""), kind: SchemaKind::Schema };
        let validator = schemas.validator(&whole, Direction::Request);
        Form { documents, validator, _schemas: schemas }
    })
}

/// How the form of a scenario is broken.
fn faults(documents: &Documents, tree: &Value) -> Vec<Finding> {
    let violations = form().validator.violations(tree);
    violations.iter().map(|violation| finding(documents, tree, violation)).collect()
}

fn finding(documents: &Documents, tree: &Value, violation: &Violation) -> Finding {
    let at = Location::new(DocId::ENTRY, violation.at.as_str());
    let what = match at.parent() {
        None if !tree.is_object() => {
            let message = "this is no scenario: a scenario is an object with `name` and `rules`";
            return Finding::error(Code::NOT_A_SCENARIO, documents.place(&at), message)
                .help("`mimeo schema scenario` prints what it can hold");
        }
        None => "a scenario".to_owned(),
        Some((_, key)) if key.parse::<usize>().is_ok() => "this".to_owned(),
        Some((_, key)) => format!("`{key}`"),
    };
    match (violation.keyword, &violation.property) {
        ("additionalProperties", Some(property)) => unknown_key(documents, tree, violation, &at, property),
        ("required", Some(property)) => {
            let of = if property == "do" || property == "when" { "a rule".to_owned() } else { what };
            Finding::error(Code::MISSING_FIELD, documents.key_place(&at), format!("{of} has no `{property}`"))
                .help(format!("add `{property}`"))
        }
        ("type", _) => Finding::error(Code::WRONG_TYPE, documents.place(&at), format!("{what} {}", violation.message)),
        _ => Finding::error(Code::BAD_VALUE, documents.place(&at), format!("{what} {}", violation.message)),
    }
}

/// A key that its place does not have, with those that it has.
fn unknown_key(documents: &Documents, tree: &Value, violation: &Violation, at: &Location, property: &str) -> Finding {
    let holder = match at.parent() {
        None => String::new(),
        Some((_, key)) if key.parse::<usize>().is_ok() => " here".to_owned(),
        Some((_, key)) => format!(" in `{key}`"),
    };
    // A key like `operation: deployments, tag: x` is in the wrong place, not misspelt.
    let known = known_keys(violation);
    let help = match closest(property, known.iter()) {
        Some(name) => format!("did you mean `{name}`?"),
        None if known.is_empty() => "remove it".to_owned(),
        None => format!("there are {}", quoted(&known)),
    };
    let own = at.child(property);
    let place = if documents.get(&own).is_some() { documents.key_place(&own) } else { documents.place(at) };
    let message = format!("there is no `{property}`{}", if tree.is_object() { holder } else { String::new() });
    Finding::error(Code::UNKNOWN_FIELD, place, message).help(help)
}

/// The keys that the schema of the violated keyword knows.
fn known_keys(violation: &Violation) -> Vec<String> {
    let Some(keyword) = &violation.schema else { return Vec::new() };
    let pointer = keyword.pointer.strip_suffix("/additionalProperties").unwrap_or(&keyword.pointer);
    let Some(schema) = form().documents.get(&Location::new(keyword.doc, pointer)) else { return Vec::new() };
    match schema.get("properties").and_then(Value::as_object) {
        Some(properties) => properties.keys().map(|key| unescape_token(key)).collect(),
        None => Vec::new(),
    }
}

/// Puts findings in the order of the text.
pub(super) fn in_order(findings: &mut [Finding]) {
    findings.sort_by_key(|finding| match &finding.place {
        Place::File { mark, .. } => mark.map(|mark| mark.start),
        _ => None,
    });
}

/// Names in backquotes, separated by commas.
pub(super) fn quoted<T: AsRef<str>>(names: &[T]) -> String {
    names.iter().map(|name| format!("`{}`", name.as_ref())).collect::<Vec<_>>().join(", ")
}
