//! The server behind the proxy: its address, and asking it.

use std::{error::Error as _, io, str::FromStr, time::Duration};

use bytes::Bytes;
use http::{Uri, uri::Authority};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper_util::{
    client::legacy::{Client, Error, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use tokio::time::timeout;

use crate::{
    limit,
    message::{Request, Response},
    proxy::Failure,
};

/// The address of an upstream: an `http` URL without credentials and query. Its path is put before that of each
/// request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpstreamUrl {
    authority: Authority,
    /// Without the slash at its end.
    prefix: String,
}

/// A text is no address of an upstream.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UpstreamUrlError {
    /// It does not say how to speak to the server.
    #[error("the scheme is missing: write http://{0}")]
    NoScheme(String),
    /// The server speaks something else.
    #[error(
        "{0} is not supported yet, only http: put a server that ends TLS between, or name the upstream's http address"
    )]
    Scheme(String),
    /// The system that reads URLs says why.
    #[error("it is not a URL: {0}")]
    Syntax(String),
    /// It carries a user name or password.
    #[error("it has credentials: leave them out, and let the client send them")]
    Credentials,
    /// It carries a query.
    #[error("it has a query: leave it out, because each request has its own")]
    Query,
}

impl FromStr for UpstreamUrl {
    type Err = UpstreamUrlError;

    fn from_str(text: &str) -> Result<Self, UpstreamUrlError> {
        let Some((scheme, _)) = text.split_once("://") else {
            return Err(UpstreamUrlError::NoScheme(text.to_owned()));
        };
        if !scheme.eq_ignore_ascii_case("http") {
            return Err(UpstreamUrlError::Scheme(scheme.to_owned()));
        }
        let uri: Uri =
            text.parse().map_err(|error: http::uri::InvalidUri| UpstreamUrlError::Syntax(error.to_string()))?;
        let Some(authority) = uri.authority() else {
            return Err(UpstreamUrlError::Syntax("it names no host".to_owned()));
        };
        if authority.as_str().contains('@') {
            return Err(UpstreamUrlError::Credentials);
        }
        if uri.query().is_some() {
            return Err(UpstreamUrlError::Query);
        }
        if authority.host().is_empty() {
            return Err(UpstreamUrlError::Syntax("it names no host".to_owned()));
        }
        Ok(Self { authority: authority.clone(), prefix: uri.path().trim_end_matches('/').to_owned() })
    }
}

impl UpstreamUrl {
    /// True if this is the address of a server that listens on `port` of this machine under the name `host`.
    pub fn is_at(&self, host: &str, port: u16) -> bool {
        let own = self.authority.host().trim_start_matches('[').trim_end_matches(']');
        let local = |name: &str| matches!(name, "localhost" | "127.0.0.1" | "::1" | "0.0.0.0" | "::");
        self.authority.port_u16().unwrap_or(80) == port && (own.eq_ignore_ascii_case(host) || local(own) && local(host))
    }

    fn target(&self, request: &Request) -> Result<Uri, http::Error> {
        let mut target = format!("{}{}", self.prefix, request.path);
        if let Some(query) = &request.query {
            target.push('?');
            target.push_str(query);
        }
        Uri::builder().scheme("http").authority(self.authority.clone()).path_and_query(target).build()
    }
}

/// Bounds of an exchange with an upstream.
#[derive(Clone, Copy, Debug)]
pub struct UpstreamLimits {
    /// Time from the request to the end of the answer.
    pub answer_timeout: Duration,
    /// Bytes of the body of an answer.
    pub body_bytes_max: usize,
}

impl Default for UpstreamLimits {
    fn default() -> Self {
        Self { answer_timeout: limit::UPSTREAM_TIMEOUT, body_bytes_max: limit::BODY_BYTES_MAX }
    }
}

/// A client of one upstream. Clones share their connections.
#[derive(Clone, Debug)]
pub struct Upstream {
    url: UpstreamUrl,
    limits: UpstreamLimits,
    client: Client<HttpConnector, Full<Bytes>>,
}

impl Upstream {
    /// A client that opens connections when they are needed.
    pub fn new(url: UpstreamUrl, limits: UpstreamLimits) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        connector.set_connect_timeout(Some(limit::UPSTREAM_CONNECT_TIMEOUT));
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(limit::UPSTREAM_IDLE_TIMEOUT)
            .http1_max_headers(limit::HEADER_COUNT_MAX)
            .build(connector);
        Self { url, limits, client }
    }

    /// Sends a request and reads the answer whole. `Host` is set to that of the upstream.
    pub(super) async fn send(&self, request: &Request) -> Result<Response, Failure> {
        let broken = |error: http::Error| Failure::Broken(format!("the request cannot be sent: {error}"));
        let mut outgoing = http::Request::new(Full::new(request.body.clone()));
        *outgoing.method_mut() = request.method.clone();
        *outgoing.uri_mut() = self.url.target(request).map_err(broken)?;
        outgoing.headers_mut().clone_from(&request.headers);
        timeout(self.limits.answer_timeout, self.exchange(outgoing))
            .await
            .unwrap_or(Err(Failure::Slow(self.limits.answer_timeout)))
    }

    async fn exchange(&self, request: http::Request<Full<Bytes>>) -> Result<Response, Failure> {
        let answer = self.client.request(request).await.map_err(|error| self.failure(&error))?;
        let (head, body) = answer.into_parts();
        let body = Limited::new(body, self.limits.body_bytes_max).collect().await.map_err(|error| {
            if error.is::<LengthLimitError>() {
                Failure::TooLarge(self.limits.body_bytes_max)
            } else {
                Failure::Broken(cause(error.as_ref()))
            }
        })?;
        Ok(Response { status: head.status, headers: head.headers, body: body.to_bytes() })
    }

    fn failure(&self, error: &Error) -> Failure {
        let why = error.source().map_or_else(|| error.to_string(), cause);
        if error.is_connect() {
            Failure::Unreachable(format!("{}: {why}", self.url.authority))
        } else {
            Failure::Broken(why)
        }
    }
}

/// What lies at the bottom of an error, in words.
fn cause(error: &(dyn std::error::Error + 'static)) -> String {
    let mut last = error;
    while let Some(next) = last.source() {
        last = next;
    }
    match last.downcast_ref::<io::Error>().map(io::Error::kind) {
        Some(io::ErrorKind::ConnectionRefused) => "nothing listens there".to_owned(),
        Some(io::ErrorKind::ConnectionReset) => "it closed the connection".to_owned(),
        Some(io::ErrorKind::TimedOut) => "no connection was made in time".to_owned(),
        _ => last.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;

    #[track_caller]
    fn check(url: &str, request: &str, expected: &str) {
        let found = match url.parse::<UpstreamUrl>() {
            Ok(url) => url.target(&Request::new(Method::GET, request)).unwrap().to_string(),
            Err(error) => error.to_string(),
        };
        assert!(found.contains(expected), "{url}: {found}");
    }

    #[test]
    fn addresses() {
        check("http://a", "/pets", "http://a/pets");
        check("http://a/", "/pets?x=1", "http://a/pets?x=1");
        check("HTTP://a:81/v1/", "/pets/", "http://a:81/v1/pets/");
        check("http://[::1]:80/v1", "/%2F?", "http://[::1]:80/v1/%2F?");
        check("localhost:3000", "/", "the scheme is missing: write http://localhost:3000");
        check("https://a", "/", "https is not supported yet");
        check("ftp://a", "/", "ftp is not supported yet");
        check("http://", "/", "it is not a URL");
        check("http://:80", "/", "it is not a URL");
        check("http://a b", "/", "it is not a URL");
        check("http://u:p@a", "/", "it has credentials");
        check("http://a/?x", "/", "it has a query");
    }

    #[test]
    fn own_address() {
        let at = |url: &str, host| url.parse::<UpstreamUrl>().unwrap().is_at(host, 4010);
        assert!(at("http://localhost:4010", "127.0.0.1"));
        assert!(at("http://[::1]:4010", "0.0.0.0"));
        assert!(at("http://Box:4010", "box"));
        assert!(!at("http://localhost:4011", "127.0.0.1"));
        assert!(!at("http://example.com:4010", "127.0.0.1"));
    }
}
