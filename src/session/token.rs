//! The tokens of a session.

use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::{Map, Value};

use crate::limit;

/// Which tokens: those of one API that its description calls by one name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kind {
    /// The API's id.
    pub api: Arc<str>,
    /// The security scheme, or the member of `x-mimeo-tokens`.
    pub name: Arc<str>,
}

/// One token that was issued. Times are virtual, in milliseconds since the Unix epoch.
#[derive(Clone, Debug, PartialEq)]
pub struct Token {
    /// What is sent.
    pub value: Arc<str>,
    /// What kind it is.
    pub kind: Kind,
    /// When it was issued.
    pub issued_ms: u64,
    /// When it expires; `None`: never.
    pub expires_ms: Option<u64>,
    /// Whose it is.
    pub holder: Arc<Holder>,
    /// Why it ended before its time.
    pub ended: Option<Ending>,
}

/// Whom tokens were issued to. Tokens that follow from one login have the same holder.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Holder {
    /// Number of the login in its session: all tokens that follow from it are one family.
    pub family: u64,
    /// What is said about the holder.
    pub claims: Map<String, Value>,
    /// What the holder may do; `None`: everything.
    pub scopes: Option<Vec<String>>,
}

/// Why a token ended before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It was made to expire, by a scenario or by the admin API.
    Expired,
    /// It was revoked.
    Revoked,
    /// It was used up by a rotation.
    Used,
}

impl Ending {
    /// `expired`, `revoked` or `used`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::Used => "used",
        }
    }
}

impl Token {
    /// True if it is over at a point in virtual time, by expiry alone.
    pub fn is_expired(&self, now_ms: u64) -> bool {
        self.ended == Some(Ending::Expired) || self.expires_ms.is_some_and(|expires| expires <= now_ms)
    }

    /// True if it can be used at a point in virtual time.
    pub fn is_live(&self, now_ms: u64) -> bool {
        self.ended.is_none() && !self.is_expired(now_ms)
    }
}

/// The tokens of a session, the oldest first; at most [`limit::TOKENS_MAX`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tokens {
    list: IndexMap<Arc<str>, Token>,
    /// How many were ever issued.
    issued: u64,
}

impl Tokens {
    /// The token with that value.
    pub fn get(&self, value: &str) -> Option<&Token> {
        self.list.get(value)
    }

    /// All tokens that are remembered, the oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Token> {
        self.list.values()
    }

    /// How many were ever issued.
    pub fn issued(&self) -> u64 {
        self.issued
    }

    /// True if none was issued.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub(super) fn add(&mut self, token: Token) {
        self.issued += 1;
        self.list.insert(Arc::clone(&token.value), token);
        if self.list.len() > limit::TOKENS_MAX {
            // Rather one that is over already than one that somebody may still use.
            let over = self.list.values().position(|token| token.ended.is_some()).unwrap_or(0);
            self.list.shift_remove_index(over);
        }
    }

    pub(super) fn end(&mut self, value: &str, ending: Ending) {
        if let Some(token) = self.list.get_mut(value) {
            token.ended.get_or_insert(ending);
        }
    }
}
