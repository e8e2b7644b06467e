//! Security requirements: are the credentials there, and in their scheme's form?

use super::{Contract, Match};
use crate::{finding::Finding, message::Request};

impl Contract {
    /// What is wrong with a request's credentials; empty if one of the operation's requirements is satisfied.
    ///
    /// Only the form is looked at: present, `Bearer x`, decodable Basic. The findings are those of the requirement
    /// that came nearest.
    pub fn authenticate(&self, found: &Match<'_>, request: &Request) -> Vec<Finding> {
        todo!("{found:?} {request:?}")
    }

    /// The value of `WWW-Authenticate` for an operation: a challenge for each of its schemes, in one line.
    pub fn challenge(&self, found: &Match<'_>) -> Option<String> {
        todo!("{found:?}")
    }
}
