//! The virtual clock of a session: real time with an offset, or standing still.

/// A clock that tests control. Times are in milliseconds since the Unix epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Clock {
    /// How far it is ahead of real time; behind, if negative.
    offset_ms: i64,
    /// Where it stands, if it stands still.
    frozen_at_ms: Option<u64>,
}

impl Clock {
    /// What it shows at a point in real time.
    pub fn at(self, real_ms: u64) -> u64 {
        self.frozen_at_ms.unwrap_or_else(|| real_ms.saturating_add_signed(self.offset_ms))
    }

    /// How far what it shows is ahead of real time; behind, if negative.
    pub fn offset_ms(self, real_ms: u64) -> i64 {
        i64::try_from(i128::from(self.at(real_ms)) - i128::from(real_ms)).unwrap_or(i64::MAX)
    }

    /// True if it shows real time.
    pub fn is_real(self) -> bool {
        self == Self::default()
    }

    /// True if it stands still.
    pub fn is_frozen(self) -> bool {
        self.frozen_at_ms.is_some()
    }

    /// The clock, moved on; back, if `by_ms` is negative. A clock that stands still stands elsewhere then.
    #[must_use]
    pub fn advanced(self, by_ms: i64) -> Self {
        Self {
            offset_ms: self.offset_ms.saturating_add(by_ms),
            frozen_at_ms: self.frozen_at_ms.map(|at| at.saturating_add_signed(by_ms)),
        }
    }

    /// The clock, set so that it shows `to_ms` now; it goes on, or stands still, as before.
    #[must_use]
    pub fn set(self, to_ms: u64, real_ms: u64) -> Self {
        let offset_ms = i64::try_from(i128::from(to_ms) - i128::from(real_ms)).unwrap_or(i64::MAX);
        Self { offset_ms, frozen_at_ms: self.frozen_at_ms.map(|_| to_ms) }
    }

    /// The clock, standing still at what it shows now.
    #[must_use]
    pub fn frozen(self, real_ms: u64) -> Self {
        Self { frozen_at_ms: Some(self.at(real_ms)), ..self }
    }

    /// The clock, going on from what it shows now.
    #[must_use]
    pub fn released(self, real_ms: u64) -> Self {
        let shown = self.at(real_ms);
        Self { frozen_at_ms: None, ..self }.set(shown, real_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goes_stands_and_jumps() {
        let clock = Clock::default();
        assert_eq!(clock.at(1_000), 1_000);
        let clock = clock.advanced(500);
        assert_eq!(clock.at(1_000), 1_500);
        let clock = clock.frozen(2_000);
        assert_eq!((clock.at(2_000), clock.at(9_000)), (2_500, 2_500));
        assert_eq!((clock.offset_ms(2_000), clock.offset_ms(9_000)), (500, -6_500));
        let clock = clock.advanced(-500);
        assert_eq!(clock.at(9_000), 2_000);
        let clock = clock.released(9_000);
        assert_eq!((clock.at(9_000), clock.at(9_001)), (2_000, 2_001));
        let clock = clock.set(100, 10_000);
        assert_eq!(clock.at(10_005), 105);
        assert!(clock.set(10_000, 10_000).is_real());
        assert_eq!(Clock::default().advanced(i64::MIN).at(5), 0);
        assert_eq!(Clock::default().set(u64::MAX, 0).at(u64::MAX), u64::MAX);
    }
}
