//! Answers that were made once and are served again.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use super::{
    decide::{BodyChoice, Choice, Key},
    respond::{self, Prepared},
};
use crate::{
    answer::Problem,
    contract::{Contract, OperationId},
};

/// The answers made so far for one API. Bounded by the number of its examples: varied answers are not kept.
#[derive(Debug, Default)]
pub(super) struct Book {
    answers: RwLock<HashMap<Key, Arc<Prepared>>>,
}

impl Book {
    /// The answer of that choice, made on first use.
    pub(super) fn answer(
        &self,
        contract: &Contract,
        operation: OperationId,
        choice: &Choice,
    ) -> Result<Arc<Prepared>, Problem> {
        if matches!(choice.body, BodyChoice::Seeded(_)) {
            return Ok(Arc::new(respond::prepare(contract, operation, choice)?));
        }
        let key = (operation, choice.clone());
        if let Some(known) = self.answers.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(Arc::clone(known));
        }
        let made = Arc::new(respond::prepare(contract, operation, choice)?);
        self.answers.write().unwrap_or_else(PoisonError::into_inner).insert(key, Arc::clone(&made));
        Ok(made)
    }
}
