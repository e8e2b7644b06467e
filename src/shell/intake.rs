//! Taking a request in whole, or refusing it before any description is asked.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, Version, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::{
    Request as HttpRequest,
    body::{Body, Incoming},
};
use tokio::time::timeout;

use super::alarm::Alarm;
use crate::{
    limit,
    message::{Request, Response},
};

/// The refusal of a request that does not say for which host it is, or says so twice: RFC 9112, section 3.2, asks for
/// it, since a proxy in between may have taken the other one.
pub(super) fn misaddressed<B>(request: &HttpRequest<B>) -> Option<Response> {
    let hosts = request.headers().get_all(header::HOST).iter().count();
    if hosts == 1 || (hosts == 0 && request.version() < Version::HTTP_11) {
        return None;
    }
    let detail = format!("A request of HTTP/1.1 has one header field `Host`; this one has {hosts}.");
    Some(refuse(StatusCode::BAD_REQUEST, "The host is not clear", &detail))
}

/// Bounds of a request's body.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// Its bytes.
    pub(super) bytes_max: usize,
    /// Time for the client to send it.
    pub(super) timeout: Duration,
    /// What to do about a body that is too large.
    pub(super) advice: &'static str,
}

/// Reads a request whole, or says why not. `alarm` is for the time that its body takes.
pub(super) async fn read(request: HttpRequest<Incoming>, bounds: Bounds, alarm: &Alarm) -> Result<Request, Response> {
    let (head, body) = request.into_parts();
    let body = read_body(&head.headers, body, bounds, alarm).await?;
    let path = match head.uri.path() {
        "" => "/",
        path => path,
    };
    Ok(Request {
        method: head.method,
        path: path.to_owned(),
        query: head.uri.query().map(str::to_owned),
        headers: head.headers,
        body,
    })
}

async fn read_body(headers: &HeaderMap, mut body: Incoming, bounds: Bounds, alarm: &Alarm) -> Result<Bytes, Response> {
    let max = bounds.bytes_max;
    let hint = body.size_hint();
    if hint.exact() == Some(0) {
        return Ok(Bytes::new());
    }
    let is_too_large = if hint.lower() > max as u64 {
        true
    } else {
        match alarm.within(bounds.timeout, Limited::new(&mut body, max).collect()).await {
            Some(Ok(body)) => return Ok(body.to_bytes()),
            Some(Err(fault)) if fault.is::<LengthLimitError>() => true,
            Some(Err(fault)) => {
                return Err(refuse(StatusCode::BAD_REQUEST, "The body could not be read", &fault.to_string()));
            }
            None => false,
        }
    };
    let mut refusal = if is_too_large {
        // A client that first asks whether it may send the body does not send it now.
        if !headers.contains_key(header::EXPECT) {
            tokio::spawn(discard(body));
        }
        let detail = format!("A body may have {max} bytes; {}.", bounds.advice);
        refuse(StatusCode::PAYLOAD_TOO_LARGE, "The body is too large", &detail)
    } else {
        let detail = format!("The body was not sent within {} s.", bounds.timeout.as_secs_f32());
        refuse(StatusCode::REQUEST_TIMEOUT, "The body came too slowly", &detail)
    };
    refusal.headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    Err(refusal)
}

/// Takes in what is left of a body that is refused, within bounds, so that its client reads the refusal instead of
/// failing while it still sends.
async fn discard(mut body: Incoming) {
    let rest = async {
        let mut bytes = 0;
        while let Some(Ok(frame)) = body.frame().await {
            bytes += frame.data_ref().map_or(0, Bytes::len);
            if bytes > limit::LINGER_BYTES_MAX {
                break;
            }
        }
    };
    let _ = timeout(limit::LINGER_TIMEOUT, rest).await;
}

/// A refusal by the connection.
pub(super) fn refuse(status: StatusCode, title: &str, detail: &str) -> Response {
    let body = serde_json::json!({
        "type": "about:blank", "title": title, "status": status.as_u16(), "detail": detail,
    });
    Response::new(status).with_body("application/problem+json", body.to_string())
}
