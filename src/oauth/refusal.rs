//! What the authorization server refuses, and why (RFC 6749, sections 4.1.2.1 and 5.2).

use http::{StatusCode, header};
use serde_json::json;

use super::authority::secret_json;
use crate::message::Response;

/// A refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    status: StatusCode,
    /// The error by its registered name.
    pub(super) error: &'static str,
    /// What is wrong.
    pub(super) description: String,
    /// `WWW-Authenticate`.
    challenge: Option<String>,
}

impl Refusal {
    /// An error with status 400.
    pub(super) fn bad(error: &'static str, description: impl AsRef<str>) -> Self {
        // No quotes, no backslashes, nothing beyond ASCII (RFC 6749, section 5.2).
        let allowed = |c: char| match c {
            ' '..='!' | '#'..='[' | ']'..='~' => c,
            '"' => '\'',
            _ => '?',
        };
        let description = description.as_ref().chars().take(500).map(allowed).collect();
        Self { status: StatusCode::BAD_REQUEST, error, description, challenge: None }
    }

    /// The request lacks something, has something twice, or is not of the right form.
    pub(super) fn invalid_request(description: impl AsRef<str>) -> Self {
        Self::bad("invalid_request", description)
    }

    /// What was granted is not there, is over, or is another's.
    pub(super) fn invalid_grant(description: impl AsRef<str>) -> Self {
        Self::bad("invalid_grant", description)
    }

    /// The client does not say who it is, or not as it should.
    pub(super) fn invalid_client(description: impl AsRef<str>) -> Self {
        let refusal = Self::bad("invalid_client", description).with_status(StatusCode::UNAUTHORIZED);
        Self { challenge: Some(r#"Basic realm="mimeo""#.to_owned()), ..refusal }
    }

    /// A bearer token is not accepted (RFC 6750, section 3.1).
    pub(super) fn bearer(status: StatusCode, error: &'static str, description: &str) -> Self {
        let refusal = Self::bad(error, description).with_status(status);
        let challenge = format!(r#"Bearer error="{error}", error_description="{}""#, refusal.description);
        Self { challenge: Some(challenge), ..refusal }
    }

    /// The refusal, with another status.
    pub(super) fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// The refusal as an answer.
    pub(super) fn response(&self) -> Response {
        let body = json!({"error": self.error, "error_description": self.description});
        let mut reply = secret_json(self.status, &body);
        if let Some(challenge) = &self.challenge {
            reply.set_header(header::WWW_AUTHENTICATE, challenge);
        }
        reply
    }
}
