//! Which session a request belongs to.

use std::{fmt, sync::Arc};

use http::header::{COOKIE, HeaderName};

use crate::{limit, message::Request};

/// The header field that names a session.
const HEADER: HeaderName = HeaderName::from_static("mimeo-session");
/// The cookie that names a session.
const COOKIE_NAME: &str = "mimeo_session";
/// What a path begins with that names a session: `/_session/ID/…`.
const PREFIX: &str = "/_session/";
/// The session of requests that name none.
const DEFAULT: &str = "default";

/// The name of a session: letters, digits, `.`, `_`, `~` and `-`, at most [`limit::SESSION_NAME_MAX`] of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId(Option<Arc<str>>);

/// A name that a session cannot have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` cannot be the name of a session")]
pub struct BadSession(pub String);

impl SessionId {
    /// The session of requests that name none.
    pub const DEFAULT: Self = Self(None);

    /// The session of that name.
    pub fn new(name: &str) -> Result<Self, BadSession> {
        let is_name = (1..=limit::SESSION_NAME_MAX).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._~-".contains(&byte));
        match name {
            DEFAULT => Ok(Self::DEFAULT),
            _ if is_name => Ok(Self(Some(name.into()))),
            _ => Err(BadSession(name.chars().take(limit::SESSION_NAME_MAX).collect())),
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        self.0.as_deref().unwrap_or(DEFAULT)
    }

    /// True for the session of requests that name none.
    pub fn is_default(&self) -> bool {
        self.0.is_none()
    }

    /// The session that a request names: by the header field `Mimeo-Session`, else by the path prefix `/_session/ID`,
    /// else by the cookie `mimeo_session`.
    ///
    /// The prefix is taken off the path in any case, so that a description never sees it.
    pub fn of(request: &mut Request) -> Result<Self, BadSession> {
        let by_path = take_prefix(request);
        if let Some(value) = request.field(&HEADER) {
            return Self::new(value.to_str().unwrap_or_default().trim());
        }
        if let Some(name) = by_path {
            return Self::new(&name);
        }
        if request.field(&COOKIE).is_none() {
            return Ok(Self::DEFAULT);
        }
        let fields = request.headers.get_all(COOKIE).iter().filter_map(|field| field.to_str().ok());
        let mut pairs = fields.flat_map(|field| field.split(';'));
        let name = pairs.find_map(|pair| pair.trim().strip_prefix(COOKIE_NAME)?.strip_prefix('='));
        name.map_or(Ok(Self::DEFAULT), Self::new)
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Takes `/_session/ID` off the path.
fn take_prefix(request: &mut Request) -> Option<String> {
    let rest = request.path.strip_prefix(PREFIX)?;
    let (name, path) = match rest.split_once('/') {
        Some((name, path)) => (name.to_owned(), format!("/{path}")),
        None => (rest.to_owned(), "/".to_owned()),
    };
    request.path = path;
    Some(name)
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;

    #[track_caller]
    fn check(target: &str, lines: &[(&'static str, &'static str)], expected: (&str, &str)) {
        let mut request = Request::new(Method::GET, target);
        for (name, value) in lines {
            request.headers.append(*name, value.parse().unwrap());
        }
        let found = SessionId::of(&mut request).map_or_else(|error| error.to_string(), |id| id.to_string());
        assert_eq!((&*found, &*request.path), expected);
    }

    #[test]
    fn header_then_path_then_cookie() {
        check("/a", &[], ("default", "/a"));
        check("/a", &[("mimeo-session", "one")], ("one", "/a"));
        check("/_session/two/a/b?c", &[], ("two", "/a/b"));
        check("/_session/two", &[], ("two", "/"));
        check("/_session/two/a", &[("mimeo-session", "one")], ("one", "/a"));
        check("/a", &[("cookie", "x=1; mimeo_session=three")], ("three", "/a"));
        check("/_session/two/a", &[("cookie", "mimeo_session=three")], ("two", "/a"));
        check("/a", &[("cookie", "mimeo_sessions=three")], ("default", "/a"));
    }

    #[test]
    fn names() {
        check("/_session//a", &[], ("`` cannot be the name of a session", "/a"));
        check("/a", &[("mimeo-session", "a b")], ("`a b` cannot be the name of a session", "/a"));
        check("/a", &[("mimeo-session", "default")], ("default", "/a"));
        assert!(SessionId::new(&"x".repeat(limit::SESSION_NAME_MAX)).is_ok());
        assert!(SessionId::new(&"x".repeat(limit::SESSION_NAME_MAX + 1)).is_err());
    }
}
