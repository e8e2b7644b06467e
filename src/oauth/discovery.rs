//! Where everything is: the metadata of the server, and its public key.

use http::StatusCode;
use serde_json::{Value, json};

use super::{
    authority::Authority,
    endpoint::Endpoint,
    key::{ALGORITHM, Key},
};
use crate::message::Response;

impl Authority<'_> {
    /// The metadata: OpenID Connect Discovery 1.0, section 3, and RFC 8414, section 2, in one.
    pub(super) fn metadata(&self) -> Response {
        let at = |endpoint: Endpoint| format!("{}{}", self.issuer, endpoint.path());
        let ways = ["client_secret_basic", "client_secret_post", "none"];
        let body = json!({
            "issuer": self.issuer,
            "authorization_endpoint": at(Endpoint::Authorize),
            "token_endpoint": at(Endpoint::Token),
            "userinfo_endpoint": at(Endpoint::Userinfo),
            "jwks_uri": at(Endpoint::Jwks),
            "introspection_endpoint": at(Endpoint::Introspect),
            "revocation_endpoint": at(Endpoint::Revoke),
            "scopes_supported": self.known_scopes(),
            "response_types_supported": ["code", "token"],
            "response_modes_supported": ["query", "fragment"],
            "grant_types_supported":
                ["authorization_code", "implicit", "client_credentials", "password", "refresh_token"],
            "code_challenge_methods_supported": ["S256", "plain"],
            "token_endpoint_auth_methods_supported": ways,
            "introspection_endpoint_auth_methods_supported": ways,
            "revocation_endpoint_auth_methods_supported": ways,
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": [ALGORITHM],
            "prompt_values_supported": ["none", "login", "consent", "select_account"],
            "request_parameter_supported": false,
            "request_uri_parameter_supported": false,
        });
        public_json(&body)
    }

    /// The public key (RFC 7517, section 5).
    pub(super) fn jwks(&self) -> Response {
        let keys: Vec<Value> = Key::of(self.seed).iter().map(Key::public).collect();
        public_json(&json!({ "keys": keys }))
    }
}

fn public_json(body: &Value) -> Response {
    Response::new(StatusCode::OK).with_body("application/json", body.to_string())
}

#[cfg(test)]
mod tests;
