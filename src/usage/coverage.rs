//! How much of a description clients use.

use std::collections::BTreeSet;

use super::{
    bind::Seen,
    fields,
    survey::{parameter_place, sent_parameters},
};
use crate::{
    contract::{Contract, OperationId},
    openapi::{Operation, StatusRange},
    schema::Direction,
};

/// A part of a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// How many are used.
    pub used: usize,
    /// How many there are.
    pub of: usize,
}

impl Share {
    fn add(&mut self, is_used: bool) {
        self.of += 1;
        self.used += usize::from(is_used);
    }
}

/// How much of a description is used. Answers, parameters and fields are counted for the operations that are called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Operations.
    pub operations: Share,
    /// Described answers.
    pub answers: Share,
    /// Parameters.
    pub parameters: Share,
    /// Fields of request bodies.
    pub fields: Share,
    /// Operations by their first tag, in document order.
    pub tags: Vec<(String, Share)>,
    /// Operations that are never called, as `GET /pets`, in document order.
    pub never: Vec<String>,
}

/// What of a called operation is never used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Unused {
    pub(super) answers: Vec<String>,
    pub(super) parameters: Vec<String>,
    pub(super) fields: Vec<String>,
}

impl Coverage {
    /// Counts one operation, and says what of it is never used.
    pub(super) fn count(&mut self, contract: &Contract, id: OperationId, seen: &[&Seen<'_>]) -> Unused {
        let operation = contract.operation(id);
        let is_called = !seen.is_empty();
        self.operations.add(is_called);
        if let Some(tag) = operation.tags.first() {
            match self.tags.iter_mut().find(|(known, _)| known == tag) {
                Some((_, share)) => share.add(is_called),
                None => self.tags.push((tag.clone(), Share { used: usize::from(is_called), of: 1 })),
            }
        }
        if !is_called {
            self.never.push(format!("{} {}", operation.method, operation.path));
            return Unused::default();
        }
        let mut unused = Unused::default();
        let met: BTreeSet<StatusRange> =
            seen.iter().filter_map(|seen| covering(operation, seen.exchange.answer.status)).collect();
        for response in &operation.responses {
            let is_used = met.contains(&response.status);
            self.answers.add(is_used);
            if !is_used {
                unused.answers.push(response.status.to_string());
            }
        }
        for parameter in &operation.parameters {
            let place = parameter_place(parameter.place);
            let is_used = seen.iter().any(|seen| sent_parameters(seen.exchange, place).has(&parameter.name));
            self.parameters.add(is_used);
            if !is_used {
                unused.parameters.push(format!("{place} {}", parameter.name));
            }
        }
        let sent: BTreeSet<String> =
            seen.iter().filter_map(|seen| seen.exchange.body.as_ref()).flat_map(fields::sent).collect();
        let media_type = seen.iter().find_map(|seen| seen.exchange.media_type.as_deref());
        let content = operation.body.iter().flat_map(|body| &body.content).cloned().collect::<Vec<_>>();
        for field in fields::described(contract, &content, media_type, Direction::Request) {
            let is_used = sent.iter().any(|sent| fields::is_field(sent, &field));
            self.fields.add(is_used);
            if !is_used {
                unused.fields.push(field);
            }
        }
        unused
    }
}

/// The described answer that a status falls under.
pub(super) fn covering(operation: &Operation, status: u16) -> Option<StatusRange> {
    let covering = operation.responses.iter().map(|response| response.status).filter(|range| range.covers(status));
    covering.min_by_key(|range| match range {
        StatusRange::Exact(_) => 0,
        StatusRange::Hundred(_) => 1,
        StatusRange::Default => 2,
    })
}
