//! A list that only grows, whose items can be borrowed while others add to it.

use std::sync::{Mutex, OnceLock, PoisonError};

/// Items of the first chunk; each further one is twice as long.
const FIRST: usize = 64;
/// Chunks; together they hold more items than a `u32` can count.
const CHUNKS: usize = 27;

/// A list that only grows. Items never move.
#[derive(Debug)]
pub(super) struct Shelf<T> {
    chunks: [OnceLock<Box<[OnceLock<T>]>>; CHUNKS],
    length: Mutex<u32>,
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self { chunks: [const { OnceLock::new() }; CHUNKS], length: Mutex::default() }
    }
}

impl<T> Shelf<T> {
    /// The item of that number.
    pub(super) fn get(&self, number: u32) -> Option<&T> {
        let (chunk, index) = place(number);
        self.chunks.get(chunk)?.get()?.get(index)?.get()
    }

    /// Adds an item; its number.
    pub(super) fn push(&self, item: T) -> u32 {
        let mut length = self.length.lock().unwrap_or_else(PoisonError::into_inner);
        let number = *length;
        let (chunk, index) = place(number);
        if let Some(cells) = self.chunks.get(chunk) {
            let cells = cells.get_or_init(|| (0..FIRST << chunk).map(|_| OnceLock::new()).collect());
            if let Some(cell) = cells.get(index) {
                let _ = cell.set(item);
            }
        }
        *length += 1;
        number
    }
}

/// The chunk of an item, and its index there.
fn place(number: u32) -> (usize, usize) {
    let shifted = number as usize + FIRST;
    let chunk = shifted.ilog2() - FIRST.ilog2();
    (chunk as usize, shifted - (FIRST << chunk))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_stay() {
        let shelf = Shelf::default();
        let first = {
            assert_eq!(shelf.push("first".to_owned()), 0);
            shelf.get(0).unwrap()
        };
        for number in 1..1000_u32 {
            assert_eq!(shelf.push(number.to_string()), number);
        }
        assert_eq!(first, "first");
        assert_eq!(shelf.get(63).unwrap(), "63");
        assert_eq!(shelf.get(64).unwrap(), "64");
        assert_eq!(shelf.get(999).unwrap(), "999");
        assert_eq!(shelf.get(1000), None);
    }
}
