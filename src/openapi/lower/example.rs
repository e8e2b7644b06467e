//! Examples, and our own extensions on them.

use super::{cursor::Cursor, cursor::kind, fields, media, token};
use crate::{
    finding::{Code, Severity},
    openapi::{
        documents::Location,
        model::{Example, ExampleValue, Provenance},
    },
};

/// 3.x: the examples of a parameter, header or media type (then `range` is its name). `examples` wins over `example`.
pub(super) fn of(owner: &Cursor<'_>, range: Option<&str>) -> Vec<Example> {
    let single = owner.raw("example");
    let named = owner.field("examples").and_then(|examples| examples.follow());
    let Some(named) = named else {
        return single.and_then(|example| unnamed(&example, range)).into_iter().collect();
    };
    let first = named.value.as_array().map(|items| !items.is_empty());
    match first {
        Some(some) => {
            let message = "`examples` must be an object here, not an array; its first item is taken as the example";
            named.report(Severity::Warning, Code::WRONG_TYPE, message, "give each example a name");
            let item = some.then(|| named.elsewhere(named.at.item(0)));
            single.or(item).and_then(|example| unnamed(&example, range)).into_iter().collect()
        }
        None => {
            let list: Vec<_> =
                owner.entries("examples").filter_map(|(name, cursor)| example(name, &cursor, range)).collect();
            match single {
                Some(single) if list.is_empty() => unnamed(&single, range).into_iter().collect(),
                Some(single) => {
                    let message = "`example` counts for nothing beside `examples`";
                    single.report_key(Severity::Note, Code::BAD_VALUE, message, "remove one of them");
                    list
                }
                None => list,
            }
        }
    }
}

/// An example that is given as a bare value.
pub(super) fn unnamed(cursor: &Cursor<'_>, range: Option<&str>) -> Option<Example> {
    if !cursor.spend() {
        return None;
    }
    let target = referred(cursor);
    if target.at != cursor.at && is_example_object(&target) {
        return example_object(None, &target, range);
    }
    Some(plain(None, cursor, &target, range))
}

/// An entry of `examples`.
fn example(name: &str, entry: &Cursor<'_>, range: Option<&str>) -> Option<Example> {
    if !entry.spend() {
        return None;
    }
    let target = entry.follow()?;
    if is_example_object(&target) {
        return example_object(Some(name), &target, range);
    }
    let message = format!("the example `{name}` has no `value`; all of it is taken as the value");
    target.report_key(Severity::Warning, Code::MISSING_FIELD, message, "put the value under `value`");
    Some(plain(Some(name), entry, &target, range))
}

fn is_example_object(cursor: &Cursor<'_>) -> bool {
    ["value", "externalValue", "dataValue", "serializedValue"].iter().any(|name| cursor.value.get(name).is_some())
}

fn example_object(name: Option<&str>, cursor: &Cursor<'_>, range: Option<&str>) -> Option<Example> {
    let cursor = cursor.open(&fields::EXAMPLE)?;
    Some(Example {
        name: name.map(str::to_owned),
        value: value(&cursor, range)?,
        answers: answers(&cursor),
        is_template: token::is_template(&cursor),
        provenance: provenance(&cursor),
        at: cursor.at,
    })
}

fn value(cursor: &Cursor<'_>, range: Option<&str>) -> Option<ExampleValue> {
    if let Some(value) = cursor.raw("value") {
        if cursor.has("externalValue") {
            let message = "`externalValue` counts for nothing beside `value`";
            cursor.report_key(Severity::Note, Code::BAD_VALUE, message, "remove one of them");
        }
        return Some(content(&referred(&value), range));
    }
    let data = cursor.raw("dataValue").map(|data| ExampleValue::Data(data.at));
    // JSON can be written from the data; elsewhere the text says more than the data.
    let wants_data = range.is_none_or(|range| media::is_json(&media::essence(range)));
    if let (Some(data), true) = (&data, wants_data) {
        return Some(data.clone());
    }
    if let Some(text) = cursor.field("serializedValue") {
        if text.value.is_string() {
            return Some(ExampleValue::Serialized(text.at));
        }
        let message = format!("`serializedValue` must be a string, not {}; it is passed over", kind(text.value));
        text.report(Severity::Warning, Code::WRONG_TYPE, message, "write the text as it is sent");
    }
    if data.is_some() {
        return data;
    }
    let address = cursor.text("externalValue")?;
    cursor.report_key(
        Severity::Note,
        Code::EXTERNAL_EXAMPLE,
        format!("the example lies at `{address}`, from where it is not fetched"),
        "put it in the document, under `value`",
    );
    Some(ExampleValue::External(address.into_owned()))
}

/// An example without an Example Object around it. `at` is where it is used, `value` what it is.
pub(super) fn plain(name: Option<&str>, at: &Cursor<'_>, value: &Cursor<'_>, range: Option<&str>) -> Example {
    Example {
        name: name.map(str::to_owned),
        value: content(value, range),
        answers: Vec::new(),
        is_template: false,
        provenance: None,
        at: at.at.clone(),
    }
}

fn content(value: &Cursor<'_>, range: Option<&str>) -> ExampleValue {
    let at: Location = value.at.clone();
    let text = value.value.is_string() && range.is_some_and(|range| media::is_structured_text(&media::essence(range)));
    if text { ExampleValue::Serialized(at) } else { ExampleValue::Data(at) }
}

/// The value that is meant by an example that is nothing but a `$ref`.
///
/// By the specification that is the literal value; nobody means it if the reference leads somewhere.
fn referred<'c>(cursor: &Cursor<'c>) -> Cursor<'c> {
    let sole = cursor.value.as_object().is_some_and(|map| map.len() == 1);
    let documents = cursor.cx.documents;
    let Some(reference) = cursor.reference().filter(|_| sole) else { return cursor.clone() };
    if documents.resolve(cursor.at.doc, reference).is_err() {
        return cursor.clone();
    }
    let message = "a `$ref` in an example is no reference by the specification; it is followed all the same";
    cursor.report(Severity::Note, Code::BAD_VALUE, message, "refer to a whole example under `examples`");
    cursor.follow().unwrap_or_else(|| cursor.clone())
}

/// `x-mimeo-for`: the reasons that an answer or example is for.
pub(super) fn answers(cursor: &Cursor<'_>) -> Vec<String> {
    match cursor.raw("x-mimeo-for") {
        Some(reason) if reason.value.is_string() => {
            reason.as_text("x-mimeo-for").map(std::borrow::Cow::into_owned).into_iter().collect()
        }
        _ => cursor.texts("x-mimeo-for").unwrap_or_default(),
    }
}

/// `x-provenance`: how well an operation, answer or example is known.
pub(super) fn provenance(cursor: &Cursor<'_>) -> Option<Provenance> {
    let word = cursor.text("x-provenance")?;
    let known = [Provenance::Documented, Provenance::Partial, Provenance::Inferred];
    let provenance = known.into_iter().find(|known| known.as_str() == word);
    if provenance.is_none()
        && let Some(member) = cursor.raw("x-provenance")
    {
        let message = format!("`x-provenance: {word}` is not known; it is passed over");
        member.report(Severity::Warning, Code::BAD_VALUE, message, "write `documented`, `partial` or `inferred`");
    }
    provenance
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::openapi::lower::testing::{codes, operation};

    #[track_caller]
    fn check(version: &str, range: &str, media: Value, expected: &[&str], faults: &[&str]) {
        let more = json!({"components": {"examples": {"e": {"value": 1}}}});
        let (operation, findings) = operation(version, json!({"requestBody": {"content": {range: media}}}), more);
        let base = format!("/paths/~1a/post/requestBody/content/{}", range.replace('/', "~1"));
        let found: Vec<_> = operation.body.unwrap().content[0]
            .examples
            .iter()
            .map(|example| {
                let value = match &example.value {
                    ExampleValue::Data(at) => format!("data {}", at.pointer.replace(&base, "")),
                    ExampleValue::Serialized(at) => format!("text {}", at.pointer.replace(&base, "")),
                    ExampleValue::External(url) => format!("external {url}"),
                };
                format!("{} {value}", example.name.as_deref().unwrap_or("-"))
            })
            .collect();
        assert_eq!(found, expected);
        assert_eq!(codes(&findings), faults);
    }

    #[test]
    fn one_or_many() {
        const JSON: &str = "application/json";
        check("3.0.4", JSON, json!({"example": null}), &["- data /example"], &[]);
        check("3.0.4", JSON, json!({"example": "text"}), &["- data /example"], &[]);
        let named = json!({"examples": {"a": {"value": 1}, "b": {"$ref": "#/components/examples/e"}}});
        check("3.0.4", JSON, named, &["a data /examples/a/value", "b data /components/examples/e/value"], &[]);
        let both = json!({"example": 1, "examples": {"a": {"value": 1}}});
        check("3.0.4", JSON, both, &["a data /examples/a/value"], &["bad-value"]);
        check("3.0.4", JSON, json!({"example": 1, "examples": {}}), &["- data /example"], &[]);
        check("3.0.4", JSON, json!({"examples": [1, 2]}), &["- data /examples/0"], &["wrong-type"]);
        check("3.0.4", JSON, json!({"examples": "x"}), &[], &["wrong-type"]);
        check("3.0.4", JSON, json!({"examples": {"a": {"id": 1}}}), &["a data /examples/a"], &["missing-field"]);
        check("3.0.4", JSON, json!({"examples": {"a": 1}}), &["a data /examples/a"], &["missing-field"]);
        let outside = json!({"examples": {"a": {"externalValue": "https://a.example/x"}}});
        check("3.0.4", JSON, outside, &["a external https://a.example/x"], &["external-example"]);
        let reference = json!({"example": {"$ref": "#/components/examples/e"}});
        check("3.0.4", JSON, reference, &["- data /components/examples/e/value"], &["bad-value"]);
        check("3.0.4", JSON, json!({"example": {"$ref": "x"}}), &["- data /example"], &[]);
    }

    #[test]
    fn text_and_data() {
        check("3.0.4", "application/xml", json!({"example": "<a/>"}), &["- text /example"], &[]);
        check("3.0.4", "application/xml", json!({"example": {}}), &["- data /example"], &[]);
        check("3.0.4", "text/plain", json!({"example": "a"}), &["- data /example"], &[]);
        let both = json!({"examples": {"a": {"dataValue": 1, "serializedValue": "1"}}});
        check("3.2.0", "application/json", both.clone(), &["a data /examples/a/dataValue"], &[]);
        check("3.2.0", "text/csv", both.clone(), &["a text /examples/a/serializedValue"], &[]);
        check("3.1.0", "text/csv", both, &["a text /examples/a/serializedValue"], &["version", "version"]);
        let wrong = json!({"examples": {"a": {"serializedValue": 1}}});
        check("3.2.0", "text/csv", wrong, &[], &["wrong-type"]);
    }

    #[test]
    fn extensions() {
        let examples = json!({
            "a": {"value": 1, "x-mimeo-for": "token-missing", "x-provenance": "inferred"},
            "b": {"value": 1, "x-mimeo-for": ["x", "y"], "x-provenance": "guessed"},
            "c": {"value": 1, "x-mimeo-four": "x"},
        });
        let own = json!({"requestBody": {"content": {"application/json": {"examples": examples}}}});
        let (operation, findings) = operation("3.0.4", own, json!({}));
        let examples = &operation.body.as_ref().unwrap().content[0].examples;
        assert_eq!(examples[0].answers, ["token-missing"]);
        assert_eq!(examples[0].provenance, Some(Provenance::Inferred));
        assert_eq!(examples[1].answers, ["x", "y"]);
        assert_eq!(codes(&findings), ["bad-value", "unknown-extension"]);
    }
}
