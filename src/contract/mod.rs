//! What an API promises, compiled: routes, parameters, bodies, security, answers.
//!
//! A [`Contract`] is made once from an [`Api`] and then only read. [`Contract::route`] finds the operation,
//! [`Contract::authenticate`] looks at its credentials, [`Contract::check_request`] and [`Contract::check_response`]
//! judge the two sides. All of them return findings; none of them decides what is answered.

mod audit;
mod body;
mod charset;
mod check;
mod compile;
mod encode;
mod expression;
#[cfg(test)]
mod fixture;
mod media;
mod multipart;
mod parameter;
mod pattern;
mod refusal;
mod route;
mod sample;
mod security;
mod site;
mod xml;

pub use body::undescribed_body;
pub use check::{BodyValue, Checked};
pub use encode::Written;
pub(crate) use encode::simple;
pub use expression::Received;
pub use media::{Accept, MediaRange};
pub use route::{Match, NearMiss, Routed};
pub use security::{Presented, Refusal};
pub use site::{Located, Site};

use std::sync::OnceLock;

use crate::{
    openapi::{Api, Operation},
    schema::Schemas,
};

/// Number of an operation in [`Api::operations`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OperationId(pub u32);

/// A compiled API.
#[derive(Debug)]
pub struct Contract {
    /// The description.
    pub api: Api,
    /// Its schemas.
    pub schemas: Schemas,
    router: route::Router,
    /// Where its paths are served beside the root.
    bases: site::Bases,
    /// What judging needs of each operation, made when the operation is first used.
    plans: Vec<OnceLock<check::Plan>>,
}

impl Contract {
    /// The description of an operation.
    pub fn operation(&self, id: OperationId) -> &Operation {
        &self.api.operations[id.0 as usize]
    }
}
