//! Header fields of answers and of parts, by example, else by schema.

use http::{HeaderName, header};
use serde_json::Value;

use super::plain;
use crate::{
    contract::Contract,
    openapi::{Encoding, ExampleValue, MediaType, Parameter, ParameterFormat},
    schema::{Direction, Sampling},
};

impl Contract {
    /// The text of a described header field: by example, else by schema. One without either is left out if it may be.
    pub fn header_field(&self, header: &Parameter) -> Option<String> {
        let example = header.examples.iter().find_map(|example| match &example.value {
            ExampleValue::Data(at) => {
                let value = self.api.documents.get(at)?;
                let held = match &header.format {
                    ParameterFormat::Content(media) => self.held_json(media, value),
                    ParameterFormat::Style { .. } => None,
                };
                Some(self.header_text(header, held.as_ref().unwrap_or(value)))
            }
            ExampleValue::Serialized(at) => Some(simple(self.api.documents.get(at)?)),
            ExampleValue::External(_) => None,
        });
        if example.is_some() {
            return example;
        }
        let schema = match &header.format {
            ParameterFormat::Style { schema, .. } => schema.as_ref(),
            ParameterFormat::Content(media) => media.schema.as_ref(),
        };
        let Some(schema) = schema else { return header.required.then(String::new) };
        let made = self.schemas.generate(schema, Direction::Response, Sampling::Plain).ok()?;
        Some(self.header_text(header, &made))
    }

    /// A value as a header field is written.
    pub(in crate::contract) fn header_text(&self, header: &Parameter, value: &Value) -> String {
        match (&header.format, value) {
            (ParameterFormat::Content(media), value) => self.parameter_text(media, value),
            (ParameterFormat::Style { explode: true, .. }, Value::Object(members)) => {
                members.iter().map(|(name, value)| format!("{name}={}", plain(value))).collect::<Vec<_>>().join(",")
            }
            (ParameterFormat::Style { .. }, value) => simple(value),
        }
    }

    /// The value of a parameter that is a document of a media type.
    pub(in crate::contract) fn parameter_text(&self, media: &MediaType, value: &Value) -> String {
        String::from_utf8_lossy(&self.write(media, value).body).into_owned()
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
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(","),
        Value::Object(members) => {
            members.iter().map(|(key, value)| format!("{key},{}", plain(value))).collect::<Vec<_>>().join(",")
        }
        value => plain(value),
    }
}
