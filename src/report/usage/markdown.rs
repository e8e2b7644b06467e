//! What clients depend on, as Markdown for a pull request or a wiki.

use std::fmt::Write as _;

use super::{CAVEAT, listed, sent, share};
use crate::{
    report::escape::{markdown, markdown_code, markdown_code_in_table as code},
    usage::{ApiUse, Usage},
};

/// What clients depend on, as tables.
pub fn markdown_usage(usage: &Usage) -> String {
    let mut out = String::new();
    for api in &usage.apis {
        one(&mut out, usage, api);
    }
    let _ = writeln!(out, "{CAVEAT}");
    out
}

fn one(out: &mut String, usage: &Usage, api: &ApiUse) {
    let name = if api.id.is_empty() { "An API" } else { api.id.as_str() };
    let title = if api.title.is_empty() { String::new() } else { format!(" ({})", api.title) };
    let _ =
        writeln!(out, "## {}{}\n\nUsed by {}.\n", markdown(name), markdown(&title), markdown(&listed(&usage.clients)));
    if !api.operations.is_empty() || !api.undescribed.is_empty() {
        out.push_str("| operation | times | sends | meets |\n| --- | ---: | --- | --- |\n");
    }
    for operation in &api.operations {
        let sent: Vec<String> = sent(operation).into_iter().map(|(kind, names)| format!("{kind} {names}")).collect();
        let met = operation.answers.keys().map(u16::to_string).collect::<Vec<_>>().join(", ");
        let (call, sent) = (code(&operation.call), markdown(&sent.join("; ")));
        let _ = writeln!(out, "| {call} | {} | {sent} | {met} |", operation.times);
    }
    for (call, times) in &api.undescribed {
        let _ = writeln!(out, "| {} | {times} | not described | |", code(call));
    }
    out.push('\n');
    let Some(coverage) = &api.coverage else { return };
    out.push_str("| | used |\n| --- | --- |\n");
    let rows = [
        ("operations", coverage.operations),
        ("answers of these", coverage.answers),
        ("parameters of these", coverage.parameters),
        ("fields of their bodies", coverage.fields),
    ];
    for (what, part) in rows {
        let _ = writeln!(out, "| {what} | {} |", share(part));
    }
    out.push('\n');
    if !coverage.never.is_empty() {
        let _ = writeln!(out, "Never called: {}.\n", listed(coverage.never.iter().map(|call| markdown_code(call))));
    }
}
