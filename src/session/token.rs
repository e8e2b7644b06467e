//! The tokens of a session.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

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
    by_value: HashMap<Arc<str>, Arc<Token>>,
    /// In the order in which they were issued.
    order: VecDeque<Arc<str>>,
    /// Those of each family, the oldest first.
    families: HashMap<u64, VecDeque<Arc<str>>>,
    /// How many were ever issued.
    issued: u64,
}

impl Tokens {
    /// The token with that value.
    pub fn get(&self, value: &str) -> Option<&Token> {
        self.by_value.get(value).map(|token| &**token)
    }

    /// All tokens that are remembered, the oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Token> {
        self.order.iter().filter_map(|value| self.get(value))
    }

    /// The tokens of a family, the oldest first.
    pub fn family(&self, family: u64) -> impl Iterator<Item = &Token> {
        self.families.get(&family).into_iter().flatten().filter_map(|value| self.get(value))
    }

    /// How many were ever issued.
    pub fn issued(&self) -> u64 {
        self.issued
    }

    /// How many are remembered.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// True if none is remembered.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    pub(super) fn add(&mut self, token: Arc<Token>) {
        self.issued += 1;
        let value = Arc::clone(&token.value);
        if self.by_value.contains_key(&value) {
            return;
        }
        self.families.entry(token.holder.family).or_default().push_back(Arc::clone(&value));
        self.order.push_back(Arc::clone(&value));
        self.by_value.insert(value, token);
        if self.order.len() > limit::TOKENS_MAX {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        let Some(token) = self.order.pop_front().and_then(|value| self.by_value.remove(&value)) else { return };
        let family = token.holder.family;
        if let Some(values) = self.families.get_mut(&family) {
            // What is the oldest of all is the oldest of its family.
            values.pop_front();
            if values.is_empty() {
                self.families.remove(&family);
            }
        }
    }

    pub(super) fn end(&mut self, value: &str, ending: Ending) {
        if let Some(token) = self.by_value.get_mut(value) {
            Arc::make_mut(token).ended.get_or_insert(ending);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(number: u64, family: u64) -> Arc<Token> {
        Arc::new(Token {
            value: number.to_string().into(),
            kind: Kind { api: "a".into(), name: "k".into() },
            issued_ms: 0,
            expires_ms: None,
            holder: Arc::new(Holder { family, ..Holder::default() }),
            ended: None,
        })
    }

    #[test]
    fn the_oldest_are_forgotten() {
        let mut tokens = Tokens::default();
        let max = limit::TOKENS_MAX as u64;
        for number in 0..max + 2 {
            tokens.add(token(number, number / 2));
        }
        assert_eq!((tokens.len() as u64, tokens.issued()), (max, max + 2));
        assert!(tokens.get("1").is_none() && tokens.get("2").is_some());
        assert_eq!(tokens.iter().next().map(|token| &*token.value), Some("2"));
        assert_eq!((tokens.family(0).count(), tokens.family(1).count()), (0, 2));
    }

    #[test]
    fn the_first_ending_stays() {
        let mut tokens = Tokens::default();
        tokens.add(token(1, 1));
        tokens.end("1", Ending::Used);
        tokens.end("1", Ending::Expired);
        assert_eq!(tokens.get("1").unwrap().ended, Some(Ending::Used));
        assert!(!tokens.get("1").unwrap().is_live(0));
    }
}
