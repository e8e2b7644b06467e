//! What handlers are given and give back.

use std::{convert::Infallible, sync::Arc};

use axum::{
    extract::FromRequestParts,
    response::{IntoResponse, Response as Reply},
};
use http::{StatusCode, header, request::Parts};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use super::refusal::Refusal;
use crate::{
    session::{Command, SessionId},
    shell::{serve::Server, sessions::Session},
};

/// A request that fits the description of the admin API.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    /// The server.
    pub(super) server: Server,
    /// Real time, in milliseconds since the Unix epoch.
    pub(super) now_ms: u64,
    /// What was sent.
    pub(super) given: Arc<Given>,
}

/// What was sent, as values.
#[derive(Debug, Default)]
pub(super) struct Given {
    /// The parameters of the path.
    pub(super) path: Map<String, Value>,
    /// The parameters of the query.
    pub(super) query: Map<String, Value>,
    /// The body.
    pub(super) body: Value,
}

impl<S: Sync> FromRequestParts<S> for Asked {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| {
            Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "The request did not come through the gate")
        })
    }
}

impl Asked {
    /// The query as a whole.
    pub(super) fn query<T: DeserializeOwned>(&self) -> Result<T, Refusal> {
        read(Value::Object(self.given.query.clone()))
    }

    /// The body.
    pub(super) fn body<T: DeserializeOwned>(&self) -> Result<T, Refusal> {
        read(self.given.body.clone())
    }

    /// A parameter of the path, as text.
    pub(super) fn path(&self, name: &str) -> &str {
        self.given.path.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// The name of the session that the path names.
    pub(super) fn session_id(&self) -> Result<SessionId, Refusal> {
        SessionId::new(self.path("session")).map_err(|error| Refusal::bad_request(error.to_string()))
    }

    /// The session that the path names, which there must be.
    pub(super) fn session(&self) -> Result<Arc<Session>, Refusal> {
        let id = self.session_id()?;
        self.server.sessions().find(&id).ok_or_else(|| {
            let detail = format!(
                "there is no session `{id}`: a session begins with its first request, or when its clock or scenario is \
                 set; GET /__mimeo/sessions lists all"
            );
            Refusal::not_found("There is no such session", detail)
        })
    }

    /// The session that the path names, which is made if there is none: it can be prepared before its first request.
    pub(super) fn session_made(&self) -> Result<Arc<Session>, Refusal> {
        Ok(self.server.sessions().get(&self.session_id()?, self.now_ms))
    }

    /// Does what a command says, and says how many changes that took.
    pub(super) fn command(&self, session: &Session, command: &Command) -> usize {
        session.transact(|state| {
            let changes = command.changes(state, self.now_ms);
            (changes.len(), changes)
        })
    }
}

fn read<T: DeserializeOwned>(value: Value) -> Result<T, Refusal> {
    serde_json::from_value(value).map_err(|error| Refusal::bad_request(error.to_string()))
}

/// An answer in JSON.
pub(super) fn json(value: &impl Serialize) -> Reply {
    let body = serde_json::to_vec(value).unwrap_or_default();
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}

/// An answer without content.
pub(super) fn done() -> Reply {
    StatusCode::NO_CONTENT.into_response()
}

/// What a handler gives back.
pub(super) type Answered = Result<Reply, Refusal>;

/// Makes sure that an error that cannot be is none.
pub(super) fn sure<T>(result: Result<T, Infallible>) -> T {
    match result {
        Ok(value) => value,
        Err(never) => match never {},
    }
}
