//! One request in, one outcome out: the function to read first.

use std::sync::Arc;

use http::StatusCode;

use super::{
    book::Book,
    decide,
    preference::{Answered, Preference},
};
use crate::{
    answer::{Entry, Origin, Outcome, Problem, cors, violations},
    contract::{Checked, Contract, Located, Match, Routed, Site},
    finding::{Code, Finding, Part, Place, Severity},
    message::{Request, Response, header_value},
};

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
    /// Make every body from its schema with varied values, even where there is an example.
    pub dynamic: bool,
    /// Make every body from its schema, even where there is an example.
    pub ignore_examples: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { cors: true, errors: false, validate_request: true, dynamic: false, ignore_examples: false }
    }
}

/// All that stays the same between two reloads: the APIs, and the answers that were made for them so far.
#[derive(Debug)]
pub struct Mock {
    /// The APIs.
    pub site: Site,
    /// How to answer.
    pub settings: Settings,
    books: Vec<Book>,
}

impl Mock {
    /// A mock of these APIs.
    pub fn new(site: Site, settings: Settings) -> Self {
        let books = site.contracts.iter().map(|contract| Book::of(contract, &settings)).collect();
        Self { site, settings, books }
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
    /// Milliseconds since the Unix epoch.
    pub now_ms: u64,
    /// The seed of all varied values.
    pub seed: u64,
}

/// Answers a request.
pub fn handle(mock: &Mock, request: &Request, moment: Moment) -> Outcome {
    let mut entry =
        Entry { at_ms: moment.now_ms, api: None, operation: None, findings: Vec::new(), origin: Origin::Mimeo };
    if mock.settings.cors && cors::is_preflight(request) {
        return Outcome { reply: cors::preflight(request), entry };
    }
    let mut reply = match answer(mock, request, moment, &mut entry) {
        Ok(reply) => reply,
        Err(problem) => {
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
    };
    if entry.operation.is_some()
        && let Some(text) = violations::header(&entry.findings)
    {
        reply.headers.insert("sl-violations", text);
    }
    if mock.settings.cors {
        cors::allow_asking(&mut reply, request);
    }
    Outcome { reply, entry }
}

/// Find, authenticate, check, decide, respond.
fn answer(mock: &Mock, request: &Request, moment: Moment, entry: &mut Entry) -> Result<Response, Problem> {
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
    let preference = Preference::of(request).map_err(|finding| Problem::bad_preference(*finding))?;

    let (faults, checked) = judge(contract, &found, request, mock.settings.validate_request);
    entry.findings = faults;
    let case = decide::Case {
        contract,
        found: &found,
        request,
        preference: &preference,
        settings: &mock.settings,
        faults: &entry.findings,
        checked: &checked,
        seed: moment.seed,
    };
    let choice = decide::decide(&case)?;
    let prepared = book.answer(contract, found.operation, &choice)?;
    entry.origin = prepared.origin.clone();
    entry.findings.extend(prepared.findings.iter().cloned());
    if mock.settings.errors && prepared.findings.iter().any(|finding| finding.severity == Severity::Error) {
        return Err(Problem::violations(std::mem::take(&mut entry.findings)));
    }
    let mut reply = prepared.response.clone();
    let example = match &prepared.origin {
        Origin::Example(name) => name.as_deref(),
        _ => None,
    };
    let (status, varied) = (choice.status.as_u16(), matches!(choice.body, decide::BodyChoice::Seeded(_)));
    let answered = Answered { status, forced: choice.forced, example, varied };
    if let Some(applied) = preference.applied(&answered) {
        reply.headers.insert("preference-applied", header_value(&applied));
    }
    Ok(reply)
}

/// What is wrong with a request: first its credentials, and only if those are right the rest. Without `validate` it is
/// only read.
fn judge(contract: &Contract, found: &Match<'_>, request: &Request, validate: bool) -> (Vec<Finding>, Checked) {
    let security = if validate { contract.authenticate(found, request) } else { Vec::new() };
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
    .with_header(http::header::ALLOW, &allow)
}
