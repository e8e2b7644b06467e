//! Which changes of a description touch a client, from what the client was seen to do.

use std::fmt;

use serde_json::Value;

use super::{
    bind::Seen,
    coverage::covering,
    survey::{parameter_place, sent_parameters},
};
use crate::{
    contract::{Contract, OperationId},
    diff::{Change, Level, Step, Touch},
    openapi::{Location, Operation, unescape_token},
    snapshot::{Exchange, Placeholder, literal},
};

/// How a change says that it is about requests that need no credentials.
const ANONYMOUS: &str = "requests without credentials";

/// The first exchange of a client that a change touches, and how many there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// The client's name.
    pub client: String,
    /// What was called: the operationId, or the method and path.
    pub call: String,
    /// The name of the session.
    pub session: String,
    /// The number of the exchange in the session, from 1.
    pub number: usize,
    /// Further exchanges of this client that the change touches.
    pub more: usize,
}

impl fmt::Display for Witness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { client, call, session, number, more } = self;
        write!(f, "{call}, exchange {number} of {session} in {client}")?;
        if *more > 0 { write!(f, ", and {more} more") } else { Ok(()) }
    }
}

/// The clients that a change touches; nobody, if none was seen to do what the change is about.
///
/// `contract` is that of the old version, and `seen` are exchanges with it. What cannot be told, such as a value that a
/// snapshot does not show, counts as touched.
pub fn touch(change: &Change, contract: &Contract, seen: &[Seen<'_>]) -> Vec<Witness> {
    let mut witnesses: Vec<Witness> = Vec::new();
    if breaks_nobody(change) {
        return witnesses;
    }
    let meant = operation_of(change, contract);
    if change.operation.is_some() && meant.is_none() {
        return witnesses;
    }
    for seen in seen.iter().filter(|seen| meant.is_none() || seen.operation == meant) {
        let operation = seen.operation.map(|id| contract.operation(id));
        if !is_touched(change, operation, seen.exchange) {
            continue;
        }
        match witnesses.iter_mut().find(|known| known.client == seen.client) {
            Some(known) => known.more += 1,
            None => witnesses.push(Witness {
                client: seen.client.to_owned(),
                call: seen.exchange.operation.clone().unwrap_or_else(|| seen.exchange.call.clone()),
                session: seen.session.to_owned(),
                number: seen.number,
                more: 0,
            }),
        }
    }
    witnesses
}

/// True for what is wider or new, and asks nothing of anybody. That something will go away is worth knowing.
fn breaks_nobody(change: &Change) -> bool {
    // Whoever sends credentials that are not taken any more is told so, though another way in may be open.
    let is_lockout =
        change.touches == Touch::Security && change.id.ends_with("removed") && !change.id.contains("scope");
    // A token that lives longer, or looks otherwise, is no less a token; who stored it may still want to know.
    let is_token = change.id.starts_with("mimeo-token");
    change.level == Level::Info && !is_notice(change) && !is_lockout && !is_token
}

/// True if a change says that something will go away.
fn is_notice(change: &Change) -> bool {
    change.id.contains("deprecat") || change.id.contains("sunset")
}

/// The operation of the old version that a change is in.
fn operation_of(change: &Change, contract: &Contract) -> Option<OperationId> {
    let name = change.operation.as_ref()?;
    let mut operations = (0..).map(OperationId).zip(&contract.api.operations);
    operations.find(|(_, it)| it.method == name.method && it.path == name.path).map(|(id, _)| id)
}

fn is_touched(change: &Change, operation: Option<&Operation>, exchange: &Exchange) -> bool {
    match &change.touches {
        Touch::Nothing => is_notice(change) && change.operation.is_some(),
        Touch::Operation => true,
        Touch::Security => credentials_are_touched(change, exchange),
        Touch::Parameter { place, name, part } => {
            let sent = sent_parameters(exchange, parameter_place(*place)).get(name);
            part_is_touched(change, sent, part)
        }
        Touch::RequestBody { media, part } => {
            let is_other = exchange.body.is_some()
                && media.as_deref().is_some_and(|media| !is_media(media, exchange.media_type.as_deref()));
            !is_other && part_is_touched(change, exchange.body.as_ref(), part)
        }
        Touch::Response { status, .. } | Touch::ResponseHeader { status, .. } => {
            let met = exchange.answer.status;
            operation
                .and_then(|operation| covering(operation, met))
                .map_or(status.covers(met), |range| range == *status)
        }
    }
}

/// True if a change of credentials concerns a client that sends those of an exchange, or gets them.
fn credentials_are_touched(change: &Change, exchange: &Exchange) -> bool {
    if change.text.contains(ANONYMOUS) {
        return exchange.credentials.is_empty();
    }
    match scheme_of(change) {
        Some(scheme) => uses(exchange, &scheme),
        None => exchange.credentials.keys().any(|scheme| change.text.contains(&format!("`{scheme}`"))),
    }
}

/// True if a change of a part of what is sent concerns a client that sends `sent`.
fn part_is_touched(change: &Change, sent: Option<&Value>, part: &[Step]) -> bool {
    let Some((last, before)) = part.split_last() else {
        return if is_demand(change) { sent.is_none() } else { sent.is_some_and(|sent| is_concerned(change, &[sent])) };
    };
    let whole: Vec<&Value> = sent.into_iter().collect();
    if is_demand(change) {
        // Whoever sends what the part belongs to must send the part as well.
        let holders = parts(&whole, before);
        return holders
            .iter()
            .any(|holder| holder.is_object() && parts(&[holder], std::slice::from_ref(last)).is_empty());
    }
    let found = parts(&whole, part);
    !found.is_empty() && is_concerned(change, &found)
}

/// True if a change asks for something that could be left out before.
fn is_demand(change: &Change) -> bool {
    let id = change.id;
    id.contains("required")
        && (id.starts_with("new-required") || id.contains("became-required") || id.contains("added-required"))
}

/// True if a change of what values are allowed concerns one of these values. Only lists of values can be looked into.
fn is_concerned(change: &Change, values: &[&Value]) -> bool {
    let quoted = |value: &Value| match value {
        Value::String(text) if Placeholder::parse(text).is_some() => None,
        Value::String(text) => literal(text).map(|text| format!("`{text}`")),
        other => Some(format!("`{other}`")),
    };
    let is_listed = |value: &&Value| quoted(value).is_none_or(|quoted| change.text.contains(&quoted));
    if change.id.ends_with("enum-value-removed") {
        values.iter().any(is_listed)
    } else if change.id.ends_with("became-enum") {
        values.iter().any(|value| quoted(value).is_none() || !is_listed(value))
    } else {
        true
    }
}

/// The values at a place below others.
fn parts<'v>(values: &[&'v Value], steps: &[Step]) -> Vec<&'v Value> {
    let mut found: Vec<&Value> = values.to_vec();
    for step in steps {
        let below: Vec<&Value> = found
            .iter()
            .flat_map(|value| match (step, value) {
                (Step::Property(name), Value::Object(members)) => members.get(name).into_iter().collect::<Vec<_>>(),
                (Step::AnyProperty, Value::Object(members)) => members.values().collect(),
                (Step::Item, Value::Array(items)) => items.iter().collect(),
                _ => Vec::new(),
            })
            .collect();
        found = below;
    }
    found
}

/// True if a media type that was sent falls under one that is described; JSON is what a snapshot does not name.
fn is_media(described: &str, sent: Option<&str>) -> bool {
    let essence = |text: &str| text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let (described, sent) = (essence(described), essence(sent.unwrap_or("application/json")));
    match described.split_once('/') {
        Some(("*", _)) => true,
        Some((kind, "*")) => sent.split('/').next() == Some(kind),
        _ => described == sent,
    }
}

/// The security scheme, or kind of token, whose description a change is in.
fn scheme_of(change: &Change) -> Option<String> {
    let at: &Location = change.base.as_ref().or(change.revision.as_ref())?;
    let mut tokens = at.pointer.split('/');
    tokens.find(|token| matches!(*token, "securitySchemes" | "securityDefinitions" | "x-mimeo-tokens"))?;
    tokens.next().map(unescape_token)
}

/// True if an exchange sends credentials of a scheme, or gets some.
fn uses(exchange: &Exchange, scheme: &str) -> bool {
    let token = format!("token {scheme}");
    let is_of = |text: &String| Placeholder::parse(text).is_some_and(|it| it.label == token || it.label == scheme);
    exchange.credentials.contains_key(scheme) || exchange.issues.iter().any(is_of)
}
