//! The form of a part of the file, as a JSON Schema that is made from its type, and how it is broken.

use std::sync::Arc;

use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::Value;

use crate::{
    finding::{Code, Finding},
    openapi::{
        Dialect, DocId, Document, Documents, Location, MadeItems, SchemaKind, SchemaRef, closest, unescape_token,
    },
    schema::{Direction, Schemas, Validator, Violation},
};

/// What a part of the file must be like.
pub(super) struct Form {
    schema: Arc<Documents>,
    validator: Arc<Validator>,
    /// What the validator is part of.
    _schemas: Schemas,
}

impl Form {
    /// The form of a type.
    pub(super) fn of<T: JsonSchema>() -> Self {
        let schema = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>();
        let schema = Arc::new(Documents::new(vec![Document::from_value("snapshot.schema.json", schema.to_value())]));
        let schemas = Schemas::new(Arc::clone(&schema), Dialect::JsonSchema, MadeItems::default());
        let whole = SchemaRef { at: Location::new(DocId::ENTRY, ""), kind: SchemaKind::Schema };
        let validator = schemas.validator(&whole, Direction::Request);
        Self { schema, validator, _schemas: schemas }
    }

    /// How the only document of `documents` breaks it.
    pub(super) fn faults(&self, documents: &Documents, tree: &Value) -> Vec<Finding> {
        self.validator.violations(tree).iter().map(|violation| self.finding(documents, violation)).collect()
    }

    fn finding(&self, documents: &Documents, violation: &Violation) -> Finding {
        let at = Location::new(DocId::ENTRY, violation.at.as_str());
        let what = match at.parent() {
            None => "a snapshot".to_owned(),
            Some((_, key)) if key.parse::<usize>().is_ok() => "this".to_owned(),
            Some((_, key)) => format!("`{key}`"),
        };
        match (violation.keyword, &violation.property) {
            ("additionalProperties", Some(property)) => self.unknown_key(documents, violation, &at, property),
            ("required", Some(property)) => {
                let message = format!("{what} has no `{property}`");
                Finding::error(Code::MISSING_FIELD, documents.key_place(&at), message)
                    .help(format!("add `{property}`, or record the snapshot anew"))
            }
            ("type", _) => {
                Finding::error(Code::WRONG_TYPE, documents.place(&at), format!("{what} {}", violation.message))
            }
            _ => Finding::error(Code::BAD_VALUE, documents.place(&at), format!("{what} {}", violation.message)),
        }
    }

    /// A key that its place does not have, with those that it has.
    fn unknown_key(&self, documents: &Documents, violation: &Violation, at: &Location, property: &str) -> Finding {
        let known = self.known_keys(violation);
        let help = match closest(property, known.iter()) {
            Some(name) => format!("did you mean `{name}`?"),
            None if known.is_empty() => "remove it".to_owned(),
            None => {
                let names: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
                format!("there are {}", names.join(", "))
            }
        };
        let own = at.child(property);
        let place = if documents.get(&own).is_some() { documents.key_place(&own) } else { documents.place(at) };
        Finding::error(Code::UNKNOWN_FIELD, place, format!("there is no `{property}` here")).help(help)
    }

    /// The keys that the schema of the violated keyword knows.
    fn known_keys(&self, violation: &Violation) -> Vec<String> {
        let Some(keyword) = &violation.schema else { return Vec::new() };
        let pointer = keyword.pointer.strip_suffix("/additionalProperties").unwrap_or(&keyword.pointer);
        let schema = self.schema.get(&Location::new(keyword.doc, pointer));
        let properties = schema.and_then(|schema| schema.get("properties")?.as_object());
        properties.map(|properties| properties.keys().map(|key| unescape_token(key)).collect()).unwrap_or_default()
    }
}
