//! Answers of the admin API to what it does not do: problem details (RFC 9457).

use axum::response::{IntoResponse, Response as Reply};
use http::{HeaderName, HeaderValue, StatusCode, header};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::{
    answer::violations,
    finding::{Code, Finding, Place},
    message::{Response, header_value},
};

/// What is wrong, and what to do about it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(super) struct Problem {
    /// What kind of problem it is: `urn:mimeo:problem:` and a name.
    r#type: String,
    /// What kind of problem it is, in words.
    title: &'static str,
    /// The status of the answer.
    status: u16,
    /// What is wrong here, and what to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    /// What is wrong with the request, each with its location.
    #[serde(skip_serializing_if = "Option::is_none")]
    validation: Option<Vec<Value>>,
}

/// A refusal.
#[derive(Debug)]
pub(super) struct Refusal(Box<Kind>);

#[derive(Debug)]
enum Kind {
    /// One of the admin API.
    Problem { status: StatusCode, problem: Problem, fields: Vec<(HeaderName, HeaderValue)> },
    /// One of the connection, ready to be sent.
    Ready(Response),
}

impl Refusal {
    /// A refusal of that name and title.
    pub(super) fn new(status: StatusCode, name: &str, title: &'static str) -> Self {
        let problem = Problem {
            r#type: format!("urn:mimeo:problem:{name}"),
            title,
            status: status.as_u16(),
            detail: None,
            validation: None,
        };
        Self(Box::new(Kind::Problem { status, problem, fields: Vec::new() }))
    }

    /// Adds what is wrong here, as a sentence without a full stop.
    #[must_use]
    pub(super) fn detail(mut self, detail: impl Into<String>) -> Self {
        if let Kind::Problem { problem, .. } = &mut *self.0 {
            let mut detail: String = detail.into();
            if !detail.ends_with(['?', '.']) {
                detail.push('.');
            }
            problem.detail = Some(detail);
        }
        self
    }

    /// Adds a header field.
    #[must_use]
    pub(super) fn header(mut self, name: HeaderName, value: &str) -> Self {
        if let Kind::Problem { fields, .. } = &mut *self.0 {
            fields.push((name, header_value(value)));
        }
        self
    }

    /// Something that is not there.
    pub(super) fn not_found(title: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", title).detail(detail)
    }

    /// A request that cannot be read.
    pub(super) fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad-request", "The request is wrong").detail(detail)
    }

    /// A request that does not fit the description of the admin API.
    pub(super) fn invalid(mut findings: Vec<Finding>) -> Self {
        findings.iter_mut().for_each(advise);
        let findings = findings.as_slice();
        let is_media = findings.iter().any(|finding| finding.code == Code::UNSUPPORTED_MEDIA_TYPE);
        let mut refusal = if is_media {
            Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", "The body must be JSON")
        } else {
            Self::new(StatusCode::BAD_REQUEST, "bad-request", "The request is wrong")
        };
        if let Some(first) = findings.first() {
            let help = first.help.as_ref().map(|help| format!("; {help}")).unwrap_or_default();
            refusal = refusal.detail(format!("{}{help}", first.message));
        }
        if let (Kind::Problem { problem, .. }, Value::Array(list)) =
            (&mut *refusal.0, violations::json(findings, false))
        {
            problem.validation = Some(list);
        }
        refusal
    }

    /// A refusal of the connection.
    pub(super) fn ready(response: Response) -> Self {
        Self(Box::new(Kind::Ready(response)))
    }

    #[cfg(test)]
    pub(super) fn status(&self) -> StatusCode {
        match &*self.0 {
            Kind::Problem { status, .. } => *status,
            Kind::Ready(response) => response.status,
        }
    }
}

/// Says how durations and times are written where one is wrong: the pattern alone says it to few.
fn advise(finding: &mut Finding) {
    let Place::Message { at, .. } = &finding.place else { return };
    let advice = match at.trim_start_matches('/') {
        _ if !matches!(finding.code.as_str(), "pattern" | "format") => return,
        "by" | "timeout" => "write a duration as 80ms, 30s, 5m, 1h30m or a number of seconds",
        "to" | "since" | "until" => "write a time since 1970 as 2026-11-25T22:00:00Z",
        "status" => "write 404, 4XX or 400-499",
        "session" => "the name of a session has 1 to 128 letters, digits, `.`, `_`, `~` or `-`",
        _ => return,
    };
    finding.help.get_or_insert_with(|| advice.to_owned());
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Reply {
        match *self.0 {
            Kind::Ready(response) => (response.status, response.headers, response.body).into_response(),
            Kind::Problem { status, problem, fields } => {
                let body = serde_json::to_vec(&problem).unwrap_or_default();
                let mut reply = (status, [(header::CONTENT_TYPE, "application/problem+json")], body).into_response();
                reply.headers_mut().extend(fields);
                reply
            }
        }
    }
}
