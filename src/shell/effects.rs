//! Performing effects: answers that are held back, sent in pieces, or go wrong on the wire.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::body::Body;
use bytes::Bytes;
use http::{
    StatusCode,
    header::{CONNECTION, CONTENT_LENGTH, HeaderValue, TRANSFER_ENCODING},
};
use http_body_util::Either;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use tokio::{
    sync::watch,
    time::{Sleep, sleep},
};

use super::{
    exchange::{Reply, reply},
    fate::{Doom, Fate},
};
use crate::{
    answer::{Effect, Fault},
    message::Response,
};

/// What a client is sent where anything else should be: no line of HTTP, no length of a chunk.
const GARBAGE: &[u8] = b"\x1f\x8b}{!~ mimeo stands for a server that has lost its way \x00\xfe\xff][;'#\r\n";

/// What is known of the connection that a request came on. Clones are of the same connection.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) fate: Fate,
    /// Changes when the server stops.
    pub(super) stop: watch::Receiver<()>,
}

/// Makes the answer that is sent, in the manner that the effects say. Nothing is waited for once the
/// server stops.
pub(super) async fn perform(effects: &[Effect], response: Response, line: &Line) -> Reply {
    let mut dribble = None;
    for effect in effects {
        match *effect {
            Effect::Delay { ms } => {
                let mut stop = line.stop.clone();
                tokio::select! {
                    () = sleep(Duration::from_millis(ms)) => (),
                    _ = stop.changed() => (),
                }
            }
            Effect::Dribble { chunks, over_ms } => dribble = Some((chunks, Duration::from_millis(over_ms))),
            Effect::Fault(fault) => {
                line.fate.seal(doom(fault, &response));
                return doomed();
            }
        }
    }
    match dribble {
        Some((chunks, over)) if !response.body.is_empty() => {
            let mut sent = reply(Response { body: Bytes::new(), ..response.clone() });
            *sent.body_mut() = Either::Right(Body::new(Dribble::new(response.body, chunks, over, line.stop.clone())));
            sent
        }
        _ => reply(response),
    }
}

/// What is written so that the connection looks for its end; nobody ever reads it.
fn doomed() -> Reply {
    let mut sent = reply(Response::new(StatusCode::OK));
    sent.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    sent
}

fn doom(fault: Fault, response: &Response) -> Doom {
    match fault {
        Fault::ConnectionResetByPeer => Doom::Reset,
        Fault::EmptyResponse => Doom::LastWords(Bytes::new()),
        Fault::RandomDataThenClose => Doom::LastWords(Bytes::from_static(GARBAGE)),
        Fault::MalformedResponseChunk => Doom::LastWords(malformed(response)),
    }
}

/// Status 200 and the answer's header fields, then garbage where a chunk should be.
fn malformed(response: &Response) -> Bytes {
    let mut bytes = b"HTTP/1.1 200 OK\r\n".to_vec();
    for (name, value) in
        response.headers.iter().filter(|(name, _)| !matches!(**name, CONTENT_LENGTH | TRANSFER_ENCODING))
    {
        for part in [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"] {
            bytes.extend_from_slice(part);
        }
    }
    bytes.extend_from_slice(b"transfer-encoding: chunked\r\n\r\n");
    bytes.extend_from_slice(GARBAGE);
    bytes.into()
}

/// A body that is sent in pieces. It waits before each of them.
struct Dribble {
    rest: Bytes,
    /// How many pieces are still to be sent.
    pieces: u32,
    pause: Duration,
    alarm: Pin<Box<Sleep>>,
    /// Done when the server stops: what is left is then sent at once.
    stopped: Pin<Box<dyn Future<Output = ()> + Send>>,
    is_stopped: bool,
}

impl Dribble {
    fn new(body: Bytes, chunks: u32, over: Duration, mut stop: watch::Receiver<()>) -> Self {
        let most = u32::try_from(body.len()).unwrap_or(u32::MAX);
        let pieces = chunks.clamp(1, most.max(1));
        let pause = over / pieces;
        Self {
            rest: body,
            pieces,
            pause,
            alarm: Box::pin(sleep(pause)),
            stopped: Box::pin(async move { drop(stop.changed().await) }),
            is_stopped: false,
        }
    }
}

impl HttpBody for Dribble {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if self.rest.is_empty() {
            return Poll::Ready(None);
        }
        self.is_stopped = self.is_stopped || self.stopped.as_mut().poll(context).is_ready();
        if self.is_stopped {
            return Poll::Ready(Some(Ok(Frame::data(std::mem::take(&mut self.rest)))));
        }
        ready!(self.alarm.as_mut().poll(context));
        let length = self.rest.len().div_ceil(self.pieces.max(1) as usize);
        let piece = self.rest.split_to(length);
        self.pieces = self.pieces.saturating_sub(1);
        let next = self.alarm.deadline() + self.pause;
        self.alarm.as_mut().reset(next);
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.rest.len() as u64)
    }
}

#[cfg(test)]
#[path = "effects_tests.rs"]
mod tests;
