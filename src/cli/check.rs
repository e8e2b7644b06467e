//! `mimeo check`: everything that is wrong with descriptions.

use super::{
    Ending,
    args::{CheckArgs, CheckFormat, FailOn},
    screen::Screen,
};
use crate::{
    finding::{Finding, Severity},
    limit,
    report::{self, Chapter},
    shell::{Described, describe},
};

pub(super) fn run(args: &CheckArgs, screen: Screen) -> anyhow::Result<Ending> {
    let described = describe(&(&args.description).into())?;
    let findings: Vec<Vec<Finding>> = described.iter().map(all_findings).collect();
    let chapters: Vec<Chapter<'_>> = described
        .iter()
        .zip(&findings)
        .map(|(described, findings)| Chapter { findings, documents: &described.documents })
        .collect();
    match args.format {
        CheckFormat::Json => screen.out(&report::json(&chapters)),
        CheckFormat::Github => screen.out(&report::github(&chapters)),
        CheckFormat::Text => {
            screen.out(&report::text(&chapters, screen.colour()));
            let files = described.len();
            let plural = if files == 1 { "" } else { "s" };
            screen.out(&format!("{files} description{plural}: {}\n", report::summary(&chapters)));
        }
    }
    let least = match args.fail_on {
        FailOn::Error => Severity::Error,
        FailOn::Warning => Severity::Warning,
        FailOn::Note => Severity::Note,
    };
    let fails = findings.iter().flatten().any(|finding| finding.severity >= least);
    Ok(if fails { Ending::Findings } else { Ending::Done })
}

/// What was found on reading, and what is found by looking at everything.
fn all_findings(described: &Described) -> Vec<Finding> {
    let mut findings = described.findings.clone();
    if let Some(contract) = &described.contract {
        findings.extend(contract.check_all());
    }
    findings.truncate(limit::FINDINGS_MAX);
    findings
}
