//! Any bytes as a request: a line `METHOD target`, lines `name: value`, an empty line, the body as it stands.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method};
use mimeo::message::Request;

/// Reads a request; `None` if the bytes begin with no method and target. Lines that are no header fields are left out.
///
/// As from a socket, a target is visible ASCII and starts with a slash.
pub fn request(bytes: &[u8]) -> Option<Request> {
    let (line, mut rest) = line(bytes);
    let (method, target) = std::str::from_utf8(line).ok()?.split_once(' ')?;
    if !target.starts_with('/') || !target.bytes().all(|byte| byte.is_ascii_graphic()) {
        return None;
    }
    let mut request = Request::new(Method::from_bytes(method.as_bytes()).ok()?, target);
    loop {
        let (line, after) = self::line(rest);
        rest = after;
        if line.is_empty() {
            break;
        }
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
        let name = HeaderName::from_bytes(&line[..colon]);
        let value = HeaderValue::from_bytes(line[colon + 1..].trim_ascii());
        if let (Ok(name), Ok(value)) = (name, value) {
            request.headers.append(name, value);
        }
    }
    request.body = Bytes::copy_from_slice(rest);
    Some(request)
}

/// The first line, without its end, and what follows it.
fn line(bytes: &[u8]) -> (&[u8], &[u8]) {
    match bytes.iter().position(|byte| *byte == b'\n') {
        Some(end) => (&bytes[..end], &bytes[end + 1..]),
        None => (bytes, &[]),
    }
}
