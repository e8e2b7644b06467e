//! Makes a [`Contract`] of an [`Api`].

use super::Contract;
use crate::{finding::Finding, openapi::Api};

impl Contract {
    /// Compiles an API. What cannot be compiled is left out and is a finding.
    ///
    /// Schemas are compiled when first used; [`Contract::check_all`] looks at all of them.
    pub fn compile(api: Api) -> (Self, Vec<Finding>) {
        todo!("{api:?}")
    }

    /// Looks at everything that is otherwise only looked at when used: all schemas, patterns, and examples against
    /// their schemas. For `mimeo check`.
    pub fn check_all(&self) -> Vec<Finding> {
        todo!()
    }
}
