//! The rules for snapshots, held against the descriptions that the same settings name.
//!
//! Only `mimeo config check` does this: other commands may be about other descriptions, and should not wait for it.

use super::{layer::described, load::Config};
use crate::{
    finding::{Code, Finding, Place, Severity},
    form::in_order,
    openapi::{DocId, Location},
    shell::describe,
    snapshot::{Rules, Unmet},
};

/// Says which rules name operations that the descriptions do not have.
pub(super) fn judge(config: &mut Config) {
    let rules = config.section::<Rules>("/snapshot").unwrap_or_default();
    // Without descriptions, nothing is known of operations.
    let Some(what) = described(config).filter(|_| rules.names_operations() && !config.is_broken()) else { return };
    let found = match describe(&what) {
        Ok(described) => {
            let contracts: Vec<_> = described.iter().filter_map(|it| it.contract.as_deref()).collect();
            if contracts.len() < described.len() {
                vec![unread(config, "not all of them can be read; `mimeo check` says why")]
            } else {
                rules.unmet(&contracts).into_iter().map(|it| unmet(config, it)).collect()
            }
        }
        Err(error) => vec![unread(config, &error.to_string())],
    };
    config.findings.extend(found);
    in_order(&mut config.findings);
}

fn unmet(config: &Config, unmet: Unmet) -> Finding {
    let place = place(config, &format!("/snapshot{}", unmet.pointer));
    let severity = if unmet.can_be_undescribed { Severity::Warning } else { Severity::Error };
    let finding = Finding::error(Code::UNKNOWN_OPERATION, place, unmet.message).help(unmet.help);
    Finding { severity, ..finding }
}

fn unread(config: &Config, why: &str) -> Finding {
    let message =
        format!("the operations that rules for snapshots name were not looked for in the descriptions: {why}");
    Finding::warning(Code::BAD_VALUE, place(config, "/specs"), message)
}

/// Where something is written, or else the file.
fn place(config: &Config, pointer: &str) -> Place {
    config.documents.place(&Location::new(DocId::ENTRY, pointer))
}
