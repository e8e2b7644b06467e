//! Responders and matchers made from a description, for a `wiremock::MockServer` that a test has already.
//!
//! ```no_run
//! # async fn test() -> Result<(), Box<dyn std::error::Error>> {
//! use mimeo::embed::wiremock::Spec;
//! use wiremock::{Mock, MockServer};
//!
//! let server = MockServer::start().await;
//! let spec = Spec::read("spec/rockitplay-2025.yaml")?;
//! // Every request for this operation gets the answer that the description promises; it must come exactly once, and right.
//! Mock::given(spec.operation("login")).and(spec.valid()).respond_with(spec.responder()).expect(1).mount(&server).await;
//! # Ok(())
//! # }
//! ```

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use wiremock::{Match, Request as Received, Respond, ResponseTemplate};

use super::StartError;
use crate::{
    answer::Effect,
    contract::Site,
    finding::Severity,
    message::Request,
    mock::{Handled, Mock, Moment, Settings, handle},
    session::{SessionId, State},
    shell::{Description, describe},
};

/// A description, read for use in a `wiremock::MockServer`. Clones share one session: a token that one responder issues
/// is good for the others.
#[derive(Clone, Debug)]
pub struct Spec {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    mock: Mock,
    seed: u64,
    state: Mutex<State>,
}

impl Spec {
    /// Reads the description in a file, or all of those in a folder.
    pub fn read(path: impl Into<PathBuf>) -> Result<Self, StartError> {
        Self::read_with(path, Settings::default())
    }

    /// As [`Spec::read`], answering as the settings say.
    pub fn read_with(path: impl Into<PathBuf>, settings: Settings) -> Result<Self, StartError> {
        let described = describe(&Description { paths: vec![path.into()], ..Description::default() })?;
        if let Some(broken) = described.iter().find(|it| it.contract.is_none()) {
            let faults: Vec<&str> = broken.findings.iter().map(|finding| finding.message.as_str()).collect();
            return Err(StartError::NoDescription { name: broken.name.clone(), faults: faults.join("; ") });
        }
        let site = Site { contracts: described.into_iter().filter_map(|it| it.contract).collect() };
        let shared =
            Shared { mock: Mock::new(site, settings), seed: 0, state: Mutex::new(State::of(SessionId::DEFAULT)) };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Answers as the description says, whatever the operation.
    pub fn responder(&self) -> SpecResponder {
        SpecResponder { spec: self.clone() }
    }

    /// Matches requests for an operation: by its operationId, or as `GET /pets/{id}`.
    pub fn operation(&self, name: &str) -> OperationMatcher {
        OperationMatcher { spec: self.clone(), name: name.to_owned() }
    }

    /// Matches requests that the description finds nothing wrong with.
    pub fn valid(&self) -> ValidMatcher {
        ValidMatcher { spec: self.clone() }
    }

    /// What becomes of a request; its session moves only if `moves`.
    fn handle(&self, received: &Received, moves: bool) -> Handled {
        let mut request = Request::new(received.method.clone(), received.url.path());
        request.query = received.url.query().map(str::to_owned);
        request.headers = received.headers.clone().into();
        request.body = received.body.clone().into();
        let moment = Moment { now_ms: now_ms(), seed: self.shared.seed };
        let mut state = self.shared.state.lock().unwrap_or_else(PoisonError::into_inner);
        let handled = handle(&self.shared.mock, &state, &request, moment);
        if moves {
            state.apply_all(&handled.changes);
        }
        handled
    }
}

#[expect(clippy::disallowed_methods, reason = "wiremock calls from a real test, in real time")]
fn now_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

/// Answers as a description says.
#[derive(Clone, Debug)]
pub struct SpecResponder {
    spec: Spec,
}

impl Respond for SpecResponder {
    fn respond(&self, request: &Received) -> ResponseTemplate {
        let outcome = self.spec.handle(request, true).outcome;
        let reply = outcome.reply;
        let mut template = ResponseTemplate::new(reply.status);
        let media_type = reply.header("content-type").unwrap_or_default().to_owned();
        for (name, value) in reply.headers.iter().filter(|(name, _)| *name != http::header::CONTENT_TYPE) {
            template = template.append_header(name.clone(), value.clone());
        }
        if !reply.body.is_empty() {
            template = template.set_body_raw(reply.body.to_vec(), &media_type);
        }
        let delay_ms: u64 =
            outcome.effects.iter().map(|effect| if let Effect::Delay { ms } = effect { *ms } else { 0 }).sum();
        if delay_ms > 0 { template.set_delay(Duration::from_millis(delay_ms)) } else { template }
    }
}

/// Matches requests for one operation.
#[derive(Clone, Debug)]
pub struct OperationMatcher {
    spec: Spec,
    name: String,
}

impl Match for OperationMatcher {
    fn matches(&self, request: &Received) -> bool {
        self.spec.handle(request, false).outcome.entry.operation.is_some_and(|name| *name == *self.name)
    }
}

/// Matches requests that the description finds nothing wrong with.
#[derive(Clone, Debug)]
pub struct ValidMatcher {
    spec: Spec,
}

impl Match for ValidMatcher {
    fn matches(&self, request: &Received) -> bool {
        let entry = self.spec.handle(request, false).outcome.entry;
        entry.operation.is_some() && !entry.findings.iter().any(|finding| finding.severity == Severity::Error)
    }
}
