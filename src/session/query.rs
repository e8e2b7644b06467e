//! Which records of a journal are meant.

use std::fmt::Write as _;

use regex::{Regex, RegexBuilder};

use super::Record;

/// What a record must be like; what is not said does not matter. Times are virtual, in milliseconds since the Unix
/// epoch.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// The operation's operationId, or its method and path: `GET /pets/{id}`.
    pub operation: Option<String>,
    /// The API's id.
    pub api: Option<String>,
    /// The status, or a range of them.
    pub status: Option<Statuses>,
    /// The method, in any case.
    pub method: Option<String>,
    /// The path.
    pub path: Option<Glob>,
    /// The first moment that counts.
    pub since_ms: Option<u64>,
    /// The first moment that counts no more.
    pub until_ms: Option<u64>,
    /// Whether something must be wrong, or nothing.
    pub has_findings: Option<bool>,
}

impl Query {
    /// The records of an operation: its operationId, or its method and path (`GET /pets/{id}`).
    pub fn operation(name: &str) -> Self {
        Self { operation: Some(name.to_owned()), ..Self::default() }
    }

    /// True if a record is meant.
    pub fn fits(&self, record: &Record) -> bool {
        let is = |wanted: &Option<String>, found: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| found.is_some_and(|found| found == wanted))
        };
        is(&self.operation, record.operation.as_deref())
            && is(&self.api, record.api.as_deref())
            && self.status.is_none_or(|statuses| statuses.contains(record.status))
            && self.method.as_deref().is_none_or(|method| record.method.as_str().eq_ignore_ascii_case(method))
            && self.path.as_ref().is_none_or(|glob| glob.fits(record.path()))
            && self.since_ms.is_none_or(|since| record.virtual_ms >= since)
            && self.until_ms.is_none_or(|until| record.virtual_ms < until)
            && self.has_findings.is_none_or(|wanted| record.findings.is_empty() != wanted)
    }
}

/// A range of statuses, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statuses {
    first: u16,
    last: u16,
}

impl Statuses {
    /// `404`, `4XX` or `400-499`; `None` if the text is none of them.
    pub fn parse(text: &str) -> Option<Self> {
        let status = |text: &str| text.parse().ok().filter(|status| (100..=599).contains(status) && text.len() == 3);
        if let Some((first, last)) = text.split_once('-') {
            return Some(Self { first: status(first)?, last: status(last)? });
        }
        if let Some(class) = text.strip_suffix("XX").or_else(|| text.strip_suffix("xx")) {
            let first = status(&format!("{class}00"))?;
            return Some(Self { first, last: first + 99 });
        }
        status(text).map(|status| Self { first: status, last: status })
    }

    fn contains(self, status: u16) -> bool {
        (self.first..=self.last).contains(&status)
    }
}

/// A pattern for paths: `*` stands for anything within a segment, `**` for anything.
#[derive(Clone, Debug)]
pub struct Glob(Regex);

impl Glob {
    /// Reads a pattern; `None` if it is too large.
    pub fn parse(text: &str) -> Option<Self> {
        let mut pattern = "^".to_owned();
        for (number, part) in text.split("**").enumerate() {
            pattern.push_str(if number == 0 { "" } else { ".*" });
            for (number, literal) in part.split('*').enumerate() {
                let _ = write!(pattern, "{}{}", if number == 0 { "" } else { "[^/]*" }, regex::escape(literal));
            }
        }
        pattern.push('$');
        RegexBuilder::new(&pattern).dot_matches_new_line(true).size_limit(1 << 20).build().ok().map(Self)
    }

    fn fits(&self, path: &str) -> bool {
        self.0.is_match(path)
    }
}

#[cfg(test)]
mod tests {
    use http::{Method, StatusCode};

    use super::*;
    use crate::{
        answer::Entry,
        finding::{Code, Finding, Place},
        message::{Request, Response},
    };

    #[test]
    fn statuses() {
        #[track_caller]
        fn check(text: &str, expected: Option<(u16, u16)>) {
            assert_eq!(Statuses::parse(text).map(|it| (it.first, it.last)), expected, "{text}");
        }
        check("404", Some((404, 404)));
        check("4XX", Some((400, 499)));
        check("5xx", Some((500, 599)));
        check("400-404", Some((400, 404)));
        for text in ["", "4", "40", "4000", "4Xx", "9XX", "XX", "400-", "-", "+40", "600"] {
            check(text, None);
        }
    }

    #[test]
    fn globs() {
        #[track_caller]
        fn check(glob: &str, path: &str, expected: bool) {
            assert_eq!(Glob::parse(glob).unwrap().fits(path), expected, "{glob} {path}");
        }
        check("/pets", "/pets", true);
        check("/pets", "/pets/1", false);
        check("/pets/*", "/pets/1", true);
        check("/pets/*", "/pets/1/toys", false);
        check("/pets/**", "/pets/1/toys", true);
        check("**/toys", "/pets/1/toys", true);
        check("/p.ts", "/pets", false);
        check("/*/1", "/pets/1", true);
        check("", "/", false);
        assert!(Glob::parse(&"*a".repeat(100_000)).is_none());
    }

    #[test]
    fn what_is_meant() {
        let mut entry = Entry::new(0);
        entry.operation = Some("listPets".into());
        entry.findings.push(Finding::error(Code::SYNTAX, Place::Nowhere, "wrong"));
        let record =
            Record::of(&Request::new(Method::GET, "/pets?x"), entry, &Response::new(StatusCode::NOT_FOUND), 1_000);
        let check = |query: Query, expected: bool| assert_eq!(query.fits(&record), expected, "{query:?}");
        check(Query::default(), true);
        check(Query { operation: Some("listPets".to_owned()), ..Query::default() }, true);
        check(Query { operation: Some("listPet".to_owned()), ..Query::default() }, false);
        check(Query { api: Some("pets".to_owned()), ..Query::default() }, false);
        check(Query { status: Statuses::parse("4XX"), ..Query::default() }, true);
        check(Query { status: Statuses::parse("200"), ..Query::default() }, false);
        check(Query { method: Some("get".to_owned()), ..Query::default() }, true);
        check(Query { path: Glob::parse("/pe*"), ..Query::default() }, true);
        check(Query { since_ms: Some(1_000), until_ms: Some(1_001), ..Query::default() }, true);
        check(Query { until_ms: Some(1_000), ..Query::default() }, false);
        check(Query { has_findings: Some(true), ..Query::default() }, true);
        check(Query { has_findings: Some(false), ..Query::default() }, false);
    }
}
