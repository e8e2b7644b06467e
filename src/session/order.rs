//! Whether operations were called one after the other.

use super::Record;

/// What became of a search for operations in an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// The numbers of the records that were found, one for each operation up to the first that is missing.
    pub numbers: Vec<u64>,
    /// Which operation was not called in its place, from 0.
    pub missing: Option<usize>,
    /// True if they are in order by the answers only: a request came before the one before it was answered.
    pub overlaps: bool,
}

/// Looks for operations among records, the oldest first: each after the one before it, with any others in between.
pub fn order<'r>(records: impl Iterator<Item = &'r Record> + Clone, operations: &[&str]) -> Order {
    // The earliest that fits leaves the most room for those that follow.
    let find = |may_overlap: bool| {
        let mut numbers: Vec<u64> = Vec::new();
        for record in records.clone() {
            let Some(wanted) = operations.get(numbers.len()) else { break };
            let is_after = may_overlap || numbers.last().is_none_or(|before| record.after >= *before);
            if is_after && record.operation.as_deref() == Some(*wanted) {
                numbers.push(record.number);
            }
        }
        numbers
    };
    let certain = find(false);
    if certain.len() == operations.len() {
        return Order { numbers: certain, missing: None, overlaps: false };
    }
    let numbers = find(true);
    let missing = Some(numbers.len()).filter(|found| *found < operations.len());
    Order { numbers, missing, overlaps: missing.is_none() }
}

#[cfg(test)]
mod tests {
    use http::{Method, StatusCode};

    use super::*;
    use crate::{
        answer::Entry,
        message::{Request, Response},
    };

    /// Records by operation and `after`.
    fn records(of: &[(&str, u64)]) -> Vec<Record> {
        let record = |(number, (operation, after)): (u64, &(&str, u64))| {
            let mut entry = Entry::new(0);
            entry.operation = Some((*operation).into());
            let mut record = Record::of(&Request::new(Method::GET, "/"), entry, &Response::new(StatusCode::OK), 0);
            (record.number, record.after) = (number, *after);
            record
        };
        (1..).zip(of).map(record).collect()
    }

    #[test]
    fn each_after_the_one_before() {
        let one_by_one = records(&[("a", 0), ("b", 1), ("a", 2), ("c", 3)]);
        let check = |operations: &[&str], numbers: &[u64], missing: Option<usize>| {
            let expected = Order { numbers: numbers.to_vec(), missing, overlaps: false };
            assert_eq!(order(one_by_one.iter(), operations), expected, "{operations:?}");
        };
        check(&["a", "b", "c"], &[1, 2, 4], None);
        check(&["a", "c"], &[1, 4], None);
        check(&["a", "a"], &[1, 3], None);
        check(&["b", "a", "b"], &[2, 3], Some(2));
        check(&["c", "a"], &[4], Some(1));
        check(&["d"], &[], Some(0));
    }

    #[test]
    fn what_overlaps_is_said() {
        let at_once = records(&[("a", 0), ("b", 0)]);
        let found = order(at_once.iter(), &["a", "b"]);
        assert_eq!(found, Order { numbers: vec![1, 2], missing: None, overlaps: true });
        let then_again = records(&[("a", 0), ("b", 0), ("b", 2)]);
        let found = order(then_again.iter(), &["a", "b"]);
        assert_eq!(found, Order { numbers: vec![1, 3], missing: None, overlaps: false });
    }
}
