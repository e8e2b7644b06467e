//! Which part of a head is too large: its request line or its header fields.
//!
//! The HTTP library answers 431 to both. RFC 9110, section 15.5.15, has 414 for a target that is too long, which is
//! what a client can do something about.

use bytes::Bytes;
use http::StatusCode;

use super::intake::refuse;
use crate::limit;

/// How the library's refusal of a head begins.
const TOO_LARGE: &[u8] = b"HTTP/1.1 431 ";

/// The field that every answer to a request that was read has; a described 431 is one of those.
const ANSWERED: &[u8] = b"mimeo-origin";

/// The first line of the request that is being read.
#[derive(Debug, Default)]
pub(super) struct FirstLine {
    bytes: usize,
    is_whole: bool,
}

impl FirstLine {
    /// Takes note of what was read.
    pub(super) fn read(&mut self, bytes: &[u8]) {
        if self.is_whole {
            return;
        }
        let end = bytes.iter().position(|byte| *byte == b'\n');
        self.is_whole = end.is_some();
        self.bytes = self.bytes.saturating_add(end.unwrap_or(bytes.len()));
    }

    /// Takes note of what is about to be sent: what is read from then on belongs to another request. Says what is to
    /// be sent instead if that is a refusal of a head whose larger part is the request line.
    pub(super) fn send(&mut self, bytes: &[u8]) -> Option<Bytes> {
        let Self { bytes: length, .. } = std::mem::take(self);
        let is_refusal = bytes.starts_with(TOO_LARGE) && !bytes.windows(ANSWERED.len()).any(|it| it == ANSWERED);
        (is_refusal && length > limit::HEADER_BYTES_MAX / 2).then(too_long)
    }
}

fn too_long() -> Bytes {
    let detail = format!(
        "Request line and header fields may have {} bytes together, and the request line has most of them.",
        limit::HEADER_BYTES_MAX
    );
    let refusal = refuse(StatusCode::URI_TOO_LONG, "The URL is too long", &detail);
    let head = format!(
        "HTTP/1.1 414 URI Too Long\r\ncontent-type: application/problem+json\r\ncontent-length: {}\r\n\
         connection: close\r\n\r\n",
        refusal.body.len()
    );
    [head.as_bytes(), &refusal.body].concat().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const REFUSAL: &[u8] = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\n\r\n";

    /// `read` came in pieces, then `sent` is about to go out.
    #[track_caller]
    fn check(read: &[&str], sent: &[u8], is_replaced: bool) {
        let mut line = FirstLine::default();
        for piece in read {
            line.read(piece.as_bytes());
        }
        assert_eq!(line.send(sent).is_some(), is_replaced);
        assert_eq!(line.send(sent), None, "nothing was read since");
    }

    #[test]
    fn the_larger_part_is_named() {
        let long = "x".repeat(limit::HEADER_BYTES_MAX / 2);
        check(&["GET /", &long], REFUSAL, true);
        check(&["GET /", &long, &long, " HTTP/1.1\r\n", "a: b\r\n"], REFUSAL, true);
        check(&["GET /", " HTTP/1.1\r\na: ", &long, &long], REFUSAL, false);
        check(&["GET / HTTP/1.1\r\na: ", &long, &long], REFUSAL, false);
        check(&["GET /", &long], b"HTTP/1.1 200 OK\r\n\r\n", false);
        check(&["GET /", &long], b"HTTP/1.1 431 X\r\nmimeo-origin: example\r\n\r\n", false);
        check(&[], REFUSAL, false);
    }
}
