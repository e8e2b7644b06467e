//! The flows of an OAuth 2 scheme.

use super::{
    cursor::{Cursor, kind},
    fields,
    version::Version,
};
use crate::{
    finding::{Code, Severity},
    openapi::model::{FlowKind, OAuthFlow},
};

/// The flows by the names that 3.0 gave them, and what 2.0 calls them.
const NAMES: [(&str, &str, FlowKind); 4] = [
    ("implicit", "implicit", FlowKind::Implicit),
    ("password", "password", FlowKind::Password),
    ("clientCredentials", "application", FlowKind::ClientCredentials),
    ("authorizationCode", "accessCode", FlowKind::AuthorizationCode),
];

/// The flows of a scheme. Without them its tokens are asked for all the same: what is sent is the same for all.
pub(super) fn flows(scheme: &Cursor<'_>) -> Vec<OAuthFlow> {
    if scheme.version() == Version::V20 { single(scheme).into_iter().collect() } else { named(scheme) }
}

/// 2.0: the scheme is one flow.
fn single(scheme: &Cursor<'_>) -> Option<OAuthFlow> {
    let Some(word) = scheme.text("flow") else {
        scheme.missing(Severity::Note, "an OAuth 2 scheme", "flow");
        return None;
    };
    let known = NAMES.iter().find(|(_, name, _)| *name == word);
    if known.is_none() {
        let member = scheme.raw("flow").unwrap_or_else(|| scheme.clone());
        let message = format!("`{word}` is no flow of OAuth 2; how a client gets tokens is passed over");
        let help = "write `implicit`, `password`, `application` or `accessCode`";
        member.report(Severity::Warning, Code::BAD_VALUE, message, help);
    }
    known.map(|(_, _, kind)| flow(scheme, *kind))
}

/// 3.0 and later: an object of flows. `deviceAuthorization` of 3.2 is not read.
fn named(scheme: &Cursor<'_>) -> Vec<OAuthFlow> {
    let Some(flows) = scheme.field("flows") else {
        scheme.missing(Severity::Note, "an OAuth 2 scheme", "flows");
        return Vec::new();
    };
    if !flows.value.is_object() {
        let message = format!("`flows` must be an object, not {}", kind(flows.value));
        flows.report(Severity::Warning, Code::WRONG_TYPE, message, "write an object");
        return Vec::new();
    }
    let Some(flows) = flows.open(&fields::FLOWS) else { return Vec::new() };
    let known = NAMES.iter().filter_map(|(name, _, kind)| Some((*kind, flows.field(name)?.open(&fields::FLOW)?)));
    known.map(|(kind, member)| flow(&member, kind)).collect()
}

fn flow(member: &Cursor<'_>, kind: FlowKind) -> OAuthFlow {
    let url = |name, is_needed: bool| {
        let url = member.text(name).map(std::borrow::Cow::into_owned).filter(|url| !url.is_empty());
        if url.is_none() && is_needed {
            member.missing(Severity::Note, "the flow", name);
        }
        url
    };
    OAuthFlow {
        kind,
        authorization_url: url("authorizationUrl", kind.authorizes()),
        token_url: url("tokenUrl", kind.asks_for_tokens()),
        refresh_url: if member.version() == Version::V20 { None } else { url("refreshUrl", false) },
        scopes: member
            .entries("scopes")
            .map(|(name, _)| name.to_owned())
            .filter(|name| !name.starts_with("x-"))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::openapi::{
        SchemeKind,
        lower::testing::{codes, lowered},
    };

    #[track_caller]
    fn check(document: Value, expected: &[OAuthFlow], faults: &[&str]) {
        let mut whole = json!({"info": {"title": "t", "version": "1"},
            "paths": {"/a": {"get": {"responses": {"200": {"description": "d"}}}}}});
        whole.as_object_mut().unwrap().extend(document.as_object().unwrap().clone());
        let (api, findings) = lowered(whole);
        assert_eq!(api.schemes["s"].kind, SchemeKind::OAuth2 { flows: expected.to_vec() });
        assert_eq!(codes(&findings), faults);
    }

    fn swagger(scheme: Value) -> Value {
        json!({"swagger": "2.0", "securityDefinitions": {"s": scheme}})
    }

    fn openapi(version: &str, flows: Value) -> Value {
        json!({"openapi": version, "components": {"securitySchemes": {"s": {"type": "oauth2", "flows": flows}}}})
    }

    #[test]
    fn one_flow_in_2_0() {
        let scheme = json!({"type": "oauth2", "flow": "accessCode", "authorizationUrl": "https://a.test/authorize",
            "tokenUrl": "https://a.test/token", "scopes": {"read": "may read", "write": "may write", "x-note": "n"}});
        let flow = OAuthFlow {
            kind: FlowKind::AuthorizationCode,
            authorization_url: Some("https://a.test/authorize".to_owned()),
            token_url: Some("https://a.test/token".to_owned()),
            refresh_url: None,
            scopes: vec!["read".to_owned(), "write".to_owned()],
        };
        check(swagger(scheme), &[flow], &[]);
        check(swagger(json!({"type": "oauth2", "flow": "magic"})), &[], &["bad-value"]);
        check(swagger(json!({"type": "oauth2"})), &[], &["missing-field"]);
    }

    #[test]
    fn several_flows_since_3_0() {
        let none = OAuthFlow {
            kind: FlowKind::ClientCredentials,
            authorization_url: None,
            token_url: None,
            refresh_url: None,
            scopes: Vec::new(),
        };
        let flows = json!({
            "implicit": {"authorizationUrl": "/authorize", "scopes": {"read": ""}},
            "clientCredentials": {"tokenUrl": "/token", "refreshUrl": "/refresh", "scopes": {}},
        });
        let implicit = OAuthFlow {
            kind: FlowKind::Implicit,
            authorization_url: Some("/authorize".to_owned()),
            scopes: vec!["read".to_owned()],
            ..none.clone()
        };
        let machine = OAuthFlow {
            token_url: Some("/token".to_owned()),
            refresh_url: Some("/refresh".to_owned()),
            ..none.clone()
        };
        check(openapi("3.0.4", flows), &[implicit, machine], &[]);
        check(
            openapi("3.1.0", json!({"clientCredentials": {"scopes": {}}})),
            std::slice::from_ref(&none),
            &["missing-field"],
        );
        check(openapi("3.1.0", json!({"application": {"scopes": {}}})), &[], &["unknown-field"]);
        check(openapi("3.1.0", json!([])), &[], &["wrong-type"]);
        check(openapi("3.2.0", json!({"deviceAuthorization": {"tokenUrl": "/token"}})), &[], &[]);
    }
}
