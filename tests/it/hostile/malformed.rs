use std::time::Duration;

use mimeo::{limit, shell::ServerSettings};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use crate::sockets::{PETS, begins, exchange, start};

/// First lines.
const START_LINES: &[&str] = &[
    "GET /pets HTTP/1.0",
    "GET /pets HTTP/0.9",
    "GET /pets HTTP/2.0",
    "GET /pets HTTP/3",
    "GET /pets HTTP/1.2",
    "GET /pets HTTP/11",
    "GET /pets HTTP/1.",
    "GET /pets HTTP/",
    "GET /pets HTTP/1.1 ",
    "GET /pets HTTP/1.1x",
    "GET /pets http/1.1",
    "GET /pets HTCPCP/1.0",
    "GET /pets",
    "GET",
    "",
    " ",
    "GET  /pets HTTP/1.1",
    " GET /pets HTTP/1.1",
    "GET /pets  HTTP/1.1",
    "GET\t/pets\tHTTP/1.1",
    "GET /pe ts HTTP/1.1",
    "GET pets HTTP/1.1",
    "GET ../../etc/passwd HTTP/1.1",
    "GET /../../etc/passwd HTTP/1.1",
    "GET * HTTP/1.1",
    "OPTIONS * HTTP/1.1",
    "CONNECT x:80 HTTP/1.1",
    "CONNECT /pets HTTP/1.1",
    "TRACE /pets HTTP/1.1",
    "GET http://x/pets HTTP/1.1",
    "GET https://x:99999/pets HTTP/1.1",
    "GET http:// HTTP/1.1",
    "GET //x/pets HTTP/1.1",
    "GET /pets?%zz HTTP/1.1",
    "GET /pets#f HTTP/1.1",
    "GET /%00 HTTP/1.1",
    "GET /%ff%fe HTTP/1.1",
    "GET /% HTTP/1.1",
    "GET /%2 HTTP/1.1",
    "GET /pets%2f..%2f.. HTTP/1.1",
    "GET ? HTTP/1.1",
    "GET /? HTTP/1.1",
    "GET \\pets HTTP/1.1",
    "GET /\u{e9} HTTP/1.1",
    "GET /<script> HTTP/1.1",
    "GET /\"{}|^` HTTP/1.1",
    "G\u{e9}T /pets HTTP/1.1",
    "G@T /pets HTTP/1.1",
    "G{T /pets HTTP/1.1",
    "GET:/pets HTTP/1.1",
    "get /pets HTTP/1.1",
    "gEt /pets HTTP/1.1",
    "PRI * HTTP/2.0",
    "\u{16}\u{3}\u{1}",
    "GET /pets\0 HTTP/1.1",
    "GE\0T /pets HTTP/1.1",
    "GET /pets HTTP/1.1\0",
    "GET /pets\u{7f} HTTP/1.1",
    "GET /pets\u{b} HTTP/1.1",
    "-1 /pets HTTP/1.1",
    "{\"jsonrpc\": \"2.0\"}",
    "HTTP/1.1 200 OK",
    "GET /__mimeo/../pets HTTP/1.1",
    "GET /__mimeo/%2e%2e HTTP/1.1",
    "DELETE /__mimeo/health HTTP/1.1",
];

/// Header lines.
const FIELDS: &[&str] = &[
    "no colon",
    ": no name",
    " leading: space",
    "\tleading: tab",
    "space : before",
    "na me: x",
    "na\0me: x",
    "x: a\0b",
    "x: a\rb",
    "x: a\u{1}b",
    "x: a\u{7f}b",
    "(x): y",
    "x@y: z",
    "x\u{e9}: y",
    "x: \u{e9}",
    "x:",
    "x:y:z",
    "x: a\r\n folded",
    "x: a\n\tfolded",
    "host: y",
    "host:",
    "host: a b",
    "host: \u{e9}",
    "connection: close, upgrade",
    "upgrade: h2c",
    "expect: nonsense",
    "expect: 100-continue",
    "te: trailers, deflate;q=0.5",
    "prefer: code=\0",
    "prefer: code=999999999999",
    "prefer: example=\"",
    "prefer: ;;;,,,===",
    "accept: \u{e9}",
    "accept: ;;;",
    "accept: */*;q=9e999",
    "accept: a/b;c=\"",
    "accept-encoding: \"",
    "cookie: ;;;=;",
    "cookie: a=\"",
    "authorization: Basic",
    "authorization: Basic ====",
    "authorization: Basic \u{e9}",
    "authorization: Bearer",
    "content-type: ;",
    "content-type: a/b/c; d=\"",
    "origin: \u{e9}",
    "range: bytes=9-1,0-18446744073709551616",
    "if-modified-since: yesterday",
];

/// Lines that say how long a body is, and bodies.
const FRAMINGS: &[(&str, &str)] = &[
    ("content-length: 1\r\ncontent-length: 2", "ab"),
    ("content-length: 2, 2", "ab"),
    ("content-length: 2,3", "ab"),
    ("content-length: -1", ""),
    ("content-length: +2", "ab"),
    ("content-length: 2 2", "ab"),
    ("content-length: 0x2", "ab"),
    ("content-length: 2.0", "ab"),
    ("content-length: ", "ab"),
    ("content-length: \u{a0}2", "ab"),
    ("content-length: 02", "ab"),
    ("content-length: 18446744073709551616", ""),
    ("content-length: 18446744073709551615", ""),
    ("content-length: 99999999999999999999999999", ""),
    ("content-length: 10", "short"),
    ("transfer-encoding: chunked\r\ncontent-length: 3", "0\r\n\r\n"),
    ("content-length: 3\r\ntransfer-encoding: chunked", "0\r\n\r\n"),
    ("transfer-encoding: identity", "ab"),
    ("transfer-encoding: gzip", "ab"),
    ("transfer-encoding: gzip, chunked", "0\r\n\r\n"),
    ("transfer-encoding: chunked, gzip", "0\r\n\r\n"),
    ("transfer-encoding: chunked, chunked", "0\r\n\r\n"),
    ("transfer-encoding: xchunked", "0\r\n\r\n"),
    ("transfer-encoding: chunked\r\ntransfer-encoding: identity", "0\r\n\r\n"),
    ("transfer-encoding : chunked", "0\r\n\r\n"),
    ("transfer-encoding:\u{b}chunked", "0\r\n\r\n"),
    ("transfer-encoding: \"chunked\"", "0\r\n\r\n"),
    ("transfer-encoding: chunked", "zz\r\n\r\n"),
    ("transfer-encoding: chunked", "-1\r\na\r\n0\r\n\r\n"),
    ("transfer-encoding: chunked", "fffffffffffffffff\r\na\r\n0\r\n\r\n"),
    ("transfer-encoding: chunked", "ffffffffffffffff\r\na"),
    ("transfer-encoding: chunked", "1\r\nab\r\n0\r\n\r\n"),
    ("transfer-encoding: chunked", "1;\0\r\na\r\n0\r\n\r\n"),
    ("transfer-encoding: chunked", "1\na\n0\n\n"),
    ("transfer-encoding: chunked", "0x1\r\na\r\n0\r\n\r\n"),
    ("transfer-encoding: chunked", "1 \r\na\r\n0\r\n\r\n"),
    ("transfer-encoding: chunked", "\r\n\r\n"),
    ("transfer-encoding: chunked", "1"),
    ("transfer-encoding: chunked", "0\r\nno colon\r\n\r\n"),
    ("transfer-encoding: chunked", "0\r\nhost: y\r\n\r\n"),
    ("transfer-encoding: chunked", "0\r\n"),
];

/// The head of a request with one more line.
fn with(line: &str) -> Vec<u8> {
    format!("GET /pets HTTP/1.1\r\nhost: x\r\n{line}\r\n\r\n").into_bytes()
}

/// A request with these framing lines and this body, and another one that a smuggler hides behind it.
fn framed(lines: &str, body: &str) -> Vec<u8> {
    format!("POST /pets HTTP/1.1\r\nhost: x\r\n{lines}\r\n\r\n{body}").into_bytes()
}

/// What a client may send that is no request.
fn malformed() -> Vec<Vec<u8>> {
    let mut all: Vec<Vec<u8>> = Vec::new();
    for line in START_LINES {
        all.push(format!("{line}\r\nhost: x\r\n\r\n").into_bytes());
    }
    for line in FIELDS {
        all.push(with(line));
    }
    for (lines, body) in FRAMINGS {
        all.push(framed(lines, body));
    }
    let many = "x: y\r\n".repeat(limit::HEADER_COUNT_MAX + 1);
    let long = "a".repeat(limit::HEADER_BYTES_MAX * 2);
    let extension = format!("1;{}\r\na\r\n0\r\n\r\n", "x".repeat(100_000));
    let trailers = format!("0\r\n{}\r\n", "x: y\r\n".repeat(10_000));
    all.extend([
        with(&many),
        with(&long),
        with(&format!("{long}: x")),
        with(&format!("x: {long}")),
        format!("GET /{long} HTTP/1.1\r\nhost: x\r\n\r\n").into_bytes(),
        format!("{long} /pets HTTP/1.1\r\nhost: x\r\n\r\n").into_bytes(),
        format!("GET /pets?{} HTTP/1.1\r\nhost: x\r\n\r\n", "a=1&".repeat(15_000)).into_bytes(),
        format!("GET {} HTTP/1.1\r\nhost: x\r\n\r\n", "/..".repeat(20_000)).into_bytes(),
        format!("GET {} HTTP/1.1\r\nhost: x\r\n\r\n", "/a".repeat(30_000)).into_bytes(),
        framed("transfer-encoding: chunked", &extension),
        framed("transfer-encoding: chunked", &trailers),
        vec![0; 4096],
        vec![0xFF; 4096],
        b"\r\n".repeat(4096),
        b"\n\n\n".to_vec(),
        b"GET /pets HTTP/1.1\nhost: x\n\n".to_vec(),
        b"GET /pets HTTP/1.1\rhost: x\r\r".to_vec(),
        b"\x80\x80\x80 / HTTP/1.1\r\n\r\n".to_vec(),
        Vec::new(),
    ]);
    all
}

/// Sends bytes, says that no more come, and gives what is answered until the connection ends.
async fn sent(address: std::net::SocketAddr, bytes: &[u8]) -> Vec<u8> {
    let mut socket = TcpStream::connect(address).await.unwrap();
    // The server may close while it is sent to: then what it said before counts.
    let _ = socket.write_all(bytes).await;
    let _ = socket.shutdown().await;
    let mut answer = Vec::new();
    let _ = timeout(Duration::from_secs(5), socket.read_to_end(&mut answer)).await.expect("the connection ends");
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn malformed_requests() {
    let settings = ServerSettings { header_read_timeout: Duration::from_millis(500), ..ServerSettings::default() };
    let running = start(PETS, settings).await;
    let requests = malformed();
    assert!(requests.len() >= 150, "{}", requests.len());
    for bytes in requests {
        let answer = sent(running.address, &bytes).await;
        let shown = String::from_utf8_lossy(bytes.get(..200).unwrap_or(&bytes)).into_owned();
        let answer = String::from_utf8_lossy(&answer);
        // Nothing, or a whole answer that is no fault of ours.
        assert!(answer.is_empty() || answer.starts_with("HTTP/1."), "{shown:?}: {answer}");
        assert!(!answer.starts_with("HTTP/1.1 5"), "{shown:?}: {answer}");
        let well = exchange(&running, "GET /pets HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
        begins(&well, "200 OK");
    }
}

/// Of what could be read as two requests, or as one with another body, nothing is taken for a second request.
#[tokio::test]
async fn nothing_is_smuggled() {
    let running = start(PETS, ServerSettings::default()).await;
    let smuggled = "GET /smuggled HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let length = smuggled.len() + 5;
    for lines in [
        format!("content-length: {length}\r\ntransfer-encoding: chunked"),
        format!("transfer-encoding: chunked\r\ncontent-length: {length}"),
        "transfer-encoding: chunked\r\ncontent-length: 0".to_owned(),
        format!("content-length: 5\r\ncontent-length: {length}"),
        "transfer-encoding: identity\r\ncontent-length: 5".to_owned(),
        "transfer-encoding: chunked, identity".to_owned(),
        "transfer-encoding: xchunked".to_owned(),
        "transfer-encoding : chunked".to_owned(),
        "transfer-encoding:\u{b}chunked".to_owned(),
        "content-length: 5, 5".to_owned(),
        "content-length: +5".to_owned(),
        format!("transfer-encoding:\r\n chunked\r\ncontent-length: {length}"),
        "content-length:\r\n 5".to_owned(),
        "transfer-encoding: chunked,".to_owned(),
        "transfer-encoding:\r\ncontent-length: 5".to_owned(),
    ] {
        let bytes = framed(&lines, &format!("0\r\n\r\n{smuggled}"));
        let answer = String::from_utf8_lossy(&sent(running.address, &bytes).await).into_owned();
        assert!(answer.matches("HTTP/1.1 ").count() <= 1, "{lines:?}: {answer}");
        assert!(!answer.contains("smuggled"), "{lines:?}: {answer}");
    }
}

/// RFC 9110, section 8.6, lets a recipient refuse a length that is said twice, or take it if it is the same: what follows
/// the body is the next request in either case, and never a part of this one.
#[tokio::test]
async fn a_length_said_twice_is_one_length() {
    let running = start(PETS, ServerSettings::default()).await;
    let body = "{\"name\":\"Rex\"}";
    let next = "GET /pets HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let json = "content-type: application/json\r\n";
    for (lines, statuses) in [
        ("content-length: 14", &["201", "200"][..]),
        ("content-length: 14\r\ncontent-length: 14", &["201", "200"]),
        ("content-length: 14\r\nContent-Length: 014", &["201", "200"]),
        ("content-length: 14, 14", &["400"]),
        ("content-length: 14\r\ncontent-length: 14, 14", &["400"]),
        ("content-length: 14\r\ncontent-length: 15", &["400"]),
        ("content-length: 0\r\ncontent-length: 14", &["400"]),
    ] {
        let bytes = framed(&format!("{json}{lines}"), &format!("{body}{next}"));
        let answer = String::from_utf8_lossy(&sent(running.address, &bytes).await).into_owned();
        let found: Vec<&str> = answer.split("HTTP/1.1 ").skip(1).map(|answer| &answer[..3]).collect();
        assert_eq!(found, statuses, "{lines:?}: {answer}");
    }
}

/// Chunks that end, begin or count in ways that others may read otherwise: what follows them is no second request.
#[tokio::test]
async fn nothing_is_smuggled_in_chunks() {
    let running = start(PETS, ServerSettings::default()).await;
    let long = format!("5;{}\r\nhello\r\n0\r\n\r\n", "x".repeat(1_000_000));
    for body in [
        "0\n\n",
        "5\nhello\r\n0\r\n\r\n",
        "5;a\nhello\r\n0\r\n\r\n",
        "5;a=\"\r\n\"\r\nhello\r\n0\r\n\r\n",
        "5\r\nhello0\r\n\r\n",
        "5\r\nhelloXX0\r\n\r\n",
        " 5\r\nhello\r\n0\r\n\r\n",
        "1_0\r\nhello\r\n0\r\n\r\n",
        "10000000000000005\r\nhello\r\n0\r\n\r\n",
        &long,
    ] {
        let smuggled = format!("{body}GET /smuggled HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        let answer = sent(running.address, &framed("transfer-encoding: chunked", &smuggled)).await;
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let shown = body.get(..30).unwrap_or(body);
        assert!(answer.matches("HTTP/1.1 ").count() <= 1, "{shown:?}: {answer}");
        // Who still sends when the connection is closed may not see why.
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400"), "{shown:?}: {answer}");
    }
}

/// Whoever stands in between may have taken another host than we would.
#[tokio::test]
async fn one_host_is_named() {
    let running = start(PETS, ServerSettings::default()).await;
    for (head, status) in [
        ("GET /pets HTTP/1.1\r\nhost: x", "200"),
        ("GET /pets HTTP/1.1\r\nhost:", "200"),
        ("GET http://y/pets HTTP/1.1\r\nhost: x", "200"),
        ("GET /pets HTTP/1.1", "400"),
        ("GET http://y/pets HTTP/1.1", "400"),
        ("GET /pets HTTP/1.1\r\nhost: x\r\nhost: x", "400"),
        ("GET /pets HTTP/1.1\r\nhost: x\r\nHost: y", "400"),
        ("GET /__mimeo/health HTTP/1.1", "400"),
    ] {
        begins(&exchange(&running, &format!("{head}\r\nconnection: close\r\n\r\n")).await, status);
    }
    let answer = String::from_utf8_lossy(&sent(running.address, b"GET /pets HTTP/1.0\r\n\r\n").await).into_owned();
    assert!(answer.starts_with("HTTP/1.0 200"), "{answer}");
}

/// A body in a million pieces is one body: its cost is that of its bytes, and the server goes on.
#[tokio::test(flavor = "multi_thread")]
async fn bodies_in_very_many_chunks() {
    let running = start(PETS, ServerSettings::default()).await;
    let head = "POST /pets HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n";
    let spaces = "1\r\n \r\n".repeat(200_000);
    let whole = format!("{head}e\r\n{{\"name\":\"Rex\"}}\r\n{spaces}0\r\n\r\n");
    begins(&exchange(&running, &whole).await, "201");
    // What a chunk says besides its length is bounded in all chunks together.
    let extended = format!("{head}{}", "1;abcdefgh\r\n \r\n".repeat(200_000));
    let answer = String::from_utf8_lossy(&sent(running.address, extended.as_bytes()).await).into_owned();
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400"), "{answer}");
    begins(&exchange(&running, "GET /pets HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await, "200 OK");
}
