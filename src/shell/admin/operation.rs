//! One operation of the admin API: who answers it, and how it is described.

use axum::{
    handler::Handler,
    routing::{MethodFilter, MethodRouter, on},
};
use http::Method;
use schemars::{JsonSchema, Schema, SchemaGenerator};

/// Makes the schema of a type.
pub(super) type Shape = fn(&mut SchemaGenerator) -> Schema;

/// An operation.
pub(super) struct Operation {
    pub(super) method: Method,
    /// Below `/__mimeo`.
    pub(super) path: &'static str,
    pub(super) id: &'static str,
    pub(super) summary: &'static str,
    /// An object whose members are the parameters of the query.
    pub(super) query: Option<Shape>,
    pub(super) body: Option<Shape>,
    pub(super) answers: Vec<Answer>,
    pub(super) handler: MethodRouter,
}

/// An answer of an operation.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) says: &'static str,
    /// Its media type and schema; `None`: it has no content.
    pub(super) content: Option<(&'static str, Shape)>,
}

impl Operation {
    /// An operation with its operationId, its summary, and who answers it.
    pub(super) fn new<T: 'static>(
        method: Method,
        path: &'static str,
        id: &'static str,
        summary: &'static str,
        handler: impl Handler<T, ()>,
    ) -> Self {
        let filter = MethodFilter::try_from(method.clone()).unwrap_or(MethodFilter::GET);
        let handler = on(filter, handler);
        Self { method, path, id, summary, query: None, body: None, answers: Vec::new(), handler }
    }

    /// Adds the parameters of the query.
    #[must_use]
    pub(super) fn query<T: JsonSchema>(mut self) -> Self {
        self.query = Some(|generator| T::json_schema(generator));
        self
    }

    /// Adds the body, which is required.
    #[must_use]
    pub(super) fn body<T: JsonSchema>(mut self) -> Self {
        self.body = Some(SchemaGenerator::subschema_for::<T>);
        self
    }

    /// Adds an answer in JSON.
    #[must_use]
    pub(super) fn answers<T: JsonSchema>(self, says: &'static str) -> Self {
        self.answer(200, says, Some(("application/json", |generator| generator.subschema_for::<T>())))
    }

    /// Adds an answer without content.
    #[must_use]
    pub(super) fn answers_nothing(self, says: &'static str) -> Self {
        self.answer(204, says, None)
    }

    /// Adds a refusal: problem details.
    #[must_use]
    pub(super) fn refuses(self, status: u16, says: &'static str) -> Self {
        let shape: Shape = |generator| generator.subschema_for::<super::refusal::Problem>();
        self.answer(status, says, Some(("application/problem+json", shape)))
    }

    /// Adds any answer.
    #[must_use]
    pub(super) fn answer(mut self, status: u16, says: &'static str, content: Option<(&'static str, Shape)>) -> Self {
        self.answers.push(Answer { status, says, content });
        self
    }
}
