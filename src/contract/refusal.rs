//! The media type of a refusal that the description does not have.

use super::{Contract, MediaRange, OperationId, media};
use crate::{
    answer::PROBLEM_JSON,
    openapi::{MediaType, Operation, StatusRange},
};

impl Contract {
    /// The media type of a problem in answer to a request for the operation.
    ///
    /// It is `application/problem+json`, unless the operation names the types of its errors, and that is none of them:
    /// then the JSON among them, so that the answer is in a form that clients were told of. Where there is none, a
    /// problem says at least what it is.
    pub(crate) fn problem_type(&self, id: OperationId) -> &str {
        let operation = self.operation(id);
        if error_types(operation).any(|range| media::covers(range, PROBLEM_JSON)) {
            return PROBLEM_JSON;
        }
        let json = |range: &&str| MediaRange::parse(range).is_some_and(|range| range.is_json());
        let plain = |range: &&str| media::covers(range, "application/json");
        let found = error_types(operation).find(plain).or_else(|| error_types(operation).find(json));
        found.filter(|range| !range.contains('*')).unwrap_or(PROBLEM_JSON)
    }
}

/// The media types that an operation names for errors: for all of its answers, and for those that are errors.
fn error_types(operation: &Operation) -> impl Iterator<Item = &str> {
    let is_error = |status| !matches!(status, StatusRange::Exact(0..=399) | StatusRange::Hundred(0..=3));
    let errors = operation.responses.iter().filter(move |it| is_error(it.status));
    let described = errors.flat_map(|it| &it.content).map(|MediaType { range, .. }| range);
    operation.answer_types.iter().chain(described).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::openapi::{MemorySources, load};

    #[track_caller]
    fn check(root: Value, operation: Value, expected: &str) {
        let mut root = root;
        root["info"] = json!({"title": "t", "version": "1"});
        root["paths"] = json!({"/a": {"get": operation}});
        let sources = MemorySources::new().with("a.json", root.to_string());
        let (contract, _) = Contract::compile(load(&sources, "a.json", "a.json", &[]).api.unwrap());
        assert_eq!(contract.problem_type(OperationId(0)), expected, "{root}");
    }

    #[test]
    fn swagger_2_names_the_types_of_all_answers() {
        let plain = json!({"responses": {"200": {"description": "d"}}});
        check(json!({"swagger": "2.0"}), plain.clone(), PROBLEM_JSON);
        check(json!({"swagger": "2.0", "produces": ["application/json"]}), plain.clone(), "application/json");
        let both = json!(["application/xml", "application/json; charset=utf-8"]);
        check(json!({"swagger": "2.0", "produces": both}), plain.clone(), "application/json; charset=utf-8");
        check(json!({"swagger": "2.0", "produces": ["text/html"]}), plain, PROBLEM_JSON);
        let own = json!({"produces": ["application/vnd.a+json"], "responses": {"200": {"description": "d"}}});
        check(json!({"swagger": "2.0", "produces": ["application/json"]}), own, "application/vnd.a+json");
        let known = json!({"produces": ["application/json", PROBLEM_JSON], "responses": {}});
        check(json!({"swagger": "2.0"}), known, PROBLEM_JSON);
    }

    #[test]
    fn later_versions_name_the_types_of_each_error() {
        #[track_caller]
        fn content(status: &str, ranges: &[&str], expected: &str) {
            let content: Value = ranges.iter().map(|range| ((*range).to_owned(), json!({}))).collect();
            let operation = json!({"responses": {status: {"description": "d", "content": content}}});
            check(json!({"openapi": "3.1.0"}), operation, expected);
        }
        content("200", &["application/json"], PROBLEM_JSON);
        content("404", &["application/json"], "application/json");
        content("5XX", &["application/json"], "application/json");
        content("default", &["text/plain", "application/json"], "application/json");
        content("404", &["application/json", "application/problem+json"], PROBLEM_JSON);
        content("404", &["application/*"], PROBLEM_JSON);
        content("404", &["application/hal+json"], "application/hal+json");
        content("404", &["text/plain"], PROBLEM_JSON);
    }
}
