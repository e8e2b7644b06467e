//! One request in, one outcome out: the function to read first.

use std::sync::Arc;

use http::{StatusCode, header};

use super::{
    book::Book,
    decide, filling, inject,
    preference::{Answered, Preference},
    token::{Desk, Entrance, issue},
};
use crate::{
    answer::{Acted, Effect, Entry, Origin, Outcome, Problem, cors, violations},
    contract::{Checked, Contract, Located, Match, Presented, Received, Routed, Site},
    finding::{Code, Finding, Part, Place, Reason, Severity},
    message::{Request, Response, header_value},
    oauth,
    scenario::{Library, Respond, Turn},
    session::{Change, Clock, State, http_date},
    template::Pattern,
};

/// How strict a mock is with credentials.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Auth {
    /// Tokens of schemes that issue them must have been issued in the session; all others must have their form.
    #[default]
    Strict,
    /// Any token of the right form is taken, but none that the session knows to be over.
    Lenient,
    /// Credentials are not looked at.
    Off,
}

/// How a mock answers, apart from what its description says.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own on the command line")]
pub struct Settings {
    /// Answer CORS preflights and add CORS header fields.
    pub cors: bool,
    /// Turn an answer that breaks its own description into a 500 with the findings (Prism's `--errors`).
    pub errors: bool,
    /// Judge requests. Without it, even a faulty request gets a success.
    pub validate_request: bool,
    /// How strict to be with credentials.
    pub auth: Auth,
    /// Make every body from its schema with varied values, even where there is an example.
    pub dynamic: bool,
    /// Make every body from its schema, even where there is an example.
    pub ignore_examples: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            cors: true,
            errors: false,
            validate_request: true,
            auth: Auth::Strict,
            dynamic: false,
            ignore_examples: false,
        }
    }
}

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
struct Visit<'m> {
    contract: &'m Contract,
    book: &'m Book,
    found: Match<'m>,
    preference: Preference,
    checked: Checked,
}

/// Finds the operation that a request is for, and judges the request.
pub fn arrive<'m>(mock: &'m Mock, request: &'m Request, moment: Moment) -> Arrival<'m> {
    let mut entry = Entry::new(moment.now_ms);
    let stage = if mock.settings.cors && cors::is_preflight(request) {
        Stage::Preflight
    } else {
        match visit(mock, request, &mut entry) {
            Ok(visit) => Stage::Operation(Box::new(visit)),
            Err(problem) => refused_or_authorized(mock, request, &mut entry, problem),
        }
    };
    Arrival { mock, request, moment, entry, stage }
}

/// What no operation answers may be for an authorization server.
fn refused_or_authorized<'m>(mock: &'m Mock, request: &Request, entry: &mut Entry, problem: Problem) -> Stage<'m> {
    let call = if entry.operation.is_none() { oauth::find(&mock.site, request) } else { None };
    let Some(call) = call else { return Stage::Refused(problem) };
    entry.api = Some(call.api().into());
    entry.origin = Origin::OAuth;
    Stage::Authorization(call)
}

/// Find, authenticate by form, check.
fn visit<'m>(mock: &'m Mock, request: &'m Request, entry: &mut Entry) -> Result<Visit<'m>, Problem> {
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
    inject::check_wish(mock, request)?;
    let preference = Preference::of(request).map_err(|finding| Problem::bad_preference(*finding))?;
    let (faults, checked) = judge(contract, &found, request, &mock.settings);
    entry.findings = faults;
    Ok(Visit { contract, book, found, preference, checked })
}

impl Arrival<'_> {
    /// True if the answer depends on the session, or changes it, even where the session's state is plain.
    pub fn needs_state(&self) -> bool {
        match &self.stage {
            Stage::Operation(visit) => {
                visit.book.needs_state(visit.found.operation) || inject::is_asked_for(self.request)
            }
            Stage::Authorization(call) => call.needs_state(),
            Stage::Preflight | Stage::Refused(_) => false,
        }
    }

    /// Answers the request in a session.
    pub fn answer(self, state: &State) -> Handled {
        let Self { mock, request, moment, mut entry, stage } = self;
        let mut doings = Doings { changes: Vec::new(), effects: Vec::new(), clock: state.clock, scenario: None };
        let answered = match stage {
            Stage::Preflight => {
                return Handled {
                    outcome: Outcome { reply: cors::preflight(request), effects: Vec::new(), entry },
                    changes: Vec::new(),
                };
            }
            Stage::Refused(problem) => Err(problem),
            Stage::Authorization(call) => {
                let (mut reply, moves) = call.answer(state, request, moment.now_ms, moment.seed);
                doings.changes = moves;
                entry.origin.mark(&mut reply);
                if mock.settings.cors {
                    cors::allow_any(&mut reply);
                }
                Ok(reply)
            }
            Stage::Operation(visit) => {
                let scene = Scene { mock, state, request, moment, visit: &visit };
                scene.answer(&mut entry, &mut doings)
            }
        };
        let mut reply = answered.unwrap_or_else(|problem| refused(mock, problem, &mut entry));
        if entry.operation.is_some()
            && let Some(text) = violations::header(&entry.findings)
        {
            reply.headers.insert(violations::FIELD, text);
        }
        if mock.settings.cors {
            cors::allow_asking(&mut reply, request);
        }
        if !doings.clock.is_real() {
            let now_ms = doings.clock.at(moment.now_ms);
            reply.headers.insert(header::DATE, header_value(&http_date(now_ms)));
        }
        if let Some(scenario) = &doings.scenario {
            inject::mark(&mut reply, scenario);
        }
        Handled { outcome: Outcome { reply, effects: doings.effects, entry }, changes: doings.changes }
    }
}

/// An answer of Mimeo's own.
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

/// What happens beside the answer.
struct Doings {
    changes: Vec<Change>,
    effects: Vec<Effect>,
    /// The clock that the request is answered by.
    clock: Clock,
    /// The scenario that had a hand in it.
    scenario: Option<Arc<str>>,
}

impl Doings {
    /// Does what a scenario asks for beside an answer.
    fn follow(&mut self, turn: &mut Turn<'_>) {
        self.changes.append(&mut turn.changes);
        self.effects.clone_from(&turn.effects);
        self.clock = turn.clock;
        self.scenario = turn.does_more.then(|| Arc::clone(&turn.scenario.name));
    }
}

/// A request for an operation, in a session.
struct Scene<'a> {
    mock: &'a Mock,
    state: &'a State,
    request: &'a Request,
    moment: Moment,
    visit: &'a Visit<'a>,
}

impl Scene<'_> {
    /// Ask the scenario, let in, decide, respond.
    fn answer(&self, entry: &mut Entry, doings: &mut Doings) -> Result<Response, Problem> {
        let Self { mock, state, request, moment, visit } = *self;
        let settings = &mock.settings;
        let mut desk = Desk {
            contract: visit.contract,
            kinds: &visit.book.kinds,
            state,
            auth: settings.auth,
            now_ms: state.clock.at(moment.now_ms),
            ended: &[],
        };
        let received = Received { contract: visit.contract, found: &visit.found, request, checked: &visit.checked };
        let mut turn = inject::turn(mock, state, &received, &desk, moment, &mut entry.findings);
        if let Some(turn) = &mut turn {
            doings.follow(turn);
            entry.acted = turn.rule.map(|rule| Acted { scenario: Arc::clone(&turn.scenario.name), rule });
            if let Some(fault) = turn.cut_off() {
                let (reply, origin) = inject::cut_off(turn, fault);
                return self.injected(reply, origin, None, entry);
            }
        }
        desk.now_ms = doings.clock.at(moment.now_ms);
        desk.ended = turn.as_ref().map_or(&[], |turn| &turn.ended);
        let mut entrance = self.let_in(&desk, &received, entry);
        let case = decide::Case {
            contract: visit.contract,
            found: &visit.found,
            request,
            preference: &visit.preference,
            settings,
            faults: &entry.findings,
            checked: &visit.checked,
            seed: moment.seed,
        };
        // As with `Prefer`, an error is served whatever the request looks like; a success does not hide a fault.
        let staged = turn.as_ref().and_then(|turn| Some((turn, turn.respond?))).filter(|(_, respond)| {
            let is_error = respond.statuses.iter().all(|status| status.as_u16() >= 400);
            visit.preference.code.is_none() && (is_error || !case.is_faulty())
        });
        if let Some((turn, _)) = staged {
            doings.scenario = Some(Arc::clone(&turn.scenario.name));
        }
        let choice = match staged {
            Some((turn, respond)) => match inject::described(&case, respond) {
                Some(choice) => choice,
                None => {
                    let mut noted = Vec::new();
                    let mut fill = |pattern: &Pattern| {
                        let scope =
                            filling::scope(&desk, &received, entrance.as_ref(), &[], &entry.findings, moment.seed);
                        filling::alone(pattern, &scope, &mut doings.changes, &mut noted)
                    };
                    let (reply, origin) = inject::own(turn, respond, visit.contract, &visit.found, &mut fill);
                    entry.findings.append(&mut noted);
                    return self.injected(reply, origin, Some(respond), entry);
                }
            },
            None => decide::decide(&case)?,
        };
        let prepared = visit.book.answer(visit.contract, visit.found.operation, &choice)?;
        entry.origin = prepared.origin.clone();
        let operation = visit.contract.operation(visit.found.operation);
        let described = choice.response.and_then(|index| operation.responses.get(index));
        let issues = described.map_or(&[][..], |response| &response.issues);
        let mut reply = prepared.response.clone();
        let mut faults = prepared.findings.clone();
        if let Some(filling) = &prepared.filling {
            let scope = filling::scope(&desk, &received, entrance.as_ref(), issues, &entry.findings, moment.seed);
            let filled = filling.fill(visit.contract, visit.found.operation, &choice, &scope, &mut reply);
            doings.changes.extend(filled.drew.then_some(Change::ChanceDrawn));
            faults.extend(filled.findings);
        }
        entry.findings.extend(faults.iter().cloned());
        if settings.errors && faults.iter().any(|finding| finding.severity == Severity::Error) {
            return Err(Problem::violations(std::mem::take(&mut entry.findings)));
        }
        if let Some(entrance) = entrance.as_mut().filter(|_| reply.status.is_success()) {
            if let Some(described) = described {
                let cut = prepared.stencil.as_ref();
                issue(&desk, &received, described, cut, moment.seed, entrance, &mut reply);
            }
            doings.changes.append(&mut entrance.changes);
        }
        if let Some((turn, respond)) = staged {
            let origin = Origin::Scenario {
                name: Arc::clone(&turn.scenario.name),
                from: Some(Box::new(prepared.origin.clone())),
            };
            return self.injected(reply, origin, Some(respond), entry);
        }
        let example = match &prepared.origin {
            Origin::Example(name) => name.as_deref(),
            _ => None,
        };
        let (status, varied) = (choice.status.as_u16(), matches!(choice.body, decide::BodyChoice::Seeded(_)));
        let answered = Answered { status, forced: choice.forced, example, varied };
        if let Some(applied) = visit.preference.applied(&answered) {
            reply.headers.insert("preference-applied", header_value(&applied));
        }
        Ok(reply)
    }

    /// Finishes an answer that a scenario asked for.
    fn injected(
        &self,
        mut reply: Response,
        origin: Origin,
        respond: Option<&Respond>,
        entry: &mut Entry,
    ) -> Result<Response, Problem> {
        let settings = &self.mock.settings;
        inject::finish(&mut reply, respond, &origin, settings.cors);
        entry.origin = origin;
        if respond.is_some_and(|respond| respond.body.is_some()) {
            let findings = self.visit.contract.check_response(self.visit.found.operation, &reply);
            let is_broken = findings.iter().any(|finding| finding.severity == Severity::Error);
            entry.findings.extend(findings);
            if settings.errors && is_broken {
                return Err(Problem::violations(std::mem::take(&mut entry.findings)));
            }
        }
        Ok(reply)
    }

    /// Judges what the request says about who sends it; notes why it is not let in. `None` if it is not, or if the
    /// operation has nothing to do with tokens.
    fn let_in(&self, desk: &Desk<'_>, received: &Received<'_>, entry: &mut Entry) -> Option<Entrance> {
        let visit = self.visit;
        let concerns_tokens = visit.book.is_bound(visit.found.operation) || !desk.ended.is_empty();
        if !concerns_tokens || desk.auth == Auth::Off {
            return None;
        }
        let has_form = !entry.findings.iter().any(|finding| finding.reason.is_some_and(Reason::is_security));
        if has_form {
            let refuse = |presented: &Presented<'_>| desk.refuse_presented(presented, self.request);
            let refused = visit.contract.authenticate_by(&visit.found, self.request, &refuse);
            if !refused.is_empty() {
                // Who is not let in is not told what else is wrong.
                entry.findings = refused;
            }
        }
        if entry.findings.iter().any(|finding| finding.severity == Severity::Error) {
            return None;
        }
        match Entrance::of(desk, received) {
            Ok(entrance) => Some(entrance),
            Err(finding) => {
                entry.findings.push(*finding);
                None
            }
        }
    }
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

fn no_path<'c>(contracts: impl Iterator<Item = &'c Arc<Contract>>, request: &Request, path: &str) -> Problem {
    let near: Vec<String> = contracts
        .flat_map(|contract| contract.nearest(path, 3))
        .take(3)
        .map(|(method, path)| format!("{method} {path}"))
        .collect();
    let mut finding = Finding::error(
        Code::NOT_FOUND,
        Place::request(Part::Path, ""),
        format!("no path of the description matches `{}`", request.path),
    );
    if !near.is_empty() {
        finding = finding.help(format!("the nearest are {}", near.join(", ")));
    }
    Problem::new("NO_PATH_MATCHED_ERROR", StatusCode::NOT_FOUND, "Route not resolved, no path matched", vec![finding])
}

fn ambiguous(request: &Request, addresses: &[String]) -> Problem {
    let finding = Finding::error(
        Code::AMBIGUOUS_API,
        Place::request(Part::Path, ""),
        format!("`{}` is a path of several of the APIs that are served here", request.path),
    )
    .help(format!("say which one is meant: {}", addresses.join(" or ")));
    Problem::new("AMBIGUOUS_API", StatusCode::NOT_FOUND, "Several APIs have this path", vec![finding])
}

fn no_method(request: &Request, allowed: &[http::Method]) -> Problem {
    let allow = allowed.iter().map(http::Method::as_str).collect::<Vec<_>>().join(", ");
    let finding = Finding::error(
        Code::METHOD_NOT_ALLOWED,
        Place::request(Part::Path, ""),
        format!("`{}` is described, but not with the method {}", request.path, request.method),
    )
    .help(format!("it has {allow}"));
    Problem::new(
        "NO_METHOD_MATCHED_ERROR",
        StatusCode::METHOD_NOT_ALLOWED,
        "Route resolved, but no method matched",
        vec![finding],
    )
    .with_header(header::ALLOW, &allow)
}
