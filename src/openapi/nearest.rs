//! The name that was probably meant.

use std::mem;

use serde_json::Value;

use super::documents::{DocId, Documents, Location, push_token, step, tokens, unescape_token};

/// What a pointer into `doc` that leads to nothing was probably meant to be, as a fragment.
pub(super) fn suggestion(documents: &Documents, doc: DocId, pointer: &str) -> Option<String> {
    let exists = |pointer: &str| documents.get(&Location::new(doc, pointer)).is_some();
    if !pointer.starts_with('/') {
        let slash = format!("/{pointer}");
        return exists(&slash).then(|| format!("#{slash}"));
    }
    for (wrong, right) in [("/definitions/", "/components/schemas/"), ("/components/schemas/", "/definitions/")] {
        let moved = pointer.strip_prefix(wrong).map(|rest| format!("{right}{rest}"));
        if let Some(moved) = moved.filter(|moved| exists(moved)) {
            return Some(format!("#{moved}"));
        }
    }
    let mut value = &documents.document(doc)?.tree;
    let mut fixed = String::new();
    for token in tokens(pointer)? {
        if let Some(next) = step(value, token) {
            value = next;
            fixed.push('/');
            fixed.push_str(token);
        } else {
            let name = closest(&unescape_token(token), value.as_object()?.keys())?;
            value = value.get(name)?;
            push_token(&mut fixed, name);
        }
    }
    (!matches!(value, Value::Null)).then(|| format!("#{fixed}"))
}

/// The name that differs least from `wanted`, if it is close enough to be a slip.
pub fn closest<'n, T: AsRef<str> + ?Sized + 'n>(
    wanted: &str,
    names: impl IntoIterator<Item = &'n T>,
) -> Option<&'n str> {
    let allowed = (wanted.chars().count() / 3).clamp(1, 4);
    let mut best: Option<(usize, &str)> = None;
    let near = |name: &&str| name.len().abs_diff(wanted.len()) <= 2 * allowed;
    for name in names.into_iter().map(AsRef::as_ref).filter(near) {
        let limit = best.map_or(allowed, |(distance, _)| distance.saturating_sub(1));
        if name.eq_ignore_ascii_case(wanted) {
            return Some(name);
        }
        let distance = distance(wanted, name);
        if distance <= limit && best.is_none_or(|(known, _)| distance < known) {
            best = Some((distance, name));
        }
    }
    best.map(|(_, name)| name)
}

/// How many characters were left out, added, put for another or swapped with the one beside it.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    // The row that is made, the one above it, and the one above that: a swap looks back two rows.
    let mut row: Vec<usize> = vec![0; b.len() + 1];
    let mut above: Vec<usize> = (0..=b.len()).collect();
    let mut higher = row.clone();
    for (i, c) in a.iter().enumerate() {
        row[0] = i + 1;
        for (j, d) in b.iter().enumerate() {
            let mut least = (above[j + 1] + 1).min(row[j] + 1).min(above[j] + usize::from(c != d));
            if i > 0 && j > 0 && *c == b[j - 1] && a[i - 1] == *d {
                least = least.min(higher[j - 1] + 1);
            }
            row[j + 1] = least;
        }
        mem::swap(&mut higher, &mut above);
        mem::swap(&mut above, &mut row);
    }
    above.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::openapi::Document;

    #[track_caller]
    fn check(pointer: &str, expected: Option<&str>) {
        let tree = json!({"components": {"schemas": {"Pet": {}, "Person": {"properties": {"name": {}}}, "a/b": {}}}});
        let documents = Documents::new(vec![Document::from_value("x.json", tree)]);
        assert_eq!(suggestion(&documents, DocId::ENTRY, pointer).as_deref(), expected);
    }

    #[test]
    fn slips_are_seen() {
        check("/components/schemas/Pets", Some("#/components/schemas/Pet"));
        check("/components/schemas/pet", Some("#/components/schemas/Pet"));
        check("/components/schema/Persn/properties/nam", Some("#/components/schemas/Person/properties/name"));
        check("/definitions/Pet", Some("#/components/schemas/Pet"));
        check("components/schemas/Pet", Some("#/components/schemas/Pet"));
        check("/components/schemas/a/b", None);
        check("/components/schemas/Invoice", None);
    }

    #[test]
    fn distances() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("abc", ""), 3);
        assert_eq!(distance("abc", "abc"), 0);
        assert_eq!(distance("ca", "ac"), 1);
        assert_eq!(distance("tpye", "type"), 1);
        assert_eq!(distance("haeder", "header"), 1);
        assert_eq!(distance("abcdef", "badcfe"), 3);
        assert_eq!(distance("ca", "abc"), 3, "what was swapped is not changed again");
    }

    #[test]
    fn names_that_were_meant() {
        let names = ["port", "host", "hots", "header"];
        assert_eq!(closest("prot", names), Some("port"));
        assert_eq!(closest("hsot", names), Some("host"));
        assert_eq!(closest("haeder", names), Some("header"));
        assert_eq!(closest("torp", names), None);
    }
}
