//! One request in, one outcome out: the function to read first.

use std::sync::Arc;

use http::{StatusCode, header};

use super::{
    book::Book,
    inject,
    lost::{ambiguous, no_method, no_path},
    preference::Preference,
    scene::{Doings, Scene},
    settings::{Auth, Settings},
};
use crate::{
    answer::{Entry, Origin, Outcome, Problem, cors, violations},
    contract::{Checked, Contract, Located, Match, Routed, Site},
    finding::Finding,
    message::{Request, Response, header_value},
    oauth,
    scenario::Library,
    session::{Change, State, http_date},
};

/// All that stays the same between two reloads: the APIs, and the answers that were made for them so far.
#[derive(Clone, Debug)]
pub struct Mock {
    /// The APIs.
    pub site: Site,
    /// How to answer.
    pub settings: Settings,
    /// The scenarios that can be switched on.
    pub scenarios: Arc<Library>,
    books: Arc<[Book]>,
}

impl Mock {
    /// A mock of these APIs, with the scenarios that Mimeo brings along.
    pub fn new(site: Site, settings: Settings) -> Self {
        let books = site.contracts.iter().map(|contract| Book::of(contract, &settings)).collect();
        let scenarios = Arc::new(Library::built_in(&site.contracts));
        Self { site, settings, scenarios, books }
    }

    /// The mock with other scenarios, which were compiled for its APIs. What was made of its answers is kept.
    #[must_use]
    pub fn with_scenarios(self, scenarios: Arc<Library>) -> Self {
        Self { scenarios, ..self }
    }

    /// The answers already made for one of the site's APIs.
    fn book(&self, contract: &Arc<Contract>) -> Option<&Book> {
        let number = self.site.contracts.iter().position(|each| Arc::ptr_eq(each, contract))?;
        self.books.get(number)
    }
}

/// Everything that differs from one run to the next, decided by the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Real time, in milliseconds since the Unix epoch.
    pub now_ms: u64,
    /// The seed of all varied values.
    pub seed: u64,
}

/// What came of a request.
#[derive(Clone, Debug)]
pub struct Handled {
    /// What the client gets, and what is said about it.
    pub outcome: Outcome,
    /// How the session moves: to be applied in order, before anything else is decided in that session.
    pub changes: Vec<Change>,
}

/// Answers a request in a session.
pub fn handle(mock: &Mock, state: &State, request: &Request, moment: Moment) -> Handled {
    arrive(mock, request, moment).answer(state)
}

/// A request that has arrived: routed, read and judged as far as that does not depend on the session.
#[derive(Debug)]
pub struct Arrival<'m> {
    mock: &'m Mock,
    request: &'m Request,
    moment: Moment,
    entry: Entry,
    stage: Stage<'m>,
}

#[derive(Debug)]
enum Stage<'m> {
    /// It is answered without looking at any description.
    Preflight,
    /// No operation answers it.
    Refused(Problem),
    /// It is for the authorization server of an API.
    Authorization(oauth::Call<'m>),
    /// It is for an operation.
    Operation(Box<Visit<'m>>),
}

/// A request for an operation.
#[derive(Debug)]
pub(super) struct Visit<'m> {
    pub(super) contract: &'m Contract,
    pub(super) book: &'m Book,
    pub(super) found: Match<'m>,
    pub(super) preference: Preference,
    /// The scenario that it asks for.
    pub(super) wish: Option<&'m str>,
    pub(super) checked: Checked,
}

/// Finds the operation that a request is for, and judges the request.
pub fn arrive<'m>(mock: &'m Mock, request: &'m Request, moment: Moment) -> Arrival<'m> {
    let mut entry = Entry::new(moment.now_ms);
    let stage = if mock.settings.cors && cors::is_preflight(request) {
        Stage::Preflight
    } else {
        match visit(mock, request, &mut entry) {
            Ok(visit) => Stage::Operation(visit),
            Err(problem) => refused_or_authorized(mock, request, &mut entry, problem),
        }
    };
    Arrival { mock, request, moment, entry, stage }
}

/// What no operation answers may be for an authorization server.
#[inline(never)]
fn refused_or_authorized<'m>(mock: &'m Mock, request: &Request, entry: &mut Entry, problem: Problem) -> Stage<'m> {
    let call = if entry.operation.is_none() { oauth::find(&mock.site, request) } else { None };
    let Some(call) = call else { return Stage::Refused(problem) };
    entry.api = Some(call.api().into());
    entry.origin = Origin::OAuth;
    Stage::Authorization(call)
}

/// Find, authenticate by form, check.
fn visit<'m>(mock: &'m Mock, request: &'m Request, entry: &mut Entry) -> Result<Box<Visit<'m>>, Problem> {
    let (contract, path) = match mock.site.locate(request) {
        Located::Api { contract, path } => (contract, path),
        Located::Ambiguous { addresses } => return Err(ambiguous(request, &addresses)),
        Located::Nowhere => return Err(no_path(mock.site.contracts.iter(), request, &request.path)),
    };
    let Some(book) = mock.book(contract) else { return Err(no_path([contract].into_iter(), request, path)) };
    entry.api = Some(Arc::clone(&book.api));
    let found = match contract.route(&request.method, path, request.query.as_deref()) {
        Routed::Operation(found) => found,
        Routed::MethodNotAllowed { allowed } => return Err(no_method(request, &allowed)),
        Routed::NotFound => return Err(no_path([contract].into_iter(), request, path)),
    };
    entry.operation = book.label(found.operation);
    let wishes = inject::wish(mock, request).and_then(|wish| {
        let preference = Preference::of(request).map_err(|finding| Problem::bad_preference(*finding))?;
        Ok((wish, preference))
    });
    let (wish, preference) = wishes.map_err(|problem| problem.written_as(contract.problem_type(found.operation)))?;
    let (faults, checked) = judge(contract, &found, request, &mock.settings);
    entry.findings = faults;
    Ok(Box::new(Visit { contract, book, found, preference, wish, checked }))
}

impl Arrival<'_> {
    /// True if the answer depends on the session, or changes it, even where the session's state is plain.
    pub fn needs_state(&self) -> bool {
        match &self.stage {
            Stage::Operation(visit) => visit.wish.is_some() || visit.book.needs_state(visit.found.operation),
            Stage::Authorization(call) => call.needs_state(),
            Stage::Preflight | Stage::Refused(_) => false,
        }
    }

    /// Answers the request in a session.
    pub fn answer(self, state: &State) -> Handled {
        let Self { mock, request, moment, entry, stage } = self;
        // The answer is made where it is given back: it is too large to be moved about.
        let outcome = Outcome { reply: Response::new(StatusCode::OK), effects: Vec::new(), entry };
        let mut handled = Handled { outcome, changes: Vec::new() };
        let Outcome { reply, entry, .. } = &mut handled.outcome;
        let mut doings = Doings::by(state.clock);
        let answered = match stage {
            Stage::Preflight => {
                *reply = cors::preflight(request);
                return handled;
            }
            Stage::Refused(problem) => Err(problem),
            Stage::Authorization(call) => {
                (*reply, doings.changes) = authorization(mock, &call, state, request, moment, entry);
                Ok(())
            }
            Stage::Operation(visit) => {
                let scene = Scene { mock, state, request, moment, visit: &visit };
                let answered = scene.answer(entry, &mut doings, reply);
                answered.map_err(|problem| problem.written_as(visit.contract.problem_type(visit.found.operation)))
            }
        };
        if let Err(problem) = answered {
            *reply = refused(mock, problem, entry);
        }
        if entry.operation.is_some()
            && let Some(text) = violations::header(&entry.findings)
        {
            reply.headers.insert(violations::FIELD, text);
        }
        if mock.settings.cors {
            cors::allow_asking(reply, request);
        }
        if !doings.clock.is_real() {
            date(reply, doings.clock.at(moment.now_ms));
        }
        if let Some(scenario) = &doings.scenario {
            inject::mark(reply, scenario);
        }
        handled.outcome.effects = doings.effects;
        handled.changes = doings.changes;
        handled
    }
}

/// Says in an answer when it was made, by the session's clock.
#[inline(never)]
fn date(reply: &mut Response, now_ms: u64) {
    reply.headers.insert(header::DATE, header_value(&http_date(now_ms)));
}

/// An answer of an authorization server.
#[inline(never)]
fn authorization(
    mock: &Mock,
    call: &oauth::Call<'_>,
    state: &State,
    request: &Request,
    moment: Moment,
    entry: &Entry,
) -> (Response, Vec<Change>) {
    let (mut reply, changes) = call.answer(state, request, moment.now_ms, moment.seed);
    entry.origin.mark(&mut reply);
    if mock.settings.cors {
        cors::allow_any(&mut reply);
    }
    (reply, changes)
}

/// An answer of Mimeo's own.
#[inline(never)]
fn refused(mock: &Mock, problem: Problem, entry: &mut Entry) -> Response {
    entry.origin = Origin::Mimeo;
    let mut reply = problem.response();
    entry.origin.mark(&mut reply);
    if mock.settings.cors {
        cors::allow_any(&mut reply);
    }
    // A problem tells the faults of the request, which are noted already.
    let news = problem.findings.into_iter().filter(|finding| !entry.findings.contains(finding));
    entry.findings.extend(news.collect::<Vec<_>>());
    reply
}

/// What is wrong with a request: first its credentials, and only if those are right the rest. Without `validate` it is
/// only read.
fn judge(contract: &Contract, found: &Match<'_>, request: &Request, settings: &Settings) -> (Vec<Finding>, Checked) {
    let validate = settings.validate_request;
    let asks = validate && settings.auth != Auth::Off;
    let security = if asks { contract.authenticate(found, request) } else { Vec::new() };
    if !security.is_empty() {
        return (security, Checked::default());
    }
    let mut checked = contract.check_request(found, request);
    let findings = std::mem::take(&mut checked.findings);
    (if validate { findings } else { Vec::new() }, checked)
}
