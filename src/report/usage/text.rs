//! What clients depend on, as text.

use std::fmt::Write as _;

use super::{CAVEAT, listed, sent, share, times, unused};
use crate::{
    report::printable,
    usage::{ApiUse, Coverage, OperationUse, Usage},
};

/// What clients depend on, for a terminal.
pub fn text_usage(usage: &Usage) -> String {
    let mut out = String::new();
    for api in &usage.apis {
        one(&mut out, usage, api);
    }
    let _ = writeln!(out, "{CAVEAT}");
    printable(&out)
}

fn one(out: &mut String, usage: &Usage, api: &ApiUse) {
    let name = if api.id.is_empty() { "an API" } else { api.id.as_str() };
    let title = if api.title.is_empty() { String::new() } else { format!(" ({})", api.title) };
    let _ = writeln!(out, "{name}{title}, as {} used it\n", listed(&usage.clients));
    for operation in &api.operations {
        self::operation(out, usage, operation);
    }
    for (call, count) in &api.undescribed {
        let _ = writeln!(out, "{call}, {}: not described\n", times(*count));
    }
    if let Some(coverage) = &api.coverage {
        self::coverage(out, coverage);
    }
}

fn operation(out: &mut String, usage: &Usage, operation: &OperationUse) {
    let id = operation.operation.as_deref().map(|id| format!("  {id}")).unwrap_or_default();
    let of = if usage.clients.len() > 1 { format!(" by {}", listed(&operation.clients)) } else { String::new() };
    let _ = writeln!(out, "{}{id}, {}{of}", operation.call, times(operation.times));
    for (kind, names) in sent(operation) {
        let _ = writeln!(out, "  sends {kind:<12} {names}");
    }
    for (status, answer) in &operation.answers {
        let fields =
            if answer.fields.is_empty() { String::new() } else { format!(", with {}", listed(&answer.fields)) };
        let _ = writeln!(out, "  meets {status:<12} {}{fields}", times(answer.times));
    }
    for (kind, names) in unused(operation) {
        let _ = writeln!(out, "  never {kind:<12} {names}");
    }
    out.push('\n');
}

fn coverage(out: &mut String, coverage: &Coverage) {
    let _ = writeln!(out, "{} operations are called; of these, clients", share(coverage.operations));
    let _ = writeln!(
        out,
        "meet {} described answers and send {} parameters and {} fields of bodies.",
        share(coverage.answers),
        share(coverage.parameters),
        share(coverage.fields)
    );
    if coverage.tags.len() > 1 {
        let tags = coverage.tags.iter().map(|(tag, part)| format!("{tag} {}", share(*part)));
        let _ = writeln!(out, "By tag: {}", listed(tags));
    }
    if !coverage.never.is_empty() {
        let _ = writeln!(out, "Never called: {}", listed(&coverage.never));
    }
    out.push('\n');
}
