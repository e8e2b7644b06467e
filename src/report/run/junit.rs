//! A run as JUnit's XML.

use super::{Became, Call, RunReport};
use crate::{
    report::junit::{Case, Suite, junit},
    snapshot::Difference,
};

/// What the document is called.
pub(super) const NAME: &str = "mimeo run";

/// A run as JUnit's XML: a test for the command, for each operation that was called, and for each difference from
/// before.
pub fn run_junit(report: &RunReport) -> String {
    let mut contract = Suite::new("contract");
    let command = Case::new("mimeo run", &report.command);
    contract.cases.push(match report.code {
        0 => command,
        code => command.failed("exit-code", &format!("the command ended with {code}"), ""),
    });
    contract.cases.extend(report.calls.iter().map(case));
    let mut suites = vec![contract];
    if let Some(snapshot) = &report.snapshot {
        let mut suite = Suite::new(&format!("snapshot {}", snapshot.file));
        let whole = Case::new(&snapshot.file, "snapshot");
        let says = snapshot.became.says(&snapshot.file);
        match &snapshot.became {
            Became::Changed(comparison, _) => {
                suite.cases.extend(comparison.differences.iter().map(|it| changed(&snapshot.file, it, &says)));
            }
            became if became.fails() => suite.cases.push(whole.failed(became.as_str(), &says, "")),
            _ => suite.cases.push(whole),
        }
        suites.push(suite);
    }
    junit(NAME, &suites)
}

fn case(call: &Call) -> Case {
    let mut case = Case::new(call.api.as_deref().unwrap_or("no operation"), &call.operation);
    for fault in &call.faults {
        let (session, number) = &fault.first;
        let times = match fault.times {
            1 => String::new(),
            times => format!("{times} times, first: "),
        };
        let mut text = format!("{} ({times}request {number} of session {session})", fault.place);
        if let Some(help) = &fault.help {
            text.push('\n');
            text.push_str(help);
        }
        if fault.fails {
            case = case.failed(&fault.code, &fault.message, text.trim_start());
        } else {
            case = case.said(&format!("{}[{}]: {}\n{text}\n", fault.severity.as_str(), fault.code, fault.message));
        }
    }
    case
}

fn changed(file: &str, difference: &Difference, says: &str) -> Case {
    let first = difference.text.first().map_or("", String::as_str);
    let place = match (difference.new, difference.old) {
        (Some(number), _) | (None, Some(number)) => format!(" {}", number + 1),
        (None, None) => String::new(),
    };
    let name = format!("{} {}{place}: {first}", difference.session, difference.operation);
    let text = format!("{}\n\n{says}", difference.text.join("\n"));
    Case::new(file, &name).failed(difference.kind.as_str(), first, &text)
}
