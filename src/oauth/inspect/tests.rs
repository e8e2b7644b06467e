use serde_json::{Value, json};

use crate::oauth::testing::{World, accounts, body};

fn looked_at(world: &mut World, token: &Value) -> Value {
    let form = format!("token={}", token.as_str().unwrap());
    let reply = world.post("/_oauth/introspect", &[], &form);
    assert_eq!(reply.status, 200, "{reply:?}");
    body(&reply)
}

const ASK: &str = "grant_type=password&username=alice&password=s3cret&client_id=app&scope=openid+read";

#[test]
fn introspection() {
    let mut world = World::shop(accounts());
    let granted = world.granted(ASK);
    let expected = json!({"active": true, "scope": "openid read", "client_id": "app", "username": "alice",
        "sub": "alice", "iss": "http://localhost:4010", "token_type": "Bearer", "exp": 1_000_003_600, "iat": 1_000_000_000});
    assert_eq!(looked_at(&mut world, &granted["access_token"]), expected);
    let refresh = looked_at(&mut world, &granted["refresh_token"]);
    assert_eq!((&refresh["active"], refresh.get("token_type")), (&json!(true), None));
    world.now_ms += 3_600_000;
    let inactive = json!({"active": false});
    assert_eq!(looked_at(&mut world, &granted["access_token"]), inactive);
    assert_eq!(looked_at(&mut world, &json!("made-up")), inactive);
    assert_eq!(world.post("/_oauth/introspect", &[], "").status, 400);
}

#[test]
fn a_code_is_no_token() {
    let mut world = World::shop(json!({}));
    let query = "response_type=code&client_id=app&redirect_uri=https://app.test/";
    let code = json!(world.sent_back(query)[0].1);
    assert_eq!(looked_at(&mut world, &code), json!({"active": false}));
}

#[test]
fn revocation_ends_the_family() {
    for name in ["access_token", "refresh_token"] {
        let mut world = World::shop(accounts());
        let (mine, other) = (world.granted(ASK), world.granted(ASK));
        let reply = world.post("/_oauth/revoke", &[], &format!("token={}", mine[name].as_str().unwrap()));
        assert_eq!((reply.status.as_u16(), reply.body.len()), (200, 0));
        for name in ["access_token", "refresh_token"] {
            assert_eq!(looked_at(&mut world, &mine[name])["active"], false);
            assert_eq!(looked_at(&mut world, &other[name])["active"], true);
        }
        let refresh = mine["refresh_token"].as_str().unwrap();
        let form = format!("grant_type=refresh_token&client_id=app&refresh_token={refresh}");
        world.refused(&form, (400, "invalid_grant", "the refresh token was revoked"));
    }
    let mut world = World::shop(json!({}));
    assert_eq!(world.post("/_oauth/revoke", &[], "token=made-up").status, 200);
    assert_eq!(world.post("/_oauth/revoke", &[], "").status, 400);
}

#[test]
fn userinfo() {
    let mut world = World::shop(accounts());
    let granted = world.granted(ASK);
    let bearer = |token: &Value| format!("authorization: Bearer {}", token.as_str().unwrap());
    let reply = world.get("/_oauth/userinfo", &[&bearer(&granted["access_token"])]);
    assert_eq!(body(&reply), json!({"email": "alice@shop.test", "sub": "alice"}));
    let narrow = world.granted(&ASK.replace("openid+", ""));
    let reply = world.get("/_oauth/userinfo", &[&bearer(&narrow["access_token"])]);
    assert_eq!((reply.status.as_u16(), &body(&reply)["error"]), (403, &json!("insufficient_scope")));
    let refused =
        r#"Bearer error="invalid_token", error_description="the token was never issued in this session, or is over""#;
    let reply = world.get("/_oauth/userinfo", &[&bearer(&granted["refresh_token"])]);
    assert_eq!((reply.status.as_u16(), reply.header("www-authenticate")), (401, Some(refused)));
    assert_eq!(world.get("/_oauth/userinfo", &[]).status, 401);
    world.now_ms += 3_600_000;
    assert_eq!(world.get("/_oauth/userinfo", &[&bearer(&granted["access_token"])]).status, 401);
}
