//! What earlier answers gave and later requests send: the id of a resource, a cursor, an upload's key.
//!
//! A value counts if it is long enough to be no coincidence, and if the member that held it is called like something
//! that identifies, or if it is a mix of letters and digits that nobody types.

use std::collections::HashMap;

use serde_json::Value;

use super::seen::Seen;
use crate::limit;

/// Characters of a text that is looked for, at the least.
const TEXT_MIN: usize = 6;
/// Characters of a text that is looked for whatever its member is called.
const MIXED_MIN: usize = 16;
/// Characters of a text that is looked for, at most.
const TEXT_MAX: usize = 512;
/// Digits of a number that is looked for, at the least.
const DIGITS_MIN: usize = 5;
/// How the names of members end that identify something, in lower case.
const IDENTIFYING: [&str; 10] = ["id", "uuid", "guid", "key", "code", "cursor", "ref", "handle", "etag", "ticket"];

/// The values that the answers of a session gave, each with where it came from.
#[derive(Debug, Default)]
pub(super) struct Links {
    labels: HashMap<String, String>,
}

impl Links {
    /// Remembers what an answer gives.
    ///
    /// Where several answers gave a value, the first one counts; of a client that sends several requests at once, whose
    /// first one is a matter of chance, the one with the least label.
    pub(super) fn note(&mut self, seen: &Seen<'_>, is_sequence: bool) {
        let Some(answer) = seen.answer.as_ref().filter(|_| seen.record.status < 400) else { return };
        let operation = match seen.operation().and_then(|operation| operation.id.as_deref()) {
            Some(id) => id.to_owned(),
            None => format!("{} {}", seen.record.method, seen.template()),
        };
        self.walk(answer, "", &operation, is_sequence);
    }

    fn walk(&mut self, value: &Value, name: &str, operation: &str, is_sequence: bool) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.walk(item, name, operation, is_sequence)),
            Value::Object(members) => {
                for (name, member) in members {
                    self.walk(member, name, operation, is_sequence);
                }
            }
            Value::String(text) if is_told_by(name, text) => self.add(text, name, operation, is_sequence),
            Value::Number(number) => {
                let text = number.to_string();
                if is_identifying(name) && text.len() >= DIGITS_MIN && number.is_u64() {
                    self.add(&text, name, operation, is_sequence);
                }
            }
            _ => (),
        }
    }

    fn add(&mut self, value: &str, name: &str, operation: &str, is_sequence: bool) {
        let label = format!("{operation}.{name}");
        if let Some(known) = self.labels.get_mut(value) {
            if !is_sequence && label < *known {
                *known = label;
            }
        } else if self.labels.len() < limit::SNAPSHOT_LINKS_MAX {
            self.labels.insert(value.to_owned(), label);
        }
    }

    /// Where a value came from.
    pub(super) fn get(&self, value: &str) -> Option<&str> {
        self.labels.get(value).map(String::as_str)
    }
}

fn is_told_by(name: &str, text: &str) -> bool {
    if !(TEXT_MIN..=TEXT_MAX).contains(&text.len()) || text.contains(char::is_whitespace) {
        return false;
    }
    let has = |test: fn(&u8) -> bool| text.as_bytes().iter().any(test);
    is_identifying(name)
        || text.len() >= MIXED_MIN
            && has(u8::is_ascii_digit)
            && has(u8::is_ascii_alphabetic)
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

/// True for `id`, `userId`, `user_id`, `nextCursor`; not for `paid`.
fn is_identifying(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    IDENTIFYING.iter().any(|ending| {
        let Some(rest) = lower.strip_suffix(ending) else { return false };
        let end = &name[rest.len()..];
        rest.is_empty() || rest.ends_with(['_', '-', '.']) || end.starts_with(|c: char| c.is_ascii_uppercase())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_values() {
        for name in ["id", "_id", "userId", "user_id", "ID", "nextCursor", "code"] {
            assert!(is_identifying(name), "{name}");
        }
        for name in ["paid", "name", "idea", "postcode", "monkey", ""] {
            assert!(!is_identifying(name), "{name}");
        }
        assert!(is_told_by("id", "ab12cd"));
        assert!(!is_told_by("id", "ab12"));
        assert!(is_told_by("room", "aobEdbYhXfu5hkeqG"));
        assert!(!is_told_by("name", "internationalisation"));
        assert!(!is_told_by("name", "Room number 12 of 14"));
    }
}
