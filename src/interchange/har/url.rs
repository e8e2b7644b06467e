//! Addresses in recordings, and what lies below a base address.

use std::{fmt, str::FromStr};

/// An address: where it leads, and the path and query there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address {
    /// Scheme, host and port in one form: lower case, without the port that belongs to the scheme.
    pub(super) origin: String,
    /// The path, with its leading slash.
    pub(super) path: String,
    /// The query, without its question mark.
    pub(super) query: Option<String>,
}

/// True for what begins as an address does, `https:` or `data:`; a path alone does not.
pub(super) fn has_scheme(text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
    text.split_once(':').is_some_and(|(scheme, _)| !scheme.is_empty() && scheme.chars().all(is_part))
}

impl Address {
    /// Reads an absolute `http` or `https` address; `None` for all else, such as `data:` and `blob:`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let scheme = scheme.to_ascii_lowercase();
        let port = match &*scheme {
            "http" | "ws" => ":80",
            "https" | "wss" => ":443",
            _ => return None,
        };
        let rest = rest.split('#').next().unwrap_or_default();
        let (before, query) = match rest.split_once('?') {
            Some((before, query)) => (before, Some(query.to_owned())),
            None => (rest, None),
        };
        let (authority, path) = before.split_at(before.find('/').unwrap_or(before.len()));
        let host = authority.rsplit('@').next().unwrap_or_default().to_ascii_lowercase();
        let host = host.strip_suffix(port).unwrap_or(&host);
        if host.is_empty() {
            return None;
        }
        let path = if path.is_empty() { "/" } else { path };
        Some(Self { origin: format!("{scheme}://{host}"), path: path.to_owned(), query })
    }
}

/// The address below which an API is served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Base {
    origin: String,
    /// Without a slash at its end; empty for the root.
    path: String,
}

/// A text that is no base address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no address such as `https://api.example/v1`")]
pub struct BaseError(String);

impl FromStr for Base {
    type Err = BaseError;

    fn from_str(text: &str) -> Result<Self, BaseError> {
        let address = Address::parse(text).filter(|address| address.query.is_none());
        let address = address.ok_or_else(|| BaseError(text.to_owned()))?;
        Ok(Self { origin: address.origin, path: address.path.trim_end_matches('/').to_owned() })
    }
}

impl fmt::Display for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.origin, self.path)
    }
}

impl Base {
    /// The path of an address below this one, with its leading slash; `None` if it lies elsewhere.
    pub(super) fn below<'a>(&self, address: &'a Address) -> Option<&'a str> {
        let rest = address.path.strip_prefix(self.path.as_str()).filter(|_| address.origin == self.origin)?;
        match rest {
            "" => Some("/"),
            rest => rest.starts_with('/').then_some(rest),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn below() {
        #[track_caller]
        fn check(base: &str, url: &str, expected: Option<&str>) {
            let address = Address::parse(url).unwrap();
            assert_eq!(base.parse::<Base>().unwrap().below(&address), expected, "{url} below {base}");
        }
        check("https://api.example/v1/", "https://api.example/v1/pets?a=1#top", Some("/pets"));
        check("https://api.example/v1", "https://API.example:443/v1", Some("/"));
        check("https://api.example/v1", "https://api.example/v10/pets", None);
        check("https://api.example", "https://api.example?a=1", Some("/"));
        check("http://localhost:3000", "http://localhost:3000/pets", Some("/pets"));
        check("http://localhost", "https://localhost/pets", None);
        check("http://localhost", "http://me:secret@localhost:80/pets", Some("/pets"));
    }

    #[test]
    fn what_is_no_base() {
        for text in ["", "api.example", "/v1", "ftp://api.example", "https://", "https://a/b?c=d"] {
            assert!(text.parse::<Base>().is_err(), "{text}");
        }
    }
}
