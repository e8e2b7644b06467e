//! Which tokens a session was given, and how each stood when it was sent, from the records alone: the description says
//! which answer issues which token, and which request ends it.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use super::{Standing, seen::Seen};
use crate::{
    contract::{Contract, Received},
    finding::{Place, Reason},
    openapi::{ExpiryForm, Expression, Issue, SchemeKind, Source},
    session::parse_date_time,
};

/// What an answer of a token endpoint calls its tokens (RFC 6749, section 5.1; `OpenID` Connect Core, section 3.1.3.3).
const OAUTH_TOKENS: [&str; 3] = ["access_token", "refresh_token", "id_token"];

/// A token that an answer issued.
#[derive(Debug)]
struct Issued {
    kind: String,
    expires_ms: Option<u64>,
    family: usize,
    ended: Option<Standing>,
}

impl Issued {
    /// How it stood when it was sent.
    fn standing(&self, seen: &Seen<'_>) -> Option<Standing> {
        // What the server took was good, whatever the description says about lifetimes.
        if seen.record.status < 400 {
            return None;
        }
        let is_over = self.expires_ms.is_some_and(|expires| expires <= seen.record.virtual_ms);
        self.ended.or(is_over.then_some(Standing::Expired))
    }

    /// True if it is of the kind that a scheme takes. One that says nothing about its tokens takes those of the
    /// authorization server.
    fn belongs_to(&self, scheme: &str, says_its_tokens: bool) -> bool {
        self.kind == scheme || (!says_its_tokens && self.kind == OAUTH_TOKENS[0])
    }
}

/// What one request sent for one security scheme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sent {
    /// The text that was sent.
    pub(super) value: String,
    /// What stands for it: `token beauth`, `credentials`.
    pub(super) label: String,
    /// How it stood.
    pub(super) standing: Option<Standing>,
    /// True for what is sent beside a token and says whose it is.
    pub(super) is_companion: bool,
}

/// What is known about the tokens of one exchange.
#[derive(Clone, Debug, Default)]
pub(super) struct Tokens {
    /// What was sent, by scheme.
    pub(super) sent: BTreeMap<String, Sent>,
    /// What the answer issued: label and value, in the order of the description.
    pub(super) issued: Vec<(String, String)>,
}

/// The tokens of one session.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    tokens: HashMap<String, Issued>,
    families: usize,
}

impl Ledger {
    /// Looks at the next exchange of the session.
    pub(super) fn note(&mut self, seen: &Seen<'_>) -> Tokens {
        let Some(contract) = seen.contract else { return Tokens::default() };
        let sent = self.sent(contract, seen);
        let mut issued = Vec::new();
        if let Some(received) = seen.received() {
            let parent = self.parent(&sent, &received);
            if seen.record.status < 400 {
                self.end(&received, parent);
            }
            issued = self.issue(contract, seen, &received, parent);
        } else if seen.record.status < 400 {
            issued = self.issue_oauth(seen);
        }
        Tokens { sent, issued }
    }

    /// The credentials of a request, by scheme: those of the operation's schemes, and any others that it has.
    fn sent(&self, contract: &Contract, seen: &Seen<'_>) -> BTreeMap<String, Sent> {
        let mut sent: BTreeMap<String, Sent> = BTreeMap::new();
        let asked = seen.operation().into_iter().flat_map(|operation| &operation.security);
        let asked = asked.flat_map(|requirement| requirement.schemes.iter().map(|(name, _)| name));
        for (name, is_asked) in
            asked.map(|name| (name, true)).chain(contract.api.schemes.keys().map(|name| (name, false)))
        {
            if sent.contains_key(name) {
                continue;
            }
            let Some(value) = contract.credentials(name, seen.request).filter(|value| !value.is_empty()) else {
                continue;
            };
            // Several schemes may be sent in one field: what one of them took is no other's.
            if !is_asked && sent.values().any(|taken| taken.value == *value) {
                continue;
            }
            let one = self.credential(contract, name, value.into_owned(), seen);
            sent.insert(name.clone(), one);
        }
        sent
    }

    fn credential(&self, contract: &Contract, scheme: &str, value: String, seen: &Seen<'_>) -> Sent {
        let Some(declared) = contract.api.schemes.get(scheme) else {
            return Sent { value, label: "credentials".to_owned(), standing: None, is_companion: false };
        };
        if declared.token.as_ref().is_some_and(|note| note.companion.is_some()) {
            return Sent { value, label: "credentials".to_owned(), standing: None, is_companion: true };
        }
        let known = self.tokens.get(&value);
        let is_known = |name: &str| {
            let note = contract.api.schemes.get(name).and_then(|scheme| scheme.token.as_ref());
            note.is_some_and(|note| note.known.iter().any(|known| known.value == value))
        };
        let (label, mut standing) = match known {
            Some(token) => (format!("token {}", token.kind), token.standing(seen)),
            None if is_known(scheme) => (format!("token {scheme}"), None),
            None if declared.token.is_some() => (format!("token {scheme}"), Some(Standing::Unknown)),
            None if declared.kind.is_oauth() => (format!("token {scheme}"), None),
            None => ("credentials".to_owned(), None),
        };
        if let Some(reason) = refused(seen, &declared.kind) {
            standing = match (reason, known) {
                (Reason::TokenExpired, _) => Some(Standing::Expired),
                (Reason::ScopeMissing, _) => Some(Standing::Lacking),
                (_, Some(token)) if token.belongs_to(scheme, declared.token.is_some()) => {
                    standing.or(Some(Standing::Revoked))
                }
                (_, Some(_)) => Some(Standing::Misplaced),
                (_, None) => Some(Standing::Unknown),
            };
        }
        Sent { value, label, standing, is_companion: false }
    }

    /// The family of the token that lets a request in.
    fn parent(&self, sent: &BTreeMap<String, Sent>, received: &Received<'_>) -> Option<usize> {
        let notes = &received.contract.operation(received.found.operation).tokens;
        let rotated = notes.rotate.as_ref().and_then(|rotate| received.text(rotate.at.as_ref()?));
        let resumed = notes.login.as_ref().and_then(|login| received.text(&login.resume.as_ref()?.1));
        let values = sent.values().map(|it| it.value.clone()).chain(rotated).chain(resumed);
        values.filter_map(|value| self.tokens.get(&value)).map(|token| token.family).next()
    }

    /// Ends what a request ends that was answered well.
    fn end(&mut self, received: &Received<'_>, parent: Option<usize>) {
        let operation = received.contract.operation(received.found.operation);
        if let Some(rotate) = &operation.tokens.rotate {
            let sent = match &rotate.at {
                Some(at) => received.text(at),
                None => received.contract.credentials(&rotate.token, received.request).map(Into::into),
            };
            let family = sent.as_ref().and_then(|value| self.tokens.get(value)).map(|token| token.family);
            if let Some(token) = sent.and_then(|value| self.tokens.get_mut(&value)).filter(|_| !rotate.keep) {
                token.ended.get_or_insert(Standing::Used);
                self.end_family(family, &rotate.also, Standing::Used);
            }
        }
        if let Some(revoke) = &operation.tokens.revoke {
            let sent = revoke.at.as_ref().and_then(|at| received.text(at));
            let family = sent.and_then(|value| self.tokens.get(&value)).map(|token| token.family).or(parent);
            self.end_family(family, &revoke.tokens, Standing::Revoked);
        }
    }

    fn end_family(&mut self, family: Option<usize>, kinds: &[String], standing: Standing) {
        let Some(family) = family else { return };
        for token in self.tokens.values_mut().filter(|token| token.family == family && kinds.contains(&token.kind)) {
            token.ended.get_or_insert(standing);
        }
    }

    fn issue(
        &mut self,
        contract: &Contract,
        seen: &Seen<'_>,
        received: &Received<'_>,
        parent: Option<usize>,
    ) -> Vec<(String, String)> {
        let issues = seen.described().map(|described| described.issues.as_slice()).unwrap_or_default();
        let family = parent.unwrap_or(self.families);
        let mut issued = Vec::new();
        for issue in issues {
            if issue.when.as_ref().is_some_and(|when| received.value(when).is_none()) {
                continue;
            }
            let Some(value) = answered(&issue.at, seen) else { continue };
            let scheme = contract.api.schemes.get(&issue.token).and_then(|scheme| scheme.token.as_ref());
            let note = scheme.or_else(|| contract.api.tokens.get(&issue.token));
            let lifetime = issue.lifetime_ms.or_else(|| note.and_then(|note| note.lifetime_ms));
            let expires_ms =
                expiry(issue, seen).or_else(|| lifetime.map(|ms| seen.record.virtual_ms.saturating_add(ms)));
            issued.push(self.add(&issue.token, value, expires_ms, family));
        }
        if parent.is_none() && !issued.is_empty() {
            self.families += 1;
        }
        issued
    }

    /// What the token endpoint of an authorization server answers.
    fn issue_oauth(&mut self, seen: &Seen<'_>) -> Vec<(String, String)> {
        let Some(Value::Object(answer)) = &seen.answer else { return Vec::new() };
        if !answer.contains_key("access_token") {
            return Vec::new();
        }
        let lifetime = answer.get("expires_in").and_then(Value::as_u64);
        let family = self.families;
        self.families += 1;
        let tokens = OAUTH_TOKENS.iter().filter_map(|name| Some((*name, answer.get(*name)?.as_str()?.to_owned())));
        tokens
            .map(|(name, value)| {
                let lifetime = lifetime.filter(|_| name == "access_token");
                let expires =
                    lifetime.map(|seconds| seen.record.virtual_ms.saturating_add(seconds.saturating_mul(1_000)));
                self.add(name, value, expires, family)
            })
            .collect()
    }

    fn add(&mut self, kind: &str, value: String, expires_ms: Option<u64>, family: usize) -> (String, String) {
        let token = Issued { kind: kind.to_owned(), expires_ms, family, ended: None };
        self.tokens.insert(value.clone(), token);
        (format!("token {kind}"), value)
    }
}

/// Why the credentials of a scheme were refused, if they were.
fn refused(seen: &Seen<'_>, kind: &SchemeKind) -> Option<Reason> {
    let seat = match kind {
        SchemeKind::ApiKey { name, .. } => name.as_str(),
        _ => "Authorization",
    };
    seen.record.findings.iter().find_map(|finding| match (&finding.place, finding.reason) {
        (Place::Message { at, .. }, Some(reason)) if reason.is_security() && at.eq_ignore_ascii_case(seat) => {
            Some(reason)
        }
        _ => None,
    })
}

/// The text that an answer has in a place. Header fields of answers are not recorded.
fn answered(at: &Expression, seen: &Seen<'_>) -> Option<String> {
    let Expression::Response(Source::Body(pointer)) = at else { return None };
    let text = match &seen.answer {
        Some(answer) => match answer.pointer(pointer)? {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => return None,
        },
        None if pointer.is_empty() => String::from_utf8(seen.record.answer.to_vec()).ok()?,
        None => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// When an answer says that what it issues expires, by the session's clock.
fn expiry(issue: &Issue, seen: &Seen<'_>) -> Option<u64> {
    let expiry = issue.expires.as_ref()?;
    let text = answered(&expiry.at, seen)?;
    let number = || text.parse::<u64>().ok();
    match expiry.form {
        ExpiryForm::UnixSeconds => number()?.checked_mul(1_000),
        ExpiryForm::UnixMilliseconds => number(),
        ExpiryForm::Seconds => seen.record.virtual_ms.checked_add(number()?.checked_mul(1_000)?),
        ExpiryForm::Milliseconds => seen.record.virtual_ms.checked_add(number()?),
        ExpiryForm::DateTime => parse_date_time(&text),
    }
}
