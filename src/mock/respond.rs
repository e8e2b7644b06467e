//! Makes the answer that was decided on, and judges it before it is ever sent.

use http::{HeaderName, StatusCode};
use serde_json::Value;

use super::{
    decide::{BodyChoice, Choice},
    filling::{self, Filling},
    token::{self, Stencil},
};
use crate::{
    answer::{Origin, Problem},
    contract::{Contract, MediaRange, OperationId, Written},
    finding::{Code, Finding, Part, Place},
    message::{Response, header_value, is_framing},
    openapi::{self, Example, ExampleValue, MediaType, Provenance, SchemaRef},
    schema::{Direction, Sampling},
};

/// An answer, and what is known about it.
#[derive(Debug)]
pub(super) struct Prepared {
    /// The answer.
    pub(super) response: Response,
    /// What is wrong with it: an example may break its own schema, and is served all the same.
    pub(super) findings: Vec<Finding>,
    /// Where it comes from.
    pub(super) origin: Origin,
    /// What is filled in for each request.
    pub(super) filling: Option<Filling>,
    /// The body in pieces, where tokens and their holder are written into it, and nothing else is.
    pub(super) stencil: Option<Stencil>,
}

/// Makes an answer.
pub(super) fn prepare(contract: &Contract, id: OperationId, choice: &Choice) -> Result<Prepared, Problem> {
    let operation = contract.operation(id);
    let mut response = Response::new(choice.status);
    let Some(described) = choice.response.and_then(|index| operation.responses.get(index)) else {
        let message = if operation.responses.is_empty() {
            "the operation describes no answer, so an empty one is sent"
        } else {
            "the operation describes nothing but 1xx, which is no answer, so an empty one is sent"
        };
        let finding = Finding::warning(Code::NO_ANSWER, Place::response(Part::Status, ""), message);
        return Ok(Prepared {
            response,
            findings: vec![finding.help("describe at least one under `responses`")],
            origin: Origin::Empty,
            filling: None,
            stencil: None,
        });
    };
    let mut origin = Origin::Empty;
    let mut unwritten = None;
    let mut filling = Filling::default();
    let mut provenance = described.provenance.or(operation.provenance);
    if let Some(media) = choice.media.and_then(|index| described.content.get(index)) {
        if let Some((written, from)) = body(contract, media, choice.body)? {
            unwritten = written.json_instead_of.map(|what| json_in_text(what, &written.media_type));
            response = response.with_body(&written.media_type, written.body);
            origin = from;
        }
        if let BodyChoice::Example(index) = choice.body {
            provenance = media.examples[index].provenance.or(provenance);
            filling.body = filling::body_pattern(contract, media, index);
        }
    }
    headers(contract, described, &mut response, &mut filling);
    let filling = (!filling.is_empty()).then_some(filling);
    let mut findings = if filling.is_some() { Vec::new() } else { contract.check_response(id, &response) };
    findings.extend(unwritten);
    if provenance == Some(Provenance::Inferred) {
        response.headers.insert("mimeo-provenance", header_value(Provenance::Inferred.as_str()));
    }
    if operation.deprecated {
        response.headers.insert("deprecation", header_value("true"));
    }
    let pointers = token::pointers(described);
    let is_cut = filling.is_none() && !pointers.is_empty();
    let stencil = if is_cut { Stencil::cut(&response.body, &pointers) } else { None };
    Ok(Prepared { response, findings, origin, filling, stencil })
}

fn body(contract: &Contract, media: &MediaType, choice: BodyChoice) -> Result<Option<(Written, Origin)>, Problem> {
    if let BodyChoice::Example(index) = choice {
        let example = &media.examples[index];
        let origin = Origin::Example(example.name.as_deref().map(Into::into));
        return Ok(match shown(contract, example) {
            Some((Value::String(text), true)) => Some((contract.write_as_is(media, text), origin)),
            Some((value, _)) => {
                let meant = contract.held_json(media, value);
                let value = meant.as_ref().unwrap_or(value);
                Some((contract.write(media, value), origin))
            }
            None => None,
        });
    }
    let value = match (choice.sampling(), &media.schema, &media.item_schema) {
        (Some(sampling), Some(schema), _) => match made(contract, schema, sampling)? {
            // A text alone would be no event.
            text @ Value::String(_) if is_event_stream(media) => Value::Array(vec![text]),
            value => value,
        },
        (Some(sampling), None, Some(items)) => Value::Array(vec![made(contract, items, sampling)?]),
        (None, ..) | (_, None, None) => return Ok(contract.write_least(media).map(|least| (least, Origin::Empty))),
    };
    Ok(Some((contract.write(media, &value), Origin::Schema)))
}

fn is_event_stream(media: &MediaType) -> bool {
    MediaRange::parse(&media.range).is_some_and(|range| range.kind == "text" && range.subtype == "event-stream")
}

/// What an example shows, and whether it is already written in its media type.
fn shown<'c>(contract: &'c Contract, example: &Example) -> Option<(&'c Value, bool)> {
    match &example.value {
        ExampleValue::Data(at) => Some((contract.api.documents.get(at)?, false)),
        ExampleValue::Serialized(at) => Some((contract.api.documents.get(at)?, true)),
        ExampleValue::External(_) => None,
    }
}

/// A value of a schema. Where none satisfies it, the one that comes nearest: its faults are found when the answer is
/// judged, and a client can do more with it than with none.
fn made(contract: &Contract, schema: &SchemaRef, sampling: Sampling) -> Result<Value, Problem> {
    let impossible = match contract.schemas.generate(schema, Direction::Response, sampling) {
        Ok(value) => return Ok(value),
        Err(impossible) => impossible,
    };
    let finding = Finding::error(Code::SCHEMA_IMPOSSIBLE, Place::response(Part::Body, ""), impossible.to_string())
        .help("add an example to the answer in the description");
    impossible.nearest().ok_or_else(|| {
        Problem::new(
            "SCHEMA_TOO_COMPLEX",
            StatusCode::INTERNAL_SERVER_ERROR,
            "Schema too complex to make a body from it",
            vec![finding],
        )
    })
}

/// A text cannot hold the value, so that it was written as JSON: what a client can do most with.
pub(super) fn json_in_text(what: &str, media_type: &str) -> Finding {
    Finding::warning(
        Code::JSON_IN_TEXT,
        Place::response(Part::Body, ""),
        format!("{what} cannot be written as `{media_type}`, so that it is sent as JSON under that name"),
    )
    .help("describe the answer in another media type, or give a text as its example")
}

/// Adds the described header fields: by example, else by schema. A field without either is left out if it may be.
fn headers(contract: &Contract, described: &openapi::Response, response: &mut Response, filling: &mut Filling) {
    for header in &described.headers {
        let Ok(name) = HeaderName::try_from(header.name.as_str()) else { continue };
        if is_framing(&name) {
            continue;
        }
        let example = header.examples.iter().find(|it| shown(contract, it).is_some());
        if let Some(pattern) = example.and_then(|example| contract.pattern(None, example)) {
            filling.headers.push((name.clone(), pattern));
        }
        if let Some(value) = contract.header_field(header) {
            response.headers.insert(name, header_value(&value));
        }
    }
}
