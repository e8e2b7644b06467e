//! A connection whose client must keep reading.

use std::{
    future::Future,
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, Sleep, sleep_until},
};

use crate::limit;

/// A socket that fails once its client has taken too little for a while although there is something to send.
///
/// Without this, a client that asks for a large answer and reads nothing of it, or a byte now and then, would hold its
/// connection and the answer for ever.
pub(super) struct Patient<S> {
    socket: S,
    patience: Duration,
    /// Made when the client first lets us wait; most never do.
    alarm: Option<Pin<Box<Sleep>>>,
    is_waiting: bool,
    /// Bytes that the client has taken since it let us wait.
    taken: usize,
    /// Makes the system forget what the client has not read; without it, that would be kept until the client is gone.
    forget: fn(&S),
}

impl<S> Patient<S> {
    /// `socket`, whose client must take [`limit::WRITE_BYTES_MIN`] in each `patience` in which it lets us wait; `forget`
    /// is done to it before it fails.
    pub(super) fn new(socket: S, patience: Duration, forget: fn(&S)) -> Self {
        Self { socket, patience, alarm: None, is_waiting: false, taken: 0, forget }
    }

    /// Makes the system forget what the client has not read, once the socket is closed.
    pub(super) fn forget(&self) {
        (self.forget)(&self.socket);
    }

    /// Passes on what came of a write; starts the alarm if it must wait, and fails if that goes on for too long.
    fn judge(&mut self, context: &mut Context<'_>, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if let Poll::Ready(result) = &written {
            self.taken = self.taken.saturating_add(*result.as_ref().unwrap_or(&0));
            // A little does not buy more time: the alarm goes on.
            self.is_waiting &= self.taken < limit::WRITE_BYTES_MIN;
            return written;
        }
        let until = Instant::now() + self.patience;
        let alarm = self.alarm.get_or_insert_with(|| Box::pin(sleep_until(until)));
        if !self.is_waiting {
            self.is_waiting = true;
            self.taken = 0;
            alarm.as_mut().reset(until);
        }
        ready!(alarm.as_mut().poll(context));
        (self.forget)(&self.socket);
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the client hardly reads its answer")))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_read(cx, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.socket).poll_write(cx, bytes);
        self.judge(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.socket).poll_write_vectored(cx, slices);
        self.judge(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        // All that there was to send has been taken: the next answer has its own time.
        self.is_waiting = false;
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt, duplex},
        time::sleep,
    };

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(30);

    /// Sends answers to a client that takes `bytes` of them each second, then a pause; how the sending ended, and after
    /// what time. The clock is that of the test.
    async fn sent(answers: &[usize], bytes: usize, pause: Duration) -> (io::Result<()>, Duration) {
        let (server, mut client) = duplex(16);
        let mut patient = Patient::new(server, PATIENCE, |_| ());
        let begun = Instant::now();
        tokio::spawn(async move {
            let mut buffer = vec![0; bytes];
            while client.read_exact(&mut buffer).await.is_ok() {
                sleep(Duration::from_secs(1)).await;
            }
        });
        for length in answers {
            let result = async {
                patient.write_all(&vec![b'x'; *length]).await?;
                patient.flush().await
            };
            if let Err(fault) = result.await {
                return (Err(fault), begun.elapsed());
            }
            sleep(pause).await;
        }
        (Ok(()), begun.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn a_byte_now_and_then_is_not_reading() {
        let (result, after) = sent(&[1_000_000], 1, Duration::ZERO).await;
        assert_eq!(result.unwrap_err().kind(), io::ErrorKind::TimedOut);
        assert!((PATIENCE..2 * PATIENCE).contains(&after), "{after:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn who_reads_steadily_has_all_the_time() {
        let enough = limit::WRITE_BYTES_MIN / 25;
        let (result, after) = sent(&[100 * enough], enough, Duration::ZERO).await;
        assert!(result.is_ok(), "{result:?}");
        assert!(after > 3 * PATIENCE, "{after:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn each_answer_has_its_own_time() {
        let (result, _) = sent(&[100; 20], 10, PATIENCE).await;
        assert!(result.is_ok(), "{result:?}");
    }
}
