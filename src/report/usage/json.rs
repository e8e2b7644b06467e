//! What clients depend on, as one JSON document with a version of its form.

use serde_json::{Value, json};

use crate::usage::{ApiUse, Coverage, OperationUse, Share, Usage};

/// What clients depend on, for programs: nothing is left out.
pub fn json_usage(usage: &Usage) -> String {
    let apis: Vec<Value> = usage.apis.iter().map(api).collect();
    let document = json!({ "version": 1, "clients": usage.clients, "apis": apis });
    format!("{document:#}\n")
}

fn api(api: &ApiUse) -> Value {
    let operations: Vec<Value> = api.operations.iter().map(operation).collect();
    let undescribed: Vec<Value> =
        api.undescribed.iter().map(|(call, times)| json!({"call": call, "times": times})).collect();
    json!({
        "id": api.id,
        "title": api.title,
        "operations": operations,
        "undescribed": undescribed,
        "coverage": api.coverage.as_ref().map(coverage),
    })
}

fn operation(used: &OperationUse) -> Value {
    let parameters: Vec<Value> = used
        .parameters
        .iter()
        .map(|it| json!({"in": it.place, "name": it.name, "described": it.is_described}))
        .collect();
    let answers: Vec<Value> = used
        .answers
        .iter()
        .map(|(status, answer)| json!({"status": status, "times": answer.times, "fields": answer.fields}))
        .collect();
    json!({
        "call": used.call,
        "operation": used.operation,
        "times": used.times,
        "clients": used.clients,
        "parameters": parameters,
        "fields": used.fields,
        "credentials": used.credentials,
        "answers": answers,
        "unused": {
            "answers": used.answers_unused,
            "parameters": used.parameters_unused,
            "fields": used.fields_unused,
        },
    })
}

fn coverage(coverage: &Coverage) -> Value {
    let share = |share: Share| json!({"used": share.used, "of": share.of});
    let tags: Vec<Value> =
        coverage.tags.iter().map(|(tag, part)| json!({"tag": tag, "used": part.used, "of": part.of})).collect();
    json!({
        "operations": share(coverage.operations),
        "answers": share(coverage.answers),
        "parameters": share(coverage.parameters),
        "fields": share(coverage.fields),
        "tags": tags,
        "never": coverage.never,
    })
}
