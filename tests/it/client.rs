//! A small client for the tests that speak to a real server.

use std::{fmt::Write as _, net::SocketAddr};

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) text: String,
    /// The body as JSON; `null` if it is none.
    pub(crate) body: Value,
}

impl Answer {
    /// The text at a JSON pointer into the body.
    #[track_caller]
    pub(crate) fn at(&self, pointer: &str) -> &str {
        let value = self.body.pointer(pointer).and_then(Value::as_str);
        value.unwrap_or_else(|| panic!("no text at {pointer}: {self:?}"))
    }

    /// The value of a header field.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (field, value) = line.split_once(": ")?;
            field.eq_ignore_ascii_case(name).then_some(value)
        })
    }
}

/// Sends `METHOD /target` with header lines and a JSON body on a connection of its own.
pub(crate) async fn send(address: SocketAddr, request: &str, lines: &[(&str, &str)], body: Option<Value>) -> Answer {
    let body = body.map(|body| body.to_string()).unwrap_or_default();
    send_text(address, request, lines, "application/json", &body).await
}

/// Sends `METHOD /target` with header lines and a form on a connection of its own.
pub(crate) async fn send_form(address: SocketAddr, request: &str, lines: &[(&str, &str)], form: &str) -> Answer {
    send_text(address, request, lines, "application/x-www-form-urlencoded", form).await
}

async fn send_text(address: SocketAddr, request: &str, lines: &[(&str, &str)], media_type: &str, body: &str) -> Answer {
    let mut text = format!("{request} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
    for (name, value) in lines {
        let _ = write!(text, "{name}: {value}\r\n");
    }
    if !body.is_empty() {
        let _ = write!(text, "Content-Type: {media_type}\r\nContent-Length: {}\r\n", body.len());
    }
    text.push_str("\r\n");
    text.push_str(body);
    let mut socket = TcpStream::connect(address).await.unwrap();
    socket.write_all(text.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    socket.read_to_end(&mut bytes).await.unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer to {request}: {text:?}"));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap();
    let json = serde_json::from_str(body).unwrap_or(Value::Null);
    Answer { status, head: head.to_owned(), text: body.to_owned(), body: json }
}
