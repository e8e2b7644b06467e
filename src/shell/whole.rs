//! An answer's body, handed to its connection in pieces.
//!
//! The connection gathers the head and the body of an answer in one buffer, since one piece is sent with less effort than
//! two. It keeps that buffer for the next answer, so that no more than a piece of a large body goes through it at a time.
//! Answers of the admin API go through it whole; they are bounded as the journal is.

use std::{
    convert::Infallible,
    mem,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};

/// Bytes of a piece. Most answers are smaller.
const PIECE_BYTES: usize = 64 * 1024;

/// A body that is there as a whole.
#[derive(Debug)]
pub(super) struct Whole(Bytes);

impl Whole {
    /// The body with these bytes.
    pub(super) fn new(bytes: Bytes) -> Self {
        Self(bytes)
    }
}

impl Body for Whole {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let piece = if self.0.len() > PIECE_BYTES { self.0.split_to(PIECE_BYTES) } else { mem::take(&mut self.0) };
        Poll::Ready((!piece.is_empty()).then(|| Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.0.len() as u64)
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::*;

    #[tokio::test]
    async fn comes_in_pieces_and_is_whole() {
        for length in [0, 1, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES + 5] {
            let bytes: Vec<u8> = (0..=255).cycle().take(length).collect();
            let mut body = Whole::new(bytes.clone().into());
            assert_eq!(body.size_hint().exact(), Some(length as u64));
            let mut pieces = Vec::new();
            while let Some(frame) = body.frame().await {
                pieces.push(frame.unwrap().into_data().unwrap());
            }
            assert!(pieces.iter().all(|piece| (1..=PIECE_BYTES).contains(&piece.len())), "{length}");
            assert!(body.is_end_stream());
            assert_eq!(pieces.concat(), bytes);
        }
    }
}
