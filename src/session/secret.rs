//! Hiding secrets in what is shown of a record: whoever looks at a journal, or sends it to somebody, need not think of
//! them.

use std::{borrow::Cow, sync::OnceLock};

use regex::{Captures, Regex};
use serde_json::Value;

use crate::{
    contract::Site,
    finding::{Finding, Part, Place, Reason},
    openapi::SchemeKind,
};

/// Parts of names, in lower case and without `-` and `_`, whose values are secrets.
const SECRET_NAMES: [&str; 10] =
    ["authorization", "cookie", "token", "apikey", "password", "passwd", "pwd", "secret", "credential", "session"];
/// Whole names, likewise: as parts of others they would mean nothing.
const SHORT_NAMES: [&str; 6] = ["auth", "pass", "pw", "pin", "otp", "totp"];
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
    /// What stands in the place of a secret.
    pub const MASK: &'static str = "***";

    /// Values under these names are secrets too, such as the header field of an API key.
    pub fn with<'n>(names: impl IntoIterator<Item = &'n str>) -> Self {
        Self { names: names.into_iter().map(plain).collect() }
    }

    /// What is a secret where these APIs are served: beside the usual, what they call their keys.
    pub fn of(site: &Site) -> Self {
        let schemes = site.contracts.iter().flat_map(|contract| contract.api.schemes.values());
        Self::with(schemes.filter_map(|scheme| match &scheme.kind {
            SchemeKind::ApiKey { name, .. } => Some(name.as_str()),
            _ => None,
        }))
    }

    /// The names beside the usual ones, for [`Secrets::with`].
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// True if what bears the name is a secret.
    pub fn has(&self, name: &str) -> bool {
        let plain = plain(name);
        self.names.contains(&plain)
            || !OPEN_NAMES.contains(&&*plain)
                && (SECRET_NAMES.iter().any(|part| plain.contains(part)) || SHORT_NAMES.contains(&&*plain))
    }

    /// The header fields of a record, as names and values.
    pub fn headers(&self, lines: &[u8]) -> Vec<(String, String)> {
        let text = String::from_utf8_lossy(lines);
        let pairs = text.lines().filter_map(|line| line.split_once(": "));
        let shown = |name: &str, value| if self.has(name) { Cow::Borrowed(Self::MASK) } else { self.address(value) };
        pairs.map(|(name, value)| (name.to_owned(), shown(name, value).into_owned())).collect()
    }

    /// A query, or a form, as it was sent.
    pub fn query(&self, query: &str) -> String {
        let pairs = query.split('&').map(|pair| match pair.split_once('=') {
            Some((name, _)) if self.has(&decoded(name)) => format!("{name}={}", Self::MASK),
            _ => self.address(pair).into_owned(),
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
        self.is_open(text).then(|| Value::String(self.address(text).into_owned()))
    }

    /// True if a text mentions nothing that could be the name of a secret.
    pub fn is_open(&self, text: &str) -> bool {
        let is_word = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
        !text.split(|c: char| !is_word(c)).any(|word| self.has(word))
    }

    /// A finding, without its words if it is about a secret: they may quote it.
    pub fn finding<'f>(&self, finding: &'f Finding) -> Cow<'f, Finding> {
        let is_open = match &finding.place {
            Place::Message { part: Part::Path | Part::Security | Part::Status, .. } => true,
            Place::Message { at, .. } => !at.split('/').any(|member| self.has(member)),
            _ => true,
        };
        // What is wrong with credentials is said without them.
        if is_open || finding.reason.is_some_and(Reason::is_security) {
            return match self.address(&finding.message) {
                Cow::Borrowed(_) => Cow::Borrowed(finding),
                Cow::Owned(message) => Cow::Owned(Finding { message, ..finding.clone() }),
            };
        }
        let message = format!("`{}` failed for a value that is kept secret", finding.code.as_str());
        Cow::Owned(Finding { message, help: None, ..finding.clone() })
    }

    /// A text without the secrets in addresses that are in it.
    pub fn address<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.in_addresses(text, |_| Self::MASK.to_owned())
    }

    /// A text in which the secrets in addresses are replaced: `https://USER:PASSWORD@host/?token=SECRET`.
    pub fn in_addresses<'t>(&self, text: &'t str, mut with: impl FnMut(&str) -> String) -> Cow<'t, str> {
        if !text.contains("://") && !text.starts_with('/') {
            return Cow::Borrowed(text);
        }
        in_addresses().replace_all(text, |found: &Captures<'_>| match (found.name("user"), found.name("name")) {
            (Some(user), _) => format!("://{}@", with(user.as_str())),
            (None, Some(name)) if self.has(&decoded(name.as_str())) && !found["value"].is_empty() => {
                format!("{}{}={}", &found["before"], name.as_str(), with(&found["value"]))
            }
            _ => found[0].to_owned(),
        })
    }

    fn mask(&self, value: &mut Value) {
        match value {
            Value::String(text) => {
                if let Cow::Owned(shown) = self.address(text) {
                    *text = shown;
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.mask(item)),
            Value::Object(members) => {
                for (name, member) in members {
                    // An object that is called `session` has members of its own; only plain values are secrets.
                    match member {
                        Value::String(_) | Value::Number(_) if self.has(name) => {
                            *member = Value::String(Self::MASK.to_owned());
                        }
                        _ => self.mask(member),
                    }
                }
            }
            _ => (),
        }
    }
}

/// What stands before the host of an address, and what looks like a pair of its query.
fn in_addresses() -> &'static Regex {
    static PATTERN: OnceLock<Regex> = OnceLock::new();
    #[expect(clippy::expect_used, reason = "the pattern is fixed, and a test compiles it")]
    PATTERN.get_or_init(|| {
        Regex::new(
            r#"://(?P<user>[^/?\#\s@"'<>`]+)@|(?P<before>[?&\#])(?P<name>[\w.%\[\]-]+)=(?P<value>[^?&\#\s"'<>`]*)"#,
        )
        .expect("a pattern")
    })
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
    fn addresses() {
        #[track_caller]
        fn check(text: &str, expected: &str) {
            assert_eq!(secrets().address(text), expected);
        }
        check("https://me:hunter2@a.example/x", "https://***@a.example/x");
        check(
            "see https://a.example/cb?a=1&access_token=x#id_token=y now",
            "see https://a.example/cb?a=1&access_token=***#id_token=*** now",
        );
        check("https://a.example/?to=https://b.example/?token=x", "https://a.example/?to=https://b.example/?token=***");
        check("/cb?password=x&b=", "/cb?password=***&b=");
        check("a@b.example: 3 ? token=x", "a@b.example: 3 ? token=x");
        let sent = br#"{"hook":"https://u:p@a.example","list":["/x?secret=1"]}"#;
        assert_eq!(secrets().body(sent), Some(json!({"hook": "https://***@a.example", "list": ["/x?secret=***"]})));
        assert_eq!(secrets().query("to=https://a.example/?token=x&a=1"), "to=https://a.example/?token=***&a=1");
        let shown = secrets().headers(b"referer: http://a.example/?token=x\n");
        assert_eq!(shown, [("referer".to_owned(), "http://a.example/?token=***".to_owned())]);
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
        let about = |part, at: &str| {
            let place = Place::request(part, at);
            secrets().finding(&Finding::error(Code("minLength"), place, "`hunter2` is too short")).message.clone()
        };
        assert_eq!(about(Part::Body, "/user"), "`hunter2` is too short");
        assert_eq!(about(Part::Query, "login/user"), "`hunter2` is too short");
        for (part, at) in [(Part::Body, "/login/password"), (Part::Query, "login/password"), (Part::Cookie, "password")]
        {
            assert_eq!(about(part, at), "`minLength` failed for a value that is kept secret");
        }
    }
}
