use http::Method;
use serde_json::{Value, json};

use super::*;
use crate::oauth::testing::{World, description, request};

/// What a request is for: the endpoint and the path of the issuer, of the API.
fn found(world: &World, text: &str) -> String {
    let (host, path) = text.split_at(text.find('/').unwrap());
    let mut request = request(Method::GET, path, &[]);
    if !host.is_empty() {
        request.headers.insert("host", host.parse().unwrap());
    }
    match find(&world.site, &request) {
        Some(call) => format!("{:?} of {} at {:?}", call.endpoint, call.api(), call.base),
        None => "none".to_owned(),
    }
}

#[track_caller]
fn check(world: &World, cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(found(world, text), *expected, "{text}");
    }
}

fn plain() -> Value {
    json!({"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {"/a": {}}})
}

#[test]
fn of_one_api() {
    let world = World::shop(json!({}));
    check(
        &world,
        &[
            ("/_oauth/token", "Token of shop at \"\""),
            ("/shop/_oauth/token", "Token of shop at \"/shop\""),
            ("/v1/_oauth/authorize", "Authorize of shop at \"/v1\""),
            ("/shop/v1/_oauth/jwks", "Jwks of shop at \"/shop/v1\""),
            ("/oauth/token", "Token of shop at \"\""),
            ("/oauth/authorize", "Authorize of shop at \"\""),
            ("/v1/oauth/refresh", "Token of shop at \"\""),
            ("/shop/oauth/token", "Token of shop at \"/shop\""),
            ("/.well-known/openid-configuration", "Metadata of shop at \"\""),
            ("/.well-known/oauth-authorization-server", "Metadata of shop at \"\""),
            ("/shop/.well-known/openid-configuration", "Metadata of shop at \"/shop\""),
            ("/.well-known/oauth-authorization-server/shop", "Metadata of shop at \"/shop\""),
            ("/_oauth/tokens", "none"),
            ("/_oauth", "none"),
            ("/other/_oauth/token", "none"),
            ("/shopping/_oauth/token", "none"),
        ],
    );
    check(&World::of(&[("shop", plain())]), &[("/_oauth/token", "none"), ("/shop/_oauth/token", "none")]);
}

#[test]
fn of_several_apis() {
    let world = World::of(&[("shop", description(json!({}))), ("plain", plain())]);
    check(
        &world,
        &[
            ("/shop/_oauth/token", "Token of shop at \"/shop\""),
            ("/plain/_oauth/token", "none"),
            // It is the only one, so that it can be meant.
            ("/_oauth/token", "Token of shop at \"\""),
            ("/oauth/token", "Token of shop at \"/shop\""),
            ("shop.localhost:4010/_oauth/token", "Token of shop at \"\""),
            ("/.well-known/oauth-authorization-server/shop", "Metadata of shop at \"/shop\""),
        ],
    );
    let world = World::of(&[("shop", description(json!({}))), ("other", description(json!({})))]);
    check(
        &world,
        &[
            ("/_oauth/token", "none"),
            ("/oauth/token", "none"),
            ("/.well-known/openid-configuration", "none"),
            ("/shop/_oauth/token", "Token of shop at \"/shop\""),
            ("/other/oauth/token", "Token of other at \"/other\""),
            ("other.localhost:4010/oauth/token", "Token of other at \"/other\""),
        ],
    );
}

#[test]
fn of_open_id_connect() {
    let schemes = |url: &str| {
        let scheme = json!({"type": "openIdConnect", "openIdConnectUrl": url});
        let mut document = plain();
        document["components"] = json!({"securitySchemes": {"oidc": scheme}});
        World::of(&[("shop", document)])
    };
    let world = schemes("https://login.test/realms/x/.well-known/openid-configuration");
    check(
        &world,
        &[
            ("/realms/x/.well-known/openid-configuration", "Metadata of shop at \"/realms/x\""),
            ("/realms/x/_oauth/token", "Token of shop at \"/realms/x\""),
            ("/shop/realms/x/_oauth/token", "Token of shop at \"/shop/realms/x\""),
            ("/.well-known/openid-configuration", "Metadata of shop at \"\""),
        ],
    );
    let world = schemes("https://login.test/discovery?v=1");
    check(&world, &[("/discovery", "Metadata of shop at \"\""), ("/discovery/_oauth/token", "none")]);
    check(&schemes("https://login.test"), &[("/_oauth/token", "Token of shop at \"\""), ("/", "none")]);
}

/// What the description has at such a path is the description's.
#[test]
fn not_where_an_operation_is_described() {
    let document = description(json!({"paths": {"/oauth/token": {"post": {}}, "/oauth/refresh": {"get": {}}}}));
    let world = World::of(&[("shop", document)]);
    check(
        &world,
        &[
            ("/oauth/token", "none"),
            ("/v1/oauth/refresh", "none"),
            ("/oauth/authorize", "Authorize of shop at \"\""),
            ("/_oauth/token", "Token of shop at \"\""),
        ],
    );
}

#[test]
fn methods() {
    let mut world = World::shop(json!({}));
    let reply = world.get("/_oauth/token", &[]);
    assert_eq!((reply.status.as_u16(), reply.header("allow")), (405, Some("POST")));
    let reply = world.post("/_oauth/jwks", &[], "");
    assert_eq!((reply.status.as_u16(), reply.header("allow")), (405, Some("GET, HEAD")));
}
