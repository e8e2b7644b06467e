//! The authorization server of an API, as one request meets it.

use std::collections::BTreeSet;

use http::{StatusCode, header};
use serde_json::{Map, Value, json};

use super::{endpoint::Endpoint, refusal::Refusal};
use crate::{
    contract::Contract,
    message::{Request, Response},
    openapi::{Account, FlowKind, SchemeKind},
    session::{Change, Kind, State, Token},
};

/// The scopes that OpenID Connect Core 1.0 gives a meaning, in sections 3.1.2.1, 5.4 and 11.
const STANDARD_SCOPES: [&str; 6] = ["openid", "profile", "email", "address", "phone", "offline_access"];

/// Who is let in where the description has no accounts.
pub(super) const ANYBODY: &str = "anonymous";

/// True if an API has an authorization server.
pub(super) fn is_needed(contract: &Contract) -> bool {
    contract.api.schemes.values().any(|scheme| scheme.kind.is_oauth())
}

/// An authorization server, in a session, with one request before it.
pub(super) struct Authority<'a> {
    /// The API.
    pub(super) contract: &'a Contract,
    /// Its address.
    pub(super) issuer: String,
    /// The session.
    pub(super) state: &'a State,
    /// The request.
    pub(super) request: &'a Request,
    /// Virtual time, in milliseconds since the Unix epoch.
    pub(super) now_ms: u64,
    /// The seed of the run.
    pub(super) seed: u64,
}

/// What becomes of a request: an answer and changes, or a refusal.
pub(super) type Answered = Result<(Response, Vec<Change>), Refusal>;

impl Authority<'_> {
    /// The answer of an endpoint, and how it moves the session.
    pub(super) fn answer(&self, endpoint: Endpoint) -> (Response, Vec<Change>) {
        let methods = endpoint.methods();
        if !methods.contains(&self.request.method) {
            let allowed = methods.iter().map(http::Method::as_str).collect::<Vec<_>>().join(", ");
            let refusal = Refusal::invalid_request(format!("this endpoint takes {allowed}"));
            let mut reply = refusal.with_status(StatusCode::METHOD_NOT_ALLOWED).response();
            reply.set_header(header::ALLOW, &allowed);
            return (reply, Vec::new());
        }
        let answered = match endpoint {
            Endpoint::Authorize => self.authorize(),
            Endpoint::Token => self.grant(),
            Endpoint::Introspect => self.introspect(),
            Endpoint::Revoke => self.revoke(),
            Endpoint::Userinfo => self.userinfo(),
            Endpoint::Jwks => Ok((self.jwks(), Vec::new())),
            Endpoint::Metadata => Ok((self.metadata(), Vec::new())),
        };
        answered.unwrap_or_else(|refusal| (refusal.response(), Vec::new()))
    }

    /// The API's kind of token of that name.
    pub(super) fn kind(&self, name: &str) -> Kind {
        Kind { api: self.contract.api.id.as_str().into(), name: name.into() }
    }

    /// The names of the schemes whose tokens are issued here.
    pub(super) fn schemes(&self) -> impl Iterator<Item = &str> {
        self.contract.api.schemes.iter().filter(|(_, scheme)| scheme.kind.is_oauth()).map(|(name, _)| name.as_str())
    }

    /// The scheme that a new token is for: of those that know all its scopes, one with such a flow, else the first.
    pub(super) fn scheme_for(&self, flow: FlowKind, scopes: &[String]) -> &str {
        let has_flow = |name: &str| match self.contract.api.schemes.get(name).map(|scheme| &scheme.kind) {
            Some(SchemeKind::OAuth2 { flows }) => flows.iter().any(|known| known.kind == flow),
            _ => false,
        };
        let lacks = |name: &str| {
            let own = self.scopes_of(name);
            scopes.iter().filter(|scope| !own.contains(scope.as_str())).count()
        };
        self.schemes().min_by_key(|name| (lacks(name), !has_flow(name))).unwrap_or_default()
    }

    /// The scopes of a scheme: those that its flows declare, and those that operations ask for.
    fn scopes_of(&self, name: &str) -> BTreeSet<&str> {
        let api = &self.contract.api;
        let declared = match api.schemes.get(name).map(|scheme| &scheme.kind) {
            Some(SchemeKind::OAuth2 { flows }) => flows.as_slice(),
            _ => &[],
        };
        let declared = declared.iter().flat_map(|flow| &flow.scopes);
        let requirements = api.operations.iter().flat_map(|operation| &operation.security);
        let asked = requirements.flat_map(|requirement| &requirement.schemes).filter(|(scheme, _)| scheme == name);
        declared.chain(asked.flat_map(|(_, scopes)| scopes)).map(String::as_str).collect()
    }

    /// The scopes of the API: what a token has for which none are asked for.
    pub(super) fn own_scopes(&self) -> BTreeSet<&str> {
        self.schemes().flat_map(|name| self.scopes_of(name)).collect()
    }

    /// The scopes that can be asked for: those of the API and, if it knows OpenID Connect, the standard ones.
    pub(super) fn known_scopes(&self) -> BTreeSet<&str> {
        let mut scopes = self.own_scopes();
        let kinds = self.contract.api.schemes.values().map(|scheme| &scheme.kind);
        if scopes.contains("openid") || kinds.into_iter().any(|kind| matches!(kind, SchemeKind::OpenIdConnect { .. })) {
            scopes.extend(STANDARD_SCOPES);
        }
        scopes
    }

    /// The scopes that are asked for; without any, those of the API (RFC 6749, section 3.3).
    pub(super) fn scopes(&self, asked: Option<&str>) -> Result<Vec<String>, Refusal> {
        let Some(asked) = asked else { return Ok(self.own_scopes().into_iter().map(str::to_owned).collect()) };
        let known = self.known_scopes();
        let mut scopes: Vec<String> = Vec::new();
        for scope in asked.split_ascii_whitespace() {
            if !known.contains(scope) {
                let known: Vec<&str> = known.into_iter().collect();
                let known = if known.is_empty() { "has none".to_owned() } else { format!("has {}", known.join(" ")) };
                return Err(Refusal::bad(
                    "invalid_scope",
                    format!("there is no scope {scope}; the description {known}"),
                ));
            }
            if !scopes.iter().any(|known| known == scope) {
                scopes.push(scope.to_owned());
            }
        }
        Ok(scopes)
    }

    /// The account of that name.
    pub(super) fn account(&self, name: &str) -> Option<&Account> {
        self.contract.api.accounts.iter().find(|account| account.is_called(name))
    }

    /// A live token of this API that one of the schemes lets in.
    pub(super) fn live_access_token(&self, value: &str) -> Option<&Token> {
        let token = self.state.tokens.get(value)?;
        let is_ours = *token.kind.api == self.contract.api.id && self.schemes().any(|name| *name == *token.kind.name);
        (is_ours && token.is_live(self.now_ms)).then_some(token)
    }
}

/// What is said about an account, or about somebody without one.
pub(super) fn claims_of(name: &str, account: Option<&Account>) -> Map<String, Value> {
    let mut claims = account.map(|account| account.claims.clone()).unwrap_or_default();
    let name = account.map_or(name, |account| account.name.as_str());
    claims.entry("sub").or_insert_with(|| json!(name));
    claims.insert("account".to_owned(), json!(name));
    claims
}

/// An answer in JSON that nobody may keep (RFC 6749, section 5.1).
pub(super) fn secret_json(status: StatusCode, body: &Value) -> Response {
    let mut reply = Response::new(status).with_body("application/json", body.to_string());
    reply.set_header(header::CACHE_CONTROL, "no-store");
    reply.set_header(header::PRAGMA, "no-cache");
    reply
}
