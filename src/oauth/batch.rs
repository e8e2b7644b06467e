//! What one answer issues and ends.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::authority::Authority;
use crate::{
    openapi::TokenFormat,
    session::{Change, Ending, Holder, Material, Mint, Token},
};

/// How long an access token lives, unless `x-mimeo-token` says otherwise.
const ACCESS_MS: u64 = 3_600_000;
/// How long a refresh token lives, unless `x-mimeo-tokens` says otherwise: 30 days.
const REFRESH_MS: u64 = 30 * 86_400_000;
/// How long an authorization code lives: a client exchanges it at once.
const CODE_MS: u64 = 60_000;
/// Characters of codes and refresh tokens: 256 bits.
const LENGTH: usize = 43;

/// What a token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// It is sent to the API.
    Access,
    /// It is exchanged for another access token.
    Refresh,
    /// It is exchanged for the first access token.
    Code,
}

impl Use {
    /// What tokens of a scheme for this use are called.
    pub(super) fn kind(self, scheme: &str) -> String {
        match self {
            Self::Access => scheme.to_owned(),
            Self::Refresh => format!("{scheme} refresh"),
            Self::Code => format!("{scheme} code"),
        }
    }
}

/// The changes that one answer makes, in order.
pub(super) struct Batch<'a> {
    authority: &'a Authority<'a>,
    issued: u64,
    changes: Vec<Change>,
}

impl<'a> Batch<'a> {
    /// No changes so far.
    pub(super) fn new(authority: &'a Authority<'a>) -> Self {
        Self { authority, issued: 0, changes: Vec::new() }
    }

    /// Begins a family of tokens.
    pub(super) fn begin(&mut self, claims: Map<String, Value>, scopes: Vec<String>) -> Holder {
        self.changes.push(Change::FamilyBegun);
        Holder { family: self.authority.state.families + 1, claims, scopes: Some(scopes) }
    }

    /// Ends a token, if it has not ended.
    pub(super) fn end(&mut self, token: &Token, ending: Ending) {
        if token.ended.is_none() {
            self.changes.push(Change::TokenEnded { value: Arc::clone(&token.value), ending });
        }
    }

    /// Ends all tokens that follow from the same login.
    pub(super) fn end_family(&mut self, of: &Token, ending: Ending) {
        let authority = self.authority;
        let family = authority.state.tokens.family(of.holder.family);
        let family = family.filter(|token| token.kind.api == of.kind.api && token.is_live(authority.now_ms));
        family.for_each(|token| self.end(token, ending));
    }

    /// Issues a token; says what it is, and how long it lives.
    pub(super) fn issue(&mut self, scheme: &str, usage: Use, holder: Holder) -> (Arc<str>, Option<u64>) {
        let authority = self.authority;
        let api = &authority.contract.api;
        let kind = usage.kind(scheme);
        let note = match usage {
            Use::Access => api.schemes.get(scheme).and_then(|scheme| scheme.token.as_ref()),
            Use::Refresh => api.tokens.get(&kind),
            Use::Code => None,
        };
        let (format, lifetime_ms) = match (note, usage) {
            (Some(note), _) => (note.format.clone(), note.lifetime_ms),
            (None, Use::Access) => (TokenFormat::Jwt, Some(ACCESS_MS)),
            (None, Use::Refresh) => (TokenFormat::Opaque(LENGTH), Some(REFRESH_MS)),
            (None, Use::Code) => (TokenFormat::Opaque(LENGTH), Some(CODE_MS)),
        };
        let mut claims = holder.claims.clone();
        claims.insert("scope".to_owned(), json!(holder.scopes.as_deref().unwrap_or_default().join(" ")));
        let material = Material {
            session: &authority.state.session,
            kind: &kind,
            serial: authority.state.tokens.issued() + self.issued,
            claims: &claims,
            issued_ms: authority.now_ms,
            expires_ms: lifetime_ms.map(|lifetime| authority.now_ms.saturating_add(lifetime)),
        };
        let value: Arc<str> = Mint::new(authority.seed).make(&format, &material).into();
        self.issued += 1;
        self.changes.push(Change::TokenIssued(Arc::new(Token {
            value: Arc::clone(&value),
            kind: authority.kind(&kind),
            issued_ms: material.issued_ms,
            expires_ms: material.expires_ms,
            holder: Arc::new(holder),
            ended: None,
        })));
        (value, lifetime_ms)
    }

    /// The changes.
    pub(super) fn into_changes(self) -> Vec<Change> {
        self.changes
    }
}
