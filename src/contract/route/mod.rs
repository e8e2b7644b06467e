//! From a method and a path to an operation.
//!
//! A router of our own, because no crate takes every template that is allowed: several parameters in a segment,
//! literal `<` and `*`, names with spaces, parameters that may turn out empty, literals compared decoded.

mod literals;
mod near;
mod nearest;
mod template;
mod tree;

use http::Method;

pub use near::NearMiss;
use tree::Found;
pub(super) use tree::{Fit, RouteProblem, Router};

use super::{Contract, OperationId};

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
    /// The raw (still percent-encoded) text of each `{name}` of the path template, in the template's order. Empty text
    /// stands for a parameter that was not given.
    pub captures: Vec<&'r str>,
}

impl Contract {
    /// Finds the operation for a method and a raw path (percent-encoded, base path already removed).
    ///
    /// Concrete paths win over templated ones, segment by segment; more literal text in a segment wins over less. A path
    /// that fits no template as it is may still fit with an empty parameter (`/pets/` as `/pets/{id}`), or else with a
    /// slash more or less at its end. A path that fits as it is hides those with parameters where it has text, even if it
    /// lacks the method. Others that come first and lack the method are passed over, if the parameters of the path that
    /// has it fit.
    ///
    /// A HEAD request is led to GET where there is no HEAD. Operations on the same path that differ in their fixed
    /// query are told apart by `query`, and those whose paths differ in the names of their parameters by what the
    /// parameters may be.
    pub fn route<'r>(&self, method: &Method, path: &'r str, query: Option<&str>) -> Routed<'r> {
        match self.router.operation(&self.api.operations, method, path, query) {
            Ok(Found { operation, captures, passed }) => {
                let found = self.fitting(Match { operation, captures });
                // `PATCH /5.diff` does not mean `/{number}` where only GET is described for `/{number}.{format}`.
                if !passed.is_empty() && self.path_fit(&found).is_none() {
                    return Routed::MethodNotAllowed { allowed: self.methods(passed) };
                }
                Routed::Operation(found)
            }
            Err(others) if others.is_empty() => Routed::NotFound,
            Err(others) => Routed::MethodNotAllowed { allowed: self.methods(others) },
        }
    }

    /// Of operations whose paths differ in the names of their parameters only, the first whose path parameters fit; before
    /// others one of them that has a parameter's default. The first of all if none fits.
    fn fitting<'r>(&self, found: Match<'r>) -> Match<'r> {
        match self.router.seconds(found.operation) {
            [] => found,
            seconds => self.fitting_of(found, seconds),
        }
    }

    #[inline(never)]
    fn fitting_of<'r>(&self, found: Match<'r>, seconds: &[OperationId]) -> Match<'r> {
        let mut first = None;
        for operation in [found.operation].iter().chain(seconds) {
            let other = Match { operation: *operation, captures: found.captures.clone() };
            match self.path_fit(&other) {
                Some(true) => return other,
                Some(false) => first = first.or(Some(other)),
                None => (),
            }
        }
        first.unwrap_or(found)
    }

    /// The path templates nearest to `path`, best first, at most `count`, each with the first of its methods: for the
    /// answer to a path that is not known.
    pub fn nearest(&self, path: &str, count: usize) -> Vec<(Method, String)> {
        let operations = &self.api.operations;
        let mut previous = None;
        // Operations of one path stand together.
        let paths = operations.iter().enumerate().filter_map(|(index, operation)| {
            let path = operation.path.as_str();
            (previous.replace(path) != Some(path)).then_some((index, path))
        });
        let found = nearest::nearest(path, paths, count);
        found
            .into_iter()
            .filter_map(|index| operations.get(index))
            .map(|operation| (operation.method.clone(), operation.path.clone()))
            .collect()
    }

    fn methods(&self, mut operations: Vec<OperationId>) -> Vec<Method> {
        operations.sort_unstable();
        let described: Vec<&Method> = operations.into_iter().map(|id| &self.operation(id).method).collect();
        let mut methods = Vec::with_capacity(described.len() + 1);
        for method in &described {
            if !methods.contains(*method) {
                methods.push((*method).clone());
            }
            if **method == Method::GET && !described.contains(&&Method::HEAD) && !methods.contains(&Method::HEAD) {
                methods.push(Method::HEAD);
            }
        }
        methods
    }
}

#[cfg(test)]
mod tests;
