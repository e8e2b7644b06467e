//! Changes that somebody knows about and does not want to hear of again.

use super::change::{Change, Section};

/// The lines of an ignore file.
///
/// A line is any text that holds, in any case and order, what the change is in (`GET /pets/{id}`; `components`; or
/// `security`), and either its text or its id. So a file may be notes for people that are read by this program as well.
#[derive(Clone, Debug, Default)]
pub struct Ignored {
    lines: Vec<String>,
}

impl Ignored {
    /// The lines of a file.
    pub fn new(text: &str) -> Self {
        Self { lines: text.lines().map(str::to_lowercase).filter(|line| !line.trim().is_empty()).collect() }
    }

    /// True if one of the lines means the change.
    pub fn covers(&self, change: &Change) -> bool {
        let text = change.text.to_lowercase();
        let place = match &change.operation {
            Some(name) => name.to_string().to_lowercase(),
            None => change.section.as_str().to_owned(),
        };
        self.lines.iter().any(|line| {
            has_word(line, &place, change.section == Section::Paths)
                && (line.contains(&text) || has_word(line, change.id, true))
        })
    }
}

/// True if `line` holds `words`, and, if it must be `whole`, nothing that makes another path or another id of it.
fn has_word(line: &str, words: &str, whole: bool) -> bool {
    let goes_on = |c: char| c.is_alphanumeric() || matches!(c, '/' | '{' | '}' | '-' | '_' | '~' | '%');
    line.match_indices(words).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + words.len()..].chars().next();
        !whole || (!before.is_some_and(goes_on) && !after.is_some_and(goes_on))
    })
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;
    use crate::diff::{Level, OperationName, Touch};

    #[test]
    fn lines_mean_changes() {
        let change = Change {
            id: "response-success-status-removed",
            level: Level::Error,
            text: "the success status 200 was removed".to_owned(),
            comment: None,
            operation: Some(OperationName { method: Method::GET, path: "/pets/{id}".to_owned() }),
            operation_id: None,
            section: Section::Paths,
            base: None,
            revision: None,
            touches: Touch::Nothing,
            touched: Vec::new(),
        };
        let check = |line: &str, expected: bool| assert_eq!(Ignored::new(line).covers(&change), expected, "{line}");
        check("GET /pets/{id} the success status 200 was removed", true);
        check(" - 12.01. In get /Pets/{ID}: The success status 200 was removed, as agreed", true);
        check("GET /pets/{id} response-success-status-removed", true);
        check("response-success-status-removed: GET /pets/{id}", true);
        check("GET /pets/{id}/toys the success status 200 was removed", false);
        check("GET /v2/pets/{id} the success status 200 was removed", false);
        check("TARGET /pets/{id} the success status 200 was removed", false);
        check("POST /pets/{id} the success status 200 was removed", false);
        check("GET /pets/{id} response-success-status-removed-too", false);
        check("the success status 200 was removed", false);
        check("", false);
        let component = Change {
            id: "api-schema-removed",
            text: "the schema `Rule` was removed".to_owned(),
            operation: None,
            section: Section::Components,
            ..change
        };
        assert!(Ignored::new("The schema `rule` was removed from components").covers(&component));
        assert!(!Ignored::new("The schema `rule` was removed").covers(&component));
    }
}
