//! Header fields of answers and of parts, by example, else by schema.

use http::{HeaderName, header};
use serde_json::Value;

use crate::{
    contract::Contract,
    openapi::{Encoding, ExampleValue, Parameter, ParameterFormat},
    schema::{Direction, Sampling},
};

impl Contract {
    /// The text of a described header field: by example, else by schema. One without either is left out if it may be.
    pub fn header_field(&self, header: &Parameter) -> Option<String> {
        let example = header.examples.iter().find_map(|example| match &example.value {
            ExampleValue::Data(at) | ExampleValue::Serialized(at) => self.api.documents.get(at),
            ExampleValue::External(_) => None,
        });
        if let Some(value) = example {
            return Some(match &header.format {
                ParameterFormat::Content(_) if !value.is_string() => value.to_string(),
                _ => simple(value),
            });
        }
        let made = |schema| self.schemas.generate(schema, Direction::Response, Sampling::Plain).ok();
        match &header.format {
            ParameterFormat::Style { schema: Some(schema), .. } => made(schema).map(|value| simple(&value)),
            ParameterFormat::Style { schema: None, .. } => header.required.then(String::new),
            ParameterFormat::Content(media) => Some(made(media.schema.as_ref()?)?.to_string()),
        }
    }

    /// The described header fields of a part, but for those that are written in any case.
    pub(super) fn part_headers(&self, encoding: &Encoding) -> Vec<(HeaderName, String)> {
        let field = |header: &Parameter| {
            let name = HeaderName::try_from(header.name.as_str()).ok()?;
            let is_own = name == header::CONTENT_TYPE || name == header::CONTENT_DISPOSITION;
            let text = (!is_own).then(|| self.header_field(header))??;
            Some((name, text.chars().filter(|c| !c.is_control()).collect()))
        };
        encoding.headers.iter().filter_map(field).collect()
    }
}

/// A value in style `simple` without `explode`, as header fields are written.
pub(crate) fn simple(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(simple).collect::<Vec<_>>().join(","),
        Value::Object(members) => {
            members.iter().map(|(key, value)| format!("{key},{}", simple(value))).collect::<Vec<_>>().join(",")
        }
        other => other.to_string(),
    }
}
