//! Values of requests, as a snapshot shows them.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::{
    hidden::{self, Hidden},
    links::Links,
    placeholder::escaped,
    rules::{self, Called, Rules, Spot},
    symbols::{self, Symbols},
    volatile::{self, Form, Moments},
};
use crate::{
    contract::Contract,
    limit,
    openapi::{Expression, SchemaRef, Source, push_token},
    schema::Shape,
    session::{Secrets, sha256_hex},
};

/// What clients of an authorization server make anew each time, or are given once.
const OAUTH_NAMES: [&str; 6] = ["code", "code_verifier", "code_challenge", "state", "nonce", "assertion"];

/// What all values of a file share.
pub(super) struct Values<'a> {
    pub(super) rules: &'a Rules,
    pub(super) secrets: &'a Secrets,
    pub(super) symbols: Symbols,
    /// Tokens and secrets, which are looked for inside of texts.
    pub(super) hidden: Hidden,
}

/// Where a value is, and what is known about it.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    pub(super) called: Called<'a>,
    pub(super) contract: Option<&'a Contract>,
    pub(super) links: &'a Links,
    pub(super) moments: Moments,
    /// Whether the value is in a cookie that nobody described.
    pub(super) is_secret: bool,
    /// Whether the request is for an authorization server.
    pub(super) is_oauth: bool,
    /// Where the operation takes passwords.
    pub(super) passwords: &'a [&'a Expression],
}

impl Context<'_> {
    fn takes_password(&self, spot: Spot<'_>) -> bool {
        self.passwords.iter().any(|expression| match (expression, spot) {
            (Expression::Request(Source::Body(own)), Spot::Body(name))
            | (Expression::Request(Source::Query(own)), Spot::Query(name))
            | (Expression::Request(Source::Path(own)), Spot::Path(name))
            | (Expression::Request(Source::Cookie(own)), Spot::Cookie(name)) => own == name,
            (Expression::Request(Source::Header(own)), Spot::Header(name)) => own.eq_ignore_ascii_case(name),
            _ => false,
        })
    }
}

impl Values<'_> {
    /// A value as it is shown; `None` if it is left out. `name` is that of the parameter or of the member.
    pub(super) fn shown(
        &mut self,
        value: &Value,
        schema: Option<&SchemaRef>,
        spot: Spot<'_>,
        name: &str,
        context: Context<'_>,
    ) -> Option<Value> {
        if rules::any(&self.rules.ignore, context.called, spot) {
            return None;
        }
        if rules::any(&self.rules.redact, context.called, spot) {
            return Some(Value::String(self.symbols.of("redacted", &value.to_string())));
        }
        let shape = schema.zip(context.contract).map(|(schema, contract)| contract.schemas.shape(schema));
        Some(match value {
            Value::Object(members) => Value::Object(self.object(members, shape.as_ref(), spot, context)),
            Value::Array(items) => Value::Array(self.array(items, shape.as_ref(), spot, name, context)),
            Value::String(text) => {
                let format = shape.as_ref().and_then(|shape| shape.format.as_deref());
                Value::String(self.text(text, format, spot, name, context))
            }
            Value::Number(_) => self.number(value, spot, name, context),
            other => other.clone(),
        })
    }

    fn object(
        &mut self,
        members: &Map<String, Value>,
        shape: Option<&Arc<Shape>>,
        spot: Spot<'_>,
        context: Context<'_>,
    ) -> Map<String, Value> {
        let mut names: Vec<&String> = members.keys().collect();
        names.sort_unstable();
        let mut shown = Map::new();
        let mut made_anew = Vec::new();
        for name in names {
            let schema = shape.and_then(|shape| shape.properties.get(name).or(shape.additional.as_ref()));
            let mut pointer = String::new();
            let spot = below(spot, &mut pointer, name);
            let Some(value) = members.get(name).and_then(|value| self.shown(value, schema, spot, name, context)) else {
                continue;
            };
            // Names that change come last: where they would be sorted to changes too.
            let told = context.links.get(name).or(volatile::is_made_uuid(name).then_some("uuid"));
            match told {
                Some(label) => made_anew.push((self.symbols.of(label, name), value)),
                None => drop(shown.insert(self.written(name), value)),
            }
        }
        shown.extend(made_anew);
        shown
    }

    fn array(
        &mut self,
        items: &[Value],
        shape: Option<&Arc<Shape>>,
        spot: Spot<'_>,
        name: &str,
        context: Context<'_>,
    ) -> Vec<Value> {
        let mut shown = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let schema = shape.and_then(|shape| shape.prefix.get(index).or(shape.items.as_ref()));
            let mut pointer = String::new();
            let spot = below(spot, &mut pointer, &index.to_string());
            shown.extend(self.shown(item, schema, spot, name, context));
        }
        shown
    }

    fn text(&mut self, text: &str, format: Option<&str>, spot: Spot<'_>, name: &str, context: Context<'_>) -> String {
        if text.is_empty() {
            return String::new();
        }
        if let Some(marker) = self.symbols.hidden(text).filter(|_| text.len() >= hidden::BYTES_MIN) {
            return marker;
        }
        let is_password = format == Some("password") || context.takes_password(spot);
        if context.is_secret || is_password || self.secrets.has(name) {
            return self.symbols.of("secret", text);
        }
        if context.is_oauth && OAUTH_NAMES.contains(&name) {
            return self.symbols.of(name, text);
        }
        if rules::any(&self.rules.keep, context.called, spot) {
            return self.written(text);
        }
        if let Some(label) = context.links.get(text) {
            return self.symbols.of(label, text);
        }
        match volatile::form(text, format, context.moments) {
            Some(Form::Numbered(label)) => return self.symbols.of(label, text),
            Some(Form::Alike(label)) => return format!("<{label}>"),
            None => (),
        }
        if text.len() > limit::SNAPSHOT_TEXT_BYTES_MAX {
            let shown = self.open(&symbols::clean(text));
            // A secret inside must not change the hash from run to run.
            let plain = symbols::replace(&shown, |index| self.symbols.label(index).to_owned());
            return format!("<text, {} bytes, sha256 {}>", plain.len(), short_hash(&plain));
        }
        self.written(text)
    }

    /// A text as it is written: without the tokens and secrets that are inside, and not to be taken for a placeholder.
    pub(super) fn written(&mut self, text: &str) -> String {
        let clean = volatile::without_ports(&symbols::clean(text));
        let shown = self.open(&clean);
        if shown == text { escaped(shown) } else { shown }
    }

    /// A text without the secrets of addresses, and without the tokens and secrets that are inside.
    fn open(&mut self, text: &str) -> String {
        let symbols = &mut self.symbols;
        let shown = self.secrets.in_addresses(text, |secret| symbols.of("secret", secret));
        self.without_hidden(&shown)
    }

    /// A text without the tokens and secrets that are inside.
    pub(super) fn without_hidden(&self, text: &str) -> String {
        self.hidden.replace(text, |found| self.symbols.hidden(found).unwrap_or_default())
    }

    fn number(&mut self, value: &Value, spot: Spot<'_>, name: &str, context: Context<'_>) -> Value {
        let text = value.to_string();
        if context.is_secret || context.takes_password(spot) || self.secrets.has(name) {
            return Value::String(self.symbols.of("secret", &text));
        }
        if rules::any(&self.rules.keep, context.called, spot) {
            return value.clone();
        }
        if let Some(label) = context.links.get(&text) {
            return Value::String(self.symbols.of(label, &text));
        }
        match volatile::number(&text, context.moments) {
            Some(Form::Numbered(label) | Form::Alike(label)) => Value::String(format!("<{label}>")),
            None => value.clone(),
        }
    }
}

/// The beginning of a hash: enough to see that two are not the same.
pub(super) fn short_hash(bytes: impl AsRef<[u8]>) -> String {
    let mut hash = sha256_hex(bytes);
    hash.truncate(16);
    hash
}

/// How many values a value consists of.
pub(super) fn count(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(count).sum::<usize>(),
        Value::Object(members) => 1 + members.values().map(count).sum::<usize>(),
        _ => 1,
    }
}

/// The place of a member or an item.
fn below<'a>(spot: Spot<'a>, pointer: &'a mut String, token: &str) -> Spot<'a> {
    let Spot::Body(at) = spot else { return spot };
    pointer.push_str(at);
    push_token(pointer, token);
    Spot::Body(pointer)
}
