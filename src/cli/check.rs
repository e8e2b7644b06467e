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
    shell::{Described, Description, describe, rehearse, take_scenarios},
};

pub(super) fn run(args: &CheckArgs, screen: Screen) -> anyhow::Result<Ending> {
    let mut what = Description::from(&args.description);
    let mut scenarios = take_scenarios(&mut what.paths);
    scenarios.extend(args.scenarios.iter().cloned());
    let described = describe(&what)?;
    let scenarios = rehearse(&scenarios, &described)?.files;
    let findings: Vec<Vec<Finding>> = described.iter().map(all_findings).collect();
    let of_descriptions = described
        .iter()
        .zip(&findings)
        .map(|(described, findings)| Chapter { findings, documents: &described.documents });
    let of_scenarios = scenarios.iter().map(|file| Chapter { findings: &file.findings, documents: &file.documents });
    let chapters: Vec<Chapter<'_>> = of_descriptions.chain(of_scenarios).collect();
    match args.format {
        CheckFormat::Json => screen.out(&report::json(&chapters)),
        CheckFormat::Github => screen.out(&report::github(&chapters)),
        CheckFormat::Text => {
            screen.out(&report::text(&chapters, screen.colour()));
            let number = |count: usize, word: &str| match count {
                0 => None,
                1 => Some(format!("1 {word}")),
                _ => Some(format!("{count} {word}s")),
            };
            let files = [number(described.len(), "description"), number(scenarios.len(), "scenario")];
            let files = files.into_iter().flatten().collect::<Vec<_>>().join(", ");
            screen.out(&format!("{files}: {}\n", report::summary(&chapters)));
        }
    }
    let least = match args.fail_on {
        FailOn::Error => Severity::Error,
        FailOn::Warning => Severity::Warning,
        FailOn::Note => Severity::Note,
    };
    let fails = chapters.iter().flat_map(|chapter| chapter.findings).any(|finding| finding.severity >= least);
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
