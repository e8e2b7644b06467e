//! The documentation names what the program has.

use std::{collections::BTreeSet, fs};

use mimeo::finding::Code;

/// `docs/findings.md` has a heading for each code, and none for a code that does not exist.
#[test]
fn every_code_is_documented() {
    let page = fs::read_to_string("docs/findings.md").unwrap();
    let documented: BTreeSet<&str> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `"))
        .filter_map(|line| line.split_once('`').map(|(code, _)| code))
        .collect();
    let existing: BTreeSet<&str> = Code::ALL.iter().map(|(code, _)| code.as_str()).collect();
    assert_eq!(documented, existing);
}
