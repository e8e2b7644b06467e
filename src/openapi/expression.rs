//! Runtime expressions: where in an exchange a value is (OpenAPI 3.2, section "Runtime Expressions").
//!
//! ```text
//! $request.header.X-Token   $request.query.page   $request.path.id   $request.body#/user/name
//! $response.header.Location $response.body#/auth/token   $url   $method   $statusCode
//! ```

use std::fmt;

/// A value in a request or an answer, by its place.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Expression {
    /// `$url`: the request's path and query as sent.
    Url,
    /// `$method`: the request's method.
    Method,
    /// `$statusCode`: the status of the answer.
    StatusCode,
    /// `$request.…`: a part of the request.
    Request(Source),
    /// `$response.…`: a part of the answer.
    Response(Source),
}

/// A part of a message.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// `header.NAME`: a header field, without regard to case.
    Header(String),
    /// `query.NAME`: a parameter of the query.
    Query(String),
    /// `path.NAME`: a parameter of the path.
    Path(String),
    /// `cookie.NAME`: a cookie. Not in the specification, which has no place for credentials in cookies.
    Cookie(String),
    /// `body` or `body#/POINTER`: the body, or a value in it by JSON Pointer.
    Body(String),
}

impl Expression {
    /// Reads an expression; `None` if it is none.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "$url" => return Some(Self::Url),
            "$method" => return Some(Self::Method),
            "$statusCode" => return Some(Self::StatusCode),
            _ => (),
        }
        if let Some(rest) = text.strip_prefix("$request.") {
            return Source::parse(rest).map(Self::Request);
        }
        let source = Source::parse(text.strip_prefix("$response.")?)?;
        matches!(source, Source::Header(_) | Source::Body(_)).then_some(Self::Response(source))
    }
}

impl Source {
    fn parse(text: &str) -> Option<Self> {
        if text == "body" {
            return Some(Self::Body(String::new()));
        }
        if let Some(pointer) = text.strip_prefix("body#") {
            return (pointer.is_empty() || pointer.starts_with('/')).then(|| Self::Body(pointer.to_owned()));
        }
        let (place, name) = text.split_once('.')?;
        if name.is_empty() {
            return None;
        }
        let name = name.to_owned();
        match place {
            "header" => Some(Self::Header(name)),
            "query" => Some(Self::Query(name)),
            "path" => Some(Self::Path(name)),
            "cookie" => Some(Self::Cookie(name)),
            _ => None,
        }
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url => f.write_str("$url"),
            Self::Method => f.write_str("$method"),
            Self::StatusCode => f.write_str("$statusCode"),
            Self::Request(source) => write!(f, "$request.{source}"),
            Self::Response(source) => write!(f, "$response.{source}"),
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header(name) => write!(f, "header.{name}"),
            Self::Query(name) => write!(f, "query.{name}"),
            Self::Path(name) => write!(f, "path.{name}"),
            Self::Cookie(name) => write!(f, "cookie.{name}"),
            Self::Body(pointer) if pointer.is_empty() => f.write_str("body"),
            Self::Body(pointer) => write!(f, "body#{pointer}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes() {
        for text in [
            "$url",
            "$method",
            "$statusCode",
            "$request.header.X-Token",
            "$request.query.a.b",
            "$request.path.id",
            "$request.cookie.sid",
            "$request.body",
            "$request.body#/a/0",
            "$response.header.Location",
            "$response.body#/auth/token",
        ] {
            assert_eq!(Expression::parse(text).map(|found| found.to_string()).as_deref(), Some(text));
        }
        for text in ["", "$", "$request", "$request.header.", "$response.query.a", "$request.body/a", "url", "$foo"] {
            assert_eq!(Expression::parse(text), None, "{text}");
        }
    }
}
