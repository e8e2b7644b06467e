//! A run as JSON.

use serde_json::{Value, json};

use super::{Call, Fault, RunReport};
use crate::snapshot::Difference;

/// A run as one JSON document, with a version of its form.
///
/// ```json
/// { "version": 1, "command": "npm test", "code": 0, "failed": true, "exchanges": 12, "sessions": 1,
///   "calls": [ { "api": "…", "operation": "…", "times": 3, "findings": [ { "code": "…", "severity": "error", … } ] } ],
///   "snapshot": { "file": "…", "state": "changed", "says": "…", "differences": [ … ], "notes": [ … ] } }
/// ```
pub fn run_json(report: &RunReport) -> String {
    let snapshot = report.snapshot.as_ref().map(|snapshot| {
        let comparison = snapshot.became.comparison();
        let differences: Vec<Value> =
            comparison.map(|it| &it.differences).into_iter().flatten().map(difference).collect();
        json!({
            "file": snapshot.file, "state": snapshot.became.as_str(), "says": snapshot.became.says(&snapshot.file),
            "differences": differences, "notes": comparison.map(|it| it.notes.clone()).unwrap_or_default(),
        })
    });
    let document = json!({
        "version": 1,
        "command": report.command,
        "code": report.code,
        "failed": report.code != 0 || report.fails(),
        "exchanges": report.exchanges,
        "sessions": report.sessions,
        "calls": report.calls.iter().map(call).collect::<Vec<_>>(),
        "snapshot": snapshot,
    });
    format!("{document:#}\n")
}

fn call(call: &Call) -> Value {
    let findings: Vec<Value> = call.faults.iter().map(fault).collect();
    json!({ "api": call.api, "operation": call.operation, "times": call.times, "findings": findings })
}

fn fault(fault: &Fault) -> Value {
    json!({
        "code": fault.code, "severity": fault.severity.as_str(), "fails": fault.fails, "place": fault.place,
        "message": fault.message, "help": fault.help, "times": fault.times,
        "first": { "session": fault.first.0, "request": fault.first.1 },
    })
}

fn difference(difference: &Difference) -> Value {
    json!({
        "kind": difference.kind.as_str(), "session": difference.session, "operation": difference.operation,
        "old": difference.old, "new": difference.new, "text": difference.text,
    })
}
