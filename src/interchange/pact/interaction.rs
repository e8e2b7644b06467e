//! Interactions: what a consumer sends, and the least of what it gets back.

use std::collections::BTreeMap;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC};
use serde_json::{Map, Value, json};

use super::standin::{Notes, word};
use crate::{
    contract::Contract,
    openapi::{Operation, ParameterFormat, ParameterPlace, Response, SchemeKind, StatusRange},
    schema::{Direction, Sampling},
    snapshot::{Exchange, Placeholder, Snapshot},
};

/// What is written with percent signs in a path: everything but letters, digits, and the four marks that need not be.
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Who expects something, and of whom.
#[derive(Clone, Copy, Debug)]
pub struct Parties<'p> {
    /// The client.
    pub consumer: &'p str,
    /// The API.
    pub provider: &'p str,
}

/// An exchange and the operation it was with, as far as the description has it.
pub type Met<'m> = (&'m Exchange, Option<&'m Operation>);

/// The pact of a client with an API, as text. `exchanges` are those with that API, of any of its snapshots.
///
/// Exchanges that are the same but for what changes from run to run are one interaction. Of an answer the pact asks for the
/// status, the media type, and what the description requires of the body: which fields a client reads cannot be seen.
pub fn of_clients(parties: Parties<'_>, contract: &Contract, exchanges: &[(&Snapshot, Met<'_>)]) -> String {
    let mut interactions: Vec<Map<String, Value>> = Vec::new();
    let mut taken: BTreeMap<String, usize> = BTreeMap::new();
    for (snapshot, (exchange, operation)) in exchanges {
        let writer = Writer { contract, exchange, operation: *operation };
        let interaction = writer.interaction(snapshot.about.scenario.as_deref());
        if interactions.iter().any(|known| is_same(known, &interaction)) {
            continue;
        }
        let mut interaction = interaction;
        let name = interaction["description"].as_str().unwrap_or_default().to_owned();
        // The description tells interactions apart, so each has one of its own.
        let count = taken.entry(name.clone()).or_default();
        *count += 1;
        if *count > 1 {
            interaction.insert("description".to_owned(), json!(format!("{name} ({count})")));
        }
        interactions.push(interaction);
    }
    let pact = json!({
        "consumer": {"name": parties.consumer},
        "interactions": interactions,
        "metadata": {
            "mimeo": {"version": env!("CARGO_PKG_VERSION")},
            "pactSpecification": {"version": "4.0"},
        },
        "provider": {"name": parties.provider},
    });
    format!("{pact:#}\n")
}

/// True for the text of a pact that Mimeo made, and nobody else has written since: other writers leave other metadata.
pub fn is_ours(text: &str) -> bool {
    serde_json::from_str::<Value>(text).is_ok_and(|pact| pact.pointer("/metadata/mimeo").is_some())
}

/// True if two interactions are the same but for their descriptions.
fn is_same(known: &Map<String, Value>, other: &Map<String, Value>) -> bool {
    ["providerStates", "request", "response"].iter().all(|part| known.get(*part) == other.get(*part))
}

struct Writer<'m> {
    contract: &'m Contract,
    exchange: &'m Exchange,
    operation: Option<&'m Operation>,
}

impl Writer<'_> {
    fn interaction(&self, scenario: Option<&str>) -> Map<String, Value> {
        let exchange = self.exchange;
        let called = exchange.operation.as_deref().unwrap_or(&exchange.call);
        let mut interaction = Map::new();
        interaction.insert("type".to_owned(), json!("Synchronous/HTTP"));
        interaction.insert("description".to_owned(), json!(format!("{called} is answered {}", exchange.answer.status)));
        interaction.insert("pending".to_owned(), json!(false));
        let states = self.states(scenario);
        if !states.is_empty() {
            interaction.insert("providerStates".to_owned(), json!(states));
        }
        interaction.insert("request".to_owned(), Value::Object(self.request()));
        interaction.insert("response".to_owned(), Value::Object(self.response()));
        interaction
    }

    /// What must be so before the request is sent: the scenario, and how the credentials stand.
    fn states(&self, scenario: Option<&str>) -> Vec<Value> {
        let scenario = scenario.map(|name| json!({"name": format!("scenario {name}"), "params": {}}));
        let credentials = self.exchange.credentials.iter().map(|(scheme, credential)| {
            let standing = credential.standing.map_or("good", |standing| standing.as_str());
            let params = json!({"scheme": scheme, "standing": standing});
            json!({"name": format!("credentials of {scheme}: {standing}"), "params": params})
        });
        scenario.into_iter().chain(credentials).collect()
    }

    fn request(&self) -> Map<String, Value> {
        let exchange = self.exchange;
        let mut request = Map::new();
        request.insert("method".to_owned(), json!(exchange.method()));
        let mut path = Notes::default();
        request.insert("path".to_owned(), json!(self.path(&mut path)));
        path.put_path(&mut request);

        let mut query = Notes::default();
        let mut pairs = Map::new();
        for (name, value) in exchange.query.iter().chain(&exchange.undescribed.query) {
            pairs.insert(name.clone(), json!(texts(value, name, &mut query)));
        }
        let mut headers = Map::new();
        let mut fields = Notes::default();
        for (name, value) in exchange.headers.iter().chain(&exchange.undescribed.headers) {
            headers.insert(name.clone(), json!(texts(value, name, &mut fields)));
        }
        let mut cookies: Vec<String> = Vec::new();
        for (name, value) in exchange.cookies.iter().chain(&exchange.undescribed.cookies) {
            let texts = texts(value, "cookie", &mut Notes::default());
            cookies.extend(texts.into_iter().map(|text| format!("{name}={text}")));
        }
        for scheme in exchange.credentials.keys() {
            self.credentials(scheme, &mut pairs, &mut query, &mut headers, &mut fields, &mut cookies);
        }
        if !cookies.is_empty() {
            headers.insert("Cookie".to_owned(), json!([cookies.join("; ")]));
            fields.rule("Cookie", json!({"match": "type"}));
        }
        self.request_body(&mut request, &mut headers);
        if !pairs.is_empty() {
            request.insert("query".to_owned(), Value::Object(pairs));
        }
        if !headers.is_empty() {
            request.insert("headers".to_owned(), Value::Object(headers));
        }
        query.put("query", &mut request);
        fields.put("header", &mut request);
        request
    }

    /// The path, with its parameters filled in.
    fn path(&self, notes: &mut Notes) -> String {
        let exchange = self.exchange;
        let base = self.contract.api.servers.first().map_or("", |server| server.base_path.trim_end_matches('/'));
        let base = if self.operation.is_some() { base } else { "" };
        let (mut path, mut pattern) = (base.to_owned(), regex::escape(base));
        let mut changes = false;
        for segment in exchange.template().split('/').skip(1) {
            path.push('/');
            pattern.push('/');
            let mut rest = segment;
            // What stands in braces is a parameter; a path that is not described may hold what changes.
            while let Some((before, name, after)) = braced(rest) {
                path.push_str(before);
                pattern.push_str(&regex::escape(before));
                let value = exchange.path.get(name).cloned().unwrap_or_else(|| json!(name));
                if let Some(example) = self.fitting(name, &value) {
                    part(&example, &mut path, &mut String::new());
                    pattern.push_str("[^/]+");
                    changes = true;
                } else {
                    changes |= part(&value, &mut path, &mut pattern);
                }
                rest = after;
            }
            changes |= part(&json!(rest), &mut path, &mut pattern);
        }
        if changes {
            notes.rule("path", json!({"match": "regex", "regex": format!("^{pattern}$")}));
        }
        path
    }

    /// A value that the schema of a parameter of the path allows, where the snapshot does not show one.
    fn fitting(&self, name: &str, value: &Value) -> Option<Value> {
        Placeholder::parse(value.as_str()?)?;
        let parameters = self.operation.iter().flat_map(|operation| &operation.parameters);
        let mut schemas =
            parameters.filter(|it| it.place == ParameterPlace::Path && it.name == name).filter_map(|it| {
                match &it.format {
                    ParameterFormat::Style { schema, .. } => schema.as_ref(),
                    ParameterFormat::Content(_) => None,
                }
            });
        self.contract.schemas.generate(schemas.next()?, Direction::Request, Sampling::Plain).ok()
    }

    /// Puts credentials where their scheme has them: a word, which stands for what the provider's state brings.
    fn credentials(
        &self,
        scheme: &str,
        pairs: &mut Map<String, Value>,
        query: &mut Notes,
        headers: &mut Map<String, Value>,
        fields: &mut Notes,
        cookies: &mut Vec<String>,
    ) {
        let Some(described) = self.contract.api.schemes.get(scheme) else { return };
        let name = word(scheme);
        let expression = |before: &str| json!({"type": "ProviderState", "expression": format!("{before}${{{name}}}"), "dataType": "STRING"});
        let mut header = |field: &str, before: &str, example: &str| {
            headers.insert(field.to_owned(), json!([format!("{before}{example}")]));
            fields.rule(field, json!({"match": "regex", "regex": format!("^{}.+$", regex::escape(before))}));
            fields.generator(field, expression(before));
        };
        match &described.kind {
            SchemeKind::ApiKey { place: ParameterPlace::Header, name: field } => header(field, "", &name),
            SchemeKind::ApiKey { place: ParameterPlace::Cookie, name: cookie } => {
                cookies.push(format!("{cookie}={name}"));
            }
            SchemeKind::ApiKey { name: key, .. } => {
                pairs.insert(key.clone(), json!([name]));
                query.rule(key, json!({"match": "type"}));
                query.generator(key, expression(""));
            }
            // `user:password`, which is nobody's.
            SchemeKind::Basic => header("Authorization", "Basic ", "dXNlcjpwYXNzd29yZA=="),
            SchemeKind::Http { scheme: word } => header("Authorization", &format!("{word} "), &name),
            SchemeKind::Bearer { .. } | SchemeKind::OAuth2 { .. } | SchemeKind::OpenIdConnect { .. } => {
                header("Authorization", "Bearer ", &name);
            }
            SchemeKind::MutualTls => (),
        }
    }

    fn request_body(&self, request: &mut Map<String, Value>, headers: &mut Map<String, Value>) {
        let Some(body) = &self.exchange.body else { return };
        let media_type = self.exchange.media_type.as_deref().unwrap_or("application/json");
        let mut notes = Notes::default();
        let example = notes.body(body);
        let content = if is_json(media_type) {
            notes.put("body", request);
            example
        } else if media_type.starts_with("application/x-www-form-urlencoded") {
            json!(form(&example))
        } else {
            json!(example.as_str().map_or_else(|| example.to_string(), str::to_owned))
        };
        headers.insert("Content-Type".to_owned(), json!([media_type]));
        request.insert("body".to_owned(), json!({"contentType": media_type, "encoded": false, "content": content}));
    }

    fn response(&self) -> Map<String, Value> {
        let status = self.exchange.answer.status;
        let mut response = Map::new();
        response.insert("status".to_owned(), json!(status));
        let described = self.operation.and_then(|operation| described(operation, status));
        let Some(media) = described.and_then(|described| described.content.first()) else { return response };
        // Without a schema nothing is promised of the body, not even that there is one.
        let Some(schema) = media.schema.as_ref().filter(|_| !media.range.contains('*')) else { return response };
        let essence = media.range.split(';').next().unwrap_or_default().trim();
        response.insert("headers".to_owned(), json!({"Content-Type": [essence]}));
        let mut fields = Notes::default();
        fields.rule("Content-Type", json!({"match": "regex", "regex": format!("^{}(;.*)?$", regex::escape(essence))}));
        fields.put("header", &mut response);
        let least = self.contract.schemas.generate(schema, Direction::Response, Sampling::Least);
        if let Some(least) = least.ok().filter(|_| is_json(essence)) {
            response.insert("body".to_owned(), json!({"contentType": essence, "encoded": false, "content": least}));
            let mut body = Notes::default();
            // The rule holds for all that is below it.
            body.rule("$", json!({"match": "type"}));
            body.put("body", &mut response);
        }
        response
    }
}

/// The described answer for a status.
fn described(operation: &Operation, status: u16) -> Option<&Response> {
    operation.responses.iter().filter(|response| response.status.covers(status)).min_by_key(|it| match it.status {
        StatusRange::Exact(_) => 0,
        StatusRange::Hundred(_) => 1,
        StatusRange::Default => 2,
    })
}

fn is_json(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || essence.ends_with("+json")
}

/// `before{name}after`
fn braced(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('{')?;
    let (name, after) = rest.split_once('}')?;
    Some((before, name, after))
}

/// Adds a part of a path, as example and as pattern. True if it changes from run to run.
fn part(value: &Value, path: &mut String, pattern: &mut String) -> bool {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let mut notes = Notes::default();
    let example = notes.take("", &text);
    let example = example.as_str().map_or_else(|| example.to_string(), str::to_owned);
    let example = percent_encoding::utf8_percent_encode(&example, PATH).to_string();
    path.push_str(&example);
    let changes = Placeholder::parse(&text).is_some();
    pattern.push_str(&if changes { "[^/]+".to_owned() } else { regex::escape(&example) });
    changes
}

/// The values of a parameter as texts; of several, each is one.
fn texts(value: &Value, key: &str, notes: &mut Notes) -> Vec<String> {
    let text = |value: Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match value {
        Value::Array(items) => items.iter().flat_map(|item| texts(item, key, notes)).collect(),
        Value::String(sent) => vec![text(notes.take(key, sent))],
        other => vec![text(other.clone())],
    }
}

/// The members of an object as a form.
fn form(value: &Value) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    for (name, value) in value.as_object().into_iter().flatten() {
        for text in texts(value, name, &mut Notes::default()) {
            form.append_pair(name, &text);
        }
    }
    form.finish()
}
