//! Taking a request in whole, or refusing it before any description is asked.

use std::{
    future::Future,
    mem,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, StatusCode, Version, header};
use http_body_util::BodyExt;
use hyper::{
    Request as HttpRequest,
    body::{Body, Frame, Incoming},
};
use tokio::time::timeout;

use super::{
    alarm::{Alarm, Ring},
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
    body: Incoming,
    bounds: Bounds,
    share: &mut Share<'_>,
    alarm: &Alarm,
) -> Result<Bytes, Response> {
    let mut reading = Reading::of(body, bounds, share, alarm);
    let stop = if reading.body.size_hint().lower() > bounds.bytes_max as u64 {
        Stop::TooLarge
    } else {
        match (&mut reading).await {
            Ok(body) => return Ok(body),
            Err(stop) => stop,
        }
    };
    Err(refusal_of(&stop, headers, bounds, reading.body))
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

/// The bytes of a body, as they come.
struct Reading<'r, 'b> {
    body: Incoming,
    bounds: Bounds,
    share: &'r mut Share<'b>,
    alarm: &'r Alarm,
    /// Once it had to be waited for.
    ring: Option<Ring>,
    /// One that comes in one piece is not copied.
    first: Bytes,
    whole: BytesMut,
}

impl<'r, 'b> Reading<'r, 'b> {
    fn of(body: Incoming, bounds: Bounds, share: &'r mut Share<'b>, alarm: &'r Alarm) -> Self {
        Self { body, bounds, share, alarm, ring: None, first: Bytes::new(), whole: BytesMut::new() }
    }

    fn take(&mut self, frame: Frame<Bytes>) -> Result<(), Stop> {
        // Trailers say nothing that is asked for.
        let Ok(data) = frame.into_data() else { return Ok(()) };
        if self.first.len() + self.whole.len() + data.len() > self.bounds.bytes_max {
            return Err(Stop::TooLarge);
        }
        if !self.share.grow(data.len()) {
            return Err(Stop::NoRoom);
        }
        if self.first.is_empty() && self.whole.is_empty() {
            self.first = data;
            return Ok(());
        }
        self.whole.extend_from_slice(&mem::take(&mut self.first));
        self.whole.extend_from_slice(&data);
        Ok(())
    }
}

impl Future for Reading<'_, '_> {
    type Output = Result<Bytes, Stop>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        // Of a body whose length was said nothing comes after the last byte: to ask for more would only take time.
        while !this.body.is_end_stream() {
            match Pin::new(&mut this.body).poll_frame(context) {
                Poll::Ready(Some(frame)) => this.take(frame.map_err(Stop::Broken)?)?,
                Poll::Ready(None) => break,
                Poll::Pending => {
                    let ring = this.ring.get_or_insert_with(|| this.alarm.ring_in(this.bounds.timeout));
                    return Pin::new(ring).poll(context).map(|()| Err(Stop::TooSlow));
                }
            }
        }
        let first = mem::take(&mut this.first);
        Poll::Ready(Ok(if this.whole.is_empty() { first } else { mem::take(&mut this.whole).freeze() }))
    }
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
