//! Which files are reports of earlier runs: a new one may take their place.

use serde_json::Value;

use super::junit::NAME;

/// Members that a report has as JSON, whatever there was to say.
const MEMBERS: [&str; 5] = ["command", "code", "failed", "exchanges", "calls"];
/// Bytes of a document before which JUnit's XML says what it is of.
const HEAD_BYTES: usize = 200;

/// True for the text of a report of a run, in whichever form.
pub fn is_run_report(text: &str) -> bool {
    is_json(text) || is_junit(text) || text.starts_with('\n') && text.lines().last().is_some_and(is_sum)
}

fn is_json(text: &str) -> bool {
    let Ok(Value::Object(report)) = serde_json::from_str(text) else { return false };
    MEMBERS.iter().all(|member| report.contains_key(*member))
}

fn is_junit(text: &str) -> bool {
    let head = text.get(..HEAD_BYTES).unwrap_or(text);
    head.starts_with("<?xml ") && head.contains(&format!("<testsuites name=\"{NAME}\" "))
}

/// True for the last line of a report in words.
fn is_sum(line: &str) -> bool {
    let is_count = |count: &str, word: &str, noun: &str| {
        count.parse::<u64>().is_ok() && word.trim_end_matches(':').trim_end_matches('s') == noun
    };
    match line.split(' ').collect::<Vec<_>>().as_slice() {
        [requests, request, "to", operations, operation, "in", sessions, session, ..] => {
            is_count(requests, request, "request")
                && is_count(operations, operation, "operation")
                && is_count(sessions, session, "session")
        }
        _ => line.starts_with("The command sent no request to the mock"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Colour, RunReport, run_json, run_junit, run_text};

    #[test]
    fn reports_are_known_in_every_form() {
        let quiet = RunReport {
            command: "sh \"a\" <b>".to_owned(),
            code: 0,
            exchanges: 0,
            sessions: 0,
            calls: Vec::new(),
            snapshot: None,
        };
        let one = RunReport { command: String::new(), exchanges: 1, sessions: 1, ..quiet.clone() };
        let failed = RunReport { code: 3, exchanges: 12, sessions: 2, ..quiet.clone() };
        for report in [quiet, one, failed] {
            for text in [run_text(&report, Colour::Plain), run_json(&report), run_junit(&report)] {
                assert!(is_run_report(&text), "{text}");
            }
        }
        let others = [
            "",
            "# Notes\n\n12 requests to 4 operations\n",
            "{\"command\": \"a\", \"code\": 0}",
            "[]",
            "<?xml version=\"1.0\"?>\n<testsuites name=\"jest\" tests=\"1\">",
            "<testsuites name=\"mimeo run\" ",
            "\nHow to run it\n",
        ];
        for text in others {
            assert!(!is_run_report(text), "{text}");
        }
    }
}
