//! The authorization endpoint (RFC 6749, section 4.1.1; RFC 7636; OpenID Connect Core 1.0, section 3.1.2).

use http::{Method, StatusCode, header};
use serde_json::{Map, Value};

use super::{
    authority::{ANYBODY, Answered, Authority, claims_of},
    batch::{Batch, Use},
    form::Form,
    grant::ASKED,
    page,
    refusal::Refusal,
};
use crate::{
    message::Response,
    openapi::{Account, FlowKind},
    session::Change,
};

/// What a code remembers of the request that asked for it.
const REMEMBERED: [&str; 4] = ["redirect_uri", "code_challenge", "code_challenge_method", "nonce"];

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    /// A code, which the client exchanges.
    Code,
    /// An access token at once: the implicit flow.
    Token,
}

/// Somebody who lets the client in.
struct User<'a> {
    name: &'a str,
    account: Option<&'a Account>,
}

impl Authority<'_> {
    /// Answers a request for authorization: with a page, or at once.
    pub(super) fn authorize(&self) -> Answered {
        let wants_page = self.request.header(header::ACCEPT).is_some_and(|accept| accept.contains("text/html"));
        let checked = Form::of(self.request).and_then(|form| {
            let client = form.need("client_id")?.to_owned();
            let target = form.need("redirect_uri")?.to_owned();
            if !is_target(&target) {
                let message = "redirect_uri must be an absolute URI without a fragment";
                return Err(Refusal::invalid_request(message));
            }
            Ok((form, client, target))
        });
        let (form, client, target) = match checked {
            Ok(checked) => checked,
            // Nobody can be sent back to an address that is not known (RFC 6749, section 4.1.2.1).
            Err(refusal) if wants_page => return Ok((page::refused(&refusal), Vec::new())),
            Err(refusal) => return Err(refusal),
        };
        // Tokens never stand in a query (RFC 6749, section 4.2.2).
        let is_implicit = form.get("response_type").is_some_and(|kind| kind.split(' ').any(|word| word != "code"));
        let is_fragment = is_implicit || form.get("response_mode") == Some("fragment");
        let (pairs, changes) = match self.decided(&form, &client, wants_page) {
            Ok(Decided::Page(reply)) => return Ok((reply, Vec::new())),
            Ok(Decided::Granted(pairs, changes)) => (pairs, changes),
            Err(refusal) => {
                let pairs = vec![("error", refusal.error.to_owned()), ("error_description", refusal.description)];
                (pairs, Vec::new())
            }
        };
        let pairs = pairs.into_iter().chain(form.get("state").map(|state| ("state", state.to_owned())));
        let answer = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        let sign = match (is_fragment, target.contains('?')) {
            (true, _) => '#',
            (false, true) => '&',
            (false, false) => '?',
        };
        // After a form the browser must go on with GET.
        let is_form = self.request.method == Method::POST;
        let mut reply = Response::new(if is_form { StatusCode::SEE_OTHER } else { StatusCode::FOUND });
        reply.set_header(header::LOCATION, &format!("{target}{sign}{answer}"));
        reply.set_header(header::CACHE_CONTROL, "no-store");
        Ok((reply, changes))
    }

    /// What the client is told. A refusal is sent to it as well.
    fn decided(&self, form: &Form, client: &str, wants_page: bool) -> Result<Decided, Refusal> {
        form.once()?;
        let wanted = match form.need("response_type")? {
            "code" => Wanted::Code,
            "token" => Wanted::Token,
            other => {
                let message = format!("there is no response_type {other}; there are code and token");
                return Err(Refusal::bad("unsupported_response_type", message));
            }
        };
        for (name, error) in [("request", "request_not_supported"), ("request_uri", "request_uri_not_supported")] {
            if form.get(name).is_some() {
                return Err(Refusal::bad(error, format!("the parameter {name} is not read")));
            }
        }
        match (form.get("response_mode"), wanted) {
            (None | Some("fragment"), _) | (Some("query"), Wanted::Code) => (),
            (Some(other), _) => {
                return Err(Refusal::invalid_request(format!("response_mode {other} cannot be used here")));
            }
        }
        check_challenge(form)?;
        let scopes = self.scopes(form.get("scope"))?;
        if form.get(page::DECLINED).is_some() {
            return Err(Refusal::bad("access_denied", "the user declined"));
        }
        let prompts: Vec<&str> = form.get("prompt").unwrap_or_default().split_ascii_whitespace().collect();
        let is_silent = prompts.contains(&"none");
        if is_silent && prompts.len() > 1 {
            return Err(Refusal::invalid_request("prompt=none stands alone"));
        }
        let chosen = form.get(page::ACCOUNT);
        if wants_page && !is_silent && chosen.is_none() {
            return Ok(Decided::Page(page::ask(&self.contract.api, form, client, &scopes)));
        }
        let user = self.user(chosen.or_else(|| form.get("login_hint")))?;
        let mut batch = Batch::new(self);
        let claims = self.claims(claims_of(user.name, user.account), Some(client));
        let mut holder = batch.begin(claims, scopes);
        let granted = match wanted {
            Wanted::Code => {
                let scopes = holder.scopes.as_deref().unwrap_or_default();
                let scheme = self.scheme_for(FlowKind::AuthorizationCode, scopes);
                let asked = REMEMBERED.iter().filter_map(|name| Some(((*name).to_owned(), form.get(name)?.into())));
                let mut asked: Map<String, Value> = asked.collect();
                if asked.contains_key("code_challenge") {
                    asked.entry("code_challenge_method").or_insert_with(|| "plain".into());
                }
                holder.claims.insert(ASKED.to_owned(), Value::Object(asked));
                let (code, _) = batch.issue(scheme, Use::Code, holder);
                vec![("code", code.to_string())]
            }
            Wanted::Token => {
                let scopes = holder.scopes.clone().unwrap_or_default();
                let scheme = self.scheme_for(FlowKind::Implicit, &scopes);
                let (token, lifetime_ms) = batch.issue(scheme, Use::Access, holder);
                let mut pairs = vec![("access_token", token.to_string()), ("token_type", "Bearer".to_owned())];
                pairs.extend(lifetime_ms.map(|lifetime| ("expires_in", (lifetime / 1_000).to_string())));
                pairs.push(("scope", scopes.join(" ")));
                pairs
            }
        };
        Ok(Decided::Granted(granted, batch.into_changes()))
    }

    /// Who lets the client in: who is named, else the first account, else anybody.
    fn user<'s>(&'s self, named: Option<&'s str>) -> Result<User<'s>, Refusal> {
        let Some(first) = self.contract.api.accounts.first() else {
            return Ok(User { name: named.unwrap_or(ANYBODY), account: None });
        };
        let account = match named {
            Some(name) => self
                .account(name)
                .ok_or_else(|| Refusal::bad("login_required", format!("there is no account {name}")))?,
            None => first,
        };
        Ok(User { name: &account.name, account: Some(account) })
    }
}

enum Decided {
    /// The user is asked.
    Page(Response),
    /// What the client gets.
    Granted(Vec<(&'static str, String)>, Vec<Change>),
}

/// RFC 7636, section 4.3.
fn check_challenge(form: &Form) -> Result<(), Refusal> {
    let Some(challenge) = form.get("code_challenge") else {
        return match form.get("code_challenge_method") {
            Some(_) => Err(Refusal::invalid_request("code_challenge is missing")),
            None => Ok(()),
        };
    };
    if !(43..=128).contains(&challenge.len())
        || !challenge.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
    {
        let message = "code_challenge must have 43 to 128 letters, digits or -._~";
        return Err(Refusal::invalid_request(message));
    }
    match form.get("code_challenge_method") {
        None | Some("plain" | "S256") => Ok(()),
        Some(other) => {
            let message = format!("there is no code_challenge_method {other}; there are S256 and plain");
            Err(Refusal::invalid_request(message))
        }
    }
}

/// True for an absolute URI without a fragment (RFC 6749, section 3.1.2).
fn is_target(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
        && !rest.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#')
}

#[cfg(test)]
mod tests;
