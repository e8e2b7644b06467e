//! The literal segments that may come next on a path.

use std::collections::HashMap;

use foldhash::fast::FixedState;

/// Segments up to which looking at one after the other is faster than a table: most differ in their lengths already.
const FEW: usize = 8;

/// Literal segments, decoded, and the number of the node that each leads to. They are only ever looked up: their order
/// shows nowhere.
#[derive(Debug, Default)]
pub(super) struct Literals {
    few: Vec<(Box<[u8]>, u32)>,
    /// Those beyond the first few.
    more: Option<Box<Table>>,
}

// Requests are only looked up, so none of them can fill the table with collisions.
type Table = HashMap<Box<[u8]>, u32, FixedState>;

impl Literals {
    /// True if there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.few.is_empty()
    }

    /// The node of a segment.
    pub(super) fn get(&self, segment: &[u8]) -> Option<u32> {
        let found = self.few.iter().find(|(text, _)| **text == *segment).map(|(_, node)| *node);
        found.or_else(|| self.more.as_ref()?.get(segment).copied())
    }

    /// The node of a segment; `new` if it was not known and was entered as that.
    pub(super) fn enter(&mut self, segment: Box<[u8]>, new: u32) -> u32 {
        if let Some(known) = self.get(&segment) {
            return known;
        }
        if self.few.len() < FEW {
            self.few.push((segment, new));
        } else {
            self.more.get_or_insert_default().insert(segment, new);
        }
        new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_and_many() {
        let mut literals = Literals::default();
        assert!(literals.is_empty() && literals.get(b"0").is_none());
        let many = 3 * u32::try_from(FEW).unwrap();
        for number in 0..many {
            assert_eq!(literals.enter(number.to_string().into_bytes().into(), number), number);
        }
        for number in 0..many {
            let text = number.to_string();
            assert_eq!(literals.get(text.as_bytes()), Some(number));
            assert_eq!(literals.enter(text.into_bytes().into(), 99), number);
        }
        assert!(
            !literals.is_empty() && literals.get(many.to_string().as_bytes()).is_none() && literals.get(b"").is_none()
        );
    }
}
