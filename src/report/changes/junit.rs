//! Changes as JUnit reports, which most pipelines show as tests.

use super::{ApiChanges, subject, sum_of_changes, touched};
use crate::{
    diff::{Change, Level},
    report::junit::{Case, Suite, junit},
};

/// All changes, a test case each, in a suite for each operation. Those of level `least` and above have failed.
pub fn junit_changes(comparisons: &[ApiChanges<'_>], least: Level) -> String {
    let mut suites = Vec::new();
    for comparison in comparisons {
        for (name, changes) in comparison.groups() {
            let mut suite = Suite::new(&name);
            suite.cases.extend(changes.iter().map(|change| case(comparison, change, change.level >= least)));
            suites.push(suite);
        }
    }
    if suites.is_empty() {
        // A report without a test counts as a fault in some pipelines.
        let mut suite = Suite::new("mimeo diff");
        suite.cases.push(Case::new("mimeo diff", &sum_of_changes(comparisons)));
        suites.push(suite);
    }
    junit("mimeo diff", &suites)
}

fn case(comparison: &ApiChanges<'_>, change: &Change, failed: bool) -> Case {
    let case = Case::new(&subject(change), &change.text);
    if !failed {
        return case;
    }
    let place = comparison.main_spot(change).map(|spot| format!("{spot}\n")).unwrap_or_default();
    let comment = change.comment.map(|comment| format!("{comment}\n")).unwrap_or_default();
    let touched = touched(change).map(|touched| format!("{touched}\n")).unwrap_or_default();
    let level = change.level.as_str();
    let text = format!("{level} {}: {}\n{place}{comment}{touched}", subject(change), change.text);
    case.failed(change.id, &change.text, &text)
}
