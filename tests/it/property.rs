//! Random contracts: a request made from one is right, and a single fault in it is found alone.

use std::fmt::Write as _;

use http::{HeaderValue, header};
use mimeo::{
    contract::{Contract, OperationId},
    finding::Finding,
    message::Request,
    openapi::{ExampleValue, MediaType, SchemaRef},
    schema::{Direction, Sampling},
};
use proptest::{
    collection::{btree_map, vec},
    prelude::*,
    sample::select,
};
use serde_json::{Map, Value, json};

use crate::described::{contract, judge, lines, routed};

/// What is described of a single value.
#[derive(Clone, Debug)]
enum Simple {
    Integer { low: i64, span: u16 },
    Number { high: i32 },
    Boolean,
    Text { least: u8, span: u8 },
    Choice(Vec<String>),
    Date,
}

impl Simple {
    fn schema(&self) -> Value {
        match self {
            Self::Integer { low, span } => {
                json!({"type": "integer", "minimum": low, "maximum": low + i64::from(*span)})
            }
            Self::Number { high } => json!({"type": "number", "maximum": high}),
            Self::Boolean => json!({"type": "boolean"}),
            Self::Text { least, span } => {
                json!({"type": "string", "minLength": least, "maxLength": u16::from(*least) + u16::from(*span)})
            }
            Self::Choice(names) => json!({"enum": names, "type": "string"}),
            Self::Date => json!({"type": "string", "format": "date"}),
        }
    }

    /// Text that breaks the schema, and the keyword that says so.
    fn wrong(&self) -> (&'static str, &'static str) {
        match self {
            Self::Integer { .. } | Self::Number { .. } | Self::Boolean => ("type", "nothing"),
            Self::Text { .. } => ("maxLength", "a-text-that-is-longer-than-any-that-is-described-here"),
            Self::Choice(_) => ("enum", "not-among-them"),
            Self::Date => ("format", "yesterday"),
        }
    }

    /// A number above the maximum.
    fn above(&self) -> Option<i64> {
        match self {
            Self::Integer { low, span } => Some(low + i64::from(*span) + 1),
            Self::Number { high } => Some(i64::from(*high) + 1),
            _ => None,
        }
    }
}

fn simple() -> impl Strategy<Value = Simple> {
    prop_oneof![
        (-1_000_000_i64..1_000_000, 0..500_u16).prop_map(|(low, span)| Simple::Integer { low, span }),
        (-1000..1000).prop_map(|high| Simple::Number { high }),
        Just(Simple::Boolean),
        (1..9_u8, 0..9_u8).prop_map(|(least, span)| Simple::Text { least, span }),
        vec("[a-zéß &=+%;,/.|]{1,6}", 1..4).prop_map(Simple::Choice),
        Just(Simple::Date),
    ]
}

/// Where a parameter is.
const PLACES: [&str; 4] = ["path", "query", "header", "cookie"];

/// What of a parameter is a [`Simple`]: all of it, each item, or one member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    One,
    List,
    Members,
}

#[derive(Clone, Debug)]
struct Parameter {
    place: &'static str,
    /// Empty for the default of the place.
    style: &'static str,
    required: bool,
    form: Form,
    explode: bool,
    value: Simple,
}

fn parameter() -> impl Strategy<Value = Parameter> {
    let form = select(&[Form::One, Form::List, Form::Members][..]);
    (select(&PLACES[..]), 0..4_usize, any::<bool>(), form, any::<bool>(), simple()).prop_map(
        |(place, style, required, form, explode, value)| {
            let styles: &[&'static str] = match (place, form) {
                ("path", _) => &["", "", "label", "matrix"],
                ("query", Form::List) => &["", "", "spaceDelimited", "pipeDelimited"],
                ("query", Form::Members) => &["", "", "deepObject", "pipeDelimited"],
                _ => &[""; 4],
            };
            let style = styles[style];
            let explode = (explode && !style.ends_with("Delimited")) || style == "deepObject";
            // A header value has no outer white space, no way to escape a delimiter, and ASCII is all that is safe in it.
            // A pipe or a space cannot be part of an item where it stands between items.
            let is_plain = place == "header" || style.ends_with("Delimited");
            let value = match value {
                Simple::Choice(_) if is_plain => Simple::Choice(vec!["a".to_owned(), "b-c".to_owned()]),
                value => value,
            };
            Parameter { place, style, required: required || place == "path", form, explode, value }
        },
    )
}

impl Parameter {
    fn schema(&self, index: usize) -> Value {
        let schema = self.value.schema();
        let member = member(index);
        match self.form {
            Form::One => schema,
            Form::List => json!({"type": "array", "items": schema, "minItems": 1}),
            Form::Members => json!({"type": "object", "properties": {&member: schema}, "required": [member]}),
        }
    }

    /// The name of its query pair or cookie.
    fn key(&self, index: usize) -> String {
        match (self.form, self.style) {
            (Form::Members, "deepObject") => format!("{}[{}]", name(index), member(index)),
            (Form::Members, _) if self.explode && matches!(self.place, "query" | "cookie") => member(index),
            _ => name(index),
        }
    }

    /// How a text stands in its place.
    fn wire(&self, index: usize, text: &str) -> String {
        let is_spread = self.explode && matches!(self.place, "query" | "cookie");
        let between = match (self.explode, self.style) {
            (true, _) => "=",
            (false, "pipeDelimited") => "|",
            (false, _) => ",",
        };
        let value = match self.form {
            Form::Members if !is_spread => format!("{}{between}{text}", member(index)),
            _ => text.to_owned(),
        };
        match self.style {
            "label" => format!(".{value}"),
            "matrix" if self.explode && self.form == Form::Members => format!(";{value}"),
            "matrix" => format!(";{}={value}", name(index)),
            _ => value,
        }
    }

    /// Where a wrong value is found inside the parameter.
    fn inside(&self, index: usize) -> String {
        match self.form {
            Form::One => String::new(),
            Form::List => "/0".to_owned(),
            Form::Members => format!("/{}", member(index)),
        }
    }
}

fn name(index: usize) -> String {
    format!("p{index}")
}

fn member(index: usize) -> String {
    format!("m{index}")
}

/// A small API: one operation.
#[derive(Clone, Debug)]
struct Plan {
    parameters: Vec<Parameter>,
    /// The fields of the body, and whether each is required.
    fields: Vec<(Simple, bool)>,
    /// True if the body has a field that is an array of integers, and one that is an object.
    nested: bool,
    security: &'static str,
    version: &'static str,
    media_type: &'static str,
}

/// The media types of bodies that hold fields.
const MEDIA_TYPES: [&str; 4] =
    ["application/json", "application/x-www-form-urlencoded", "multipart/form-data", "application/xml"];

fn plan(media_types: &'static [&'static str]) -> impl Strategy<Value = Plan> {
    let fields = vec((simple(), any::<bool>()), 1..5);
    let security = select(&["none", "bearer", "basic", "header", "query", "cookie"][..]);
    let version = select(&["3.0.4", "3.1.1", "3.2.0"][..]);
    let media_type = select(media_types);
    (vec(parameter(), 0..5), fields, any::<bool>(), security, version, media_type).prop_map(
        |(parameters, fields, nested, security, version, media_type)| Plan {
            parameters,
            fields,
            nested,
            security,
            version,
            media_type,
        },
    )
}

impl Plan {
    fn description(&self) -> String {
        let mut path = "/things".to_owned();
        let mut list = Vec::new();
        for (index, parameter) in self.parameters.iter().enumerate() {
            let Parameter { place, style, required, explode, .. } = parameter;
            if *place == "path" {
                let _ = write!(path, "/{{{}}}", name(index));
            }
            let schema = parameter.schema(index);
            let mut object =
                json!({"name": name(index), "in": place, "required": required, "explode": explode, "schema": schema});
            if !style.is_empty() {
                object["style"] = json!(style);
            }
            list.push(object);
        }
        let properties: Map<String, Value> =
            self.fields.iter().enumerate().map(|(index, (field, _))| (format!("f{index}"), field.schema())).collect();
        let required: Vec<String> =
            (0..).zip(&self.fields).filter(|(_, field)| field.1).map(|(index, _)| format!("f{index}")).collect();
        let mut body = json!({"type": "object", "properties": properties});
        if self.nested {
            let items = json!({"type": "integer"});
            body["properties"]["list"] = json!({"type": "array", "items": items, "minItems": 1});
            body["properties"]["inner"] =
                json!({"type": "object", "properties": {"a": items, "b": {"type": "string"}}, "required": ["a"]});
        }
        if !required.is_empty() {
            body["required"] = json!(required);
        }
        let scheme = match self.security {
            "bearer" | "basic" => json!({"type": "http", "scheme": self.security}),
            place => json!({"type": "apiKey", "name": "key", "in": place}),
        };
        let mut root = json!({
            "openapi": self.version,
            "info": {"title": "t", "version": "1"},
            "paths": {path: {"post": {
                "parameters": list,
                "requestBody": {"required": true, "content": {self.media_type: {"schema": body}}},
                "responses": {"200": {"description": "ok"}},
            }}},
        });
        if self.security != "none" {
            root["components"] = json!({"securitySchemes": {"s": scheme}});
            root["security"] = json!([{"s": []}]);
        }
        root.to_string()
    }
}

/// Everything that is said about a request.
fn judged(contract: &Contract, request: &Request) -> Vec<Finding> {
    let mut findings = contract.authenticate(&routed(contract, request), request);
    findings.extend(judge(contract, request).findings);
    findings
}

fn said(contract: &Contract, request: &Request) -> Vec<String> {
    lines(&judged(contract, request))
}

const ONLY: OperationId = OperationId(0);

/// The parts of a query without those of a name.
fn without_pair(query: Option<&str>, name: &str) -> Option<String> {
    let is_other = |pair: &&str| {
        pair.split('=').next().map(|key| key.replace("%5B", "[").replace("%5D", "]")) != Some(name.to_owned())
    };
    let left: Vec<&str> = query?.split('&').filter(is_other).collect();
    if left.is_empty() { None } else { Some(left.join("&")) }
}

/// A request without one of its parameters, or with another text in its place.
fn replaced(request: &Request, plan: &Plan, index: usize, text: Option<&str>) -> Request {
    let mut request = request.clone();
    let parameter = &plan.parameters[index];
    let name = parameter.key(index);
    let text = text.map(|text| parameter.wire(index, text));
    let text = text.as_deref();
    match parameter.place {
        "path" => {
            let segment = 2 + plan.parameters[..index].iter().filter(|parameter| parameter.place == "path").count();
            let mut segments: Vec<&str> = request.path.split('/').collect();
            segments[segment] = text.unwrap_or_default();
            request.path = segments.join("/");
        }
        "query" => {
            let left = without_pair(request.query.as_deref(), &name);
            let more = text.map(|text| format!("{name}={text}"));
            let pairs: Vec<String> = left.into_iter().chain(more).collect();
            request.query = (!pairs.is_empty()).then(|| pairs.join("&"));
        }
        "header" => {
            request.headers.remove(name.as_str());
            if let Some(text) = text {
                request.headers.insert(http::HeaderName::try_from(name).unwrap(), HeaderValue::from_str(text).unwrap());
            }
        }
        _ => {
            let cookies = request.header("cookie").unwrap_or_default().to_owned();
            let others =
                cookies.split("; ").filter(|cookie| !cookie.is_empty() && cookie.split('=').next() != Some(&name));
            let more = text.map(|text| format!("{name}={text}"));
            let line = others.map(str::to_owned).chain(more).collect::<Vec<_>>().join("; ");
            request.headers.remove(header::COOKIE);
            if !line.is_empty() {
                request.headers.insert(header::COOKIE, HeaderValue::from_str(&line).unwrap());
            }
        }
    }
    request
}

fn without_credentials(request: &Request, security: &str) -> Request {
    let mut request = request.clone();
    match security {
        "query" => request.query = without_pair(request.query.as_deref(), "key"),
        "header" => drop(request.headers.remove("key")),
        "cookie" => {
            let cookies = request.header("cookie").unwrap_or_default().to_owned();
            let left: Vec<&str> = cookies.split("; ").filter(|cookie| !cookie.starts_with("key=")).collect();
            request.headers.insert(header::COOKIE, HeaderValue::from_str(&left.join("; ")).unwrap());
        }
        _ => drop(request.headers.remove(header::AUTHORIZATION)),
    }
    request
}

fn with_body(request: &Request, body: &Value) -> Request {
    Request { body: body.to_string().into(), ..request.clone() }
}

/// Each request with exactly one fault, and the finding that it must yield.
fn faults(plan: &Plan, request: &Request) -> Vec<(Request, String)> {
    let mut faults = Vec::new();
    for (index, parameter) in plan.parameters.iter().enumerate() {
        let Parameter { place, required, value, .. } = parameter;
        let name = name(index);
        if *required {
            faults.push((replaced(request, plan, index, None), format!("required {place} {name}")));
        }
        let inside = parameter.inside(index);
        let (keyword, text) = value.wrong();
        faults.push((replaced(request, plan, index, Some(text)), format!("{keyword} {place} {name}{inside}")));
        if let Some(above) = value.above() {
            let above = replaced(request, plan, index, Some(&above.to_string()));
            faults.push((above, format!("maximum {place} {name}{inside}")));
        }
    }
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    for (index, (field, required)) in plan.fields.iter().enumerate() {
        let name = format!("f{index}");
        let mut changed = body.clone();
        if *required {
            changed.as_object_mut().unwrap().remove(&name);
            faults.push((with_body(request, &changed), "required body".to_owned()));
        }
        changed[&name] = json!([]);
        faults.push((with_body(request, &changed), format!("type body /{name}")));
        if let Some(above) = field.above() {
            changed[&name] = above.into();
            faults.push((with_body(request, &changed), format!("maximum body /{name}")));
        }
    }
    let mut other = request.clone();
    other.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-other"));
    faults.push((other, "unsupported-media-type header Content-Type".to_owned()));
    let cut = request.body.slice(..request.body.len() - 1);
    faults.push((Request { body: cut, ..request.clone() }, "malformed-body body".to_owned()));
    faults.push((Request { body: bytes::Bytes::new(), ..request.clone() }, "required body".to_owned()));
    let seat = match plan.security {
        "none" => None,
        "query" => Some("query key"),
        "header" => Some("header key"),
        "cookie" => Some("cookie key"),
        _ => Some("header Authorization"),
    };
    faults.extend(seat.map(|seat| (without_credentials(request, plan.security), format!("security {seat}"))));
    faults
}

/// Each body of any media type with exactly one fault in one of its fields, and the finding that it must yield.
///
/// The value is written by the contract itself, so that the fault is one of the value and not of how it is written.
fn faults_of_fields(plan: &Plan, contract: &Contract, request: &Request) -> Vec<(Request, String)> {
    let media: &MediaType = &contract.operation(ONLY).body.as_ref().unwrap().content[0];
    let value = judge(contract, request).body.into_value().unwrap();
    let mut faults = Vec::new();
    let mut add = |changed: &Value, expected: String| {
        let written = contract.write(media, changed);
        let mut faulty = Request { body: written.body, ..request.clone() };
        faulty.headers.insert(header::CONTENT_TYPE, HeaderValue::from_str(&written.media_type).unwrap());
        faults.push((faulty, expected));
    };
    for (index, (field, required)) in plan.fields.iter().enumerate() {
        let name = format!("f{index}");
        let mut changed = value.clone();
        if *required && plan.fields.len() > 1 {
            changed.as_object_mut().unwrap().remove(&name);
            add(&changed, "required body".to_owned());
        }
        let (keyword, text) = field.wrong();
        changed[&name] = text.into();
        add(&changed, format!("{keyword} body /{name}"));
        if let Some(above) = field.above() {
            changed[&name] = above.into();
            add(&changed, format!("maximum body /{name}"));
        }
    }
    if plan.nested {
        let mut changed = value.clone();
        changed["list"] = json!([1, "nothing"]);
        add(&changed, "type body /list/1".to_owned());
        changed["list"] = value["list"].clone();
        // A form has no way of its own to write an object: it is JSON, which has no types to be read by.
        changed["inner"] = json!({"b": "x"});
        add(&changed, "required body /inner".to_owned());
    }
    faults
}

/// A schema of some levels, and what it needs to be met.
fn schema() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        5 => simple().prop_map(|simple| simple.schema()),
        1 => Just(json!({})),
        1 => Just(json!({"type": ["string", "null"], "maxLength": 4})),
        1 => select(&["date-time", "email", "uuid", "ipv4", "ipv6", "uri", "byte", "hostname", "duration", "time"][..])
            .prop_map(|format| json!({"type": "string", "format": format})),
        1 => select(&["^[a-z]{2,5}$", "^\\d{3}-\\d{4}$", "^(a|b)+c?$", "[A-F0-9]{8}", "^x"][..])
            .prop_map(|pattern| json!({"type": "string", "pattern": pattern})),
        1 => (1..9_u32, -50..50_i32).prop_map(|(step, low)| json!({"type": "integer", "multipleOf": step, "minimum": low})),
        1 => (1..100_u32, 1..4_u32).prop_map(|(steps, places)| {
            let step = 1.0 / 10_f64.powi(i32::try_from(places).unwrap());
            json!({"type": "number", "multipleOf": step, "exclusiveMinimum": f64::from(steps) / 8.0})
        }),
        1 => select(&["int8", "int32", "int64", "uint8", "uint64", "float"][..])
            .prop_map(|format| json!({"type": "integer", "format": format})),
        1 => Just(json!({"const": {"a": [1, null]}})),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        let properties = btree_map("[a-e]", inner.clone(), 0..4);
        prop_oneof![
            3 => (properties, any::<u8>(), any::<bool>()).prop_map(|(properties, mask, closed)| {
                let required: Vec<&String> =
                    properties.keys().zip(0..).filter(|(_, bit)| mask >> bit & 1 == 1).map(|(name, _)| name).collect();
                let mut schema = json!({"type": "object", "properties": properties, "required": required});
                if closed {
                    schema["additionalProperties"] = json!(false);
                }
                schema
            }),
            2 => (inner.clone(), 0..4_u8, 0..3_u8).prop_map(|(items, least, span)| {
                json!({"type": "array", "items": items, "minItems": least, "maxItems": least + span})
            }),
            1 => (inner.clone(), 1..3_u8).prop_map(|(items, least)| {
                json!({"type": "object", "additionalProperties": items, "minProperties": least})
            }),
            1 => vec(inner.clone(), 1..4).prop_map(|branches| json!({"anyOf": branches})),
            1 => vec(inner.clone(), 1..4).prop_map(|items| json!({"type": "array", "prefixItems": items})),
            1 => (inner.clone(), inner).prop_map(|(one, other)| {
                json!({"allOf": [{"type": "object", "properties": {"x": one}}, {"properties": {"y": other}, "required": ["y"]}]})
            }),
        ]
    })
}

/// The contract of an operation that takes and answers that schema.
fn holding(schema: &Value) -> (Contract, SchemaRef) {
    holding_content(&json!({"application/json": {"schema": schema}}))
}

fn holding_content(content: &Value) -> (Contract, SchemaRef) {
    let description = json!({
        "openapi": "3.1.1",
        "info": {"title": "t", "version": "1"},
        "paths": {"/": {"post": {
            "requestBody": {"required": true, "content": content},
            "responses": {"200": {"description": "ok", "content": content}},
        }}},
    });
    let contract = contract(&description.to_string());
    let media: &MediaType = &contract.operation(ONLY).body.as_ref().unwrap().content[0];
    assert!(media.examples.iter().all(|example| !matches!(example.value, ExampleValue::External(_))));
    let schema = media.schema.clone().unwrap();
    (contract, schema)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// A request that was made from a contract is right.
    #[test]
    fn made_requests_are_right(plan in plan(&MEDIA_TYPES)) {
        let contract = contract(&plan.description());
        let request = contract.sample_request(ONLY);
        prop_assert_eq!(said(&contract, &request), [""; 0], "{:?}\n{}", request, plan.description());
    }

    /// A body that was made and written in its media type is read as the same value.
    #[test]
    fn written_bodies_are_read_back(plan in plan(&MEDIA_TYPES), seed in any::<u64>()) {
        let contract = contract(&Plan { parameters: vec![], security: "none", ..plan }.description());
        let media = &contract.operation(ONLY).body.as_ref().unwrap().content[0];
        let schema = media.schema.as_ref().unwrap();
        let value = contract.schemas.generate(schema, Direction::Request, Sampling::Seeded(seed)).unwrap();
        let written = contract.write(media, &value);
        let mut request = contract.sample_request(ONLY);
        request.headers.insert(header::CONTENT_TYPE, HeaderValue::from_str(&written.media_type).unwrap());
        request.body = written.body;
        let checked = judge(&contract, &request);
        prop_assert_eq!(lines(&checked.findings), [""; 0], "{:?} {:?}", request, schema);
        prop_assert_eq!(checked.body.into_value(), Some(value), "{:?}", request);
    }

    /// A request with exactly one fault yields exactly that finding.
    #[test]
    fn one_fault_is_found_alone(plan in plan(&["application/json"])) {
        let contract = contract(&plan.description());
        let request = contract.sample_request(ONLY);
        for (faulty, expected) in faults(&plan, &request) {
            prop_assert_eq!(said(&contract, &faulty), [expected], "{:?}\n{}", faulty, plan.description());
        }
    }

    /// So does a body of any other media type.
    #[test]
    fn one_fault_in_a_field_is_found_alone(plan in plan(&MEDIA_TYPES)) {
        let contract = contract(&Plan { parameters: vec![], security: "none", ..plan.clone() }.description());
        let request = contract.sample_request(ONLY);
        for (faulty, expected) in faults_of_fields(&plan, &contract, &request) {
            prop_assert_eq!(said(&contract, &faulty), [expected], "{:?}\n{}", faulty, plan.description());
        }
    }

    /// A table that was made is read back, and a cell of it with a fault is found alone.
    #[test]
    fn tables_are_read_back(fields in vec((simple(), any::<bool>()), 1..5), seed in any::<u64>()) {
        let properties: Map<String, Value> =
            fields.iter().enumerate().map(|(index, (field, _))| (format!("f{index}"), field.schema())).collect();
        let required: Vec<&String> = properties.keys().zip(&fields).filter(|(_, field)| field.1).map(|(it, _)| it).collect();
        let items = json!({"type": "object", "properties": properties, "required": required});
        let schema = json!({"type": "array", "items": items, "minItems": 1, "maxItems": 4});
        let content = json!({"text/csv": {"schema": schema}});
        let (contract, at) = holding_content(&content);
        let media = &contract.operation(ONLY).body.as_ref().unwrap().content[0];
        let mut value = contract.schemas.generate(&at, Direction::Request, Sampling::Seeded(seed)).unwrap();
        let mut request = contract.sample_request(ONLY);
        prop_assert_eq!(said(&contract, &request), [""; 0]);
        request.body = contract.write(media, &value).body;
        prop_assert_eq!(judge(&contract, &request).body.into_value(), Some(value.clone()), "{:?}", request);
        let (keyword, text) = fields[0].0.wrong();
        value[0]["f0"] = text.into();
        request.body = contract.write(media, &value).body;
        prop_assert_eq!(said(&contract, &request), [format!("{keyword} body /0/f0")], "{:?}", request);
    }

    /// Every value that is made satisfies its validator, and the same seed makes the same value.
    #[test]
    fn made_values_are_valid(schema in schema(), seed in any::<u64>()) {
        let (contract, at) = holding(&schema);
        let (again, _) = holding(&schema);
        for direction in [Direction::Request, Direction::Response] {
            let validator = contract.schemas.validator(&at, direction);
            for sampling in [Sampling::Plain, Sampling::Least, Sampling::Seeded(seed), Sampling::Seeded(seed ^ 1)] {
                let made = contract.schemas.generate(&at, direction, sampling);
                let value = made.clone().map_err(|error| TestCaseError::fail(format!("{schema}: {error}")))?;
                prop_assert!(validator.is_valid(&value), "{}: {}", schema, value);
                prop_assert_eq!(validator.violations(&value), []);
                prop_assert_eq!(again.schemas.generate(&at, direction, sampling), made);
            }
        }
    }
}
