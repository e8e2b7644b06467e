//! The flows of the three systems from login to logout, through real sockets, in virtual time.

use mimeo::{
    embed::{Mock, Running},
    mock::Auth,
};
use serde_json::{Value, json};

use crate::client::{Answer, send};

/// Somebody who calls a mock in one session.
#[derive(Clone, Copy)]
struct Caller<'m> {
    mock: &'m Running,
    session: &'m str,
}

impl Caller<'_> {
    async fn call(&self, request: &str, lines: &[(&str, &str)], body: Option<Value>) -> Answer {
        let mut all = vec![("Mimeo-Session", self.session)];
        all.extend(lines);
        send(self.mock.address(), request, &all, body).await
    }

    #[track_caller]
    fn pass(&self, by: &str) {
        self.mock.session(self.session).advance(by);
    }
}

#[track_caller]
fn refused(answer: &Answer, status: u16, error: &str) {
    assert_eq!((answer.status, answer.body["error"].as_str()), (status, Some(error)), "{answer:?}");
}

#[tokio::test]
async fn rockitplay_2025() {
    let mock = Mock::from_spec("spec/rockitplay-2025.yaml").start().await;
    let caller = Caller { mock: &mock, session: "one" };
    let login = json!({"org": "ExampleOrg", "username": "adminUser", "pw": "GDSfhasLfsug..."});
    let answer = caller.call("POST /be/v1/login", &[], Some(login)).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let session = answer.at("/login/token").to_owned();
    let auth = || async {
        let answer = caller.call("POST /be/v1/auth", &[("x-rockit-besession-token", &session)], None).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.at("/auth/token").to_owned()
    };
    let token = auth().await;
    let users = |token: String| async move {
        caller.call("GET /be/v1/users", &[("x-rockit-beauth-token", &token)], None).await
    };
    assert_eq!(users(token.clone()).await.status, 200);
    // The session token opens nothing else, and a token of one's own making neither.
    refused(&users(session.clone()).await, 401, "token-invalid");
    refused(&users("made-up".to_owned()).await, 401, "token-invalid");
    refused(&caller.call("GET /be/v1/users", &[], None).await, 401, "token-missing");

    caller.pass("4m59s");
    assert_eq!(users(token.clone()).await.status, 200);
    caller.pass("1s");
    refused(&users(token).await, 401, "token-expired");
    let token = auth().await;
    assert_eq!(users(token).await.status, 200);

    caller.pass("24h");
    let answer = caller.call("POST /be/v1/auth", &[("x-rockit-besession-token", &session)], None).await;
    refused(&answer, 401, "token-expired");
    let machine = [("x-rockit-orgname", "Org"), ("x-rockit-username", "ci"), ("x-rockit-api-key", "k")];
    assert_eq!(caller.call("GET /be/v1/users", &machine, None).await.status, 200);
    assert_eq!(caller.call("GET /be/v1/users", &machine[..2], None).await.status, 401);
}

/// The expiry that an answer gives is that of the token, in the clock's own time.
#[tokio::test]
async fn expiry_and_date_go_by_the_clock() {
    let mock = Mock::from_spec("spec/rockitplay-2025.yaml").start().await;
    mock.session("one").freeze();
    mock.session("one").set_clock("2031-05-06T07:08:09Z");
    let caller = Caller { mock: &mock, session: "one" };
    let answer = caller.call("POST /be/v1/auth", &[("x-rockit-besession-token", "eyFHsHDfjdsdH...")], None).await;
    assert_eq!(answer.body["auth"]["expires"], json!(1_935_817_689 + 300));
    assert_eq!(answer.header("date"), Some("Tue, 06 May 2031 07:08:09 GMT"));
    let elsewhere = Caller { mock: &mock, session: "two" };
    let answer = elsewhere.call("POST /be/v1/auth", &[("x-rockit-besession-token", "eyFHsHDfjdsdH...")], None).await;
    assert_ne!(answer.header("date"), Some("Tue, 06 May 2031 07:08:09 GMT"));
}

#[tokio::test]
async fn rockitplay_2026() {
    let mock = Mock::from_spec("spec/rockitplay-2026.yaml").start().await;
    let caller = Caller { mock: &mock, session: "one" };
    let answer = caller.call("POST /be/v1/login", &[], Some(json!({"username": "adminUser", "pw": "secret"}))).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let selection = answer.at("/login/token").to_owned();
    let made_up = [("x-rockit-beorgsel-token", "made-up")];
    let answer = caller.call("POST /be/v1/login", &made_up, Some(json!({"org": "DACSLABS"}))).await;
    refused(&answer, 401, "unauthorized");
    refused(&caller.call("POST /be/v1/login", &[], Some(json!({"org": "DACSLABS"}))).await, 401, "unauthorized");
    let lines = [("x-rockit-beorgsel-token", selection.as_str())];
    let answer = caller.call("POST /be/v1/login", &lines, Some(json!({"org": "DACSLABS"}))).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let (access, refresh) = (answer.at("/access/token").to_owned(), answer.at("/refresh/token").to_owned());
    let users = |token: String| async move {
        caller.call("GET /be/v1/users", &[("x-rockit-beauth-token", &token)], None).await
    };
    let renew = |token: String| async move {
        caller.call("POST /be/v1/refresh", &[("x-rockit-berefresh-token", &token)], Some(json!({}))).await
    };
    assert_eq!(users(access.clone()).await.status, 200);

    caller.pass("15m");
    refused(&users(access).await, 401, "token-expired");
    let answer = caller.call("POST /be/v1/login", &lines, Some(json!({"org": "DACSLABS"}))).await;
    refused(&answer, 401, "unauthorized");

    let renewed = renew(refresh.clone()).await;
    assert_eq!(renewed.status, 200, "{renewed:?}");
    let access = renewed.at("/access/token").to_owned();
    assert_eq!(users(access.clone()).await.status, 200);
    // It was rotated: the old one opens nothing any more.
    refused(&renew(refresh).await, 401, "token-invalid");
    let second = renewed.at("/refresh/token").to_owned();
    caller.pass("24h");
    refused(&renew(second).await, 401, "token-expired");
}

#[tokio::test]
async fn rockitplay_2026_logs_out() {
    let mock = Mock::from_spec("spec/rockitplay-2026.yaml").start().await;
    let caller = Caller { mock: &mock, session: "one" };
    let lines = [("x-rockit-beorgsel-token", "eyJhbGci...")];
    let enter = || caller.call("POST /be/v1/login", &lines, Some(json!({"org": "DACSLABS"})));
    let (mine, other) = (enter().await, enter().await);
    let users = |answer: &Answer| {
        let token = answer.at("/access/token").to_owned();
        async move { caller.call("GET /be/v1/users", &[("x-rockit-beauth-token", &token)], None).await }
    };
    assert_eq!(users(&mine).await.status, 200);
    let out = caller.call("POST /be/v1/logout", &[("x-rockit-beauth-token", mine.at("/access/token"))], None).await;
    assert_eq!(out.status, 200, "{out:?}");
    refused(&users(&mine).await, 401, "token-invalid");
    let lines = [("x-rockit-berefresh-token", mine.at("/refresh/token"))];
    refused(&caller.call("POST /be/v1/refresh", &lines, Some(json!({}))).await, 401, "token-invalid");
    // Another login of the same user goes on.
    assert_eq!(users(&other).await.status, 200);
}

#[tokio::test]
async fn rocketcoms() {
    const BASIC: (&str, &str) = ("Authorization", "Basic a2V5OnNlY3JldA==");
    let mock = Mock::from_spec("spec/rocketcoms.yaml").start().await;
    let caller = Caller { mock: &mock, session: "one" };
    let login = json!({"email": "abc@business.com", "password": "dhy7MN@34"});
    let answer = caller.call("POST /v1/auth/login", &[BASIC], Some(login.clone())).await;
    assert_eq!((answer.status, &answer.body["expiry"]), (200, &json!(1_800_000)), "{answer:?}");
    assert_eq!(caller.call("POST /v1/auth/login", &[], Some(login)).await.status, 401);
    let brands = |token: &str| {
        let bearer = format!("Bearer {token}");
        async move { caller.call("GET /v1/brands", &[("Authorization", &bearer)], None).await }
    };
    let (access, refresh) = (answer.at("/token").to_owned(), answer.at("/refreshToken").to_owned());
    assert_eq!(brands(&access).await.status, 200);
    assert_eq!(caller.call("GET /v1/brands", &[BASIC], None).await.status, 200);
    caller.pass("30m");
    let expired = brands(&access).await;
    assert_eq!(expired.status, 401, "{expired:?}");
    assert!(expired.header("sl-violations").unwrap().contains("token-expired"), "{expired:?}");

    let renew = |token: &str| caller.call("POST /v1/auth/refresh", &[BASIC], Some(json!({"token": token})));
    let renewed = renew(&refresh).await;
    assert_eq!(renewed.status, 200, "{renewed:?}");
    assert_eq!(renew(&refresh).await.status, 401);
    let access = renewed.at("/token").to_owned();
    assert_eq!(brands(&access).await.status, 200);
    let bearer = format!("Bearer {access}");
    let out = caller.call("POST /v1/auth/logout", &[("Authorization", &bearer)], None).await;
    assert_eq!((out.status, &*out.text), (200, "200 Logged out successfully"));
    assert_eq!(brands(&access).await.status, 401);
}

#[tokio::test]
async fn rocketchat_logs_in() {
    let mock = Mock::from_spec("spec/rocketchat.yaml").start().await;
    let caller = Caller { mock: &mock, session: "one" };
    let login = |body: Value| caller.call("POST /api/v1/login", &[], Some(body));
    let me = |token: String, user: String| async move {
        caller.call("GET /api/v1/me", &[("X-Auth-Token", &token), ("X-User-Id", &user)], None).await
    };
    let digest = "1ec1c26b50d5d3c58d9583181af8076655fe00756bf7285940ba3670f99fcba0";
    for body in [
        json!({"user": "alice", "password": "s3cret"}),
        json!({"user": "Alice@Example.com", "password": "s3cret"}),
        json!({"username": "alice", "password": "s3cret"}),
        json!({"email": "alice@example.com", "password": "s3cret"}),
        json!({"user": {"username": "alice"}, "password": "s3cret"}),
        json!({"user": {"email": "alice@example.com"}, "password": "s3cret"}),
        json!({"user": "alice", "password": {"hashed": digest}}),
        json!({"user": "alice", "password": {"digest": digest, "algorithm": "sha-256"}}),
    ] {
        let answer = login(body.clone()).await;
        assert_eq!(answer.status, 200, "{body} {answer:?}");
        let (token, user) = (answer.at("/data/authToken").to_owned(), answer.at("/data/userId").to_owned());
        let profile = me(token, user).await;
        assert_eq!((profile.status, profile.at("/username")), (200, "alice"), "{body}");
    }
    refused(&login(json!({"user": "alice", "password": "wrong"})).await, 401, "Unauthorized");
    refused(&login(json!({"user": "nobody", "password": "s3cret"})).await, 401, "Unauthorized");
    refused(&login(json!({"user": "bob", "password": "hunter2"})).await, 401, "totp-required");
    refused(&login(json!({"user": "bob", "password": "hunter2", "code": "000000"})).await, 401, "totp-invalid");
    assert_eq!(login(json!({"user": "bob", "password": "hunter2", "code": "123456"})).await.status, 200);
    let body = json!({"user": "bob", "password": "hunter2"});
    let bob = caller.call("POST /api/v1/login", &[("x-2fa-code", "123456")], Some(body)).await;
    assert_eq!(bob.status, 200, "{bob:?}");
    assert_eq!(login(json!({})).await.body["error"], json!(400));
}

#[tokio::test]
async fn rocketchat_pairs_resumes_and_logs_out() {
    let mock = Mock::from_spec("spec/rocketchat.yaml").start().await;
    let caller = Caller { mock: &mock, session: "one" };
    let login = |body: Value| caller.call("POST /api/v1/login", &[], Some(body));
    let me = |token: String, user: String| async move {
        caller.call("GET /api/v1/me", &[("X-Auth-Token", &token), ("X-User-Id", &user)], None).await
    };
    let bob = login(json!({"user": "bob", "password": "hunter2", "code": "123456"})).await;
    let alice = login(json!({"user": "alice", "password": "s3cret"})).await;
    let (token, user) = (alice.at("/data/authToken").to_owned(), alice.at("/data/userId").to_owned());
    let resumed = login(json!({"resume": token})).await;
    assert_eq!((resumed.status, resumed.at("/data/userId")), (200, &*user), "{resumed:?}");
    assert_eq!(login(json!({"resume": "nonsense"})).await.status, 401);
    let must = "You must be logged in to do this.";
    refused(&me(token.clone(), bob.at("/data/userId").to_owned()).await, 401, must);
    refused(&me("nonsense".to_owned(), user.clone()).await, 401, must);
    assert_eq!(me(token.clone(), user.clone()).await.status, 200);
    let lines = [("X-Auth-Token", token.as_str()), ("X-User-Id", user.as_str())];
    assert_eq!(caller.call("POST /api/v1/logout", &lines, None).await.status, 200);
    refused(&me(token.clone(), user.clone()).await, 401, must);
    refused(&caller.call("POST /api/v1/logout", &lines, None).await, 401, must);

    let again = login(json!({"user": "alice", "password": "s3cret"})).await;
    let token = again.at("/data/authToken").to_owned();
    let lines = [("X-Auth-Token", token.as_str()), ("X-User-Id", user.as_str())];
    assert_eq!(caller.call("GET /api/v1/logout", &lines, None).await.status, 200);
    refused(&me(token.clone(), user).await, 401, must);
}

#[tokio::test]
async fn how_strict_to_be() {
    for (auth, unknown, missing) in [(Auth::Strict, 401, 401), (Auth::Lenient, 200, 401), (Auth::Off, 200, 200)] {
        let mock = Mock::from_spec("spec/rockitplay-2025.yaml").auth(auth).start().await;
        let caller = Caller { mock: &mock, session: "one" };
        let answer = caller.call("GET /be/v1/users", &[("x-rockit-beauth-token", "made-up")], None).await;
        assert_eq!(answer.status, unknown, "{auth:?}");
        assert_eq!(caller.call("GET /be/v1/users", &[], None).await.status, missing, "{auth:?}");
    }
}

/// A token that was issued for something else was issued all the same.
#[tokio::test]
async fn a_token_in_the_wrong_place_is_said_to_be_that() {
    let mock = Mock::from_spec("spec/rockitplay-2025.yaml").start().await;
    let caller = Caller { mock: &mock, session: "one" };
    let known = "eyFHsHDfjdsdH...";
    let auth = caller.call("POST /be/v1/auth", &[("x-rockit-besession-token", known)], None).await;
    let token = auth.at("/auth/token");
    let check = |sent: String, says: &'static str| async move {
        let answer = caller.call("GET /be/v1/users", &[("x-rockit-beauth-token", &sent)], None).await;
        refused(&answer, 401, "token-invalid");
        let said = answer.header("sl-violations").unwrap_or_default();
        assert!(said.contains(&format!("the token in header `x-rockit-beauth-token` {says}")), "{sent}: {said}");
    };
    check(known.to_owned(), "is a token of `besession`, and one of `beauth` belongs there").await;
    check(format!("Bearer {known}"), "is a token of `besession`, and one of `beauth` belongs there").await;
    check(format!("Bearer {token}"), "has `Bearer` before it, and belongs there alone").await;
    check("made-up".to_owned(), "was never issued in this session").await;
    let lines = [("x-rockit-besession-token", token)];
    let answer = caller.call("POST /be/v1/auth", &lines, None).await;
    let said = answer.header("sl-violations").unwrap_or_default();
    assert!(said.contains("is a token of `beauth`, and one of `besession` belongs there"), "{said}");
}

/// A token that was made to expire, or revoked, is over although its time has not come.
#[tokio::test]
async fn tokens_end_on_demand() {
    let mock = Mock::from_spec("spec/rockitplay-2025.yaml").start().await;
    let caller = Caller { mock: &mock, session: "one" };
    let auth = || caller.call("POST /be/v1/auth", &[("x-rockit-besession-token", "eyFHsHDfjdsdH...")], None);
    let users = |token: String| async move {
        caller.call("GET /be/v1/users", &[("x-rockit-beauth-token", &token)], None).await
    };
    let token = auth().await.at("/auth/token").to_owned();
    assert_eq!(mock.session("one").expire("beauth"), 1);
    refused(&users(token).await, 401, "token-expired");
    let token = auth().await.at("/auth/token").to_owned();
    assert_eq!(mock.session("one").revoke("beauth"), 1);
    refused(&users(token.clone()).await, 401, "token-invalid");
    assert_eq!(mock.session("one").tokens().len(), 2);
    // Elsewhere it was never issued.
    let elsewhere = Caller { mock: &mock, session: "two" };
    let answer = elsewhere.call("GET /be/v1/users", &[("x-rockit-beauth-token", &token)], None).await;
    refused(&answer, 401, "token-invalid");
    mock.session("one").reset();
    assert!(mock.session("one").tokens().is_empty());
}
