//! The authorization server of an API, through real sockets, in virtual time.

use std::fs;

use mimeo::embed::{Mock, Running};
use serde_json::Value;
use tempfile::TempDir;

use crate::client::{Answer, send, send_form};

const DESCRIPTION: &str = r#"
openapi: 3.1.0
info: { title: Shop, version: "1" }
servers: [{ url: https://shop.test/v1 }]
paths:
  /orders:
    get:
      security: [{ login: [read] }]
      responses: { "200": { description: Fine, content: { application/json: { example: [1] } } } }
    post:
      security: [{ login: [read, write] }]
      responses: { "201": { description: Made } }
  /described/token:
    post:
      responses: { "200": { description: Fine, content: { application/json: { example: { token: t } } } } }
components:
  securitySchemes:
    login:
      type: oauth2
      x-mimeo-token: { lifetime: 5m, format: jwt }
      flows:
        authorizationCode:
          authorizationUrl: https://login.test/oauth/authorize
          tokenUrl: https://login.test/oauth/token
          scopes: { openid: Who you are, read: See, write: Change }
        clientCredentials:
          tokenUrl: https://login.test/v1/described/token
          scopes: { read: See }
x-mimeo-accounts:
  alice: { password: s3cret, claims: { email: alice@shop.test } }
"#;

/// In 2.0 each flow is a scheme.
const SWAGGER: &str = r#"
swagger: "2.0"
info: { title: Shop, version: "1" }
paths:
  /orders:
    get:
      security: [{ user: [read] }]
      responses: { "200": { description: Fine } }
    post:
      security: [{ machine: [write] }]
      responses: { "200": { description: Fine } }
securityDefinitions:
  user: { type: oauth2, flow: password, tokenUrl: https://shop.test/token, scopes: { read: See } }
  machine: { type: oauth2, flow: application, tokenUrl: https://shop.test/token, scopes: { write: Change } }
"#;

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A client of a mock, in one session.
struct Client {
    mock: Running,
    _folder: TempDir,
}

impl Client {
    async fn start(description: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("shop.yaml");
        fs::write(&file, description).unwrap();
        Self { mock: Mock::from_spec(file).start().await, _folder: folder }
    }

    async fn get(&self, target: &str) -> Answer {
        send(self.mock.address(), &format!("GET {target}"), &[("Mimeo-Session", "one")], None).await
    }

    async fn post(&self, target: &str, form: &str) -> Answer {
        send_form(self.mock.address(), &format!("POST {target}"), &[("Mimeo-Session", "one")], form).await
    }

    async fn orders(&self, method: &str, token: &str) -> Answer {
        let bearer = format!("Bearer {token}");
        let lines = [("Mimeo-Session", "one"), ("Authorization", bearer.as_str())];
        send(self.mock.address(), &format!("{method} /orders"), &lines, None).await
    }

    /// Goes through the authorization code flow.
    async fn login(&self, scope: &str) -> Answer {
        let target = format!(
            "/oauth/authorize?response_type=code&client_id=app&redirect_uri=http://127.0.0.1/back&state=s1\
             &scope={scope}&nonce=n1&code_challenge={CHALLENGE}&code_challenge_method=S256"
        );
        let answer = self.get(&target).await;
        assert_eq!((answer.status, answer.header("mimeo-origin")), (302, Some("oauth")), "{answer:?}");
        let back = answer.header("location").unwrap().to_owned();
        let code = back.strip_prefix("http://127.0.0.1/back?code=").unwrap().strip_suffix("&state=s1").unwrap();
        let form = format!(
            "grant_type=authorization_code&client_id=app&redirect_uri=http://127.0.0.1/back&code={code}\
             &code_verifier={VERIFIER}"
        );
        let answer = self.post("/oauth/token", &form).await;
        assert_eq!((answer.status, answer.header("mimeo-origin")), (200, Some("oauth")), "{answer:?}");
        answer
    }

    async fn is_active(&self, token: &str) -> bool {
        let answer = self.post("/_oauth/introspect", &format!("token={token}")).await;
        answer.body["active"].as_bool().unwrap_or_else(|| panic!("{answer:?}"))
    }
}

#[track_caller]
fn refused_for(answer: &Answer, status: u16, reason: &str) {
    assert_eq!(answer.status, status, "{answer:?}");
    assert!(answer.header("sl-violations").unwrap().contains(reason), "{answer:?}");
}

#[tokio::test]
async fn from_login_to_the_end() {
    let client = Client::start(DESCRIPTION).await;
    let first = client.login("openid+read").await;
    assert_eq!((&first.body["expires_in"], first.at("/scope")), (&Value::from(300), "openid read"));
    let (access, refresh) = (first.at("/access_token"), first.at("/refresh_token"));
    assert_eq!(client.orders("GET", access).await.status, 200);
    refused_for(&client.orders("POST", access).await, 403, "scope-missing");
    // Neither a refresh token nor a text of one's own opens anything.
    refused_for(&client.orders("GET", refresh).await, 401, "token-invalid");
    refused_for(&client.orders("GET", "made-up").await, 401, "token-invalid");
    assert!(client.is_active(access).await && client.is_active(refresh).await);

    client.mock.session("one").advance("5m");
    refused_for(&client.orders("GET", access).await, 401, "token-expired");
    assert!(!client.is_active(access).await);

    let form = format!("grant_type=refresh_token&client_id=app&refresh_token={refresh}");
    let second = client.post("/oauth/token", &form).await;
    assert_eq!(second.status, 200, "{second:?}");
    assert_eq!(client.orders("GET", second.at("/access_token")).await.status, 200);
    let again = client.post("/oauth/token", &form).await;
    assert_eq!((again.status, again.at("/error")), (400, "invalid_grant"));
    assert!(!client.is_active(refresh).await && client.is_active(second.at("/refresh_token")).await);

    let other = client.login("read+write").await;
    assert_eq!(client.orders("POST", other.at("/access_token")).await.status, 201);
    let revoked = client.post("/_oauth/revoke", &format!("token={}", second.at("/refresh_token"))).await;
    assert_eq!(revoked.status, 200);
    refused_for(&client.orders("GET", second.at("/access_token")).await, 401, "token-invalid");
    assert_eq!(client.orders("GET", other.at("/access_token")).await.status, 200);
}

#[tokio::test]
async fn discovery_names_what_is_served() {
    let client = Client::start(DESCRIPTION).await;
    let metadata = client.get("/.well-known/openid-configuration").await;
    assert_eq!((metadata.status, metadata.at("/issuer")), (200, "http://localhost"), "{metadata:?}");
    for name in ["token_endpoint", "introspection_endpoint", "revocation_endpoint", "jwks_uri", "userinfo_endpoint"] {
        let path = metadata.at(&format!("/{name}")).strip_prefix("http://localhost").unwrap();
        let answer = client.get(path).await;
        assert_eq!(answer.header("mimeo-origin"), Some("oauth"), "{answer:?}");
        assert_ne!(answer.status, 404, "{path}");
    }
    let below = client.get("/shop/.well-known/openid-configuration").await;
    assert_eq!(below.at("/token_endpoint"), "http://localhost/shop/_oauth/token");
    let keys = client.get("/_oauth/jwks").await;
    assert_eq!(keys.at("/keys/0/alg"), "ES256");
    let granted = client.login("openid").await;
    let lines = [("Mimeo-Session", "one"), ("Authorization", &*format!("Bearer {}", granted.at("/access_token")))];
    let user = send(client.mock.address(), "GET /_oauth/userinfo", &lines, None).await;
    assert_eq!((user.at("/sub"), user.at("/email")), ("alice", "alice@shop.test"));
}

/// The description comes first: what it has at the address of a flow is answered as it says.
#[tokio::test]
async fn a_described_operation_comes_first() {
    let client = Client::start(DESCRIPTION).await;
    let form = "grant_type=client_credentials&client_id=job&client_secret=s&scope=read";
    let described = client.post("/v1/described/token", form).await;
    assert_eq!((described.status, described.header("mimeo-origin")), (200, Some("example")), "{described:?}");
    let wrong = client.get("/described/token").await;
    assert_eq!((wrong.status, wrong.header("mimeo-origin")), (405, Some("mimeo")), "{wrong:?}");
    let own = client.post("/_oauth/token", form).await;
    assert_eq!(client.orders("GET", own.at("/access_token")).await.status, 200);
    let nothing = client.get("/nothing").await;
    assert_eq!((nothing.status, nothing.header("mimeo-origin")), (404, Some("mimeo")));
}

/// What one session issued is nothing in another.
#[tokio::test]
async fn sessions_do_not_meet() {
    let client = Client::start(DESCRIPTION).await;
    let granted = client.login("read").await;
    let bearer = format!("Bearer {}", granted.at("/access_token"));
    let elsewhere = [("Mimeo-Session", "two"), ("Authorization", bearer.as_str())];
    let answer = send(client.mock.address(), "GET /orders", &elsewhere, None).await;
    refused_for(&answer, 401, "token-invalid");
}

/// An API has one authorization server: its tokens are good for all of its schemes, as far as their scopes go. Without
/// `x-mimeo-token`, a text that nobody issued is taken as well, but nothing that was issued for another use.
#[tokio::test]
async fn one_server_for_all_schemes() {
    let client = Client::start(SWAGGER).await;
    let user = client.post("/token", "grant_type=password&username=a&password=b&scope=read+write").await;
    assert_eq!(client.orders("GET", user.at("/access_token")).await.status, 200);
    assert_eq!(client.orders("POST", user.at("/access_token")).await.status, 200);
    let machine = "grant_type=client_credentials&client_id=job&client_secret=s&scope=write";
    let machine = client.post("/token", machine).await;
    assert_eq!(client.orders("POST", machine.at("/access_token")).await.status, 200);
    refused_for(&client.orders("GET", machine.at("/access_token")).await, 403, "scope-missing");
    let kinds: Vec<String> = client.mock.session("one").tokens().iter().map(|it| it.kind.name.to_string()).collect();
    assert_eq!(kinds, ["user", "user refresh", "machine"]);
    assert_eq!(client.orders("GET", "made-up").await.status, 200);
    let refused = client.orders("GET", user.at("/refresh_token")).await;
    refused_for(&refused, 401, "token-invalid");
    let said = refused.header("sl-violations").unwrap_or_default();
    assert!(said.contains("is a token of `user refresh`, and one of `"), "{said}");
    client.mock.session("one").advance("1h");
    refused_for(&client.orders("POST", user.at("/access_token")).await, 401, "token-expired");
}
