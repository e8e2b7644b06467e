//! What must be there, where several schemas hold for one value.

use serde_json::{Value, json};

use super::{Cases, answer, request};

/// `required` counts whichever schema of `allOf` has it, and whichever describes the property.
pub(super) fn composed(cases: &mut Cases) {
    let both = || json!({"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}}});
    let asks = |names: &[&str]| json!({"required": names});
    let mut check = |old: Value, new: Value, in_requests: &[&str], in_answers: &[&str]| {
        cases.exactly(request(old.clone()), request(new.clone()), in_requests);
        cases.exactly(answer(old), answer(new), in_answers);
    };
    let became_required: (&[_], &[_]) = (&["request-property-became-required"], &["response-property-became-required"]);
    let became_optional: (&[_], &[_]) = (&["request-property-became-optional"], &["response-property-became-optional"]);
    // described beside, asked for in a branch
    let branch = |names: &[&str]| json!({"allOf": [both(), asks(names)]});
    check(branch(&["a"]), branch(&["a", "b"]), became_required.0, became_required.1);
    check(branch(&["a", "b"]), branch(&["a"]), became_optional.0, became_optional.1);
    // described in a branch, asked for beside
    let beside = |names: &[&str]| json!({"allOf": [both(), {"title": "t"}], "required": names});
    check(beside(&["a"]), beside(&["a", "b"]), became_required.0, became_required.1);
    let deep = |names: &[&str]| json!({"allOf": [both(), {"allOf": [asks(names), {"minProperties": 1}]}]});
    check(deep(&["a"]), deep(&["a", "b"]), became_required.0, became_required.1);
    // moved from one schema to the other, or asked for once more
    let spread = |here: &[&str], there: &[&str]| json!({"allOf": [both(), asks(here)], "required": there});
    check(spread(&["a"], &["b"]), spread(&["a", "b"], &[]), &[], &[]);
    check(spread(&["a", "b"], &["a"]), spread(&["a"], &["a", "b"]), &[], &[]);
    // described nowhere
    check(asks(&["a"]), asks(&["a", "b"]), became_required.0, became_required.1);
    // a property that comes or goes is said as what it is
    let only = |names: &[&str]| {
        let properties: serde_json::Map<_, _> = names.iter().map(|name| ((*name).to_owned(), json!({}))).collect();
        json!({"allOf": [{"title": "t", "properties": properties}, asks(names)]})
    };
    check(only(&["a"]), only(&["a", "b"]), &["new-required-request-property"], &["response-required-property-added"]);
    check(only(&["a", "b"]), only(&["a"]), &["request-property-removed"], &["response-required-property-removed"]);
    // what one knows of the property decides, wherever it is described
    let hidden = |names: &[&str]| json!({"allOf": [{"properties": {"b": {"readOnly": true}}}, asks(names)]});
    check(hidden(&["a"]), hidden(&["a", "b"]), &[], became_required.1);
}

/// A schema that holds another one.
type Holding = fn(Value) -> Value;

/// A condition asks for nothing that the value must have anyhow; and what is a condition does not depend on names.
pub(super) fn of_conditions(cases: &mut Cases) {
    let mut check = |old: Value, new: Value, expected: &[&str]| cases.exactly(request(old), request(new), expected);
    let became = &["request-property-became-required"];
    let asks = |names: &[&str]| json!({"required": names});
    let conditions: [(&str, Holding); 4] = [
        ("then", |it| json!({"if": {"minProperties": 1}, "then": it})),
        ("else", |it| json!({"if": {"minProperties": 1}, "else": it})),
        ("dependentSchemas", |it| json!({"dependentSchemas": {"a/b": it}})),
        ("anyOf", |it| json!({"anyOf": [{"$ref": "#/components/schemas/A"}, it]})),
    ];
    for (keyword, of) in conditions {
        let around = |names: &[&str], inner: &[&str]| {
            let mut schema = of(asks(inner));
            assert!(schema.get(keyword).is_some());
            schema["required"] = json!(names);
            schema
        };
        check(around(&["b"], &["a"]), around(&["b"], &["a", "c"]), became);
        check(around(&["b"], &["a"]), around(&["b"], &["a", "b"]), &[]);
    }
    // Properties, patterns and dependencies that are called as keywords are.
    for name in ["then", "else", "if", "not", "allOf", "contains", "dependentSchemas[a]", "allOf[#1]", "p"] {
        let holders: [fn(&str, Value) -> Value; 3] = [
            |name, it| json!({"properties": {name: it}}),
            |name, it| json!({"dependentSchemas": {name: it}}),
            |name, it| json!({"patternProperties": {name.replace(['[', ']', '#'], "."): it}}),
        ];
        for of in holders {
            let part = |name: &str, names: &[&str]| {
                let mut schema = of(name, json!({"properties": {"a": {}}, "required": names}));
                schema["required"] = json!(["b"]);
                schema
            };
            check(part(name, &[]), part(name, &["a"]), became);
            check(part(name, &[]), part(name, &["c"]), became);
            let is_same_value = part(name, &[]).get("dependentSchemas").is_some();
            check(part(name, &[]), part(name, &["b"]), if is_same_value { &[] } else { became });
        }
    }
}
