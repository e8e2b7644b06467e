//! Chance that is none: the same seed, session, rule and call give the same draws, in every process.

use crate::fnv;

/// Draws numbers from what they are to depend on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chance(u64);

impl Chance {
    /// The draws of one call of one rule in one session.
    pub(super) fn of(seed: u64, session: &str, rule: usize, call: u64) -> Self {
        let rule = u64::try_from(rule).unwrap_or(u64::MAX);
        let numbers = seed.to_le_bytes().into_iter().chain(rule.to_le_bytes()).chain(call.to_le_bytes());
        // What this mixes too little, `next` mixes.
        Self(fnv::hash(numbers.chain(session.bytes())))
    }

    /// A number from 0 up to, but not including, 1.
    pub(super) fn unit(&mut self) -> f64 {
        // 53 bits, as many as a float holds.
        let bits = u32::try_from(self.next() >> 38).unwrap_or_default();
        let more = u32::try_from(self.next() >> 37).unwrap_or_default();
        (f64::from(bits) * f64::from(1_u32 << 27) + f64::from(more)) / f64::from(1_u32 << 27) / f64::from(1_u32 << 26)
    }

    /// A number of the normal distribution with mean 0 and deviation 1 (Box and Muller).
    pub(super) fn normal(&mut self) -> f64 {
        let (radius, turn) = (1.0 - self.unit(), self.unit());
        (-2.0 * radius.ln()).sqrt() * (std::f64::consts::TAU * turn).cos()
    }

    /// `SplitMix64`.
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_even_and_the_same_again() {
        let draw = |call| Chance::of(7, "default", 0, call).unit();
        let draws: Vec<f64> = (1..=10_000).map(draw).collect();
        assert!(draws.iter().all(|draw| (0.0..1.0).contains(draw)));
        let below = draws.iter().filter(|draw| **draw < 0.2).count();
        assert!((1_850..2_150).contains(&below), "{below}");
        assert_eq!(draws[41].to_bits(), draw(42).to_bits());
        assert_ne!(draw(1).to_bits(), Chance::of(7, "other", 0, 1).unit().to_bits());
        assert_ne!(draw(1).to_bits(), Chance::of(7, "default", 1, 1).unit().to_bits());
        assert_ne!(draw(1).to_bits(), Chance::of(8, "default", 0, 1).unit().to_bits());
    }

    #[test]
    fn normal_numbers_lie_about_nought() {
        let draws: Vec<f64> = (0..10_000).map(|call| Chance::of(1, "s", 0, call).normal()).collect();
        let mean = draws.iter().sum::<f64>() / 10_000.0;
        let variance = draws.iter().map(|draw| draw * draw).sum::<f64>() / 10_000.0;
        assert!(mean.abs() < 0.05 && (0.9..1.1).contains(&variance), "{mean} {variance}");
    }
}
