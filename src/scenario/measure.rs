//! Counts and times that a rule waits for: `3`, `>=3`, `every 2`, `>=5m`.

use crate::duration;

/// How a number is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Exactly,
    AtLeast,
    Above,
    AtMost,
    Below,
}

impl Comparison {
    const SIGNS: [(&str, Self); 5] =
        [(">=", Self::AtLeast), ("<=", Self::AtMost), (">", Self::Above), ("<", Self::Below), ("=", Self::Exactly)];

    /// The sign before a number, and what follows it.
    fn split(text: &str) -> (Option<Self>, &str) {
        let text = text.trim();
        let sign = Self::SIGNS.iter().find_map(|(sign, it)| Some((*it, text.strip_prefix(sign)?)));
        match sign {
            Some((comparison, rest)) => (Some(comparison), rest.trim()),
            None => (None, text),
        }
    }

    fn holds(self, number: u64, than: u64) -> bool {
        match self {
            Self::Exactly => number == than,
            Self::AtLeast => number >= than,
            Self::Above => number > than,
            Self::AtMost => number <= than,
            Self::Below => number < than,
        }
    }
}

/// Which calls of a rule are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Calls(Which);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Which {
    Compared(Comparison, u64),
    Every(u64),
}

impl Calls {
    /// That call alone.
    pub(super) fn only(number: u64) -> Self {
        Self(Which::Compared(Comparison::Exactly, number))
    }

    /// Reads `3`, `>=3` or `every 2`; `None` if it is none of these.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if let Some(step) = text.trim().strip_prefix("every ") {
            return step.trim().parse().ok().filter(|step| *step > 0).map(|step| Self(Which::Every(step)));
        }
        let (sign, number) = Comparison::split(text);
        let number = number.parse().ok()?;
        Some(Self(Which::Compared(sign.unwrap_or(Comparison::Exactly), number)))
    }

    /// True if the call of that number, from 1, is meant.
    pub(super) fn means(self, call: u64) -> bool {
        match self.0 {
            Which::Compared(comparison, than) => comparison.holds(call, than),
            Which::Every(step) => call.is_multiple_of(step),
        }
    }
}

/// A time that is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wait {
    comparison: Comparison,
    ms: u64,
}

impl Wait {
    /// Reads `>=5m`; `None` if it is no comparison with a duration.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (comparison, rest) = Comparison::split(text);
        let comparison = comparison.filter(|comparison| *comparison != Comparison::Exactly)?;
        Some(Self { comparison, ms: duration::parse(rest)? })
    }

    /// True if so much time is what is waited for.
    pub(super) fn is_met(self, ms: u64) -> bool {
        self.comparison.holds(ms, self.ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[u64]) {
        let calls = Calls::parse(text).unwrap();
        assert_eq!((1..=6).filter(|call| calls.means(*call)).collect::<Vec<u64>>(), expected, "{text}");
    }

    #[test]
    fn calls() {
        check("3", &[3]);
        check("=3", &[3]);
        check(">=3", &[3, 4, 5, 6]);
        check("> 3", &[4, 5, 6]);
        check("<=2", &[1, 2]);
        check("<2", &[1]);
        check("every 2", &[2, 4, 6]);
        for text in ["", "third", ">=", "every", "every 0", "every x", "-1", "1.5"] {
            assert_eq!(Calls::parse(text), None, "{text}");
        }
    }

    #[test]
    fn waits() {
        let met = |text: &str, ms| Wait::parse(text).unwrap().is_met(ms);
        assert!(met(">=5m", 300_000) && !met(">=5m", 299_999));
        assert!(met("< 30s", 29_999) && !met("<30s", 30_000));
        for text in ["5m", "=5m", ">=", ">=soon", ""] {
            assert_eq!(Wait::parse(text), None, "{text}");
        }
    }
}
