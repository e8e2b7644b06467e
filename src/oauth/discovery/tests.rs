use serde_json::json;

use crate::oauth::testing::{World, body};

/// Every address that the metadata names is served, and belongs to the same issuer.
#[test]
fn what_is_named_is_there() {
    for issuer in ["", "/shop", "/v1"] {
        let mut world = World::shop(json!({}));
        let metadata = body(&world.get(&format!("{issuer}/.well-known/openid-configuration"), &[]));
        assert_eq!(metadata["issuer"], format!("http://localhost:4010{issuer}"));
        let mut named = 0;
        for (name, url) in metadata.as_object().unwrap() {
            let is_address = name.ends_with("_endpoint") || name == "jwks_uri";
            let Some(url) = url.as_str().filter(|_| is_address) else { continue };
            let path = url.strip_prefix("http://localhost:4010").unwrap();
            assert!(path.starts_with(issuer), "{url}");
            world.get(path, &[]);
            named += 1;
        }
        assert_eq!(named, 6);
    }
}

#[test]
fn scopes() {
    let mut world = World::shop(json!({}));
    let metadata = body(&world.get("/.well-known/oauth-authorization-server", &[]));
    let scopes = json!(["address", "email", "offline_access", "openid", "phone", "profile", "read", "write"]);
    assert_eq!(metadata["scopes_supported"], scopes);
}

#[test]
fn the_key_is_public() {
    let mut world = World::shop(json!({}));
    let keys = body(&world.get("/_oauth/jwks", &[]));
    let key = &keys["keys"][0];
    assert_eq!((&key["kty"], &key["alg"], key.get("d")), (&json!("EC"), &json!("ES256"), None));
}
