//! From the text of a file to what it says, or to what is wrong with it and where.

use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{
    finding::{Code, Finding, Place, Severity},
    openapi::{
        Dialect, DocId, Document, Documents, Location, MadeItems, SchemaKind, SchemaRef, closest, read_file,
        unescape_token,
    },
    schema::{Direction, Schemas, Validator, Violation},
};

/// A JSON Schema that files are held to, compiled.
#[derive(Debug)]
pub struct Form {
    wording: Wording,
    documents: Arc<Documents>,
    validator: Arc<Validator>,
    /// What the validator is part of.
    _schemas: Schemas,
}

/// How the files of a form are spoken of.
#[derive(Clone, Copy, Debug)]
pub struct Wording {
    /// What one of them is: `scenario`, of which there is `a`.
    pub noun: &'static str,
    /// What it looks like: `an object with …`.
    pub shape: &'static str,
    /// Who knows more.
    pub help: &'static str,
    /// The code for what is none.
    pub code: Code,
    /// What the items of lists are called, by the key of the list: `rules`, `a rule`.
    pub items: &'static [(&'static str, &'static str)],
}

/// What came of reading a file.
#[derive(Debug)]
pub struct Reading<T> {
    /// What it says; `None` if it has errors.
    pub value: Option<T>,
    /// The file that findings quote.
    pub documents: Arc<Documents>,
    /// What is wrong with it.
    pub findings: Vec<Finding>,
}

impl Form {
    /// The form of files that `schema` describes.
    pub fn new(schema: Value, wording: Wording) -> Self {
        let documents = Arc::new(Documents::new(vec![Document::from_value("form.schema.json", schema)]));
        let schemas = Schemas::new(Arc::clone(&documents), Dialect::JsonSchema, MadeItems::default());
        let whole = SchemaRef { at: Location::new(DocId::ENTRY, ""), kind: SchemaKind::Schema };
        let validator = schemas.validator(&whole, Direction::Request);
        Self { wording, documents, validator, _schemas: schemas }
    }

    /// Reads the bytes of a file, said to the user as `name`.
    pub fn read<T: DeserializeOwned>(&self, name: &str, bytes: Vec<u8>) -> Reading<T> {
        let file = read_file(name, bytes);
        let (documents, mut findings) = (file.documents, file.findings);
        let mut value = None;
        if let Some(document) = documents.document(DocId::ENTRY).filter(|_| file.is_readable) {
            findings.extend(self.faults(&documents, &document.tree));
            in_order(&mut findings);
            if !findings.iter().any(|finding| finding.severity == Severity::Error) {
                value = self.take(&documents, &mut findings);
            }
        }
        Reading { value, documents, findings }
    }

    /// Reads a file that a test holds to the schema, so that no start has to wait for it.
    pub fn read_trusted<T: DeserializeOwned>(&self, name: &str, bytes: Vec<u8>) -> Reading<T> {
        let file = read_file(name, bytes);
        let (documents, mut findings) = (file.documents, file.findings);
        let value = self.take(&documents, &mut findings);
        Reading { value, documents, findings }
    }

    fn take<T: DeserializeOwned>(&self, documents: &Documents, findings: &mut Vec<Finding>) -> Option<T> {
        match serde_json::from_value(documents.document(DocId::ENTRY)?.tree.clone()) {
            Ok(value) => Some(value),
            // The schema is made from the types, so it says nearly everything before this does.
            Err(error) => {
                let place = documents.place(&Location::new(DocId::ENTRY, ""));
                let message = format!("this is no {}: {error}", self.wording.noun);
                findings.push(Finding::error(self.wording.code, place, message));
                None
            }
        }
    }

    /// How a file breaks the form.
    fn faults(&self, documents: &Documents, tree: &Value) -> Vec<Finding> {
        let violations = self.validator.violations(tree);
        violations.iter().map(|violation| self.finding(documents, tree, violation)).collect()
    }

    fn finding(&self, documents: &Documents, tree: &Value, violation: &Violation) -> Finding {
        let at = Location::new(DocId::ENTRY, violation.at.as_str());
        let Wording { noun, shape, help, code, .. } = self.wording;
        let what = match at.parent() {
            None if !tree.is_object() => {
                let message = format!("this is no {noun}: a {noun} is {shape}");
                return Finding::error(code, documents.place(&at), message).help(help);
            }
            None => format!("a {noun}"),
            Some((_, key)) if key.parse::<usize>().is_ok() => "this".to_owned(),
            Some((_, key)) => format!("`{key}`"),
        };
        match (violation.keyword, &violation.property) {
            ("additionalProperties", Some(property)) => self.unknown_key(documents, tree, violation, &at, property),
            ("required", Some(property)) => {
                let of = self.item(&at).map_or(what, str::to_owned);
                Finding::error(Code::MISSING_FIELD, documents.key_place(&at), format!("{of} has no `{property}`"))
                    .help(format!("add `{property}`"))
            }
            ("type", _) => {
                Finding::error(Code::WRONG_TYPE, documents.place(&at), format!("{what} {}", violation.message))
            }
            _ => Finding::error(Code::BAD_VALUE, documents.place(&at), format!("{what} {}", violation.message)),
        }
    }

    /// What an item is called.
    fn item(&self, at: &Location) -> Option<&'static str> {
        let (list, number) = at.parent()?;
        number.parse::<usize>().ok()?;
        let (_, key) = list.parent()?;
        self.wording.items.iter().find(|(list, _)| *list == key).map(|(_, word)| *word)
    }

    /// A key that its place does not have, with those that it has.
    fn unknown_key(
        &self,
        documents: &Documents,
        tree: &Value,
        violation: &Violation,
        at: &Location,
        property: &str,
    ) -> Finding {
        let holder = match at.parent() {
            None => String::new(),
            Some((_, key)) if key.parse::<usize>().is_ok() => " here".to_owned(),
            Some((_, key)) => format!(" in `{key}`"),
        };
        // A key like `operation: deployments, tag: x` is in the wrong place, not misspelt.
        let known = self.known_keys(violation);
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
    fn known_keys(&self, violation: &Violation) -> Vec<String> {
        let Some(keyword) = &violation.schema else { return Vec::new() };
        let pointer = keyword.pointer.strip_suffix("/additionalProperties").unwrap_or(&keyword.pointer);
        let Some(schema) = self.documents.get(&Location::new(keyword.doc, pointer)) else { return Vec::new() };
        match schema.get("properties").and_then(Value::as_object) {
            Some(properties) => properties.keys().map(|key| unescape_token(key)).collect(),
            None => Vec::new(),
        }
    }
}

/// Puts findings in the order of the text.
pub fn in_order(findings: &mut [Finding]) {
    findings.sort_by_key(|finding| match &finding.place {
        Place::File { mark, .. } => mark.map(|mark| mark.start),
        _ => None,
    });
}

/// Names in backquotes, separated by commas.
pub fn quoted<T: AsRef<str>>(names: &[T]) -> String {
    names.iter().map(|name| format!("`{}`", name.as_ref())).collect::<Vec<_>>().join(", ")
}
