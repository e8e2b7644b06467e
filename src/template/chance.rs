//! Chance that is the same for the same seed, for all templates of one answer.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// A source of numbers. Clones draw from the same one.
#[derive(Clone, Debug)]
pub(super) struct Chance {
    seed: u64,
    drawn: Arc<AtomicU64>,
}

impl Chance {
    pub(super) fn new(seed: u64) -> Self {
        Self { seed, drawn: Arc::default() }
    }

    /// The next number: `SplitMix64`, whose n-th number needs no others.
    pub(super) fn next(&self) -> u64 {
        let number = self.drawn.fetch_add(1, Ordering::Relaxed) + 1;
        let mut bits = self.seed.wrapping_add(number.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^ (bits >> 31)
    }

    /// True if a number was drawn.
    pub(super) fn is_used(&self) -> bool {
        self.drawn.load(Ordering::Relaxed) > 0
    }

    /// RFC 9562, version 4 in form.
    pub(super) fn uuid(&self) -> String {
        let (high, low) = (self.next(), self.next());
        format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0x0fff,
            0x8000 | (low >> 50),
            low & 0xffff_ffff_ffff
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_again() {
        let (one, two) = (Chance::new(7), Chance::new(7));
        assert!(!one.is_used());
        assert_eq!((one.next(), one.uuid()), (two.next(), two.uuid()));
        assert_ne!(one.next(), Chance::new(8).next());
        assert!(one.is_used());
        let uuid = Chance::new(0).uuid();
        assert_eq!((uuid.len(), &uuid[14..15]), (36, "4"));
        assert!(["8", "9", "a", "b"].contains(&&uuid[19..20]), "{uuid}");
    }
}
