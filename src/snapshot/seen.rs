//! A record of the journal, looked at again: which operation it met, what was sent, what was answered.

use std::{borrow::Cow, sync::Arc};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use serde_json::Value;

use super::volatile::Moments;
use crate::{
    contract::{Checked, Contract, Located, Match, Received, Routed, Site},
    message::Request,
    openapi::{Operation, Response},
    session::Record,
};

/// The request of a record, as it was sent. A body of which only the beginning was kept is left out.
pub(super) fn request(record: &Record) -> Request {
    Request {
        method: record.method.clone(),
        path: record.path().to_owned(),
        query: record.query().map(str::to_owned),
        headers: headers(record.headers()).into(),
        body: if is_whole(record) { Bytes::copy_from_slice(record.body()) } else { Bytes::new() },
    }
}

/// True if the whole body of a record was kept.
pub(super) fn is_whole(record: &Record) -> bool {
    record.body().len() == record.body_bytes
}

fn headers(lines: &[u8]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for line in lines.split(|byte| *byte == b'\n') {
        let Some(colon) = line.windows(2).position(|pair| pair == b": ") else { continue };
        let (name, value) = (HeaderName::from_bytes(&line[..colon]), HeaderValue::from_bytes(&line[colon + 2..]));
        if let (Ok(name), Ok(value)) = (name, value) {
            headers.append(name, value);
        }
    }
    headers
}

/// A record, and what it means.
pub(super) struct Seen<'a> {
    pub(super) record: &'a Record,
    pub(super) request: &'a Request,
    /// The API that it was for.
    pub(super) contract: Option<&'a Arc<Contract>>,
    /// The path without the address of the API.
    pub(super) path: &'a str,
    /// The operation, and what was read of the request.
    pub(super) met: Option<(Match<'a>, Checked)>,
    /// The answer, if it was JSON and kept whole.
    pub(super) answer: Option<Value>,
}

impl<'a> Seen<'a> {
    pub(super) fn of(site: &'a Site, record: &'a Record, request: &'a Request) -> Self {
        let by_id = record.api.as_ref().and_then(|id| site.contracts.iter().find(|it| *it.api.id == **id));
        let (contract, path) = match (by_id, site.locate(request)) {
            (Some(contract), _) => (Some(contract), contract.without_address(&request.path)),
            (None, Located::Api { contract, path }) => (Some(contract), path),
            (None, _) => (None, request.path.as_str()),
        };
        let met = contract.and_then(|contract| {
            let routed = contract.route(&request.method, path, request.query.as_deref());
            let Routed::Operation(found) = routed else { return None };
            let checked = contract.check_request(&found, request);
            Some((found, checked))
        });
        let answer_whole = record.answer.len() == record.answer_bytes;
        let answer = if answer_whole { serde_json::from_slice(&record.answer).ok() } else { None };
        Self { record, request, contract, path, met, answer }
    }

    /// The operation.
    pub(super) fn operation(&self) -> Option<&'a Operation> {
        let (found, _) = self.met.as_ref()?;
        Some(self.contract?.operation(found.operation))
    }

    /// The request as the contract reads it.
    pub(super) fn received(&self) -> Option<Received<'_>> {
        let (found, checked) = self.met.as_ref()?;
        Some(Received { contract: self.contract?, found, request: self.request, checked })
    }

    /// The answer as it is described.
    pub(super) fn described(&self) -> Option<&'a Response> {
        let responses = self.operation()?.responses.iter().filter(|it| it.status.covers(self.record.status));
        responses.min_by_key(|it| it.status)
    }

    /// The media type of the request's body, without its parameters, in lower case.
    pub(super) fn media_type(&self) -> Option<String> {
        let sent = self.request.header(header::CONTENT_TYPE)?;
        let essence = sent.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        (!essence.is_empty()).then_some(essence)
    }

    /// The method and path template, or the path as it was sent.
    pub(super) fn template(&self) -> Cow<'a, str> {
        self.operation().map_or(Cow::Borrowed(self.path), |operation| Cow::Borrowed(operation.path.as_str()))
    }

    pub(super) fn moments(&self) -> Moments {
        Moments { real_ms: self.record.real_ms, virtual_ms: self.record.virtual_ms }
    }
}
