use std::{
    fmt::Write as _,
    time::{Duration, Instant},
};

use mimeo::shell::ServerSettings;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    time::timeout,
};

use crate::sockets::{PETS, begins, exchange, start};

const ASK: &str = "GET /pets HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
/// The time that the server under test leaves its clients.
const SHORT: Duration = Duration::from_millis(300);
/// Far below the server's own times, far above [`SHORT`]: whoever reaches it waited for something that never came.
const LONG: Duration = Duration::from_secs(8);

fn impatient() -> ServerSettings {
    ServerSettings {
        header_read_timeout: SHORT,
        body_read_timeout: SHORT,
        write_timeout: SHORT,
        ..ServerSettings::default()
    }
}

/// Everything until the server closes the connection.
async fn rest(socket: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    let _ = timeout(LONG, socket.read_to_end(&mut answer)).await.expect("the server closes the connection");
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_headers_are_cut_off() {
    let running = start(PETS, impatient()).await;
    let mut silent = TcpStream::connect(running.address).await.unwrap();
    let mut slow = TcpStream::connect(running.address).await.unwrap();
    slow.write_all(b"GET /pets HTTP/1.1\r\nhost: x\r\n").await.unwrap();
    let (mut read, mut write) = slow.into_split();
    let drip = tokio::spawn(async move {
        // One header line after the other must not buy more time.
        while write.write_all(b"x: y\r\n").await.is_ok() {
            tokio::time::sleep(SHORT / 10).await;
        }
    });
    begins(&exchange(&running, ASK).await, "200 OK");
    let mut answer = Vec::new();
    let _ = timeout(LONG, read.read_to_end(&mut answer)).await.expect("the slow connection is closed");
    assert!(!answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));
    timeout(LONG, drip).await.expect("the connection is gone").unwrap();
    assert_eq!(rest(&mut silent).await, "", "a client that says nothing gets nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_body_is_refused() {
    let running = start(PETS, impatient()).await;
    let head = "POST /pets HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n";
    for (framing, byte) in [("content-length: 1000\r\n\r\n", " "), ("transfer-encoding: chunked\r\n\r\n", "1\r\n \r\n")]
    {
        let mut socket = TcpStream::connect(running.address).await.unwrap();
        socket.write_all(format!("{head}{framing}").as_bytes()).await.unwrap();
        let (mut read, mut write) = socket.into_split();
        let drip = tokio::spawn(async move {
            while write.write_all(byte.as_bytes()).await.is_ok() {
                tokio::time::sleep(SHORT / 10).await;
            }
        });
        begins(&exchange(&running, ASK).await, "200 OK");
        let mut answer = Vec::new();
        let _ = timeout(LONG, read.read_to_end(&mut answer)).await.expect("the slow connection is closed");
        let answer = String::from_utf8_lossy(&answer).into_owned();
        begins(&answer, "408 Request Timeout");
        assert!(answer.contains("connection: close") && answer.contains("within 0.3 s"), "{answer}");
        timeout(LONG, drip).await.expect("the connection is gone").unwrap();
    }
}

/// An answer of 8 MiB to a client that never reads it: its connection ends, although the client does nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_does_not_read_is_cut_off() {
    let large = PETS.replace("[Rex]", &format!("[{}]", "x".repeat(8 * 1024 * 1024)));
    let running = start(&large, impatient()).await;
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let mut socket = socket.connect(running.address).await.unwrap();
    socket.write_all(ASK.as_bytes()).await.unwrap();

    let begun = Instant::now();
    while begun.elapsed() < LONG {
        // The server has given up when it resets the connection: writing to it fails.
        if socket.write_all(b"x").await.is_err() {
            break;
        }
        tokio::time::sleep(SHORT / 10).await;
    }
    assert!(begun.elapsed() < LONG, "the connection is still held");
    assert!(begun.elapsed() > SHORT, "a client may pause");
    let answer = exchange(&running, ASK).await;
    begins(&answer, "200 OK");
    assert!(answer.len() > 8 * 1024 * 1024, "{} bytes", answer.len());
}

/// A client that sends all of a body that is too large before it reads must still see the refusal.
#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_reaches_a_client_that_is_still_sending() {
    let running = start(PETS, ServerSettings { body_bytes_max: 1000, ..ServerSettings::default() }).await;
    let body = vec![b' '; 20 * 1024 * 1024];
    let head = "POST /pets HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n";
    for chunked in [false, true] {
        let mut socket = TcpStream::connect(running.address).await.unwrap();
        let framing = if chunked {
            format!("transfer-encoding: chunked\r\n\r\n{:x}\r\n", body.len())
        } else {
            format!("content-length: {}\r\n\r\n", body.len())
        };
        socket.write_all(format!("{head}{framing}").as_bytes()).await.unwrap();
        socket.write_all(&body).await.expect("the server takes in what it refuses");
        if chunked {
            socket.write_all(b"\r\n0\r\n\r\n").await.unwrap();
        }
        begins(&rest(&mut socket).await, "413 Payload Too Large");
    }
}

/// A client that asks first gets the answer without sending its body.
#[tokio::test]
async fn a_large_body_is_refused_before_it_is_sent() {
    let running = start(PETS, ServerSettings { body_bytes_max: 1000, ..ServerSettings::default() }).await;
    let mut socket = TcpStream::connect(running.address).await.unwrap();
    let head = "POST /pets HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 1001\r\n\r\n";
    socket.write_all(head.as_bytes()).await.unwrap();
    begins(&rest(&mut socket).await, "413 Payload Too Large");
}

/// Bodies that are allowed one by one may be too large together; what a client only announces takes no room.
#[tokio::test(flavor = "multi_thread")]
async fn bodies_have_a_bound_together() {
    let settings = ServerSettings { body_bytes_max: 1000, bodies_bytes_max: 1500, ..ServerSettings::default() };
    let running = start(PETS, settings).await;
    let head = "POST /pets HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n";
    let body = format!("{:<900}", "{\"name\":\"Rex\"}");
    let whole = format!("{head}content-length: 900\r\n\r\n{body}");
    let mut announcing = TcpStream::connect(running.address).await.unwrap();
    announcing.write_all(format!("{head}content-length: 1000\r\n\r\n").as_bytes()).await.unwrap();
    begins(&exchange(&running, &whole).await, "201");

    announcing.write_all(body.as_bytes()).await.unwrap();
    let refused = async {
        loop {
            let answer = exchange(&running, &whole).await;
            if !answer.starts_with("HTTP/1.1 201") {
                return answer;
            }
        }
    };
    let answer = timeout(LONG, refused).await.expect("the bytes that were sent are counted");
    begins(&answer, "503 Service Unavailable");
    assert!(answer.contains("retry-after: 1\r\n") && answer.contains("no room"), "{answer}");
    begins(&exchange(&running, ASK).await, "200 OK");
    let small = format!("{head}content-length: 14\r\n\r\n{}", body.trim_end());
    begins(&exchange(&running, &small).await, "201");

    announcing.write_all(&[b' '; 100]).await.unwrap();
    begins(&rest(&mut announcing).await, "201");
    begins(&exchange(&running, &whole).await, "201");
}

#[tokio::test(flavor = "multi_thread")]
async fn idle_connections_do_not_hold_up_others() {
    let running = start(PETS, ServerSettings::default()).await;
    let mut idle = Vec::new();
    for number in 0..2000 {
        let mut socket = TcpStream::connect(running.address).await.unwrap();
        if number % 2 == 0 {
            socket.write_all(b"GET /pets HTTP/1.1\r\n").await.unwrap();
        }
        idle.push(socket);
    }
    for _ in 0..20 {
        let answer = timeout(Duration::from_secs(2), exchange(&running, ASK)).await.expect("an answer in time");
        begins(&answer, "200 OK");
    }
    // They were connections all the while: one of them asks now.
    let socket = idle.first_mut().unwrap();
    socket.write_all(b"host: x\r\nconnection: close\r\n\r\n").await.unwrap();
    begins(&rest(socket).await, "200 OK");
    running.stop.send(()).unwrap();
    drop(idle);
    assert!(running.ended.await.unwrap(), "all requests ended in time");
}

#[tokio::test]
async fn pipelined_requests_are_answered_in_order() {
    let running = start(PETS, ServerSettings::default()).await;
    let body = r#"{"name":"Rex"}"#;
    let mut text = String::new();
    for _ in 0..50 {
        text.push_str("GET /pets HTTP/1.1\r\nhost: x\r\n\r\n");
        let _ = write!(
            text,
            "POST /pets HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
    }
    text.push_str("GET /none HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    let answer = exchange(&running, &text).await;
    let statuses: Vec<&str> =
        answer.match_indices("HTTP/1.1 ").filter_map(|(at, _)| answer.get(at + 9..at + 12)).collect();
    let expected: Vec<&str> = std::iter::repeat_n(["200", "201"], 50).flatten().chain(["404"]).collect();
    assert_eq!(statuses, expected);
}
