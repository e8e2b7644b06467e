//! What a client asks of the mock: `Prefer` (RFC 7240) and the `__code` query form, as in Prism.
//!
//! ```text
//! Prefer: code=404, example="not found", dynamic=true, seed=42
//! GET /pets?__code=404&__example=not%20found
//! ```
//!
//! Both may be used together; where they differ, the header field wins.

use std::borrow::Cow;

use http::HeaderName;

use crate::{
    finding::{Code, Finding, Part, Place},
    message::Request,
};

/// The field in which a client says what it would like.
const PREFER: HeaderName = HeaderName::from_static("prefer");

/// What a client asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Preference {
    /// A status.
    pub(super) code: Option<u16>,
    /// An example, by name.
    pub(super) example: Option<String>,
    /// Whether to make the body from its schema.
    pub(super) dynamic: Option<bool>,
    /// The seed for it.
    pub(super) seed: Option<String>,
    /// True if any of it came by header: then the answer says what was applied.
    by_header: bool,
}

impl Preference {
    /// Reads a request's preferences. Unknown ones are not ours and are passed over.
    pub(super) fn of(request: &Request) -> Result<Self, Box<Finding>> {
        let mut found = Self::default();
        if let Some(query) = request.query.as_deref().filter(|query| query.contains("__")) {
            for (key, value) in form_urlencoded::parse(query.as_bytes()) {
                if let Some(name) = key.strip_prefix("__") {
                    found.set(name, &value, &Place::request(Part::Query, key.clone()))?;
                }
            }
        }
        if request.field(&PREFER).is_none() {
            return Ok(found);
        }
        for line in request.headers.get_all(PREFER) {
            let Ok(line) = line.to_str() else { continue };
            for (name, value) in preferences(line) {
                found.by_header |= found.set(&name, &value, &Place::request(Part::Header, "Prefer"))?;
            }
        }
        Ok(found)
    }

    /// The preferences without that for an example.
    pub(super) fn without_example(&self) -> Self {
        Self { example: None, ..self.clone() }
    }

    /// Takes one preference; false if it is none of ours.
    fn set(&mut self, name: &str, value: &str, place: &Place) -> Result<bool, Box<Finding>> {
        let refuse = |message: &str, help: &str| {
            let message = format!("{message}, not `{value}`");
            Err(Box::new(Finding::error(Code::BAD_PREFERENCE, place.clone(), message).help(help)))
        };
        match name.to_ascii_lowercase().as_str() {
            "code" => match value.parse() {
                Ok(code) if value.len() == 3 && (200..600).contains(&code) => self.code = Some(code),
                _ => return refuse("the preference `code` takes a final status, 200 to 599", "write code=404"),
            },
            "example" => self.example = Some(value.to_owned()),
            "dynamic" => match value {
                "true" | "" => self.dynamic = Some(true),
                "false" => self.dynamic = Some(false),
                _ => return refuse("the preference `dynamic` is true or false", "write dynamic=true"),
            },
            "seed" => self.seed = Some(value.to_owned()),
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// The value of `Preference-Applied` for an answer: what was asked by header and done; `None` if that is nothing.
    pub(super) fn applied(&self, answer: &Answered<'_>) -> Option<String> {
        if !self.by_header {
            return None;
        }
        let mut parts = Vec::new();
        if let Some(code) = self.code.filter(|code| answer.forced && *code == answer.status) {
            parts.push(format!("code={code}"));
        }
        if let Some(example) = self.example.as_deref().filter(|example| Some(*example) == answer.example) {
            parts.push(format!("example={}", quoted(example)));
        }
        if let Some(dynamic) = self.dynamic.filter(|dynamic| *dynamic == answer.varied) {
            parts.push(format!("dynamic={dynamic}"));
        }
        if let Some(seed) = self.seed.as_deref().filter(|_| answer.varied) {
            parts.push(format!("seed={}", quoted(seed)));
        }
        (!parts.is_empty()).then(|| parts.join(", "))
    }
}

/// What an answer is, as far as preferences go.
#[derive(Clone, Copy, Debug)]
pub(super) struct Answered<'a> {
    /// The status.
    pub(super) status: u16,
    /// True if the wish for a status counted.
    pub(super) forced: bool,
    /// The name of the example that is its body.
    pub(super) example: Option<&'a str>,
    /// True if its body is a varied value.
    pub(super) varied: bool,
}

/// A word as it is, anything else as a quoted string.
fn quoted(text: &str) -> Cow<'_, str> {
    let is_token =
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte));
    if is_token { text.into() } else { format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")).into() }
}

/// Splits `a=b; x=y, c="d, e"` at its commas into names and values; parameters of preferences are dropped.
fn preferences(line: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut chars = line.chars().peekable();
    while chars.peek().is_some() {
        let mut name = String::new();
        let mut value = String::new();
        let (mut in_value, mut in_parameter) = (false, false);
        while let Some(c) = chars.next() {
            match c {
                ',' => break,
                ';' => in_parameter = true,
                '"' if in_value => {
                    let text = quoted_string(&mut chars);
                    if !in_parameter {
                        value.push_str(&text);
                    }
                }
                '=' if !in_value => in_value = true,
                _ if in_parameter => (),
                c if in_value => value.push(c),
                c => name.push(c),
            }
        }
        if !name.trim().is_empty() {
            found.push((name.trim().to_owned(), value.trim().to_owned()));
        }
    }
    found
}

/// The rest of a quoted string, up to its closing quote.
fn quoted_string(chars: &mut impl Iterator<Item = char>) -> String {
    let mut text = String::new();
    while let Some(c) = chars.next() {
        match c {
            '"' => break,
            '\\' => text.extend(chars.next()),
            c => text.push(c),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;

    /// An answer that is all that was asked for.
    fn answered(wish: &Preference) -> Answered<'_> {
        Answered {
            status: wish.code.unwrap_or(200),
            forced: wish.code.is_some(),
            example: wish.example.as_deref(),
            varied: wish.dynamic == Some(true),
        }
    }

    #[test]
    fn only_what_was_done_is_told() {
        let mut request = Request::new(Method::GET, "/");
        request.headers.insert("prefer", "code=200, example=dog".parse().unwrap());
        let wish = Preference::of(&request).unwrap();
        let refused = Answered { status: 422, forced: false, example: None, varied: false };
        assert_eq!(wish.applied(&refused), None);
        let other = Answered { status: 200, forced: true, example: Some("cat"), varied: false };
        assert_eq!(wish.applied(&other).as_deref(), Some("code=200"));
    }

    #[track_caller]
    fn check(target: &str, header: &str, expected: &str) {
        let mut request = Request::new(Method::GET, target);
        if !header.is_empty() {
            request.headers.insert("prefer", header.parse().unwrap());
        }
        let found = match Preference::of(&request) {
            Ok(found) => format!(
                "{:?} {:?} {:?} {:?} {:?}",
                found.code,
                found.example,
                found.dynamic,
                found.seed,
                found.applied(&answered(&found)).unwrap_or_default()
            ),
            Err(finding) => finding.message,
        };
        assert_eq!(found, expected);
    }

    /// An answer on the way to another is never all that is sent.
    #[test]
    fn asks_for_a_final_status() {
        check("/?__code=100", "", "the preference `code` takes a final status, 200 to 599, not `100`");
        check("/", "code=200", "Some(200) None None None \"code=200\"");
    }

    #[test]
    fn by_header_and_by_query() {
        check("/", "", "None None None None \"\"");
        check("/", "code=404", "Some(404) None None None \"code=404\"");
        check("/", "code=404, example=dog", "Some(404) Some(\"dog\") None None \"code=404, example=dog\"");
        check(
            "/",
            "example=\"a, b\"; x=1,code=200",
            "Some(200) Some(\"a, b\") None None \"code=200, example=\\\"a, b\\\"\"",
        );
        check("/", "return=minimal, respond-async", "None None None None \"\"");
        check("/?__code=404&__example=a%20b", "", "Some(404) Some(\"a b\") None None \"\"");
        check("/?__code=404", "code=500", "Some(500) None None None \"code=500\"");
        check("/?__dynamic=true&__seed=x", "", "None None Some(true) Some(\"x\") \"\"");
    }

    #[test]
    fn refuses_what_it_cannot_read() {
        check("/", "code=40", "the preference `code` takes a final status, 200 to 599, not `40`");
        check("/", "code=abc", "the preference `code` takes a final status, 200 to 599, not `abc`");
        check("/?__dynamic=maybe", "", "the preference `dynamic` is true or false, not `maybe`");
    }
}
