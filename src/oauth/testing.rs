//! What the tests of this room share: an API with an authorization server, and somebody who calls it.

use std::sync::Arc;

use http::{HeaderName, Method, StatusCode, header};
use serde_json::{Value, json};

use crate::{
    contract::{Contract, Site},
    message::{Request, Response},
    openapi::{MemorySources, load},
    session::{SessionId, State},
};

/// An API whose flows are described at paths of their own, with two accounts if wanted.
pub(super) fn description(more: Value) -> Value {
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {"title": "Shop <&>", "version": "1"},
        "servers": [{"url": "https://shop.test/v1"}],
        "paths": {"/orders": {"get": {
            "security": [{"oauth": ["read"]}],
            "responses": {"200": {"description": "d"}},
        }}},
        "components": {"securitySchemes": {"oauth": {"type": "oauth2", "flows": {
            "authorizationCode": {
                "authorizationUrl": "https://login.test/oauth/authorize",
                "tokenUrl": "https://login.test/oauth/token",
                "refreshUrl": "/v1/oauth/refresh",
                "scopes": {"openid": "", "read": "", "write": ""},
            },
        }}}},
    });
    document.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    document
}

pub(super) fn accounts() -> Value {
    json!({"x-mimeo-accounts": {
        "alice": {"password": "s3cret", "names": ["alice@shop.test"], "claims": {"email": "alice@shop.test"}},
        "bob": {"password": "hunter2", "code": "123456"},
    }})
}

/// A site in one session, at a point in time that the test moves.
pub(super) struct World {
    pub(super) site: Site,
    pub(super) state: State,
    pub(super) now_ms: u64,
}

impl World {
    pub(super) fn of(descriptions: &[(&str, Value)]) -> Self {
        let contract = |(name, document): &(&str, Value)| {
            let name = format!("{name}.json");
            let sources = MemorySources::new().with(&name, document.to_string());
            Arc::new(Contract::compile(load(&sources, &name, &name, &[]).api.unwrap()).0)
        };
        let site = Site { contracts: descriptions.iter().map(contract).collect() };
        Self { site, state: State::of(SessionId::DEFAULT), now_ms: 1_000_000_000_000 }
    }

    pub(super) fn shop(more: Value) -> Self {
        Self::of(&[("shop", description(more))])
    }

    /// Sends a request; `None` if it is not for an authorization server.
    pub(super) fn send(&mut self, request: &Request) -> Option<Response> {
        let call = super::find(&self.site, request)?;
        let (reply, changes) = call.answer(&self.state, request, self.now_ms, 7);
        self.state.apply_all(&changes);
        Some(reply)
    }

    /// Sends `GET /target` with header lines `Name: value`.
    #[track_caller]
    pub(super) fn get(&mut self, target: &str, lines: &[&str]) -> Response {
        let request = request(Method::GET, target, lines);
        self.send(&request).unwrap_or_else(|| panic!("{target} is no endpoint"))
    }

    /// Sends a form.
    #[track_caller]
    pub(super) fn post(&mut self, target: &str, lines: &[&str], form: &str) -> Response {
        let mut request = request(Method::POST, target, lines);
        request.headers.insert(header::CONTENT_TYPE, "application/x-www-form-urlencoded".parse().unwrap());
        request.body = form.to_owned().into();
        self.send(&request).unwrap_or_else(|| panic!("{target} is no endpoint"))
    }

    /// Asks for tokens, and gets them.
    #[track_caller]
    pub(super) fn granted(&mut self, form: &str) -> Value {
        let reply = self.post("/_oauth/token", &[], form);
        assert_eq!(reply.status, StatusCode::OK, "{reply:?}");
        body(&reply)
    }

    /// Asks for tokens, and is refused.
    #[track_caller]
    pub(super) fn refused(&mut self, form: &str, expected: (u16, &str, &str)) {
        let reply = self.post("/_oauth/token", &[], form);
        let body = body(&reply);
        let said =
            (reply.status.as_u16(), body["error"].as_str().unwrap(), body["error_description"].as_str().unwrap());
        assert_eq!(said, expected);
    }

    /// Asks for authorization, and is sent back with these parameters.
    #[track_caller]
    pub(super) fn sent_back(&mut self, query: &str) -> Vec<(String, String)> {
        let reply = self.get(&format!("/_oauth/authorize?{query}"), &[]);
        assert_eq!(reply.status, StatusCode::FOUND, "{reply:?}");
        pairs(&reply)
    }
}

pub(super) fn request(method: Method, target: &str, lines: &[&str]) -> Request {
    let mut request = Request::new(method, target);
    request.headers.insert(header::HOST, "localhost:4010".parse().unwrap());
    for line in lines {
        let (name, value) = line.split_once(": ").unwrap();
        request.headers.insert(name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
    }
    request
}

#[track_caller]
pub(super) fn body(reply: &Response) -> Value {
    serde_json::from_slice(&reply.body).unwrap()
}

/// The parameters with which a client is sent back.
#[track_caller]
pub(super) fn pairs(reply: &Response) -> Vec<(String, String)> {
    let target = reply.header(header::LOCATION).unwrap();
    let (_, answer) = target.split_once(['?', '#']).unwrap();
    form_urlencoded::parse(answer.as_bytes()).into_owned().collect()
}

/// The claims of a JSON Web Token.
#[track_caller]
pub(super) fn claims(token: &Value) -> Value {
    use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
    let part = token.as_str().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}
