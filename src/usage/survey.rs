//! What clients were seen to use, operation by operation.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::{
    bind::{Client, Seen, bind},
    coverage::{Coverage, Unused, covering},
    fields,
};
use crate::{
    contract::{Contract, OperationId},
    openapi::ParameterPlace,
    schema::Direction,
    snapshot::Exchange,
};

/// What clients use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// The clients, by the names of their snapshots.
    pub clients: Vec<String>,
    /// The APIs, those with a description first.
    pub apis: Vec<ApiUse>,
}

/// What is used of one API.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApiUse {
    /// The API's id; empty where the snapshots do not say.
    pub id: String,
    /// Its title and version.
    pub title: String,
    /// The operations that are called, in the order of the description; without one, sorted.
    pub operations: Vec<OperationUse>,
    /// Calls that the description does not have, with how often.
    pub undescribed: Vec<(String, usize)>,
    /// How much of the description that is; `None` without one.
    pub coverage: Option<Coverage>,
}

/// What is used of one operation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OperationUse {
    /// The method and the path template.
    pub call: String,
    /// The operationId.
    pub operation: Option<String>,
    /// How often it is called.
    pub times: usize,
    /// The clients that call it.
    pub clients: BTreeSet<String>,
    /// The parameters that are sent.
    pub parameters: BTreeSet<ParameterUse>,
    /// The fields of bodies that are sent, as JSON Pointers; `*` stands for any item.
    pub fields: Vec<String>,
    /// The security schemes whose credentials are sent.
    pub credentials: BTreeSet<String>,
    /// The answers that are met, by status.
    pub answers: BTreeMap<u16, AnswerUse>,
    /// Described answers that are never met.
    pub answers_unused: Vec<String>,
    /// Described parameters that are never sent, as `query limit`.
    pub parameters_unused: Vec<String>,
    /// Described fields of bodies that are never sent.
    pub fields_unused: Vec<String>,
}

/// A parameter that is sent.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ParameterUse {
    /// Where: `path`, `query`, `header` or `cookie`.
    pub place: &'static str,
    /// Its name.
    pub name: String,
    /// True if the description has it.
    pub is_described: bool,
}

/// An answer that is met.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AnswerUse {
    /// How often.
    pub times: usize,
    /// The described fields of its body: each may be read.
    pub fields: Vec<String>,
}

/// What clients use of the described APIs; without a description, of all that their snapshots name.
pub fn survey(clients: &[Client<'_>], contracts: &[&Contract]) -> Usage {
    let names = clients.iter().map(|client| client.name.to_owned()).collect();
    let apis = if contracts.is_empty() {
        undescribed_apis(clients)
    } else {
        contracts.iter().map(|contract| described_api(clients, contract, contracts.len() == 1)).collect()
    };
    Usage { clients: names, apis }
}

fn described_api(clients: &[Client<'_>], contract: &Contract, is_only: bool) -> ApiUse {
    let seen = bind(clients, contract, is_only);
    let mut coverage = Coverage::default();
    let mut operations = Vec::new();
    for (id, operation) in (0..).map(OperationId).zip(&contract.api.operations) {
        let of_it: Vec<&Seen<'_>> = seen.iter().filter(|seen| seen.operation == Some(id)).collect();
        let Unused { answers, parameters, fields } = coverage.count(contract, id, &of_it);
        if of_it.is_empty() {
            continue;
        }
        let mut used = gathered(&of_it);
        used.call = format!("{} {}", operation.method, operation.path);
        used.operation.clone_from(&operation.id);
        for (status, answer) in &mut used.answers {
            let range = covering(operation, *status);
            let response = operation.responses.iter().find(|response| Some(response.status) == range);
            let content = response.map(|response| response.content.as_slice()).unwrap_or_default();
            let described = fields::described(contract, content, None, Direction::Response);
            answer.fields = fields::leaves(&described);
        }
        (used.answers_unused, used.parameters_unused) = (answers, parameters);
        used.fields_unused = fields;
        operations.push(used);
    }
    let mut undescribed: BTreeMap<&str, usize> = BTreeMap::new();
    for seen in seen.iter().filter(|seen| seen.operation.is_none()) {
        *undescribed.entry(&seen.exchange.call).or_default() += seen.exchange.times;
    }
    let undescribed = undescribed.into_iter().map(|(call, times)| (call.to_owned(), times)).collect();
    let api = &contract.api;
    let title = format!("{} {}", api.title, api.version);
    ApiUse { id: api.id.clone(), title, operations, undescribed, coverage: Some(coverage) }
}

/// What the snapshots say by themselves.
fn undescribed_apis(clients: &[Client<'_>]) -> Vec<ApiUse> {
    let mut apis: BTreeMap<&str, (String, BTreeMap<&str, Vec<Seen<'_>>>)> = BTreeMap::new();
    for client in clients {
        let known = &client.snapshot.about.apis;
        for session in &client.snapshot.sessions {
            for (index, exchange) in session.exchanges.iter().enumerate() {
                let only = known.first().filter(|_| known.len() == 1).map(|it| it.id.as_str());
                let id = exchange.api.as_deref().or(only).unwrap_or_default();
                let title = known.iter().find(|it| it.id == id).map(|it| format!("{} {}", it.title, it.version));
                let (_, calls) = apis.entry(id).or_insert_with(|| (title.unwrap_or_default(), BTreeMap::new()));
                let session = session.session.as_str();
                let seen = Seen { client: client.name, session, number: index + 1, exchange, operation: None };
                calls.entry(&exchange.call).or_default().push(seen);
            }
        }
    }
    let apis = apis.into_iter().map(|(id, (title, calls))| {
        let operations = calls.into_iter().map(|(call, seen)| {
            let mut used = gathered(&seen.iter().collect::<Vec<_>>());
            call.clone_into(&mut used.call);
            used
        });
        let operations = operations.collect();
        ApiUse { id: id.to_owned(), title, operations, undescribed: Vec::new(), coverage: None }
    });
    apis.collect()
}

/// What exchanges with one operation show.
fn gathered(seen: &[&Seen<'_>]) -> OperationUse {
    let mut used = OperationUse::default();
    let mut sent = BTreeSet::new();
    for seen in seen {
        let exchange = seen.exchange;
        used.times += exchange.times;
        used.clients.insert(seen.client.to_owned());
        used.operation = used.operation.or_else(|| exchange.operation.clone());
        for place in PLACES {
            let Sent { described, undescribed } = sent_parameters(exchange, place);
            for (names, is_described) in [(Some(described), true), (undescribed, false)] {
                let names = names.into_iter().flat_map(Map::keys).cloned();
                used.parameters.extend(names.map(|name| ParameterUse { place, name, is_described }));
            }
        }
        sent.extend(exchange.body.iter().flat_map(fields::sent));
        used.credentials.extend(exchange.credentials.keys().cloned());
        used.answers.entry(exchange.answer.status).or_default().times += exchange.times;
    }
    used.fields = fields::leaves(&sent);
    used
}

const PLACES: [&str; 4] = ["path", "query", "header", "cookie"];

/// The parameters of one place that an exchange sends.
#[derive(Clone, Copy)]
pub(super) struct Sent<'e> {
    described: &'e Map<String, Value>,
    undescribed: Option<&'e Map<String, Value>>,
}

impl<'e> Sent<'e> {
    /// The value of a parameter. Names of header fields are the same in upper and lower case.
    pub(super) fn get(&self, name: &str) -> Option<&'e Value> {
        let maps = || std::iter::once(self.described).chain(self.undescribed);
        let exact = maps().find_map(|map| map.get(name));
        exact.or_else(|| maps().flatten().find(|(sent, _)| sent.eq_ignore_ascii_case(name)).map(|(_, value)| value))
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }
}

/// What an exchange sends in one of [`PLACES`].
pub(super) fn sent_parameters<'e>(exchange: &'e Exchange, place: &str) -> Sent<'e> {
    let rest = &exchange.undescribed;
    match place {
        "path" => Sent { described: &exchange.path, undescribed: None },
        "header" => Sent { described: &exchange.headers, undescribed: Some(&rest.headers) },
        "cookie" => Sent { described: &exchange.cookies, undescribed: Some(&rest.cookies) },
        _ => Sent { described: &exchange.query, undescribed: Some(&rest.query) },
    }
}

/// Where a parameter of a description is sent, in one of [`PLACES`].
pub(super) fn parameter_place(place: ParameterPlace) -> &'static str {
    match place {
        ParameterPlace::Path => "path",
        ParameterPlace::Header => "header",
        ParameterPlace::Cookie => "cookie",
        ParameterPlace::Query | ParameterPlace::QueryString => "query",
    }
}
