//! What a client called and what was wrong with it: each reason once for each operation, not once for each request.

use std::collections::{HashMap, HashSet};

use super::args::RunFailOn;
use crate::{
    finding::{Finding, Place, Reason, Severity, Side},
    report::{Call, Fault},
    session::{Record, Secrets},
    shell::Seen,
};

/// What is the same in faults that are said once.
type Key = (String, Severity, String);

/// The operations that were called, in the order in which they were called first, with what was wrong.
pub(super) fn calls(seen: &Seen, secrets: &Secrets, fail_on: RunFailOn) -> Vec<Call> {
    let mut calls: Vec<Call> = Vec::new();
    let mut numbers: HashMap<(Option<String>, String), usize> = HashMap::new();
    let mut faults: HashMap<(usize, Key), usize> = HashMap::new();
    for (session, records) in &seen.sessions {
        let mut refused = HashSet::new();
        for record in records {
            let (api, operation) = called(record);
            let number = *numbers.entry((api.clone(), operation.clone())).or_insert_with(|| {
                calls.push(Call { api, operation, ..Call::default() });
                calls.len() - 1
            });
            let Some(call) = calls.get_mut(number) else { continue };
            call.times += 1;
            let is_expired = |finding: &Finding| finding.reason == Some(Reason::TokenExpired);
            let knew_it = record.findings.iter().any(is_expired) && !refused.insert(credentials(record, secrets));
            let mut said = HashSet::new();
            for finding in record.findings.iter().filter(|finding| is_about_request(finding)) {
                let severity = severity(finding, knew_it);
                let place = place(&finding.place);
                let code = finding.reason.filter(|it| it.is_security()).map_or(finding.code.as_str(), Reason::as_str);
                let key = (code.to_owned(), severity, place.clone());
                // The same is said of one request only once: of each of a hundred items, say.
                if !said.insert(key.clone()) {
                    continue;
                }
                let at = *faults.entry((number, key)).or_insert_with(|| {
                    let finding = secrets.finding(finding);
                    call.faults.push(Fault {
                        code: code.to_owned(),
                        severity,
                        fails: fail_on.includes(severity),
                        place,
                        message: finding.message.clone(),
                        help: finding.help.clone(),
                        times: 0,
                        first: (session.clone(), record.number),
                    });
                    call.faults.len() - 1
                });
                if let Some(fault) = call.faults.get_mut(at) {
                    fault.times += 1;
                }
            }
        }
    }
    calls
}

/// The API and the operation, or the method and path as sent.
fn called(record: &Record) -> (Option<String>, String) {
    let operation = record.operation.as_ref().map(ToString::to_string);
    let api = record.api.as_ref().filter(|_| operation.is_some()).map(ToString::to_string);
    (api, operation.unwrap_or_else(|| format!("{} {}", record.method, record.path())))
}

/// What is wrong with an answer, or with its description, is not the client's fault.
fn is_about_request(finding: &Finding) -> bool {
    !matches!(finding.place, Place::File { .. } | Place::Message { side: Side::Response, .. })
}

/// How bad it is that a client did so. That its token has expired is no fault of a client before it was told; that
/// somebody is not let in is a use of the API, not a break of its contract.
fn severity(finding: &Finding, knew_it: bool) -> Severity {
    match finding.reason {
        Some(Reason::TokenExpired) if !knew_it => Severity::Note,
        Some(Reason::AccountUnknown | Reason::PasswordWrong | Reason::CodeMissing | Reason::CodeWrong) => {
            Severity::Note
        }
        _ => finding.severity,
    }
}

/// Everything in a request that is secret.
fn credentials(record: &Record, secrets: &Secrets) -> Vec<String> {
    let text = String::from_utf8_lossy(record.headers());
    let raw = text.lines().filter_map(|line| line.split_once(": "));
    let masked = secrets.headers(record.headers());
    let mut found: Vec<String> = raw
        .zip(&masked)
        .filter(|((_, raw), (_, masked))| raw != masked)
        .map(|((name, value), _)| format!("{name}: {value}"))
        .collect();
    found.extend(record.query().filter(|query| secrets.query(query) != *query).map(str::to_owned));
    found
}

/// A place without the numbers of items.
fn place(place: &Place) -> String {
    let Place::Message { part, at, .. } = place else { return String::new() };
    let is_number = |token: &str| !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_digit());
    let at: Vec<&str> = at.split('/').map(|token| if is_number(token) { "*" } else { token }).collect();
    format!("request {} {}", part.as_str(), at.join("/")).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use http::{Method, StatusCode};

    use super::*;
    use crate::{
        answer::Entry,
        finding::{Code, Part},
        message::{Request, Response},
    };

    fn record(token: &str, findings: Vec<Finding>) -> Arc<Record> {
        let mut request = Request::new(Method::GET, "/pets/1?a=1");
        request.headers.insert("authorization", token.parse().unwrap());
        let mut entry = Entry::new(5);
        entry.findings = findings;
        Arc::new(Record::of(&request, entry, &Response::new(StatusCode::OK), 7))
    }

    fn seen(records: Vec<Arc<Record>>) -> Seen {
        let mut seen = Seen::default();
        seen.sessions.insert("default".to_owned(), records);
        seen
    }

    fn wrong(at: &str) -> Finding {
        Finding::error(Code("required"), Place::request(Part::Body, at), format!("{at} is wrong"))
    }

    #[test]
    fn each_reason_is_said_once() {
        let answers = Finding::error(Code("required"), Place::response(Part::Body, "/a"), "not the client's");
        let seen = seen(vec![
            record("a", vec![wrong("/items/0/name"), wrong("/items/1/name"), answers]),
            record("a", vec![wrong("/items/7/name"), wrong("/id")]),
        ]);
        let calls = calls(&seen, &Secrets::default(), RunFailOn::Error);
        assert_eq!((calls.len(), calls[0].operation.as_str(), calls[0].times), (1, "GET /pets/1", 2));
        let faults: Vec<_> = calls[0].faults.iter().map(|it| (it.place.as_str(), it.times, it.fails)).collect();
        assert_eq!(faults, [("request body /items/*/name", 2, true), ("request body /id", 1, true)]);
    }

    #[test]
    fn a_token_may_meet_its_end_once() {
        let expired =
            || vec![Finding::error(Code::SECURITY, Place::Nowhere, "it has expired").because(Reason::TokenExpired)];
        let severities = |tokens: &[&str]| {
            let seen = seen(tokens.iter().map(|token| record(token, expired())).collect());
            let faults = calls(&seen, &Secrets::default(), RunFailOn::Error).remove(0).faults;
            faults.iter().map(|it| (it.severity, it.times)).collect::<Vec<_>>()
        };
        assert_eq!(severities(&["a", "b", "c"]), [(Severity::Note, 3)]);
        assert_eq!(severities(&["a", "a", "a"]), [(Severity::Note, 1), (Severity::Error, 2)]);
    }
}
