//! Every kind of change of this table, said once.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::CHECKS;
use crate::{
    diff::{Change, Level, Settings, Version, compare},
    openapi::{MemorySources, load},
};

/// 2026-11-18, and days of deprecation that some cases ask for.
const NOW_MS: u64 = 1_795_000_000_000;

fn changes_after(base: &Value, revision: &Value, days: u32) -> Vec<Change> {
    let read = |name: &str, document: &Value| {
        let sources = MemorySources::new().with(name, document.to_string());
        load(&sources, name, name, &[]).api.unwrap()
    };
    let settings = Settings { now_ms: NOW_MS, deprecation_days_stable: days, deprecation_days_beta: days };
    let (base, revision) = (read("old.json", base), read("new.json", revision));
    compare(Version::new(&base), Version::new(&revision), &settings)
}

/// A description with these paths.
fn document(paths: Value) -> Value {
    json!({"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": paths})
}

/// A description with one more member.
fn with(key: &str, value: Value) -> Value {
    let mut document = operation(json!({}));
    document[key] = value;
    document
}

/// A description with one operation, which has these members beside its answer.
fn operation(members: Value) -> Value {
    let mut operation = json!({"responses": {"200": {"description": "d"}}});
    for (key, value) in members.as_object().unwrap() {
        operation[key] = value.clone();
    }
    document(json!({"/a": {"get": operation}}))
}

fn parameter(members: Value) -> Value {
    let mut parameter = json!({"name": "p", "in": "query", "schema": {"type": "string"}});
    for (key, value) in members.as_object().unwrap() {
        parameter[key] = value.clone();
    }
    operation(json!({"parameters": [parameter]}))
}

/// Bodies of these media types.
fn content(types: &[&str]) -> Value {
    types.iter().map(|name| ((*name).to_owned(), json!({}))).collect()
}

fn body(required: bool, types: &[&str]) -> Value {
    operation(json!({"requestBody": {"required": required, "content": content(types)}}))
}

fn answer(types: &[&str], headers: Value) -> Value {
    operation(json!({"responses": {"200": {"description": "d", "content": content(types), "headers": headers}}}))
}

fn scheme(scheme: Value) -> Value {
    with("components", json!({"securitySchemes": {"s": scheme}}))
}

fn oauth(authorization: &str, token: &str, scopes: Value) -> Value {
    let flow = json!({"authorizationUrl": authorization, "tokenUrl": token, "scopes": scopes});
    scheme(json!({"type": "oauth2", "flows": {"authorizationCode": flow}}))
}

fn key(name: &str, token: Value) -> Value {
    scheme(json!({"type": "apiKey", "in": "header", "name": name, "x-mimeo-token": token}))
}

/// Everything that changes, and what is said about it.
struct Cases {
    said: BTreeSet<&'static str>,
}

impl Cases {
    #[track_caller]
    fn check(&mut self, expected: &[&'static str], base: Value, revision: Value) {
        self.check_with_days(0, expected, base, revision);
    }

    #[track_caller]
    fn check_with_days(&mut self, days: u32, expected: &[&'static str], base: Value, revision: Value) {
        let changes = changes_after(&base, &revision, days);
        let ids: Vec<&str> = changes.iter().map(|change| change.id).collect();
        assert_eq!(ids, expected, "{changes:#?}");
        for (document, side) in [(&base, "old"), (&revision, "new")] {
            let same = changes_after(document, document, days);
            assert!(same.is_empty(), "the {side} version against itself: {same:#?}");
        }
        self.said.extend(ids.iter().filter_map(|id| CHECKS.iter().find(|check| check.id == *id)).map(|check| check.id));
    }
}

#[test]
fn every_kind_is_said() {
    let mut cases = Cases { said: BTreeSet::new() };
    operations(&mut cases);
    lives(&mut cases);
    names(&mut cases);
    parameters(&mut cases);
    lives_of_parameters(&mut cases);
    bodies(&mut cases);
    answers(&mut cases);
    security(&mut cases);
    components(&mut cases);
    let known: BTreeSet<&str> = CHECKS.iter().map(|check| check.id).collect();
    assert_eq!(cases.said, known);
}

fn operations(cases: &mut Cases) {
    let responses = json!({"responses": {"200": {"description": "d"}}});
    let life = |deprecated: bool, sunset: Value, stability: Value| {
        let mut operation = responses.clone();
        operation["deprecated"] = json!(deprecated);
        operation["x-sunset"] = sunset;
        operation["x-stability-level"] = stability;
        operation
    };
    let with_path = |operation: Value| document(json!({"/a": {"get": operation}}));
    let beside = |operation: Value| document(json!({"/a": {"get": operation, "put": responses.clone()}}));
    let nothing = || document(json!({}));
    let put = || document(json!({"/a": {"put": responses.clone()}}));

    cases.check(&["endpoint-added"], nothing(), with_path(responses.clone()));
    cases.check(&["endpoint-added"], put(), beside(responses.clone()));
    for (id, operation) in [
        ("removed-without-deprecation", responses.clone()),
        ("removed-with-deprecation", life(true, json!(null), json!("beta"))),
        ("removed-before-sunset", life(true, json!("2026-11-19"), json!("stable"))),
        ("sunset-parse", life(true, json!("soon"), json!(null))),
        ("", life(true, json!("2026-11-18"), json!(null))),
        ("", life(false, json!(null), json!("alpha"))),
        ("", life(false, json!(null), json!("draft"))),
    ] {
        let known = |id: &str| CHECKS.iter().find(|check| check.id == id).map(|check| check.id);
        let of_path = known(&format!("api-path-{id}"));
        // One id says of both that the sunset is no date.
        let alone = known(&format!("api-{id}")).or(of_path);
        cases.check(of_path.as_slice(), with_path(operation.clone()), nothing());
        cases.check(alone.as_slice(), beside(operation), put());
    }
    let faulty = life(false, json!(null), json!("ga"));
    cases.check(&["api-invalid-stability-level"], with_path(faulty.clone()), nothing());
    cases.check(&["api-invalid-stability-level"], with_path(faulty), with_path(responses.clone()));
    cases.check(
        &["api-invalid-stability-level"],
        with_path(responses.clone()),
        with_path(life(false, json!(null), json!(1))),
    );

    // names of path parameters do not count, an empty path item is a path
    cases.check(
        &[],
        document(json!({"/a/{b}": {"get": responses.clone()}})),
        document(json!({"/a/{c}": {"get": responses.clone()}})),
    );
    cases.check(
        &["api-removed-without-deprecation"],
        document(json!({"/a/{b}": {"get": responses.clone()}})),
        document(json!({"/a/{c}": {}})),
    );
    // what nobody may rely on can change
    let draft = |parameters: Value| operation(json!({"x-stability-level": "draft", "parameters": parameters}));
    cases.check(&[], draft(json!([])), draft(json!([{"name": "p", "in": "query", "required": true, "schema": {}}])));
}

fn lives(cases: &mut Cases) {
    let plain = || operation(json!({}));
    let deprecated = |sunset: Value| operation(json!({"deprecated": true, "x-sunset": sunset}));
    let stable = |level: &str| operation(json!({"x-stability-level": level}));
    cases.check(&["endpoint-deprecated"], plain(), deprecated(json!(null)));
    cases.check(&["endpoint-deprecated"], plain(), deprecated(json!("2027-01-01")));
    cases.check(&["endpoint-reactivated"], deprecated(json!(null)), plain());
    cases.check(&["api-deprecated-sunset-parse"], plain(), deprecated(json!("1.1.2027")));
    cases.check(&["api-sunset-date-too-small"], plain(), deprecated(json!("2026-11-17")));
    cases.check_with_days(10, &["api-sunset-date-too-small"], plain(), deprecated(json!("2026-11-27")));
    cases.check_with_days(10, &["endpoint-deprecated"], plain(), deprecated(json!("2026-11-28")));
    cases.check_with_days(10, &["api-deprecated-sunset-missing"], plain(), deprecated(json!(null)));
    cases.check(&["sunset-deleted"], deprecated(json!("2027-01-01")), deprecated(json!(null)));
    let (early, late) = (json!("2026-11-20"), json!("2027-01-01"));
    cases.check_with_days(
        10,
        &["api-sunset-date-changed-too-small"],
        deprecated(late.clone()),
        deprecated(early.clone()),
    );
    cases.check_with_days(10, &[], deprecated(early.clone()), deprecated(late.clone()));
    cases.check(&[], deprecated(late.clone()), deprecated(early));
    cases.check(&["api-path-sunset-parse"], deprecated(late.clone()), deprecated(json!("soon")));
    cases.check(&["api-path-sunset-parse"], deprecated(json!("soon")), deprecated(late));
    cases.check(&["api-stability-decreased"], stable("beta"), stable("alpha"));
    cases.check(&["api-stability-decreased"], plain(), stable("draft"));
    cases.check(&["api-stability-increased"], stable("beta"), plain());
    cases.check(&[], stable("alpha"), stable("beta"));
    cases.check(&[], stable("stable"), plain());
}

fn names(cases: &mut Cases) {
    let id = |id: &str| operation(json!({"operationId": id}));
    let tags = |tags: Value| operation(json!({"tags": tags}));
    cases.check(&["api-operation-id-added"], operation(json!({})), id("a"));
    cases.check(&["api-operation-id-removed"], id("a"), operation(json!({})));
    cases.check(&["api-operation-id-removed"], id("a"), id("b"));
    cases.check(&["api-tag-removed", "api-tag-added"], tags(json!(["a", "b"])), tags(json!(["b", "c"])));
    cases.check(&[], tags(json!(["a", "b"])), tags(json!(["b", "a"])));
}

fn parameters(cases: &mut Cases) {
    let plain = || operation(json!({}));
    let required = |required: bool| parameter(json!({"required": required}));
    cases.check(&["new-required-request-parameter"], plain(), required(true));
    cases.check(&["new-optional-request-parameter"], plain(), required(false));
    cases.check(&["request-parameter-removed"], required(false), plain());
    cases.check(&["request-parameter-became-required"], required(false), required(true));
    cases.check(&["request-parameter-became-optional"], required(true), required(false));
    cases.check(
        &[],
        parameter(json!({"in": "header", "name": "X-A"})),
        parameter(json!({"in": "header", "name": "x-a"})),
    );
    cases.check(
        &["request-parameter-removed", "new-optional-request-parameter"],
        parameter(json!({"in": "header"})),
        parameter(json!({"in": "query"})),
    );

    let item = |parameters: Value, own: Value| {
        let operation = json!({"parameters": own, "responses": {"200": {"description": "d"}}});
        document(json!({"/a/{id}": {"parameters": parameters, "get": operation}}))
    };
    let id = json!({"name": "id", "in": "path", "required": true, "schema": {}});
    let query = |required: bool| json!([{"name": "q", "in": "query", "required": required, "schema": {}}]);
    let none = || item(json!([]), json!([]));
    cases.check(&["new-request-path-parameter"], none(), item(json!([]), json!([id])));
    cases.check(&["request-parameter-removed"], item(json!([]), json!([id])), none());
    cases.check(&[], none(), item(json!([id]), json!([])));
    cases.check(&["new-required-request-default-parameter-to-existing-path"], none(), item(query(true), json!([])));
    cases.check(&["new-optional-request-default-parameter-to-existing-path"], none(), item(query(false), json!([])));
    // where a parameter stands does not count
    cases.check(&[], item(query(true), json!([])), item(json!([]), query(true)));

    let array = json!({"type": "array", "items": {"type": "string"}});
    let style = |style: &str, explode: bool, schema: &Value| {
        parameter(json!({"style": style, "explode": explode, "schema": schema}))
    };
    cases.check(
        &["request-parameter-style-changed"],
        style("form", false, &array),
        style("pipeDelimited", false, &array),
    );
    cases.check(&["request-parameter-explode-changed"], style("form", false, &array), style("form", true, &array));
    let text = json!({"type": "string"});
    cases.check(&[], style("form", false, &text), style("form", true, &text));
    cases.check(&[], parameter(json!({"schema": array})), style("form", true, &array));

    // an object that is spread is the same as its properties one by one
    let object = parameter(
        json!({"name": "filter", "explode": true, "schema": {"type": "object", "properties": {"p": text, "q": text}}}),
    );
    cases.check(&[], parameter(json!({})), object.clone());
    cases.check(&[], object, parameter(json!({})));
}

fn lives_of_parameters(cases: &mut Cases) {
    let none = || operation(json!({}));
    let plain = || parameter(json!({}));
    let deprecated = |sunset: Value| parameter(json!({"deprecated": true, "x-sunset": sunset}));
    let (early, late) = (json!("2026-11-20"), json!("2027-01-01"));
    cases.check(&["request-parameter-removed-with-deprecation"], deprecated(json!(null)), none());
    cases.check(&["request-parameter-removed-before-sunset"], deprecated(late.clone()), none());
    cases.check(&["request-parameter-sunset-parse"], deprecated(json!("soon")), none());
    cases.check(&[], deprecated(json!("2026-11-18")), none());
    cases.check(&["request-parameter-deprecated"], plain(), deprecated(json!(null)));
    cases.check(&["request-parameter-deprecated"], plain(), deprecated(late.clone()));
    cases.check(&["request-parameter-reactivated"], deprecated(json!(null)), plain());
    cases.check(&["request-parameter-sunset-parse"], plain(), deprecated(json!(7)));
    cases.check(&["request-parameter-sunset-date-too-small"], plain(), deprecated(json!("2026-11-17")));
    cases.check_with_days(10, &["request-parameter-deprecated-sunset-missing"], plain(), deprecated(json!(null)));
    cases.check(&["request-parameter-sunset-deleted"], deprecated(late.clone()), deprecated(json!(null)));
    cases.check(&["request-parameter-sunset-parse"], deprecated(late.clone()), deprecated(json!("soon")));
    cases.check(&["request-parameter-sunset-parse"], deprecated(json!("soon")), deprecated(late.clone()));
    let changed = ["request-parameter-sunset-date-changed-too-small"];
    cases.check_with_days(10, &changed, deprecated(late.clone()), deprecated(early.clone()));
    cases.check_with_days(10, &[], deprecated(early), deprecated(late));
}

fn bodies(cases: &mut Cases) {
    let none = || operation(json!({}));
    cases.check(&["request-body-added-required"], none(), body(true, &["text/plain"]));
    cases.check(&["request-body-added-optional"], none(), body(false, &["text/plain"]));
    cases.check(&["request-body-removed"], body(true, &["text/plain"]), none());
    cases.check(&["request-body-became-required"], body(false, &["text/plain"]), body(true, &["text/plain"]));
    cases.check(&["request-body-became-optional"], body(true, &["text/plain"]), body(false, &["text/plain"]));
    cases.check(
        &["request-body-media-type-removed", "request-body-media-type-added"],
        body(true, &["text/plain", "application/xml"]),
        body(true, &["text/plain", "application/cbor"]),
    );
    cases.check(&[], body(true, &["text/plain"]), body(true, &["Text/Plain"]));
}

fn answers(cases: &mut Cases) {
    let statuses = |keys: &[&str]| {
        let responses: Value = keys.iter().map(|key| ((*key).to_owned(), json!({"description": "d"}))).collect();
        operation(json!({"responses": responses}))
    };
    cases.check(&["response-success-status-added"], statuses(&["200"]), statuses(&["200", "201"]));
    cases.check(&["response-success-status-removed"], statuses(&["200", "201"]), statuses(&["200"]));
    cases.check(&["response-non-success-status-added"], statuses(&["200"]), statuses(&["200", "404"]));
    cases.check(&["response-non-success-status-removed"], statuses(&["200", "404"]), statuses(&["200"]));
    cases.check(&["response-non-success-status-added"], statuses(&["200"]), statuses(&["200", "4XX"]));
    cases.check(&["response-success-status-added"], statuses(&["200"]), statuses(&["2XX"]));
    cases.check(&[], statuses(&["200"]), statuses(&["200", "default"]));

    let media = |types: &[&str]| answer(types, json!({}));
    cases.check(&["response-media-type-removed"], media(&["text/plain", "image/png"]), media(&["text/plain"]));
    cases.check(&["response-media-type-added"], media(&["text/plain"]), media(&["text/plain", "image/png"]));
    let (json, problem) = ("application/json", "application/problem+json");
    cases.check(&["response-media-type-name-specialized"], media(&[json]), media(&[problem]));
    cases.check(&["response-media-type-name-generalized"], media(&[problem]), media(&[json]));
    cases.check(&["response-media-type-name-changed"], media(&[json]), media(&["application/json; v=2"]));

    let header =
        |name: &str, required: bool| answer(&[], json!({name: {"required": required, "schema": {"type": "string"}}}));
    cases.check(&["required-response-header-removed"], header("X-A", true), answer(&[], json!({})));
    cases.check(&["optional-response-header-removed"], header("X-A", false), answer(&[], json!({})));
    cases.check(&["response-header-became-optional"], header("X-A", true), header("x-a", false));
    cases.check(&[], header("X-A", false), header("X-A", true));
}

fn security(cases: &mut Cases) {
    let api = |security: Value| with("security", security);
    let own = |security: Value| operation(json!({"security": security}));
    let (read, both) = (json!([{"s": ["read"]}]), json!([{"s": ["write", "read"]}]));
    cases.check(&["api-global-security-added"], operation(json!({})), api(read.clone()));
    cases.check(&["api-global-security-removed"], api(read.clone()), operation(json!({})));
    cases.check(&["api-global-security-scope-added"], api(read.clone()), api(both.clone()));
    cases.check(&["api-global-security-scope-removed"], api(both.clone()), api(read.clone()));
    cases.check(&["api-security-added"], operation(json!({})), own(read.clone()));
    cases.check(&["api-security-added"], own(json!([])), own(json!([{"s": ["read"]}, {}])));
    cases.check(&["api-security-added"], own(read.clone()), own(json!([{"s": ["read"]}, {}])));
    cases.check(&["api-security-removed"], own(read.clone()), own(json!([])));
    cases.check(&["api-security-scope-added"], own(read.clone()), own(both.clone()));
    cases.check(&["api-security-scope-removed"], own(both.clone()), own(read.clone()));
    cases.check(&["api-security-added", "api-security-removed"], own(json!([{"a": []}])), own(json!([{"b": []}])));
    // an operation that says itself what the whole API says
    let mut said = own(read.clone());
    said["security"] = read.clone();
    cases.check(&[], api(read), said);
    cases.check(&[], own(json!([{"s": ["a", "b"]}])), own(json!([{"s": ["b", "a"]}])));
}

fn components(cases: &mut Cases) {
    let schemas = |schemas: Value| with("components", json!({"schemas": schemas}));
    cases.check(&["api-schema-removed"], schemas(json!({"A": {}, "B": {}})), schemas(json!({"B": {}})));
    cases.check(&["api-security-component-added"], operation(json!({})), key("X-A", json!({"lifetime": "1h"})));
    cases.check(&["api-security-component-removed"], key("X-A", json!({"lifetime": "1h"})), operation(json!({})));
    let (a, b) = ("https://a.example/", "https://b.example/");
    let scopes = json!({"read": "Read."});
    cases.check(&["api-security-component-type-changed"], oauth(a, a, scopes.clone()), scheme(json!({"type": "http"})));
    cases.check(
        &["api-security-component-oauth-url-changed"],
        oauth(a, a, scopes.clone()),
        oauth(b, a, scopes.clone()),
    );
    cases.check(
        &["api-security-component-oauth-token-url-changed"],
        oauth(a, a, scopes.clone()),
        oauth(a, b, scopes.clone()),
    );
    cases.check(
        &["api-security-component-oauth-scope-removed", "api-security-component-oauth-scope-added"],
        oauth(a, a, scopes.clone()),
        oauth(a, a, json!({"write": "Write."})),
    );
    cases.check(
        &["api-security-component-oauth-scope-changed"],
        oauth(a, a, scopes),
        oauth(a, a, json!({"read": "Read everything."})),
    );
    cases.check(&["mimeo-api-key-moved"], key("X-A", json!({})), key("X-B", json!({})));
    cases.check(&[], key("X-A", json!({})), key("x-a", json!({})));
    let token = |token: Value| key("X-A", token);
    cases.check(
        &["mimeo-token-lifetime-decreased"],
        token(json!({"format": "jwt"})),
        token(json!({"format": "jwt", "lifetime": "1h"})),
    );
    cases.check(
        &["mimeo-token-lifetime-increased", "mimeo-token-format-changed"],
        token(json!({"format": "jwt", "lifetime": "5m"})),
        token(json!({"format": "uuid", "lifetime": "15m"})),
    );
    let servers = |urls: &[&str]| with("servers", urls.iter().map(|url| json!({"url": url})).collect());
    let of_one = |urls: &[&str]| {
        let servers: Value = urls.iter().map(|url| json!({"url": url})).collect();
        operation(json!({"servers": servers}))
    };
    cases.check(&["mimeo-server-added"], servers(&[a]), servers(&[b, a]));
    cases.check(&["mimeo-server-removed"], servers(&[a, b]), servers(&[b]));
    cases.check(&["mimeo-server-removed", "mimeo-server-added"], of_one(&[a]), of_one(&[b]));
    cases.check(&[], servers(&[a, b]), servers(&[b, a]));
    cases.check(&["mimeo-server-added"], operation(json!({})), of_one(&[a]));
    // An operation that says itself what the whole API says.
    let mut said = of_one(&[a]);
    said["servers"] = json!([{"url": a}]);
    cases.check(&[], servers(&[a]), said);
    cases.check(&[], servers(&["/"]), operation(json!({})));
    let back = |address: &str, schema: Value| {
        let body = json!({"content": {"application/json": {"schema": schema}}});
        let call = json!({"post": {"requestBody": body, "responses": {"200": {"description": "d"}}}});
        operation(json!({"callbacks": {"done": {address: call}}}))
    };
    let (here, there) = ("{$request.body#/url}", "{$request.query.url}");
    let text = || json!({"type": "string", "maxLength": 3});
    cases.check(&["mimeo-callback-added"], operation(json!({})), back(here, text()));
    cases.check(&["mimeo-callback-removed"], back(here, text()), operation(json!({})));
    cases.check(&["mimeo-callback-removed", "mimeo-callback-added"], back(here, text()), back(there, text()));
    let empty = |media: &str| {
        let body = json!({"content": {media: {}}});
        let call = json!({"post": {"requestBody": body, "responses": {"200": {"description": "d"}}}});
        operation(json!({"callbacks": {"done": {here: call}, "x-note": {here: {"post": {}}}}}))
    };
    let exchanged = ["mimeo-callback-media-type-removed", "mimeo-callback-media-type-added"];
    cases.check(&exchanged, empty("application/json"), empty("application/xml"));
    cases.check(&[], empty("application/json"), empty("application/JSON"));
    // What it sends, the client receives.
    let longer = changes_after(&back(here, text()), &back(here, json!({"type": "string"})), 0);
    let said: Vec<(&str, &str)> = longer.iter().map(|change| (change.id, &*change.text)).collect();
    assert_eq!(
        said,
        [(
            "response-body-max-length-unset",
            "the body of the callback `done`: `maxLength` was 3, and there is none any more"
        )]
    );
    replies(cases, &|responses: Value| {
        operation(json!({"callbacks": {"done": {here: {"post": {"responses": responses}}}}}))
    });
    fields_of_callbacks(cases);
    let hook = json!({"made": {"post": {"responses": {"200": {"description": "d"}}}}});
    cases.check(&["webhook-added"], operation(json!({})), with("webhooks", hook.clone()));
    cases.check(&["webhook-removed"], with("webhooks", hook), operation(json!({})));
    // what the API sends, the client receives
    let sent = |required: Value| {
        let schema = json!({"type": "object", "required": required, "properties": {"a": {"type": "string"}}});
        let body = json!({"content": {"application/json": {"schema": schema}}});
        with("webhooks", json!({"made": {"post": {"requestBody": body, "responses": {"200": {"description": "d"}}}}}))
    };
    cases.check(&[], sent(json!(["a"])), sent(json!(["a"])));
    let changes = changes_after(&sent(json!(["a"])), &sent(json!([])), 0);
    assert_eq!(changes.iter().map(|change| change.id).collect::<Vec<_>>(), ["response-property-became-optional"]);
}

/// Parameters of callbacks, and header fields of what clients answer to them.
fn fields_of_callbacks(cases: &mut Cases) {
    let of = |item: Value, call: Value| {
        let mut item = item;
        item["post"] = call;
        operation(json!({"callbacks": {"done": {"{$request.query.url}": item}}}))
    };
    let sent = |parameters: Value| of(json!({}), json!({"parameters": parameters}));
    let parameter = |required: bool, schema: Value| json!([{"name": "sig", "in": "header", "required": required, "schema": schema}]);
    let text = || json!({"type": "string"});
    cases.check(&["mimeo-callback-parameter-added"], sent(json!([])), sent(parameter(true, text())));
    let (always, sometimes) = (sent(parameter(true, text())), sent(parameter(false, text())));
    cases.check(&["mimeo-callback-required-parameter-removed"], always.clone(), sent(json!([])));
    cases.check(&["mimeo-callback-optional-parameter-removed"], sometimes.clone(), sent(json!([])));
    cases.check(&["mimeo-callback-parameter-became-optional"], always.clone(), sometimes.clone());
    cases.check(&[], sometimes, always.clone());
    // one of the whole path, in other letters, and one that counts for nothing
    let whole = json!({"parameters": [{"name": "Sig", "in": "header", "required": true, "schema": text()}]});
    cases.check(&[], always.clone(), of(whole, json!({"parameters": [{"name": "Accept", "in": "header"}]})));
    let said = |old: &Value, new: &Value| -> Vec<(&'static str, String)> {
        changes_after(old, new, 0).iter().map(|change| (change.id, change.text.clone())).collect()
    };
    let short = sent(parameter(true, json!({"type": "string", "maxLength": 3})));
    let changes = said(&short, &always);
    let [(id, words)] = &*changes else { panic!("{changes:?}") };
    assert_eq!(*id, "response-header-max-length-unset");
    assert!(words.starts_with("the header parameter `sig` of the callback `done`"), "{words}");
    // What the client answers with, it sends.
    let replied =
        |headers: Value| of(json!({}), json!({"responses": {"200": {"description": "d", "headers": headers}}}));
    let header = |required: bool, schema: Value| replied(json!({"X-Seen": {"required": required, "schema": schema}}));
    cases.check(&["mimeo-callback-reply-required-header-added"], replied(json!({})), header(true, text()));
    cases.check(&["mimeo-callback-reply-optional-header-added"], replied(json!({})), header(false, text()));
    cases.check(&["mimeo-callback-reply-header-removed"], header(true, text()), replied(json!({})));
    cases.check(&["mimeo-callback-reply-header-became-required"], header(false, text()), header(true, text()));
    cases.check(&["mimeo-callback-reply-header-became-optional"], header(true, text()), header(false, text()));
    cases.check(&[], replied(json!({})), replied(json!({"Content-Type": {"required": true}})));
    let changes = said(&header(true, text()), &header(true, json!({"type": "string", "maxLength": 3})));
    let [(id, words)] = &*changes else { panic!("{changes:?}") };
    assert_eq!(*id, "request-parameter-max-length-set");
    assert!(words.starts_with("the header `X-Seen` of the answer 200 to the callback `done`"), "{words}");
}

/// What clients answer to callbacks; `of` makes a description with these answers.
fn replies(cases: &mut Cases, of: &dyn Fn(Value) -> Value) {
    let plain = |statuses: &[&str]| {
        let replies = statuses.iter().map(|status| ((*status).to_owned(), json!({"description": "d"})));
        of(replies.collect::<serde_json::Map<_, _>>().into())
    };
    cases.check(&["mimeo-callback-reply-added"], plain(&["200"]), plain(&["200", "202"]));
    cases.check(&["mimeo-callback-reply-removed"], plain(&["200", "410"]), plain(&["200"]));
    cases.check(&[], plain(&["200", "default"]), plain(&["200"]));
    cases.check(&["mimeo-callback-reply-added"], plain(&["200"]), plain(&["2XX"]));
    cases.check(&[], plain(&["2xx"]), plain(&["2XX"]));
    let with =
        |media: &str, schema: Value| of(json!({"200": {"description": "d", "content": {media: {"schema": schema}}}}));
    let media = ["mimeo-callback-reply-media-type-removed", "mimeo-callback-reply-media-type-added"];
    cases.check(&media, with("application/json", json!({})), with("application/xml", json!({})));
    cases.check(&[], with("application/json", json!({})), with("application/JSON", json!({})));
    // What it answers, the client sends.
    let asks = |names: &[&str]| {
        with("application/json", json!({"type": "object", "required": names, "properties": {"a": {"type": "string"}}}))
    };
    let changes = changes_after(&asks(&[]), &asks(&["a"]), 0);
    let said: Vec<(&str, &str)> = changes.iter().map(|change| (change.id, &*change.text)).collect();
    assert_eq!(
        said,
        [(
            "request-property-became-required",
            "`a` in the body of the answer 200 to the callback `done`: it must be sent now"
        )]
    );
    let changes = changes_after(&plain(&["200"]), &plain(&["204"]), 0);
    let said: Vec<&str> = changes.iter().map(|change| &*change.text).collect();
    let call = "the callback `done` (POST to `{$request.body#/url}`)";
    assert_eq!(
        said,
        [
            format!("the answer 200 to {call} is not expected any more"),
            format!("the answer 204 to {call} may be given"),
        ]
    );
}

#[test]
fn places_and_texts() {
    let base = parameter(json!({"required": false}));
    let changes = changes_after(&base, &parameter(json!({"required": true})), 0);
    let [change] = &*changes else { panic!("{changes:#?}") };
    assert_eq!(change.text, "the query parameter `p` became required, and was optional");
    assert_eq!(change.level, Level::Error);
    let pointer = "/paths/~1a/get/parameters/0/required";
    assert_eq!(change.base.as_ref().map(|at| &*at.pointer), Some(pointer));
    assert_eq!(change.revision.as_ref().map(|at| &*at.pointer), Some(pointer));
    let removed = changes_after(&base, &operation(json!({})), 0);
    assert_eq!(removed[0].base.as_ref().map(|at| &*at.pointer), Some("/paths/~1a/get/parameters/0"));
    assert_eq!(removed[0].revision, None);
}
