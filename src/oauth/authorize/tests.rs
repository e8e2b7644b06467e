use http::StatusCode;
use serde_json::json;

use crate::oauth::testing::{World, accounts, body, pairs};

const ASK: &str = "response_type=code&client_id=app&redirect_uri=https://app.test/back&state=s1";
const HTML: &str = "accept: text/html,*/*;q=0.8";

#[test]
fn answers_at_once_where_nobody_looks() {
    let mut world = World::shop(json!({}));
    let reply = world.get(&format!("/_oauth/authorize?{ASK}&scope=read"), &["accept: application/json"]);
    assert_eq!(reply.status, StatusCode::FOUND);
    let target = reply.header("location").unwrap();
    assert!(target.starts_with("https://app.test/back?code="), "{target}");
    assert!(target.ends_with("&state=s1"), "{target}");
    let silent = world.get(&format!("/_oauth/authorize?{ASK}&prompt=none"), &[HTML]);
    assert_eq!(pairs(&silent)[0].0, "code");
    let more = ASK.replace("/back", "/back?a=1").replace('?', "%3F");
    let reply = world.get(&format!("/_oauth/authorize?{more}"), &[]);
    assert!(reply.header("location").unwrap().starts_with("https://app.test/back?a=1&code="));
    let fragment = world.get(&format!("/_oauth/authorize?{ASK}&response_mode=fragment"), &[]);
    assert!(fragment.header("location").unwrap().starts_with("https://app.test/back#code="));
}

#[test]
fn the_page_says_yes_or_no() {
    let mut world = World::shop(accounts());
    let page = world.get(&format!("/_oauth/authorize?{ASK}&nonce=%22%3E%3Cscript%3E"), &[HTML]);
    let text = String::from_utf8(page.body.to_vec()).unwrap();
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    assert!(text.contains("access to <b>Shop &lt;&amp;&gt;</b>"), "{text}");
    assert!(text.contains("value=\"&quot;&gt;&lt;script&gt;\""), "{text}");
    assert!(text.contains("<button name=\"mimeo_account\" value=\"bob\">Go on as bob</button>"), "{text}");
    assert!(world.state.tokens.is_empty());

    let reply = world.post("/_oauth/authorize", &[HTML], &format!("{ASK}&mimeo_account=bob"));
    assert_eq!((reply.status, &*pairs(&reply)[0].0), (StatusCode::SEE_OTHER, "code"));
    let holder = &world.state.tokens.iter().next().unwrap().holder;
    assert_eq!(holder.claims["sub"], "bob");
    let reply = world.post("/_oauth/authorize", &[HTML], &format!("{ASK}&mimeo_declined=1"));
    assert_eq!(pairs(&reply)[0], ("error".to_owned(), "access_denied".to_owned()));
    let again = world.post("/_oauth/authorize", &[HTML], ASK);
    assert_eq!(again.status, StatusCode::OK, "a POST of the client's own asks as well");
}

#[test]
fn who_lets_the_client_in() {
    #[track_caller]
    fn check(world: &mut World, more: &str, expected: &str) {
        let sent = world.sent_back(&format!("{ASK}&{more}"));
        let found = match sent[0].0.as_str() {
            "code" => world.state.tokens.get(&sent[0].1).unwrap().holder.claims["sub"].as_str().unwrap(),
            _ => &sent[0].1,
        };
        assert_eq!(found, expected);
    }
    let mut world = World::shop(accounts());
    check(&mut world, "", "alice");
    check(&mut world, "login_hint=bob", "bob");
    check(&mut world, "login_hint=eve", "login_required");
    let mut world = World::shop(json!({}));
    check(&mut world, "", "anonymous");
    check(&mut world, "login_hint=eve", "eve");
}

#[test]
fn tokens_at_once() {
    let mut world = World::shop(json!({}));
    let ask = ASK.replace("=code", "=token");
    let reply = world.get(&format!("/_oauth/authorize?{ask}&scope=read"), &[]);
    assert!(reply.header("location").unwrap().starts_with("https://app.test/back#access_token="));
    let names: Vec<String> = pairs(&reply).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["access_token", "token_type", "expires_in", "scope", "state"]);
    let reply = world.get(&format!("/_oauth/authorize?{ask}&response_mode=query"), &[]);
    assert!(reply.header("location").unwrap().starts_with("https://app.test/back#error=invalid_request"));
}

#[test]
fn refusals_that_the_client_is_told() {
    #[track_caller]
    fn check(query: &str, error: &str, description: &str) {
        let sent = World::shop(json!({})).sent_back(query);
        let expected = [("error", error), ("error_description", description), ("state", "s1")];
        let sent: Vec<(&str, &str)> = sent.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(sent, expected);
    }
    let bad = "invalid_request";
    check(&ASK.replace("response_type=code&", ""), bad, "the parameter response_type is missing");
    check(&format!("{ASK}&scope=a&scope=b"), bad, "the parameter scope comes twice");
    let kind = "there is no response_type magic; there are code and token";
    check(&ASK.replace("=code", "=magic"), "unsupported_response_type", kind);
    let scope =
        "there is no scope fly; the description has address email offline_access openid phone profile read write";
    check(&format!("{ASK}&scope=fly"), "invalid_scope", scope);
    let short = "code_challenge must have 43 to 128 letters, digits or -._~";
    check(&format!("{ASK}&code_challenge=short"), bad, short);
    let long = "x".repeat(43);
    let method = "there is no code_challenge_method S1; there are S256 and plain";
    check(&format!("{ASK}&code_challenge={long}&code_challenge_method=S1"), bad, method);
    check(&format!("{ASK}&code_challenge_method=S256"), bad, "code_challenge is missing");
    check(&format!("{ASK}&prompt=none+login"), bad, "prompt=none stands alone");
    check(&format!("{ASK}&response_mode=form_post"), bad, "response_mode form_post cannot be used here");
    check(&format!("{ASK}&request=x"), "request_not_supported", "the parameter request is not read");
}

/// Nobody is sent to an address that is not known to be the client's.
#[test]
fn refusals_that_the_user_is_told() {
    #[track_caller]
    fn check(query: &str, description: &str) {
        let mut world = World::shop(json!({}));
        let target = format!("/_oauth/authorize?{query}");
        let reply = world.get(&target, &[]);
        assert_eq!((reply.status.as_u16(), &body(&reply)["error_description"]), (400, &json!(description)));
        let page = world.get(&target, &[HTML]);
        let text = String::from_utf8(page.body.to_vec()).unwrap();
        assert_eq!(page.status, 400);
        assert!(text.contains(&format!("invalid_request: {description}.")), "{text}");
    }
    let must = "redirect_uri must be an absolute URI without a fragment";
    check("response_type=code&client_id=app", "the parameter redirect_uri is missing");
    check("response_type=code&redirect_uri=https://app.test", "the parameter client_id is missing");
    for target in ["/back", "back", "https://app.test/%23x", "https:", "1a:b", "https://app.test/a%20b", "a_b:c"] {
        check(&format!("client_id=app&redirect_uri={target}"), must);
    }
    let mut world = World::shop(json!({}));
    let own = "response_type=code&client_id=app&redirect_uri=com.example.app:/back";
    assert_eq!(world.sent_back(own)[0].0, "code");
}
