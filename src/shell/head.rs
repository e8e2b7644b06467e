//! What is wrong with the request line of a head that is refused.
//!
//! The HTTP library answers 431 to a head that is too large. RFC 9110, section 15.5.15, has 414 for a target that is too
//! long, which is what a client can do something about. A target with characters that no URL has gets a bare 400 from it;
//! RFC 9112, section 3.2, asks for that rather than to guess what was meant, but it can be said which character it is.

use bytes::Bytes;
use http::StatusCode;

use super::intake::refuse;
use crate::limit;

/// How an answer begins that is only on the way to another one.
const INFORMATIONAL: &[u8] = b"HTTP/1.1 1";

/// How the library's refusals of a head begin.
const TOO_LARGE: &[u8] = b"HTTP/1.1 431 ";
const UNREADABLE: &[u8] = b"HTTP/1.1 400 ";

/// The field that every answer of an API has; a described 431 is one of those.
const ANSWERED: &[u8] = b"mimeo-origin";

/// The first line of the request that is being read.
#[derive(Debug, Default)]
pub(super) struct FirstLine {
    bytes: usize,
    is_whole: bool,
    spaces: usize,
    in_query: bool,
    /// The first character that a target cannot have.
    stray: Option<char>,
}

impl FirstLine {
    /// Takes note of what was read.
    pub(super) fn read(&mut self, bytes: &[u8]) {
        if self.is_whole {
            return;
        }
        let end = bytes.iter().position(|byte| *byte == b'\n');
        self.is_whole = end.is_some();
        let line = &bytes[..end.unwrap_or(bytes.len())];
        self.bytes = self.bytes.saturating_add(line.len());
        for byte in line {
            match byte {
                b'?' => self.in_query = true,
                b' ' => self.spaces += 1,
                // The library takes quotes in a path, but not in a query.
                b'<' | b'>' => self.stray = self.stray.or(Some(char::from(*byte))),
                b'"' if self.in_query => self.stray = self.stray.or(Some('"')),
                _ => (),
            }
        }
    }

    /// Takes note of what is about to be sent: what is read from then on belongs to another request. Says what is to
    /// be sent instead if that is a refusal of a head for what its request line is.
    pub(super) fn send(&mut self, bytes: &[u8]) -> Option<Bytes> {
        // What comes after `100 Continue` is the body of the same request.
        if bytes.starts_with(INFORMATIONAL) {
            return None;
        }
        let Self { bytes: length, spaces, stray, .. } = std::mem::take(self);
        let is_refusal = |start| bytes.starts_with(start) && !bytes.windows(ANSWERED.len()).any(|it| it == ANSWERED);
        // One space before the target, one after it.
        match stray.or_else(|| (spaces > 2).then_some(' ')) {
            Some(stray) if is_refusal(UNREADABLE) => Some(unreadable(stray)),
            _ => (length > limit::HEADER_BYTES_MAX / 2 && is_refusal(TOO_LARGE)).then(too_long),
        }
    }
}

fn unreadable(stray: char) -> Bytes {
    let detail = format!("It has the character `{stray}`, which must be written as `%{:02X}`.", u32::from(stray));
    let refusal = refuse(StatusCode::BAD_REQUEST, "The URL cannot be read", &detail);
    last_words("400 Bad Request", &refusal.body)
}

fn too_long() -> Bytes {
    let detail = format!(
        "Request line and header fields may have {} bytes together, and the request line has most of them.",
        limit::HEADER_BYTES_MAX
    );
    let refusal = refuse(StatusCode::URI_TOO_LONG, "The URL is too long", &detail);
    last_words("414 URI Too Long", &refusal.body)
}

/// A whole answer with a problem, after which the connection ends.
fn last_words(status: &str, problem: &[u8]) -> Bytes {
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/problem+json\r\ncontent-length: {}\r\nconnection: \
         close\r\n\r\n",
        problem.len()
    );
    [head.as_bytes(), problem].concat().into()
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

    #[test]
    fn what_no_url_has_is_named() {
        const REFUSAL: &[u8] = b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n";
        let said = |line: &str, sent: &[u8]| {
            let mut first = FirstLine::default();
            first.read(line.as_bytes());
            first.send(sent).map(|answer| String::from_utf8(answer.to_vec()).unwrap())
        };
        for (line, stray) in [
            ("GET /?where={\"a\":1} HTTP/1.1\r\n", "`\\\"`, which must be written as `%22`"),
            ("GET /<a> HTTP/1.1\r\n", "`<`, which must be written as `%3C`"),
            ("GET /a b HTTP/1.1\r\n", "` `, which must be written as `%20`"),
        ] {
            let answer = said(line, REFUSAL).unwrap();
            assert!(answer.starts_with("HTTP/1.1 400 Bad Request\r\n") && answer.contains(stray), "{answer}");
            assert_eq!(said(line, b"HTTP/1.1 400 Bad Request\r\nmimeo-origin: mimeo\r\n\r\n"), None);
        }
        // A body that is waited for is no request line.
        let mut first = FirstLine::default();
        first.read(b"PUT / HTTP/1.1\r\nexpect: 100-continue\r\n\r\n");
        assert_eq!(first.send(b"HTTP/1.1 100 Continue\r\n\r\n"), None);
        first.read(b"{\"a\": 1, \"b\": 2, \"c\": <>");
        assert_eq!(first.send(REFUSAL), None);
        for line in ["GET /a\"b HTTP/1.1\r\n", "GET / HTTP/1.1\r\nx: <\"> a b\r\n"] {
            assert_eq!(said(line, REFUSAL), None);
        }
    }
}
