//! Who may speak to the admin API.
//!
//! A web page of any origin can let a browser send requests to this machine. Three things keep it out: the `Host` must
//! be ours (a name of the page's own may lead here: DNS rebinding), a request that changes something must not come from
//! another origin, and no answer has a CORS header field, so that none can be read.

use std::{fmt, net::IpAddr};

use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, Method, StatusCode, header, request::Parts};
use sha2::Sha256;

use super::{PREFIX, refusal::Refusal};
use crate::shell::{Description, Listener};

/// How the admin API is reached.
#[derive(Clone, Debug)]
pub struct AdminSettings {
    /// What callers must know; `None`: nothing, and nobody but this machine is answered.
    pub token: Option<AdminToken>,
    /// The host that the server listens on, as given.
    pub host: String,
    /// True if it has a port of its own ([`crate::shell::Server::run_admin`]), and none on that of the APIs.
    pub is_apart: bool,
    /// What is read again when a reload is asked for; `None`: nothing can be.
    pub description: Option<Description>,
}

impl Default for AdminSettings {
    fn default() -> Self {
        Self { token: None, host: "localhost".to_owned(), is_apart: false, description: None }
    }
}

/// What callers of the admin API must know. Only a digest of it is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct AdminToken([u8; 32]);

/// A text that cannot be the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the admin token must have at least 8 characters, all of them visible ASCII")]
pub struct BadToken;

impl AdminToken {
    /// The token of that text.
    pub fn new(text: &str) -> Result<Self, BadToken> {
        let is_good = text.len() >= 8 && text.bytes().all(|byte| byte.is_ascii_graphic());
        if is_good {
            Ok(Self(digest(text).map_or([0; 32], |mac| mac.finalize().into_bytes().into())))
        } else {
            Err(BadToken)
        }
    }

    /// True if it is the one that was presented. This takes the same time for every wrong one.
    fn is(&self, presented: &str) -> bool {
        digest(presented).is_some_and(|mac| mac.verify_slice(&self.0).is_ok())
    }
}

fn digest(text: &str) -> Option<Hmac<Sha256>> {
    Some(Hmac::<Sha256>::new_from_slice(b"mimeo admin token").ok()?.chain_update(text))
}

impl fmt::Debug for AdminToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AdminToken")
    }
}

/// Lets callers in, or says why not.
#[derive(Debug)]
pub(in crate::shell) struct Gate {
    token: Option<AdminToken>,
    /// The host that the server listens on, as given, in lower case.
    host: String,
    address: IpAddr,
}

impl Gate {
    /// The gate of a socket.
    pub(in crate::shell) fn new(listener: &Listener, settings: &AdminSettings) -> Self {
        let address = listener.address.ip();
        Self { token: settings.token.clone(), host: settings.host.to_ascii_lowercase(), address }
    }

    /// What is to be said at the start.
    pub(in crate::shell) fn warning(&self) -> Option<String> {
        self.is_shut().then(|| {
            format!(
                "the admin API answers 403: others than this machine can reach {}; set --admin-token or MIMEO_ADMIN_TOKEN \
                 to use it",
                self.address
            )
        })
    }

    /// True if others than this machine could come, and nothing tells who.
    fn is_shut(&self) -> bool {
        self.token.is_none() && !self.address.is_loopback()
    }

    /// Lets a request in, or says why not.
    pub(super) fn admit(&self, head: &Parts) -> Result<(), Refusal> {
        // Whoever watches over the process asks by any name and has no token; there is nothing to learn here.
        let path = head.uri.path().strip_prefix(PREFIX);
        if matches!(path, Some("health" | "ready")) && is_safe(&head.method) {
            return Ok(());
        }
        if self.is_shut() {
            return Err(forbidden(
                "this server can be reached from other machines, and has no admin token; start it with --admin-token or \
                 MIMEO_ADMIN_TOKEN, or on a loopback host"
                    .to_owned(),
            ));
        }
        let is_known = match &self.token {
            None => false,
            Some(token) if bearer(&head.headers).is_some_and(|presented| token.is(presented)) => true,
            Some(_) => {
                // A page whose name leads here is told no more than any other.
                self.judge_host(head)?;
                return Err(Refusal::new(
                    StatusCode::UNAUTHORIZED,
                    "unauthorized",
                    "The admin token is missing or wrong",
                )
                .detail("send it as `Authorization: Bearer TOKEN`")
                .header(header::WWW_AUTHENTICATE, "Bearer realm=\"mimeo\""));
            }
        };
        // Who knows the token is no page that was led here by its name.
        if !is_known {
            self.judge_host(head)?;
        }
        if is_safe(&head.method) { Ok(()) } else { judge_origin(&head.headers) }
    }

    /// A request must have been sent to a name of ours.
    fn judge_host(&self, head: &Parts) -> Result<(), Refusal> {
        let by_target = head.uri.authority().map(http::uri::Authority::as_str);
        let mut hosts = head.headers.get_all(header::HOST).iter();
        let by_field = hosts.next().map(|host| host.to_str().unwrap_or_default());
        let is_single = hosts.next().is_none();
        match by_field {
            Some(host) if is_single && [by_target, Some(host)].into_iter().flatten().all(|it| self.is_ours(it)) => {
                Ok(())
            }
            host => {
                let host = host.unwrap_or_default();
                Err(forbidden(format!(
                    "the admin API is not at the host `{host}`; use localhost or the host that the server listens on"
                )))
            }
        }
    }

    fn is_ours(&self, authority: &str) -> bool {
        let Some(name) = host_of(authority) else { return false };
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        if let Ok(address) = name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
            return address.is_loopback() || address == self.address;
        }
        name == "localhost" || name.ends_with(".localhost") || name == self.host
    }
}

/// The host of an authority, without its port; `None` if it is none.
fn host_of(authority: &str) -> Option<&str> {
    let end = if authority.starts_with('[') {
        authority.find(']')? + 1
    } else {
        authority.find(':').unwrap_or(authority.len())
    };
    let (host, port) = authority.split_at(end);
    let is_port =
        port.is_empty() || port.strip_prefix(':').is_some_and(|it| it.bytes().all(|byte| byte.is_ascii_digit()));
    (is_port && !host.is_empty()).then_some(host)
}

/// What changes something must come from no page, or from one of this very server.
fn judge_origin(headers: &HeaderMap) -> Result<(), Refusal> {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    for origin in headers.get_all(header::ORIGIN) {
        let origin = origin.to_str().unwrap_or_default();
        let authority = origin.split_once("://").filter(|(scheme, _)| matches!(*scheme, "http" | "https"));
        if !authority.is_some_and(|(_, authority)| !host.is_empty() && authority.eq_ignore_ascii_case(host)) {
            return Err(forbidden(format!("a page of the origin `{origin}` may not use the admin API")));
        }
    }
    match headers.get("sec-fetch-site").map(http::HeaderValue::as_bytes) {
        None | Some(b"same-origin" | b"none") => Ok(()),
        Some(_) => Err(forbidden("a page of another origin may not use the admin API".to_owned())),
    }
}

fn forbidden(detail: String) -> Refusal {
    Refusal::new(StatusCode::FORBIDDEN, "forbidden", "The admin API does not answer this").detail(detail)
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// True for the methods that change nothing.
fn is_safe(method: &Method) -> bool {
    method == Method::GET || method == Method::HEAD
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate(token: Option<&str>, host: &str, address: &str) -> Gate {
        Gate {
            token: token.map(|it| AdminToken::new(it).unwrap()),
            host: host.to_owned(),
            address: address.parse().unwrap(),
        }
    }

    #[track_caller]
    fn check(gate: &Gate, method: &str, target: &str, fields: &[(&'static str, &str)], expected: u16) {
        let mut request = http::Request::builder().method(method).uri(target);
        for (name, value) in fields {
            request = request.header(*name, *value);
        }
        let found = gate
            .admit(&request.body(()).unwrap().into_parts().0)
            .map_or_else(|refusal| refusal.status().as_u16(), |()| 200);
        assert_eq!(found, expected, "{method} {target} {fields:?}");
    }

    #[test]
    fn hosts() {
        let gate = gate(None, "mybox", "127.0.0.1");
        let check = |host: &str, expected: u16| check(&gate, "GET", "/__mimeo/sessions", &[("host", host)], expected);
        for host in [
            "localhost",
            "LOCALHOST:4010",
            "localhost.",
            "pets.localhost:1",
            "127.0.0.1:4010",
            "127.9.9.9",
            "[::1]:4010",
            "mybox:80",
        ] {
            check(host, 200);
        }
        for host in [
            "evil.example",
            "evil.example:4010",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "evillocalhost",
            "192.168.0.1",
            "0.0.0.0",
            "",
            ":80",
            "localhost:80@evil",
            "[::1",
            "localhost:x",
        ] {
            check(host, 403);
        }
    }

    #[test]
    fn a_target_and_several_hosts() {
        let gate = gate(None, "localhost", "127.0.0.1");
        check(&gate, "GET", "/__mimeo/sessions", &[], 403);
        check(&gate, "GET", "/__mimeo/sessions", &[("host", "localhost"), ("host", "evil.example")], 403);
        check(&gate, "GET", "http://evil.example/__mimeo/sessions", &[("host", "localhost")], 403);
        check(&gate, "GET", "http://localhost/__mimeo/sessions", &[("host", "localhost")], 200);
        check(&gate, "GET", "/__mimeo/health", &[("host", "10.0.0.1")], 200);
        check(&gate, "POST", "/__mimeo/health", &[("host", "10.0.0.1")], 403);
    }

    #[test]
    fn origins() {
        let gate = gate(None, "localhost", "127.0.0.1");
        let post = |fields: &[(&'static str, &str)], expected: u16| {
            let all: Vec<_> = [("host", "localhost:4010")].into_iter().chain(fields.iter().copied()).collect();
            check(&gate, "POST", "/__mimeo/reload", &all, expected);
        };
        post(&[], 200);
        post(&[("origin", "http://localhost:4010")], 200);
        post(&[("origin", "http://LOCALHOST:4010"), ("sec-fetch-site", "same-origin")], 200);
        post(&[("sec-fetch-site", "none")], 200);
        post(&[("origin", "null")], 403);
        post(&[("origin", "http://localhost:3000")], 403);
        post(&[("origin", "http://evil.example")], 403);
        post(&[("origin", "file://localhost:4010")], 403);
        post(&[("origin", "http://localhost:4010"), ("origin", "http://evil.example")], 403);
        post(&[("sec-fetch-site", "same-site")], 403);
        post(&[("sec-fetch-site", "cross-site")], 403);
        check(&gate, "GET", "/__mimeo/sessions", &[("host", "localhost"), ("origin", "http://evil.example")], 200);
    }

    #[test]
    fn tokens() {
        let open = gate(None, "0.0.0.0", "0.0.0.0");
        check(&open, "GET", "/__mimeo/sessions", &[("host", "localhost")], 403);
        check(&open, "GET", "/__mimeo/ready", &[("host", "10.0.0.1:4010")], 200);
        assert!(open.warning().is_some_and(|it| it.contains("--admin-token")));

        let gate = gate(Some("open-sesame"), "0.0.0.0", "0.0.0.0");
        assert_eq!(gate.warning(), None);
        let bearer = ("authorization", "Bearer open-sesame");
        check(&gate, "GET", "/__mimeo/sessions", &[("host", "localhost")], 401);
        check(&gate, "GET", "/__mimeo/sessions", &[("host", "localhost"), ("authorization", "Bearer open-sesam")], 401);
        check(&gate, "GET", "/__mimeo/sessions", &[("host", "evil.example")], 403);
        check(&gate, "GET", "/__mimeo/sessions", &[("host", "localhost"), bearer], 200);
        check(&gate, "GET", "/__mimeo/sessions", &[("host", "mimeo.internal"), bearer], 200);
        check(&gate, "POST", "/__mimeo/reload", &[("host", "mimeo.internal"), bearer], 200);
        check(
            &gate,
            "POST",
            "/__mimeo/reload",
            &[("host", "mimeo.internal"), bearer, ("origin", "http://evil.example")],
            403,
        );
        assert_eq!(AdminToken::new("short"), Err(BadToken));
        assert_eq!(AdminToken::new("has a space in it"), Err(BadToken));
        assert_eq!(format!("{:?}", AdminToken::new("open-sesame")), "Ok(AdminToken)");
    }
}
