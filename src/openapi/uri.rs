//! URI references (RFC 3986), as far as descriptions need them: joined, never fetched.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// True if `reference` begins with a scheme (`https:`, `urn:`, and also a drive such as `C:`).
pub(super) fn is_absolute(reference: &str) -> bool {
    scheme(reference).is_some()
}

/// The scheme of a URI, without its colon.
pub(super) fn scheme(reference: &str) -> Option<&str> {
    let (scheme, _) = reference.split_once(':')?;
    let valid = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    (scheme.starts_with(|c: char| c.is_ascii_alphabetic()) && scheme.chars().all(valid)).then_some(scheme)
}

/// The URI that `reference` means when it stands in a document with the URI `base` (RFC 3986, section 5.2).
///
/// `base` may be a path without a scheme. Steps above its root are dropped, as browsers do.
pub(super) fn join(base: &str, reference: &str) -> String {
    if reference.is_empty() {
        return base.to_owned();
    }
    if is_absolute(reference) {
        return reference.to_owned();
    }
    let (prefix, path) = split_authority(base);
    if reference.starts_with("//") {
        let scheme = scheme(base).map(|scheme| format!("{scheme}:")).unwrap_or_default();
        return format!("{scheme}{reference}");
    }
    let (reference, query) = reference.split_at(reference.find('?').unwrap_or(reference.len()));
    let folder = if reference.starts_with('/') { "" } else { folder(path) };
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(reference.split('/')) {
        match part {
            "" | "." => (),
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let root = if !prefix.is_empty() || path.starts_with('/') || reference.starts_with('/') { "/" } else { "" };
    let end = if reference.ends_with('/') { "/" } else { "" };
    format!("{prefix}{root}{}{end}{query}", parts.join("/"))
}

/// A path up to its last slash, without it.
pub(super) fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Undoes percent-encoding; `None` if the bytes are no UTF-8.
pub(super) fn decode(text: &str) -> Option<Cow<'_, str>> {
    if !text.contains('%') {
        return Some(Cow::Borrowed(text));
    }
    percent_decode_str(text).decode_utf8().ok()
}

/// Scheme and authority of a URI, and the rest.
fn split_authority(uri: &str) -> (&str, &str) {
    let after_scheme = scheme(uri).map_or(0, |scheme| scheme.len() + 1);
    let rest = uri.get(after_scheme..).unwrap_or_default();
    let path = match rest.strip_prefix("//") {
        Some(authority) => after_scheme + 2 + authority.find('/').unwrap_or(authority.len()),
        None => after_scheme,
    };
    uri.split_at(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(base: &str, reference: &str, expected: &str) {
        assert_eq!(join(base, reference), expected, "{reference} in {base}");
    }

    #[test]
    fn references_are_joined() {
        check("https://e.com/a/b.json", "c.json", "https://e.com/a/c.json");
        check("https://e.com/a/b.json", "../c.json", "https://e.com/c.json");
        check("https://e.com/a/b.json", "../../../c.json", "https://e.com/c.json");
        check("https://e.com/a/b.json", "/c.json", "https://e.com/c.json");
        check("https://e.com/a/b.json", "//f.org/c", "https://f.org/c");
        check("https://e.com/a/b.json", "", "https://e.com/a/b.json");
        check("https://e.com/a/b.json", "urn:x:y", "urn:x:y");
        check("https://e.com", "c.json", "https://e.com/c.json");
        check("a/b.yaml", "./c.yaml", "a/c.yaml");
        check("b.yaml", "schemas/c.yaml?x=1", "schemas/c.yaml?x=1");
    }

    #[test]
    fn schemes_are_seen() {
        assert_eq!(scheme("https://x"), Some("https"));
        assert_eq!(scheme("C:\\x"), Some("C"));
        assert_eq!(scheme("./a:b"), None);
        assert_eq!(scheme("a/b"), None);
    }
}
