//! What a runtime expression finds in a request.

use http::header::COOKIE;
use serde_json::Value;

use super::{Checked, Contract, Match};
use crate::{
    message::Request,
    openapi::{Expression, ParameterPlace, Source},
};

/// A request that was routed and read.
#[derive(Clone, Copy, Debug)]
pub struct Received<'a> {
    /// The API.
    pub contract: &'a Contract,
    /// The operation, and what its path template captured.
    pub found: &'a Match<'a>,
    /// The request.
    pub request: &'a Request,
    /// What was read of it.
    pub checked: &'a Checked,
}

impl Received<'_> {
    /// The value that an expression means; `None` if there is none, or if it asks for a part of the answer.
    pub fn value(&self, expression: &Expression) -> Option<Value> {
        match expression {
            Expression::Url => Some(match &self.request.query {
                Some(query) => Value::String(format!("{}?{query}", self.request.path)),
                None => Value::String(self.request.path.clone()),
            }),
            Expression::Method => Some(Value::String(self.request.method.as_str().to_owned())),
            Expression::Request(source) => self.source(source),
            Expression::StatusCode | Expression::Response(_) => None,
        }
    }

    /// The value as text, if it is a text or a number that is not empty.
    pub fn text(&self, expression: &Expression) -> Option<String> {
        match self.value(expression)? {
            Value::String(text) => (!text.is_empty()).then_some(text),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    fn source(&self, source: &Source) -> Option<Value> {
        match source {
            Source::Header(name) => self.request.header(name).map(|value| Value::String(value.to_owned())),
            Source::Query(name) => self.parameter(ParameterPlace::Query, name).or_else(|| {
                let query = self.request.query.as_deref()?;
                let (_, value) = form_urlencoded::parse(query.as_bytes()).find(|(sent, _)| sent == name)?;
                Some(Value::String(value.into_owned()))
            }),
            Source::Path(name) => self.parameter(ParameterPlace::Path, name),
            Source::Cookie(name) => cookie(self.request, name).map(|value| Value::String(value.to_owned())),
            Source::Body(pointer) => self.checked.body.get()?.pointer(pointer).cloned(),
        }
    }

    fn parameter(&self, place: ParameterPlace, name: &str) -> Option<Value> {
        let parameters = &self.contract.operation(self.found.operation).parameters;
        let is_meant = |index: usize| parameters.get(index).is_some_and(|it| it.place == place && it.name == name);
        self.checked.parameters.iter().find(|(index, _)| is_meant(*index)).map(|(_, value)| value.clone())
    }
}

/// The value of a cookie, as sent.
pub(super) fn cookie<'r>(request: &'r Request, name: &str) -> Option<&'r str> {
    let fields = request.headers.get_all(COOKIE).iter().filter_map(|field| field.to_str().ok());
    fields.flat_map(|field| field.split(';')).find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}
