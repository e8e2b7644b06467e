//! Reading a description again while it is served.

use std::sync::{Arc, PoisonError};

use tracing::{info, warn};

use super::{
    description::{Described, Description, describe},
    scenarios::{Repertoire, rehearse},
    serve::Server,
};
use crate::{finding::Severity, report};

/// What came of reading again.
#[derive(Debug)]
pub(super) struct Reloaded {
    /// What was read.
    pub(super) described: Vec<Described>,
    /// The scenarios that were read with it.
    pub(super) scenarios: Repertoire,
    /// How many findings there are, in words.
    pub(super) summary: String,
}

/// Reads again; the new description is served only if all of it reads. The error says why the last good one still is.
///
/// One at a time: what was read last is served last.
pub(super) fn reload(what: &Description, server: &Server) -> Result<Reloaded, String> {
    let _turn = server.turn().lock().unwrap_or_else(PoisonError::into_inner);
    let read = read(what);
    server.metrics().reloaded(read.is_ok());
    match &read {
        Ok(reloaded) => {
            server.replace(&reloaded.described, Arc::clone(&reloaded.scenarios.library));
            info!("the description was read again: {}", reloaded.summary);
        }
        Err(why) => warn!("the change was not taken over: {why}; what was read before is still served"),
    }
    read
}

fn read(what: &Description) -> Result<Reloaded, String> {
    let described = describe(what).map_err(|error| error.to_string())?;
    if let Some(broken) = described.iter().find(|it| it.contract.is_none()) {
        let error = broken.findings.iter().find(|it| it.severity == Severity::Error);
        let why = error.map_or("it is no description", |it| it.message.as_str());
        return Err(format!("`{}` cannot be served: {why}", broken.name));
    }
    let scenarios = rehearse(&what.scenarios, &described).map_err(|error| error.to_string())?;
    if let Some((broken, error)) = scenarios.files.iter().find_map(|file| Some((file, file.error()?))) {
        return Err(format!("the scenario `{}` cannot be played: {}", broken.name, error.message));
    }
    let chapters: Vec<report::Chapter<'_>> =
        described.iter().map(|it| report::Chapter { findings: &it.findings, documents: &it.documents }).collect();
    let summary = report::summary(&chapters);
    Ok(Reloaded { described, scenarios, summary })
}
