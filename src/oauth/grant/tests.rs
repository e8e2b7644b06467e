use serde_json::{Value, json};

use crate::{
    oauth::testing::{World, accounts, body, claims, description, request},
    session::Ending,
};

const CALLBACK: &str = "https://app.test/back";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const SHAPE: (u16, &str) = (400, "invalid_grant");

fn code(world: &mut World, more: &str) -> String {
    let query = format!("response_type=code&client_id=app&redirect_uri={CALLBACK}&{more}");
    let pairs = world.sent_back(&query);
    assert_eq!(pairs[0].0, "code", "{pairs:?}");
    pairs[0].1.clone()
}

fn exchange(code: &str, more: &str) -> String {
    format!("grant_type=authorization_code&client_id=app&redirect_uri={CALLBACK}&code={code}&{more}")
}

#[test]
fn client_credentials() {
    let mut world = World::shop(json!({}));
    let granted = world.granted("grant_type=client_credentials&client_id=job&client_secret=s&scope=read");
    assert_eq!((&granted["token_type"], &granted["expires_in"]), (&json!("Bearer"), &json!(3_600)));
    assert_eq!((granted.get("refresh_token"), &granted["scope"]), (None, &json!("read")));
    let said = claims(&granted["access_token"]);
    assert_eq!((&said["sub"], &said["client_id"], &said["scope"]), (&json!("job"), &json!("job"), &json!("read")));
    assert_eq!((&said["iss"], &said["exp"]), (&json!("http://localhost:4010"), &json!(1_000_003_600)));
    let token = world.state.tokens.get(granted["access_token"].as_str().unwrap()).unwrap();
    assert_eq!((&*token.kind.api, &*token.kind.name, token.holder.family), ("shop", "oauth", 1));

    let by_basic = world.post("/_oauth/token", &["authorization: Basic am9iOnM="], "grant_type=client_credentials");
    assert_eq!(body(&by_basic)["scope"], "openid read write", "all scopes where none is asked for");
    assert_eq!(by_basic.header("cache-control"), Some("no-store"));
    let lone = (401, "invalid_client", "this grant is for clients with an id and a secret");
    world.refused("grant_type=client_credentials", lone);
    world.refused("grant_type=client_credentials&client_id=job", lone);
    let form = "grant_type=client_credentials&client_id=job&client_secret=s&scope=read+fly";
    world.refused(
        form,
        (
            400,
            "invalid_scope",
            "there is no scope fly; the description has address email \
        offline_access openid phone profile read write",
        ),
    );
}

#[test]
fn requests_that_are_wrong() {
    let mut world = World::shop(json!({}));
    let bad = |message| (400, "invalid_request", message);
    world.refused("", bad("the parameter grant_type is missing"));
    world.refused("grant_type=", bad("the parameter grant_type is missing"));
    world.refused("grant_type=password&grant_type=password", bad("the parameter grant_type comes twice"));
    world.refused("grant_type=password&username=a", bad("the parameter password is missing"));
    world.refused("grant_type=refresh_token", bad("the parameter refresh_token is missing"));
    world.refused("grant_type=authorization_code&client_id=a", bad("the parameter code is missing"));
    let known = "there is no grant magic; there are authorization_code, client_credentials, password and refresh_token";
    world.refused("grant_type=magic", (400, "unsupported_grant_type", known));
    let nameless = (401, "invalid_client", "client_secret comes without client_id");
    world.refused("grant_type=client_credentials&client_secret=s", nameless);

    let mut check = |lines: &[&str], form: &str, status: u16, message: &str| {
        let reply = world.post("/_oauth/token", lines, form);
        assert_eq!((reply.status.as_u16(), &body(&reply)["error_description"]), (status, &json!(message)));
        reply
    };
    let form = "grant_type=client_credentials";
    let reply =
        check(&["authorization: Basic !"], form, 401, "the field Authorization is not Basic with base64 of id:secret");
    assert_eq!(reply.header("www-authenticate"), Some(r#"Basic realm="mimeo""#));
    let twice = "the client authenticates twice: by Basic and in the body";
    check(&["authorization: Basic am9iOnM="], &format!("{form}&client_secret=s"), 400, twice);
    let other = "client_id is not the one in the field Authorization";
    check(&["authorization: Basic am9iOnM="], &format!("{form}&client_id=app"), 400, other);
}

#[test]
fn parameters_are_a_form() {
    let mut world = World::shop(json!({}));
    let mut sent = request(http::Method::POST, "/_oauth/token", &["content-type: application/json"]);
    sent.body = r#"{"grant_type": "client_credentials"}"#.into();
    let reply = world.send(&sent).unwrap();
    let message = "the parameters are sent as application/x-www-form-urlencoded";
    assert_eq!(body(&reply)["error_description"], message);
    let large = format!("grant_type=password&username={}", "x".repeat(64 * 1024));
    world.refused(&large, (400, "invalid_request", "the parameters have more than 65536 bytes"));
}

#[test]
fn password() {
    let mut world = World::shop(accounts());
    let granted = world.granted("grant_type=password&username=alice@shop.test&password=s3cret&scope=openid+read");
    let said = claims(&granted["id_token"]);
    assert_eq!(
        (&said["sub"], &said["email"], &said["aud"]),
        (&json!("alice"), &json!("alice@shop.test"), &json!("shop"))
    );
    let refused = |message| (SHAPE.0, SHAPE.1, message);
    world.refused("grant_type=password&username=eve&password=x", refused("there is no account eve"));
    world.refused("grant_type=password&username=alice&password=x", refused("that is not the password of alice"));
    let factor = "bob has a second factor, which this grant cannot ask for";
    world.refused("grant_type=password&username=bob&password=hunter2", refused(factor));

    let mut world = World::shop(json!({}));
    let granted = world.granted("grant_type=password&username=eve&password=x&client_id=app&scope=read");
    assert_eq!(claims(&granted["access_token"])["sub"], "eve");
    assert_eq!(granted.get("id_token"), None, "only where openid is asked for");
}

#[test]
fn code_with_a_challenge() {
    let mut world = World::shop(json!({}));
    let refused = |message| (SHAPE.0, SHAPE.1, message);
    for (challenge, good) in [
        (format!("code_challenge={CHALLENGE}&code_challenge_method=S256"), VERIFIER),
        (format!("code_challenge={CHALLENGE}"), CHALLENGE),
    ] {
        let code = code(&mut world, &format!("{challenge}&scope=openid+read&nonce=n1"));
        let other = "x".repeat(43);
        let wrong = exchange(&code, &format!("code_verifier={other}"));
        world.refused(&wrong, refused("code_verifier does not fit code_challenge"));
        world.refused(&exchange(&code, ""), refused("code_verifier is missing"));
        let granted = world.granted(&exchange(&code, &format!("code_verifier={good}")));
        let said = claims(&granted["id_token"]);
        let now = world.now_ms / 1_000;
        assert_eq!((&said["nonce"], &said["aud"], &said["sub"]), (&json!("n1"), &json!("app"), &json!("anonymous")));
        assert_eq!((&said["iat"], &said["exp"], &said["auth_time"]), (&json!(now), &json!(now + 3_600), &json!(now)));
        assert!(said["at_hash"].is_string());
        assert_eq!(claims(&granted["access_token"]).get("authorization"), None);
    }
    let plain = code(&mut world, "scope=read");
    let unasked = exchange(&plain, &format!("code_verifier={VERIFIER}"));
    world.refused(&unasked, refused("code_verifier comes for a code without code_challenge"));
}

#[test]
fn a_code_is_for_one_client_once_and_soon() {
    let mut world = World::shop(json!({}));
    let refused = |message| (SHAPE.0, SHAPE.1, message);
    world.refused(&exchange("made-up", ""), refused("the code was never issued in this session"));
    let first = code(&mut world, "scope=read");
    let elsewhere = exchange(&first, "").replace("app.test", "other.test");
    let message = "redirect_uri is not the one that the code was asked for with";
    world.refused(&elsewhere, refused(message));
    let foreign = exchange(&first, "").replace("client_id=app", "client_id=other");
    world.refused(&foreign, refused("it was issued to another client than other"));
    let nobody = exchange(&first, "").replace("client_id=app", "");
    world.refused(&nobody, (401, "invalid_client", "client_id is missing"));
    let granted = world.granted(&exchange(&first, ""));
    let token = granted["access_token"].as_str().unwrap();
    assert_eq!(world.state.tokens.get(token).unwrap().ended, None);
    world.refused(&exchange(&first, ""), refused("the code was used already; the tokens that it gave are revoked"));
    assert_eq!(world.state.tokens.get(token).unwrap().ended, Some(Ending::Revoked));

    let late = code(&mut world, "scope=read");
    world.now_ms += 60_000;
    world.refused(&exchange(&late, ""), refused("the code has expired"));
}

#[test]
fn refresh_tokens_rotate() {
    let mut world = World::shop(json!({}));
    let refused = |message| (SHAPE.0, SHAPE.1, message);
    let first = world.granted("grant_type=password&username=a&password=b&client_id=app&scope=openid+read+write");
    let form = |granted: &Value, more: &str| {
        let token = granted["refresh_token"].as_str().unwrap();
        format!("grant_type=refresh_token&refresh_token={token}{more}")
    };
    let nobody = (401, "invalid_client", "client_id is missing");
    world.refused(&form(&first, ""), nobody);
    world.refused(&form(&first, "&client_id=x"), refused("it was issued to another client than x"));
    let more = (400, "invalid_scope", "the scope fly was not granted at first");
    world.refused(&form(&first, "&client_id=app&scope=fly"), more);
    let second = world.granted(&form(&first, "&client_id=app&scope=read"));
    assert_eq!((&second["scope"], second.get("id_token")), (&json!("read"), None));
    world.refused(&form(&first, "&client_id=app"), refused("the refresh token was used already"));
    // What was granted at first is not lost by asking for less.
    let third = world.granted(&form(&second, "&client_id=app"));
    assert_eq!(third["scope"], "openid read write");
    assert_eq!(claims(&third["id_token"]).get("nonce"), None);
    world.now_ms += 30 * 86_400_000;
    world.refused(&form(&third, "&client_id=app"), refused("the refresh token has expired"));
    let unknown = "grant_type=refresh_token&refresh_token=x&client_id=app";
    world.refused(unknown, refused("the refresh token was never issued in this session"));
    // An access token is none.
    let access = format!("{unknown}{}", third["access_token"].as_str().unwrap()).replace("=x", "=");
    assert_eq!(world.post("/_oauth/token", &[], &access).status, 400);
}

#[test]
fn lifetimes_and_formats_of_the_description() {
    let mut document = description(json!({
        "x-mimeo-tokens": {"oauth refresh": {"lifetime": "2h", "format": "uuid"}},
    }));
    document["components"]["securitySchemes"]["oauth"]["x-mimeo-token"] = json!({"lifetime": "5m", "format": "opaque"});
    let mut world = World::of(&[("shop", document)]);
    let granted = world.granted("grant_type=password&username=a&password=b&scope=read");
    assert_eq!((&granted["expires_in"], granted["access_token"].as_str().unwrap().len()), (&json!(300), 43));
    assert_eq!(granted["refresh_token"].as_str().unwrap().len(), 36);
    let again = granted["refresh_token"].as_str().unwrap();
    world.now_ms += 7_200_000;
    let expired = (SHAPE.0, SHAPE.1, "the refresh token has expired");
    world.refused(&format!("grant_type=refresh_token&refresh_token={again}"), expired);
}
