//! The admin API over real sockets: whole flows of a test that drives a mock, and who is kept out.

use std::{fs, time::Duration};

use mimeo::shell::{AdminSettings, AdminToken, Description, Listener, Server, ServerSettings, describe};
use serde_json::{Value, json};
use tokio::{io::AsyncWriteExt, net::TcpStream};

use crate::sockets::{Running, begins, exchange, start};

const SHOP: &str = "openapi: 3.1.0
info: { title: Shop, version: '1' }
components:
  securitySchemes:
    access: { type: http, scheme: bearer, x-mimeo-token: { lifetime: 5m, format: opaque } }
paths:
  /login:
    post:
      operationId: login
      requestBody: { required: true, content: { application/json: { schema: { type: object, required: [user, password] } } } }
      responses:
        '200':
          description: In
          content: { application/json: { example: { token: x } } }
          x-mimeo-issue: [{ token: access, at: '$response.body#/token' }]
        '400': { description: Wrong, content: { application/json: { example: { error: wrong } } } }
  /cart:
    get:
      operationId: getCart
      security: [{ access: [] }]
      responses:
        '200': { description: The cart, content: { application/json: { example: [] } } }
        '401': { description: Not in, content: { application/json: { examples: { token-expired: { value: { error: expired } }, token-invalid: { value: { error: invalid } } } } } }
";

/// Sends a request with these header lines; gives the status and the body as JSON, or as text.
async fn ask(running: &Running, line: &str, fields: &str, body: &str) -> (u16, Value) {
    let length = if body.is_empty() { String::new() } else { format!("content-length: {}\r\n", body.len()) };
    let host = if fields.to_lowercase().contains("host:") { "" } else { "host: localhost\r\n" };
    let text = format!("{line} HTTP/1.1\r\n{host}connection: close\r\n{fields}{length}\r\n{body}");
    let answer = exchange(running, &text).await;
    let status = answer.get(9..12).and_then(|status| status.parse().ok()).unwrap_or_else(|| panic!("{answer}"));
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    if line.contains("/__mimeo/") {
        assert!(!head.contains("access-control-"), "no page may read this:\n{head}");
        assert!(head.contains("x-content-type-options: nosniff"), "{head}");
    }
    (status, serde_json::from_str(body).unwrap_or_else(|_| Value::String(body.to_owned())))
}

/// A request to the admin API, with a body in JSON if there is one; it must be answered with `status`.
#[track_caller]
fn admin<'r>(
    running: &'r Running,
    line: &str,
    body: Option<Value>,
    status: u16,
) -> impl Future<Output = Value> + use<'r> {
    let line = line.replacen(' ', " /__mimeo", 1);
    let fields = if body.is_some() { "content-type: application/json\r\n" } else { "" };
    let body = body.map(|body| body.to_string()).unwrap_or_default();
    let place = std::panic::Location::caller();
    async move {
        let (found, answer) = ask(running, &line, fields, &body).await;
        assert_eq!(found, status, "{line} at {place}: {answer}");
        answer
    }
}

async fn log_in(running: &Running, session: &str) -> String {
    let fields = format!("mimeo-session: {session}\r\ncontent-type: application/json\r\n");
    let (status, body) = ask(running, "POST /login", &fields, r#"{"user":"ann","password":"hunter2"}"#).await;
    assert_eq!(status, 200, "{body}");
    body["token"].as_str().unwrap().to_owned()
}

async fn cart(running: &Running, session: &str, token: &str) -> (u16, Value) {
    ask(running, "GET /cart", &format!("mimeo-session: {session}\r\nauthorization: Bearer {token}\r\n"), "").await
}

#[tokio::test]
async fn a_token_expires_when_the_clock_is_moved() {
    let running = start(SHOP, ServerSettings::default()).await;
    let (mine, other) = (log_in(&running, "mine").await, log_in(&running, "other").await);
    assert_eq!(cart(&running, "mine", &mine).await.0, 200);
    // A minute is left, since the clock goes on meanwhile, on a busy machine by seconds.
    let clock = admin(&running, "POST /sessions/mine/clock/advance", Some(json!({"by": "3m59s"})), 200).await;
    assert_eq!((&clock["offset"], &clock["frozen"]), (&json!("3m59s"), &json!(false)));
    assert_eq!(cart(&running, "mine", &mine).await.0, 200);
    admin(&running, "POST /sessions/mine/clock/advance", Some(json!({"by": "1m1s"})), 200).await;
    assert_eq!(cart(&running, "mine", &mine).await, (401, json!({"error": "expired"})));
    assert_eq!(cart(&running, "other", &other).await.0, 200, "sessions do not meet");

    let tokens = admin(&running, "GET /sessions/mine/tokens?state=expired", None, 200).await;
    assert_eq!((&tokens["total"], &tokens["tokens"][0]["value"]), (&json!(1), &json!(mine)));
    assert_eq!(tokens["tokens"][0]["kind"], "access");
    admin(&running, "POST /sessions/mine/clock/advance", Some(json!({"by": "-5m"})), 200).await;
    assert_eq!(cart(&running, "mine", &mine).await.0, 200, "back in time it still lives");
}

#[tokio::test]
async fn a_clock_stands_still_and_is_set() {
    let running = start(SHOP, ServerSettings::default()).await;
    let set = json!({"to": "2030-01-02T03:04:05Z"});
    admin(&running, "POST /sessions/new/clock/freeze", None, 200).await;
    let clock = admin(&running, "PUT /sessions/new/clock", Some(set), 200).await;
    assert_eq!((&clock["now"], &clock["frozen"]), (&json!("2030-01-02T03:04:05.000Z"), &json!(true)));
    let answer =
        exchange(&running, "GET /none HTTP/1.1\r\nhost: x\r\nconnection: close\r\nmimeo-session: new\r\n\r\n").await;
    assert!(answer.contains("date: Wed, 02 Jan 2030 03:04:05 GMT\r\n"), "{answer}");
    let list = admin(&running, "GET /sessions/new/journal?since=2030-01-02T03:04:05Z", None, 200).await;
    assert_eq!((&list["total"], &list["records"][0]["time"]), (&json!(1), &json!("2030-01-02T03:04:05.000Z")));
    let clock = admin(&running, "POST /sessions/new/clock/resume", None, 200).await;
    assert_eq!(clock["frozen"], false);
    let wrong = admin(&running, "PUT /sessions/new/clock", Some(json!({"to": "tomorrow"})), 400).await;
    assert!(wrong["detail"].as_str().unwrap().contains("2026-11-25T22:00:00Z"), "{wrong}");
    let wrong = admin(&running, "POST /sessions/new/clock/advance", Some(json!({"by": "soon"})), 400).await;
    assert!(wrong["detail"].as_str().unwrap().contains("5m"), "{wrong}");
    admin(&running, "POST /sessions/new/clock/advance", Some(json!({"by": "5m", "to": 1})), 400).await;
    admin(&running, "GET /sessions/nobody/clock", None, 404).await;
}

#[tokio::test]
async fn tokens_that_are_known_are_listed() {
    let running =
        start(&SHOP.replace("format: opaque", "format: opaque, known: [documented]"), ServerSettings::default()).await;
    let issued = log_in(&running, "s").await;
    assert_eq!(cart(&running, "s", "documented").await.0, 200);
    let all = admin(&running, "GET /sessions/s/tokens", None, 200).await;
    assert_eq!(all["total"], 2);
    let (known, own) = (&all["tokens"][0], &all["tokens"][1]);
    assert_eq!(
        (&known["value"], &known["state"], &known["kind"]),
        (&json!("documented"), &json!("known"), &json!("access"))
    );
    assert_eq!((&known["issued"], &known["login"], &known["expires"]), (&Value::Null, &Value::Null, &Value::Null));
    assert_eq!((&own["value"], &own["state"], &own["login"]), (&json!(issued), &json!("live"), &json!(1)));
    assert!(own["issued"].is_string(), "{own}");
    for (query, total, shown) in [("state=known", 1, 1), ("state=live", 1, 1), ("state=used", 0, 0), ("offset=1", 2, 1)]
    {
        let list = admin(&running, &format!("GET /sessions/s/tokens?{query}"), None, 200).await;
        assert_eq!((&list["total"], list["tokens"].as_array().unwrap().len()), (&json!(total), shown), "{query}");
    }
}

#[tokio::test]
async fn tokens_are_ended() {
    let running = start(SHOP, ServerSettings::default()).await;
    let (first, second) = (log_in(&running, "s").await, log_in(&running, "s").await);
    let end = |how: &str, which: Value, status| {
        admin(&running, &format!("POST /sessions/s/tokens/{how}"), Some(which), status)
    };
    assert_eq!(end("expire", json!({"value": first}), 200).await, json!({"ended": 1}));
    assert_eq!(cart(&running, "s", &first).await, (401, json!({"error": "expired"})));
    assert_eq!(cart(&running, "s", &second).await.0, 200);
    assert_eq!(end("revoke", json!({"kind": "access"}), 200).await, json!({"ended": 1}));
    assert_eq!(cart(&running, "s", &second).await, (401, json!({"error": "invalid"})));
    assert_eq!(end("revoke", json!({"all": true}), 200).await, json!({"ended": 0}));
    let wrong = end("revoke", json!({"kind": "acess"}), 404).await;
    assert!(wrong["detail"].as_str().unwrap().contains("did you mean `access`?"), "{wrong}");
    end("revoke", json!({"value": "never"}), 404).await;
    end("revoke", json!({"all": false}), 400).await;
    end("revoke", json!({}), 400).await;
    end("revoke", json!({"all": true, "kind": "access"}), 400).await;
    admin(&running, "GET /sessions/s/tokens?kind=acces", None, 404).await;
    let key = admin(&running, "GET /tokens/key", None, 200).await;
    assert_eq!((&key["kty"], &key["alg"]), (&json!("oct"), &json!("HS256")));
}

#[tokio::test]
async fn sessions_are_listed_reset_and_dropped() {
    let running = start(SHOP, ServerSettings::default()).await;
    for session in ["b", "a", "c"] {
        log_in(&running, session).await;
    }
    let page = admin(&running, "GET /sessions?limit=2", None, 200).await;
    assert_eq!((&page["total"], &page["next"]), (&json!(4), &json!("a")));
    let page = admin(&running, "GET /sessions?limit=2&after=a", None, 200).await;
    let names: Vec<&str> = page["sessions"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect();
    assert_eq!((names, &page["next"]), (vec!["b", "c"], &Value::Null));
    let counts = |session: &Value| {
        (
            session["counts"]["requests"].clone(),
            session["counts"]["tokens_live"].clone(),
            session["clock"]["offset"].clone(),
        )
    };
    admin(&running, "POST /sessions/a/clock/advance", Some(json!({"by": "1h"})), 200).await;
    let session = admin(&running, "GET /sessions/a", None, 200).await;
    assert_eq!(counts(&session), (json!(1), json!(0), json!("1h")));
    let session = admin(&running, "POST /sessions/a/reset", None, 200).await;
    assert_eq!(counts(&session), (json!(1), json!(0), json!("0s")));
    assert_eq!(admin(&running, "GET /sessions/a/journal/count", None, 200).await, json!({"count": 0}));
    admin(&running, "DELETE /sessions/a", None, 204).await;
    let gone = admin(&running, "GET /sessions/a", None, 404).await;
    assert!(gone["detail"].as_str().unwrap().contains("there is no session `a`"), "{gone}");
    admin(&running, "DELETE /sessions/a", None, 404).await;
    admin(&running, "POST /sessions/a/reset", None, 404).await;
    log_in(&running, "default").await;
    admin(&running, "DELETE /sessions/default", None, 204).await;
    let tokens = admin(&running, "GET /sessions/default/tokens", None, 200).await;
    assert_eq!(tokens["total"], 0);
    admin(&running, "GET /sessions/a%20b", None, 400).await;
}

#[tokio::test]
async fn the_journal_is_asked() {
    let running = start(SHOP, ServerSettings::default()).await;
    let token = log_in(&running, "s").await;
    cart(&running, "s", &token).await;
    cart(&running, "s", "wrong").await;
    ask(&running, "GET /carts?api_key=hunter2", "mimeo-session: s\r\n", "").await;
    ask(&running, "PUT /cart", "mimeo-session: s\r\n", "").await;
    let counted = |query: &str, expected: usize| {
        let asked = admin(&running, &format!("GET /sessions/s/journal/count{query}"), None, 200);
        async move { assert_eq!(asked.await, json!({"count": expected})) }
    };
    counted("", 5).await;
    counted("?operation=getCart", 2).await;
    counted("?operation=getCart&status=401", 1).await;
    counted("?status=4XX", 3).await;
    counted("?status=200-299", 2).await;
    counted("?path=/cart*&method=get", 3).await;
    counted("?findings=true", 3).await;
    counted("?until=2000-01-01T00:00:00Z", 0).await;
    counted("?api=shop", 0).await;
    let wrong = admin(&running, "GET /sessions/s/journal?opertion=x", None, 400).await;
    assert!(wrong["detail"].as_str().unwrap().contains("did you mean `operation`?"), "{wrong}");
    admin(&running, "GET /sessions/s/journal?status=abc", None, 400).await;

    let page = admin(&running, "GET /sessions/s/journal?limit=2&after=1", None, 200).await;
    assert_eq!((&page["total"], &page["next"], &page["records"][0]["number"]), (&json!(5), &json!(3), &json!(2)));
    assert_eq!(page["records"][0]["after"], 1, "a client that waits for each answer");
    let record = admin(&running, "GET /sessions/s/journal/records/1", None, 200).await;
    assert_eq!(record["request_body"]["content"], json!({"user": "ann", "password": "***"}));
    assert_eq!(record["answer_body"]["content"], json!({"token": "***"}));
    let whole = [1, 2, 3, 4, 5].map(|number| {
        let asked = admin(&running, &format!("GET /sessions/s/journal/records/{number}"), None, 200);
        async move { asked.await.to_string() }
    });
    for record in whole {
        let record = record.await;
        assert!(!record.contains("hunter2") && !record.contains(&token), "{record}");
    }
    admin(&running, "GET /sessions/s/journal/records/6", None, 404).await;

    let near = admin(&running, "GET /sessions/s/journal/near-misses", None, 200).await;
    assert_eq!(near["total"], 2);
    assert_eq!(near["near_misses"][0]["nearest"][0]["differs"], json!(["the method is PUT, the path has GET"]));
    let nearest = &near["near_misses"][1]["nearest"][0];
    assert_eq!(
        (&nearest["operation"], &nearest["differs"]),
        (&json!("getCart"), &json!(["segment 1 is `carts`, not `cart`"]))
    );

    let order = admin(&running, "GET /sessions/s/journal/order?operations=login,getCart,getCart", None, 200).await;
    assert_eq!(order, json!({"in_order": true, "overlapping": false, "records": [1, 2, 3], "missing": null}));
    let order = admin(&running, "GET /sessions/s/journal/order?operations=getCart,%20login&after=1", None, 200).await;
    assert_eq!(order, json!({"in_order": false, "overlapping": false, "records": [2], "missing": "login"}));

    admin(&running, "DELETE /sessions/s/journal", None, 204).await;
    counted("", 0).await;
}

#[tokio::test]
async fn waiting_ends_with_the_request() {
    let running = start(SHOP, ServerSettings::default()).await;
    admin(&running, "GET /sessions/w/journal/wait", None, 404).await;
    let wait = admin(&running, "POST /sessions/w/journal/wait?operation=login&count=2&timeout=20s", None, 200);
    let work = async {
        for _ in 0..2 {
            tokio::time::sleep(Duration::from_millis(100)).await;
            log_in(&running, "w").await;
        }
    };
    let began = tokio::time::Instant::now();
    let (waited, ()) = tokio::join!(wait, work);
    assert!(began.elapsed() < Duration::from_secs(10), "it did not wait for its time to be over");
    assert_eq!((&waited["reached"], &waited["count"]), (&json!(true), &json!(2)));
    assert_eq!(waited["records"].as_array().unwrap().len(), 2);
    let waited = admin(&running, "GET /sessions/w/journal/wait?status=5XX&timeout=50ms", None, 200).await;
    assert_eq!(waited, json!({"reached": false, "count": 0, "records": []}));
}

#[tokio::test]
async fn a_scenario_is_switched_on_and_off() {
    let running = start(SHOP, ServerSettings::default()).await;
    let wrong = admin(&running, "PUT /sessions/s/scenario", Some(json!({"name": "token-expird"})), 404).await;
    assert!(wrong["detail"].as_str().unwrap().contains("did you mean `token-expired`?"), "{wrong}");
    admin(&running, "GET /sessions/s", None, 404).await;
    let state = json!({"name": "token-expired", "state": "none"});
    admin(&running, "PUT /sessions/s/scenario", Some(state), 404).await;
    let token = log_in(&running, "s").await;
    let on = admin(&running, "PUT /sessions/s/scenario", Some(json!({"name": "token-expired"})), 200).await;
    assert_eq!((&on["scenario"]["name"], &on["scenario"]["state"]), (&json!("token-expired"), &json!("Started")));
    assert_eq!(cart(&running, "s", &token).await, (401, json!({"error": "expired"})));
    let records = admin(&running, "GET /sessions/s/journal?operation=getCart", None, 200).await;
    let record = &records["records"][0];
    assert_eq!((&record["scenario"], &record["rule"]), (&json!("token-expired"), &json!(0)));
    admin(&running, "DELETE /sessions/s/scenario", None, 204).await;
    let off = admin(&running, "GET /sessions/s/scenario", None, 200).await;
    assert_eq!(off, json!({"scenario": null}));
    let list = admin(&running, "GET /scenarios", None, 200).await;
    assert!(list["scenarios"].as_array().unwrap().iter().any(|it| it["name"] == "flaky"), "{list}");
}

#[tokio::test]
async fn the_server_tells_of_itself() {
    let running = start(SHOP, ServerSettings::default()).await;
    log_in(&running, "m").await;
    let routes = admin(&running, "GET /routes?limit=1", None, 200).await;
    assert_eq!((&routes["total"], &routes["routes"][0]["operation"]), (&json!(2), &json!("login")));
    let metrics = admin(&running, "GET /metrics", None, 200).await;
    for line in ["operation=\"login\",status=\"2xx\"} 1\n", "mimeo_tokens_issued_total 1\n", "mimeo_sessions 2\n"] {
        assert!(metrics.as_str().unwrap().contains(line), "{metrics}");
    }
    assert_eq!(admin(&running, "GET /ready", None, 200).await, json!({"status": "ready"}));
    let refused = admin(&running, "POST /reload", None, 409).await;
    assert!(refused["detail"].as_str().unwrap().contains("not made from files"), "{refused}");
    let unknown = admin(&running, "GET /sesions", None, 404).await;
    assert!(unknown["detail"].as_str().unwrap().contains("/__mimeo/sessions"), "{unknown}");
}

#[tokio::test]
async fn nothing_to_serve_is_not_ready() {
    let running =
        start("openapi: 3.1.0\ninfo: { title: None, version: '1' }\npaths: {}\n", ServerSettings::default()).await;
    admin(&running, "GET /ready", None, 503).await;
    admin(&running, "GET /health", None, 200).await;
}

#[tokio::test]
async fn a_reload_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shop.yaml");
    fs::write(&file, SHOP).unwrap();
    let what = Description { paths: vec![file.clone()], ..Description::default() };
    let admin_settings = AdminSettings { description: Some(what), ..AdminSettings::default() };
    let running = start(SHOP, ServerSettings { admin: admin_settings, ..ServerSettings::default() }).await;
    fs::write(&file, SHOP.replace("/cart", "/basket")).unwrap();
    let reloaded = admin(&running, "POST /reload", None, 200).await;
    assert_eq!(reloaded["descriptions"], 1);
    assert_eq!(ask(&running, "GET /basket", "", "").await.0, 401);
    fs::write(&file, "openapi: [").unwrap();
    let refused = admin(&running, "POST /reload", None, 409).await;
    assert!(refused["detail"].as_str().unwrap().contains("shop.yaml"), "{refused}");
    assert_eq!(ask(&running, "GET /basket", "", "").await.0, 401);
}

/// Every operation of the description is there, and answers as described; and the description is one that can be used.
#[tokio::test]
async fn the_description_is_what_there_is() {
    let running = start(SHOP, ServerSettings::default()).await;
    let document = admin(&running, "GET /openapi.json", None, 200).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("admin.json");
    fs::write(&file, document.to_string()).unwrap();
    let described = describe(&Description { paths: vec![file], ..Description::default() }).unwrap();
    assert_eq!(described[0].findings, []);
    assert_eq!(described[0].contract.as_ref().unwrap().check_all(), []);

    let mut count = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            count += 1;
            let target = path.replace("{session}", "nobody").replace("{number}", "1");
            let target = if path.ends_with("/wait") { format!("{target}?timeout=1ms") } else { target };
            let (status, body) = ask(&running, &format!("{} /__mimeo{target}", method.to_uppercase()), "", "").await;
            let described = &operation["responses"][status.to_string()];
            assert!(described.is_object(), "{method} {path} answers {status}, which is not described: {body}");
            assert_ne!(status, 405, "{method} {path}");
            assert_ne!(body["title"], "The admin API has no such path", "{method} {path}");
        }
    }
    assert!(count > 20, "{count} operations");
}

/// What pages of other origins can make a browser send.
#[tokio::test]
async fn other_origins_are_kept_out() {
    let running = start(SHOP, ServerSettings::default()).await;
    let port = running.address.port();
    let own = format!("host: localhost:{port}\r\n");
    let check = |line: &str, fields: &str, body: &str, expected: u16| {
        let (line, fields, body) = (line.to_owned(), fields.to_owned(), body.to_owned());
        let running = &running;
        async move {
            let (status, answer) = ask(running, &line, &fields, &body).await;
            assert_eq!(status, expected, "{line}\n{fields}{answer}");
        }
    };
    let freeze = "POST /__mimeo/sessions/victim/clock/freeze";
    let advance = "POST /__mimeo/sessions/victim/clock/advance";
    let json = "content-type: application/json\r\n";
    check(freeze, &format!("{own}origin: https://evil.example\r\n"), "", 403).await;
    check(freeze, &format!("{own}origin: null\r\n"), "", 403).await;
    check(freeze, &format!("{own}origin: http://localhost:1\r\n"), "", 403).await;
    check(freeze, &format!("{own}sec-fetch-site: cross-site\r\n"), "", 403).await;
    check(freeze, &format!("{own}sec-fetch-site: same-site\r\n"), "", 403).await;
    check(freeze, "host: evil.example\r\n", "", 403).await;
    check(freeze, &format!("host: evil.example:{port}\r\norigin: http://evil.example:{port}\r\n"), "", 403).await;
    check("GET /__mimeo/sessions", &format!("host: evil.example:{port}\r\n"), "", 403).await;
    check("GET /__mimeo/openapi.json", "host: 10.0.0.1\r\n", "", 403).await;
    check(advance, &format!("{own}content-type: text/plain\r\n"), r#"{"by":"5m"}"#, 415).await;
    check(advance, &format!("{own}content-type: application/x-www-form-urlencoded\r\n"), "by=5m", 415).await;
    check(advance, &own, r#"{"by":"5m"}"#, 415).await;
    check(freeze, &format!("{own}content-type: text/plain\r\n"), "", 415).await;
    check(
        "OPTIONS /__mimeo/sessions",
        &format!("{own}origin: https://evil.example\r\naccess-control-request-method: POST\r\n"),
        "",
        403,
    )
    .await;
    check(advance, &format!("{own}{json}"), &format!("{{\"by\":\"5m\"{}}}", " ".repeat(2 * 1024 * 1024)), 413).await;
    admin(&running, "GET /sessions/victim", None, 404).await;
    check(freeze, &format!("{own}origin: http://localhost:{port}\r\nsec-fetch-site: same-origin\r\n"), "", 200).await;
}

/// A server on all addresses: others than this machine can reach it.
async fn exposed(token: Option<&str>, is_apart: bool) -> (Running, u16) {
    let token = token.map(|token| AdminToken::new(token).unwrap());
    let admin = AdminSettings { token, is_apart, ..AdminSettings::default() };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shop.yaml");
    fs::write(&file, SHOP).unwrap();
    let described = describe(&Description { paths: vec![file], ..Description::default() }).unwrap();
    let server = Server::new(&described, ServerSettings { admin, ..ServerSettings::default() });
    let listener = Listener::bind("0.0.0.0", 0).await.unwrap();
    let address = std::net::SocketAddr::from(([127, 0, 0, 1], listener.address.port()));
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let apart = Listener::bind("0.0.0.0", 0).await.unwrap();
    let port = apart.address.port();
    tokio::spawn(server.clone().run_admin(apart, std::future::pending()));
    let ended = tokio::spawn(server.clone().run(listener, async {
        let _ = stopped.await;
    }));
    (Running { address, folder, stop, ended, server }, port)
}

#[tokio::test]
async fn others_than_this_machine_need_the_token() {
    let (open, _) = exposed(None, false).await;
    let refused = admin(&open, "GET /sessions", None, 403).await;
    assert!(refused["detail"].as_str().unwrap().contains("--admin-token"), "{refused}");
    admin(&open, "GET /health", None, 200).await;
    assert_eq!(ask(&open, "GET /cart", "", "").await.0, 401, "the mock is open to all");

    let (kept, _) = exposed(Some("open-sesame"), false).await;
    admin(&kept, "GET /sessions", None, 401).await;
    for (token, expected) in [("wrong-sesame", 401), ("open-sesame", 200)] {
        let fields = format!("authorization: Bearer {token}\r\n");
        assert_eq!(ask(&kept, "GET /__mimeo/sessions", &fields, "").await.0, expected);
    }
}

#[tokio::test]
async fn the_admin_api_has_a_port_of_its_own() {
    let (running, port) = exposed(Some("open-sesame"), true).await;
    assert_eq!(ask(&running, "GET /nothing/__mimeo", "", "").await.0, 404);
    let text = "GET /__mimeo/health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    begins(&exchange(&running, text).await, "404 Not Found");
    let mut socket = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    socket.write_all(text.as_bytes()).await.unwrap();
    let mut answer = String::new();
    tokio::io::AsyncReadExt::read_to_string(&mut socket, &mut answer).await.unwrap();
    begins(&answer, "200 OK");
}

/// The journal as HTTP archive: masked, and with what only Mimeo knows beside it.
#[tokio::test]
async fn the_journal_as_an_archive() {
    let running = start(SHOP, ServerSettings::default()).await;
    let token = log_in(&running, "mine").await;
    cart(&running, "mine", &token).await;
    let archive = admin(&running, "GET /sessions/mine/journal.har?operation=login", None, 200).await;
    let entries = archive["log"]["entries"].as_array().unwrap();
    assert_eq!((archive["log"]["version"].as_str(), entries.len()), (Some("1.2"), 1));
    let sent = entries[0]["request"]["postData"]["text"].as_str().unwrap();
    assert_eq!(serde_json::from_str::<Value>(sent).unwrap(), json!({"user": "ann", "password": "***"}));
    assert!(entries[0]["request"]["url"].as_str().unwrap().ends_with("/login"), "{archive}");
    assert_eq!((&entries[0]["_mimeo"]["session"], &entries[0]["_mimeo"]["number"]), (&json!("mine"), &json!(1)));
    let all = admin(&running, "GET /sessions/mine/journal.har", None, 200).await;
    assert_eq!(all["log"]["entries"].as_array().unwrap().len(), 2);
    assert!(!all.to_string().contains(&token), "{all}");
    admin(&running, "GET /sessions/nobody/journal.har", None, 404).await;
    admin(&running, "GET /sessions/mine/journal.har?status=9", None, 400).await;
}
