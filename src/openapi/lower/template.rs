//! Path keys: the template, and what stands behind a question mark or a hash.

use percent_encoding::percent_decode_str;

use super::cursor::Cursor;
use crate::finding::{Code, Severity};

/// A path key, taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Template {
    /// The template: with its leading slash, without query and fragment.
    pub(super) path: String,
    /// The names in it, in order.
    pub(super) names: Vec<String>,
    /// The pairs of the query that are the same in every request.
    pub(super) fixed_query: Vec<(String, Option<String>)>,
    /// The pairs `key={name}` of the query: the path parameter `name` is sent in the query as `key`.
    pub(super) query_names: Vec<(String, String)>,
}

impl Template {
    /// Reads the key that `item` stands under.
    pub(super) fn parse(key: &str, item: &Cursor<'_>) -> Self {
        let fault = |message: String, help: &str| item.report_key(Severity::Warning, Code::BAD_PATH, message, help);
        let (path, query, fragment) = split(key);
        if fragment.is_some() {
            fault(
                format!("The path `{key}` has a fragment, which is never sent; it is cut off"),
                "write the path without `#` and what follows",
            );
        }
        let mut template = Self { path: path.to_owned(), ..Self::default() };
        if !path.starts_with('/') {
            template.path.insert(0, '/');
            fault(format!("The path `{key}` does not start with a slash; one is added"), &format!("write `/{key}`"));
        }
        if let Some(query) = query {
            fault(
                format!("The path `{key}` has a query; it is served for requests that have it"),
                "describe query parameters under `parameters`",
            );
            template.read_query(query);
        }
        template.read_names(key, &fault);
        template
    }

    fn read_query(&mut self, query: &str) {
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').map_or((pair, None), |(name, value)| (name, Some(value)));
            match value.and_then(|value| value.strip_prefix('{')).and_then(|value| value.strip_suffix('}')) {
                Some(parameter) => self.query_names.push((parameter.to_owned(), decode(name))),
                None => self.fixed_query.push((decode(name), value.map(decode))),
            }
        }
    }

    fn read_names(&mut self, key: &str, fault: &impl Fn(String, &str)) {
        let mut rest = self.path.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            let Some((name, tail)) = after.split_once('}').filter(|(name, _)| !name.contains(['{', '/'])) else {
                fault(format!("The path `{key}` has a brace without a partner"), "write parameters as `{name}`");
                return;
            };
            if before.contains('}') {
                fault(format!("The path `{key}` has a brace without a partner"), "write parameters as `{name}`");
            }
            if name.is_empty() {
                fault(format!("The path `{key}` has a parameter without a name"), "write a name between the braces");
            } else if self.names.iter().any(|known| known == name) {
                let message = format!("The path `{key}` has the parameter `{name}` twice");
                fault(message, "give each parameter a name of its own");
            }
            self.names.push(name.to_owned());
            rest = tail;
        }
        if rest.contains('}') {
            fault(format!("The path `{key}` has a brace without a partner"), "write parameters as `{name}`");
        }
    }
}

/// The path, query and fragment of a key. Question marks and hashes in braces belong to the template.
fn split(key: &str) -> (&str, Option<&str>, Option<&str>) {
    let outside = |mark: char, text: &str| {
        let mut depth = 0_usize;
        text.char_indices().find_map(|(index, c)| {
            match c {
                '{' => depth += 1,
                '}' => depth = depth.saturating_sub(1),
                _ => (),
            }
            (c == mark && depth == 0).then_some(index)
        })
    };
    let cut = |text, mark| match outside(mark, text) {
        Some(index) => (text.get(..index).unwrap_or_default(), text.get(index + 1..)),
        None => (text, None),
    };
    let (rest, fragment) = cut(key, '#');
    let (path, query) = cut(rest, '?');
    (path, query, fragment)
}

/// Text of a query as form-urlencoding has it.
fn decode(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::openapi::lower::testing::{codes, path_item};
    use serde_json::json;

    #[test]
    fn keys_in_parts() {
        assert_eq!(split("/a?b=c#d"), ("/a", Some("b=c"), Some("d")));
        assert_eq!(split("/a{?b,c}"), ("/a{?b,c}", None, None));
        assert_eq!(split("/a#b?c"), ("/a", None, Some("b?c")));
        assert_eq!(split(""), ("", None, None));
    }

    #[track_caller]
    fn check(key: &str, path: &str, captured: &[&str], faults: &[&str]) {
        let parameters: Vec<_> = captured
            .iter()
            .map(|name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}))
            .collect();
        let (operation, findings) = path_item("3.0.4", key, json!({"get": {"parameters": parameters}}), json!({}));
        assert_eq!(operation.path, path);
        let names: Vec<_> = operation.parameters.iter().map(|parameter| &*parameter.name).collect();
        assert_eq!(names, captured);
        assert_eq!(codes(&findings), faults);
    }

    #[test]
    fn templates() {
        check("/", "/", &[], &[]);
        check("/a/", "/a/", &[], &[]);
        check("a", "/a", &[], &["bad-path"]);
        check("/{a}...{b}/{c}:cancel.{d}", "/{a}...{b}/{c}:cancel.{d}", &["a", "b", "c", "d"], &[]);
        check("/{a}/{a}", "/{a}/{a}", &["a"], &["bad-path"]);
        check("/{user id}", "/{user id}", &["user id"], &[]);
        check("/a}", "/a}", &[], &["bad-path"]);
        check("/{a", "/{a", &[], &["bad-path"]);
        check("/a#b", "/a", &[], &["bad-path"]);
    }

    #[test]
    fn queries() {
        let (operation, findings) = path_item("3.0.4", "/a?b=c%20d&e&f=", json!({"get": {}}), json!({}));
        assert_eq!(operation.path, "/a");
        let pair = |name: &str, value: Option<&str>| (name.to_owned(), value.map(str::to_owned));
        assert_eq!(operation.fixed_query, [pair("b", Some("c d")), pair("e", None), pair("f", Some(""))]);
        assert_eq!(codes(&findings), ["bad-path"]);
    }

    #[test]
    fn path_parameter_in_the_query() {
        let parameter = json!({"name": "id", "in": "path", "required": true, "schema": {}});
        let item = json!({"get": {"parameters": [parameter]}});
        let (operation, findings) = path_item("3.0.4", "/a?key={id}", item, json!({}));
        assert_eq!(operation.parameters[0].name, "key");
        assert_eq!(operation.parameters[0].place, crate::openapi::ParameterPlace::Query);
        assert_eq!(codes(&findings), ["bad-path"]);
    }
}
