//! Whether the tokens of a request are accepted.

use std::{borrow::Cow, sync::Arc};

use serde_json::Value;

use crate::{
    contract::{Contract, OperationId, Presented, Received, Refusal},
    finding::Reason,
    message::Request,
    mock::Auth,
    openapi::{KnownToken, TokenKind},
    scenario::TokenIs,
    session::{Ending, Holder, Kind, State, Token},
};

/// What stands before a token in the field `Authorization`, and nowhere else.
const BEARER: &str = "Bearer ";

/// True if the answer of an operation depends on tokens, or changes them.
pub(in crate::mock) fn is_bound(contract: &Contract, id: OperationId) -> bool {
    let operation = contract.operation(id);
    let lives = |name: &String| {
        contract.api.schemes.get(name).is_some_and(|scheme| scheme.token.is_some() || scheme.kind.is_oauth())
    };
    !operation.tokens.is_empty()
        || operation.responses.iter().any(|response| !response.issues.is_empty() || !response.claims.is_empty())
        || operation.security.iter().flat_map(|one| &one.schemes).any(|(name, _)| lives(name))
}

/// What credentials are judged against.
#[derive(Clone, Copy)]
pub(in crate::mock) struct Desk<'a> {
    /// The API.
    pub(in crate::mock) contract: &'a Contract,
    /// Its kinds of token.
    pub(in crate::mock) kinds: &'a [Kind],
    /// The session.
    pub(in crate::mock) state: &'a State,
    /// How strict to be.
    pub(in crate::mock) auth: Auth,
    /// Virtual time, in milliseconds since the Unix epoch.
    pub(in crate::mock) now_ms: u64,
    /// Kinds of token that a scenario lets end with this request.
    pub(in crate::mock) ended: &'a [(Kind, Ending)],
}

impl<'a> Desk<'a> {
    /// The API's kind of token of that name.
    pub(in crate::mock) fn kind(&self, name: &str) -> Kind {
        let known = self.kinds.iter().find(|kind| *kind.name == *name);
        known.cloned().unwrap_or_else(|| Kind { api: self.contract.api.id.as_str().into(), name: name.into() })
    }

    /// What the description says about tokens of that name.
    pub(in crate::mock) fn note(&self, name: &str) -> Option<&'a TokenKind> {
        let api = &self.contract.api;
        api.schemes.get(name).and_then(|scheme| scheme.token.as_ref()).or_else(|| api.tokens.get(name))
    }

    /// True if an authorization server issues the tokens of that name. An API has one: its tokens are good for all such
    /// schemes, as far as their scopes go.
    fn is_oauth(&self, name: &str) -> bool {
        self.contract.api.schemes.get(name).is_some_and(|scheme| scheme.kind.is_oauth())
    }

    /// The token of that kind and text, whether it still lives or not: one that was issued, or one that is known from
    /// the start.
    pub(in crate::mock) fn find(&self, name: &str, value: &str) -> Option<Cow<'a, Token>> {
        let mut token = match self.state.tokens.get(value) {
            Some(token) => {
                let is_it = *token.kind.api == self.contract.api.id
                    && (*token.kind.name == *name || (self.is_oauth(name) && self.is_oauth(&token.kind.name)));
                is_it.then_some(Cow::Borrowed(token))?
            }
            None => Cow::Owned(self.known(name, value)?),
        };
        if let Some((_, ending)) = self.ended.iter().find(|(kind, _)| *kind == token.kind)
            && token.ended.is_none()
        {
            token.to_mut().ended = Some(*ending);
        }
        Some(token)
    }

    /// A token that exists without having been issued.
    fn known(&self, name: &str, value: &str) -> Option<Token> {
        let known: &KnownToken = self.note(name)?.known.iter().find(|known| known.value == value)?;
        let accounts = &self.contract.api.accounts;
        let account = known.account.as_ref().and_then(|name| accounts.iter().find(|account| account.name == *name));
        let claims = account.map(super::login::claims_of).unwrap_or_default();
        Some(Token {
            value: value.into(),
            kind: self.kind(name),
            issued_ms: 0,
            expires_ms: None,
            // No login has this number: sessions count from 1.
            holder: Arc::new(Holder { family: 0, claims, scopes: None }),
            ended: None,
        })
    }

    /// Why a token is not accepted; `None` if it is.
    pub(in crate::mock) fn refuse(&self, name: &str, value: &str, scopes: &[String]) -> Option<Refusal> {
        let refusal = |reason, what: &str| Some(Refusal { reason, what: what.to_owned() });
        let Some(token) = self.find(name, value) else {
            // A scenario may end what is not issued here, for as long as the request lasts.
            let ended = self.ended.iter().find(|(kind, _)| *kind.name == *name && *kind.api == *self.contract.api.id);
            if let Some((_, ending)) = ended.filter(|_| self.note(name).is_none()) {
                return match ending {
                    Ending::Expired => refusal(Reason::TokenExpired, "has expired"),
                    Ending::Revoked | Ending::Used => refusal(Reason::TokenInvalid, "was revoked"),
                };
            }
            // A refresh token or a code is no access token, also where any other text would be one.
            if self.is_oauth(name) && self.state.tokens.get(value).is_some() && self.auth == Auth::Strict {
                return refusal(Reason::TokenInvalid, &self.unknown(name, value));
            }
            let is_unknown = self.note(name).is_some() && self.auth == Auth::Strict;
            return if is_unknown { refusal(Reason::TokenInvalid, &self.unknown(name, value)) } else { None };
        };
        match token.ended {
            Some(Ending::Revoked) => return refusal(Reason::TokenInvalid, "was revoked"),
            Some(Ending::Used) => return refusal(Reason::TokenInvalid, "was used up"),
            _ if token.is_expired(self.now_ms) => return refusal(Reason::TokenExpired, "has expired"),
            _ => (),
        }
        let held = token.holder.scopes.as_ref()?;
        let missing: Vec<&str> = scopes.iter().filter(|scope| !held.contains(scope)).map(String::as_str).collect();
        if missing.is_empty() {
            return None;
        }
        Some(Refusal {
            reason: Reason::ScopeMissing,
            what: format!("lacks the scope `{}`; it has `{}`", missing.join(" "), held.join(" ")),
        })
    }

    /// What is wrong with a text that is no token of that name.
    fn unknown(&self, name: &str, value: &str) -> String {
        let scheme = value.get(..BEARER.len()).filter(|it| it.eq_ignore_ascii_case(BEARER));
        let bare = scheme.map_or(value, |it| value[it.len()..].trim_start());
        match self.whose(bare) {
            Some(kind) if *kind.api != self.contract.api.id => {
                format!("is a token of `{}` of the API `{}`, and one of `{name}` belongs there", kind.name, kind.api)
            }
            Some(kind) if *kind.name != *name => {
                format!("is a token of `{}`, and one of `{name}` belongs there", kind.name)
            }
            Some(_) if scheme.is_some() => "has `Bearer` before it, and belongs there alone".to_owned(),
            _ => "was never issued in this session".to_owned(),
        }
    }

    /// Of which kind a token is, whatever it was sent for: one that was issued, or one that is known from the start.
    fn whose(&self, value: &str) -> Option<Kind> {
        let issued = self.state.tokens.get(value).map(|token| token.kind.clone());
        issued.or_else(|| {
            let is_of =
                |kind: &&Kind| self.note(&kind.name).is_some_and(|note| note.known.iter().any(|it| it.value == value));
            self.kinds.iter().find(is_of).cloned()
        })
    }

    /// How the token of a kind stands that the request sends: where its security scheme says, or where the operation
    /// takes it in.
    pub(in crate::mock) fn standing(&self, name: &str, received: &Received<'_>) -> TokenIs {
        let notes = &self.contract.operation(received.found.operation).tokens;
        let resume = notes.login.as_ref().and_then(|login| login.resume.as_ref()).map(|(kind, at)| (kind, at));
        let rotate = notes.rotate.as_ref().and_then(|rotate| Some((&rotate.token, rotate.at.as_ref()?)));
        let places = [rotate, resume];
        let sent = self.contract.credentials(name, received.request).map(Cow::into_owned).or_else(|| {
            places.iter().flatten().filter(|(kind, _)| *kind == name).find_map(|(_, at)| received.text(at))
        });
        let Some(sent) = sent else { return TokenIs::Missing };
        let Some(token) = self.find(name, &sent) else {
            return if self.note(name).is_some() { TokenIs::Unknown } else { TokenIs::Live };
        };
        match token.ended {
            Some(Ending::Revoked) => TokenIs::Revoked,
            Some(Ending::Used) => TokenIs::Used,
            _ if token.is_expired(self.now_ms) => TokenIs::Expired,
            _ => TokenIs::Live,
        }
    }

    /// Why the credentials that a request has for a scheme are not accepted; `None` if they are.
    pub(in crate::mock) fn refuse_presented(&self, presented: &Presented<'_>, request: &Request) -> Option<Refusal> {
        let companion = self.note(presented.scheme).and_then(|note| note.companion.as_ref());
        let Some(companion) = companion else {
            return self.refuse(presented.scheme, &presented.value, presented.scopes);
        };
        let token = self.contract.credentials(&companion.of, request)?;
        let token = self.find(&companion.of, &token)?;
        let said = match token.holder.claims.get(&companion.claim)? {
            Value::String(text) => Cow::Borrowed(text.as_str()),
            other => Cow::Owned(other.to_string()),
        };
        (said != presented.value).then(|| Refusal {
            reason: Reason::TokenInvalid,
            what: format!("does not belong to the token for `{}`", companion.of),
        })
    }

    /// The token that lets the request in: of the first requirement that is satisfied, the first that was issued.
    pub(in crate::mock) fn admitting(&self, id: OperationId, request: &Request) -> Option<Cow<'a, Token>> {
        let requirements = &self.contract.operation(id).security;
        requirements.iter().find_map(|requirement| {
            let mut tokens = requirement.schemes.iter().filter_map(|(name, _)| {
                let value = self.contract.credentials(name, request)?;
                self.find(name, &value)
            });
            tokens.find(|token| token.is_live(self.now_ms))
        })
    }
}
