//! What every answer has around it, whoever decides on it: what is said about the exchange, findings as header field and
//! problem details, CORS.

pub(crate) mod cors;
mod outcome;
mod problem;
pub(crate) mod violations;

pub use outcome::{Acted, Effect, Entry, Fault, Origin, Outcome};
pub(crate) use problem::{PROBLEM_JSON, Problem, is_unreadable};
