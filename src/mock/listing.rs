//! What is served, as a list: for `mimeo routes` and the admin API.

use super::decide::preview;
use crate::{
    contract::{Contract, OperationId},
    openapi::Provenance,
};

/// One operation, in the words of the list; `-` where there is nothing to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The API's id.
    pub api: String,
    /// The method.
    pub method: String,
    /// The path template.
    pub path: String,
    /// The operationId.
    pub operation: String,
    /// The status of the answer to a good request.
    pub status: String,
    /// Where that answer comes from.
    pub answer: String,
    /// How well the operation is known.
    pub provenance: String,
}

/// The operations of an API, in the order of its description.
pub fn listing(contract: &Contract) -> impl Iterator<Item = Listed> {
    contract.api.operations.iter().zip(0..).map(|(operation, number)| {
        let (status, answer) = match preview(contract, OperationId(number)) {
            Some((status, origin)) => (status.as_u16().to_string(), origin.to_string()),
            None => ("-".to_owned(), "none described".to_owned()),
        };
        Listed {
            api: contract.api.id.clone(),
            method: operation.method.to_string(),
            path: operation.path.clone(),
            operation: operation.id.clone().unwrap_or_else(|| "-".to_owned()),
            status,
            answer,
            provenance: operation.provenance.map_or("-", Provenance::as_str).to_owned(),
        }
    })
}
