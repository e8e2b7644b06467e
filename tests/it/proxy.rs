//! The proxy between a client and a real server on this machine.

use std::{fs, net::SocketAddr, time::Duration};

use axum::{Router, body::Body, extract::Request, http::HeaderMap, response::Response};
use mimeo::{
    mock, proxy,
    shell::{Description, Listener, ProxySettings, Server, ServerSettings, Upstream, UpstreamLimits, describe},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

const PETS: &str = "openapi: 3.1.0
info: { title: Pets, version: '1' }
paths:
  /pets:
    get:
      parameters:
        - { name: limit, in: query, schema: { type: integer, maximum: 10 } }
      responses:
        '200': { description: All pets, content: { application/json: { schema: { type: array, items: { type: string } } } } }
    post:
      requestBody: { required: true, content: { application/json: { schema: { type: object, required: [name] } } } }
      responses:
        '201': { description: Made, content: { application/json: { example: { id: 1 } } } }
        '400': { description: Wrong, content: { application/json: { examples: { missing-param: { value: { error: missing } } } } } }
  /wrong:
    get:
      responses:
        '200': { description: Not what comes, content: { application/json: { schema: { type: array } } } }
  /coded:
    get:
      responses:
        '200': { description: Compressed, content: { application/json: { schema: { type: array } } } }
  /planned:
    get:
      parameters:
        - { name: limit, in: query, schema: { type: integer } }
      responses:
        '200': { description: Not there yet, content: { application/json: { example: [later] } } }
";

/// The server behind the proxy: a few fixed answers, and at `/api/echo` what it was asked.
async fn answer(request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 100_000).await.unwrap();
    let json = |status: u16, text: &'static str| {
        Response::builder().status(status).header("content-type", "application/json").body(Body::from(text)).unwrap()
    };
    match (head.method.as_str(), head.uri.path()) {
        ("POST", "/api/pets") => json(201, r#"{"id":7}"#),
        (_, "/api/pets") => json(200, r#"["Rex"]"#),
        (_, "/api/wrong") => json(200, r#"{"not":"an array"}"#),
        (_, "/api/planned" | "/api/unknown-planned") => json(501, "{}"),
        (_, "/api/coded") => {
            let mut answer = json(200, "\u{1f}");
            answer.headers_mut().insert("content-encoding", "gzip".parse().unwrap());
            answer
        }
        (_, "/api/echo") => echo(head.uri.query(), &head.headers, &body),
        (_, "/api/large") => Response::new(Body::from("x".repeat(5000))),
        (_, "/api/slow") => {
            tokio::time::sleep(Duration::from_secs(5)).await;
            json(200, "[]")
        }
        _ => json(404, r#"{"error":"not here"}"#),
    }
}

fn echo(query: Option<&str>, headers: &HeaderMap, body: &[u8]) -> Response {
    let mut lines: Vec<String> =
        headers.iter().map(|(name, value)| format!("{name}={}", value.to_str().unwrap())).collect();
    lines.sort();
    let text =
        format!("query {}\n{}\nbody {}", query.unwrap_or("none"), lines.join("\n"), String::from_utf8_lossy(body));
    Response::builder()
        .header("connection", "x-hop")
        .header("x-hop", "for one connection")
        .header("set-cookie", "a=1")
        .header("set-cookie", "b=2")
        .body(Body::from(text))
        .unwrap()
}

/// A proxy in front of a server, both on free ports.
struct Running {
    address: SocketAddr,
    upstream: SocketAddr,
    _folder: tempfile::TempDir,
}

async fn upstream() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(answer)).await });
    address
}

async fn start(settings: proxy::Settings) -> Running {
    start_before(upstream().await, settings).await
}

async fn start_before(upstream: SocketAddr, settings: proxy::Settings) -> Running {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pets.yaml");
    fs::write(&file, PETS).unwrap();
    let described = describe(&Description { paths: vec![file], ..Description::default() }).unwrap();
    let limits = UpstreamLimits { answer_timeout: Duration::from_millis(500), body_bytes_max: 1000 };
    let url = format!("http://{upstream}/api/").parse().unwrap();
    let proxy::Settings { cors, errors, validate_request } = settings;
    let settings = ServerSettings {
        mock: mock::Settings { cors, errors, validate_request, ..mock::Settings::default() },
        proxy: Some(ProxySettings { proxy: settings, upstream: Upstream::new(url, limits) }),
        ..ServerSettings::default()
    };
    let listener = Listener::bind("127.0.0.1", 0).await.unwrap();
    let address = listener.address;
    tokio::spawn(Server::new(&described, settings).run(listener, std::future::pending()));
    Running { address, upstream, _folder: folder }
}

fn strict() -> proxy::Settings {
    proxy::Settings { errors: true, ..proxy::Settings::default() }
}

/// Sends one request, `METHOD target` with header lines and body, and gives back the answer as text.
async fn ask(running: &Running, line: &str, headers: &str, body: &str) -> String {
    let mut socket = TcpStream::connect(running.address).await.unwrap();
    let length = if body.is_empty() { String::new() } else { format!("content-length: {}\r\n", body.len()) };
    let text =
        format!("{line} HTTP/1.1\r\nhost: client.example\r\nconnection: close, x-mine\r\n{headers}{length}\r\n{body}");
    socket.write_all(text.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(20), socket.read_to_end(&mut answer)).await;
    read.expect("an answer in time").unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

/// Expects a status, texts that are in the answer, and texts (after `!`) that are not.
#[track_caller]
fn check(answer: &str, status: &str, texts: &[&str]) {
    assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
    for text in texts {
        match text.strip_prefix('!') {
            Some(absent) => assert!(!answer.contains(absent), "`{absent}` is in:\n{answer}"),
            None => assert!(answer.contains(text), "`{text}` is not in:\n{answer}"),
        }
    }
}

const JSON: &str = "content-type: application/json\r\n";

#[tokio::test]
async fn passes_on_and_judges() {
    let running = start(proxy::Settings::default()).await;
    let answer = ask(&running, "GET /pets?limit=3", "", "").await;
    check(&answer, "200", &["mimeo-origin: upstream\r\n", "content-length: 7\r\n", "[\"Rex\"]", "!sl-violations"]);
    let answer = ask(&running, "GET /pets?limit=11", "", "").await;
    check(&answer, "200", &["\"location\":[\"request\",\"query\",\"limit\"]", "\"code\":\"maximum\"", "[\"Rex\"]"]);
    let answer = ask(&running, "POST /pets", JSON, "{}").await;
    check(&answer, "201", &["\"code\":\"required\"", "{\"id\":7}"]);
    let answer = ask(&running, "GET /wrong", "", "").await;
    check(&answer, "200", &["\"location\":[\"response\",\"body\"]", "\"code\":\"type\"", "{\"not\":\"an array\"}"]);
    let answer = ask(&running, "HEAD /pets", "", "").await;
    check(&answer, "200", &["content-length: 7\r\n", "!sl-violations", "!Rex"]);
    let answer = ask(&running, "GET /coded", "", "").await;
    check(&answer, "200", &["content-encoding: gzip", "\"code\":\"body-not-judged\"", "!malformed-body"]);
}

#[tokio::test]
async fn stops_what_is_wrong() {
    let running = start(strict()).await;
    let answer = ask(&running, "POST /pets", JSON, "{}").await;
    check(&answer, "400", &["{\"error\":\"missing\"}", "mimeo-origin: example missing-param", "\"code\":\"required\""]);
    let answer = ask(&running, "GET /pets?limit=11", "", "").await;
    check(&answer, "422", &["urn:mimeo:problem:unprocessable-entity", "\"code\":\"maximum\"", "mimeo-origin: mimeo"]);
    let answer = ask(&running, "GET /wrong", "", "").await;
    let location = "\"location\":[\"response\",\"body\"]";
    check(&answer, "500", &["urn:mimeo:problem:violations", location, "sl-violations", "!\"not\":\"an array\""]);
    check(&ask(&running, "GET /pets", "", "").await, "200", &["[\"Rex\"]", "!sl-violations"]);
    check(&ask(&running, "GET /nothing", "", "").await, "404", &["{\"error\":\"not here\"}", "mimeo-origin: upstream"]);
}

#[tokio::test]
async fn requests_need_not_be_judged() {
    let settings = proxy::Settings { validate_request: false, ..strict() };
    let running = start(settings).await;
    let answer = ask(&running, "GET /pets?limit=11", "", "").await;
    check(&answer, "200", &["[\"Rex\"]", "!sl-violations"]);
    check(&ask(&running, "GET /wrong?x=1", "", "").await, "500", &["urn:mimeo:problem:violations"]);
    check(&ask(&running, "GET /planned?limit=x", "", "").await, "200", &["[\"later\"]", "!sl-violations"]);
}

#[tokio::test]
async fn the_mock_answers_what_is_not_implemented() {
    let running = start(proxy::Settings::default()).await;
    let answer = ask(&running, "GET /planned", "", "").await;
    check(&answer, "200", &["[\"later\"]", "mimeo-origin: example\r\n"]);
    check(&ask(&running, "GET /unknown-planned", "", "").await, "501", &["mimeo-origin: upstream"]);
}

#[tokio::test]
async fn what_concerns_one_connection_stays_there() {
    let running = start(proxy::Settings::default()).await;
    let headers = "x-mine: 1\r\nx-theirs: 2\r\nte: trailers\r\nkeep-alive: 5\r\nupgrade: h2c\r\naccept-encoding: gzip\r\n\
                   content-type: text/plain\r\n";
    let answer = ask(&running, "PUT /echo?a=%20b&c", headers, "hello").await;
    let host = format!("host={}\n", running.upstream);
    let kept =
        ["query a=%20b&c\n", &host, "x-theirs=2\n", "accept-encoding=identity\n", "content-length=5\n", "body hello"];
    check(&answer, "200", &kept);
    let gone = [
        "!x-mine",
        "!te=",
        "!keep-alive=",
        "!upgrade=",
        "!connection=",
        "!forwarded",
        "!via=",
        "!x-hop",
        "!transfer-encoding",
    ];
    check(&answer, "200", &gone);
    check(&answer, "200", &["set-cookie: a=1\r\n", "set-cookie: b=2\r\n"]);
    let chunked = "transfer-encoding: chunked\r\ncontent-type: text/plain\r\n";
    let mut socket = TcpStream::connect(running.address).await.unwrap();
    let text = format!("PUT /echo HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{chunked}\r\n5\r\nhello\r\n0\r\n\r\n");
    socket.write_all(text.as_bytes()).await.unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.unwrap();
    check(&answer, "200", &["content-length=5\n", "!transfer-encoding", "body hello"]);
}

#[tokio::test]
async fn an_undescribed_body_of_a_get_is_not_passed_on() {
    let running = start(proxy::Settings::default()).await;
    let answer = ask(&running, "GET /pets", JSON, "{}").await;
    check(&answer, "501", &["urn:mimeo:problem:proxy-unsupported-request-body", "\"code\":\"unexpected-body\""]);
    check(&ask(&running, "GET /echo", JSON, "{}").await, "200", &["body {}"]);
}

#[tokio::test]
async fn other_origins_are_allowed() {
    let running = start(proxy::Settings::default()).await;
    let preflight = "origin: http://page.example\r\naccess-control-request-method: PUT\r\n";
    let allowed = "access-control-allow-origin: http://page.example\r\n";
    check(&ask(&running, "OPTIONS /pets", preflight, "").await, "204", &[allowed]);
    check(&ask(&running, "GET /pets", "origin: http://page.example\r\n", "").await, "200", &[allowed]);
    let running = start(proxy::Settings { cors: false, ..proxy::Settings::default() }).await;
    check(&ask(&running, "OPTIONS /none", preflight, "").await, "404", &["not here", "!access-control"]);
}

#[tokio::test]
async fn an_upstream_that_fails_is_told() {
    let running = start(proxy::Settings::default()).await;
    let answer = ask(&running, "GET /slow", "", "").await;
    check(
        &answer,
        "504",
        &["urn:mimeo:problem:upstream-failed", "no whole answer within 0.5 s", "\"code\":\"upstream\""],
    );
    check(&ask(&running, "GET /large", "", "").await, "502", &["a body of more than 1000 bytes"]);
    check(&ask(&running, "CONNECT x:443", "", "").await, "501", &["no tunnels"]);

    // A port that was free a moment ago.
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let running = start_before(free, proxy::Settings::default()).await;
    let answer = ask(&running, "GET /pets", "", "").await;
    let why = format!("the upstream cannot be reached: {free}: nothing listens there");
    check(&answer, "502", &["application/problem+json", &why, "mimeo-origin: mimeo"]);
}

#[tokio::test]
async fn an_upstream_that_speaks_no_http_is_told() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let _ = socket.read(&mut [0; 1024]).await;
            let _ = socket.write_all(b"220 mail.example ready\r\n\r\n").await;
        }
    });
    let running = start_before(address, proxy::Settings::default()).await;
    check(&ask(&running, "GET /pets", "", "").await, "502", &["the exchange with the upstream broke"]);
}
