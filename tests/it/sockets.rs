//! A few exchanges through real sockets: what only the shell can get wrong.

use std::{fmt::Write as _, fs, path::Path, time::Duration};

use mimeo::{
    limit,
    shell::{Description, Listener, Server, ServerSettings, Watcher, describe, rehearse},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::oneshot,
    task::JoinHandle,
};

pub(crate) const PETS: &str = "openapi: 3.1.0
info: { title: Pets, version: '1' }
paths:
  /pets:
    get:
      responses:
        '200': { description: All pets, content: { application/json: { example: [Rex] } } }
    post:
      requestBody: { required: true, content: { application/json: { schema: { type: object, required: [name] } } } }
      responses:
        '201': { description: Made, content: { application/json: { example: { id: 1 } } } }
        '400': { description: Wrong, content: { application/json: { examples: { missing-param: { value: { error: missing } }, invalid-param: { value: { error: invalid } } } } } }
";

/// A server on a free port, and the folder of its description.
pub(crate) struct Running {
    pub(crate) address: std::net::SocketAddr,
    pub(crate) folder: tempfile::TempDir,
    pub(crate) stop: oneshot::Sender<()>,
    pub(crate) ended: JoinHandle<bool>,
    pub(crate) server: Server,
}

pub(crate) async fn start(text: &str, settings: ServerSettings) -> Running {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pets.yaml");
    fs::write(&file, text).unwrap();
    let described = describe(&Description { paths: vec![file], ..Description::default() }).unwrap();
    let server = Server::new(&described, settings);
    let listener = Listener::bind("127.0.0.1", 0).await.unwrap();
    let address = listener.address;
    let (stop, stopped) = oneshot::channel::<()>();
    let running = server.clone();
    let ended = tokio::spawn(running.run(listener, async {
        let _ = stopped.await;
    }));
    Running { address, folder, stop, ended, server }
}

/// Sends bytes on a connection of their own and reads until the server closes it.
pub(crate) async fn exchange(running: &Running, text: &str) -> String {
    let mut socket = TcpStream::connect(running.address).await.unwrap();
    socket.write_all(text.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let _ = tokio::time::timeout(Duration::from_secs(20), socket.read_to_end(&mut answer)).await.expect("an answer");
    String::from_utf8_lossy(&answer).into_owned()
}

pub(crate) fn post(body: &str) -> String {
    format!(
        "POST /pets HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

#[track_caller]
pub(crate) fn begins(answer: &str, status: &str) {
    assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{answer}");
}

#[tokio::test]
async fn serves_and_stops() {
    let running = start(PETS, ServerSettings::default()).await;
    let answer = exchange(&running, "GET /pets HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
    begins(&answer, "200 OK");
    assert!(answer.contains("content-type: application/json\r\n"), "{answer}");
    assert!(answer.contains("content-length: 7\r\n"), "{answer}");
    assert!(answer.ends_with("\r\n\r\n[\"Rex\"]"), "{answer}");

    let answer = exchange(&running, "HEAD /pets HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
    begins(&answer, "200 OK");
    assert!(answer.contains("content-length: 7\r\n"), "{answer}");
    assert!(answer.ends_with("\r\n\r\n"), "{answer}");

    begins(&exchange(&running, &post(r#"{"name":"Rex"}"#)).await, "201 Created");
    let answer = exchange(&running, &post("{}")).await;
    begins(&answer, "400 Bad Request");
    assert!(answer.ends_with(r#"{"error":"missing"}"#), "{answer}");

    let answer = exchange(&running, "GET /__mimeo/health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
    assert!(answer.ends_with(r#"{"status":"healthy"}"#), "{answer}");

    running.stop.send(()).unwrap();
    assert!(running.ended.await.unwrap(), "all requests ended in time");
}

#[tokio::test]
async fn a_keep_alive_connection_does_not_hold_up_the_stop() {
    let running = start(PETS, ServerSettings::default()).await;
    let mut socket = TcpStream::connect(running.address).await.unwrap();
    socket.write_all(b"GET /pets HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let mut answer = [0; 1024];
    assert!(socket.read(&mut answer).await.unwrap() > 0);
    running.stop.send(()).unwrap();
    assert!(running.ended.await.unwrap(), "all requests ended in time");
}

#[tokio::test]
async fn hostile_requests_are_refused_at_once() {
    let settings = ServerSettings { body_bytes_max: 1000, ..ServerSettings::default() };
    let running = start(PETS, settings).await;
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    let answer = exchange(&running, &post(&deep)).await;
    begins(&answer, "400 Bad Request");

    begins(&exchange(&running, &post(&"x".repeat(1001))).await, "413 Payload Too Large");
    let chunked = format!(
        "POST /pets HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n{}\r\n0\r\n\r\n",
        2000,
        "x".repeat(2000)
    );
    begins(&exchange(&running, &chunked).await, "413 Payload Too Large");

    let mut headers = "GET /pets HTTP/1.1\r\nhost: x\r\n".to_owned();
    let _ = write!(headers, "x-large: {}\r\n\r\n", "x".repeat(limit::HEADER_BYTES_MAX + 1));
    begins(&exchange(&running, &headers).await, "431 Request Header Fields Too Large");
    for length in [limit::HEADER_BYTES_MAX - 10, 3 * limit::HEADER_BYTES_MAX] {
        let line = format!("GET /pets?{} HTTP/1.1\r\nhost: x\r\n\r\n", "x".repeat(length));
        let answer = exchange(&running, &line).await;
        begins(&answer, "414 URI Too Long");
        assert!(answer.contains("The URL is too long"), "{answer}");
    }

    begins(&exchange(&running, "GET  \r\n\r\n").await, "400 Bad Request");

    let answer = exchange(&running, &post("{\"name\": }")).await;
    begins(&answer, "400 Bad Request");
    assert!(answer.contains("line 1 column 10"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_read_and_a_broken_one_is_not() {
    let running = start(PETS, ServerSettings::default()).await;
    let file = running.folder.path().join("pets.yaml");
    let what = Description { paths: vec![file.clone()], ..Description::default() };
    let described = describe(&what).unwrap();
    let _watcher =
        Watcher::start(what, &described, &rehearse(&[], &described).unwrap(), running.server.clone()).unwrap();

    fs::write(&file, PETS.replace("[Rex]", "[Tom]")).unwrap();
    until(&running, "[\"Tom\"]").await;

    // Broken, by each of the ways in which editors write.
    fs::write(&file, "openapi: [").unwrap();
    tokio::time::sleep(Duration::from_millis(600)).await;
    until(&running, "[\"Tom\"]").await;
    renamed_into_place(&file, &PETS.replace("[Rex]", "[Kit]"));
    until(&running, "[\"Kit\"]").await;
    fs::File::options().write(true).truncate(true).open(&file).unwrap();
    tokio::time::sleep(Duration::from_millis(600)).await;
    until(&running, "[\"Kit\"]").await;
}

pub(crate) fn renamed_into_place(file: &Path, text: &str) {
    let new = file.with_extension("new");
    fs::write(&new, text).unwrap();
    fs::rename(&new, file).unwrap();
}

/// Asks until the answer ends as expected; every answer on the way must be a good one.
pub(crate) async fn until(running: &Running, ending: &str) {
    for _ in 0..100 {
        let answer = exchange(running, "GET /pets HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
        begins(&answer, "200 OK");
        if answer.ends_with(ending) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("no answer ended with {ending}");
}
