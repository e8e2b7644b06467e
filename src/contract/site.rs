//! Several APIs on one server: which of them a request is for.

use std::sync::Arc;

use super::Contract;
use crate::message::Request;

/// The APIs of one server.
#[derive(Clone, Debug, Default)]
pub struct Site {
    /// The APIs, in the order they were given. Their ids differ.
    pub contracts: Vec<Arc<Contract>>,
}

/// What came of looking for the API that a request is for.
#[derive(Debug)]
pub enum Located<'s, 'r> {
    /// One API, and the path with the API's own address and the base path of its servers removed.
    Api {
        /// The API.
        contract: &'s Arc<Contract>,
        /// The rest of the raw path, with its leading slash.
        path: &'r str,
    },
    /// Several APIs know the path; each of these addresses means one of them.
    Ambiguous {
        /// Paths under which the request can be repeated, `/<api-id>/…`.
        addresses: Vec<String>,
    },
    /// No API knows the path.
    Nowhere,
}

impl Site {
    /// Finds the API that a request is for.
    ///
    /// With one API, its paths are at the root, under `/<id>` and under the path of each of its servers. With several,
    /// each is at `/<id>/…` and at the host `<id>.localhost`; at the root a path is led to the one that knows it.
    pub fn locate<'s, 'r>(&'s self, request: &'r Request) -> Located<'s, 'r> {
        todo!("{request:?} {:?}", self.contracts)
    }
}
