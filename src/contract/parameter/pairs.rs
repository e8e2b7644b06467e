//! Queries, forms and cookie headers as pairs of raw text.

use std::borrow::Cow;

use http::{HeaderMap, header::COOKIE};

use super::text::{Escape, decode};
use crate::limit::FORM_PAIRS_MAX;

/// Pairs that most queries do not exceed.
const USUAL: usize = 8;

/// One `name=value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::contract) struct Pair<'m> {
    /// The name, decoded.
    pub key: Cow<'m, str>,
    /// The value, not yet decoded; empty without an equals sign.
    pub raw: &'m str,
}

/// The pairs of one query, form or cookie header, in the order they were sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::contract) struct Pairs<'m> {
    /// The pairs, at most [`FORM_PAIRS_MAX`].
    pub list: Vec<Pair<'m>>,
    /// How their values are escaped.
    pub escape: Escape,
}

impl<'m> Pairs<'m> {
    /// The pairs of a query or a urlencoded form. Names that cannot be decoded stay as they are: nobody asks for them.
    pub(in crate::contract) fn form(text: &'m str) -> Self {
        let mut list = Vec::with_capacity(USUAL);
        let mut piece = Piece::at(0);
        // Names and values are short: looking at byte after byte is faster than a search that gets ready for long text.
        for (at, byte) in text.bytes().enumerate() {
            // Nothing that is looked for comes after `=`: so it is with letters, which most bytes are.
            if byte > b'=' {
                continue;
            }
            match byte {
                b'&' => {
                    piece.end(text, at, &mut list);
                    if list.len() == FORM_PAIRS_MAX {
                        return Self { list, escape: Escape::Form };
                    }
                    piece = Piece::at(at + 1);
                }
                b'=' if piece.equals.is_none() => piece.equals = Some(at),
                b'%' | b'+' if piece.equals.is_none() => piece.is_escaped = true,
                _ => (),
            }
        }
        piece.end(text, text.len(), &mut list);
        Self { list, escape: Escape::Form }
    }

    /// The cookies of a request (RFC 6265, section 4.2.1), without the quotes around values.
    #[inline(never)]
    pub(in crate::contract) fn cookies(headers: &'m HeaderMap) -> Self {
        let lines = headers.get_all(COOKIE).iter().filter_map(|line| std::str::from_utf8(line.as_bytes()).ok());
        let list = lines.flat_map(|line| line.split(';')).take(FORM_PAIRS_MAX).filter_map(|piece| {
            let (key, raw) = piece.trim().split_once('=')?;
            let bare = raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"')).unwrap_or(raw);
            Some(Pair { key: Cow::Borrowed(key.trim_end()), raw: bare })
        });
        Self { list: list.collect(), escape: Escape::Lenient }
    }

    /// The raw values under a name.
    pub(in crate::contract) fn values<'p>(&'p self, name: &'p str) -> impl Iterator<Item = &'m str> + 'p {
        self.list.iter().filter(move |pair| pair.key == name).map(|pair| pair.raw)
    }
}

/// A part of a form between two `&`, as far as it was looked at.
struct Piece {
    start: usize,
    /// Where its first equals sign is.
    equals: Option<usize>,
    /// True if its name has an escape.
    is_escaped: bool,
}

impl Piece {
    fn at(start: usize) -> Self {
        Self { start, equals: None, is_escaped: false }
    }

    /// Adds it to the pairs, unless it is nothing at all.
    fn end<'m>(&self, text: &'m str, end: usize, list: &mut Vec<Pair<'m>>) {
        if self.start == end {
            return;
        }
        let key = &text[self.start..self.equals.unwrap_or(end)];
        let raw = self.equals.map_or("", |at| &text[at + 1..end]);
        let decoded = if self.is_escaped { decode(key, Escape::Form).ok() } else { None };
        list.push(Pair { key: decoded.unwrap_or(Cow::Borrowed(key)), raw });
    }
}

/// The names that belong to somebody, so that an object spread over a query does not take them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::contract) struct Claims {
    /// Whole names.
    pub names: Vec<String>,
    /// Names that are followed by `[`.
    pub deep: Vec<String>,
}

impl Claims {
    /// True if a pair of that name belongs to somebody.
    pub(in crate::contract) fn covers(&self, key: &str) -> bool {
        self.names.iter().any(|name| name == key)
            || self.deep.iter().any(|name| key.strip_prefix(name.as_str()).is_some_and(|rest| rest.starts_with('[')))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pairs: &Pairs<'_>, expected: &[(&str, &str)]) {
        let found: Vec<_> = pairs.list.iter().map(|pair| (pair.key.as_ref(), pair.raw)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn forms() {
        check(&Pairs::form(""), &[]);
        check(&Pairs::form("a=1&b&&c=&a=%20=2"), &[("a", "1"), ("b", ""), ("c", ""), ("a", "%20=2")]);
        check(&Pairs::form("a%5Bb%5D=1&x+y=2&%zz=3"), &[("a[b]", "1"), ("x y", "2"), ("%zz", "3")]);
    }

    #[test]
    fn cookies() {
        let mut headers = HeaderMap::new();
        headers.append(COOKIE, "a=1; b=\"x y\";c=; junk; d=e=f".parse().unwrap());
        headers.append(COOKIE, "a=2".parse().unwrap());
        let expected = [("a", "1"), ("b", "x y"), ("c", ""), ("d", "e=f"), ("a", "2")];
        check(&Pairs::cookies(&headers), &expected);
    }

    #[test]
    fn claims() {
        let claims = Claims { names: vec!["page".to_owned()], deep: vec!["filter".to_owned()] };
        assert!(claims.covers("page") && claims.covers("filter[a]"));
        assert!(!claims.covers("filter") && !claims.covers("pages"));
    }
}
