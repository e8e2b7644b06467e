//! From a piece of raw text to a value of the right type.

use std::{borrow::Cow, cell::Cell, sync::Arc};

use percent_encoding::percent_decode_str;
use serde_json::{Number, Value};

use super::{Malformed, Shapes};
use crate::{
    openapi::SchemaRef,
    schema::{Shape, Types},
};

/// How characters are escaped in raw text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::contract) enum Escape {
    /// Percent-encoded, and `+` is a space: queries and forms.
    Form,
    /// Percent-encoded: paths.
    Percent,
    /// Percent-encoded, but a percent sign that starts no escape is itself: cookies.
    Lenient,
    /// Not at all: header fields, parts of multipart bodies.
    None,
}

/// Raw text with its escapes replaced.
pub(in crate::contract) fn decode(raw: &str, escape: Escape) -> Result<Cow<'_, str>, Malformed> {
    // Most text has no escape. It is short, so that one look at each byte is faster than a search for each character.
    if escape == Escape::None || !raw.bytes().any(|byte| matches!(byte, b'%' | b'+')) {
        return Ok(Cow::Borrowed(raw));
    }
    let spaced = match escape {
        Escape::Form if raw.contains('+') => Cow::Owned(raw.replace('+', " ")),
        _ => Cow::Borrowed(raw),
    };
    if !spaced.contains('%') {
        return Ok(spaced);
    }
    if escape != Escape::Lenient && !is_percent_encoded(&spaced) {
        return Err(Malformed("has a `%` that is not followed by two hexadecimal digits".to_owned()));
    }
    match percent_decode_str(&spaced).decode_utf8() {
        Ok(text) => Ok(Cow::Owned(text.into_owned())),
        Err(_) if escape == Escape::Lenient => Ok(spaced),
        Err(_) => Err(Malformed("is not UTF-8 once it is percent-decoded".to_owned())),
    }
}

fn is_percent_encoded(text: &str) -> bool {
    text.split('%').skip(1).all(|rest| rest.len() >= 2 && rest.bytes().take(2).all(|byte| byte.is_ascii_hexdigit()))
}

/// Gives text the type that a schema asks for.
///
/// Where a schema allows a string and another type, text can be read in two ways. The first reading takes the other
/// type, the second one the string; [`Typing::ambiguous`] says whether a second one can differ.
pub(in crate::contract) struct Typing<'s> {
    shapes: &'s dyn Shapes,
    second: bool,
    ambiguous: Cell<bool>,
}

impl<'s> Typing<'s> {
    /// The first reading.
    pub(in crate::contract) fn first(shapes: &'s dyn Shapes) -> Self {
        Self { shapes, second: false, ambiguous: Cell::new(false) }
    }

    /// The second reading.
    pub(in crate::contract) fn second(shapes: &'s dyn Shapes) -> Self {
        Self { second: true, ..Self::first(shapes) }
    }

    /// True if text was met that the other reading takes for something else.
    pub(in crate::contract) fn ambiguous(&self) -> bool {
        self.ambiguous.get()
    }

    /// Which of two ways to read the same text is taken: `likely` says which comes first.
    pub(in crate::contract) fn choose(&self, likely: bool) -> bool {
        self.ambiguous.set(true);
        likely != self.second
    }

    /// The shape of a schema.
    pub(in crate::contract) fn shape(&self, schema: &SchemaRef) -> Arc<Shape> {
        self.shapes.shape(schema)
    }

    /// The shape of a schema, or one that says nothing if there is none.
    pub(in crate::contract) fn inner(&self, schema: Option<&SchemaRef>) -> Arc<Shape> {
        schema.map_or_else(|| Arc::new(Shape::any().clone()), |schema| self.shape(schema))
    }

    /// The shapes of the items of an array, by position.
    pub(in crate::contract) fn items(&self, shape: &Shape) -> impl Fn(usize) -> Arc<Shape> {
        let rest = self.inner(shape.items.as_ref());
        move |index| shape.prefix.get(index).map_or_else(|| Arc::clone(&rest), |schema| self.shape(schema))
    }

    /// The schema of a property, known or additional.
    pub(in crate::contract) fn property<'p>(shape: &'p Shape, name: &str) -> Option<&'p SchemaRef> {
        shape.properties.get(name).or(shape.additional.as_ref())
    }

    /// Text inside an array or object as a value. `OpenAPI` leaves open how an array or object is written there; it is
    /// read as JSON, which is what most clients send.
    pub(in crate::contract) fn inside(&self, text: Cow<'_, str>, types: Types) -> Value {
        match composite(&text, types) {
            Some(value) if !types.has(Types::STRING) || self.choose(true) => value,
            _ => self.value(text, types),
        }
    }

    /// Text as a value: a number, boolean or null if the types allow one that is written so, a string otherwise.
    pub(in crate::contract) fn value(&self, text: Cow<'_, str>, types: Types) -> Value {
        match typed(&text, types) {
            Some(value) if !types.has(Types::STRING) => value,
            // A schema that names no type is more likely to mean the text as it is.
            Some(value) if self.choose(types != Types::ANY) => value,
            // Nothing is an empty text before it is null, which is written so where there is no other way.
            None if text.is_empty() && types.has(Types::NULL) && types != Types::ANY && !self.choose(true) => {
                Value::Null
            }
            _ => Value::String(text.into_owned()),
        }
    }
}

/// The array or object that the text is as JSON, if the types allow it.
fn composite(text: &str, types: Types) -> Option<Value> {
    let is_meant = match text.as_bytes().first()? {
        b'[' => types.has(Types::ARRAY),
        b'{' => types.has(Types::OBJECT),
        _ => false,
    };
    // The parser bounds the levels.
    if is_meant && types != Types::ANY { serde_json::from_str(text).ok() } else { None }
}

/// The number, boolean or null that the text is, if the types allow it.
fn typed(text: &str, types: Types) -> Option<Value> {
    if types.has(Types::INTEGER.union(Types::NUMBER))
        && let Some(number) = number(text)
    {
        return Some(Value::Number(number));
    }
    match text {
        "true" if types.has(Types::BOOLEAN) => Some(Value::Bool(true)),
        "false" if types.has(Types::BOOLEAN) => Some(Value::Bool(false)),
        "null" if types.has(Types::NULL) => Some(Value::Null),
        "" if types.has(Types::NULL) && !types.has(Types::STRING) => Some(Value::Null),
        _ => None,
    }
}

/// A number as JSON writes it.
fn number(text: &str) -> Option<Number> {
    let bytes = text.as_bytes();
    let starts = bytes.first().is_some_and(|byte| byte.is_ascii_digit() || *byte == b'-');
    // The JSON parser takes white space around a number: a parameter has none.
    if !starts || !bytes.last().is_some_and(u8::is_ascii_digit) {
        return None;
    }
    serde_json::from_str(text).ok()
}

/// True if one of the types is written as a single text that says something: not counting null.
pub(in crate::contract) fn has_text(types: Types) -> bool {
    types.has(Types::BOOLEAN.union(Types::INTEGER).union(Types::NUMBER).union(Types::STRING))
}

/// True if one of the types is written as a single text.
pub(in crate::contract) fn has_primitive(types: Types) -> bool {
    let primitives = Types::NULL.union(Types::BOOLEAN).union(Types::INTEGER).union(Types::NUMBER).union(Types::STRING);
    types.has(primitives)
}

/// True if the types allow an object, and besides it at most null.
pub(in crate::contract) fn is_object(types: Types) -> bool {
    types.has(Types::OBJECT) && !types.has(Types::ARRAY) && !has_text(types)
}

/// True if the text is how null is written where the types allow it beside an object.
pub(in crate::contract) fn is_null(raw: &str, types: Types) -> bool {
    types.has(Types::NULL) && matches!(raw, "" | "null")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    struct NoShapes;

    impl Shapes for NoShapes {
        fn shape(&self, _: &SchemaRef) -> Arc<Shape> {
            Arc::default()
        }
    }

    #[track_caller]
    fn check(text: &str, types: Types, first: impl Into<Value>, second: impl Into<Value>) {
        let (first, second) = (first.into(), second.into());
        let typing = Typing::first(&NoShapes);
        assert_eq!(typing.value(text.into(), types), first);
        assert_eq!(Typing::second(&NoShapes).value(text.into(), types), second);
        assert_eq!(typing.ambiguous(), first != second);
    }

    #[test]
    fn types() {
        let either = Types::INTEGER.union(Types::STRING);
        check("12", Types::INTEGER, json!(12), json!(12));
        check("12", either, json!(12), json!("12"));
        check("12", Types::ANY, json!("12"), json!(12));
        check("a", either, json!("a"), json!("a"));
        check("1.50", Types::NUMBER, json!(1.5), json!(1.5));
        check("-1e3", Types::NUMBER, json!(-1000.0), json!(-1000.0));
        check("12", Types::STRING, json!("12"), json!("12"));
        for no_number in ["", "+1", "01", " 1", "1 ", "1.", ".5", "0x1", "NaN", "1e999", "١"] {
            check(no_number, Types::INTEGER, json!(no_number), json!(no_number));
        }
        check("true", Types::BOOLEAN, json!(true), json!(true));
        check("True", Types::BOOLEAN, json!("True"), json!("True"));
        check("null", Types::STRING.union(Types::NULL), Value::Null, json!("null"));
        check("", Types::INTEGER.union(Types::NULL), Value::Null, Value::Null);
        check("", Types::STRING.union(Types::NULL), json!(""), Value::Null);
        check("", Types::ANY, json!(""), json!(""));
    }

    #[test]
    fn arrays_and_objects_inside() {
        let typing = Typing::first(&NoShapes);
        let inside = |text: &str, types| typing.inside(text.into(), types);
        let either = Types::OBJECT.union(Types::STRING);
        assert_eq!(inside("{\"a\":[1]}", Types::OBJECT), json!({"a": [1]}));
        assert_eq!(inside("[1,{}]", Types::ARRAY), json!([1, {}]));
        assert_eq!(inside("12", Types::INTEGER), json!(12));
        for (text, types) in [("[1]", Types::OBJECT), ("{}", Types::ANY), ("{a}", Types::OBJECT), ("", Types::ARRAY)] {
            assert_eq!(inside(text, types), json!(text));
        }
        assert!(!typing.ambiguous());
        assert_eq!(inside("{}", either), json!({}));
        assert!(typing.ambiguous());
        assert_eq!(Typing::second(&NoShapes).inside("{}".into(), either), json!("{}"));
    }

    #[test]
    fn escapes() {
        let ok = |raw, escape| decode(raw, escape).unwrap().into_owned();
        assert_eq!(ok("a+b%20c%2B", Escape::Form), "a b c+");
        assert_eq!(ok("a+b%20c", Escape::Percent), "a+b c");
        assert_eq!(ok("100%", Escape::Lenient), "100%");
        assert_eq!(ok("%ff", Escape::Lenient), "%ff");
        assert_eq!(ok("%41", Escape::None), "%41");
        for wrong in ["%", "%4", "%zz", "%ff", "%€1"] {
            assert!(decode(wrong, Escape::Form).is_err(), "{wrong}");
        }
    }
}
