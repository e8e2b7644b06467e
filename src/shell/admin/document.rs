//! The OpenAPI document of the admin API, made from its operations.

use http::Method;
use schemars::{SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use super::operation::{Operation, Shape};

/// The document, as text.
pub(super) fn text(operations: &[Operation]) -> String {
    let mut writer = Writer {
        asked: generator(SchemaSettings::for_deserialize),
        answered: generator(SchemaSettings::for_serialize),
    };
    let mut paths = Map::new();
    for operation in operations {
        let described = writer.operation(operation);
        let item = paths.entry(operation.path).or_insert_with(|| json!({}));
        item[operation.method.as_str().to_ascii_lowercase()] = described;
    }
    let mut schemas: Map<String, Value> = writer.asked.take_definitions(true);
    schemas.extend(writer.answered.take_definitions(true));
    schemas.sort_keys();
    let document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Mimeo admin API",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Drives a running mock: sessions, their scenario, clock, tokens and journal, and the server \
                itself. Durations are texts such as `80ms`, `5m` or `1h30m`; times are RFC 3339, by the session's clock \
                unless said otherwise. A query parameter that is not described is refused.",
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        },
        "servers": [{"url": "/__mimeo"}],
        "security": [{}, {"adminToken": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "adminToken": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "What `--admin-token` or `MIMEO_ADMIN_TOKEN` says, if it says something.",
                },
            },
        },
    });
    format!("{document:#}\n")
}

fn generator(purpose: fn(SchemaSettings) -> SchemaSettings) -> SchemaGenerator {
    let settings = purpose(SchemaSettings::draft2020_12());
    settings.with(|settings| settings.definitions_path = "/components/schemas".into()).into_generator()
}

struct Writer {
    /// Makes the schemas of what is sent.
    asked: SchemaGenerator,
    /// Makes the schemas of what is answered.
    answered: SchemaGenerator,
}

impl Writer {
    fn operation(&mut self, operation: &Operation) -> Value {
        let mut parameters: Vec<Value> = path_parameters(operation.path).collect();
        parameters.extend(operation.query.into_iter().flat_map(|shape| self.query_parameters(shape)));
        let mut described = json!({"operationId": operation.id, "summary": operation.summary});
        if !parameters.is_empty() {
            described["parameters"] = parameters.into();
        }
        if let Some(shape) = operation.body {
            let schema = shape(&mut self.asked);
            described["requestBody"] = json!({"required": true, "content": {"application/json": {"schema": schema}}});
        }
        let mut responses = Map::new();
        for answer in &operation.answers {
            let mut response = json!({"description": answer.says});
            if let Some((media_type, shape)) = answer.content {
                response["content"] = json!({media_type: {"schema": shape(&mut self.answered)}});
            }
            responses.insert(answer.status.to_string(), response);
        }
        let problem = self.answered.subschema_for::<super::refusal::Problem>();
        let mut refuse = |status: u16, says: &str| {
            let content = json!({"application/problem+json": {"schema": problem}});
            responses.entry(status.to_string()).or_insert_with(|| json!({"description": says, "content": content}));
        };
        if operation.query.is_some() || operation.body.is_some() || operation.path.contains('{') {
            refuse(400, "The request does not fit this description.");
        }
        refuse(401, "The admin token is missing or wrong.");
        refuse(
            403,
            "It was sent to a host that is not ours or by a page of another origin, or there is no admin token where one is needed.",
        );
        if operation.body.is_some() {
            refuse(413, "The body is too large.");
        }
        if operation.method != Method::GET {
            refuse(415, "The body is not JSON.");
        }
        responses.sort_keys();
        described["responses"] = responses.into();
        described
    }

    /// The members of an object as parameters.
    fn query_parameters(&mut self, shape: Shape) -> Vec<Value> {
        let schema = shape(&mut self.asked).to_value();
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        let members = schema["properties"].as_object().cloned().unwrap_or_default();
        let parameter = |(name, mut schema): (String, Value)| {
            let description = schema.as_object_mut().and_then(|schema| schema.remove("description"));
            let required = required.contains(&json!(name));
            without_null(&mut schema);
            json!({"name": name, "in": "query", "description": description, "required": required, "schema": schema})
        };
        members.into_iter().map(parameter).collect()
    }
}

/// A parameter that is not sent is not null.
fn without_null(schema: &mut Value) {
    let Some(members) = schema.as_object_mut() else { return };
    if let Some(Value::Array(types)) = members.get_mut("type") {
        types.retain(|it| it != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            members.insert("type".to_owned(), only);
        }
    }
    members.retain(|name, value| name != "default" || !value.is_null());
    if let Some(Value::Array(branches)) = members.get_mut("anyOf") {
        branches.retain(|it| it["type"] != "null");
        if let [only] = branches.as_slice() {
            *schema = only.clone();
        }
    }
}

fn path_parameters(path: &str) -> impl Iterator<Item = Value> {
    let names = path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
    names.map(|name| {
        let (description, schema) = match name {
            "session" => {
                ("The name of a session.", json!({"type": "string", "pattern": super::text::SESSION, "maxLength": 128}))
            }
            _ => (
                "The number of a record.",
                json!({"type": "integer", "minimum": 1, "maximum": 9_007_199_254_740_991_u64}),
            ),
        };
        json!({"name": name, "in": "path", "required": true, "description": description, "schema": schema})
    })
}
