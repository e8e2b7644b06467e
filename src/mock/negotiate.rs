//! Which media type an answer is sent in.

use http::StatusCode;

use crate::{
    answer::Problem,
    contract::{Accept, Contract, MediaRange},
    finding::{Code, Finding, Part, Place},
    message::Request,
    openapi::MediaType,
    schema::Types,
};

/// The media type that the client likes best; without an `Accept`, JSON before others.
pub(super) fn negotiate(contract: &Contract, request: &Request, content: &[MediaType]) -> Option<usize> {
    match request.field(&http::header::ACCEPT) {
        None if content.len() == 1 => Some(0),
        None => {
            let is_json = |media: &MediaType| MediaRange::parse(&media.range).is_some_and(|range| range.is_json());
            let first = content.iter().position(is_json);
            first.or_else(|| content.iter().position(|media| can_carry(contract, media))).or(Some(0))
        }
        Some(accept) if accept.as_bytes() == b"*/*" => {
            content.iter().position(|media| can_carry(contract, media)).or(Some(0))
        }
        Some(_) => {
            let lines = request.headers.get_all(http::header::ACCEPT).iter().filter_map(|line| line.to_str().ok());
            let accept = Accept::parse(&lines.collect::<Vec<_>>().join(", "));
            // What cannot carry the value is taken only if nothing else is accepted.
            let carrying: Vec<usize> =
                (0..content.len()).filter(|index| can_carry(contract, &content[*index])).collect();
            if carrying.len() == content.len() {
                return accept.choose(content);
            }
            let offered: Vec<MediaType> = carrying.iter().map(|index| content[*index].clone()).collect();
            accept.choose(&offered).map(|index| carrying[index]).or_else(|| accept.choose(content))
        }
    }
}

/// False for text that is described as an object or an array, which cannot be written so; rows of a table can.
fn can_carry(contract: &Contract, media: &MediaType) -> bool {
    let plain = Types::STRING.union(Types::NUMBER).union(Types::INTEGER).union(Types::BOOLEAN).union(Types::NULL);
    let subtypes = ["csv", "tab-separated-values", "event-stream"];
    let is_text = MediaRange::parse(&media.range).is_some_and(|range| {
        let is_syntax = range.is_xml() || range.is_json() || range.is_yaml();
        range.kind == "text" && !is_syntax && !subtypes.contains(&range.subtype.as_str())
    });
    match &media.schema {
        Some(schema) if is_text => contract.schemas.shape(schema).types.has(plain),
        _ => true,
    }
}

/// True if the client asks for a text by its name, nothing but text is described, and the value is none. Prism refuses
/// such a request. With any other `Accept`, and where another media type is described, the value is sent as JSON.
pub(super) fn insists_on_text(
    contract: &Contract,
    request: &Request,
    content: &[MediaType],
    media: &MediaType,
) -> bool {
    let Some(wanted) = MediaRange::parse(&media.range) else { return false };
    let lines = request.headers.get_all(http::header::ACCEPT).iter().filter_map(|line| line.to_str().ok());
    let accept = Accept::parse(&lines.collect::<Vec<_>>().join(", "));
    let is_named = accept.0.iter().any(|(range, _)| range.kind == wanted.kind && range.subtype == wanted.subtype);
    is_named && !content.iter().any(|media| can_carry(contract, media))
}

#[cold]
pub(super) fn no_text() -> Problem {
    let finding = Finding::error(
        Code::JSON_IN_TEXT,
        Place::response(Part::Body, ""),
        "the answer is described as text alone, but its schema has objects or arrays, which text cannot hold",
    )
    .help(
        "describe the answer in another media type, or give a text as its example; to get it as JSON, send no `Accept`",
    );
    Problem::new(
        "NO_COMPLEX_OBJECT_TEXT",
        StatusCode::INTERNAL_SERVER_ERROR,
        "Cannot serialise complex objects as text",
        vec![finding],
    )
}

#[cold]
pub(super) fn not_acceptable(content: &[MediaType]) -> Problem {
    let offered = content.iter().map(|media| media.range.as_str()).collect::<Vec<_>>().join(", ");
    let finding = Finding::error(
        Code::NOT_ACCEPTABLE,
        Place::request(Part::Header, "Accept"),
        "the answer is not described in a media type that the client accepts",
    )
    .help(format!("it is described as {offered}"));
    Problem::new(
        "NOT_ACCEPTABLE",
        StatusCode::NOT_ACCEPTABLE,
        "The server cannot produce a representation for your accept header",
        vec![finding],
    )
}
