//! Chance that is the same for the same seed.

use rand_chacha::{
    ChaCha8Rng,
    rand_core::{Rng, SeedableRng},
};

/// Decides what the schema leaves open: by a seed, or always the plainest.
#[derive(Clone, Debug)]
pub(super) struct Chance(Option<ChaCha8Rng>);

impl Chance {
    /// With neither seed nor salt everything is plain; the salt makes every pass another one.
    pub(super) fn new(seed: Option<u64>, salt: u64) -> Self {
        let seed = match (seed, salt) {
            (None, 0) => return Self(None),
            (seed, salt) => seed.unwrap_or(0) ^ salt.wrapping_mul(0x9E37_79B9_7F4A_7C15),
        };
        Self(Some(ChaCha8Rng::seed_from_u64(seed)))
    }

    /// True if nothing is left to chance.
    pub(super) fn is_plain(&self) -> bool {
        self.0.is_none()
    }

    /// A number below `count`; plainly 0. `count` 0 counts as 1.
    pub(super) fn below(&mut self, count: u64) -> u64 {
        match &mut self.0 {
            Some(rng) if count > 1 => rng.next_u64() % count,
            _ => 0,
        }
    }

    /// An index into something of that length; plainly 0.
    pub(super) fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap_or(0)
    }
}
