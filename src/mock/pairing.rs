//! Pairs a request with an answer by their examples.
//!
//! Where the examples of a request and those of an answer have the same names, a request that looks like one of the
//! former gets the latter of that name: one that is equal, else one that falls in the same branch of a `oneOf` or
//! `anyOf`, else one with the same members.

use serde_json::Value;

use crate::{
    contract::{Checked, Contract},
    openapi::{Example, ExampleValue, MediaType, Operation, SchemaRef},
    schema::Direction,
};

/// Index of the answer example that belongs to the request.
pub(super) fn paired(
    contract: &Contract,
    operation: &Operation,
    checked: &Checked,
    answers: &[Example],
) -> Option<usize> {
    if answers.len() < 2 {
        return None;
    }
    by_body(contract, operation, checked, answers).or_else(|| by_parameter(contract, operation, checked, answers))
}

/// A request example that shares its name with an answer.
struct Pair<'a> {
    request: &'a Value,
    answer: usize,
}

fn pairs<'a>(contract: &'a Contract, requests: &[Example], answers: &[Example]) -> Vec<Pair<'a>> {
    let pair = |example: &Example| {
        let name = example.name.as_ref()?;
        let answer = answers.iter().position(|it| it.name.as_ref() == Some(name))?;
        let ExampleValue::Data(at) = &example.value else { return None };
        Some(Pair { request: contract.api.documents.get(at)?, answer })
    };
    requests.iter().filter_map(pair).collect()
}

fn by_body(contract: &Contract, operation: &Operation, checked: &Checked, answers: &[Example]) -> Option<usize> {
    let sent = checked.body.get()?;
    let content = &operation.body.as_ref()?.content;
    let media = content.get(checked.media?)?;
    // The examples may be given for one media type and mean the same in another.
    let mut found = pairs(contract, &media.examples, answers);
    if found.is_empty() {
        found = content.iter().map(|media| pairs(contract, &media.examples, answers)).find(|it| !it.is_empty())?;
    }
    let equal = found.iter().find(|pair| pair.request == sent);
    equal
        .or_else(|| same_branch(contract, media, sent, &found))
        .or_else(|| found.iter().find(|pair| same_members(pair.request, sent)))
        .map(|pair| pair.answer)
}

fn same_branch<'p, 'a>(
    contract: &Contract,
    media: &MediaType,
    sent: &Value,
    pairs: &'p [Pair<'a>],
) -> Option<&'p Pair<'a>> {
    let branches = branches(contract, media.schema.as_ref()?);
    let branch_of = |value: &Value| {
        branches.iter().position(|branch| contract.schemas.validator(branch, Direction::Request).is_valid(value))
    };
    let branch = branch_of(sent)?;
    pairs.iter().find(|pair| branch_of(pair.request) == Some(branch))
}

/// The branches of a schema's `oneOf` or `anyOf`.
fn branches(contract: &Contract, schema: &SchemaRef) -> Vec<SchemaRef> {
    let Some((at, value)) = contract.api.documents.follow(&schema.at) else { return Vec::new() };
    let keyword = ["oneOf", "anyOf"].into_iter().find(|keyword| value.get(keyword).is_some_and(Value::is_array));
    let Some(keyword) = keyword else { return Vec::new() };
    let count = value.get(keyword).and_then(Value::as_array).map_or(0, Vec::len);
    let list = at.child(keyword);
    (0..count).map(|index| SchemaRef { at: list.item(index), kind: schema.kind }).collect()
}

fn same_members(one: &Value, other: &Value) -> bool {
    match (one.as_object(), other.as_object()) {
        (Some(one), Some(other)) => one.len() == other.len() && one.keys().all(|key| other.contains_key(key)),
        _ => false,
    }
}

fn by_parameter(contract: &Contract, operation: &Operation, checked: &Checked, answers: &[Example]) -> Option<usize> {
    checked.parameters.iter().find_map(|(index, sent)| {
        let parameter = operation.parameters.get(*index)?;
        pairs(contract, &parameter.examples, answers).iter().find(|pair| pair.request == sent).map(|pair| pair.answer)
    })
}
