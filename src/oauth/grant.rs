//! The token endpoint (RFC 6749, sections 4 to 6).

use std::collections::BTreeSet;

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::{
    authority::{Answered, Authority, claims_of, secret_json},
    batch::{Batch, Use},
    form::{Client, Form},
    key::{Key, half_hash, s256},
    refusal::Refusal,
};
use crate::{
    openapi::FlowKind,
    session::{Ending, Holder, Token},
};

/// The claim of a code in which it remembers what it was asked for with.
pub(super) const ASKED: &str = "authorization";

/// What is to be issued.
struct Order<'a> {
    scheme: &'a str,
    holder: Holder,
    /// The scopes of the access token, if they are fewer than the holder's.
    narrowed: Option<Vec<String>>,
    /// True if a user is behind it: then it can be renewed, and has an ID token if `openid` was asked for.
    has_user: bool,
    nonce: Option<Value>,
}

impl Authority<'_> {
    /// Answers a request for tokens.
    pub(super) fn grant(&self) -> Answered {
        let form = Form::of(self.request)?;
        form.once()?;
        let client = form.client(self.request)?;
        match form.need("grant_type")? {
            "client_credentials" => self.for_client(&form, client),
            "password" => self.for_password(&form, client),
            "authorization_code" => self.for_code(&form, client),
            "refresh_token" => self.for_refresh_token(&form, client),
            other => {
                let known = "authorization_code, client_credentials, password and refresh_token";
                let message = format!("there is no grant {other}; there are {known}");
                Err(Refusal::bad("unsupported_grant_type", message))
            }
        }
    }

    fn for_client(&self, form: &Form, client: Option<Client>) -> Answered {
        let Some(client) = client.filter(|client| client.is_confidential) else {
            return Err(Refusal::invalid_client("this grant is for clients with an id and a secret"));
        };
        let scopes = self.scopes(form.get("scope"))?;
        let scheme = self.scheme_for(FlowKind::ClientCredentials, &scopes);
        let mut batch = Batch::new(self);
        // RFC 9068, section 2.2: the client is its own subject.
        let claims = self.claims(claims_of(&client.id, None), Some(&client.id));
        let holder = batch.begin(claims, scopes);
        Ok(self.issue(batch, Order { scheme, holder, narrowed: None, has_user: false, nonce: None }))
    }

    fn for_password(&self, form: &Form, client: Option<Client>) -> Answered {
        let (name, password) = (form.need("username")?, form.need("password")?);
        let account = self.account(name);
        if !self.contract.api.accounts.is_empty() {
            let Some(account) = account else {
                return Err(Refusal::invalid_grant(format!("there is no account {name}")));
            };
            if account.password.as_ref().is_some_and(|known| known != password) {
                return Err(Refusal::invalid_grant(format!("that is not the password of {name}")));
            }
            if account.code.is_some() {
                return Err(Refusal::invalid_grant(format!(
                    "{name} has a second factor, which this grant cannot ask for"
                )));
            }
        }
        let scopes = self.scopes(form.get("scope"))?;
        let scheme = self.scheme_for(FlowKind::Password, &scopes);
        let mut batch = Batch::new(self);
        let claims = self.claims(claims_of(name, account), client.as_ref().map(|client| client.id.as_str()));
        let holder = batch.begin(claims, scopes);
        Ok(self.issue(batch, Order { scheme, holder, narrowed: None, has_user: true, nonce: None }))
    }

    fn for_code(&self, form: &Form, client: Option<Client>) -> Answered {
        let value = form.need("code")?;
        let Some(client) = client else {
            return Err(Refusal::invalid_client("client_id is missing"));
        };
        let Some((code, scheme)) = self.find(value, Use::Code) else {
            return Err(Refusal::invalid_grant("the code was never issued in this session"));
        };
        if code.ended == Some(Ending::Used) {
            // Who has a code twice may have stolen it: what it gave is over (RFC 6749, section 4.1.2).
            let mut batch = Batch::new(self);
            batch.end_family(code, Ending::Revoked);
            let refusal = Refusal::invalid_grant("the code was used already; the tokens that it gave are revoked");
            return Ok((refusal.response(), batch.into_changes()));
        }
        if !code.is_live(self.now_ms) {
            return Err(Refusal::invalid_grant("the code has expired"));
        }
        let asked = code.holder.claims.get(ASKED);
        let said = |name: &str| asked.and_then(|asked| asked.get(name)).and_then(Value::as_str);
        expect_client(code, Some(&client))?;
        if form.get("redirect_uri") != said("redirect_uri") {
            return Err(Refusal::invalid_grant("redirect_uri is not the one that the code was asked for with"));
        }
        match (said("code_challenge"), form.get("code_verifier")) {
            (None, None) => (),
            (Some(challenge), Some(verifier)) => {
                let is_plain = said("code_challenge_method") == Some("plain");
                let hashed = if is_plain { verifier.to_owned() } else { s256(verifier) };
                if hashed != challenge {
                    return Err(Refusal::invalid_grant("code_verifier does not fit code_challenge"));
                }
            }
            (Some(_), None) => return Err(Refusal::invalid_grant("code_verifier is missing")),
            (None, Some(_)) => {
                return Err(Refusal::invalid_grant("code_verifier comes for a code without code_challenge"));
            }
        }
        let mut holder = Holder::clone(&code.holder);
        let asked = holder.claims.shift_remove(ASKED);
        let nonce = asked.and_then(|mut asked| Some(asked.get_mut("nonce")?.take()));
        let mut batch = Batch::new(self);
        batch.end(code, Ending::Used);
        Ok(self.issue(batch, Order { scheme, holder, narrowed: None, has_user: true, nonce }))
    }

    fn for_refresh_token(&self, form: &Form, client: Option<Client>) -> Answered {
        let value = form.need("refresh_token")?;
        let Some((token, scheme)) = self.find(value, Use::Refresh) else {
            return Err(Refusal::invalid_grant("the refresh token was never issued in this session"));
        };
        match token.ended {
            Some(Ending::Used) => return Err(Refusal::invalid_grant("the refresh token was used already")),
            Some(Ending::Revoked) => return Err(Refusal::invalid_grant("the refresh token was revoked")),
            _ if token.is_expired(self.now_ms) => return Err(Refusal::invalid_grant("the refresh token has expired")),
            _ => (),
        }
        expect_client(token, client.as_ref())?;
        let held = token.holder.scopes.as_deref().unwrap_or_default();
        let narrowed = match form.get("scope") {
            None => None,
            Some(asked) => {
                let asked: BTreeSet<&str> = asked.split_ascii_whitespace().collect();
                if let Some(more) = asked.iter().find(|asked| !held.iter().any(|scope| scope == *asked)) {
                    return Err(Refusal::bad("invalid_scope", format!("the scope {more} was not granted at first")));
                }
                Some(asked.into_iter().map(str::to_owned).collect())
            }
        };
        let mut batch = Batch::new(self);
        batch.end(token, Ending::Used);
        let holder = Holder::clone(&token.holder);
        Ok(self.issue(batch, Order { scheme, holder, narrowed, has_user: true, nonce: None }))
    }

    /// Issues tokens, and says so.
    fn issue(&self, mut batch: Batch<'_>, order: Order<'_>) -> (crate::message::Response, Vec<crate::session::Change>) {
        let Order { scheme, holder, narrowed, has_user, nonce } = order;
        let mut access = holder.clone();
        if narrowed.is_some() {
            access.scopes = narrowed;
        }
        let scopes = access.scopes.clone().unwrap_or_default();
        let claims = access.claims.clone();
        let (token, lifetime_ms) = batch.issue(scheme, Use::Access, access);
        let mut body = Map::new();
        body.insert("access_token".to_owned(), json!(&*token));
        body.insert("token_type".to_owned(), json!("Bearer"));
        if let Some(lifetime) = lifetime_ms {
            body.insert("expires_in".to_owned(), json!(lifetime / 1_000));
        }
        if has_user {
            let (refresh, _) = batch.issue(scheme, Use::Refresh, holder);
            body.insert("refresh_token".to_owned(), json!(&*refresh));
        }
        body.insert("scope".to_owned(), json!(scopes.join(" ")));
        if has_user && scopes.iter().any(|scope| scope == "openid") {
            let id_token = self.id_token(claims, nonce, &token, lifetime_ms);
            body.extend(id_token.map(|text| ("id_token".to_owned(), json!(text))));
        }
        (secret_json(StatusCode::OK, &Value::Object(body)), batch.into_changes())
    }

    /// OpenID Connect Core 1.0, section 2.
    fn id_token(
        &self,
        mut claims: Map<String, Value>,
        nonce: Option<Value>,
        access_token: &str,
        lifetime_ms: Option<u64>,
    ) -> Option<String> {
        let now = self.now_ms / 1_000;
        claims.shift_remove("account");
        let client = claims.shift_remove("client_id").unwrap_or_else(|| json!(self.contract.api.id));
        claims.insert("iss".to_owned(), json!(self.issuer));
        claims.insert("aud".to_owned(), client);
        claims.insert("iat".to_owned(), json!(now));
        claims.insert("exp".to_owned(), json!(now + lifetime_ms.unwrap_or(3_600_000) / 1_000));
        claims.insert("at_hash".to_owned(), json!(half_hash(access_token)));
        claims.extend(nonce.map(|nonce| ("nonce".to_owned(), nonce)));
        Some(Key::of(self.seed)?.sign(claims))
    }

    /// What the tokens of somebody say.
    pub(super) fn claims(&self, mut about: Map<String, Value>, client: Option<&str>) -> Map<String, Value> {
        about.insert("iss".to_owned(), json!(self.issuer));
        about.insert("auth_time".to_owned(), json!(self.now_ms / 1_000));
        about.extend(client.map(|id| ("client_id".to_owned(), json!(id))));
        about
    }

    /// The token of that use and text, whether it still lives or not, and its scheme.
    fn find(&self, value: &str, usage: Use) -> Option<(&Token, &str)> {
        let token = self.state.tokens.get(value).filter(|token| *token.kind.api == self.contract.api.id)?;
        let scheme = self.schemes().find(|scheme| *usage.kind(scheme) == *token.kind.name)?;
        Some((token, scheme))
    }
}

/// What was issued to one client is of no use to another.
fn expect_client(token: &Token, client: Option<&Client>) -> Result<(), Refusal> {
    let owner = token.holder.claims.get("client_id").and_then(Value::as_str);
    match (owner, client) {
        (Some(owner), Some(client)) if owner != client.id => {
            Err(Refusal::invalid_grant(format!("it was issued to another client than {}", client.id)))
        }
        (Some(_), None) => Err(Refusal::invalid_client("client_id is missing")),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
