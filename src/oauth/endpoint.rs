//! Which requests are for an authorization server, and for which of its endpoints.

use http::Method;

use super::authority::{self, Authority};
use crate::{
    contract::{Contract, Located, Site},
    message::{Request, Response},
    openapi::SchemeKind,
    session::{Change, State},
};

/// What the paths of discovery end in: OpenID Connect Discovery 1.0, section 4.
const OPENID_CONFIGURATION: &str = "/.well-known/openid-configuration";
/// RFC 8414, section 3.
const SERVER_METADATA: &str = "/.well-known/oauth-authorization-server";

/// An endpoint of an authorization server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Endpoint {
    /// Where a user lets a client in.
    Authorize,
    /// Where tokens are issued.
    Token,
    /// Where a token is looked at (RFC 7662).
    Introspect,
    /// Where a token is given back (RFC 7009).
    Revoke,
    /// The public key of ID tokens (RFC 7517).
    Jwks,
    /// What is said about the user (OpenID Connect Core 1.0, section 5.3).
    Userinfo,
    /// Where all of this is.
    Metadata,
}

impl Endpoint {
    /// The endpoints that have a path of Mimeo's own.
    const OWN: [(Self, &'static str); 6] = [
        (Self::Authorize, "/_oauth/authorize"),
        (Self::Token, "/_oauth/token"),
        (Self::Introspect, "/_oauth/introspect"),
        (Self::Revoke, "/_oauth/revoke"),
        (Self::Jwks, "/_oauth/jwks"),
        (Self::Userinfo, "/_oauth/userinfo"),
    ];

    /// Its path below the issuer.
    pub(super) fn path(self) -> &'static str {
        Self::OWN.iter().find(|(endpoint, _)| *endpoint == self).map_or(OPENID_CONFIGURATION, |(_, path)| path)
    }

    /// The endpoint at a path below the issuer.
    fn at(path: &str) -> Option<Self> {
        if path == OPENID_CONFIGURATION || path == SERVER_METADATA {
            return Some(Self::Metadata);
        }
        Self::OWN.iter().find(|(_, own)| *own == path).map(|(endpoint, _)| *endpoint)
    }

    /// The methods that it takes.
    pub(super) fn methods(self) -> &'static [Method] {
        match self {
            Self::Authorize => &[Method::GET, Method::POST],
            Self::Token | Self::Introspect | Self::Revoke => &[Method::POST],
            Self::Userinfo => &[Method::GET, Method::HEAD, Method::POST],
            Self::Jwks | Self::Metadata => &[Method::GET, Method::HEAD],
        }
    }
}

/// A request for an endpoint of an API's authorization server.
#[derive(Debug)]
pub struct Call<'m> {
    contract: &'m Contract,
    endpoint: Endpoint,
    /// The path of the issuer: empty, or with a leading slash and without a trailing one.
    base: String,
}

impl Call<'_> {
    /// The id of the API.
    pub fn api(&self) -> &str {
        &self.contract.api.id
    }

    /// True if the answer depends on the session, or changes it.
    pub fn needs_state(&self) -> bool {
        !matches!(self.endpoint, Endpoint::Jwks | Endpoint::Metadata)
    }

    /// The answer, and how it moves the session. `now_ms` is real time, in milliseconds since the Unix epoch.
    pub fn answer(&self, state: &State, request: &Request, now_ms: u64, seed: u64) -> (Response, Vec<Change>) {
        let authority = Authority {
            contract: self.contract,
            issuer: format!("http://{}{}", host(request), self.base),
            state,
            request,
            now_ms: state.clock.at(now_ms),
            seed,
        };
        authority.answer(self.endpoint)
    }
}

/// The endpoint that a request is for. Whoever asks has found no operation for it.
pub fn find<'m>(site: &'m Site, request: &Request) -> Option<Call<'m>> {
    let path = match request.path.strip_prefix(SERVER_METADATA) {
        // RFC 8414 puts the path of the issuer behind.
        Some(issuer) if issuer.len() > 1 => format!("{issuer}{SERVER_METADATA}"),
        _ => request.path.clone(),
    };
    let is_alone = site.contracts.len() == 1;
    if let Located::Api { contract, .. } = site.locate(request) {
        return of(contract, &path, is_alone);
    }
    let mut calls = site.contracts.iter().filter_map(|contract| of(contract, &path, is_alone));
    let call = calls.next()?;
    // Where several have it, nobody can say which is meant.
    calls.next().is_none().then_some(call)
}

fn of<'m>(contract: &'m Contract, path: &str, is_alone: bool) -> Option<Call<'m>> {
    if !authority::is_needed(contract) {
        return None;
    }
    let described = described(contract);
    let issuers = issuers(contract);
    for (prefix, rest) in readings(contract, path) {
        if let Some((_, endpoint)) = described.iter().find(|(path, _)| *path == rest) {
            // At the root of several APIs, discovery would not know which one is meant.
            let base = if prefix.is_empty() && !is_alone { format!("/{}", contract.api.id) } else { prefix.to_owned() };
            return Some(Call { contract, endpoint: *endpoint, base });
        }
        let below = |issuer: &str| Endpoint::at(rest.strip_prefix(issuer)?);
        if let Some((issuer, endpoint)) = issuers.iter().find_map(|issuer| Some((issuer, below(issuer)?))) {
            return Some(Call { contract, endpoint, base: format!("{prefix}{issuer}") });
        }
    }
    None
}

/// The ways to read a path: as it is, without the API's own address, without the base path of a server.
fn readings<'r>(contract: &Contract, path: &'r str) -> Vec<(&'r str, &'r str)> {
    let below = |at: usize, base: &str| {
        let rest = path.get(at..)?.strip_prefix(base).filter(|rest| rest.starts_with('/'))?;
        Some(path.split_at(path.len() - rest.len()))
    };
    let mut readings = vec![("", path)];
    readings.extend(below(0, &format!("/{}", contract.api.id)));
    let bases: Vec<&str> =
        contract.api.servers.iter().map(|server| server.base_path.as_str()).filter(|base| !base.is_empty()).collect();
    for (prefix, _) in readings.clone() {
        readings.extend(bases.iter().filter_map(|base| below(prefix.len(), base)));
    }
    readings
}

/// The paths of the endpoints that the flows name, but none that is an operation's.
fn described(contract: &Contract) -> Vec<(&str, Endpoint)> {
    let api = &contract.api;
    let mut found: Vec<(&str, Endpoint)> = Vec::new();
    for scheme in api.schemes.values() {
        match &scheme.kind {
            SchemeKind::OAuth2 { flows } => {
                for flow in flows {
                    let urls = [
                        (&flow.token_url, Endpoint::Token),
                        (&flow.refresh_url, Endpoint::Token),
                        (&flow.authorization_url, Endpoint::Authorize),
                    ];
                    found.extend(
                        urls.into_iter().filter_map(|(url, endpoint)| Some((path_of(url.as_ref()?)?, endpoint))),
                    );
                }
            }
            SchemeKind::OpenIdConnect { url } => {
                found.extend(path_of(url).map(|path| (path, Endpoint::Metadata)));
            }
            _ => (),
        }
    }
    let is_below = |path: &str, base: &str, own: &str| path.strip_prefix(base).is_some_and(|rest| rest == own);
    found.retain(|(path, endpoint)| {
        let is_operation = api.operations.iter().any(|operation| {
            let bases = api.servers.iter().map(|server| server.base_path.as_str());
            bases.chain([""]).any(|base| is_below(path, base, &operation.path))
        });
        let is_issuers = *endpoint == Endpoint::Metadata && path.ends_with(OPENID_CONFIGURATION);
        !is_operation && !is_issuers
    });
    found
}

/// The paths of issuers: none, and those of the addresses of OpenID Connect.
fn issuers(contract: &Contract) -> Vec<&str> {
    let urls = contract.api.schemes.values().filter_map(|scheme| match &scheme.kind {
        SchemeKind::OpenIdConnect { url } => path_of(url)?.strip_suffix(OPENID_CONFIGURATION),
        _ => None,
    });
    std::iter::once("").chain(urls.filter(|path| !path.is_empty())).collect()
}

/// The path of an address, or of a reference that starts with a slash; `None` if it has none but the root.
fn path_of(url: &str) -> Option<&str> {
    let url = url.split(['?', '#']).next().unwrap_or_default().trim();
    let path = match url.split_once("://") {
        Some((_, rest)) => rest.find('/').map(|at| &rest[at..])?,
        None => url,
    };
    (path.len() > 1 && path.starts_with('/')).then_some(path)
}

/// The host that a request was sent to, if it can stand in a URL.
fn host(request: &Request) -> &str {
    let is_host = |host: &&str| {
        !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte))
    };
    request.header(http::header::HOST).filter(is_host).unwrap_or("localhost")
}

#[cfg(test)]
mod tests;
