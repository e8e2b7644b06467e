//! Which numbered placeholder of one file is which of the other: a client that logs in once more shifts all numbers
//! after it, and still sends the same.

use std::collections::HashMap;

use crate::snapshot::placeholder::{self, Placeholder};

/// The placeholders that belong together so far.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    /// By label and old number.
    by_old: HashMap<(String, usize), usize>,
    /// By label and new number.
    by_new: HashMap<(String, usize), usize>,
}

/// How two texts differ.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Same {
    /// Not at all.
    Yes,
    /// They have another one of the values that are told apart by numbers.
    Other,
    /// In other ways.
    No,
}

impl Numbers {
    /// Compares two texts that belong together. Placeholders that were not met before belong together from now on.
    pub(super) fn compare(&mut self, old: &str, new: &str) -> Same {
        let ((old, old_found), (new, new_found)) = (placeholder::split(old), placeholder::split(new));
        if old != new {
            return Same::No;
        }
        let mut same = Same::Yes;
        for (old, new) in old_found.iter().zip(&new_found) {
            if !self.bind(old, new) {
                same = Same::Other;
            }
        }
        same
    }

    /// True if the two belong together. If they did not, they do from now on, so that this is said once.
    fn bind(&mut self, old: &Placeholder<'_>, new: &Placeholder<'_>) -> bool {
        let (Some(old_number), Some(new_number)) = (old.number, new.number) else { return true };
        let label = old.label.to_string();
        let known_new = self.by_old.insert((label.clone(), old_number), new_number);
        let known_old = self.by_new.insert((label, new_number), old_number);
        known_new.is_none_or(|known| known == new_number) && known_old.is_none_or(|known| known == old_number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shifted_numbers_are_the_same() {
        let mut numbers = Numbers::default();
        assert_eq!(numbers.compare("<uuid #1>", "<uuid #2>"), Same::Yes);
        assert_eq!(numbers.compare("x<uuid #1>", "x<uuid #2>"), Same::Yes);
        assert_eq!(numbers.compare("<uuid #2>", "<uuid #3>"), Same::Yes);
        assert_eq!(numbers.compare("<uuid #1>", "<uuid #3>"), Same::Other);
        assert_eq!(numbers.compare("<uuid #1>", "<uuid #3>"), Same::Yes, "it is said once");
        assert_eq!(numbers.compare("<uuid #1>", "<date>"), Same::No);
        assert_eq!(numbers.compare("a", "b"), Same::No);
    }
}
