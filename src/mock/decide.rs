//! Which of the described answers a request gets.
//!
//! A forced answer comes first; then, for a faulty request, the API's own error answer; then the success answer. Within
//! an answer: the media type that the client likes best, then the example that was asked for, or paired with the
//! request, or stands first, then a value made from the schema.

use std::cmp::Reverse;

use http::StatusCode;

use super::{
    negotiate::{insists_on_text, negotiate, no_text, not_acceptable},
    pairing,
    preference::Preference,
    settings::Settings,
};
use crate::{
    answer::{Origin, Problem, is_unreadable},
    contract::{Checked, Contract, Match, OperationId},
    finding::{Code, Finding, Place, Reason, Severity},
    fnv,
    message::{Request, is_bodiless},
    openapi::{Example, ExampleValue, MediaType, Operation, Response, StatusRange},
    schema::Sampling,
};

/// All that a decision looks at.
#[derive(Clone, Copy)]
pub(super) struct Case<'a> {
    pub(super) contract: &'a Contract,
    pub(super) found: &'a Match<'a>,
    pub(super) request: &'a Request,
    pub(super) preference: &'a Preference,
    pub(super) settings: &'a Settings,
    /// What is wrong with the request.
    pub(super) faults: &'a [Finding],
    /// What was read of the request.
    pub(super) checked: &'a Checked,
    /// The seed of the run.
    pub(super) seed: u64,
}

impl Case<'_> {
    /// True if the request is wrong.
    pub(super) fn is_faulty(&self) -> bool {
        self.faults.iter().any(|fault| fault.severity == Severity::Error)
    }
}

/// A decision: which answer, in which form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Choice {
    /// Index into the operation's responses; `None` if it describes none.
    pub(super) response: Option<usize>,
    /// The status, concrete.
    pub(super) status: StatusCode,
    /// Index into the response's content; `None` if it has none.
    pub(super) media: Option<usize>,
    /// Where the body comes from.
    pub(super) body: BodyChoice,
    /// True if the client asked for this status.
    pub(super) forced: bool,
}

/// Where a body comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BodyChoice {
    /// There is none.
    Nothing,
    /// An example, by its index.
    Example(usize),
    /// The plainest value of the schema.
    Plain,
    /// A varied value of the schema.
    Seeded(u64),
}

impl BodyChoice {
    /// How to sample the schema, if the body is made from it.
    pub(super) fn sampling(self) -> Option<Sampling> {
        match self {
            Self::Plain => Some(Sampling::Plain),
            Self::Seeded(seed) => Some(Sampling::Seeded(seed)),
            Self::Nothing | Self::Example(_) => None,
        }
    }
}

/// Decides which answer a request gets.
pub(super) fn decide(case: &Case<'_>) -> Result<Choice, Problem> {
    let operation = case.contract.operation(case.found.operation);
    let faulty = case.is_faulty();
    match case.preference.code {
        // A forced error is served whatever the request looks like; a forced success does not hide a fault.
        Some(code) if code >= 400 || !faulty => forced(case, operation, code),
        _ if faulty => error(case, operation),
        _ => success(case, operation),
    }
}

#[inline(never)]
fn forced(case: &Case<'_>, operation: &Operation, code: u16) -> Result<Choice, Problem> {
    match covering(operation, code) {
        Some(response) => {
            let choice = fill(case, operation, response, status_code(code), None)?;
            Ok(Choice { forced: true, ..choice })
        }
        None => Err(Problem::no_such_answer(
            Finding::error(
                Code::BAD_PREFERENCE,
                Place::Nowhere,
                format!("the status {code} is not described for this operation"),
            )
            .help(format!("it has {}", statuses(operation))),
        )),
    }
}

/// The answer of that status, described by itself or else by a range.
fn covering(operation: &Operation, code: u16) -> Option<usize> {
    let exactness = |range: StatusRange| match range {
        StatusRange::Exact(_) => 0,
        StatusRange::Hundred(_) => 1,
        StatusRange::Default => 2,
    };
    let covering = operation.responses.iter().enumerate().filter(|(_, it)| it.status.covers(code));
    covering.min_by_key(|(_, it)| exactness(it.status)).map(|(index, _)| index)
}

/// The described answer of the first of `statuses` that the operation has; exact statuses count before ranges. Its
/// example is the first that has one of `names` or says by `x-mimeo-for` that it answers it, else the first.
pub(super) fn described(case: &Case<'_>, statuses: &[StatusCode], names: &[String]) -> Option<Choice> {
    let operation = case.contract.operation(case.found.operation);
    let is_exact =
        |status: &StatusCode| operation.responses.iter().any(|it| it.status == StatusRange::Exact(status.as_u16()));
    let exact = statuses.iter().find(|status| is_exact(status));
    let status = *exact.or_else(|| statuses.iter().find(|status| covering(operation, status.as_u16()).is_some()))?;
    let response = covering(operation, status.as_u16())?;
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    // With reasons to go by, an answer is found in any case.
    let choice = fill(case, operation, response, status, Some(&names)).ok()?;
    let media = choice.media.and_then(|index| operation.responses[response].content.get(index));
    let meant =
        media.and_then(|media| by_reason(&media.examples, &names).filter(|index| is_served(&media.examples[*index])));
    Some(match meant {
        Some(index) => Choice { body: BodyChoice::Example(index), ..choice },
        None => choice,
    })
}

fn success(case: &Case<'_>, operation: &Operation) -> Result<Choice, Problem> {
    // Nothing is promised, so the least is sent: an empty answer, and a finding that says why.
    let Some(response) = success_response(operation) else {
        return Ok(Choice {
            response: None,
            status: StatusCode::OK,
            media: None,
            body: BodyChoice::Nothing,
            forced: false,
        });
    };
    let status = match operation.responses[response].status {
        StatusRange::Exact(status) => status,
        StatusRange::Hundred(digit) => u16::from(digit) * 100,
        StatusRange::Default => 200,
    };
    fill(case, operation, response, status_code(status), None)
}

/// The lowest success status, else a success range, else `default`. Where only failures are described, the one that
/// contradicts a good request least. Never 1xx: that is only sent on the way to an answer (RFC 9110, section 15.2).
fn success_response(operation: &Operation) -> Option<usize> {
    let responses = || operation.responses.iter().enumerate();
    let lowest = responses()
        .filter(|(_, it)| matches!(it.status, StatusRange::Exact(200..=299)))
        .min_by_key(|(_, it)| it.status)
        .map(|(index, _)| index);
    lowest
        .or_else(|| operation.responses.iter().position(|it| it.status == StatusRange::Hundred(2)))
        .or_else(|| operation.responses.iter().position(|it| it.status == StatusRange::Default))
        .or_else(|| {
            let (switches, answers): (Vec<_>, Vec<_>) = responses().partition(|(_, it)| is_informational(it.status));
            let blame = |status| match blame(status) {
                // Who does not ask for the upgrade that is described makes a mistake.
                SERVER_BLAMED if !switches.is_empty() => u8::MAX,
                blame => blame,
            };
            let mildest = answers.into_iter().min_by_key(|(index, it)| (blame(it.status), *index));
            mildest.map(|(index, _)| index)
        })
}

/// How far a status is from an answer to a request without a fault: a redirection is none, `404 Not Found` may well be
/// one, and so may `403 Forbidden`, which says that the request was understood. A fault of the server is seldom meant, and
/// `400 Bad Request` contradicts the request.
fn blame(status: StatusRange) -> u8 {
    match status {
        StatusRange::Exact(300..=399) | StatusRange::Hundred(3) => 0,
        StatusRange::Exact(403) => 2,
        StatusRange::Exact(500..) | StatusRange::Hundred(5) => SERVER_BLAMED,
        StatusRange::Exact(400 | 401 | 405..=407 | 411..=417 | 422 | 428 | 431) | StatusRange::Hundred(4) => 4,
        _ => 1,
    }
}

/// How far a fault of the server is from an answer to a request without a fault.
const SERVER_BLAMED: u8 = 3;

fn is_informational(status: StatusRange) -> bool {
    matches!(status, StatusRange::Exact(100..=199) | StatusRange::Hundred(1))
}

/// The status and the origin of the answer that a plain valid request gets; `None` if none is described.
pub(super) fn preview(contract: &Contract, id: OperationId) -> Option<(StatusCode, Origin)> {
    let operation = contract.operation(id);
    let response = &operation.responses[success_response(operation)?];
    let status = match response.status {
        StatusRange::Exact(status) => status,
        StatusRange::Hundred(digit) => u16::from(digit) * 100,
        StatusRange::Default => 200,
    };
    let status = status_code(status);
    let request = Request::new(operation.method.clone(), &operation.path);
    let content: &[MediaType] = if is_bodiless(status) { &[] } else { &response.content };
    let media = negotiate(contract, &request, content).and_then(|index| content.get(index));
    let origin = media.map_or(Origin::Empty, |media| match media.examples.iter().find(|it| is_served(it)) {
        Some(example) => Origin::Example(example.name.as_deref().map(Into::into)),
        None if media.schema.is_some() || media.item_schema.is_some() => Origin::Schema,
        None => Origin::Empty,
    });
    Some((status, origin))
}

/// The API's own answer to a faulty request.
#[inline(never)]
fn error(case: &Case<'_>, operation: &Operation) -> Result<Choice, Problem> {
    let reason = case.faults.iter().find_map(|fault| fault.reason).unwrap_or(Reason::InvalidParam);
    let names = names_of(case.faults, reason);
    if let Some((response, status)) = said_for(operation, &names) {
        return fill(case, operation, response, status, Some(&names));
    }
    let usual: &[u16] = match reason {
        Reason::ScopeMissing => &[403, 401],
        reason if reason.is_security() => &[401],
        Reason::UnsupportedMediaType => &[415, 422, 400],
        reason if is_unreadable(case.faults, reason) => &[400, 422],
        _ => &[422, 400],
    };
    let described: Vec<usize> = usual
        .iter()
        .filter_map(|status| operation.responses.iter().position(|it| it.status == StatusRange::Exact(*status)))
        .collect();
    // Of the statuses that would do, one that names the reason is meant.
    let named = described.iter().copied().find(|response| has_example(&operation.responses[*response], &names));
    let response = named.or(described.first().copied()).or_else(|| {
        [StatusRange::Hundred(4), StatusRange::Default]
            .iter()
            .find_map(|range| operation.responses.iter().position(|it| it.status == *range))
    });
    let Some(response) = response else {
        let problem = Problem::invalid_request(reason, case.faults);
        let challenge = if reason.is_security() { case.contract.challenge(case.found.operation) } else { None };
        return Err(match challenge {
            Some(challenge) => problem.with_header(http::header::WWW_AUTHENTICATE, &challenge),
            None => problem,
        });
    };
    let status = match operation.responses[response].status {
        StatusRange::Exact(status) => status,
        _ => usual[0],
    };
    fill(case, operation, response, status_code(status), Some(&names))
}

/// The names under which an error example may answer the faults, the most exact first: keywords, then the reason.
fn names_of(faults: &[Finding], reason: Reason) -> Vec<&'static str> {
    let mut names: Vec<&'static str> = Vec::new();
    for fault in faults.iter().filter(|fault| fault.reason == Some(reason) && !reason.is_security()) {
        if !names.contains(&fault.code.as_str()) {
            names.push(fault.code.as_str());
        }
    }
    names.push(reason.as_str());
    // An API that tells its faults less finely apart means this one.
    if !reason.is_security() && reason != Reason::InvalidParam {
        names.push(Reason::InvalidParam.as_str());
    }
    names
}

/// The answer that says of itself, by `x-mimeo-for`, that it answers one of `names`.
fn said_for(operation: &Operation, names: &[&str]) -> Option<(usize, StatusCode)> {
    let says = |list: &[String], name: &str| list.iter().any(|each| each == name);
    names.iter().find_map(|name| {
        operation.responses.iter().enumerate().find_map(|(index, response)| {
            let StatusRange::Exact(status) = response.status else { return None };
            let fits = says(&response.answers, name)
                || response.content.iter().flat_map(|media| &media.examples).any(|it| says(&it.answers, name));
            (fits && status >= 400).then(|| (index, status_code(status)))
        })
    })
}

fn has_example(response: &Response, names: &[&str]) -> bool {
    response.content.iter().any(|media| by_reason(&media.examples, names).is_some())
}

/// The example that answers one of `names`, by its own name or by `x-mimeo-for`.
fn by_reason(examples: &[Example], names: &[&str]) -> Option<usize> {
    names.iter().find_map(|name| {
        examples
            .iter()
            .position(|it| it.name.as_deref() == Some(name))
            .or_else(|| examples.iter().position(|it| it.answers.iter().any(|each| each == name)))
    })
}

/// Chooses media type and body of an answer. `reasons` are given for the answer to a faulty request.
fn fill(
    case: &Case<'_>,
    operation: &Operation,
    response: usize,
    status: StatusCode,
    reasons: Option<&[&str]>,
) -> Result<Choice, Problem> {
    let content = &operation.responses[response].content;
    if content.is_empty() || is_bodiless(status) {
        return Ok(Choice { response: Some(response), status, media: None, body: BodyChoice::Nothing, forced: false });
    }
    let media = match (negotiate(case.contract, case.request, content), reasons) {
        (Some(media), _) => media,
        // Better an error in the wrong form than none.
        (None, Some(_)) => 0,
        (None, None) => return Err(not_acceptable(content)),
    };
    let body = choose_body(case, operation, &content[media], reasons)?;
    let is_made = body.sampling().is_some() && reasons.is_none();
    if is_made && insists_on_text(case.contract, case.request, content, &content[media]) {
        return Err(no_text());
    }
    Ok(Choice { response: Some(response), status, media: Some(media), body, forced: false })
}

fn choose_body(
    case: &Case<'_>,
    operation: &Operation,
    media: &MediaType,
    reasons: Option<&[&str]>,
) -> Result<BodyChoice, Problem> {
    let has_schema = media.schema.is_some() || media.item_schema.is_some();
    if let Some(name) = &case.preference.example {
        match media.examples.iter().position(|it| it.name.as_deref() == Some(name) && is_served(it)) {
            Some(index) => return Ok(BodyChoice::Example(index)),
            None if reasons.is_none() => return Err(no_such_example(name, media)),
            None => (),
        }
    }
    if has_schema && case.preference.dynamic.unwrap_or(case.settings.dynamic) {
        return Ok(BodyChoice::Seeded(seed(case, operation)));
    }
    if !(has_schema && case.settings.ignore_examples) {
        let example = match reasons {
            Some(names) => by_reason(&media.examples, names),
            None => pairing::paired(case.contract, operation, case.checked, &media.examples),
        };
        let example = example.filter(|index| is_served(&media.examples[*index])).or_else(|| {
            // An example that answers other faults is not the one for a success.
            let first = media.examples.iter().enumerate().filter(|(_, it)| is_served(it));
            first.min_by_key(|(index, it)| (!it.answers.is_empty(), *index)).map(|(index, _)| index)
        });
        if let Some(example) = example {
            return Ok(BodyChoice::Example(example));
        }
    }
    Ok(if has_schema { BodyChoice::Plain } else { BodyChoice::Nothing })
}

fn is_served(example: &Example) -> bool {
    !matches!(example.value, ExampleValue::External(_))
}

#[cold]
fn no_such_example(name: &str, media: &MediaType) -> Problem {
    let names: Vec<&str> = media.examples.iter().filter_map(|it| it.name.as_deref()).collect();
    let help =
        if names.is_empty() { "it has no named examples".to_owned() } else { format!("it has {}", names.join(", ")) };
    Problem::no_such_answer(
        Finding::error(
            Code::BAD_PREFERENCE,
            Place::Nowhere,
            format!("the answer has no example named `{name}` as {}", media.range),
        )
        .help(help),
    )
}

/// The seed of a varied value: the same for the same run seed, wish, operation and target.
fn seed(case: &Case<'_>, operation: &Operation) -> u64 {
    let wish = case.preference.seed.as_deref().unwrap_or("");
    let query = case.request.query.as_deref().unwrap_or("");
    let parts = [operation.method.as_str(), &operation.path, &case.request.path, query, wish];
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0]));
    fnv::seeded(case.seed, bytes)
}

fn statuses(operation: &Operation) -> String {
    let mut ranges: Vec<StatusRange> = operation.responses.iter().map(|it| it.status).collect();
    ranges.sort_by_key(|range| Reverse(matches!(range, StatusRange::Exact(_))));
    ranges.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// A described status: the model only has those from 100 to 599.
fn status_code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}
