//! Tokens that live: what an API issues, for how long, and which operation ends them (`x-mimeo-token` and its kin).

use serde_json::{Map, Value};

use crate::openapi::{documents::Location, expression::Expression};

/// Tokens of one kind: those of a security scheme (`x-mimeo-token` on it), or those that are sent in a body
/// (`x-mimeo-tokens` at the root).
#[derive(Clone, Debug, PartialEq)]
pub struct TokenKind {
    /// How long one lives, in milliseconds; `None`: until it is revoked.
    pub lifetime_ms: Option<u64>,
    /// What one looks like.
    pub format: TokenFormat,
    /// What is sent here is no token but a claim of the token that is sent under another scheme.
    pub companion: Option<Companion>,
    /// Tokens that exist from the start, such as those of the documentation's examples.
    pub known: Vec<KnownToken>,
    /// Where the note is.
    pub at: Location,
}

/// What a token looks like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenFormat {
    /// A JSON Web Token, signed with HS256 (RFC 7519).
    Jwt,
    /// Letters and digits, this many.
    Opaque(usize),
    /// A UUID.
    Uuid,
    /// A text that this regular expression matches.
    Pattern(String),
}

/// A value that goes with a token: `X-User-Id` beside `X-Auth-Token`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Companion {
    /// The scheme of the token.
    pub of: String,
    /// The claim that the value must equal.
    pub claim: String,
}

/// A token that exists from the start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownToken {
    /// The token.
    pub value: String,
    /// The account that it belongs to.
    pub account: Option<String>,
}

/// What an answer issues (`x-mimeo-issue` on a response).
#[derive(Clone, Debug, PartialEq)]
pub struct Issue {
    /// The kind of token: a security scheme or a member of `x-mimeo-tokens`.
    pub token: String,
    /// Where in the answer it is written.
    pub at: Expression,
    /// It is only issued if the request has something there.
    pub when: Option<Expression>,
    /// Where and how the answer says when it expires.
    pub expires: Option<Expiry>,
    /// How long it lives, in milliseconds, if not as its kind says.
    pub lifetime_ms: Option<u64>,
    /// Claims of the token, by name.
    pub claims: Vec<(String, Claim)>,
    /// Scopes that it has; `None`: as its parent, or all.
    pub scopes: Option<Claim>,
    /// Where the note is.
    pub place: Location,
}

/// How an answer says when a token expires.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expiry {
    /// Where.
    pub at: Expression,
    /// How.
    pub form: ExpiryForm,
}

/// How an expiry is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExpiryForm {
    /// A point in time, in seconds since the Unix epoch.
    UnixSeconds,
    /// A point in time, in milliseconds since the Unix epoch.
    UnixMilliseconds,
    /// A duration in seconds.
    Seconds,
    /// A duration in milliseconds.
    Milliseconds,
    /// A point in time as RFC 3339 writes it, in UTC.
    DateTime,
}

/// A claim that an answer shows (a member of `x-mimeo-claims` on a response).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownClaim {
    /// Where in the answer.
    pub at: Expression,
    /// The claim's name. A holder without that claim leaves the answer as it is.
    pub claim: String,
}

/// Where a claim comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum Claim {
    /// From the request.
    From(Expression),
    /// As written.
    Literal(Value),
}

/// A token that the operation takes in outside its security requirements (`x-mimeo-rotate`), and replaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotation {
    /// The kind of token that is used up.
    pub token: String,
    /// Where it is sent, if not where its security scheme says.
    pub at: Option<Expression>,
    /// Other kinds of which the family's tokens end with it.
    pub also: Vec<String>,
    /// True if the token that was sent can be used again.
    pub keep: bool,
    /// It is only asked for if the request has something there.
    pub when: Option<Expression>,
    /// Where the note is.
    pub place: Location,
}

/// What the operation ends (`x-mimeo-revoke`): the tokens of these kinds in the family of the token that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revocation {
    /// The kinds of token that end.
    pub tokens: Vec<String>,
    /// Where the token is sent, if not where a security scheme says (RFC 7009 sends it in the body).
    pub at: Option<Expression>,
    /// Where the note is.
    pub place: Location,
}

/// How somebody logs in (`x-mimeo-login`). Of each list, the first place where something was sent counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// Where the account's name is sent.
    pub account: Vec<Expression>,
    /// Where the password is sent.
    pub password: Vec<Expression>,
    /// Where the SHA-256 of the password is sent instead, in hexadecimal.
    pub digest: Vec<Expression>,
    /// Where the code of a second factor is sent.
    pub code: Vec<Expression>,
    /// A token of this kind, sent there, is as good as a name and a password.
    pub resume: Option<(String, Expression)>,
    /// Where the note is.
    pub place: Location,
}

/// Somebody who can log in (a member of `x-mimeo-accounts`).
#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    /// Its name.
    pub name: String,
    /// Other names that mean it, such as an e-mail address.
    pub names: Vec<String>,
    /// Its password; `None`: any will do.
    pub password: Option<String>,
    /// The code of its second factor; `None`: it has none.
    pub code: Option<String>,
    /// What its tokens say about it.
    pub claims: Map<String, Value>,
}

impl Account {
    /// True for the account's name and all its other names; case counts only in what is no e-mail address.
    pub fn is_called(&self, name: &str) -> bool {
        let means = |own: &str| own == name || (own.contains('@') && own.eq_ignore_ascii_case(name));
        means(&self.name) || self.names.iter().any(|own| means(own))
    }
}

/// What an operation does with tokens beside asking for them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TokenNotes {
    /// How one logs in.
    pub login: Option<Login>,
    /// What it takes in and replaces.
    pub rotate: Option<Rotation>,
    /// What it ends.
    pub revoke: Option<Revocation>,
}

impl TokenNotes {
    /// True if there is none.
    pub fn is_empty(&self) -> bool {
        self.login.is_none() && self.rotate.is_none() && self.revoke.is_none()
    }
}
