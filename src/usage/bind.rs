//! Which exchanges of a snapshot were with an API, and with which of its operations.

use crate::{
    contract::{Contract, OperationId, Routed},
    openapi::Api,
    snapshot::{Exchange, Snapshot},
};

/// A client, by the name of its snapshot.
#[derive(Clone, Copy, Debug)]
pub struct Client<'s> {
    /// The name of the file, as the user says it.
    pub name: &'s str,
    /// How the client behaved.
    pub snapshot: &'s Snapshot,
}

/// An exchange of a client with an API.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'s> {
    /// The client's name.
    pub client: &'s str,
    /// The name of the session.
    pub session: &'s str,
    /// Its number in the session, from 1, as the snapshot lists it.
    pub number: usize,
    /// The exchange.
    pub exchange: &'s Exchange,
    /// The operation, if the description has it.
    pub operation: Option<OperationId>,
}

/// The exchanges of clients that were with the API of a contract. With `is_only`, there is no other that they could have
/// been with, whatever it was called when they were recorded.
pub fn bind<'s>(clients: &[Client<'s>], contract: &Contract, is_only: bool) -> Vec<Seen<'s>> {
    let mut seen = Vec::new();
    for client in clients {
        let Some(id) = id_in(client.snapshot, &contract.api, is_only) else { continue };
        for session in &client.snapshot.sessions {
            for (index, exchange) in session.exchanges.iter().enumerate() {
                if is_with(client.snapshot, exchange, id) {
                    let operation = operation(contract, exchange);
                    let (client, session) = (client.name, session.session.as_str());
                    seen.push(Seen { client, session, number: index + 1, exchange, operation });
                }
            }
        }
    }
    seen
}

/// What a snapshot calls an API, if it knows it: by its id, else by its title, else because it is the only one.
fn id_in<'s>(snapshot: &'s Snapshot, api: &Api, is_only: bool) -> Option<&'s str> {
    let apis = &snapshot.about.apis;
    let by_id = apis.iter().find(|it| it.id == api.id);
    let by_title = || {
        let mut same = apis.iter().filter(|it| it.title == api.title);
        same.next().filter(|_| same.next().is_none())
    };
    let only = || match apis.as_slice() {
        [only] if is_only => Some(only),
        _ => None,
    };
    let found = by_id.or_else(by_title).or_else(only).map(|it| it.id.as_str());
    found.or_else(|| (apis.is_empty() && is_only).then_some(""))
}

/// True if an exchange was with the API that the snapshot calls `id`.
fn is_with(snapshot: &Snapshot, exchange: &Exchange, id: &str) -> bool {
    match &exchange.api {
        Some(api) => api == id,
        None => snapshot.about.apis.len() <= 1,
    }
}

/// The operation of an exchange: by its method and path template, else by its operationId, else by its path as sent.
pub(super) fn operation(contract: &Contract, exchange: &Exchange) -> Option<OperationId> {
    let (method, path) = (exchange.method(), exchange.template());
    let operations = || (0..).map(OperationId).zip(&contract.api.operations);
    let by_path = operations().find(|(_, it)| it.method.as_str() == method && it.path == path);
    let by_id = || operations().find(|(_, it)| it.id.is_some() && it.id == exchange.operation);
    if let Some((id, _)) = by_path.or_else(by_id) {
        return Some(id);
    }
    match contract.route(&method.parse().ok()?, path, None) {
        Routed::Operation(found) => Some(found.operation),
        _ => None,
    }
}
