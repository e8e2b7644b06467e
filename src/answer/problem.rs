//! Answers of Mimeo's own, where the description has none: problem details (RFC 9457).
//!
//! The names are Prism's, so that clients that look at them find what they know; the `type` is ours.

use http::{HeaderName, StatusCode, header};
use serde_json::{Map, Value, json};

use super::violations;
use crate::{
    finding::{Code, Finding, Part, Place, Reason},
    message::Response,
};

/// The media type of a problem, where the description does not ask for another.
pub(crate) const PROBLEM_JSON: &str = "application/problem+json";

/// A refusal, still as data.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    id: &'static str,
    status: StatusCode,
    title: &'static str,
    /// What is said beside the findings.
    detail: Option<String>,
    headers: Vec<(HeaderName, String)>,
    /// What is wrong.
    pub(crate) findings: Vec<Finding>,
}

/// True if a request is refused for a body that cannot be read as what it is said to be. A 422 says that it could be (RFC
/// 9110, section 15.5.21).
pub(crate) fn is_unreadable(faults: &[Finding], reason: Reason) -> bool {
    let first = faults.iter().find(|fault| fault.reason == Some(reason));
    first.is_some_and(|fault| {
        let is_whole = matches!(&fault.place, Place::Message { part: Part::Body, at, .. } if at.is_empty());
        fault.code == Code::MALFORMED_BODY && is_whole
    })
}

impl Problem {
    /// A problem with its Prism name, status and title.
    pub(crate) fn new(id: &'static str, status: StatusCode, title: &'static str, findings: Vec<Finding>) -> Self {
        Self { id, status, title, detail: None, headers: Vec::new(), findings }
    }

    /// Sends it under the name of another media type of JSON.
    #[must_use]
    #[inline(never)]
    pub(crate) fn written_as(self, media_type: &str) -> Self {
        if media_type == PROBLEM_JSON { self } else { self.with_header(header::CONTENT_TYPE, media_type) }
    }

    /// Adds a header field to the answer.
    #[must_use]
    pub(crate) fn with_header(mut self, name: HeaderName, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// Adds what is said beside the findings.
    #[must_use]
    pub(crate) fn with_detail(mut self, detail: String) -> Self {
        self.detail = Some(detail);
        self
    }

    /// A scenario that does not exist.
    pub(crate) fn unknown_scenario(finding: Finding) -> Self {
        Self::new("UNKNOWN_SCENARIO", StatusCode::BAD_REQUEST, "There is no such scenario", vec![finding])
    }

    /// A preference that cannot be read.
    pub(crate) fn bad_preference(finding: Finding) -> Self {
        Self::new("UNPROCESSABLE_ENTITY", StatusCode::UNPROCESSABLE_ENTITY, "Invalid preference", vec![finding])
    }

    /// A preference for something that the description does not have.
    pub(crate) fn no_such_answer(finding: Finding) -> Self {
        Self::new("NOT_FOUND", StatusCode::NOT_FOUND, "The description has no such answer", vec![finding])
    }

    /// A request that is wrong, where the operation describes no answer to that. The faults themselves are already
    /// noted, so they are told but not noted again.
    pub(crate) fn invalid_request(reason: Reason, faults: &[Finding]) -> Self {
        let (id, status, title) = match reason {
            Reason::ScopeMissing => ("FORBIDDEN", StatusCode::FORBIDDEN, "The credentials do not allow this"),
            reason if reason.is_security() => {
                ("UNAUTHORIZED", StatusCode::UNAUTHORIZED, "Invalid security scheme used")
            }
            Reason::UnsupportedMediaType => {
                ("INVALID_CONTENT_TYPE", StatusCode::UNSUPPORTED_MEDIA_TYPE, "Invalid content type")
            }
            _ if is_unreadable(faults, reason) => ("UNPROCESSABLE_ENTITY", StatusCode::BAD_REQUEST, "Invalid request"),
            _ => ("UNPROCESSABLE_ENTITY", StatusCode::UNPROCESSABLE_ENTITY, "Invalid request"),
        };
        Self::new(id, status, title, faults.to_vec())
    }

    /// An answer of the description that breaks the description (`--errors`).
    pub(crate) fn violations(findings: Vec<Finding>) -> Self {
        Self::new("VIOLATIONS", StatusCode::INTERNAL_SERVER_ERROR, "Request/Response not valid", findings)
    }

    /// The answer.
    pub(crate) fn response(&self) -> Response {
        let mut body = Map::new();
        body.insert(
            "type".to_owned(),
            json!(format!("urn:mimeo:problem:{}", self.id.to_lowercase().replace('_', "-"))),
        );
        body.insert("title".to_owned(), json!(self.title));
        body.insert("status".to_owned(), json!(self.status.as_u16()));
        body.insert("detail".to_owned(), json!(self.detail()));
        if !self.findings.is_empty() {
            body.insert("validation".to_owned(), violations::json(&self.findings, false));
        }
        let text = Value::Object(body).to_string();
        let mut response = Response::new(self.status).with_body(PROBLEM_JSON, text);
        for (name, value) in &self.headers {
            response.set_header(name.clone(), value);
        }
        response
    }

    fn detail(&self) -> String {
        if let Some(detail) = &self.detail {
            return detail.clone();
        }
        let Some(first) = self.findings.first() else { return self.title.to_owned() };
        let more = match self.findings.len() - 1 {
            0 => String::new(),
            1 => " (and one more finding)".to_owned(),
            n => format!(" (and {n} more findings)"),
        };
        match &first.help {
            Some(help) => format!("{}{more}; {help}.", first.message),
            None => format!("{}{more}.", first.message),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Side;

    #[test]
    fn what_cannot_be_read_is_400_and_what_is_wrong_422() {
        let at = |at: &str| Place::Message { side: Side::Request, part: Part::Body, at: at.to_owned() };
        for (code, pointer, status) in [
            (Code::MALFORMED_BODY, "", StatusCode::BAD_REQUEST),
            (Code::MALFORMED_BODY, "/part", StatusCode::UNPROCESSABLE_ENTITY),
            (Code("required"), "", StatusCode::UNPROCESSABLE_ENTITY),
        ] {
            let fault = Finding::error(code, at(pointer), "is wrong").because(Reason::InvalidParam);
            assert_eq!(
                is_unreadable(std::slice::from_ref(&fault), Reason::InvalidParam),
                status == StatusCode::BAD_REQUEST
            );
            assert_eq!(Problem::invalid_request(Reason::InvalidParam, &[fault]).response().status, status);
        }
    }
}
