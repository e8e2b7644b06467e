//! A plain valid request for an operation, made from its description.
//!
//! What the description says is required is there, and nothing else: required parameters by their first example that
//! fits, else by schema; the credentials of the first security requirement, in form only; the body by its first
//! example, else by schema.

use bytes::Bytes;
use http::{HeaderName, Method, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};

use super::{Contract, MediaRange, OperationId, body::Kind, parameter::Spelling};
use crate::{
    message::{Request, header_value},
    openapi::{
        Example, ExampleValue, MediaType, Operation, Parameter, ParameterFormat, ParameterPlace, RequestBody,
        SchemaRef, SchemeKind, Style,
    },
    schema::{Direction, Impossible, Sampling},
};

/// What is encoded in a value: all but RFC 3986's unreserved characters, so that no delimiter of any style is left.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

impl Contract {
    /// A plain valid request for an operation, to the API's own path without any base path.
    ///
    /// Where the description cannot be satisfied (an impossible schema), the request is as near as can be made.
    pub fn sample_request(&self, id: OperationId) -> Request {
        let operation = self.operation(id);
        let mut sample = Sample {
            contract: self,
            request: Request::new(operation.method.clone(), "/"),
            path: operation.path.clone(),
            query: Vec::new(),
            cookies: Vec::new(),
        };
        for (name, value) in &operation.fixed_query {
            sample.query.push(match value {
                Some(value) => format!("{name}={value}"),
                None => name.clone(),
            });
        }
        let is_fixed = |parameter: &Parameter| {
            let fixed = operation.fixed_query.iter().any(|(name, _)| *name == parameter.name);
            fixed && parameter.place == ParameterPlace::Query
        };
        for parameter in operation.parameters.iter().filter(|it| it.required && !is_fixed(it)) {
            sample.add_parameter(parameter);
        }
        sample.add_credentials(operation);
        if let Some(body) = &operation.body
            && (body.required || !matches!(operation.method, Method::GET | Method::HEAD))
        {
            sample.add_body(body);
        }
        sample.finish()
    }

    /// A value for a schema: the first example that fits it, else one that is made.
    fn sample_value(&self, examples: &[Example], schema: Option<&SchemaRef>) -> Option<Value> {
        let mut shown = examples.iter().filter_map(|example| match &example.value {
            ExampleValue::Data(at) => self.api.documents.get(at),
            ExampleValue::Serialized(_) | ExampleValue::External(_) => None,
        });
        let Some(schema) = schema else { return shown.next().cloned() };
        let validator = self.schemas.validator(schema, Direction::Request);
        let fitting = shown.find(|value| validator.is_valid(*value)).cloned();
        fitting.or_else(|| {
            let made = self.schemas.generate(schema, Direction::Request, Sampling::Plain);
            made.map_or_else(Impossible::nearest, Some)
        })
    }
}

/// A request in the making.
struct Sample<'c> {
    contract: &'c Contract,
    request: Request,
    path: String,
    query: Vec<String>,
    cookies: Vec<String>,
}

impl Sample<'_> {
    fn add_parameter(&mut self, parameter: &Parameter) {
        let schema = match &parameter.format {
            ParameterFormat::Style { schema, .. } => schema.as_ref(),
            ParameterFormat::Content(media) => media.schema.as_ref(),
        };
        let value = self.contract.sample_value(&parameter.examples, schema).unwrap_or_else(|| "x".into());
        let value = self.shown(value, schema);
        let spelling = match &parameter.format {
            ParameterFormat::Content(media) => return self.add_document(parameter, media, &value),
            ParameterFormat::Style { style, explode, .. } => {
                Spelling { name: &parameter.name, style: *style, explode: *explode }
            }
        };
        match parameter.place {
            ParameterPlace::Path => self.put_in_path(&parameter.name, &in_path(spelling, &value)),
            ParameterPlace::Query => self.query.extend(in_query(spelling, &value)),
            ParameterPlace::QueryString => self.query.push(encoded(&plain(&value))),
            ParameterPlace::Header => self.add_header(&parameter.name, &self.contract.header_text(parameter, &value)),
            ParameterPlace::Cookie => self.cookies.extend(in_cookies(spelling, &value)),
        }
    }

    /// A value that can be seen in a style, instead of an object without members, which most write as nothing.
    fn shown(&self, value: Value, schema: Option<&SchemaRef>) -> Value {
        let Some(schema) = schema.filter(|_| value.as_object().is_some_and(Map::is_empty)) else { return value };
        let validator = self.contract.schemas.validator(schema, Direction::Request);
        let others = [json!({"x": "x"}), json!({"x": 0}), Value::Null];
        others.into_iter().find(|other| validator.is_valid(other)).unwrap_or(value)
    }

    /// A parameter that is a document of a media type.
    fn add_document(&mut self, parameter: &Parameter, media: &MediaType, value: &Value) {
        let name = &parameter.name;
        let text = self.contract.parameter_text(media, value);
        match parameter.place {
            ParameterPlace::Path => self.put_in_path(name, &encoded(&text)),
            ParameterPlace::Query => self.query.push(format!("{}={}", encoded(name), encoded(&text))),
            // A form is the query itself.
            ParameterPlace::QueryString if media.range.contains("urlencoded") => self.query.push(text),
            ParameterPlace::QueryString => self.query.push(encoded(&text)),
            ParameterPlace::Header => self.add_header(name, &text),
            ParameterPlace::Cookie => self.cookies.push(format!("{name}={}", encoded(&text))),
        }
    }

    fn put_in_path(&mut self, name: &str, text: &str) {
        self.path = self.path.replace(&format!("{{{name}}}"), text);
    }

    fn add_header(&mut self, name: &str, value: &str) {
        if let Ok(name) = HeaderName::try_from(name) {
            self.request.headers.insert(name, header_value(value));
        }
    }

    fn add_credentials(&mut self, operation: &Operation) {
        let Some(requirement) = operation.security.first() else { return };
        let api = &self.contract.api;
        for scheme in requirement.schemes.iter().filter_map(|(name, _)| api.schemes.get(name)) {
            match &scheme.kind {
                SchemeKind::ApiKey { place, name } => match place {
                    ParameterPlace::Query => self.query.push(format!("{}=key", encoded(name))),
                    ParameterPlace::Cookie => self.cookies.push(format!("{name}=key")),
                    _ => self.add_header(name, "key"),
                },
                SchemeKind::Basic => self.add_header("authorization", "Basic dXNlcjpwYXNzd29yZA=="),
                SchemeKind::Bearer { .. } | SchemeKind::OAuth2 { .. } | SchemeKind::OpenIdConnect { .. } => {
                    self.add_header("authorization", "Bearer token");
                }
                SchemeKind::Http { scheme } => self.add_header("authorization", &format!("{scheme} credentials")),
                SchemeKind::MutualTls => (),
            }
        }
    }

    fn add_body(&mut self, body: &RequestBody) {
        let is_json = |media: &&MediaType| media.range.starts_with("application/json") || media.range.contains("+json");
        let Some(media) = body.content.iter().find(is_json).or(body.content.first()) else { return };
        let value = match &media.item_schema {
            _ if !media.form_fields.is_empty() => Some(self.form(media)),
            Some(items) if media.schema.is_none() => self.sequence(media, items),
            _ => self.contract.sample_value(&media.examples, media.schema.as_ref()),
        };
        let written = value.map(|value| self.contract.write(media, &value));
        let (media_type, body) = match written {
            Some(written) => (written.media_type, written.body),
            None => self.unknown(media),
        };
        self.request.headers.insert(header::CONTENT_TYPE, header_value(&media_type));
        self.request.body = body;
    }

    /// Content of which only the media type is known: the least that can be it.
    fn unknown(&self, media: &MediaType) -> (String, Bytes) {
        let value = match MediaRange::parse(&media.range).as_ref().map(Kind::of) {
            Some(Kind::Json) => Value::Object(Map::new()),
            Some(Kind::Form | Kind::Multipart | Kind::Xml) => {
                Value::Object(Map::from_iter([("x".to_owned(), "x".into())]))
            }
            // Any bytes will do.
            _ => return (media.range.replace('*', "octet-stream"), "x".into()),
        };
        let written = self.contract.write(media, &value);
        (written.media_type, written.body)
    }

    /// A sequence of which only the items are described: the first example whose items all fit, else one item.
    fn sequence(&self, media: &MediaType, items: &SchemaRef) -> Option<Value> {
        let validator = self.contract.schemas.validator(items, Direction::Request);
        let fits = |value: &Value| value.as_array().is_some_and(|list| list.iter().all(|it| validator.is_valid(it)));
        let shown = self.contract.sample_value(&media.examples, None).filter(fits);
        shown.or_else(|| Some(Value::Array(vec![self.contract.sample_value(&[], Some(items))?])))
    }

    /// The required fields of a Swagger 2.0 form.
    fn form(&self, media: &MediaType) -> Value {
        let field = |field: &Parameter| {
            let ParameterFormat::Style { schema, .. } = &field.format else { return None };
            Some((field.name.clone(), self.contract.sample_value(&field.examples, schema.as_ref())?))
        };
        let required = media.form_fields.iter().filter(|it| it.required);
        Value::Object(required.filter_map(field).collect::<Map<_, _>>())
    }

    fn finish(mut self) -> Request {
        // Template parameters that the description does not declare.
        while let Some(start) = self.path.find('{') {
            let Some(length) = self.path[start..].find('}') else { break };
            self.path.replace_range(start..=start + length, "x");
        }
        if !self.cookies.is_empty() {
            let line = self.cookies.join("; ");
            self.add_header("cookie", &line);
        }
        self.request.path = self.path;
        self.request.query = (!self.query.is_empty()).then(|| self.query.join("&"));
        self.request
    }
}

/// Text, percent-encoded.
fn encoded(text: &str) -> String {
    utf8_percent_encode(text, VALUE).to_string()
}

/// A primitive as text; an array or object in style `simple`.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(","),
        Value::Object(members) => {
            members.iter().map(|(name, value)| format!("{name},{}", plain(value))).collect::<Vec<_>>().join(",")
        }
        other => other.to_string(),
    }
}

/// A value inside an array or object as text: JSON, where no style says how it is written.
fn inside(value: &Value) -> String {
    if value.is_array() || value.is_object() { value.to_string() } else { plain(value) }
}

/// The items of an array, or the names and values of an object, each encoded.
fn pieces(value: &Value, between: &str) -> Vec<String> {
    pieces_in(encoded, value, between)
}

fn pieces_in(escape: fn(&str) -> String, value: &Value, between: &str) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().map(|item| escape(&inside(item))).collect(),
        Value::Object(members) => {
            members.iter().map(|(name, value)| format!("{}{between}{}", escape(name), escape(&inside(value)))).collect()
        }
        other => vec![escape(&plain(other))],
    }
}

/// The cookies of a parameter: one, or one for each item or member.
fn in_cookies(spelling: Spelling<'_>, value: &Value) -> Vec<String> {
    let Spelling { name, style, explode } = spelling;
    let escape = if style == Style::Cookie { str::to_owned } else { encoded };
    match (explode, value) {
        (true, Value::Array(_)) => {
            pieces_in(escape, value, "=").into_iter().map(|piece| format!("{name}={piece}")).collect()
        }
        (true, Value::Object(members)) => {
            members.iter().flat_map(|(name, value)| spread(escape, name, value)).collect()
        }
        _ => vec![format!("{name}={}", pieces_in(escape, value, ",").join(","))],
    }
}

fn in_path(spelling: Spelling<'_>, value: &Value) -> String {
    let Spelling { name, style, explode } = spelling;
    let between = if explode { "=" } else { "," };
    let pieces = pieces(value, between);
    match (style, explode, value) {
        (Style::Label, true, Value::Array(_) | Value::Object(_)) => {
            let dotless: Vec<String> = pieces.iter().map(|piece| piece.replace('.', "%2E")).collect();
            format!(".{}", dotless.join("."))
        }
        (Style::Label, true, _) => format!(".{}", pieces.join(".")),
        (Style::Label, false, _) => format!(".{}", pieces.join(",")),
        (Style::Matrix, true, Value::Array(_)) => format!(";{name}={}", pieces.join(&format!(";{name}="))),
        (Style::Matrix, true, Value::Object(_)) => format!(";{}", pieces.join(";")),
        (Style::Matrix, ..) => format!(";{name}={}", pieces.join(",")),
        // An empty segment would not be seen as a value.
        _ if pieces.iter().all(String::is_empty) => "x".to_owned(),
        _ => pieces.join(","),
    }
}

fn in_query(spelling: Spelling<'_>, value: &Value) -> Vec<String> {
    let Spelling { name, style, explode } = spelling;
    let name = encoded(name);
    let delimiter = match style {
        Style::SpaceDelimited => "%20",
        Style::PipeDelimited => "%7C",
        Style::TabDelimited => "%09",
        _ => ",",
    };
    match (style, explode, value) {
        (Style::DeepObject, _, Value::Object(members)) => {
            let mut pairs = Vec::new();
            for (member, value) in members {
                deep(&format!("{name}[{}]", encoded(member)), value, &mut pairs);
            }
            pairs
        }
        (_, true, Value::Array(_)) => pieces(value, "=").into_iter().map(|piece| format!("{name}={piece}")).collect(),
        (_, true, Value::Object(members)) => {
            members.iter().flat_map(|(name, value)| spread(encoded, name, value)).collect()
        }
        _ => vec![format!("{name}={}", pieces(value, delimiter).join(delimiter))],
    }
}

/// The pairs of one member of an object that is spread over the query or cookies: one, or one for each item.
fn spread(escape: fn(&str) -> String, name: &str, value: &Value) -> Vec<String> {
    let name = escape(name);
    let values = value.as_array().map_or_else(|| vec![inside(value)], |items| items.iter().map(inside).collect());
    values.iter().map(|value| format!("{name}={}", escape(value))).collect()
}

fn deep(name: &str, value: &Value, pairs: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (member, value) in members {
                deep(&format!("{name}[{}]", encoded(member)), value, pairs);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                // The members of several items are told apart by position.
                let place = if item.is_object() || item.is_array() { index.to_string() } else { String::new() };
                deep(&format!("{name}[{place}]"), item, pairs);
            }
        }
        value => pairs.push(format!("{name}={}", encoded(&plain(value)))),
    }
}

#[cfg(test)]
mod tests {
    use crate::contract::check::fixture::{ONLY, contract, judged};

    #[test]
    fn content_of_which_nothing_is_described() {
        for media_type in ["application/json", "application/xml", "multipart/form-data", "text/plain", "image/*"] {
            let contract = contract(&format!(
                "openapi: 3.1.0\ninfo: {{title: t, version: '1'}}\npaths:\n  /{{o}}:\n    post:\n      parameters: [{{name: o, in: \
                 path, required: true, schema: {{type: object}}}}]\n      requestBody: {{required: true, content: {{'{media_type}': \
                 {{}}}}}}\n      responses: {{'200': {{description: ok}}}}\n"
            ));
            let request = contract.sample_request(ONLY);
            assert_eq!(judged(&contract, &request).findings, [], "{request:?}");
        }
    }

    /// A required parameter of that place and style, whose value holds arrays and objects, is sent as it is read.
    #[test]
    fn arrays_and_objects_inside_parameters() {
        let pair = "{type: object, required: [a, b], properties: {a: {enum: [x]}, b: {type: array, minItems: 2, items: \
                    {enum: [y]}}}}";
        let list = format!("{{type: array, minItems: 2, items: {pair}}}");
        let object = format!("{{type: object, required: [c, d], properties: {{c: {pair}, d: {list}}}}}");
        let spread = "{type: object, required: [e], properties: {e: {type: array, minItems: 2, items: {enum: [x]}}}}";
        for (place, style, explodes) in [
            ("query", "form", &[true, false][..]),
            ("query", "deepObject", &[true]),
            ("query", "spaceDelimited", &[false]),
            ("query", "pipeDelimited", &[false]),
            ("header", "simple", &[true, false]),
            ("path", "simple", &[true, false]),
            ("path", "label", &[true, false]),
            ("path", "matrix", &[true, false]),
            ("cookie", "form", &[true, false]),
        ] {
            for (explode, schema) in explodes.iter().flat_map(|it| [(it, &*list), (it, &*object), (it, spread)]) {
                if style == "deepObject" && schema == list {
                    continue;
                }
                let contract = contract(&format!(
                    "openapi: 3.1.0\ninfo: {{title: t, version: '1'}}\npaths:\n  /{}:\n    get:\n      parameters: \
                     [{{name: p, in: {place}, required: true, style: {style}, explode: {explode}, schema: {schema}}}]\n      \
                     responses: {{'200': {{description: ok}}}}\n",
                    if place == "path" { "{p}" } else { "" }
                ));
                let request = contract.sample_request(ONLY);
                let said: Vec<String> =
                    judged(&contract, &request).findings.into_iter().map(|finding| finding.message).collect();
                assert_eq!(said, [""; 0], "{place} {style} {explode} {schema}: {request:?}");
            }
        }
    }
}
