//! Judges requests and answers.

use serde_json::Value;

use super::{Contract, Match, OperationId};
use crate::{
    finding::Finding,
    message::{Request, Response},
};

/// A judged request.
#[derive(Debug, Default)]
pub struct Checked {
    /// Everything that is wrong with parameters and body, in the order of the description, each with a reason.
    pub findings: Vec<Finding>,
    /// The body as a value, if there was one that could be read as one.
    pub body: Option<Value>,
    /// The parameters that were sent and could be read: index into the operation's parameters, and value.
    pub parameters: Vec<(usize, Value)>,
    /// Index into the body's `content` of the media type that was sent.
    pub media: Option<usize>,
}

impl Contract {
    /// Judges a request's parameters and body; not its credentials.
    pub fn check_request(&self, found: &Match<'_>, request: &Request) -> Checked {
        todo!("{found:?} {request:?}")
    }

    /// Judges an answer: status, header fields, media type, body.
    pub fn check_response(&self, operation: OperationId, response: &Response) -> Vec<Finding> {
        todo!("{operation:?} {response:?}")
    }
}
