//! A JSON value that stands on the text it was read from.
//!
//! A body is judged by its schema and then, mostly, not looked at again. So what is read for that copies no string that
//! stands in the text as it is, and keeps the members of an object as a list; a [`Value`] hashes and copies each name.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Number, Value};

/// Members of one object: each name is compared with all before it, which is no use for long lists.
const MEMBERS_MAX: usize = 32;

/// Members for which there is room once there is one.
const MEMBERS_FIRST: usize = 6;

/// A JSON value, read from a text that outlives it.
#[derive(Clone, Debug, PartialEq)]
pub enum Borrowed<'t> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number.
    Number(Number),
    /// A string.
    String(Cow<'t, str>),
    /// An array.
    Array(Vec<Self>),
    /// An object: its members in the order of the text, each name once.
    Object(Vec<(Cow<'t, str>, Self)>),
}

impl<'t> Borrowed<'t> {
    /// The value that a text is.
    ///
    /// `None` if it is not JSON, and if an object in it has very many members: what reads it as a [`Value`] says which.
    pub fn read(text: &'t str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// The same value on its own.
    pub(super) fn to_value(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(bool) => Value::Bool(*bool),
            Self::Number(number) => Value::Number(number.clone()),
            Self::String(text) => Value::String(text.to_string()),
            Self::Array(items) => items.iter().map(Self::to_value).collect(),
            Self::Object(members) => {
                let members = members.iter().map(|(name, member)| (name.to_string(), member.to_value()));
                Value::Object(members.collect::<Map<_, _>>())
            }
        }
    }
}

impl<'de> Deserialize<'de> for Borrowed<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Borrowed<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Borrowed::Null)
    }

    fn visit_bool<E>(self, bool: bool) -> Result<Self::Value, E> {
        Ok(Borrowed::Bool(bool))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Borrowed::Number(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Borrowed::Number(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        // JSON has no others.
        Ok(Number::from_f64(number).map_or(Borrowed::Null, Borrowed::Number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Borrowed::String(Cow::Owned(text.to_owned())))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Borrowed::String(Cow::Borrowed(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Borrowed::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut members: Vec<(Cow<'de, str>, Borrowed<'de>)> = Vec::new();
        while let Some(Name(name)) = access.next_key()? {
            let member = access.next_value()?;
            // Of a name that is there twice, the last one counts, at the place of the first, as in a map.
            if let Some((_, first)) = members.iter_mut().find(|(known, _)| *known == name) {
                *first = member;
            } else if members.len() == MEMBERS_MAX {
                return Err(A::Error::custom("has too many members"));
            } else {
                if members.is_empty() {
                    members.reserve(MEMBERS_FIRST);
                }
                members.push((name, member));
            }
        }
        Ok(Borrowed::Object(members))
    }
}

/// The name of a member.
struct Name<'t>(Cow<'t, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(NameReader)
    }
}

struct NameReader;

impl<'de> Visitor<'de> for NameReader {
    type Value = Name<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Name(Cow::Owned(text.to_owned())))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Name(Cow::Borrowed(text)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_the_value_that_the_text_is() {
        for text in [
            "null",
            " true ",
            "-0",
            "-1",
            "1.50",
            "18446744073709551615",
            "18446744073709551616",
            "1e400",
            "\"a\\u00e9\\n\"",
            "\"\\ud83d\\ude00\"",
            "[]",
            "[1, [2.5, {\"a\": null}], \"\"]",
            "{}",
            "{\"a\": 1, \"\\u0062\": {\"c\": []}, \"a\": 2}",
            "{\"a\" 1}",
            "[1,]",
            "",
            "\"\\ud83d\"",
            "1 2",
        ] {
            let value: Option<Value> = serde_json::from_str(text).ok();
            let borrowed = Borrowed::read(text);
            assert_eq!(borrowed.as_ref().map(Borrowed::to_value), value, "{text}");
            assert_eq!(borrowed.map(|it| it.to_value().to_string()), value.map(|it| it.to_string()), "{text}: order");
        }
    }

    #[test]
    fn copies_only_what_is_escaped() {
        let Some(Borrowed::Object(members)) = Borrowed::read("{\"plain\": \"text\", \"\\u0065\": \"\\t\"}") else {
            panic!("an object")
        };
        let is_borrowed = |text: &Cow<'_, str>| matches!(text, Cow::Borrowed(_));
        let seen: Vec<_> = members
            .iter()
            .map(|(name, member)| (is_borrowed(name), matches!(member, Borrowed::String(text) if is_borrowed(text))))
            .collect();
        assert_eq!(seen, [(true, true), (false, false)]);
    }

    #[test]
    fn leaves_large_objects_to_others() {
        let object = |members: usize| {
            let members: Vec<String> = (0..members).map(|number| format!("\"{number}\": 0")).collect();
            format!("[{{{}}}]", members.join(", "))
        };
        assert!(Borrowed::read(&object(MEMBERS_MAX)).is_some());
        assert!(Borrowed::read(&object(MEMBERS_MAX + 1)).is_none());
    }
}
