//! The tokens of a session.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use http::Method;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    asked::{Answered, Asked, json},
    desk::quoted,
    operation::Operation,
    refusal::Refusal,
    text,
};
use crate::{
    limit, openapi,
    session::{Command, Ending, Mint, State, Token, Which},
};

/// The operations of this file.
pub(super) fn operations() -> Vec<Operation> {
    let missing = "There is no such session, kind or token.";
    vec![
        Operation::new(
            Method::GET,
            "/sessions/{session}/tokens",
            "listTokens",
            "The tokens of a session: those known from the description, then the oldest first",
            list,
        )
        .query::<TokenPage>()
        .answers::<TokenList>("The tokens.")
        .refuses(404, missing),
        Operation::new(
            Method::POST,
            "/sessions/{session}/tokens/expire",
            "expireTokens",
            "Let tokens expire now",
            expire,
        )
        .body::<Meant>()
        .answers::<Ended>("How many expired; those that were over already do not count.")
        .refuses(404, missing),
        Operation::new(Method::POST, "/sessions/{session}/tokens/revoke", "revokeTokens", "Revoke tokens", revoke)
            .body::<Meant>()
            .answers::<Ended>("How many were revoked; those that were over already do not count.")
            .refuses(404, missing),
        Operation::new(Method::GET, "/tokens/key", "getTokenKey", "The key that JSON Web Tokens are signed with", key)
            .answers::<Key>("The key, as a JSON Web Key (RFC 7517)."),
    ]
}

/// Which tokens.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct TokenPage {
    /// Tokens of this kind only: a security scheme, or a member of `x-mimeo-tokens`.
    #[schemars(length(min = 1, max = 200))]
    kind: Option<String>,
    /// Tokens in this state only.
    state: Option<TokenState>,
    /// How many to pass over.
    #[schemars(range(max = 1_000_000))]
    offset: Option<usize>,
    /// How many at most; 100 unless said otherwise.
    #[schemars(range(min = 1, max = 1000))]
    limit: Option<usize>,
}

/// How it is with a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum TokenState {
    /// It can be used.
    Live,
    /// Its time is over.
    Expired,
    /// It was revoked.
    Revoked,
    /// It was used up by a rotation.
    Used,
    /// It exists from the start, by the description, and nothing was done with it yet.
    Known,
}

impl TokenState {
    fn of(token: &Token, now_ms: u64) -> Self {
        match token.ended {
            Some(Ending::Revoked) => Self::Revoked,
            Some(Ending::Used) => Self::Used,
            _ if token.is_expired(now_ms) => Self::Expired,
            _ => Self::Live,
        }
    }
}

/// Tokens.
#[derive(Debug, Serialize, JsonSchema)]
struct TokenList {
    /// The tokens of this page.
    tokens: Vec<TokenView>,
    /// How many fit in all.
    total: usize,
}

/// A token.
#[derive(Debug, Serialize, JsonSchema)]
struct TokenView {
    /// The API that issued it.
    api: String,
    /// Its kind: a security scheme, or a member of `x-mimeo-tokens`.
    kind: String,
    /// What is sent.
    value: String,
    /// How it is with it.
    state: TokenState,
    /// When it was issued; null: never, it is known from the description.
    #[schemars(extend("format" = "date-time"))]
    issued: Option<String>,
    /// When it expires; null: never.
    #[schemars(extend("format" = "date-time"))]
    expires: Option<String>,
    /// Number of the login that it follows from; null: none.
    login: Option<u64>,
    /// What is said about its holder.
    claims: Map<String, Value>,
    /// What its holder may do; null: everything.
    scopes: Option<Vec<String>>,
}

impl TokenView {
    fn of(token: &Token, now_ms: u64) -> Self {
        Self {
            api: token.kind.api.to_string(),
            kind: token.kind.name.to_string(),
            value: token.value.to_string(),
            state: TokenState::of(token, now_ms),
            issued: (token.issued_ms > 0).then(|| text::time(token.issued_ms)),
            expires: token.expires_ms.map(text::time),
            login: (token.holder.family > 0).then_some(token.holder.family),
            claims: token.holder.claims.clone(),
            scopes: token.holder.scopes.clone(),
        }
    }
}

/// The tokens that exist from the start, without those that the session remembers because something was done with them.
fn known(asked: &Asked, state: &State) -> Vec<TokenView> {
    let mock = asked.server.mock();
    let mut all = Vec::new();
    for api in mock.site.contracts.iter().map(|contract| &contract.api) {
        let of_schemes = api.schemes.iter().filter_map(|(name, scheme)| Some((name, scheme.token.as_ref()?)));
        for (kind, note) in of_schemes.chain(&api.tokens) {
            let new = note.known.iter().filter(|known| state.tokens.get(&known.value).is_none());
            all.extend(new.map(|known| TokenView {
                api: api.id.clone(),
                kind: kind.clone(),
                value: known.value.clone(),
                state: TokenState::Known,
                issued: None,
                expires: None,
                login: None,
                claims: known.account.iter().map(|name| ("account".to_owned(), name.as_str().into())).collect(),
                scopes: None,
            }));
        }
    }
    all
}

/// Which tokens are to end.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged, deny_unknown_fields)]
enum Meant {
    /// One token.
    Value(ByValue),
    /// All of a kind.
    Kind(ByKind),
    /// All.
    All {
        /// Always true.
        #[schemars(extend("const" = true))]
        #[expect(dead_code, reason = "the description allows no other value")]
        all: bool,
    },
}

/// One token.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ByValue {
    /// What is sent.
    value: String,
}

/// All tokens of a kind.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ByKind {
    /// A security scheme, or a member of `x-mimeo-tokens`.
    kind: String,
    /// The API; all that have the kind, unless it is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    api: Option<String>,
}

/// How many tokens ended.
#[derive(Debug, Serialize, JsonSchema)]
struct Ended {
    /// How many.
    ended: usize,
}

/// A JSON Web Key.
#[derive(Debug, Serialize, JsonSchema)]
struct Key {
    /// `oct`: a symmetric key.
    kty: &'static str,
    /// `HS256`.
    alg: &'static str,
    /// The key in base64url.
    k: String,
}

async fn list(asked: Asked) -> Answered {
    let page: TokenPage = asked.query()?;
    let session = asked.session()?;
    if let Some(kind) = &page.kind {
        known_kind(&asked, None, kind)?;
    }
    let list = session.look(|state| {
        let now_ms = state.clock.at(asked.now_ms);
        let is_kind = |kind: &str| page.kind.as_deref().is_none_or(|wanted| wanted == kind);
        let is_state = |state| page.state.is_none_or(|wanted| wanted == state);
        let fits = |token: &&Token| is_kind(&token.kind.name) && is_state(TokenState::of(token, now_ms));
        let mut known = known(&asked, state);
        known.retain(|token| is_kind(&token.kind) && is_state(token.state));
        let total = known.len() + state.tokens.iter().filter(fits).count();
        let issued = state.tokens.iter().filter(fits).map(|token| TokenView::of(token, now_ms));
        let shown = known.into_iter().chain(issued).skip(page.offset.unwrap_or(0));
        TokenList { tokens: shown.take(page.limit.unwrap_or(limit::PAGE_ITEMS)).collect(), total }
    });
    Ok(json(&list))
}

async fn expire(asked: Asked) -> Answered {
    end(&asked, Ending::Expired)
}

async fn revoke(asked: Asked) -> Answered {
    end(&asked, Ending::Revoked)
}

fn end(asked: &Asked, ending: Ending) -> Answered {
    let session = asked.session()?;
    let which = match asked.body()? {
        Meant::All { .. } => Which::All,
        Meant::Kind(ByKind { kind, api }) => {
            known_kind(asked, api.as_deref(), &kind)?;
            Which::Kind { api, name: kind }
        }
        Meant::Value(ByValue { value }) => {
            let is_known = session.look(|state| state.tokens.get(&value).is_some());
            if !is_known {
                let detail = "no such token was issued in this session; GET …/tokens lists those that were";
                return Err(Refusal::not_found("There is no such token", detail));
            }
            Which::Value(value)
        }
    };
    Ok(json(&Ended { ended: asked.command(&session, &Command::EndTokens { which, ending }) }))
}

/// Refuses a kind of token that no API has.
fn known_kind(asked: &Asked, api: Option<&str>, kind: &str) -> Result<(), Refusal> {
    let mock = asked.server.mock();
    let apis = mock.site.contracts.iter().map(|contract| &contract.api);
    let mut kinds: Vec<&String> = Vec::new();
    for api in apis.filter(|it| api.is_none_or(|api| it.id == api)) {
        kinds.extend(api.schemes.iter().filter(|(_, scheme)| scheme.token.is_some()).map(|(name, _)| name));
        kinds.extend(api.tokens.keys());
    }
    if kinds.iter().any(|known| *known == kind) {
        return Ok(());
    }
    let there = api.map(|api| format!(" in the API `{api}`")).unwrap_or_default();
    let advice = match openapi::closest(kind, kinds.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if kinds.is_empty() => "none is described; x-mimeo-token at a security scheme describes one".to_owned(),
        None => format!("there are {}", quoted(kinds.iter().copied())),
    };
    let detail = format!("no tokens are called `{kind}`{there}; {advice}");
    Err(Refusal::not_found("There is no such kind of token", detail))
}

async fn key(asked: Asked) -> Answered {
    let key = Mint::new(asked.server.settings().seed).key();
    Ok(json(&Key { kty: "oct", alg: "HS256", k: BASE64_URL_SAFE_NO_PAD.encode(key) }))
}
