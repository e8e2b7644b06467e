//! `JSONPath` (RFC 9535): which values of a document an overlay means.
//!
//! The whole of the RFC with two differences: a value that is selected twice counts once, so that no query explodes;
//! and names without quotation marks may have a `-`, as in `$.info.x-logo`.

mod parse;
mod select;

pub(super) use parse::parse;
pub(super) use select::select;

use serde_json::Value;

/// A query: from the root, or in a filter from the value that is looked at.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Query {
    relative: bool,
    segments: Vec<Segment>,
}

/// One step of a query.
#[derive(Clone, Debug, PartialEq)]
struct Segment {
    /// True for `..`: from the value and all that is below it.
    descendant: bool,
    selectors: Vec<Selector>,
}

/// What a step takes.
#[derive(Clone, Debug, PartialEq)]
enum Selector {
    Name(String),
    Wildcard,
    Index(i64),
    Slice { start: Option<i64>, end: Option<i64>, step: i64 },
    Filter(Test),
}

/// A condition in a filter.
#[derive(Clone, Debug, PartialEq)]
enum Test {
    Any(Vec<Test>),
    All(Vec<Test>),
    Not(Box<Test>),
    Exists(Query),
    Compare(Operand, Comparison, Operand),
    /// `match` (whole) or `search`: a text and an I-Regexp (RFC 9485).
    Pattern {
        whole: bool,
        text: Operand,
        pattern: Operand,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// A side of a comparison.
#[derive(Clone, Debug, PartialEq)]
enum Operand {
    Literal(Value),
    /// The one value that a query selects.
    Query(Query),
    Length(Box<Operand>),
    Count(Query),
}

#[cfg(test)]
mod tests;
