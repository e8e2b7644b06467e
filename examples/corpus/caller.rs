//! Calls each operation once with a request built from its own description.

use std::{fmt, sync::Arc};

use mimeo::{
    answer::Origin,
    contract::{Contract, OperationId, Site},
    finding::{Finding, Place, Severity, Side},
    mock::{Mock, Moment, Settings, handle},
    session::State,
};

/// How the calls ended.
#[derive(Default)]
pub(crate) struct Calls {
    /// With a described answer.
    pub(crate) answered: usize,
    /// Of those, with one that was made from its schema and does not satisfy it.
    pub(crate) flawed: usize,
    /// With a refusal of the mock's own: the request that was built did not satisfy the description.
    pub(crate) refused: usize,
    /// Without an answer: the mock could not make one.
    pub(crate) failed: usize,
    /// A line for each call that was not answered.
    pub(crate) notes: Vec<String>,
}

impl Calls {
    /// Adds the numbers of `other`; its notes were told already.
    pub(crate) fn add(&mut self, other: &Self) {
        self.answered += other.answered;
        self.flawed += other.flawed;
        self.refused += other.refused;
        self.failed += other.failed;
    }
}

impl fmt::Display for Calls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { answered, flawed, refused, failed, .. } = self;
        write!(f, "{answered} answered ({flawed} flawed), {refused} refused, {failed} failed")
    }
}

/// Calls each operation once.
pub(crate) fn call_all(contract: &Arc<Contract>) -> Calls {
    let mock = Mock::new(Site { contracts: vec![Arc::clone(contract)] }, Settings::default());
    let mut calls = Calls::default();
    for id in (0..).map(OperationId).take(contract.api.operations.len()) {
        let request = contract.sample_request(id);
        let outcome = handle(&mock, &State::default(), &request, Moment { now_ms: 0, seed: 0 }).outcome;
        let status = outcome.reply.status;
        if outcome.entry.origin != Origin::Mimeo {
            calls.answered += 1;
            let is_fault = |finding: &&Finding| {
                let about_answer = matches!(finding.place, Place::Message { side: Side::Response, .. });
                about_answer && finding.severity == Severity::Error
            };
            if outcome.entry.origin == Origin::Schema
                && let Some(fault) = outcome.entry.findings.iter().find(is_fault)
            {
                calls.flawed += 1;
                calls.notes.push(format!("{} {} {status} flawed: {}", request.method, request.path, fault.message));
            }
            continue;
        }
        if status.is_server_error() {
            calls.failed += 1;
        } else {
            calls.refused += 1;
        }
        let why = outcome.entry.findings.first();
        let why = why.map(|finding| format!("{}: {}", finding.code.as_str(), finding.message)).unwrap_or_default();
        calls.notes.push(format!("{} {} {status} {why}", request.method, request.path));
    }
    calls
}
