//! Answers that were made once and are served again.

use std::sync::{Arc, PoisonError, RwLock};

use super::{
    decide::{BodyChoice, Choice},
    respond::{self, Prepared},
    settings::Settings,
    token::is_bound,
};
use crate::{
    answer::{Problem, cors},
    contract::{Contract, OperationId},
    limit,
    openapi::{Example, Operation},
    session::Kind,
};

/// Header fields that an answer to one request may have beside those of all: what is wrong with it, a scenario, the
/// session's time, what was preferred.
const FIELDS_ADDED: usize = 4;

/// The answers made so far for one API.
#[derive(Debug)]
pub(super) struct Book {
    /// The API's id.
    pub(super) api: Arc<str>,
    /// Its kinds of token.
    pub(super) kinds: Vec<Kind>,
    with_cors: bool,
    pages: Vec<Page>,
}

/// The answers made so far for one operation, at most [`limit::ANSWERS_KEPT_MAX`]; varied ones are not kept.
#[derive(Debug)]
struct Page {
    label: Arc<str>,
    /// True if answers depend on tokens, or change them.
    is_bound: bool,
    /// True if answers are filled in by what the session knows.
    is_filled: bool,
    answers: RwLock<Vec<(Choice, Arc<Prepared>)>>,
}

impl Book {
    /// An empty book with a page for each operation.
    pub(super) fn of(contract: &Contract, settings: &Settings) -> Self {
        let page = |(operation, number): (&Operation, u32)| {
            let label = operation.id.clone().unwrap_or_else(|| format!("{} {}", operation.method, operation.path));
            let is_bound = is_bound(contract, OperationId(number));
            let is_filled = has_template(operation);
            Page { label: label.into(), is_bound, is_filled, answers: RwLock::default() }
        };
        let pages = contract.api.operations.iter().zip(0..).map(page).collect();
        let api: Arc<str> = contract.api.id.as_str().into();
        let living = contract.api.schemes.iter().filter(|(_, scheme)| scheme.token.is_some());
        let names = living.map(|(name, _)| name).chain(contract.api.tokens.keys());
        let kinds = names.map(|name| Kind { api: Arc::clone(&api), name: name.as_str().into() }).collect();
        Self { api, kinds, with_cors: settings.cors, pages }
    }

    /// What an operation is called: its operationId, or its method and path.
    pub(super) fn label(&self, operation: OperationId) -> Option<Arc<str>> {
        self.pages.get(operation.0 as usize).map(|page| Arc::clone(&page.label))
    }

    /// True if the answers of an operation depend on tokens, or change them.
    pub(super) fn is_bound(&self, operation: OperationId) -> bool {
        self.pages.get(operation.0 as usize).is_some_and(|page| page.is_bound)
    }

    /// True if the answers of an operation depend on the session, even where its state is plain.
    pub(super) fn needs_state(&self, operation: OperationId) -> bool {
        self.pages.get(operation.0 as usize).is_some_and(|page| page.is_bound || page.is_filled)
    }

    /// The answer of that choice, made on first use, with all header fields that do not depend on the request.
    pub(super) fn answer(
        &self,
        contract: &Contract,
        operation: OperationId,
        choice: &Choice,
    ) -> Result<Arc<Prepared>, Problem> {
        let page = self.pages.get(operation.0 as usize).filter(|_| !matches!(choice.body, BodyChoice::Seeded(_)));
        let Some(page) = page else { return self.made(contract, operation, choice) };
        let known = page.answers.read().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, answer)) = known.iter().find(|(known, _)| known == choice) {
            return Ok(Arc::clone(answer));
        }
        drop(known);
        let made = self.made(contract, operation, choice)?;
        let mut answers = page.answers.write().unwrap_or_else(PoisonError::into_inner);
        if answers.len() < limit::ANSWERS_KEPT_MAX {
            answers.push((choice.clone(), Arc::clone(&made)));
        }
        Ok(made)
    }

    fn made(&self, contract: &Contract, operation: OperationId, choice: &Choice) -> Result<Arc<Prepared>, Problem> {
        let mut prepared = respond::prepare(contract, operation, choice)?;
        prepared.origin.mark(&mut prepared.response);
        if self.with_cors {
            cors::allow_any(&mut prepared.response);
        }
        // Room for what a single answer adds, which is then not made each time.
        prepared.response.headers.reserve(FIELDS_ADDED);
        Ok(Arc::new(prepared))
    }
}

/// True if an example of an answer is a template.
fn has_template(operation: &Operation) -> bool {
    let is_template = |examples: &[Example]| examples.iter().any(|example| example.is_template);
    operation.responses.iter().any(|response| {
        response.content.iter().any(|media| is_template(&media.examples))
            || response.headers.iter().any(|header| is_template(&header.examples))
    })
}
