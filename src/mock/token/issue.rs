//! Issuing tokens: writing them into the answer that says so.

use std::sync::Arc;

use http::{HeaderName, header};
use serde_json::{Map, Value, json};

use super::{Desk, Entrance, Stencil};
use crate::{
    contract::Received,
    message::Response,
    openapi::{self, Claim, Expiry, ExpiryForm, Expression, Issue, Source, TokenFormat, unescape_token},
    session::{Change, Holder, Material, Mint, Token, date_time},
};

/// Writes the tokens that an answer issues into it, and what it shows of their holder; adds what the session is to
/// remember to `entrance.changes`. `cut` yields the body in pieces, cut at the pointers of [`pointers`] in their order.
#[inline(never)]
pub(in crate::mock) fn issue(
    desk: &Desk<'_>,
    received: &Received<'_>,
    described: &openapi::Response,
    cut: Option<&Stencil>,
    seed: u64,
    entrance: &mut Entrance,
    reply: &mut Response,
) {
    let parent = entrance.holder.take().unwrap_or_default();
    let mut sheet = match cut {
        Some(stencil) => Sheet::cut(reply, stencil, pointers(described)),
        None => Sheet::of(reply),
    };
    for shown in &described.claims {
        if let Some(claim) = parent.claims.get(&shown.claim) {
            sheet.write(&shown.at, claim.clone());
        }
    }
    let has = |issue: &&Issue| issue.when.as_ref().is_none_or(|at| received.value(at).is_some());
    let issues: Vec<&Issue> = described.issues.iter().filter(has).collect();
    if !issues.is_empty() {
        mint(desk, received, &issues, seed, &parent, &mut entrance.changes, &mut sheet);
    }
    sheet.finish();
}

/// Where an answer may be written anew: JSON Pointers into its body.
pub(in crate::mock) fn pointers(described: &openapi::Response) -> Vec<&str> {
    let issued = described
        .issues
        .iter()
        .flat_map(|issue| std::iter::once(&issue.at).chain(issue.expires.as_ref().map(|expiry| &expiry.at)));
    let places = described.claims.iter().map(|shown| &shown.at).chain(issued);
    let mut pointers: Vec<&str> = Vec::new();
    for place in places {
        if let Expression::Response(Source::Body(pointer)) = place
            && !pointers.contains(&pointer.as_str())
        {
            pointers.push(pointer);
        }
    }
    pointers
}

/// Makes tokens for a holder and writes them.
fn mint(
    desk: &Desk<'_>,
    received: &Received<'_>,
    issues: &[&Issue],
    seed: u64,
    parent: &Holder,
    changes: &mut Vec<Change>,
    sheet: &mut Sheet<'_>,
) {
    let family = if parent.family == 0 {
        changes.push(Change::FamilyBegun);
        desk.state.families + 1
    } else {
        parent.family
    };
    for (serial, issue) in (desk.state.tokens.issued()..).zip(issues) {
        let holder = Arc::new(holder(received, issue, parent, family));
        let note = desk.note(&issue.token);
        let lifetime_ms = issue.lifetime_ms.or_else(|| note.and_then(|note| note.lifetime_ms));
        let expires_ms = lifetime_ms.map(|lifetime| desk.now_ms.saturating_add(lifetime));
        let value: Arc<str> = Mint::new(seed)
            .make(
                note.map_or(&TokenFormat::Jwt, |note| &note.format),
                &Material {
                    session: &desk.state.session,
                    kind: &issue.token,
                    serial,
                    claims: &holder.claims,
                    issued_ms: desk.now_ms,
                    expires_ms,
                },
            )
            .into();
        sheet.write(&issue.at, json!(&*value));
        if let (Some(expiry), Some(lifetime), Some(expires)) = (&issue.expires, lifetime_ms, expires_ms) {
            sheet.write(&expiry.at, expiry_value(expiry, lifetime, expires));
        }
        changes.push(Change::TokenIssued(Arc::new(Token {
            value,
            kind: desk.kind(&issue.token),
            issued_ms: desk.now_ms,
            expires_ms,
            holder,
            ended: None,
        })));
    }
}

/// Whom a token is for: its parent's holder, with the claims of the note.
pub(in crate::mock) fn holder(received: &Received<'_>, issue: &Issue, parent: &Holder, family: u64) -> Holder {
    let value = |claim: &Claim| match claim {
        Claim::From(expression) => received.value(expression),
        Claim::Literal(value) => Some(value.clone()),
    };
    let mut claims = parent.claims.clone();
    claims.extend(issue.claims.iter().filter_map(|(name, claim)| Some((name.clone(), value(claim)?))));
    let scopes = match issue.scopes.as_ref().and_then(value) {
        Some(Value::String(text)) => Some(text.split_whitespace().map(str::to_owned).collect()),
        Some(Value::Array(items)) => Some(items.iter().filter_map(Value::as_str).map(str::to_owned).collect()),
        _ => parent.scopes.clone(),
    };
    Holder { family, claims, scopes }
}

fn expiry_value(expiry: &Expiry, lifetime_ms: u64, expires_ms: u64) -> Value {
    match expiry.form {
        ExpiryForm::UnixSeconds => json!(expires_ms / 1_000),
        ExpiryForm::UnixMilliseconds => json!(expires_ms),
        ExpiryForm::Seconds => json!(lifetime_ms / 1_000),
        ExpiryForm::Milliseconds => json!(lifetime_ms),
        ExpiryForm::DateTime => json!(date_time(expires_ms)),
    }
}

/// An answer that values are written into. A JSON body is filled into pieces, or else read once and written once.
struct Sheet<'r> {
    reply: &'r mut Response,
    cut: Option<Cut<'r>>,
    body: Option<Value>,
    is_touched: bool,
}

/// A body in pieces, and what is written between them.
struct Cut<'r> {
    stencil: &'r Stencil,
    pointers: Vec<&'r str>,
    texts: Vec<Option<String>>,
}

impl<'r> Sheet<'r> {
    fn of(reply: &'r mut Response) -> Self {
        Self { reply, cut: None, body: None, is_touched: false }
    }

    fn cut(reply: &'r mut Response, stencil: &'r Stencil, pointers: Vec<&'r str>) -> Self {
        let texts = vec![None; pointers.len()];
        Self { cut: Some(Cut { stencil, pointers, texts }), ..Self::of(reply) }
    }

    fn write(&mut self, at: &Expression, value: Value) {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        match at {
            Expression::Response(Source::Header(name)) => {
                if let Ok(name) = HeaderName::from_bytes(name.as_bytes()) {
                    self.reply.set_header(name, &text(&value));
                }
            }
            // The whole of a body that is not JSON is the token as it is.
            Expression::Response(Source::Body(pointer)) if pointer.is_empty() && !self.is_json() => {
                self.reply.body = text(&value).into();
            }
            Expression::Response(Source::Body(pointer)) => {
                self.is_touched = true;
                if let Some(cut) = &mut self.cut {
                    if let Some(number) = cut.pointers.iter().position(|known| known == pointer) {
                        cut.texts[number] = Some(value.to_string());
                    }
                    return;
                }
                let body = self.body.get_or_insert_with(|| {
                    serde_json::from_slice(&self.reply.body).unwrap_or_else(|_| Value::Object(Map::new()))
                });
                put(body, pointer, value);
            }
            _ => (),
        }
    }

    fn is_json(&self) -> bool {
        self.reply.header(header::CONTENT_TYPE).is_some_and(|media_type| {
            let essence = media_type.split(';').next().unwrap_or_default().trim();
            essence.ends_with("/json") || essence.ends_with("+json")
        })
    }

    fn finish(self) {
        if !self.is_touched {
            return;
        }
        let body = self.cut.map(|cut| cut.stencil.fill(&cut.texts)).or(self.body.map(|body| body.to_string()));
        if let Some(body) = body {
            self.reply.body = body.into();
        }
    }
}

/// Puts a value where a JSON Pointer leads; objects that are missing on the way are made.
fn put(root: &mut Value, pointer: &str, value: Value) {
    let mut here = root;
    for token in pointer.split('/').skip(1) {
        let key = unescape_token(token);
        here = match here {
            Value::Array(items) => {
                let Some(item) = key.parse::<usize>().ok().and_then(|index| items.get_mut(index)) else { return };
                item
            }
            other => {
                if !other.is_object() {
                    *other = Value::Object(Map::new());
                }
                let Some(map) = other.as_object_mut() else { return };
                map.entry(key).or_insert(Value::Null)
            }
        };
    }
    *here = value;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn puts_where_the_pointer_leads() {
        let mut value = json!({"a": [1, {"b": 2}], "c/d": 3});
        for pointer in ["/a/1/b", "/c~1d", "/e/f/g", "/a/7"] {
            put(&mut value, pointer, json!("x"));
        }
        assert_eq!(value, json!({"a": [1, {"b": "x"}], "c/d": "x", "e": {"f": {"g": "x"}}}));
    }
}
