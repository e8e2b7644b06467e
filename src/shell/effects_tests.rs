//! Through real sockets: what a client sees of each effect.

use std::{convert::Infallible, io, net::SocketAddr, sync::Arc};

use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::{Instant, timeout},
};

use super::*;
use crate::shell::fate::Fated;

const GET: &str = "GET / HTTP/1.1\r\nhost: x\r\n\r\n";
const GET_AND_CLOSE: &str = "GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";

/// A server whose every answer is `hello world`, with these effects; and what tells it to stop.
async fn start(effects: Vec<Effect>) -> (SocketAddr, watch::Sender<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = watch::channel(());
    let effects = Arc::new(effects);
    tokio::spawn(async move {
        loop {
            let (socket, _) = listener.accept().await.unwrap();
            let line = Line { fate: Fate::default(), stop: stopped.clone() };
            let fated = Fated::new(socket, line.fate.clone(), |socket: &TcpStream| {
                let _ = socket.set_zero_linger();
            });
            let effects = Arc::clone(&effects);
            let service = service_fn(move |_| {
                let (effects, line) = (Arc::clone(&effects), line.clone());
                async move {
                    let response = Response::new(StatusCode::CREATED).with_body("text/plain", "hello world");
                    Ok::<_, Infallible>(perform(&effects, response, &line).await)
                }
            });
            tokio::spawn(http1::Builder::new().half_close(true).serve_connection(TokioIo::new(fated), service));
        }
    });
    (address, stop)
}

/// Sends a request; all that comes until the connection ends, how it ended, and after how long.
async fn asked(address: SocketAddr, request: &str) -> (Vec<u8>, io::Result<()>, Duration) {
    let mut socket = TcpStream::connect(address).await.unwrap();
    let begun = Instant::now();
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let ended = timeout(Duration::from_secs(20), socket.read_to_end(&mut answer)).await.expect("an end");
    (answer, ended.map(drop), begun.elapsed())
}

async fn faulty(fault: Fault, request: &str) -> (Vec<u8>, io::Result<()>) {
    let (address, _stop) = start(vec![Effect::Fault(fault)]).await;
    let (answer, ended, _) = asked(address, request).await;
    (answer, ended)
}

/// Every kind of request that a fault must end: none of them asks for the end of the connection.
const REQUESTS: [&str; 4] = [
    GET,
    "HEAD / HTTP/1.1\r\nhost: x\r\n\r\n",
    "GET / HTTP/1.0\r\nconnection: keep-alive\r\n\r\n",
    "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n",
];

#[tokio::test]
async fn a_reset_is_a_reset() {
    for request in REQUESTS {
        let (answer, ended) = faulty(Fault::ConnectionResetByPeer, request).await;
        assert_eq!(answer, b"");
        assert_eq!(ended.unwrap_err().kind(), io::ErrorKind::ConnectionReset);
    }
}

#[tokio::test]
async fn an_empty_answer_is_an_end_without_a_byte() {
    for request in REQUESTS {
        let (answer, ended) = faulty(Fault::EmptyResponse, request).await;
        assert_eq!(answer, b"");
        ended.unwrap();
    }
}

#[tokio::test]
async fn garbage_is_no_http() {
    for request in REQUESTS {
        let (answer, ended) = faulty(Fault::RandomDataThenClose, request).await;
        assert_eq!(answer, GARBAGE);
        assert!(!answer.starts_with(b"HTTP/"));
        ended.unwrap();
    }
}

#[tokio::test]
async fn a_malformed_chunk_comes_after_a_head() {
    for request in REQUESTS {
        let (answer, ended) = faulty(Fault::MalformedResponseChunk, request).await;
        let split = answer.windows(4).position(|window| window == b"\r\n\r\n").expect("a head") + 4;
        let head = String::from_utf8(answer[..split].to_vec()).unwrap();
        let fields: Vec<&str> = head.lines().collect();
        assert_eq!(fields[0], "HTTP/1.1 200 OK");
        assert!(fields.contains(&"transfer-encoding: chunked"), "{head}");
        assert!(fields.contains(&"content-type: text/plain"), "{head}");
        assert!(!head.contains("content-length"), "{head}");
        let chunk = &answer[split..];
        // A chunk begins with its length in hexadecimal digits.
        assert!(!chunk.is_empty() && !chunk[0].is_ascii_hexdigit());
        ended.unwrap();
    }
}

#[tokio::test]
async fn an_answer_is_held_back() {
    let (address, _stop) = start(vec![Effect::Delay { ms: 150 }, Effect::Delay { ms: 150 }]).await;
    for request in [GET_AND_CLOSE, "GET / HTTP/1.0\r\n\r\n"] {
        let (answer, ended, took) = asked(address, request).await;
        assert!(answer.ends_with(b"hello world"));
        ended.unwrap();
        assert!(took >= Duration::from_millis(300), "{took:?}");
    }
}

#[tokio::test]
async fn a_delay_comes_before_a_fault() {
    let (address, _stop) = start(vec![Effect::Delay { ms: 150 }, Effect::Fault(Fault::EmptyResponse)]).await;
    let (answer, _, took) = asked(address, GET).await;
    assert_eq!(answer, b"");
    assert!(took >= Duration::from_millis(150), "{took:?}");
}

#[tokio::test]
async fn a_body_comes_in_pieces() {
    let (address, _stop) = start(vec![Effect::Dribble { chunks: 3, over_ms: 300 }]).await;
    let mut socket = TcpStream::connect(address).await.unwrap();
    socket.write_all(GET_AND_CLOSE.as_bytes()).await.unwrap();
    let begun = Instant::now();
    let (mut answer, mut reads) = (Vec::new(), 0);
    while socket.read_buf(&mut answer).await.unwrap() > 0 {
        reads += 1;
    }
    let text = String::from_utf8(answer).unwrap();
    assert!(text.starts_with("HTTP/1.1 201 Created\r\n") && text.ends_with("\r\n\r\nhello world"), "{text}");
    assert!(text.contains("content-length: 11\r\n"), "{text}");
    assert!(begun.elapsed() >= Duration::from_millis(300), "{:?}", begun.elapsed());
    assert!(reads > 1, "it came at once");
    let (answer, _, _) = asked(address, "HEAD / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
    assert!(answer.ends_with(b"\r\n\r\n"));
    let (answer, _, _) = asked(address, "GET / HTTP/1.0\r\n\r\n").await;
    assert!(answer.ends_with(b"hello world"));
}

#[tokio::test]
async fn pieces_are_even_and_on_time() {
    tokio::time::pause();
    let (_stop, stopped) = watch::channel(());
    let mut body = Dribble::new(Bytes::from_static(b"hello world"), 4, Duration::from_secs(40), stopped);
    let begun = Instant::now();
    let mut pieces = Vec::new();
    while let Some(frame) = std::future::poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        let piece = frame.unwrap().into_data().unwrap();
        pieces.push((begun.elapsed().as_secs(), String::from_utf8(piece.to_vec()).unwrap()));
    }
    let expected = [(10, "hel"), (20, "lo "), (30, "wor"), (40, "ld")];
    assert_eq!(pieces, expected.map(|(at, piece)| (at, piece.to_owned())));
}

#[tokio::test]
async fn the_stop_ends_all_waiting() {
    for effect in [Effect::Delay { ms: 3_600_000 }, Effect::Dribble { chunks: 5, over_ms: 3_600_000 }] {
        let (address, stop) = start(vec![effect]).await;
        let asking = tokio::spawn(asked(address, GET_AND_CLOSE));
        sleep(Duration::from_millis(100)).await;
        assert!(!asking.is_finished());
        stop.send_replace(());
        let (answer, ended, _) = asking.await.unwrap();
        assert!(answer.ends_with(b"hello world"));
        ended.unwrap();
    }
}
