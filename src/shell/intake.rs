//! Taking a request in whole, or refusing it before any description is asked.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, StatusCode, Version, header};
use http_body_util::BodyExt;
use hyper::{
    Request as HttpRequest,
    body::{Body, Incoming},
};
use tokio::time::timeout;

use super::{
    alarm::Alarm,
    bodies::{Bodies, Share},
};
use crate::{
    limit,
    message::{Request, Response},
};

/// The refusal of a request that does not say for which host it is, or says so twice: RFC 9112, section 3.2, asks for
/// it, since a proxy in between may have taken the other one.
pub(super) fn misaddressed<B>(request: &HttpRequest<B>) -> Option<Response> {
    let hosts = request.headers().iter().filter(|(name, _)| **name == header::HOST).count();
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

/// Seconds after which a client may come back for which there was no room: most bodies are gone by then.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("1");

/// A request without its body, and the body, unless it is known to be empty.
pub(super) fn taken(request: HttpRequest<Incoming>) -> (Request, Option<Incoming>) {
    let (head, body) = request.into_parts();
    let path = match head.uri.path() {
        "" => "/",
        path => path,
    };
    let request = Request {
        method: head.method,
        path: path.to_owned(),
        query: head.uri.query().map(str::to_owned),
        headers: head.headers.into(),
        body: Bytes::new(),
    };
    (request, (body.size_hint().exact() != Some(0)).then_some(body))
}

/// Reads a request whole, with its share of `bodies`, or says why not. `alarm` is for the time that its body takes.
pub(super) async fn read<'b>(
    request: HttpRequest<Incoming>,
    bounds: Bounds,
    bodies: &'b Bodies,
    alarm: &Alarm,
) -> Result<(Request, Share<'b>), Response> {
    let mut share = bodies.share();
    let (mut request, body) = taken(request);
    if let Some(body) = body {
        request.body = read_body(&request.headers, body, bounds, &mut share, alarm).await?;
    }
    Ok((request, share))
}

/// Why a body was not read to its end.
enum Stop {
    TooLarge,
    NoRoom,
    TooSlow,
    Broken(hyper::Error),
}

/// Reads a body, or says why not. `alarm` is for the time that it takes.
pub(super) async fn read_body(
    headers: &HeaderMap,
    mut body: Incoming,
    bounds: Bounds,
    share: &mut Share<'_>,
    alarm: &Alarm,
) -> Result<Bytes, Response> {
    let max = bounds.bytes_max;
    let hint = body.size_hint();
    let stop = if hint.lower() > max as u64 {
        Stop::TooLarge
    } else {
        match alarm.within(bounds.timeout, collect(&mut body, max, share)).await {
            Some(Ok(body)) => return Ok(body),
            Some(Err(stop)) => stop,
            None => Stop::TooSlow,
        }
    };
    Err(refusal_of(&stop, headers, bounds, body))
}

/// The refusal of a body that was not read to its end. What is left of it is read where the client sends it all the same.
#[cold]
fn refusal_of(stop: &Stop, headers: &HeaderMap, bounds: Bounds, body: Incoming) -> Response {
    let max = bounds.bytes_max;
    let mut refusal = match stop {
        Stop::Broken(fault) => {
            return refuse(StatusCode::BAD_REQUEST, "The body could not be read", &fault.to_string());
        }
        Stop::TooLarge => {
            let detail = format!("A body may have {max} bytes; {}.", bounds.advice);
            refuse(StatusCode::PAYLOAD_TOO_LARGE, "The body is too large", &detail)
        }
        Stop::NoRoom => {
            let detail = "The bodies that are being read are too large together; send it again later.";
            let mut refusal = refuse(StatusCode::SERVICE_UNAVAILABLE, "There is no room for the body", detail);
            refusal.headers.insert(header::RETRY_AFTER, RETRY_AFTER);
            refusal
        }
        Stop::TooSlow => {
            let detail = format!("The body was not sent within {} s.", bounds.timeout.as_secs_f32());
            refuse(StatusCode::REQUEST_TIMEOUT, "The body came too slowly", &detail)
        }
    };
    // A client that first asks whether it may send the body does not send it now.
    if matches!(stop, Stop::TooLarge | Stop::NoRoom) && !headers.contains_key(header::EXPECT) {
        tokio::spawn(discard(body));
    }
    refusal.headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    refusal
}

/// The bytes of a body. One that comes in one piece is not copied.
async fn collect(body: &mut Incoming, max: usize, share: &mut Share<'_>) -> Result<Bytes, Stop> {
    let mut first = Bytes::new();
    let mut whole = BytesMut::new();
    // Of a body whose length was said nothing comes after the last byte: to ask for more would only take time.
    while !body.is_end_stream()
        && let Some(frame) = body.frame().await
    {
        // Trailers say nothing that is asked for.
        let Ok(data) = frame.map_err(Stop::Broken)?.into_data() else { continue };
        if first.len() + whole.len() + data.len() > max {
            return Err(Stop::TooLarge);
        }
        if !share.grow(data.len()) {
            return Err(Stop::NoRoom);
        }
        if first.is_empty() && whole.is_empty() {
            first = data;
            continue;
        }
        whole.extend_from_slice(&std::mem::take(&mut first));
        whole.extend_from_slice(&data);
    }
    Ok(if whole.is_empty() { first } else { whole.freeze() })
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
#[cold]
pub(super) fn refuse(status: StatusCode, title: &str, detail: &str) -> Response {
    let body = serde_json::json!({
        "type": "about:blank", "title": title, "status": status.as_u16(), "detail": detail,
    });
    Response::new(status).with_body("application/problem+json", body.to_string())
}
