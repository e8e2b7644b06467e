//! Hiding secrets in what is shown of a record: whoever looks at a journal, or sends it to somebody, need not think of
//! them.

use std::borrow::Cow;

use serde_json::Value;

use crate::finding::{Finding, Part, Place, Reason};

/// What stands in the place of a secret.
const MASK: &str = "***";

/// Parts of names, in lower case and without `-` and `_`, whose values are secrets.
const SECRET_NAMES: [&str; 10] =
    ["authorization", "cookie", "token", "apikey", "password", "passwd", "pwd", "secret", "credential", "session"];
/// Names that look as if their values were secrets, and are none.
const OPEN_NAMES: [&str; 2] = ["mimeosession", "tokentype"];

/// A name in lower case and without `-` and `_`.
fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Knows which names are those of secrets.
#[derive(Clone, Debug, Default)]
pub struct Secrets {
    /// Names beside the usual ones, plain.
    names: Vec<String>,
}

impl Secrets {
    /// Values under these names are secrets too, such as the header field of an API key.
    pub fn with<'n>(names: impl IntoIterator<Item = &'n str>) -> Self {
        Self { names: names.into_iter().map(plain).collect() }
    }

    /// True if what bears the name is a secret.
    fn has(&self, name: &str) -> bool {
        let plain = plain(name);
        self.names.contains(&plain)
            || !OPEN_NAMES.contains(&&*plain)
                && (SECRET_NAMES.iter().any(|part| plain.contains(part)) || plain == "auth" || plain == "pass")
    }

    /// The header fields of a record, as names and values.
    pub fn headers(&self, lines: &[u8]) -> Vec<(String, String)> {
        let text = String::from_utf8_lossy(lines);
        let pairs = text.lines().filter_map(|line| line.split_once(": "));
        pairs.map(|(name, value)| (name.to_owned(), if self.has(name) { MASK } else { value }.to_owned())).collect()
    }

    /// A query, or a form, as it was sent.
    pub fn query(&self, query: &str) -> String {
        let pairs = query.split('&').map(|pair| match pair.split_once('=') {
            Some((name, _)) if self.has(&decoded(name)) => format!("{name}={MASK}"),
            _ => pair.to_owned(),
        });
        pairs.collect::<Vec<_>>().join("&")
    }

    /// A body: JSON as a value, other text as a string; `None` where it is no text, or where a secret could not be told
    /// from the rest.
    pub fn body(&self, body: &[u8]) -> Option<Value> {
        if body.is_empty() {
            return None;
        }
        if let Ok(mut value) = serde_json::from_slice(body) {
            self.mask(&mut value);
            return Some(value);
        }
        let text = std::str::from_utf8(body).ok()?;
        if is_form(text) {
            return Some(Value::String(self.query(text)));
        }
        // Text of another kind, or JSON of which the end is missing: it is shown if it mentions nothing secret.
        let is_word = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
        let is_open = !text.split(|c: char| !is_word(c)).any(|word| self.has(word));
        is_open.then(|| Value::String(text.to_owned()))
    }

    /// A finding, without its words if it is about a secret: they may quote it.
    pub fn finding<'f>(&self, finding: &'f Finding) -> Cow<'f, Finding> {
        let is_open = match &finding.place {
            Place::Message { part: Part::Body, at, .. } => !at.split('/').any(|member| self.has(member)),
            Place::Message { part: Part::Path | Part::Security | Part::Status, .. } => true,
            Place::Message { at, .. } => !self.has(at),
            _ => true,
        };
        // What is wrong with credentials is said without them.
        if is_open || finding.reason.is_some_and(Reason::is_security) {
            return Cow::Borrowed(finding);
        }
        let message = format!("`{}` failed for a value that is kept secret", finding.code.as_str());
        Cow::Owned(Finding { message, help: None, ..finding.clone() })
    }

    fn mask(&self, value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.mask(item)),
            Value::Object(members) => {
                for (name, member) in members {
                    // An object that is called `session` has members of its own; only plain values are secrets.
                    match member {
                        Value::Object(_) | Value::Array(_) => self.mask(member),
                        Value::String(_) | Value::Number(_) if self.has(name) => {
                            *member = Value::String(MASK.to_owned());
                        }
                        _ => (),
                    }
                }
            }
            _ => (),
        }
    }
}

fn decoded(name: &str) -> Cow<'_, str> {
    percent_encoding::percent_decode_str(name).decode_utf8_lossy()
}

/// True for a text that can be `application/x-www-form-urlencoded`.
fn is_form(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"*-._+%=&[]~".contains(&byte);
    text.contains('=') && text.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::finding::Code;

    fn secrets() -> Secrets {
        Secrets::with(["X-Pass-Key", "key"])
    }

    #[test]
    fn headers() {
        let lines = b"accept: */*\nauthorization: Bearer x\nx-rockit-beauth-token: y\ncookie: a=b\nx-api-key: z\nx-pass-key: k\nmimeo-session: s\n";
        let shown: Vec<String> =
            secrets().headers(lines).into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        let expected = [
            "accept=*/*",
            "authorization=***",
            "x-rockit-beauth-token=***",
            "cookie=***",
            "x-api-key=***",
            "x-pass-key=***",
            "mimeo-session=s",
        ];
        assert_eq!(shown, expected);
    }

    #[test]
    fn queries() {
        assert_eq!(
            secrets().query("key=1&limit=2&api%5fkey=x&token&PassWord=a=b"),
            "key=***&limit=2&api%5fkey=***&token&PassWord=***"
        );
    }

    #[test]
    fn bodies() {
        #[track_caller]
        fn check(body: &str, expected: Option<Value>) {
            assert_eq!(secrets().body(body.as_bytes()), expected, "{body}");
        }
        check("", None);
        check(
            r#"{"user":"a","password":"b","auth":{"token":"c","expires":1},"pins":[{"secret":7,"token_type":"x"}]}"#,
            Some(
                json!({"user": "a", "password": "***", "auth": {"token": "***", "expires": 1}, "pins": [{"secret": "***", "token_type": "x"}]}),
            ),
        );
        check("user=a&password=b%20c", Some(json!("user=a&password=***")));
        check("just a text", Some(json!("just a text")));
        check(r#"{"name":"Rex","rest":"#, Some(json!(r#"{"name":"Rex","rest":"#)));
        check(r#"{"password":"b","rest":"#, None);
        check("name=\"password\"\r\n\r\nhunter2", None);
        assert_eq!(secrets().body(b"\xff\xfe"), None);
    }

    #[test]
    fn findings() {
        let about = |at: &str| {
            secrets()
                .finding(&Finding::error(Code("minLength"), Place::request(Part::Body, at), "`hunter2` is too short"))
                .message
                .clone()
        };
        assert_eq!(about("/user"), "`hunter2` is too short");
        assert_eq!(about("/login/password"), "`minLength` failed for a value that is kept secret");
    }
}
