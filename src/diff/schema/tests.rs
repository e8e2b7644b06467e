//! Every kind of change of schemas, said once, and what is no change.

mod composed;
mod conditions;

use std::{collections::BTreeSet, panic::Location};

use serde_json::{Value, json};

use crate::{
    diff::{Change, Settings, Step, Touch, Version, catalogue, compare},
    openapi::{MemorySources, load},
};

fn changes(base: &Value, revision: &Value) -> Vec<Change> {
    let read = |document: &Value| {
        let sources = MemorySources::new().with("api.json", document.to_string());
        load(&sources, "api.json", "api.json", &[]).api.unwrap()
    };
    let settings = Settings { now_ms: 0, deprecation_days_stable: 0, deprecation_days_beta: 0 };
    compare(Version::new(&read(base)), Version::new(&read(revision)), &settings)
}

fn ids(changes: &[Change]) -> Vec<&'static str> {
    changes.iter().map(|change| change.id).collect()
}

/// A description with one operation and these schemas.
fn document(version: &str, operation: Value, schemas: Value) -> Value {
    json!({
        "openapi": version, "info": {"title": "t", "version": "1"}, "paths": {"/a": {"post": operation}},
        "components": {"schemas": schemas},
    })
}

fn content(schema: Value) -> Value {
    json!({"application/json": {"schema": schema}})
}

fn request(schema: Value) -> Value {
    json!({"requestBody": {"content": content(schema)}, "responses": {"204": {"description": "d"}}})
}

fn answer(schema: Value) -> Value {
    json!({"responses": {"200": {"description": "d", "content": content(schema)}}})
}

fn parameter(place: &str, schema: Value) -> Value {
    json!({"parameters": [{"name": "q", "in": place, "schema": schema}], "responses": {"204": {"description": "d"}}})
}

fn header(schema: Value) -> Value {
    json!({"responses": {"200": {"description": "d", "headers": {"X-A": {"schema": schema}}}}})
}

fn part(schema: Value) -> Value {
    json!({"type": "object", "properties": {"p": schema}})
}

/// Where a schema can be: how the ids begin, and an operation with the schema there.
type Place = (&'static str, fn(Value) -> Value);

const REQUESTS: [Place; 3] = [
    ("request-body", request),
    ("request-property", |schema| request(part(schema))),
    ("request-parameter", |schema| parameter("query", schema)),
];
const ANSWERS: [Place; 3] =
    [("response-body", answer), ("response-property", |schema| answer(part(schema))), ("response-header", header)];

/// What was said so far, and what should have been.
struct Cases {
    said: BTreeSet<&'static str>,
    faults: Vec<String>,
}

impl Cases {
    /// What a change of a schema is called in requests and in answers, wherever there is such a kind of change.
    #[track_caller]
    fn check(&mut self, old: Value, new: Value, in_requests: &[&str], in_answers: &[&str]) {
        for (places, expected) in [(REQUESTS, in_requests), (ANSWERS, in_answers)] {
            for (stem, operation) in places {
                let known = expected.iter().map(|what| format!("{stem}-{what}"));
                let known: Vec<String> = known.filter(|id| catalogue::find(id).is_some()).collect();
                self.exactly(operation(old.clone()), operation(new.clone()), &known);
            }
        }
    }

    /// What a change of an operation is called.
    #[track_caller]
    fn exactly<S: AsRef<str>>(&mut self, old: Value, new: Value, expected: &[S]) {
        let (old, new) = (document("3.1.0", old, json!({})), document("3.1.0", new, json!({})));
        let found = ids(&changes(&old, &new));
        let expected: Vec<&str> = expected.iter().map(AsRef::as_ref).collect();
        if found != expected {
            let line = Location::caller().line();
            self.faults.push(format!("line {line}: {found:?} instead of {expected:?}\n  {old}\n  {new}"));
        }
        for same in [&old, &new] {
            assert!(changes(same, same).is_empty(), "{same}");
        }
        self.said.extend(found);
    }
}

#[test]
fn every_kind_is_said() {
    let mut cases = Cases { said: BTreeSet::new(), faults: Vec::new() };
    kinds(&mut cases);
    values(&mut cases);
    bounds(&mut cases);
    texts(&mut cases);
    properties(&mut cases);
    compositions(&mut cases);
    structures(&mut cases);
    conditions::conditions(&mut cases);
    composed::composed(&mut cases);
    composed::of_conditions(&mut cases);
    parts_of_parameters(&mut cases);
    assert!(cases.faults.is_empty(), "{}", cases.faults.join("\n"));
    let known = catalogue::checks().map(|check| check.id).filter(|id| catalogue::is_about_schemas(id));
    let missing: Vec<&str> = known.filter(|id| !cases.said.contains(id)).collect();
    assert!(missing.is_empty(), "no case says {missing:#?}");
}

fn kinds(cases: &mut Cases) {
    let of = |kind: Value| json!({"type": kind});
    cases.check(of(json!("integer")), of(json!("number")), &["type-generalized"], &["type-changed"]);
    cases.check(of(json!("number")), of(json!("integer")), &["type-changed"], &[]);
    cases.check(of(json!("object")), of(json!("array")), &["type-changed"], &["type-changed"]);
    cases.check(of(json!("integer")), of(json!(["integer", "string"])), &["type-generalized"], &["type-changed"]);
    cases.check(of(json!("boolean")), json!({}), &["type-generalized"], &["type-changed"]);
    let formatted = |format: &str| json!({"type": "string", "format": format});
    cases.check(of(json!("string")), formatted("uuid"), &["type-changed"], &[]);
    cases.check(formatted("uuid"), of(json!("string")), &["type-generalized"], &["type-changed"]);
    cases.check(formatted("uuid"), formatted("uri"), &["type-changed"], &["type-changed"]);
    cases.check(formatted("date"), formatted("date-time"), &["type-generalized"], &["type-changed"]);
    cases.check(of(json!("string")), of(json!(["string", "null"])), &["became-nullable"], &["became-nullable"]);
    cases.check(of(json!(["string", "null"])), of(json!("string")), &["became-not-nullable"], &[]);
}

fn values(cases: &mut Cases) {
    let of = |values: &[&str]| json!({"type": "string", "enum": values});
    let any = || json!({"type": "string"});
    let only = |value: &str| json!({"type": "string", "const": value});
    let both = &["enum-value-removed", "enum-value-added"];
    let [body, property, query] = REQUESTS.map(|(_, operation)| operation);
    cases.exactly(
        property(of(&["a", "b"])),
        property(of(&["a", "c"])),
        &both.map(|id| format!("request-property-{id}")),
    );
    cases.exactly(query(of(&["a", "b"])), query(of(&["a", "c"])), &both.map(|id| format!("request-parameter-{id}")));
    cases.exactly(body(of(&["a", "b"])), body(of(&["a", "c"])), &["request-body-enum-value-removed"]);
    cases.exactly(body(of(&["a"])), body(any()), &["request-body-enum-value-removed"]);
    cases.exactly(property(of(&["a"])), property(any()), &["request-property-became-not-enum"]);
    cases.exactly(query(of(&["a"])), query(any()), &["request-parameter-became-not-enum"]);
    cases.exactly(body(any()), body(of(&["a"])), &["request-body-became-enum"]);
    let became = ["request-property-became-enum", "request-property-enum-value-added"];
    cases.exactly(property(any()), property(of(&["a"])), &became);
    let became = ["request-parameter-became-enum", "request-parameter-enum-value-added"];
    cases.exactly(query(any()), query(of(&["a"])), &became);
    let read_only = |values: &[&str]| part(json!({"type": "string", "enum": values, "readOnly": true}));
    let gone = "request-read-only-property-enum-value-removed";
    cases.exactly(request(read_only(&["a", "b"])), request(read_only(&["a"])), &[gone]);
    let [whole, part_of_answer, _] = ANSWERS.map(|(_, operation)| operation);
    cases.exactly(whole(of(&["a", "b"])), whole(of(&["a"])), &["response-mediatype-enum-value-removed"]);
    cases.exactly(
        part_of_answer(of(&["a", "b"])),
        part_of_answer(of(&["a", "c"])),
        &both.map(|id| format!("response-property-{id}")),
    );
    cases.exactly(part_of_answer(any()), part_of_answer(of(&["a"])), &[] as &[&str]);
    let write_only = |values: &[&str]| part(json!({"type": "string", "enum": values, "writeOnly": true}));
    let added = "response-write-only-property-enum-value-added";
    cases.exactly(answer(write_only(&["a"])), answer(write_only(&["a", "b"])), &[added]);

    cases.check(any(), only("a"), &["const-added"], &["const-added"]);
    cases.check(only("a"), any(), &["const-removed"], &["const-removed"]);
    cases.check(only("a"), only("b"), &["const-changed"], &["const-changed"]);

    let default = |value: &str| json!({"type": "string", "default": value});
    cases.check(any(), default("a"), &["default-value-added"], &["default-value-added"]);
    cases.check(default("a"), any(), &["default-value-removed"], &["default-value-removed"]);
    cases.check(default("a"), default("b"), &["default-value-changed"], &["default-value-changed"]);
    let required = |schema: Value| {
        let mut operation = parameter("query", schema);
        operation["parameters"][0]["required"] = json!(true);
        operation
    };
    cases.exactly(required(default("a")), required(default("b")), &[] as &[&str]);

    let known = |values: &[&str]| json!({"type": "string", "x-extensible-enum": values});
    cases.check(known(&["a", "b"]), known(&["a", "c"]), &["x-extensible-enum-value-removed"], &[]);
}

fn bounds(cases: &mut Cases) {
    let uppers = [
        ("maximum", "number", "max"),
        ("exclusiveMaximum", "number", "exclusive-max"),
        ("maxLength", "string", "max-length"),
        ("maxItems", "array", "max-items"),
        ("maxProperties", "object", "max-properties"),
        ("maxContains", "array", "max-contains"),
    ];
    let lowers = [
        ("minimum", "number", "min"),
        ("exclusiveMinimum", "number", "exclusive-min"),
        ("minLength", "string", "min-length"),
        ("minItems", "array", "min-items"),
        ("minProperties", "object", "min-properties"),
        ("minContains", "array", "min-contains"),
    ];
    for (is_upper, keywords) in [(true, uppers), (false, lowers)] {
        for (keyword, kind, name) in keywords {
            let of = |bound: u64| json!({"type": kind, keyword: bound});
            let (up, down) = (format!("{name}-increased"), format!("{name}-decreased"));
            let (set, unset) = (format!("{name}-set"), format!("{name}-unset"));
            // a smallest length that is not given is 0
            let is_zero = ["min-length", "min-properties"].contains(&name);
            cases.check(of(3), of(5), &[&up], &[&up]);
            cases.check(of(5), of(3), &[&down], &[&down]);
            cases.check(json!({"type": kind}), of(3), &[if is_zero { &up } else { &set }], &[]);
            cases.check(
                of(3),
                json!({"type": kind}),
                &[if is_zero { &down } else { &unset }],
                &[if is_zero { &down } else { &unset }],
            );
            let read_only = |bound: u64| request(part(json!({"type": kind, keyword: bound, "readOnly": true})));
            let id = format!("request-read-only-property-{}", if is_upper { &down } else { &up });
            let known: Vec<&str> = catalogue::find(&id).map(|check| check.id).into_iter().collect();
            let (old, new) = if is_upper { (5, 3) } else { (3, 5) };
            cases.exactly(read_only(old), read_only(new), &known);
        }
    }
    let number = |more: Value| {
        let mut schema = json!({"type": "number"});
        schema.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        schema
    };
    let (closed, open) = (number(json!({"maximum": 5})), number(json!({"exclusiveMaximum": 5})));
    cases.check(closed.clone(), open.clone(), &["exclusive-max-set"], &[]);
    cases.check(open, closed, &["exclusive-max-unset"], &["exclusive-max-unset"]);
    let multiple = |of: u64| number(json!({"multipleOf": of}));
    cases.check(number(json!({})), multiple(2), &["multiple-of-set"], &[]);
    cases.check(multiple(2), number(json!({})), &["multiple-of-unset"], &["multiple-of-unset"]);
    cases.check(multiple(4), multiple(2), &["multiple-of-generalized"], &["multiple-of-changed"]);
    cases.check(multiple(2), multiple(4), &["multiple-of-changed"], &["multiple-of-specialized"]);
    cases.check(multiple(2), multiple(3), &["multiple-of-changed"], &["multiple-of-changed"]);
    let unique = |is: bool| json!({"type": "array", "uniqueItems": is});
    cases.check(unique(false), unique(true), &["unique-items-set"], &[]);
    cases.check(unique(true), unique(false), &["unique-items-unset"], &["unique-items-unset"]);
}

fn texts(cases: &mut Cases) {
    let of = |pattern: &str| json!({"type": "string", "pattern": pattern});
    cases.check(json!({"type": "string"}), of("^a"), &["pattern-added"], &["pattern-added"]);
    cases.check(of("^a"), json!({"type": "string"}), &["pattern-removed"], &["pattern-removed"]);
    cases.check(of("^a"), of("^b"), &["pattern-changed"], &["pattern-changed"]);
    cases.check(of("^a"), of(".*"), &["pattern-generalized"], &["pattern-changed"]);
    let media = |media: &str| json!({"type": "string", "contentMediaType": media});
    let changed = &["content-media-type-changed"];
    cases.check(media("text/csv"), media("image/png"), changed, changed);
    let encoding = |encoding: &str| json!({"type": "string", "contentEncoding": encoding});
    let changed = &["content-encoding-changed"];
    cases.check(encoding("base32"), encoding("base16"), changed, changed);
    let none = |operation: fn(Value) -> Value| {
        let mut operation = operation(json!({}));
        let at = if operation.get("requestBody").is_some() { "/requestBody/content" } else { "/responses/200/content" };
        *operation.pointer_mut(at).unwrap() = json!({"application/json": {}});
        operation
    };
    let some = || json!({"type": "string"});
    cases.exactly(none(request), request(some()), &["request-body-media-type-schema-added"]);
    cases.exactly(request(some()), none(request), &["request-body-media-type-schema-removed"]);
    cases.exactly(none(answer), answer(some()), &["response-body-media-type-schema-added"]);
    cases.exactly(answer(some()), none(answer), &["response-body-media-type-schema-removed"]);
}

/// An object with the property `p`, perhaps required.
fn holder(property: Value, is_required: bool) -> Value {
    let required: &[&str] = if is_required { &["p"] } else { &[] };
    json!({"type": "object", "properties": {"p": property}, "required": required})
}

fn properties(cases: &mut Cases) {
    let text = |more: Value| {
        let mut schema = json!({"type": "string"});
        schema.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        schema
    };
    let none = || json!({"type": "object", "properties": {}});
    let (plain, default) = (text(json!({})), text(json!({"default": "a"})));
    let (written, read) = (text(json!({"writeOnly": true})), text(json!({"readOnly": true})));
    let mut both = |in_request: bool, old: Value, new: Value, expected: &str| {
        let operation = if in_request { request } else { answer };
        let expected: Vec<&str> = Some(expected).into_iter().filter(|id| !id.is_empty()).collect();
        cases.exactly(operation(old), operation(new), &expected);
    };
    both(true, holder(plain.clone(), false), none(), "request-property-removed");
    both(true, holder(read.clone(), false), none(), "");
    both(true, none(), holder(plain.clone(), true), "new-required-request-property");
    both(true, none(), holder(default.clone(), true), "new-required-request-property-with-default");
    both(true, none(), holder(plain.clone(), false), "new-optional-request-property");
    both(true, none(), holder(read.clone(), true), "");
    both(true, holder(plain.clone(), false), holder(plain.clone(), true), "request-property-became-required");
    both(true, holder(plain.clone(), true), holder(plain.clone(), false), "request-property-became-optional");
    let with_default = "request-property-became-required-with-default";
    both(true, holder(default.clone(), false), holder(default, true), with_default);
    both(true, holder(read.clone(), false), holder(read.clone(), true), "");
    for is_required in [true, false] {
        let need = if is_required { "required" } else { "optional" };
        let id = |rest: &str| format!("response-{need}-{rest}");
        both(false, none(), holder(plain.clone(), is_required), &id("property-added"));
        both(false, none(), holder(written.clone(), is_required), &id("write-only-property-added"));
        both(false, holder(plain.clone(), is_required), none(), &id("property-removed"));
        both(false, holder(written.clone(), is_required), none(), &id("write-only-property-removed"));
        for (in_request, way) in [(true, "request"), (false, "response")] {
            for (flagged, flag) in [(&written, "write-only"), (&read, "read-only")] {
                let (with, without) = (holder(flagged.clone(), is_required), holder(plain.clone(), is_required));
                let id = |not: &str| format!("{way}-{need}-property-became-{not}{flag}");
                both(in_request, without.clone(), with.clone(), &id(""));
                both(in_request, with, without, &id("not-"));
            }
        }
    }
    for (kind, flagged) in [("property", plain.clone()), ("write-only-property", written)] {
        let (with, without) = (holder(flagged.clone(), true), holder(flagged, false));
        both(false, with.clone(), without.clone(), &format!("response-{kind}-became-optional"));
        both(false, without, with, &format!("response-{kind}-became-required"));
    }
    let old = text(json!({"deprecated": true}));
    for (in_request, way) in [(true, "request"), (false, "response")] {
        let (with, without) = (holder(old.clone(), false), holder(plain.clone(), false));
        both(in_request, without.clone(), with.clone(), &format!("{way}-property-deprecated"));
        both(in_request, with, without, &format!("{way}-property-reactivated"));
    }

    let header = |schema: Value| parameter("header", schema);
    cases.exactly(header(none()), header(holder(plain.clone(), true)), &["new-required-request-header-property"]);
    cases.exactly(header(none()), header(holder(plain.clone(), false)), &[] as &[&str]);
    let became = "request-header-property-became-required";
    cases.exactly(header(holder(plain.clone(), false)), header(holder(plain.clone(), true)), &[became]);
    let listed = text(json!({"enum": ["a"]}));
    let became = "request-header-property-became-enum";
    cases.exactly(header(holder(plain, false)), header(holder(listed, false)), &[became]);
}

fn compositions(cases: &mut Cases) {
    let named = |title: &str, kind: &str| json!({"title": title, "type": kind});
    for (keyword, name) in [("allOf", "all-of"), ("anyOf", "any-of"), ("oneOf", "one-of")] {
        let two = json!({keyword: [named("A", "object"), named("B", "array")]});
        let three = json!({keyword: [named("A", "object"), named("B", "array"), named("C", "string")]});
        let (added, removed) = (format!("{name}-added"), format!("{name}-removed"));
        cases.check(two.clone(), three.clone(), &[&added], &[&added]);
        cases.check(three, two, &[&removed], &[&removed]);
    }
    let told = |property: &str, mapping: Value| {
        json!({"oneOf": [named("A", "object"), named("B", "object")],
            "discriminator": {"propertyName": property, "mapping": mapping}})
    };
    let untold = || json!({"oneOf": [named("A", "object"), named("B", "object")]});
    let mut both = |old: Value, new: Value, what: &str| cases.check(old, new, &[what], &[what]);
    both(untold(), told("k", json!({})), "discriminator-added");
    both(told("k", json!({})), untold(), "discriminator-removed");
    both(told("k", json!({})), told("l", json!({})), "discriminator-property-name-changed");
    let (a, b) = (json!({"a": "#/x"}), json!({"a": "#/y"}));
    both(told("k", json!({})), told("k", a.clone()), "discriminator-mapping-added");
    both(told("k", a.clone()), told("k", json!({})), "discriminator-mapping-deleted");
    both(told("k", a), told("k", b), "discriminator-mapping-changed");
}

fn structures(cases: &mut Cases) {
    let schema = || json!({"type": "object", "minProperties": 1});
    let keywords = [
        ("if", "if", schema()),
        ("then", "then", schema()),
        ("else", "else", schema()),
        ("contains", "contains", schema()),
        ("propertyNames", "property-names", schema()),
        ("contentSchema", "content-schema", schema()),
        ("patternProperties", "pattern-property", json!({"^a": schema()})),
        ("dependentSchemas", "dependent-schema", json!({"a": schema()})),
        ("dependentRequired", "dependent-required", json!({"a": ["b"]})),
        ("additionalProperties", "unevaluated-properties", json!(false)),
        ("unevaluatedProperties", "unevaluated-properties", json!(false)),
        ("items", "unevaluated-items", json!(false)),
        ("prefixItems", "prefix-items", json!([schema()])),
    ];
    for (keyword, name, value) in keywords {
        let (with, without) = (json!({keyword: value, "title": "t"}), json!({"title": "t"}));
        let (added, removed) = (format!("{name}-added"), format!("{name}-removed"));
        cases.check(without.clone(), with.clone(), &[&added], &[&added]);
        cases.check(with, without, &[&removed], &[&removed]);
    }
    let of = |names: &[&str]| json!({"dependentRequired": {"a": names}});
    let changed = &["dependent-required-changed"];
    cases.check(of(&["b"]), of(&["c"]), changed, changed);
}

fn parts_of_parameters(cases: &mut Cases) {
    let query = |schema: Value| parameter("query", part(schema));
    let of = |kind: &str| query(json!({"type": kind}));
    cases.exactly(of("integer"), of("number"), &["request-parameter-property-type-generalized"]);
    cases.exactly(of("integer"), of("string"), &["request-parameter-property-type-changed"]);
    cases.exactly(of("string"), of("integer"), &["request-parameter-property-type-specialized"]);
    let null = query(json!({"type": ["string", "null"]}));
    cases.exactly(of("string"), null.clone(), &["request-parameter-property-became-nullable"]);
    cases.exactly(null, of("string"), &["request-parameter-property-became-not-nullable"]);
    let values = |values: &[&str]| query(json!({"type": "string", "enum": values}));
    let both = ["request-parameter-property-enum-value-removed", "request-parameter-property-enum-value-added"];
    cases.exactly(values(&["a", "b"]), values(&["a", "c"]), &both);
    cases.exactly(values(&["a"]), of("string"), &["request-parameter-property-became-not-enum"]);
    // what has no words of its own is said in those for the whole parameter
    let long =
        |length: u64| parameter("query", json!({"type": "array", "items": {"type": "string", "maxLength": length}}));
    cases.exactly(long(5), long(3), &["request-parameter-max-length-decreased"]);
}

/// Two ways to write the same schema, each with the version of OpenAPI and what components it refers to.
#[track_caller]
fn same(old: (&str, Value), new: (&str, Value)) {
    let components = || json!({"A": {"type": "object", "properties": {"n": {"$ref": "#/components/schemas/A"}}}});
    for operation in [request, answer, |schema| parameter("query", schema), |schema| answer(part(schema))] {
        let old = document(old.0, operation(old.1.clone()), components());
        let new = document(new.0, operation(new.1.clone()), components());
        for (old, new) in [(&old, &new), (&new, &old)] {
            let found = changes(old, new);
            assert!(found.is_empty(), "{old}\n{new}\n{found:#?}");
        }
    }
}

#[test]
fn what_means_the_same_is_no_change() {
    let same_dialect = |old: Value, new: Value| same(("3.1.0", old), ("3.1.0", new));
    let upgraded = |old: Value, new: Value| same(("3.0.3", old), ("3.1.0", new));
    let reference = || json!({"$ref": "#/components/schemas/A"});
    let inline = json!({"type": "object", "properties": {"n": reference()}});
    same_dialect(reference(), inline.clone());
    same_dialect(reference(), json!({"allOf": [reference()]}));
    same_dialect(reference(), json!({"description": "d", "oneOf": [reference()]}));
    same_dialect(reference(), json!({"allOf": [reference(), {"description": "d"}]}));
    same_dialect(json!({"anyOf": [reference(), {"type": "string"}]}), json!({"anyOf": [{"type": "string"}, inline]}));
    same_dialect(json!({"enum": ["a", "b"]}), json!({"type": "string", "enum": ["b", "a"]}));
    same_dialect(json!({"enum": [1]}), json!({"const": 1}));
    let told = |kind: Value, other: Value| json!({"oneOf": [part(kind), part(other), {"type": "string"}]});
    same_dialect(told(json!({"enum": [1]}), json!({"enum": [2]})), told(json!({"const": 1}), json!({"const": 2})));
    same_dialect(json!({"type": "array", "minItems": 0}), json!({"type": "array", "title": "t"}));
    same_dialect(json!({"type": "number", "maximum": 5}), json!({"type": "number", "maximum": 5.0}));
    same_dialect(json!({"type": "string", "default": null}), json!({"type": "string"}));
    same_dialect(
        json!({"minimum": 1, "exclusiveMinimum": 3, "type": "number"}),
        json!({"exclusiveMinimum": 3, "type": "number"}),
    );
    upgraded(json!({"type": "string", "nullable": true}), json!({"type": ["string", "null"]}));
    upgraded(json!({"nullable": true, "title": "t"}), json!({"title": "t"}));
    upgraded(json!({"nullable": true, "allOf": [reference()]}), json!({"anyOf": [reference(), {"type": "null"}]}));
    upgraded(json!({"allOf": [reference(), {"nullable": true}]}), json!({"allOf": [reference(), {}]}));
    same_dialect(reference(), json!({"allOf": [reference(), {"title": "t", "nullable": true}]}));
    upgraded(
        json!({"type": "string", "nullable": true, "enum": ["a", null]}),
        json!({"type": ["string", "null"], "enum": ["a", null]}),
    );
    upgraded(
        json!({"type": "integer", "minimum": 1, "exclusiveMinimum": true, "maximum": 9, "exclusiveMaximum": false}),
        json!({"type": "integer", "exclusiveMinimum": 1, "maximum": 9}),
    );
    upgraded(
        json!({"type": "string", "format": "binary"}),
        json!({"type": "string", "contentMediaType": "application/octet-stream"}),
    );
    upgraded(json!({"type": "string", "format": "byte"}), json!({"type": "string", "contentEncoding": "base64"}));
    upgraded(json!({"type": "string", "example": "a"}), json!({"type": "string", "examples": ["a"]}));
}

#[test]
fn a_form_of_2_0_is_an_object() {
    let old = json!({
        "swagger": "2.0", "info": {"title": "t", "version": "1"}, "paths": {"/a": {"post": {
            "consumes": ["application/x-www-form-urlencoded"], "responses": {"204": {"description": "d"}},
            "parameters": [
                {"name": "p", "in": "formData", "type": "string", "required": true},
                {"name": "q", "in": "formData", "type": "integer"},
            ],
        }}},
    });
    let new = |q: &str| {
        let schema = json!({"type": "object", "required": ["p"],
            "properties": {"p": {"type": "string"}, "q": {"type": q}}});
        let body = json!({"required": true, "content": {"application/x-www-form-urlencoded": {"schema": schema}}});
        document("3.0.3", json!({"requestBody": body, "responses": {"204": {"description": "d"}}}), json!({}))
    };
    assert_eq!(ids(&changes(&old, &new("integer"))), [] as [&str; 0]);
    assert_eq!(ids(&changes(&old, &new("boolean"))), ["request-property-type-changed"]);
    assert_eq!(ids(&changes(&old, &old)), [] as [&str; 0]);
}

#[test]
fn what_the_api_sends_goes_the_other_way() {
    let hook = |kind: &str| {
        json!({"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {},
            "webhooks": {"w": {"post": request(part(json!({"type": kind})))}}})
    };
    assert_eq!(ids(&changes(&hook("number"), &hook("integer"))), [] as [&str; 0]);
    assert_eq!(ids(&changes(&hook("integer"), &hook("number"))), ["response-property-type-changed"]);
}

#[test]
fn a_cycle_is_said_once_for_each_way_in() {
    let tree = |kind: &str| {
        let node = json!({"type": "object", "properties": {
            "value": {"type": kind}, "left": {"$ref": "#/components/schemas/Node"},
            "list": {"type": "array", "items": {"$ref": "#/components/schemas/Node"}},
        }});
        document("3.0.3", answer(part(json!({"$ref": "#/components/schemas/Node"}))), json!({"Node": node}))
    };
    let found = changes(&tree("string"), &tree("integer"));
    assert_eq!(ids(&found), ["response-property-type-changed"]);
    assert!(found[0].text.starts_with("`p/value` in the body of the answer 200"), "{}", found[0].text);
    let Touch::Response { part, .. } = &found[0].touches else { panic!("{:?}", found[0].touches) };
    assert_eq!(*part, [Step::Property("p".to_owned()), Step::Property("value".to_owned())]);
    let place = found[0].base.as_ref().unwrap();
    assert_eq!(&*place.pointer, "/components/schemas/Node/properties/value/type");
}

/// Twenty levels, each of which holds the next one twice: a million ways lead to the change.
#[test]
fn schemas_that_are_shared_in_many_ways_are_looked_at_in_few() {
    let ladder = |kind: &str| {
        let mut schemas = json!({"L20": {"type": kind}});
        for level in 0..20 {
            let next = json!({"$ref": format!("#/components/schemas/L{}", level + 1)});
            schemas[format!("L{level}")] = json!({"type": "object", "properties": {"a": next.clone(), "b": next}});
        }
        document("3.0.3", answer(json!({"$ref": "#/components/schemas/L0"})), schemas)
    };
    let found = changes(&ladder("string"), &ladder("integer"));
    assert!((1..1_000).contains(&found.len()), "{}", found.len());
    assert!(found.iter().all(|change| change.id == "response-property-type-changed"));
}

/// Looking through the rest of the list for each schema of it would take minutes.
#[test]
fn long_lists_are_paired() {
    let list = |names: std::ops::Range<usize>| {
        let schemas = names.map(|name| json!({"type": "object", "required": [format!("k{name}")]}));
        document("3.1.0", answer(json!({"oneOf": schemas.collect::<Vec<_>>()})), json!({}))
    };
    let found = changes(&list(0..4_000), &list(2..4_002));
    assert_eq!(ids(&found), ["response-body-one-of-added", "response-body-one-of-removed"]);
}
