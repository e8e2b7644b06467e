//! Recorded exchanges against descriptions: which operation each of them was for, and what is wrong with it.

use std::{collections::BTreeMap, sync::Arc};

use http::{Method, header};
use serde_json::Value;

use super::{
    read::{Recorded, Recording},
    url::{Address, Base},
};
use crate::{
    answer::{Entry, Origin, cors},
    contract::{Contract, Located, Match, Routed, Site},
    finding::{Code, Finding, Part, Place, Side},
    message::{Request, Response},
    session::{Record, Secrets, SessionId},
};

/// A recording held against descriptions.
#[derive(Debug, Default)]
pub struct Judged {
    /// The exchanges with the APIs: the index of the entry in the file, from 0, the session, and the record with
    /// everything that was wrong.
    pub exchanges: Vec<(usize, SessionId, Record)>,
    /// The entries that were left out.
    pub skipped: Vec<Skipped>,
}

/// Why an entry was left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It went elsewhere.
    Elsewhere,
    /// It got no answer.
    NoAnswer,
    /// A browser asked whether it may ask.
    Preflight,
    /// It is part of a page: a script, an image.
    PartOfPage,
}

/// An entry that was left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Its index in the file, from 0.
    pub index: usize,
    /// Where it went: scheme, host and port.
    pub origin: String,
    /// Why.
    pub why: Why,
}

impl Judged {
    /// How many entries went elsewhere, by where, the most frequent first.
    pub fn elsewhere(&self) -> Vec<(&str, usize)> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for skipped in self.skipped.iter().filter(|skipped| skipped.why == Why::Elsewhere) {
            *counts.entry(skipped.origin.as_str()).or_default() += 1;
        }
        let mut counts: Vec<(&str, usize)> = counts.into_iter().collect();
        counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        counts
    }

    /// How many entries were left out for a reason.
    pub fn count(&self, why: Why) -> usize {
        self.skipped.iter().filter(|skipped| skipped.why == why).count()
    }
}

/// Routes each exchange of a recording, and judges both its sides.
///
/// With `base`, an exchange belongs to the APIs if it went below that address. Without, it belongs to the API that has a
/// server there. If no exchange went to any of the servers (they may be described by their paths only, and the client
/// may have been pointed elsewhere), those belong that fit an operation, wherever they went.
pub fn judge(recording: &Recording, site: &Site, base: Option<&Base>) -> Judged {
    let seats = Seats::of(recording, site, base);
    let mut judged = Judged::default();
    let mut ends: BTreeMap<SessionId, Vec<Option<u64>>> = BTreeMap::new();
    for recorded in &recording.exchanges {
        match seats.judge(recorded) {
            Ok((session, mut record)) => {
                let ends = ends.entry(session.clone()).or_default();
                record.number = ends.len() as u64 + 1;
                // All that were over when this one began; without times, the client waited for each answer.
                let over = |end: &Option<u64>| end.zip(recorded.started_ms).is_none_or(|(end, start)| end <= start);
                record.after = ends.iter().take_while(|end| over(end)).count() as u64;
                ends.push(recorded.ended_ms);
                judged.exchanges.push((recorded.index, session, record));
            }
            Err(why) => {
                let origin = recorded.address.origin.clone();
                judged.skipped.push(Skipped { index: recorded.index, origin, why });
            }
        }
    }
    judged
}

/// Where the APIs are.
struct Seats<'s> {
    site: &'s Site,
    base: Option<&'s Base>,
    /// The servers with whole addresses, if an exchange went to one of them; the longest path first.
    servers: Vec<(Base, &'s Arc<Contract>)>,
}

/// The API that an exchange was with, and its path there.
struct Seat<'s> {
    contract: &'s Arc<Contract>,
    path: String,
    /// True if it is known to be there, whether the API knows the path or not.
    is_sure: bool,
}

impl<'s> Seats<'s> {
    fn of(recording: &Recording, site: &'s Site, base: Option<&'s Base>) -> Self {
        let mut servers: Vec<(Base, &'s Arc<Contract>)> = Vec::new();
        for contract in site.contracts.iter().filter(|_| base.is_none()) {
            let own = contract.api.operations.iter().flat_map(|operation| &operation.servers);
            let bases = contract.api.servers.iter().chain(own).filter_map(|server| server.url.parse::<Base>().ok());
            for base in bases {
                if !servers.iter().any(|(known, of)| *known == base && Arc::ptr_eq(of, contract)) {
                    servers.push((base, contract));
                }
            }
        }
        servers.sort_by_key(|(base, _)| std::cmp::Reverse(base.to_string().len()));
        let is_met = |address: &Address| servers.iter().any(|(base, _)| base.below(address).is_some());
        if !recording.exchanges.iter().any(|exchange| is_met(&exchange.address)) {
            servers.clear();
        }
        Self { site, base, servers }
    }

    fn judge(&self, recorded: &Recorded) -> Result<(SessionId, Record), Why> {
        let mut request = recorded.request.clone();
        // A recording of traffic with a mock names the sessions as the mock does.
        let session = SessionId::of(&mut request).unwrap_or_default();
        let address = Address { path: request.path.clone(), ..recorded.address.clone() };
        let seat = self.seat(&address, &request).ok_or(Why::Elsewhere)?;
        request.path = seat.path;
        if cors::is_preflight(&request) {
            return Err(Why::Preflight);
        }
        let contract = seat.contract;
        let mut entry = Entry { origin: Origin::Upstream, ..Entry::new(recorded.started_ms.unwrap_or_default()) };
        entry.api = Some(contract.api.id.as_str().into());
        let routed = contract.route(&request.method, &request.path, request.query.as_deref());
        let response = match (&routed, &recorded.response) {
            (Routed::Operation(_), None) => return Err(Why::NoAnswer),
            (Routed::Operation(_), Some(response)) => response,
            _ if !seat.is_sure => return Err(Why::Elsewhere),
            _ if is_part_of_page(recorded) => return Err(Why::PartOfPage),
            (_, None) => return Err(Why::NoAnswer),
            (_, Some(response)) => response,
        };
        match routed {
            Routed::Operation(found) => {
                let operation = contract.operation(found.operation);
                let label = operation.id.clone().unwrap_or_else(|| format!("{} {}", operation.method, operation.path));
                entry.operation = Some(label.into());
                entry.findings = findings(contract, &found, &request, response, recorded);
            }
            Routed::MethodNotAllowed { allowed } => entry.findings.push(no_method(&request, &allowed)),
            Routed::NotFound => entry.findings.push(no_path(contract, &request)),
        }
        // Several APIs may have the same path: the address of each begins with its id.
        if self.site.contracts.len() > 1 {
            request.path.insert_str(0, &format!("/{}", contract.api.id));
        }
        let started_ms = entry.at_ms;
        Ok((session, Record::of(&request, entry, response, started_ms)))
    }

    fn seat(&self, address: &Address, request: &Request) -> Option<Seat<'s>> {
        if let Some(base) = self.base {
            let below = Request::new(request.method.clone(), base.below(address)?);
            return self.located(&below, true);
        }
        if self.servers.is_empty() {
            return self.located(request, false);
        }
        let met = |contract: &Contract, path: &str| {
            matches!(contract.route(&request.method, path, request.query.as_deref()), Routed::Operation(_))
        };
        let mut below =
            self.servers.iter().filter_map(|(base, contract)| Some((*contract, base.below(address)?))).peekable();
        let first = below.peek().map(|(contract, path)| (*contract, *path));
        let (contract, path) = below.find(|(contract, path)| met(contract, path)).or(first)?;
        Some(Seat { contract, path: path.to_owned(), is_sure: true })
    }

    fn located(&self, request: &Request, is_sure: bool) -> Option<Seat<'s>> {
        match self.site.locate(request) {
            Located::Api { contract, path } => Some(Seat { contract, path: path.to_owned(), is_sure }),
            // The first of them, as nothing says which is meant.
            Located::Ambiguous { addresses } => {
                let address = addresses.into_iter().next()?;
                let contract =
                    self.site.contracts.iter().find(|it| address.starts_with(&format!("/{}/", it.api.id)))?;
                let path = contract.without_address(&address).to_owned();
                Some(Seat { contract, path, is_sure })
            }
            Located::Nowhere => {
                let contract = self.site.contracts.first().filter(|_| is_sure)?;
                Some(Seat { contract, path: request.path.clone(), is_sure })
            }
        }
    }
}

/// True for what a browser loads to show a page, as far as the recording says.
fn is_part_of_page(recorded: &Recorded) -> bool {
    recorded.resource.as_deref().is_some_and(|it| !matches!(it, "xhr" | "fetch" | "eventsource" | "other" | "ping"))
}

/// Everything that is wrong with both sides.
fn findings(
    contract: &Contract,
    found: &Match<'_>,
    request: &Request,
    response: &Response,
    recorded: &Recorded,
) -> Vec<Finding> {
    let mut findings = contract.authenticate(found, request);
    let checked = contract.check_request(found, request).findings;
    findings.extend(without_lacking_body(checked, recorded.lacks_body, Side::Request));
    findings.retain(|finding| !is_masked(finding, request));
    let checked = contract.check_response(found.operation, response);
    let is_head = request.method == Method::HEAD;
    let checked = checked.into_iter().filter(|finding| !is_head || !is_about_body(finding)).collect();
    findings.extend(without_lacking_body(checked, recorded.lacks_answer, Side::Response));
    findings
}

/// True for a finding about a value that whoever made the recording has masked, as many do: nothing is known of it.
fn is_masked(finding: &Finding, request: &Request) -> bool {
    let Place::Message { side: Side::Request, part, at } = &finding.place else { return false };
    let has_mask = |bytes: &[u8]| bytes.ends_with(Secrets::MASK.as_bytes());
    match part {
        Part::Header => request.headers.get(at.as_str()).is_some_and(|value| has_mask(value.as_bytes())),
        Part::Cookie => request.headers.get_all(header::COOKIE).iter().any(|value| has_mask(value.as_bytes())),
        Part::Query => {
            let query = request.query.as_deref().unwrap_or_default();
            form_urlencoded::parse(query.as_bytes()).any(|(name, value)| name == *at && has_mask(value.as_bytes()))
        }
        Part::Body => {
            let body = serde_json::from_slice::<Value>(&request.body).unwrap_or_default();
            body.pointer(at).and_then(Value::as_str).is_some_and(|text| has_mask(text.as_bytes()))
        }
        _ => false,
    }
}

fn is_about_body(finding: &Finding) -> bool {
    matches!(finding.place, Place::Message { part: Part::Body, .. })
}

/// The findings; without those about a body that is not in the file, which is then said instead.
fn without_lacking_body(mut findings: Vec<Finding>, is_lacking: bool, side: Side) -> Vec<Finding> {
    if is_lacking {
        findings.retain(|finding| !is_about_body(finding));
        let place = Place::Message { side, part: Part::Body, at: String::new() };
        let finding =
            Finding::note(Code::BODY_NOT_JUDGED, place, "the body is not in the recording and was not judged");
        findings.push(finding.help("record it with bodies"));
    }
    findings
}

fn no_method(request: &Request, allowed: &[Method]) -> Finding {
    let allowed: Vec<&str> = allowed.iter().map(Method::as_str).collect();
    let message = format!("`{}` has no {}", request.path, request.method);
    Finding::error(Code::METHOD_NOT_ALLOWED, Place::request(Part::Path, ""), message)
        .help(format!("it has {}", allowed.join(", ")))
}

fn no_path(contract: &Contract, request: &Request) -> Finding {
    let message = format!("{} `{}` is not described", request.method, request.path);
    let finding = Finding::error(Code::NOT_FOUND, Place::request(Part::Path, ""), message);
    let near = contract.near_misses(&request.method, &request.path, 1);
    let near = near.first().map(|miss| contract.operation(miss.operation));
    match near {
        Some(near) => finding.help(format!("the nearest is {} `{}`", near.method, near.path)),
        None => finding,
    }
}
