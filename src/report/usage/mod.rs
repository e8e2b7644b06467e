//! Renders what clients depend on: for people, for programs, for pull requests.

mod json;
mod markdown;
mod text;

pub use json::json_usage;
pub use markdown::markdown_usage;
pub use text::text_usage;

use crate::usage::{OperationUse, Share};

/// Things of one list that a person is shown; programs get all of them.
const SHOWN: usize = 8;

/// Says in one sentence what cannot be known.
const CAVEAT: &str =
    "Which fields of an answer a client reads cannot be seen; every described one of an answer that was met may be.";

/// A list for people, without its tail if it is long.
fn listed<T: AsRef<str>>(items: impl IntoIterator<Item = T>) -> String {
    let mut items = items.into_iter();
    let shown: Vec<T> = items.by_ref().take(SHOWN).collect();
    let text = shown.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", ");
    match items.count() {
        0 => text,
        rest => format!("{text} and {rest} more"),
    }
}

fn share(share: Share) -> String {
    format!("{} of {}", share.used, share.of)
}

/// How often: `once`, `3 times`.
fn times(count: usize) -> String {
    if count == 1 { "once".to_owned() } else { format!("{count} times") }
}

/// What is sent, by kind: the kind and a list.
fn sent(operation: &OperationUse) -> Vec<(&'static str, String)> {
    let mut kinds: Vec<(&'static str, Vec<String>)> = Vec::new();
    for place in ["path", "query", "header", "cookie"] {
        let of_it = operation.parameters.iter().filter(|parameter| parameter.place == place);
        let names = of_it.map(|parameter| {
            let note = if parameter.is_described { "" } else { " (undescribed)" };
            format!("{}{note}", parameter.name)
        });
        kinds.push((place, names.collect()));
    }
    kinds.push(("body", operation.fields.clone()));
    kinds.push(("credentials", operation.credentials.iter().cloned().collect()));
    kinds.into_iter().filter(|(_, names)| !names.is_empty()).map(|(kind, names)| (kind, listed(names))).collect()
}

/// What of a called operation is never used, by kind.
fn unused(operation: &OperationUse) -> Vec<(&'static str, String)> {
    let kinds = [
        ("answers", &operation.answers_unused),
        ("parameters", &operation.parameters_unused),
        ("body", &operation.fields_unused),
    ];
    kinds.into_iter().filter(|(_, names)| !names.is_empty()).map(|(kind, names)| (kind, listed(names))).collect()
}
