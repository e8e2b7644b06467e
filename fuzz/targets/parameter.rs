//! Any request against parameters of every place, style and type, and against bodies of every form.
//!
//! The first byte of the input says which operation is meant, the rest is a request whose path segments are the texts of
//! the path parameters.
#![no_main]

mod request;

use std::{fmt::Write as _, sync::LazyLock};

use libfuzzer_sys::{Corpus, fuzz_target};
use mimeo::{
    contract::{Contract, Match, OperationId},
    finding::Severity,
    message::Request,
    openapi::{MemorySources, load},
};

/// Larger inputs say nothing new and are slow.
const BYTES_MAX: usize = 4 * 1024;

/// Place, style and explode.
const STYLES: [(&str, &str, bool); 17] = [
    ("path", "simple", false),
    ("path", "simple", true),
    ("path", "label", false),
    ("path", "label", true),
    ("path", "matrix", false),
    ("path", "matrix", true),
    ("query", "form", false),
    ("query", "form", true),
    ("query", "spaceDelimited", false),
    ("query", "pipeDelimited", false),
    ("query", "deepObject", true),
    ("header", "simple", false),
    ("header", "simple", true),
    ("cookie", "form", false),
    ("cookie", "form", true),
    ("cookie", "cookie", false),
    ("cookie", "cookie", true),
];

/// Schemas of parameters; each has an operation with all styles.
const SCHEMAS: [&str; 9] = [
    "{type: string, minLength: 2, maxLength: 4, pattern: '^[a-z]+$'}",
    "{type: integer, format: int32, minimum: -5, multipleOf: 3}",
    "{type: number, exclusiveMaximum: 7.5}",
    "{type: [boolean, 'null']}",
    "{type: array, items: {type: integer}, uniqueItems: true, maxItems: 3}",
    "{type: array, items: {type: string, enum: [a, 'b,c', '']}}",
    "{type: object, required: [a], properties: {a: {type: integer}, b: {type: array, items: {type: boolean}}, c: {type: \
     object, properties: {d: {type: string}}, additionalProperties: {type: number}}}}",
    "{anyOf: [{type: integer}, {type: array, items: {type: integer}}, {type: object, additionalProperties: {type: string, \
     format: date}}]}",
    "{}",
];

/// The schema of a form: a field of each type.
const FORM: &str = "{type: object, required: [a], properties: {a: {type: integer}, b: {type: array, items: {type: \
                    string}}, c: {type: object, properties: {d: {type: boolean}}}, e: {type: string, format: binary}, f: \
                    {type: array, items: {type: object, properties: {g: {type: number}}}}}, additionalProperties: {type: \
                    string, maxLength: 3}}";

/// The schema of an XML body, with attributes, wrapped arrays and namespaces.
const XML: &str = "{type: object, required: [id], xml: {name: pet, namespace: 'urn:x', prefix: p}, properties: {id: {type: \
                   integer, xml: {attribute: true}}, tags: {type: array, xml: {wrapped: true, name: all}, items: {type: \
                   string, xml: {name: tag}}}, more: {type: array, items: {type: object, properties: {n: {type: number}}}}}}";

/// How the fields of forms are written.
const ENCODINGS: [&str; 5] = [
    "{}",
    "{b: {style: form, explode: false}, c: {style: deepObject, explode: true}}",
    "{b: {style: pipeDelimited, explode: false}, c: {style: form, explode: true}, f: {contentType: text/plain}}",
    "{b: {contentType: 'application/json, text/*'}, c: {contentType: application/xml}, e: {contentType: image/png}}",
    "{a: {contentType: text/plain, headers: {X-Part: {required: true, schema: {type: integer}}}}, c: {contentType: \
     application/x-www-form-urlencoded}}",
];

static CONTRACTS: LazyLock<[Contract; 3]> = LazyLock::new(|| [contract(&modern()), contract(&older()), contract(OLD)]);

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Some((pick, text)) = bytes.split_first().filter(|_| bytes.len() <= BYTES_MAX) else { return Corpus::Reject };
    let Some(request) = request::request(text) else { return Corpus::Reject };
    let (contract, operation) = operation(*pick);
    let captures: Vec<&str> = request.path.split('/').skip(1).collect();
    let count = contract.operation(operation).path.matches('{').count();
    let captures = (0..count).map(|index| captures.get(index).copied().unwrap_or_default()).collect();
    check(contract, &Match { operation, captures }, &request);
    Corpus::Keep
});

/// The operation that a byte means, of all contracts.
fn operation(pick: u8) -> (&'static Contract, OperationId) {
    let count: usize = CONTRACTS.iter().map(|contract| contract.api.operations.len()).sum();
    let mut index: usize = usize::from(pick.wrapping_sub(b'A')) % count;
    for contract in CONTRACTS.iter() {
        match contract.api.operations.get(index) {
            Some(_) => return (contract, OperationId(u32::try_from(index).expect("few operations"))),
            None => index -= contract.api.operations.len(),
        }
    }
    unreachable!("the index is below the number of operations")
}

/// Judges a request, twice: the first time may have compiled what the second one uses.
fn check(contract: &Contract, found: &Match<'_>, request: &Request) {
    let checked = contract.check_request(found, request);
    let operation = contract.operation(found.operation);
    for (index, _) in &checked.parameters {
        assert!(*index < operation.parameters.len());
    }
    for finding in &checked.findings {
        assert!(!finding.message.is_empty() && finding.severity == Severity::Error, "{finding:?}");
        assert!(finding.reason.is_some(), "{finding:?}");
    }
    let again = contract.check_request(found, request);
    assert_eq!(checked.findings, again.findings);
    assert_eq!(checked.parameters, again.parameters);
}

/// OpenAPI 3.2: all styles for each schema, parameters that are documents, bodies.
fn modern() -> String {
    let mut text = "openapi: 3.2.0\ninfo: {title: t, version: '1'}\npaths:\n".to_owned();
    for (number, schema) in SCHEMAS.iter().enumerate() {
        styled(&mut text, number, schema, &STYLES);
    }
    let content = |range: &str, schema: &str| format!("content: {{{range}: {{schema: {schema}}}}}");
    let json = content("application/json", FORM);
    let form = content("application/x-www-form-urlencoded", FORM);
    let _ = writeln!(text, "  /content/{{p}}:\n    post:\n      parameters:");
    let _ = writeln!(text, "        - {{name: p, in: path, required: true, {json}}}");
    let _ = writeln!(text, "        - {{name: q, in: query, {json}}}\n        - {{name: r, in: query, {form}}}");
    let _ = writeln!(text, "        - {{name: h, in: header, {json}}}\n        - {{name: c, in: cookie, {json}}}");
    let _ = writeln!(text, "        - {{name: t, in: query, {}}}", content("text/plain", "{type: integer}"));
    text.push_str("      responses: {}\n");
    for (number, content) in [json, form].iter().enumerate() {
        let _ =
            writeln!(text, "  /whole{number}:\n    post:\n      parameters: [{{name: w, in: querystring, {content}}}]");
        text.push_str("      responses: {}\n");
    }
    bodies(&mut text);
    text
}

/// OpenAPI 3.0: `allowEmptyValue` and `nullable`, and bodies read its way.
fn older() -> String {
    let mut text =
        "openapi: 3.0.4\ninfo: {title: t, version: '1'}\npaths:\n  /empty:\n    get:\n      parameters:\n".to_owned();
    let schemas = ["{type: integer, nullable: true}", "{type: array, items: {type: boolean}}", "{type: object}"];
    for (number, schema) in schemas.iter().enumerate() {
        let _ = writeln!(text, "        - {{name: q{number}, in: query, allowEmptyValue: true, schema: {schema}}}");
    }
    text.push_str("      responses: {}\n");
    bodies(&mut text);
    text
}

/// Swagger 2.0: collection formats, form fields, files.
const OLD: &str = "
swagger: '2.0'
info: {title: t, version: '1'}
paths:
  /old/{csv}:
    post:
      consumes: [multipart/form-data, application/x-www-form-urlencoded]
      parameters:
        - {name: csv, in: path, required: true, type: array, items: {type: integer}}
        - {name: ssv, in: query, type: array, collectionFormat: ssv, items: {type: number}}
        - {name: tsv, in: query, type: array, collectionFormat: tsv, items: {type: string, minLength: 1}}
        - {name: pipes, in: header, type: array, collectionFormat: pipes, items: {type: boolean}}
        - {name: multi, in: query, type: array, collectionFormat: multi, items: {type: array, items: {type: integer}}}
        - {name: many, in: formData, type: array, collectionFormat: multi, items: {type: integer}}
        - {name: one, in: formData, required: true, type: string, format: date-time, allowEmptyValue: true}
        - {name: file, in: formData, type: file}
      responses: {}
";

/// An operation whose parameters have one schema and all of the styles.
fn styled(text: &mut String, number: usize, schema: &str, styles: &[(&str, &str, bool)]) {
    let names = styles.iter().enumerate().filter(|(_, (place, ..))| *place == "path");
    let path: String = names.map(|(index, _)| format!("/{{p{index}}}")).collect();
    let _ = writeln!(text, "  /s{number}{path}:\n    get:\n      parameters:");
    for (index, (place, style, explode)) in styles.iter().enumerate() {
        let required = *place == "path";
        let _ = writeln!(
            text,
            "        - {{name: p{index}, in: {place}, required: {required}, style: {style}, explode: {explode}, schema: \
             {schema}}}"
        );
    }
    text.push_str("      responses: {}\n");
}

/// An operation for each way to describe the fields of a form, each with all media types.
fn bodies(text: &mut String) {
    for (number, encoding) in ENCODINGS.iter().enumerate() {
        let _ =
            writeln!(text, "  /body{number}:\n    post:\n      requestBody:\n        required: true\n        content:");
        let _ = writeln!(text, "          application/json: {{schema: {FORM}}}");
        let _ = writeln!(text, "          application/xml: {{schema: {XML}}}");
        for range in ["application/x-www-form-urlencoded", "multipart/form-data", "multipart/mixed"] {
            let _ = writeln!(text, "          {range}: {{schema: {FORM}, encoding: {encoding}}}");
        }
        for range in ["application/jsonl", "application/json-seq", "text/event-stream"] {
            let _ = writeln!(text, "          {range}: {{schema: {{type: array, maxItems: 2, items: {FORM}}}}}");
        }
        text.push_str("          text/plain; charset=utf-8: {schema: {type: integer}}\n");
        text.push_str("          text/*: {schema: {type: string, maxLength: 9}}\n");
        text.push_str("          '*/*': {schema: {type: string, format: binary}}\n      responses: {}\n");
    }
}

/// The contract of one of the descriptions above, which must have no errors.
fn contract(description: &str) -> Contract {
    let sources = MemorySources::new().with("api.yaml", description);
    let loaded = load(&sources, "api.yaml", "api.yaml", &[]);
    let (contract, more) = Contract::compile(loaded.api.expect("a description"));
    let mut findings = loaded.findings.iter().chain(&more);
    assert_eq!(findings.find(|finding| finding.severity == Severity::Error), None, "{description}");
    contract
}
