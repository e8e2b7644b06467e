//! Values that clients make anew in each run, by their form: UUIDs, times, tokens.

use std::sync::OnceLock;

use regex::Regex;

use crate::session::parse_date_time;

/// Milliseconds of a day.
const DAY_MS: u64 = 24 * 60 * 60 * 1_000;
/// How far a time may be from that of the exchange where a description says that it is one.
const DESCRIBED_MS: u64 = 366 * DAY_MS;
/// How far it may be where only its form says so.
const BY_FORM_MS: u64 = DAY_MS;

/// When an exchange was, by both clocks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moments {
    pub(super) real_ms: u64,
    pub(super) virtual_ms: u64,
}

impl Moments {
    fn is_near(self, ms: u64, distance_ms: u64) -> bool {
        ms.abs_diff(self.real_ms) <= distance_ms || ms.abs_diff(self.virtual_ms) <= distance_ms
    }
}

/// What a text stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// One of many, which are told apart: `<uuid #1>`.
    Numbered(&'static str),
    /// One of many, which are not: `<date-time>`.
    Alike(&'static str),
}

/// What a text is by its form, or by the `format` that its schema has; `None` if it is no value that changes.
pub(super) fn form(text: &str, format: Option<&str>, moments: Moments) -> Option<Form> {
    let within = if format.is_some() { DESCRIBED_MS } else { BY_FORM_MS };
    match format {
        Some("uuid") if is_uuid(text) => return Some(Form::Numbered("uuid")),
        Some("date-time") => {
            return parse_date_time(text).filter(|ms| moments.is_near(*ms, within)).map(|_| Form::Alike("date-time"));
        }
        Some("date") => {
            return date(text).filter(|ms| moments.is_near(*ms, within)).map(|_| Form::Alike("date"));
        }
        _ => (),
    }
    if is_made_uuid(text) {
        return Some(Form::Numbered("uuid"));
    }
    if is_jwt(text) {
        return Some(Form::Numbered("jwt"));
    }
    let near = |ms: u64| moments.is_near(ms, BY_FORM_MS);
    if text.len() >= 20 && text.as_bytes().get(4) == Some(&b'-') && parse_date_time(text).is_some_and(near) {
        return Some(Form::Alike("date-time"));
    }
    // Today's date, and those beside it: time zones.
    if date(text).is_some_and(|ms| moments.is_near(ms, 2 * DAY_MS)) {
        return Some(Form::Alike("date"));
    }
    unix(text, near)
}

/// What a number is by its form.
pub(super) fn number(text: &str, moments: Moments) -> Option<Form> {
    unix(text, |ms| moments.is_near(ms, BY_FORM_MS))
}

fn unix(text: &str, near: impl Fn(u64) -> bool) -> Option<Form> {
    let whole = text.split_once('.').map_or(text, |(whole, _)| whole);
    if !(10..=13).contains(&whole.len()) || !whole.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: u64 = whole.parse().ok()?;
    match whole.len() {
        10 if near(number.saturating_mul(1_000)) => Some(Form::Alike("unix-seconds")),
        13 if near(number) => Some(Form::Alike("unix-milliseconds")),
        _ => None,
    }
}

fn date(text: &str) -> Option<u64> {
    (text.len() == 10).then(|| parse_date_time(&format!("{text}T00:00:00Z")))?
}

/// True for a UUID of any version.
fn is_uuid(text: &str) -> bool {
    let bytes = text.as_bytes();
    let at = |index: usize, byte: u8| {
        if matches!(index, 8 | 13 | 18 | 23) { byte == b'-' } else { byte.is_ascii_hexdigit() }
    };
    bytes.len() == 36 && bytes.iter().enumerate().all(|(index, byte)| at(index, *byte))
}

/// True for a UUID of a version that is made anew each time (RFC 9562: by time or by chance). Those that people write by
/// hand have none.
pub(super) fn is_made_uuid(text: &str) -> bool {
    is_uuid(text)
        && matches!(text.as_bytes()[14], b'1' | b'4' | b'6' | b'7')
        && matches!(text.as_bytes()[19].to_ascii_lowercase(), b'8' | b'9' | b'a' | b'b')
}

/// True for a JSON Web Token by its looks: its header is a JSON object, its parts are base64url.
fn is_jwt(text: &str) -> bool {
    text.starts_with("eyJ")
        && text.split('.').count() == 3
        && text.len() > 20
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.=".contains(&byte))
}

/// The port of a server on this machine, which another run finds elsewhere.
fn ports() -> &'static Regex {
    static PORTS: OnceLock<Regex> = OnceLock::new();
    #[expect(clippy::expect_used, reason = "the pattern is fixed, and a test compiles it")]
    PORTS.get_or_init(|| Regex::new(r"(127\.0\.0\.1|localhost|\[::1\])(:|%3[Aa])\d{2,5}").expect("a pattern"))
}

/// A text without the ports of servers on this machine.
pub(super) fn without_ports(text: &str) -> String {
    if !text.contains("127.0.0.1") && !text.contains("localhost") && !text.contains("[::1]") {
        return text.to_owned();
    }
    ports().replace_all(text, "$1$2<port>").into_owned()
}

/// True for the name of a session that a test framework made for one run: a UUID, or letters and digits in a long mix.
pub(super) fn is_made_name(name: &str) -> bool {
    let is_mixed = |part: &str| {
        let digits = part.bytes().filter(u8::is_ascii_digit).count();
        part.len() >= 16 && digits >= 4 && digits < part.len() && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    let is_hex = |part: &str| part.len() >= 12 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let ends_with_uuid =
        name.len() >= 36 && name.is_char_boundary(name.len() - 36) && is_uuid(&name[name.len() - 36..]);
    ends_with_uuid || name.split(['-', '_', '.', '~']).any(|part| is_mixed(part) || is_hex(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Moments = Moments { real_ms: 1_795_653_711_000, virtual_ms: 1_795_653_711_000 + 40 * DAY_MS };

    #[test]
    fn forms() {
        #[track_caller]
        fn check(text: &str, format: Option<&str>, expected: Option<Form>) {
            assert_eq!(form(text, format, NOW), expected, "{text} {format:?}");
        }
        let uuid = Some(Form::Numbered("uuid"));
        check("6b1e7f5a-0c7d-4b53-9a4e-3f2d1c0b9a87", None, uuid);
        check("6B1E7F5A-0C7D-7B53-9A4E-3F2D1C0B9A87", None, uuid);
        check("00000000-0000-0000-0000-000000000001", None, None);
        check("00000000-0000-0000-0000-000000000001", Some("uuid"), uuid);
        check("6b1e7f5a-0c7d-4b53-9a4e-3f2d1c0b9a8", None, None);
        check("eyJhbGciOiJIUzI1NiJ9.e30.abc", None, Some(Form::Numbered("jwt")));
        check("eyJ.e30", None, None);
        let time = Some(Form::Alike("date-time"));
        check("2026-11-26T01:02:03Z", None, time);
        check("2026-11-26T01:02:03.123456+02:00", None, time);
        check("2027-01-05T12:00:00Z", None, time);
        check("2026-12-24T18:00:00Z", None, None);
        check("2026-12-24T18:00:00Z", Some("date-time"), time);
        check("1999-12-31T23:59:59Z", Some("date-time"), None);
        check("soon", Some("date-time"), None);
        check("2026-11-26", None, Some(Form::Alike("date")));
        check("2026-10-01", None, None);
        check("2026-10-01", Some("date"), Some(Form::Alike("date")));
        check("1970-01-01", Some("date"), None);
        check("1795653711", None, Some(Form::Alike("unix-seconds")));
        check("1795653711.25", None, Some(Form::Alike("unix-seconds")));
        check("1795653711123", None, Some(Form::Alike("unix-milliseconds")));
        check("1700000000", None, None);
        check("12345", None, None);
        check("", None, None);
    }

    #[test]
    fn ports_are_left_out() {
        assert_eq!(
            without_ports("http://127.0.0.1:41234/x?u=localhost:80"),
            "http://127.0.0.1:<port>/x?u=localhost:<port>"
        );
        assert_eq!(without_ports("http%3A%2F%2Flocalhost%3A41234%2Fx"), "http%3A%2F%2Flocalhost%3A<port>%2Fx");
        assert_eq!(without_ports("http://example.com:8080/"), "http://example.com:8080/");
    }

    #[test]
    fn made_names() {
        for name in [
            "6b1e7f5a-0c7d-4b53-9a4e-3f2d1c0b9a87",
            "test-0c7d4b539a4e",
            "V1StGXR8Z5jdHi6BmyT9",
            "a-6b1e7f5a-0c7d-4b53-9a4e-3f2d1c0b9a87",
        ] {
            assert!(is_made_name(name), "{name}");
        }
        for name in ["default", "my-test", "checkout_with_2_items", "test-12", "internationalisation"] {
            assert!(!is_made_name(name), "{name}");
        }
    }
}
