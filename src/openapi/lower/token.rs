//! Tokens that live: our extensions on security schemes, answers, operations and the root.

use indexmap::IndexMap;
use serde_json::Value;

use super::{
    cursor::{Cursor, kind},
    fields,
};
use crate::{
    duration,
    finding::{Code, Severity},
    limit,
    openapi::{
        expression::Expression,
        model::{
            Account, Api, Claim, Companion, Expiry, ExpiryForm, Issue, KnownToken, Login, Revocation, Rotation,
            ShownClaim, TokenFormat, TokenKind, TokenNotes,
        },
    },
};

/// Characters of an opaque token, unless its note says otherwise.
const OPAQUE_LENGTH: usize = 43;

/// `x-mimeo-token` on a security scheme.
pub(super) fn of_scheme(scheme: &Cursor<'_>) -> Option<TokenKind> {
    token_kind(&scheme.field("x-mimeo-token")?)
}

/// `x-mimeo-tokens` at the root.
pub(super) fn of_root(root: &Cursor<'_>) -> IndexMap<String, TokenKind> {
    root.entries("x-mimeo-tokens").filter_map(|(name, entry)| Some((name.to_owned(), token_kind(&entry)?))).collect()
}

fn token_kind(entry: &Cursor<'_>) -> Option<TokenKind> {
    let note = entry.open(&fields::TOKEN)?;
    let companion = note
        .text("of")
        .map(|of| Companion { of: of.into_owned(), claim: note.text("claim").unwrap_or_default().into_owned() });
    if companion.as_ref().is_some_and(|companion| companion.claim.is_empty()) {
        note.missing(Severity::Error, "what goes with a token", "claim");
        return None;
    }
    Some(TokenKind { lifetime_ms: lifetime(&note), format: format(&note), companion, known: known(&note), at: note.at })
}

fn lifetime(note: &Cursor<'_>) -> Option<u64> {
    let member = note.field("lifetime")?;
    let text = match member.value {
        Value::Number(number) => number.to_string(),
        _ => member.as_text("lifetime")?.into_owned(),
    };
    let ms = duration::parse(&text);
    if ms.is_none() {
        let message = format!("`{text}` is no duration; tokens do not expire");
        member.report(Severity::Error, Code::BAD_VALUE, message, "write a number with ms, s, m, h or d, such as `5m`");
    }
    ms
}

fn format(note: &Cursor<'_>) -> TokenFormat {
    if let Some(pattern) = note.text("pattern") {
        return TokenFormat::Pattern(pattern.into_owned());
    }
    let length = note.field("length").map_or(OPAQUE_LENGTH, |member| {
        let length = member.value.as_u64().and_then(|length| usize::try_from(length).ok());
        length.filter(|length| (8..=limit::TOKEN_LENGTH_MAX).contains(length)).unwrap_or_else(|| {
            let message = format!("`length` must be a whole number from 8 to {}", limit::TOKEN_LENGTH_MAX);
            member.report(Severity::Error, Code::BAD_VALUE, message, "write how many characters a token has");
            OPAQUE_LENGTH
        })
    });
    match note.text("format").as_deref() {
        Some("jwt") => TokenFormat::Jwt,
        Some("uuid") => TokenFormat::Uuid,
        Some("opaque") | None => TokenFormat::Opaque(length),
        Some(other) => {
            let message = format!("`{other}` is no format of tokens; they are opaque");
            let at = note.raw("format").unwrap_or_else(|| note.clone());
            at.report(Severity::Error, Code::BAD_VALUE, message, "write `jwt`, `opaque` or `uuid`, or a `pattern`");
            TokenFormat::Opaque(length)
        }
    }
}

/// Tokens that exist from the start: texts, or objects with `value` and `account`.
fn known(note: &Cursor<'_>) -> Vec<KnownToken> {
    let Some(items) = note.items("known") else { return Vec::new() };
    let token = |item: Cursor<'_>| {
        if item.value.is_string() {
            return Some(KnownToken { value: item.as_text("known")?.into_owned(), account: None });
        }
        let item = item.open(&fields::KNOWN_TOKEN)?;
        let Some(value) = item.text("value") else {
            item.missing(Severity::Error, "a token that is known", "value");
            return None;
        };
        let account = item.text("account").map(std::borrow::Cow::into_owned);
        Some(KnownToken { value: value.into_owned(), account })
    };
    items.filter_map(token).collect()
}

/// `x-mimeo-issue` on a response: one note, or a list of them.
pub(super) fn issues(response: &Cursor<'_>) -> Vec<Issue> {
    listed(response, "x-mimeo-issue").iter().filter_map(issue).collect()
}

fn issue(entry: &Cursor<'_>) -> Option<Issue> {
    let note = entry.open(&fields::ISSUE)?;
    let token = name(&note, "what is issued", "token")?;
    let at = expression(&required(&note, "what is issued", "at")?, Side::Answer)?;
    let claims = note.entries("claims").map(|(name, entry)| (name.to_owned(), claim(&entry))).collect();
    Some(Issue {
        token,
        at,
        when: when(&note),
        expires: note.field("expires").and_then(|entry| expiry(&entry)),
        lifetime_ms: lifetime(&note),
        claims,
        scopes: note.field("scopes").map(|entry| claim(&entry)),
        place: note.at,
    })
}

/// `when`: something that the request must have.
fn when(note: &Cursor<'_>) -> Option<Expression> {
    expression(&note.field("when")?, Side::Request)
}

/// `x-mimeo-claims` on a response: places in the answer, and the claims that they show.
pub(super) fn shown_claims(response: &Cursor<'_>) -> Vec<ShownClaim> {
    let shown = |(place, entry): (&str, Cursor<'_>)| {
        let claim = entry.as_text("x-mimeo-claims")?.into_owned();
        match Expression::parse(place) {
            Some(at @ Expression::Response(_)) => Some(ShownClaim { at, claim }),
            _ => {
                let message = format!("`{place}` is no runtime expression of the answer");
                let help = "write one such as `$response.body#/user/name`";
                entry.report_key(Severity::Error, Code::BAD_VALUE, message, help);
                None
            }
        }
    };
    response.entries("x-mimeo-claims").filter_map(shown).collect()
}

fn expiry(entry: &Cursor<'_>) -> Option<Expiry> {
    let note = entry.open(&fields::EXPIRES)?;
    let at = expression(&required(&note, "an expiry", "at")?, Side::Answer)?;
    let word = name(&note, "an expiry", "as")?;
    let form = match word.as_str() {
        "unix-seconds" => ExpiryForm::UnixSeconds,
        "unix-milliseconds" => ExpiryForm::UnixMilliseconds,
        "seconds" => ExpiryForm::Seconds,
        "milliseconds" => ExpiryForm::Milliseconds,
        "date-time" => ExpiryForm::DateTime,
        _ => {
            let at = note.raw("as").unwrap_or(note);
            let help = "write `unix-seconds`, `unix-milliseconds`, `seconds`, `milliseconds` or `date-time`";
            at.report(Severity::Error, Code::BAD_VALUE, format!("`{word}` is no form of an expiry"), help);
            return None;
        }
    };
    Some(Expiry { at, form })
}

/// A claim: a runtime expression of the request, or any value as it is.
fn claim(entry: &Cursor<'_>) -> Claim {
    match entry.value.as_str().filter(|text| text.starts_with('$')) {
        Some(_) => expression(entry, Side::Request).map_or(Claim::Literal(Value::Null), Claim::From),
        None => Claim::Literal(entry.value.clone()),
    }
}

/// What an operation does with tokens beside asking for them.
pub(super) fn of_operation(operation: &Cursor<'_>) -> TokenNotes {
    TokenNotes {
        login: operation.field("x-mimeo-login").and_then(|entry| login(&entry)),
        rotate: operation.field("x-mimeo-rotate").and_then(|entry| rotation(&entry)),
        revoke: operation.field("x-mimeo-revoke").and_then(|entry| revocation(&entry)),
    }
}

/// The name of a kind of token, or an object that says more.
fn rotation(entry: &Cursor<'_>) -> Option<Rotation> {
    let place = entry.at.clone();
    if entry.value.is_string() {
        return Some(Rotation {
            token: entry.as_text("x-mimeo-rotate")?.into_owned(),
            at: None,
            also: Vec::new(),
            keep: false,
            when: None,
            place,
        });
    }
    let note = entry.open(&fields::ROTATE)?;
    Some(Rotation {
        token: name(&note, "what is rotated", "token")?,
        at: note.field("at").and_then(|entry| expression(&entry, Side::Request)),
        also: texts(&note, "also"),
        keep: note.flag("keep").unwrap_or(false),
        when: when(&note),
        place,
    })
}

/// The name of a kind of token, several of them, or an object that says more.
fn revocation(entry: &Cursor<'_>) -> Option<Revocation> {
    let place = entry.at.clone();
    let (tokens, at) = match entry.value {
        Value::String(text) => (vec![text.clone()], None),
        Value::Array(items) => (items.iter().filter_map(Value::as_str).map(str::to_owned).collect(), None),
        _ => {
            let note = entry.open(&fields::REVOKE)?;
            required(&note, "what is revoked", "tokens")?;
            (texts(&note, "tokens"), note.field("at").and_then(|entry| expression(&entry, Side::Request)))
        }
    };
    Some(Revocation { tokens, at, place })
}

fn login(entry: &Cursor<'_>) -> Option<Login> {
    let note = entry.open(&fields::LOGIN)?;
    let places = |name: &str| {
        let list = listed(&note, name);
        list.iter().filter_map(|entry| expression(entry, Side::Request)).collect::<Vec<_>>()
    };
    let resume = note.field("resume").and_then(|entry| entry.open(&fields::RESUME)).and_then(|note| {
        let token = name(&note, "`resume`", "token")?;
        Some((token, expression(&required(&note, "`resume`", "at")?, Side::Request)?))
    });
    Some(Login {
        account: places("account"),
        password: places("password"),
        digest: places("digest"),
        code: places("code"),
        resume,
        place: note.at.clone(),
    })
}

/// `x-mimeo-accounts` at the root.
pub(super) fn accounts(root: &Cursor<'_>) -> Vec<Account> {
    let account = |(name, entry): (&str, Cursor<'_>)| {
        let note = entry.open(&fields::ACCOUNT)?;
        let claims = note.field("claims").and_then(|claims| claims.as_map("`claims`").cloned());
        Some(Account {
            name: name.to_owned(),
            names: texts(&note, "names"),
            password: note.text("password").map(std::borrow::Cow::into_owned),
            code: note.text("code").map(std::borrow::Cow::into_owned),
            claims: claims.unwrap_or_default(),
        })
    };
    root.entries("x-mimeo-accounts").filter_map(account).collect()
}

/// Reports kinds of tokens that are named but not declared, and accounts that do not exist.
pub(super) fn check_names(root: &Cursor<'_>, api: &Api) {
    let kinds: Vec<&str> = api
        .schemes
        .iter()
        .filter(|(_, scheme)| scheme.token.is_some())
        .map(|(name, _)| name)
        .chain(api.tokens.keys())
        .map(String::as_str)
        .collect();
    let check = |name: &str, place: &crate::openapi::documents::Location| {
        if kinds.contains(&name) {
            return;
        }
        let message = format!("no kind of token is called `{name}`");
        let help = match kinds.as_slice() {
            [] => "put `x-mimeo-token` on its security scheme, or declare it under `x-mimeo-tokens`".to_owned(),
            kinds => format!("there are {}; a security scheme becomes one by `x-mimeo-token`", kinds.join(", ")),
        };
        root.elsewhere(place.clone()).report(Severity::Error, Code::UNKNOWN_TOKEN, message, &help);
    };
    for operation in &api.operations {
        for issue in operation.responses.iter().flat_map(|response| &response.issues) {
            check(&issue.token, &issue.place);
        }
        let notes = &operation.tokens;
        if let Some(rotate) = &notes.rotate {
            std::iter::once(&rotate.token).chain(&rotate.also).for_each(|name| check(name, &rotate.place));
        }
        if let Some(revoke) = &notes.revoke {
            revoke.tokens.iter().for_each(|name| check(name, &revoke.place));
        }
        if let Some((login, (token, _))) = notes.login.as_ref().and_then(|login| Some((login, login.resume.as_ref()?)))
        {
            check(token, &login.place);
        }
    }
    let all = api.schemes.values().filter_map(|scheme| scheme.token.as_ref()).chain(api.tokens.values());
    for kind in all {
        if let Some(companion) = &kind.companion {
            check(&companion.of, &kind.at);
        }
        for account in kind.known.iter().filter_map(|known| known.account.as_ref()) {
            if !api.accounts.iter().any(|own| own.name == *account) {
                let message = format!("`x-mimeo-accounts` has no account `{account}`");
                let help = "declare it there, or leave `account` out";
                root.elsewhere(kind.at.clone()).report(Severity::Error, Code::UNKNOWN_TOKEN, message, help);
            }
        }
    }
}

/// A member that is a value or a list of them, as a list.
fn listed<'c>(owner: &Cursor<'c>, name: &str) -> Vec<Cursor<'c>> {
    match owner.field(name) {
        Some(member) if member.value.is_array() => owner.items(name).into_iter().flatten().collect(),
        Some(member) => vec![member],
        None => Vec::new(),
    }
}

fn texts(owner: &Cursor<'_>, name: &str) -> Vec<String> {
    let list = listed(owner, name);
    list.iter().filter_map(|entry| entry.as_text(name).map(std::borrow::Cow::into_owned)).collect()
}

fn required<'c>(note: &Cursor<'c>, what: &str, name: &str) -> Option<Cursor<'c>> {
    let member = note.field(name);
    if member.is_none() {
        note.missing(Severity::Error, what, name);
    }
    member
}

fn name(note: &Cursor<'_>, what: &str, name: &str) -> Option<String> {
    Some(required(note, what, name)?.as_text(name)?.into_owned())
}

/// Which message an expression may look at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    /// Only the request: the answer is still to be made.
    Request,
    /// Only the answer.
    Answer,
}

fn expression(entry: &Cursor<'_>, side: Side) -> Option<Expression> {
    let Some(text) = entry.value.as_str() else {
        let message = format!("a runtime expression is a string, not {}", kind(entry.value));
        entry.report(Severity::Error, Code::WRONG_TYPE, message, "write one such as `$request.body#/name`");
        return None;
    };
    let found = Expression::parse(text);
    let fits = match (&found, side) {
        (Some(Expression::Response(_)), Side::Answer) => true,
        (Some(Expression::Response(_) | Expression::StatusCode) | None, _) | (_, Side::Answer) => false,
        (Some(_), Side::Request) => true,
    };
    if fits {
        return found;
    }
    let (what, help) = match side {
        Side::Request => ("the request", "write one such as `$request.body#/name` or `$request.header.X-Name`"),
        Side::Answer => ("the answer", "write one such as `$response.body#/auth/token`"),
    };
    let message = format!("`{text}` is no runtime expression of {what}");
    entry.report(Severity::Error, Code::BAD_VALUE, message, help);
    None
}

/// `x-mimeo-template` on an example.
pub(super) fn is_template(example: &Cursor<'_>) -> bool {
    example.flag("x-mimeo-template").unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::openapi::lower::testing::{codes, lowered};

    fn document(more: Value) -> Value {
        let mut document = json!({"openapi": "3.1.0", "info": {"title": "t", "version": "1"},
            "paths": {"/login": {"post": {"operationId": "login", "responses": {"200": {"description": "d"}}}}},
            "components": {"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key",
                "x-mimeo-token": {"lifetime": "5m", "format": "jwt"}}}}});
        crate::openapi::lower::testing::merge(&mut document, &more);
        document
    }

    #[test]
    fn all_of_it() {
        let (api, findings) = lowered(document(json!({
            "x-mimeo-tokens": {"refresh": {"lifetime": "24h", "format": "uuid", "known": ["a"]}},
            "x-mimeo-accounts": {"alice": {"password": "p", "code": "1", "names": "a@b.c", "claims": {"id": 7}}},
            "paths": {"/login": {"post": {
                "x-mimeo-login": {"account": ["$request.body#/user"], "password": "$request.body#/pw",
                    "resume": {"token": "refresh", "at": "$request.body#/resume"}},
                "x-mimeo-rotate": {"token": "refresh", "at": "$request.body#/token", "also": ["key"]},
                "x-mimeo-revoke": "key",
                "responses": {"200": {"x-mimeo-issue": [{"token": "key", "at": "$response.body#/token",
                    "expires": {"at": "$response.body#/expires", "as": "unix-seconds"},
                    "claims": {"sub": "$request.body#/user", "n": 1}}]}}}}},
        })));
        assert_eq!(codes(&findings), [""; 0]);
        let kind = api.schemes["key"].token.as_ref().unwrap();
        assert_eq!((kind.lifetime_ms, &kind.format), (Some(300_000), &TokenFormat::Jwt));
        let refresh = &api.tokens["refresh"];
        assert_eq!(refresh.format, TokenFormat::Uuid);
        assert_eq!(refresh.known[0].value, "a");
        assert!(api.accounts[0].is_called("A@B.c") && api.accounts[0].is_called("alice"));
        assert!(!api.accounts[0].is_called("Alice"));
        let operation = &api.operations[0];
        let notes = &operation.tokens;
        assert_eq!(notes.login.as_ref().unwrap().account.len(), 1);
        assert_eq!(notes.rotate.as_ref().unwrap().also, ["key"]);
        assert_eq!(notes.revoke.as_ref().unwrap().tokens, ["key"]);
        let issue = &operation.responses[0].issues[0];
        assert_eq!(issue.expires.as_ref().unwrap().form, ExpiryForm::UnixSeconds);
        assert_eq!(issue.claims.len(), 2);
    }

    #[test]
    fn faults() {
        #[track_caller]
        fn check(more: Value, faults: &[&str]) {
            assert_eq!(codes(&lowered(document(more)).1), faults);
        }
        let operation = |notes: Value| json!({"paths": {"/login": {"post": notes}}});
        check(operation(json!({"x-mimeo-rotate": "nothing"})), &["unknown-token"]);
        check(operation(json!({"x-mimeo-revoke": {"at": "$request.body"}})), &["missing-field"]);
        check(operation(json!({"x-mimeo-login": {"account": "$response.body#/a"}})), &["bad-value"]);
        check(operation(json!({"x-mimeo-login": {"accounts": "$request.body#/a"}})), &["unknown-field"]);
        let issue = |note: Value| operation(json!({"responses": {"200": {"x-mimeo-issue": note}}}));
        check(issue(json!({"token": "key"})), &["missing-field"]);
        check(issue(json!({"token": "key", "at": "$request.body#/x"})), &["bad-value"]);
        check(
            issue(
                json!({"token": "key", "at": "$response.body#/x", "expires": {"at": "$response.body#/y", "as": "s"}}),
            ),
            &["bad-value"],
        );
        let scheme = |note: Value| json!({"components": {"securitySchemes": {"key": {"x-mimeo-token": note}}}});
        check(scheme(json!({"lifetime": "soon"})), &["bad-value"]);
        check(scheme(json!({"format": "magic"})), &["bad-value"]);
        check(scheme(json!({"of": "other", "claim": "id"})), &["unknown-token"]);
        check(scheme(json!({"known": [{"value": "x", "account": "bob"}]})), &["unknown-token"]);
    }
}
