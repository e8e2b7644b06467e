//! The request bodies that are in memory at once, so that many allowed ones together cannot fill it.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Counts the bytes of all request bodies that are being read or answered.
#[derive(Debug)]
pub(super) struct Bodies {
    held: AtomicUsize,
    bytes_max: usize,
}

impl Bodies {
    /// None are held yet, and no more than so many bytes may be.
    pub(super) fn new(bytes_max: usize) -> Self {
        Self { held: AtomicUsize::new(0), bytes_max }
    }

    /// The share of one body, of which nothing has come yet.
    pub(super) fn share(&self) -> Share<'_> {
        Share { bodies: self, bytes: 0 }
    }
}

/// What one body takes of the memory for all; given back when it is dropped.
///
/// It grows as bytes come: what a client only says that it will send takes no room from others.
#[derive(Debug)]
pub(super) struct Share<'b> {
    bodies: &'b Bodies,
    bytes: usize,
}

impl Share<'_> {
    /// Takes room for so many more bytes; false if there is none.
    pub(super) fn grow(&mut self, bytes: usize) -> bool {
        let before = self.bodies.held.fetch_add(bytes, Ordering::Relaxed);
        self.bytes += bytes;
        before.saturating_add(bytes) <= self.bodies.bytes_max
    }
}

impl Drop for Share<'_> {
    fn drop(&mut self) {
        if self.bytes > 0 {
            self.bodies.held.fetch_sub(self.bytes, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_given_back() {
        let bodies = Bodies::new(10);
        let (mut one, mut other) = (bodies.share(), bodies.share());
        assert!(one.grow(4) && one.grow(2) && other.grow(4));
        assert!(!other.grow(1));
        drop(other);
        assert!(one.grow(4));
        drop(one);
        assert_eq!(bodies.held.load(Ordering::Relaxed), 0);
    }
}
