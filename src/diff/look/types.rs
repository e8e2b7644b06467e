//! Types and formats: which values two schemas share.

use serde_json::Value;

use crate::schema::Types;

/// Every type but `null`, which is looked at by itself.
pub(in crate::diff) const SOME: Types = Types::BOOLEAN
    .union(Types::INTEGER)
    .union(Types::NUMBER)
    .union(Types::STRING)
    .union(Types::ARRAY)
    .union(Types::OBJECT);

/// The types in the order in which they are named.
const NAMES: [(Types, &str); 6] = [
    (Types::OBJECT, "object"),
    (Types::ARRAY, "array"),
    (Types::STRING, "string"),
    (Types::NUMBER, "number"),
    (Types::INTEGER, "integer"),
    (Types::BOOLEAN, "boolean"),
];

/// Keywords that only tell people something.
const WORDS: [&str; 7] = ["title", "description", "summary", "example", "examples", "externalDocs", "$comment"];

/// Other keywords that allow and forbid nothing.
const ANNOTATIONS: [&str; 9] =
    ["deprecated", "xml", "default", "readOnly", "writeOnly", "$schema", "$id", "$anchor", "$defs"];

/// True for a keyword that only tells people something.
pub(in crate::diff) fn is_words(keyword: &str) -> bool {
    keyword.starts_with("x-") || WORDS.contains(&keyword)
}

/// True for a keyword that allows and forbids nothing.
pub(in crate::diff) fn is_annotation(keyword: &str) -> bool {
    is_words(keyword) || ANNOTATIONS.contains(&keyword)
}

/// A type by its name in a schema; `None` for a name that is none.
pub(in crate::diff) fn named(name: &Value) -> Option<Types> {
    match name.as_str()? {
        "null" => Some(Types::NULL),
        // the content of a file is read as text
        "file" => Some(Types::STRING),
        name => NAMES.iter().find(|(_, known)| *known == name).map(|(kind, _)| *kind),
    }
}

/// Types and a format as they are said.
pub(in crate::diff) fn describe(types: Types, format: Option<&str>) -> String {
    let names: Vec<&str> = NAMES.iter().filter(|(kind, _)| types.has(*kind)).map(|(_, name)| *name).collect();
    let names = if types == SOME { "any type".to_owned() } else { names.join(" or ") };
    match format {
        Some(format) => format!("{names} ({format})"),
        None => names,
    }
}

/// True if all values of the types `inner` are of the types `outer`.
///
/// Where values are written as text without quotes (`is_text`), everything is a string as well.
pub(in crate::diff) fn contain(outer: Types, inner: Types, is_text: bool) -> bool {
    if is_text && (outer.has(Types::STRING) || outer == SOME) {
        return true;
    }
    let outer = if outer.has(Types::NUMBER) { outer.union(Types::INTEGER) } else { outer };
    outer.intersection(inner) == inner
}

/// True if every value of the format `inner` is one of the format `outer`.
pub(in crate::diff) fn format_contains(types: Types, outer: Option<&str>, inner: Option<&str>) -> bool {
    let (Some(outer), Some(inner)) = (outer, inner) else { return outer.is_none() };
    let pairs: &[(&str, &str)] = if types == Types::NUMBER {
        &[("double", "float")]
    } else if types == Types::INTEGER {
        &[("int64", "int32"), ("bigint", "int32"), ("bigint", "int64")]
    } else if types == Types::STRING {
        &[("date-time", "date"), ("date-time", "time")]
    } else {
        &[]
    };
    outer == inner || pairs.contains(&(outer, inner))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_numbers() {
        assert!(contain(Types::NUMBER, Types::INTEGER, false));
        assert!(!contain(Types::INTEGER, Types::NUMBER, false));
        assert!(contain(Types::INTEGER.union(Types::STRING), Types::INTEGER, false));
        assert!(!contain(Types::STRING, Types::INTEGER, false));
        assert!(contain(Types::STRING, Types::INTEGER, true));
        assert!(contain(SOME, Types::OBJECT, false));
    }

    #[test]
    fn a_format_takes_away() {
        assert!(format_contains(Types::STRING, None, Some("uuid")));
        assert!(!format_contains(Types::STRING, Some("uuid"), None));
        assert!(format_contains(Types::INTEGER, Some("int64"), Some("int32")));
        assert!(!format_contains(Types::INTEGER, Some("int32"), Some("int64")));
        assert!(!format_contains(Types::STRING, Some("int64"), Some("int32")));
    }
}
