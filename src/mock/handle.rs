//! One request in, one outcome out: the function to read first.

use crate::{
    contract::Site,
    finding::Finding,
    message::{Request, Response},
};

/// How a mock answers, apart from what its description says.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Answer CORS preflights and add CORS header fields.
    pub cors: bool,
    /// Turn an answer that breaks its own description into a 500 with the findings (Prism's `--errors`).
    pub errors: bool,
    /// Make every body from its schema with varied values, even where there is an example.
    pub dynamic: bool,
    /// Make every body from its schema, even where there is an example.
    pub ignore_examples: bool,
    /// Leave out optional properties that the schema does not name (Prism's `fillProperties`).
    pub fill_properties: bool,
    /// The seed of all varied values.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { cors: true, errors: false, dynamic: false, ignore_examples: false, fill_properties: true, seed: 0 }
    }
}

/// Everything that differs from one run to the next, decided by the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Milliseconds since the Unix epoch.
    pub now_ms: u64,
    /// Tells this request from others where values vary.
    pub seed: u64,
}

/// What a request leads to.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What the client gets.
    pub reply: Response,
    /// What is said about the exchange.
    pub entry: Entry,
}

/// What is said about an exchange: for the log, later for the journal.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The id of the API, if one was found.
    pub api: Option<String>,
    /// The operation, `GET /pets/{id}` or its operationId, if one was found.
    pub operation: Option<String>,
    /// Everything that is wrong with the request or with our answer.
    pub findings: Vec<Finding>,
    /// Where the answer comes from.
    pub origin: Origin,
}

/// Where an answer comes from; said in the header `Mimeo-Origin`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// An example of the description, by its name if it has one.
    Example(Option<String>),
    /// Made from the schema.
    Schema,
    /// An answer that is described without a body.
    Empty,
    /// The mock itself: the description has no answer for this case.
    Mimeo,
}

/// Answers a request.
pub fn handle(site: &Site, settings: &Settings, request: &Request, moment: Moment) -> Outcome {
    todo!("{site:?} {settings:?} {request:?} {moment:?}")
}
