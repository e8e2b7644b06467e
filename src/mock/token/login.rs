//! Logging in, and handing in a token outside a security requirement.

use std::{borrow::Cow, sync::Arc};

use serde_json::{Map, Value};

use super::Desk;
use crate::{
    contract::Received,
    finding::{Code, Finding, Part, Place, Reason},
    openapi::{Account, Expression, Login, Rotation, Source},
    session::{Change, Ending, Holder, Token, sha256_hex},
};

/// What a request brings to an operation that issues, replaces or ends tokens.
#[derive(Debug, Default)]
pub(in crate::mock) struct Entrance {
    /// Whom new tokens are for; `None`: somebody new, of whom nothing is known.
    pub(in crate::mock) holder: Option<Arc<Holder>>,
    /// What ends, and whose family begins.
    pub(in crate::mock) changes: Vec<Change>,
}

/// What an account's tokens say: its claims, and its name as `account`.
pub(super) fn claims_of(account: &Account) -> Map<String, Value> {
    let mut claims = account.claims.clone();
    claims.insert("account".to_owned(), Value::String(account.name.clone()));
    claims
}

impl Entrance {
    /// Looks at what a request brings; a fault if it is not let in. The request is otherwise right.
    pub(in crate::mock) fn of(desk: &Desk<'_>, received: &Received<'_>) -> Result<Self, Box<Finding>> {
        let operation = received.contract.operation(received.found.operation);
        let notes = &operation.tokens;
        let admitting = desk.admitting(received.found.operation, received.request);
        let mut entrance = Self { holder: admitting.as_ref().map(|it| Arc::clone(&it.holder)), changes: Vec::new() };
        if let Some(login) = &notes.login
            && let Some(holder) = logged_in(desk, received, login)?
        {
            entrance.holder = Some(holder);
        }
        if let Some(rotate) = &notes.rotate {
            entrance.rotate(desk, received, rotate)?;
        }
        if let Some(revoke) = &notes.revoke {
            let sent = match &revoke.at {
                Some(at) => received.text(at),
                None => admitting.as_ref().map(|token| token.value.to_string()),
            };
            let token = sent.and_then(|value| revoke.tokens.iter().find_map(|name| desk.find(name, &value)));
            if let Some(token) = token {
                entrance.end_family(desk, &token, &revoke.tokens, Ending::Revoked);
            }
        }
        Ok(entrance)
    }

    fn rotate(&mut self, desk: &Desk<'_>, received: &Received<'_>, rotate: &Rotation) -> Result<(), Box<Finding>> {
        let sent = match &rotate.at {
            Some(at) => received.text(at),
            None => received.contract.credentials(&rotate.token, received.request).map(Cow::into_owned),
        };
        if rotate.when.as_ref().is_some_and(|at| received.value(at).is_none()) {
            return Ok(());
        }
        let Some(sent) = sent else {
            let place = rotate.at.as_ref().map_or(Place::request(Part::Security, ""), place);
            let message = format!("the token of kind `{}` is missing", rotate.token);
            return Err(Box::new(Finding::error(Code::SECURITY, place, message).because(Reason::TokenMissing)));
        };
        if let Some(refusal) = desk.refuse(&rotate.token, &sent, &[]) {
            let place = rotate.at.as_ref().map_or(Place::request(Part::Security, ""), place);
            let message = format!("the token of kind `{}` {}", rotate.token, refusal.what);
            return Err(Box::new(Finding::error(Code::SECURITY, place, message).because(refusal.reason)));
        }
        let Some(token) = desk.find(&rotate.token, &sent) else { return Ok(()) };
        if !rotate.keep {
            self.end(desk, &token, Ending::Used);
            self.end_family(desk, &token, &rotate.also, Ending::Used);
        }
        self.holder = Some(Arc::clone(&token.holder));
        Ok(())
    }

    /// Ends the live tokens of these kinds in the family of a token; a token without a family ends alone.
    fn end_family(&mut self, desk: &Desk<'_>, of: &Token, kinds: &[String], ending: Ending) {
        if kinds.iter().any(|name| **name == *of.kind.name) {
            self.end(desk, of, ending);
        }
        if of.holder.family == 0 {
            return;
        }
        for token in desk.state.tokens.family(of.holder.family) {
            if token.kind.api == of.kind.api && kinds.iter().any(|name| **name == *token.kind.name) {
                self.end(desk, token, ending);
            }
        }
    }

    fn end(&mut self, desk: &Desk<'_>, token: &Token, ending: Ending) {
        if desk.state.tokens.get(&token.value).is_none() {
            // It was known without having been issued; from now on the session remembers it.
            self.changes.push(Change::TokenIssued(Arc::new(Token { ended: None, ..token.clone() })));
        }
        let change = Change::TokenEnded { value: Arc::clone(&token.value), ending };
        if !self.changes.contains(&change) {
            self.changes.push(change);
        }
    }
}

/// Who logs in; `None` if the request names neither an account nor a token to resume.
fn logged_in(desk: &Desk<'_>, received: &Received<'_>, login: &Login) -> Result<Option<Arc<Holder>>, Box<Finding>> {
    if let Some((kind, at)) = &login.resume
        && let Some(sent) = received.text(at)
    {
        if let Some(refusal) = desk.refuse(kind, &sent, &[]) {
            let message = format!("the token to resume {}", refusal.what);
            return Err(Box::new(Finding::error(Code::SECURITY, place(at), message).because(refusal.reason)));
        }
        return Ok(desk.find(kind, &sent).map(|token| Arc::clone(&token.holder)));
    }
    let accounts = &desk.contract.api.accounts;
    let named = login.account.iter().find_map(|at| Some((at, received.text(at)?)));
    let Some((at, name)) = named.filter(|_| !accounts.is_empty()) else { return Ok(None) };
    let fault = |at: &Expression, reason, message: String| {
        Err(Box::new(Finding::error(Code::SECURITY, place(at), message).because(reason)))
    };
    let Some(account) = accounts.iter().find(|account| account.is_called(&name)) else {
        return fault(at, Reason::AccountUnknown, format!("there is no account `{name}`"));
    };
    let first = |places: &'_ [Expression]| places.iter().find_map(|at| Some((at.clone(), received.text(at)?)));
    let (digest, sent) = (first(&login.digest), first(&login.password));
    let is_right = account.password.as_ref().is_none_or(|password| match (&digest, &sent) {
        (Some((_, digest)), _) => digest.eq_ignore_ascii_case(&sha256_hex(password)),
        (None, Some((_, sent))) => sent == password,
        (None, None) => false,
    });
    if !is_right {
        let at = digest.or(sent).map_or_else(|| at.clone(), |(at, _)| at);
        let at = &at;
        return fault(at, Reason::PasswordWrong, format!("that is not the password of `{name}`"));
    }
    if let Some(code) = &account.code {
        match login.code.iter().find_map(|at| Some((at, received.text(at)?))) {
            Some((_, sent)) if sent == *code => (),
            Some((at, _)) => {
                return fault(at, Reason::CodeWrong, format!("that is not the code of `{name}`"));
            }
            None => {
                let at = login.code.first().unwrap_or(at);
                return fault(at, Reason::CodeMissing, format!("`{name}` has a second factor: send its code"));
            }
        }
    }
    let claims = claims_of(account);
    Ok(Some(Arc::new(Holder { family: 0, claims, scopes: None })))
}

/// The place in the request that an expression means.
fn place(at: &Expression) -> Place {
    match at {
        Expression::Request(Source::Header(name)) => Place::request(Part::Header, name),
        Expression::Request(Source::Query(name)) => Place::request(Part::Query, name),
        Expression::Request(Source::Path(name)) => Place::request(Part::Path, name),
        Expression::Request(Source::Cookie(name)) => Place::request(Part::Cookie, name),
        Expression::Request(Source::Body(pointer)) => Place::request(Part::Body, pointer),
        _ => Place::Nowhere,
    }
}
