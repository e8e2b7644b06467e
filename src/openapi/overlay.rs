//! OpenAPI Overlays 1.0 and 1.1: changes to a description, applied when it is read.
//!
//! An overlay changes the entry document before anything is made of it. What it brings keeps its place in the
//! overlay's file, so a finding about it is shown there.

mod edit;

use serde_json::Value;

use self::edit::{Marked, append, merge, remove};
use super::{
    documents::{DocId, Documents, Location},
    jsonpath,
};
use crate::{
    finding::{Code, Finding},
    limit,
};

/// Applies the overlay `id` to the entry document; says what of it cannot be applied.
pub(super) fn apply(documents: &mut Documents, id: DocId) -> Vec<Finding> {
    let mut run = Run { overlay: id, findings: Vec::new(), added: 0 };
    let Some(overlay) = documents.document(id) else { return run.findings };
    let actions = match (overlay.tree.get("overlay"), overlay.tree.get("actions")) {
        (Some(Value::String(version)), Some(Value::Array(actions))) if version.starts_with("1.") => actions.len(),
        (version, actions) => {
            run.not_an_overlay(documents, version.and_then(Value::as_str), actions.is_some());
            return run.findings;
        }
    };
    let Some((mut tree, marks)) = documents.take(DocId::ENTRY) else { return run.findings };
    let mut marks = Marked::new(&marks, &tree);
    for index in 0..actions {
        run.action(documents, &Location::new(id, "/actions").item(index), &mut tree, &mut marks);
    }
    documents.replace(DocId::ENTRY, tree, marks.flatten());
    run.findings
}

struct Run {
    overlay: DocId,
    findings: Vec<Finding>,
    /// Values that were added so far.
    added: usize,
}

impl Run {
    fn not_an_overlay(&mut self, documents: &Documents, version: Option<&str>, has_actions: bool) {
        let at = Location::new(self.overlay, "");
        let (message, help) = match (version, has_actions) {
            (Some(version), _) if !version.starts_with("1.") => {
                (format!("version `{version}` of overlays is not known"), "write `overlay: 1.0.0` or `1.1.0`")
            }
            (Some(_), _) => ("the overlay has no list `actions`".to_owned(), "add `actions:` with a list"),
            (None, _) => ("this is not an Overlay".to_owned(), "an overlay begins with `overlay: 1.0.0`"),
        };
        self.error(documents, &at, message, help);
    }

    fn action(&mut self, documents: &Documents, at: &Location, tree: &mut Value, marks: &mut Marked) {
        let Some(action) = documents.get(at) else { return };
        let target_at = at.child("target");
        let Some(target) = action.get("target").and_then(Value::as_str) else {
            let help = "add `target` with a JSONPath, such as `$.info`";
            return self.error(documents, at, "the action has no text `target`".to_owned(), help);
        };
        let Some(mut paths) = self.select(documents, &target_at, target, tree) else { return };
        if paths.is_empty() {
            let message = format!("the target `{target}` selects nothing");
            let finding = Finding::warning(Code::OVERLAY_NO_MATCH, documents.place(&target_at), message);
            self.findings.push(finding.help("correct the path, or remove the action"));
            return;
        }
        if action.get("remove") == Some(&Value::Bool(true)) {
            // From the last to the first, and children before their parents, so that no removal moves another target.
            paths.sort_unstable();
            paths.dedup();
            for path in paths.iter().rev() {
                if !remove(tree, marks, path) {
                    let message = "the whole description cannot be removed".to_owned();
                    self.error(documents, &target_at, message, "select a part of it");
                }
            }
        } else if let Some((patch, patch_marks, patch_at)) = self.patch(documents, at, action, tree, marks) {
            self.update(documents, &patch_at, (&patch, &patch_marks), &paths, tree, marks);
        }
    }

    /// What an action brings: its `update`, or what its `copy` selects.
    fn patch(
        &mut self,
        documents: &Documents,
        at: &Location,
        action: &Value,
        tree: &Value,
        marks: &Marked,
    ) -> Option<(Value, Marked, Location)> {
        if let Some(update) = action.get("update") {
            let update_at = at.child("update");
            let overlay = documents.document(self.overlay)?;
            let marks = Marked::part(overlay.marks(), &overlay.tree, &update_at.pointer, self.overlay)?;
            return Some((update.clone(), marks, update_at));
        }
        let copy_at = at.child("copy");
        let Some(copy) = action.get("copy").and_then(Value::as_str) else {
            let message = "the action has neither `update`, `copy` nor `remove: true`".to_owned();
            self.error(documents, at, message, "say what the action does");
            return None;
        };
        let paths = self.select(documents, &copy_at, copy, tree)?;
        let [path] = paths.as_slice() else {
            let message = format!("`copy` takes one value, and `{copy}` selects {}", paths.len());
            self.error(documents, &copy_at, message, "correct the path");
            return None;
        };
        let (value, marks) = edit::find(tree, marks, path)?;
        Some((value.clone(), marks.clone(), copy_at))
    }

    fn update(
        &mut self,
        documents: &Documents,
        at: &Location,
        (patch, patch_marks): (&Value, &Marked),
        paths: &[Vec<usize>],
        tree: &mut Value,
        marks: &mut Marked,
    ) {
        let (size, height) = patch_marks.size_and_height();
        for path in paths {
            self.added = self.added.saturating_add(size);
            if self.added > limit::OVERLAY_NODES_MAX || path.len() + height > limit::DOCUMENT_DEPTH_MAX {
                let message = "the overlay makes the description too large or too deep".to_owned();
                let finding = Finding::error(Code::TOO_LARGE, documents.place(at), message);
                self.findings.push(finding.help("select fewer targets, or bring less"));
                return;
            }
            let Some((value, value_marks)) = edit::find_mut(tree, marks, path) else { continue };
            match (&*value, patch) {
                (Value::Array(_), Value::Array(_)) | (Value::Object(_), Value::Object(_)) => {
                    merge(value, value_marks, patch, patch_marks);
                }
                (Value::Array(_), _) => append(value, value_marks, patch, patch_marks),
                (Value::Object(_), _) => {
                    let message = "the target is an object, and what is to be merged into it is not".to_owned();
                    return self.error(documents, at, message, "give an object, or select the member to be replaced");
                }
                _ => merge(value, value_marks, patch, patch_marks),
            }
        }
    }

    /// The paths of what a `JSONPath` selects; `None`, and a finding, if it cannot be read.
    fn select(&mut self, documents: &Documents, at: &Location, path: &str, tree: &Value) -> Option<Vec<Vec<usize>>> {
        let query = match jsonpath::parse(path) {
            Ok(query) => query,
            Err((message, character)) => {
                let message = format!("the JSONPath `{path}` cannot be read: {message}, at character {character}");
                self.error(documents, at, message, "see RFC 9535 for JSONPath");
                return None;
            }
        };
        let Ok(hits) = jsonpath::select(tree, &query) else {
            let message = format!("the JSONPath `{path}` needs too many steps");
            self.error(documents, at, message, "use fewer `..`");
            return None;
        };
        Some(hits.into_iter().map(|hit| hit.path).collect())
    }

    fn error(&mut self, documents: &Documents, at: &Location, message: String, help: &str) {
        self.findings.push(Finding::error(Code::OVERLAY, documents.place(at), message).help(help));
    }
}

#[cfg(test)]
mod tests;
