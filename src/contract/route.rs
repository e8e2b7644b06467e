//! From a method and a path to an operation.

use http::Method;

use super::{Contract, OperationId};

/// Finds operations by path and method.
#[derive(Debug)]
pub(super) struct Router {}

/// What a method and a path lead to.
#[derive(Debug)]
pub enum Routed<'r> {
    /// An operation.
    Operation(Match<'r>),
    /// The path is known, the method is not.
    MethodNotAllowed {
        /// The methods that the path has, HEAD among them where GET is, in the order of the description.
        allowed: Vec<Method>,
    },
    /// The path is not known.
    NotFound,
}

/// An operation, and what its path template captured.
#[derive(Clone, Debug)]
pub struct Match<'r> {
    /// The operation.
    pub operation: OperationId,
    /// The raw (still percent-encoded) text of each `{name}` of the path template, in the template's order.
    pub captures: Vec<&'r str>,
}

impl Contract {
    /// Finds the operation for a method and a raw path (percent-encoded, base path already removed).
    ///
    /// Concrete paths win over templated ones. A HEAD request is led to GET where there is no HEAD. Operations on the
    /// same path that differ in their fixed query are told apart by `query`.
    pub fn route<'r>(&self, method: &Method, path: &'r str, query: Option<&str>) -> Routed<'r> {
        todo!("{method} {path} {query:?} {:?}", self.router)
    }

    /// The path templates nearest to `path`, best first, at most `count`: for the answer to a path that is not known.
    pub fn nearest(&self, path: &str, count: usize) -> Vec<(Method, String)> {
        todo!("{path} {count}")
    }
}
