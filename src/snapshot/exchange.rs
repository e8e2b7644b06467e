//! From one record to one exchange, in which everything that changes from run to run is a marker.

use std::collections::BTreeMap;

use http::header;
use serde_json::{Map, Value};

use super::{
    Answer, Credential, Exchange, Note, Undescribed, hidden,
    ledger::Tokens,
    links::Links,
    noise,
    placeholder::escaped,
    rules::{Called, Spot},
    seen::{self, Seen},
    symbols,
    value::{Context, Values, count, short_hash},
    volatile::{self, Form},
};
use crate::{
    answer::Origin,
    contract::undescribed_body,
    finding::{Place, Severity, Side},
    limit,
    openapi::{Expression, MediaType, ParameterFormat, ParameterPlace, SchemaRef, SchemeKind, push_token},
};

/// The cookie that names a session of the mock.
const SESSION_COOKIE: &str = "mimeo_session";

impl Values<'_> {
    /// The exchange of a record.
    pub(super) fn exchange(&mut self, seen: &Seen<'_>, tokens: &Tokens, links: &Links, many_apis: bool) -> Exchange {
        let operation = seen.operation();
        let template = match operation {
            Some(operation) => operation.path.clone(),
            None => self.sent_path(seen, links),
        };
        // A HEAD may be answered like a GET, and is none.
        let call = format!("{} {template}", seen.record.method);
        let passwords: Vec<&Expression> = passwords(seen);
        let id = operation.and_then(|operation| operation.id.as_deref());
        let context = Context {
            called: Called { id, call: &call },
            contract: seen.contract.map(|contract| &**contract),
            links,
            moments: seen.moments(),
            is_secret: false,
            is_oauth: is_oauth(seen),
            passwords: &passwords,
        };
        let mut exchange = Exchange {
            operation: id.map(str::to_owned),
            api: seen.contract.filter(|_| many_apis).map(|contract| contract.api.id.clone()),
            answer: Answer { status: seen.record.status, origin: self.written(&seen.record.origin.to_string()) },
            credentials: self.credentials(tokens, links),
            issues: tokens.issued.iter().map(|(label, value)| self.symbols.of(label, value)).collect(),
            times: 1,
            ..Exchange::default()
        };
        self.described(seen, context, &mut exchange);
        self.undescribed(seen, tokens, context, &mut exchange);
        self.body(seen, context, &mut exchange);
        exchange.findings = self.notes(seen);
        exchange.call = call;
        exchange
    }

    fn credentials(&mut self, tokens: &Tokens, links: &Links) -> BTreeMap<String, Credential> {
        let mut credentials = BTreeMap::new();
        for (scheme, sent) in &tokens.sent {
            // A user id beside a token is no secret: it is shown as what it is.
            let told = links.get(&sent.value).filter(|_| sent.is_companion);
            let value = self.symbols.of(told.unwrap_or(&sent.label), &sent.value);
            credentials.insert(scheme.clone(), Credential { value, standing: sent.standing });
        }
        credentials
    }

    /// A path that the description does not have, segment by segment.
    fn sent_path(&mut self, seen: &Seen<'_>, links: &Links) -> String {
        let context = Context {
            called: Called { id: None, call: "" },
            contract: None,
            links,
            moments: seen.moments(),
            is_secret: false,
            is_oauth: false,
            passwords: &[],
        };
        let segments = seen.path.split('/').map(|segment| {
            let value = self.shown(&Value::String(segment.to_owned()), None, Spot::Path(""), "", context);
            value.and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
        });
        segments.collect::<Vec<_>>().join("/")
    }

    /// The parameters that are described.
    fn described(&mut self, seen: &Seen<'_>, context: Context<'_>, exchange: &mut Exchange) {
        let (Some(operation), Some((_, checked))) = (seen.operation(), &seen.met) else { return };
        for (index, value) in &checked.parameters {
            let Some(parameter) = operation.parameters.get(*index) else { continue };
            let name = parameter.name.as_str();
            let lower = name.to_ascii_lowercase();
            let (map, spot, key) = match parameter.place {
                ParameterPlace::Path => (&mut exchange.path, Spot::Path(name), name),
                ParameterPlace::Query | ParameterPlace::QueryString => (&mut exchange.query, Spot::Query(name), name),
                ParameterPlace::Header => (&mut exchange.headers, Spot::Header(name), lower.as_str()),
                ParameterPlace::Cookie => (&mut exchange.cookies, Spot::Cookie(name), name),
            };
            let schema = schema_of(&parameter.format);
            let shown = if parameter.place == ParameterPlace::Header && noise::is_made_anew(&lower) {
                Some(Value::String(self.symbols.of(&lower, &value.to_string())))
            } else {
                self.shown(value, schema, spot, name, context)
            };
            map.extend(shown.map(|value| (escaped(symbols::clean(key)), value)));
        }
    }

    /// What was sent though no description mentions it, and what is described and could not be read.
    fn undescribed(&mut self, seen: &Seen<'_>, tokens: &Tokens, context: Context<'_>, exchange: &mut Exchange) {
        let (mut found, mut unread) = (Undescribed::default(), Undescribed::default());
        let described = seen.operation().map(|operation| operation.parameters.as_slice()).unwrap_or_default();
        let is_described = |place: ParameterPlace, name: &str| {
            let is_header = place == ParameterPlace::Header;
            let same = |own: &str| if is_header { own.eq_ignore_ascii_case(name) } else { own == name };
            described.iter().any(|parameter| parameter.place == place && same(&parameter.name))
        };
        let is_seat = |place: ParameterPlace, name: &str| {
            let schemes = tokens.sent.keys().filter_map(|scheme| seen.contract?.api.schemes.get(scheme));
            schemes.into_iter().any(|scheme| match &scheme.kind {
                SchemeKind::ApiKey { place: own, name: own_name } => {
                    *own == place && own_name.eq_ignore_ascii_case(name)
                }
                _ => place == ParameterPlace::Header && name.eq_ignore_ascii_case("authorization"),
            })
        };
        let fixed = seen.operation().map(|operation| operation.fixed_query.as_slice()).unwrap_or_default();
        let query = seen.request.query.as_deref().unwrap_or_default();
        let takes_query = seen.operation().is_some_and(|operation| {
            operation.parameters.iter().any(|parameter| parameter.place == ParameterPlace::QueryString)
        });
        let pairs = form_urlencoded::parse(query.as_bytes()).filter(|_| !takes_query);
        for (name, value) in pairs.take(limit::FORM_PAIRS_MAX) {
            let is_known = exchange.query.keys().any(|known| is_of(known, &name))
                || is_spread(seen, ParameterPlace::Query, &name)
                || fixed.iter().any(|(own, _)| **own == *name)
                || is_seat(ParameterPlace::Query, &name);
            if !is_known {
                let to = if is_described(ParameterPlace::Query, &name) { &mut unread.query } else { &mut found.query };
                self.add(to, &name, &value, Spot::Query(&name), context);
            }
        }
        for (name, value) in &seen.request.headers {
            let name = name.as_str();
            if exchange.headers.contains_key(name) || noise::is_noise(name) || is_seat(ParameterPlace::Header, name) {
                continue;
            }
            let text = String::from_utf8_lossy(value.as_bytes());
            if noise::is_made_anew(name) {
                found.headers.insert(name.to_owned(), Value::String(self.symbols.of(name, &text)));
            } else {
                let to =
                    if is_described(ParameterPlace::Header, name) { &mut unread.headers } else { &mut found.headers };
                self.add(to, name, &text, Spot::Header(name), context);
            }
        }
        let fields = seen.request.headers.get_all(header::COOKIE);
        let fields = fields.iter().map(|field| String::from_utf8_lossy(field.as_bytes()));
        for field in fields {
            for pair in field.split(';') {
                let Some((name, value)) = pair.trim().split_once('=') else { continue };
                let is_known = name == SESSION_COOKIE
                    || exchange.cookies.contains_key(name)
                    || is_spread(seen, ParameterPlace::Cookie, name)
                    || is_seat(ParameterPlace::Cookie, name);
                if !is_known {
                    // Who describes a cookie says that it is no secret; of others nobody knows.
                    let context = Context { is_secret: true, ..context };
                    self.add(&mut found.cookies, name, value, Spot::Cookie(name), context);
                }
            }
        }
        for map in [&mut found.query, &mut found.headers, &mut found.cookies] {
            map.sort_keys();
        }
        exchange.query.extend(unread.query);
        exchange.headers.extend(unread.headers);
        exchange.undescribed = found;
    }

    fn add(&mut self, to: &mut Map<String, Value>, name: &str, text: &str, spot: Spot<'_>, context: Context<'_>) {
        let Some(value) = self.shown(&Value::String(text.to_owned()), None, spot, name, context) else { return };
        let name = escaped(symbols::clean(name));
        match to.get_mut(&name) {
            None => drop(to.insert(name, value)),
            Some(Value::Array(list)) => list.push(value),
            Some(first) => *first = Value::Array(vec![first.take(), value]),
        }
    }

    fn body(&mut self, seen: &Seen<'_>, context: Context<'_>, exchange: &mut Exchange) {
        let bytes = seen.record.body_bytes;
        if bytes == 0 {
            return;
        }
        let media_type = seen.media_type();
        exchange.media_type = media_type.clone().filter(|media_type| media_type != "application/json");
        if !seen::is_whole(seen.record) {
            exchange.body = Some(Value::String(format!("<body, {bytes} bytes, cut>")));
            return;
        }
        let content_type = seen.request.header(header::CONTENT_TYPE);
        let is_packed = seen.request.headers.contains_key(header::CONTENT_ENCODING);
        let described = seen.met.as_ref().and_then(|(_, checked)| {
            let media = seen.operation()?.body.as_ref()?.content.get(checked.media?)?;
            Some((media, checked.body.get()?))
        });
        let shown = match described.filter(|_| !is_packed) {
            Some((media, Value::Object(members))) if !media.form_fields.is_empty() => {
                Some(Value::Object(self.form(media, members, context)))
            }
            Some((media, value)) => self.shown(value, media.schema.as_ref(), Spot::Body(""), "", context),
            None if is_packed => Some(binary(&seen.request.body)),
            None => match undescribed_body(content_type, &seen.request.body) {
                Some(value) => self.shown(&value, None, Spot::Body(""), "", context),
                None => match json_text(media_type.as_deref(), &seen.request.body) {
                    Some(text) => self.faulty(text, context),
                    None => Some(binary(&seen.request.body)),
                },
            },
        };
        exchange.body = shown.map(|value| self.bounded(value));
    }

    /// Text that was to be JSON and is none. In it a secret cannot be told from the rest: it is shown if it mentions none.
    fn faulty(&mut self, text: &str, context: Context<'_>) -> Option<Value> {
        if context.passwords.is_empty() && self.secrets.is_open(text) {
            return self.shown(&text.into(), None, Spot::Body(""), "", context);
        }
        Some(format!("<text, {} bytes, sha256 {}>", text.len(), short_hash(text)).into())
    }

    /// The fields of a Swagger 2.0 form.
    fn form(&mut self, media: &MediaType, members: &Map<String, Value>, context: Context<'_>) -> Map<String, Value> {
        let mut shown = Map::new();
        for (name, value) in members {
            let field = media.form_fields.iter().find(|field| field.name == *name);
            let mut pointer = String::new();
            push_token(&mut pointer, name);
            let schema = field.and_then(|field| schema_of(&field.format));
            let value = self.shown(value, schema, Spot::Body(&pointer), name, context);
            shown.extend(value.map(|value| (escaped(symbols::clean(name)), value)));
        }
        shown.sort_keys();
        shown
    }

    /// A body that is too large is shown by the hash of what would be shown.
    fn bounded(&self, value: Value) -> Value {
        let values = count(&value);
        if values <= limit::SNAPSHOT_BODY_VALUES_MAX {
            return value;
        }
        let plain = symbols::replace(&value.to_string(), |index| self.symbols.label(index).to_owned());
        Value::String(format!("<body, {values} values, sha256 {}>", short_hash(&plain)))
    }

    /// What is wrong with the request.
    fn notes(&mut self, seen: &Seen<'_>) -> Vec<Note> {
        let findings = seen.record.findings.iter().filter(|finding| {
            finding.severity != Severity::Note && !matches!(finding.place, Place::Message { side: Side::Response, .. })
        });
        let mut notes: Vec<Note> = findings
            .map(|finding| {
                let finding = self.secrets.finding(finding);
                let at = match &finding.place {
                    Place::Message { part, at, .. } => format!("{} {at}", part.as_str()).trim_end().to_owned(),
                    _ => String::new(),
                };
                let code = finding
                    .reason
                    .filter(|reason| reason.is_security())
                    .map_or(finding.code.as_str(), |it| it.as_str());
                Note { code: code.to_owned(), at: symbols::clean(&at), says: self.said(&finding.message, seen) }
            })
            .collect();
        notes.dedup();
        notes.truncate(limit::VIOLATIONS_MAX);
        notes
    }

    /// The words of a finding, without the values that change.
    fn said(&mut self, message: &str, seen: &Seen<'_>) -> String {
        let mut said = String::new();
        for piece in message.split_inclusive(['`', '/', '"', '\'', ' ', ',', '=', '&', '?']) {
            let word = piece.trim_end_matches(['`', '/', '"', '\'', ' ', ',', '=', '&', '?']);
            let form = volatile::form(word, None, seen.moments());
            match (self.symbols.known(word).filter(|_| word.len() >= hidden::BYTES_MIN), form) {
                (Some(marker), _) => said.push_str(&marker),
                (None, Some(Form::Numbered(label))) => said.push_str(&self.symbols.of(label, word)),
                (None, Some(Form::Alike(label))) => said.extend(["<", label, ">"]),
                (None, None) => said.push_str(&self.written(word)),
            }
            said.push_str(&piece[word.len()..]);
        }
        // A secret may have more than one word.
        self.without_hidden(&said)
    }
}

/// True for a request to the authorization server of an API.
fn is_oauth(seen: &Seen<'_>) -> bool {
    seen.operation().is_none() && seen.record.origin == Origin::OAuth
}

/// Where an operation takes passwords, and what is sent in their place.
pub(super) fn passwords<'a>(seen: &Seen<'a>) -> Vec<&'a Expression> {
    let login = seen.operation().and_then(|operation| operation.tokens.login.as_ref());
    login.into_iter().flat_map(|login| login.password.iter().chain(&login.digest).chain(&login.code)).collect()
}

fn schema_of(format: &ParameterFormat) -> Option<&SchemaRef> {
    match format {
        ParameterFormat::Style { schema, .. } => schema.as_ref(),
        ParameterFormat::Content(media) => media.schema.as_ref(),
    }
}

/// True for `filter[name]` and `filter.name` of the parameter `filter`.
fn is_of(parameter: &str, name: &str) -> bool {
    name.strip_prefix(parameter).is_some_and(|rest| rest.is_empty() || rest.starts_with(['[', '.']))
}

/// True if a pair belongs to a described object whose properties are pairs of their own (`explode`).
fn is_spread(seen: &Seen<'_>, place: ParameterPlace, name: &str) -> bool {
    let (Some(operation), Some((_, checked))) = (seen.operation(), &seen.met) else { return false };
    checked.parameters.iter().any(|(index, value)| {
        operation.parameters.get(*index).is_some_and(|parameter| {
            parameter.place == place
                && matches!(parameter.format, ParameterFormat::Style { explode: true, .. })
                && value.get(name).is_some()
        })
    })
}

/// The text of a body that was to be JSON, if it is text at all.
fn json_text<'b>(media_type: Option<&str>, bytes: &'b [u8]) -> Option<&'b str> {
    let is_json = media_type.is_none_or(|it| it == "application/json" || it.ends_with("+json"));
    let text = std::str::from_utf8(bytes).ok().filter(|_| is_json)?;
    (!text.contains(|c: char| c.is_control() && !c.is_whitespace())).then_some(text)
}

/// Bytes, by their number and their hash.
fn binary(bytes: &[u8]) -> Value {
    Value::String(format!("<binary, {} bytes, sha256 {}>", bytes.len(), short_hash(bytes)))
}
