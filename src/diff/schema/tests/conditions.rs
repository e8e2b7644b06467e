//! Schemas that hold only where something else does, or do not.

use serde_json::{Value, json};

use super::{ANSWERS, Cases, REQUESTS, answer, request};

/// Schemas under keywords: those that hold for the value are compared like others, of those that do not it is said
/// that they differ.
pub(super) fn conditions(cases: &mut Cases) {
    let length = |most: u32| json!({"type": "string", "maxLength": most});
    let mut both = |of: &dyn Fn(Value) -> Value, in_requests: &[&str], in_answers: &[&str]| {
        let (old, new) = (of(length(5)), of(length(9)));
        for (places, expected) in [(REQUESTS, in_requests), (ANSWERS, in_answers)] {
            for (_, operation) in places {
                cases.exactly(operation(old.clone()), operation(new.clone()), expected);
            }
        }
    };
    both(&|of| json!({"not": of}), &["mimeo-request-not-changed"], &["mimeo-response-not-changed"]);
    both(
        &|of| json!({"if": of, "then": {"minLength": 1}}),
        &["mimeo-request-if-changed"],
        &["mimeo-response-if-changed"],
    );
    let counted = ["mimeo-request-contains-changed"];
    both(&|of| json!({"contains": of, "maxContains": 1}), &counted, &["mimeo-response-contains-changed"]);
    both(&|of| json!({"if": of}), &[], &[]);
    both(&|of| json!({"then": of}), &[], &[]);
    let mut at = |old: Value, new: Value, way: fn(Value) -> Value, expected: &[&str]| {
        cases.exactly(way(old), way(new), expected);
    };
    for (keyword, of) in [
        ("then", (|it| json!({"if": {"minLength": 1}, "then": it})) as fn(Value) -> Value),
        ("else", |it| json!({"if": {"minLength": 1}, "else": it})),
        ("contains", |it| json!({"contains": it})),
        ("propertyNames", |it| json!({"propertyNames": it})),
        ("contentSchema", |it| json!({"contentSchema": it})),
        ("dependentSchemas", |it| json!({"dependentSchemas": {"a": it}})),
    ] {
        let (short, long) = (of(length(5)), of(length(9)));
        assert!(short.get(keyword).is_some());
        at(short.clone(), long.clone(), request, &["request-property-max-length-increased"]);
        at(long.clone(), short.clone(), request, &["request-property-max-length-decreased"]);
        at(short, long, answer, &["response-property-max-length-increased"]);
    }
    let (with, without) = (json!({"not": length(5), "title": "t"}), json!({"title": "t"}));
    at(without.clone(), with.clone(), request, &["mimeo-request-not-added"]);
    at(with.clone(), without.clone(), request, &["mimeo-request-not-removed"]);
    at(without.clone(), with.clone(), answer, &["mimeo-response-not-added"]);
    at(with, without, answer, &["mimeo-response-not-removed"]);
    // What a condition asks for is mostly described outside of it.
    let asks = |names: &[&str]| {
        json!({
            "type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}},
            "if": {"required": ["a"]}, "then": {"required": names},
        })
    };
    at(asks(&["a"]), asks(&["a", "b"]), request, &["request-property-became-required"]);
    at(asks(&["a", "b"]), asks(&["a"]), answer, &["response-property-became-optional"]);
}
