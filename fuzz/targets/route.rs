//! Path keys as a description: they are compiled, and a target is routed and its nearest paths are looked for.
//!
//! The first line of the input is the target, each further one `METHOD key` or just a key of `paths`.
#![no_main]

use http::Method;
use libfuzzer_sys::{Corpus, fuzz_target};
use mimeo::{
    contract::{Contract, Match, Routed},
    limit,
    openapi::{MemorySources, Operation, load},
};
use serde_json::{Map, Value, json};

/// Larger inputs say nothing new and are slow.
const BYTES_MAX: usize = 2 * 1024;

fuzz_target!(|text: &str| -> Corpus {
    if text.len() > BYTES_MAX {
        return Corpus::Reject;
    }
    let mut lines = text.split('\n');
    let target = lines.next().unwrap_or_default();
    let sources = MemorySources::new().with("api.json", description(lines));
    let api = load(&sources, "api.json", "api.json", &[]).api.expect("a description with any paths is one");
    let (contract, _) = Contract::compile(api);
    routed(&contract, target);
    for operation in &contract.api.operations {
        reached(&contract, operation);
    }
    Corpus::Keep
});

/// A description with these path keys.
fn description<'t>(lines: impl Iterator<Item = &'t str>) -> Vec<u8> {
    let mut paths = Map::new();
    for line in lines {
        let (method, key) = line.split_once(' ').filter(|(_, key)| key.starts_with('/')).unwrap_or(("get", line));
        let item = paths.entry(key).or_insert_with(|| json!({})).as_object_mut().expect("an item is an object");
        item.insert(method.to_lowercase(), json!({"responses": {"200": {"description": "d"}}}));
    }
    let document: Value = json!({"openapi": "3.2.0", "info": {"title": "t", "version": "1"}, "paths": paths});
    document.to_string().into_bytes()
}

/// Routes a target as a client may send it.
fn routed(contract: &Contract, target: &str) {
    let (path, query) = target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
    for method in [Method::GET, Method::HEAD, Method::POST] {
        match contract.route(&method, path, query) {
            Routed::Operation(found) => fits(contract, &found),
            Routed::MethodNotAllowed { allowed } => {
                assert!(!allowed.is_empty() && !allowed.contains(&method), "{method} of {allowed:?}");
            }
            Routed::NotFound => (),
        }
    }
    let near = contract.nearest(path, 3);
    assert!(near.len() <= 3 && near.is_empty() == contract.api.operations.is_empty());
    for (number, (_, template)) in near.iter().enumerate() {
        assert!(near[..number].iter().all(|(_, other)| other != template), "{template} is near twice");
    }
}

/// A match has a text for each parameter of its template.
fn fits(contract: &Contract, found: &Match<'_>) {
    let template = &contract.operation(found.operation).path;
    let (_, parameters) = filled(template);
    assert_eq!(found.captures.len(), parameters, "{template}");
}

/// The template with a text for each parameter leads to an operation with the same method.
fn reached(contract: &Contract, operation: &Operation) {
    let (path, _) = filled(&operation.path);
    if path.split('/').count() > limit::PATH_SEGMENTS_MAX {
        return;
    }
    match contract.route(&operation.method, &path, None) {
        Routed::Operation(found) => {
            let method = &contract.operation(found.operation).method;
            let as_get = operation.method == Method::HEAD && *method == Method::GET;
            assert!(*method == operation.method || as_get, "{} {path} is led to {method}", operation.method);
            fits(contract, &found);
        }
        // A concrete path hides its templated counterparts, whatever its methods.
        Routed::MethodNotAllowed { .. } if is_hidden(contract, operation, &path) => (),
        other => panic!("{} {path} of {}: {other:?}", operation.method, operation.path),
    }
}

/// True if a path also leads to another template, with no more parameters: it may be the more concrete one.
fn is_hidden(contract: &Contract, operation: &Operation, path: &str) -> bool {
    let parameters = filled(&operation.path).1;
    contract.api.operations.iter().any(|other| match contract.route(&other.method, path, None) {
        Routed::Operation(found) => {
            contract.operation(found.operation).path != operation.path && found.captures.len() <= parameters
        }
        _ => false,
    })
}

/// The template with `x` for each `{parameter}`, and how many there are. A digit could become part of an escape.
fn filled(template: &str) -> (String, usize) {
    let mut path = String::new();
    let mut parameters = 0;
    let mut rest = template;
    while let Some(at) = rest.find('{') {
        path.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        match rest.find(['{', '}']) {
            Some(end) if rest[end..].starts_with('}') => {
                path.push('x');
                parameters += 1;
                rest = &rest[end + 1..];
            }
            _ => path.push('{'),
        }
    }
    path.push_str(rest);
    (path, parameters)
}
