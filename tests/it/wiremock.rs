//! Responders and matchers made from a description, in a `wiremock::MockServer`.

use mimeo::{embed::wiremock::Spec, mock::Auth};
use serde_json::json;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::client::send;

const SPEC: &str = "spec/rockitplay-2025.yaml";

#[tokio::test]
async fn answers_are_those_of_the_description() {
    let server = MockServer::start().await;
    let spec = Spec::read(SPEC).unwrap();
    Mock::given(spec.operation("login"))
        .and(spec.valid())
        .respond_with(spec.responder())
        .expect(1)
        .mount(&server)
        .await;
    Mock::given(spec.operation("authenticate")).respond_with(spec.responder()).mount(&server).await;
    Mock::given(spec.operation("listUsers")).respond_with(spec.responder()).mount(&server).await;
    let address = *server.address();
    let login = json!({"org": "ExampleOrg", "username": "adminUser", "pw": "x"});
    let answer = send(address, "POST /be/v1/login", &[], Some(login)).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    // One responder's token is good for the others: they share a session.
    let lines = [("x-rockit-besession-token", answer.at("/login/token"))];
    let answer = send(address, "POST /be/v1/auth", &lines, None).await;
    let lines = [("x-rockit-beauth-token", answer.at("/auth/token"))];
    assert_eq!(send(address, "GET /be/v1/users", &lines, None).await.status, 200);
    let answer = send(address, "GET /be/v1/users", &[], None).await;
    assert_eq!((answer.status, answer.body["error"].as_str()), (401, Some("token-missing")));
    // What is not right is not matched, so that the expectation of one valid login stands.
    assert_eq!(send(address, "POST /be/v1/login", &[], Some(json!({"org": 1}))).await.status, 404);
}

#[tokio::test]
async fn matchers_stand_beside_answers_of_ones_own() {
    let server = MockServer::start().await;
    let settings = mimeo::mock::Settings { auth: Auth::Off, ..mimeo::mock::Settings::default() };
    let spec = Spec::read_with(SPEC, settings).unwrap();
    Mock::given(spec.operation("listUsers")).respond_with(ResponseTemplate::new(503)).mount(&server).await;
    assert_eq!(send(*server.address(), "GET /be/v1/users", &[], None).await.status, 503);
    assert_eq!(send(*server.address(), "GET /be/v1/apps", &[], None).await.status, 404);
}

#[test]
fn what_cannot_be_read_is_said() {
    assert!(Spec::read("spec/nothing.yaml").unwrap_err().to_string().contains("nothing.yaml"));
    let error = Spec::read("Cargo.toml").unwrap_err().to_string();
    assert!(error.contains("cannot be served"), "{error}");
}
