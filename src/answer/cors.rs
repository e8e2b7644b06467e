//! Cross-origin requests, as Prism allows them: everything, from everywhere.
//!
//! Source: Fetch standard, section 3.3 (HTTP-CORS protocol).

use http::{HeaderName, HeaderValue, Method, StatusCode, header};

use crate::message::{Request, Response};

/// The methods that a preflight is told about where it asks for none in particular.
const METHODS: &str = "GET,DELETE,HEAD,PATCH,POST,PUT,OPTIONS";

/// True for the question that a browser asks before it sends a request to another origin.
pub(crate) fn is_preflight(request: &Request) -> bool {
    asks_leave(&request.method, |name| request.headers.contains_key(name))
}

/// The same of a request of which is known whether it has a header field.
pub(crate) fn asks_leave(method: &Method, has: impl Fn(&HeaderName) -> bool) -> bool {
    *method == Method::OPTIONS && has(&header::ORIGIN) && has(&header::ACCESS_CONTROL_REQUEST_METHOD)
}

/// The answer to a preflight. It has a `Content-Length`, which Safari waits for.
#[inline(never)]
pub(crate) fn preflight(request: &Request) -> Response {
    let mut reply = Response::new(StatusCode::NO_CONTENT);
    allow(&mut reply, request);
    let asked = request.headers.get(header::ACCESS_CONTROL_REQUEST_METHOD);
    reply
        .headers
        .insert(header::ACCESS_CONTROL_ALLOW_METHODS, asked.cloned().unwrap_or(HeaderValue::from_static(METHODS)));
    reply.headers.insert(header::VARY, HeaderValue::from_static("Origin"));
    reply.headers.insert(header::CONTENT_LENGTH, HeaderValue::from_static("0"));
    reply
}

/// Adds the header fields that let the page that asks read an answer.
pub(crate) fn allow(reply: &mut Response, request: &Request) {
    allow_any(reply);
    allow_asking(reply, request);
}

/// Adds the header fields that let a page of any origin read an answer.
pub(crate) fn allow_any(reply: &mut Response) {
    let headers = &mut reply.headers;
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("*"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("*"));
}

/// Names the page that asks, in an answer that is for any: with credentials, browsers want it by name. No page asks
/// without saying who it is.
pub(crate) fn allow_asking(reply: &mut Response, request: &Request) {
    let Some(origin) = request.field(&header::ORIGIN) else { return };
    reply.headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    if let Some(asked) = request.field(&header::ACCESS_CONTROL_REQUEST_HEADERS) {
        reply.headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, asked.clone());
    }
}
