//! What is wrong with the request line of a head that is refused.
//!
//! The HTTP library answers 431 to a head that is too large. RFC 9110, section 15.5.15, has 414 for a target that is too
//! long, which is what a client can do something about. A target with characters that no URL has gets a bare 400 from it;
//! RFC 9112, section 3.2, asks for that rather than to guess what was meant, but it can be said which character it is. The
//! same holds for a line that has other parts than three, and for what is no HTTP at all, but the beginning of TLS.

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

/// How a client begins to speak TLS: a record of a handshake, of version 3.
const HANDSHAKE: [u8; 2] = [0x16, 0x03];

/// Parts of a request line: the method, the target, the version.
const PARTS: usize = 3;

/// Bytes of a request line that are kept, in which a fault is looked for: as many as a head may have. They are given back
/// when the request is answered.
const KEPT_BYTES_MAX: usize = limit::HEADER_BYTES_MAX;
/// Bytes of the line that a connection keeps room for between requests.
const ROOM_BYTES: usize = 1024;

/// The first line of the request that is being read.
#[derive(Debug, Default)]
pub(super) struct FirstLine {
    /// Its beginning.
    kept: Vec<u8>,
    bytes: usize,
    is_whole: bool,
}

impl FirstLine {
    /// Takes note of what was read.
    pub(super) fn read(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while !self.is_whole && !rest.is_empty() {
            let end = rest.iter().position(|byte| *byte == b'\n');
            let line = &rest[..end.unwrap_or(rest.len())];
            let room = KEPT_BYTES_MAX - self.kept.len();
            self.kept.extend_from_slice(&line[..line.len().min(room)]);
            self.bytes = self.bytes.saturating_add(line.len());
            let Some(end) = end else { return };
            rest = &rest[end + 1..];
            // Empty lines may come before it.
            if matches!(self.kept.as_slice(), b"" | b"\r") {
                self.clear();
            } else {
                self.is_whole = true;
            }
        }
    }

    fn clear(&mut self) {
        self.kept.clear();
        self.kept.shrink_to(ROOM_BYTES);
        (self.bytes, self.is_whole) = (0, false);
    }

    /// Takes note of what is about to be sent: what is read from then on belongs to another request. Says what is to
    /// be sent instead if that is a refusal of a head for what its request line is.
    pub(super) fn send(&mut self, bytes: &[u8]) -> Option<Bytes> {
        // What comes after `100 Continue` is the body of the same request.
        if bytes.starts_with(INFORMATIONAL) {
            return None;
        }
        let is_refusal = |start| bytes.starts_with(start) && !bytes.windows(ANSWERED.len()).any(|it| it == ANSWERED);
        let instead = if is_refusal(UNREADABLE) {
            self.fault()
        } else {
            (self.bytes > limit::HEADER_BYTES_MAX / 2 && is_refusal(TOO_LARGE)).then(too_long)
        };
        self.clear();
        instead
    }

    /// What is wrong with a line that cannot be read, if it can be said.
    fn fault(&self) -> Option<Bytes> {
        if self.kept.starts_with(&HANDSHAKE) {
            return Some(not_http());
        }
        let line = self.kept.strip_suffix(b"\r").unwrap_or(&self.kept);
        let between: Vec<&[u8]> = line.split(|byte| *byte == b' ').collect();
        let parts = between.iter().filter(|part| !part.is_empty()).count();
        // A target with a space in it looks like two parts.
        match stray(line).or_else(|| (parts > PARTS).then_some(' ')) {
            Some(stray) => Some(unreadable(stray)),
            None if parts > 0 && between.len() > parts => Some(astray("Here are more spaces than that.")),
            None if self.is_whole && parts < PARTS && !line.is_empty() && self.kept.len() < KEPT_BYTES_MAX => {
                Some(astray("Here a part is missing."))
            }
            None => None,
        }
    }
}

/// The first character that a target cannot have. The library takes quotes in a path, but not in a query.
fn stray(line: &[u8]) -> Option<char> {
    let query = line.iter().position(|byte| *byte == b'?').unwrap_or(line.len());
    let mut bytes = line.iter().enumerate();
    let found = bytes.find(|(at, byte)| matches!(byte, b'<' | b'>') || **byte == b'"' && *at > query);
    found.map(|(_, byte)| char::from(*byte))
}

fn not_http() -> Bytes {
    let detail =
        "What was sent looks like TLS. Mimeo speaks plain HTTP here: use `http://` in the place of `https://`.";
    let refusal = refuse(StatusCode::BAD_REQUEST, "This is no HTTP", detail);
    last_words("400 Bad Request", &refusal.body)
}

fn astray(what: &str) -> Bytes {
    let detail = format!(
        "It has a method, a URL and a version, with one space between each two of them, as in `GET /pets HTTP/1.1`. {what}"
    );
    let refusal = refuse(StatusCode::BAD_REQUEST, "The request line cannot be read", &detail);
    last_words("400 Bad Request", &refusal.body)
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

    const UNREAD: &[u8] = b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n";

    #[test]
    fn what_is_no_request_line_is_said() {
        #[track_caller]
        fn check(pieces: &[&[u8]], expected: &str) {
            let mut first = FirstLine::default();
            for piece in pieces {
                first.read(piece);
            }
            let answer = first.send(UNREAD).map(|answer| String::from_utf8(answer.to_vec()).unwrap()).unwrap();
            assert!(answer.starts_with("HTTP/1.1 400 Bad Request\r\n") && answer.contains(expected), "{answer}");
        }
        let spaces = "Here are more spaces than that.";
        check(&[b"GET  / HTTP/1.1\r\nhost: a\r\n\r\n"], spaces);
        check(&[b"GET /", b"  HTTP/1.1\r\n"], spaces);
        check(&[b" GET / HTTP/1.1\r\n"], spaces);
        check(&[b"GET / \r\n"], spaces);
        check(&[b"\r\nGET /\r\n"], "Here a part is missing.");
        // a space in the URL, not around it
        check(&[b"GET /a  b HTTP/1.1\r\n"], "must be written as `%20`");
        let hello = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 < ?\" \n\x00";
        check(&[hello], "use `http://` in the place of `https://`");
        check(&[&hello[..1], &hello[1..]], "looks like TLS");
        // as the second request of a connection, or within a line, they are nothing special
        let mut first = FirstLine::default();
        first.read(b"GET /\x16\x03 HTTP/1.1\r\n");
        assert_eq!(first.send(UNREAD), None);
    }

    #[test]
    fn what_no_url_has_is_named() {
        const REFUSAL: &[u8] = UNREAD;
        let said = |line: &str, sent: &[u8]| {
            let mut first = FirstLine::default();
            first.read(line.as_bytes());
            first.send(sent).map(|answer| String::from_utf8(answer.to_vec()).unwrap())
        };
        for (line, stray) in [
            ("GET /?where={\"a\":1} HTTP/1.1\r\n", "`\\\"`, which must be written as `%22`"),
            ("GET /<a> HTTP/1.1\r\n", "`<`, which must be written as `%3C`"),
            ("GET /a b HTTP/1.1\r\n", "` `, which must be written as `%20`"),
            (&format!("GET /?a={}&b=<c> HTTP/1.1\r\n", "x".repeat(20_000)), "`<`, which must be written as `%3C`"),
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
        for line in ["GET /a\"b HTTP/1.1\r\n", "GET / HTTP/1.1\r\nx: <\"> a b\r\n", "\r\nGET / HTTP/1.1\r\n\r\n"] {
            assert_eq!(said(line, REFUSAL), None);
        }
    }
}
