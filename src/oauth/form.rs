//! The parameters of a request, and the client that sends them.

use std::collections::HashSet;

use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use http::{Method, header};

use super::refusal::Refusal;
use crate::{limit, message::Request};

/// Parameters that may come several times (RFC 8707, section 2; RFC 8693, section 2.1).
const REPEATED: [&str; 2] = ["resource", "audience"];

/// The parameters of a request. Empty ones count as left out (RFC 6749, section 3.1).
#[derive(Debug)]
pub(super) struct Form {
    pairs: Vec<(String, String)>,
}

/// Who asks for tokens. Every client is taken, with every secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Client {
    /// Its `client_id`.
    pub(super) id: String,
    /// True if it has a secret.
    pub(super) is_confidential: bool,
}

impl Form {
    /// The parameters in the query of a GET request, or in the body of another.
    pub(super) fn of(request: &Request) -> Result<Self, Refusal> {
        let bytes = if request.method == Method::GET {
            request.query.as_deref().unwrap_or_default().as_bytes()
        } else {
            let media_type = request.header(header::CONTENT_TYPE).unwrap_or_default();
            let essence = media_type.split(';').next().unwrap_or_default().trim();
            if !request.body.is_empty() && !essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
                let message = "the parameters are sent as application/x-www-form-urlencoded";
                return Err(Refusal::invalid_request(message));
            }
            &request.body
        };
        // What a code or a token remembers of a request stays in the session.
        if bytes.len() > limit::OAUTH_FORM_BYTES_MAX {
            let message = format!("the parameters have more than {} bytes", limit::OAUTH_FORM_BYTES_MAX);
            return Err(Refusal::invalid_request(message));
        }
        let parsed = form_urlencoded::parse(bytes).take(limit::FORM_PAIRS_MAX);
        let pairs = parsed.filter(|(_, value)| !value.is_empty()).map(|(name, value)| (name.into(), value.into()));
        Ok(Self { pairs: pairs.collect() })
    }

    /// A parameter.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// A parameter that must be there.
    pub(super) fn need(&self, name: &str) -> Result<&str, Refusal> {
        self.get(name).ok_or_else(|| Refusal::invalid_request(format!("the parameter {name} is missing")))
    }

    /// All parameters, in their order.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Refuses a parameter that comes twice (RFC 6749, section 3.1).
    pub(super) fn once(&self) -> Result<(), Refusal> {
        let mut seen = HashSet::new();
        let mut single = self.pairs.iter().filter(|(name, _)| !REPEATED.contains(&name.as_str()));
        match single.find(|(name, _)| !seen.insert(name)) {
            Some((name, _)) => Err(Refusal::invalid_request(format!("the parameter {name} comes twice"))),
            None => Ok(()),
        }
    }

    /// The client, by Basic or in the body (RFC 6749, section 2.3.1); `None` if it does not say who it is.
    pub(super) fn client(&self, request: &Request) -> Result<Option<Client>, Refusal> {
        let Some(field) = request.headers.get(header::AUTHORIZATION) else {
            let is_confidential = self.get("client_secret").is_some();
            return match self.get("client_id") {
                Some(id) => Ok(Some(Client { id: id.to_owned(), is_confidential })),
                None if is_confidential => Err(Refusal::invalid_client("client_secret comes without client_id")),
                None => Ok(None),
            };
        };
        let Some(id) = field.to_str().ok().and_then(basic) else {
            return Err(Refusal::invalid_client("the field Authorization is not Basic with base64 of id:secret"));
        };
        if self.get("client_secret").is_some() {
            return Err(Refusal::invalid_request("the client authenticates twice: by Basic and in the body"));
        }
        if self.get("client_id").is_some_and(|other| other != id) {
            return Err(Refusal::invalid_request("client_id is not the one in the field Authorization"));
        }
        Ok(Some(Client { id, is_confidential: true }))
    }
}

/// The id in a field `Authorization: Basic …`.
fn basic(field: &str) -> Option<String> {
    const LENIENT: GeneralPurposeConfig =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let (word, encoded) = field.trim().split_once(' ')?;
    let decoded = GeneralPurpose::new(&STANDARD, LENIENT).decode(encoded.trim()).ok()?;
    let text = String::from_utf8(decoded).ok().filter(|_| word.eq_ignore_ascii_case("basic"))?;
    let (id, _) = text.split_once(':')?;
    // Both are form-encoded before they are put together.
    let spaced = id.replace('+', " ");
    let id = percent_encoding::percent_decode_str(&spaced).decode_utf8().ok()?;
    (!id.is_empty()).then(|| id.into_owned())
}
