//! A connection that may end against the rules of HTTP.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::{Arc, OnceLock},
    task::{Context, Poll},
};

use bytes::{Buf, Bytes};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::head::FirstLine;

/// What becomes of one connection, once that is decided. Clones are of the same connection.
#[derive(Clone, Debug, Default)]
pub(super) struct Fate(Arc<OnceLock<Doom>>);

/// How a connection ends against the rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Doom {
    /// It is reset.
    Reset,
    /// These bytes are sent instead of everything else, then it is closed.
    LastWords(Bytes),
}

impl Fate {
    /// Decides how the connection ends; the first word counts.
    pub(super) fn seal(&self, doom: Doom) {
        let _ = self.0.set(doom);
    }
}

/// A socket that obeys its fate: once that is sealed, what should be sent is taken and goes nowhere.
pub(super) struct Fated<S> {
    socket: S,
    fate: Fate,
    /// Makes the system reset the socket when it is closed.
    reset: fn(&S),
    /// What is left of the last words, once they began.
    last_words: Option<Bytes>,
    first_line: FirstLine,
}

impl<S: AsyncWrite + Unpin> Fated<S> {
    /// `socket` with a fate that is still open; `reset` is done to it before it fails.
    pub(super) fn new(socket: S, fate: Fate, reset: fn(&S)) -> Self {
        Self { socket, fate, reset, last_words: None, first_line: FirstLine::default() }
    }

    /// Lets the refusal of a head say what is wrong with its request line, if that is it.
    fn refuse_better(&mut self, bytes: &[u8]) {
        if let Some(better) = self.first_line.send(bytes) {
            self.fate.seal(Doom::LastWords(better));
        }
    }

    /// Takes `length` bytes without sending them, after the last words have been sent; `None` if nothing is sealed.
    fn end(&mut self, context: &mut Context<'_>, length: usize) -> Option<Poll<io::Result<usize>>> {
        let words = match self.fate.0.get()? {
            Doom::Reset => {
                (self.reset)(&self.socket);
                return Some(Poll::Ready(Err(io::Error::new(io::ErrorKind::ConnectionReset, "reset as a fault"))));
            }
            Doom::LastWords(words) => words,
        };
        let left = self.last_words.get_or_insert_with(|| words.clone());
        while !left.is_empty() {
            match Pin::new(&mut self.socket).poll_write(context, left) {
                Poll::Ready(Ok(0)) => return Some(Poll::Ready(Err(io::ErrorKind::WriteZero.into()))),
                Poll::Ready(Ok(count)) => left.advance(count),
                other => return Some(other),
            }
        }
        Some(Poll::Ready(Ok(length)))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Fated<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.socket).poll_read(cx, buffer);
        self.first_line.read(buffer.filled().get(before..).unwrap_or_default());
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Fated<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.refuse_better(bytes);
        match self.end(cx, bytes.len()) {
            Some(ended) => ended,
            None => Pin::new(&mut self.socket).poll_write(cx, bytes),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.refuse_better(slices.first().map_or(&[], |slice| slice));
        let length = slices.iter().map(|slice| slice.len()).sum();
        match self.end(cx, length) {
            Some(ended) => ended,
            None => Pin::new(&mut self.socket).poll_write_vectored(cx, slices),
        }
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }
}
