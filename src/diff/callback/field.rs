//! Parameters of callbacks, and header fields of what a client answers to them.
//!
//! A callback's parameters are sent by the API: they are compared as header fields of an answer are. The header fields of a
//! reply are sent by the client: they are compared as parameters of a request are.

use serde_json::Value;

use super::{Call, contents, members};
use crate::{
    diff::{
        change::Touch,
        differ::{Differ, Places},
        matching::Pair,
        schema,
        version::{Version, member},
    },
    openapi::{Location, ParameterPlace, SchemaKind, SchemaRef},
};

/// Header fields that are not parameters (Parameter Object of `OpenAPI`), nor header fields of their own (Response Object).
const RESERVED: [&str; 3] = ["accept", "content-type", "authorization"];

/// A parameter or a header field as it is described.
struct Field {
    place: ParameterPlace,
    name: String,
    required: bool,
    at: Location,
    schema: Option<SchemaRef>,
}

impl Field {
    fn is(&self, other: &Self) -> bool {
        let is_header = self.place == ParameterPlace::Header && self.name.eq_ignore_ascii_case(&other.name);
        self.place == other.place && (is_header || self.name == other.name)
    }

    fn of(version: Version<'_>, at: Location, place: ParameterPlace, name: String) -> Self {
        let said = version.member(&at, "required").and_then(Value::as_bool).unwrap_or(false);
        let own = at.child("schema");
        let schema = if version.documents().get(&own).is_some() {
            Some(SchemaRef { at: own, kind: SchemaKind::Schema })
        } else {
            contents(version, &at).into_iter().find_map(|content| content.schema)
        };
        Self { place, name, required: said || place == ParameterPlace::Path, at, schema }
    }
}

/// Compares the parameters of a call.
pub(super) fn parameters(differ: &mut Differ<'_>, pair: &Pair<'_>, old: &Call, new: &Call) {
    let (before, after) = (sent(differ.base, old), sent(differ.revision, new));
    let words = |field: &Field, call: &Call| {
        format!("the {} parameter `{}` of {}", schema::place_name(field.place), field.name, call.words())
    };
    for field in &before {
        let Some(partner) = after.iter().find(|other| other.is(field)) else {
            let id = if field.required {
                "mimeo-callback-required-parameter-removed"
            } else {
                "mimeo-callback-optional-parameter-removed"
            };
            let text = format!("{} is not sent any more", words(field, old));
            differ.say(pair, id, text, Places::base(&field.at), Touch::Operation);
            continue;
        };
        if field.required && !partner.required {
            let text = format!("{} became optional, and was required", words(field, old));
            let places = both(differ, field, partner);
            differ.say(pair, "mimeo-callback-parameter-became-optional", text, places, Touch::Operation);
        }
        let (name, parameter) = (old.name.clone(), field.name.clone());
        let subject = schema::Subject::CallbackParameter { name, place: field.place, parameter };
        schema::compare(differ, pair, &subject, field.schema.as_ref(), partner.schema.as_ref());
    }
    for field in after.iter().filter(|field| !before.iter().any(|other| other.is(field))) {
        let text = format!("{} is sent, too", words(field, new));
        differ.say(pair, "mimeo-callback-parameter-added", text, Places::revision(&field.at), Touch::Operation);
    }
}

/// Compares the header fields of a reply: `words` says which, `status` is its status, and the places are its own.
pub(super) fn headers(
    differ: &mut Differ<'_>,
    pair: &Pair<'_>,
    (call, status, words): (&Call, &str, &str),
    (old, new): (&Location, &Location),
) {
    let (before, after) = (fields(differ.base, old), fields(differ.revision, new));
    for field in &before {
        let Some(partner) = after.iter().find(|other| other.is(field)) else {
            let text = format!("the header field `{}` of {words} was removed", field.name);
            let places = Places::base(&field.at);
            differ.say(pair, "mimeo-callback-reply-header-removed", text, places, Touch::Operation);
            continue;
        };
        if field.required != partner.required {
            let (id, now) = if partner.required {
                ("mimeo-callback-reply-header-became-required", "became required, and was optional")
            } else {
                ("mimeo-callback-reply-header-became-optional", "became optional, and was required")
            };
            let text = format!("the header field `{}` of {words} {now}", field.name);
            let places = both(differ, field, partner);
            differ.say(pair, id, text, places, Touch::Operation);
        }
        let (name, header) = (call.name.clone(), field.name.clone());
        let subject = schema::Subject::CallbackReplyHeader { name, status: status.to_owned(), header };
        schema::compare(differ, pair, &subject, field.schema.as_ref(), partner.schema.as_ref());
    }
    for field in after.iter().filter(|field| !before.iter().any(|other| other.is(field))) {
        let (id, how) = if field.required {
            ("mimeo-callback-reply-required-header-added", "is required")
        } else {
            ("mimeo-callback-reply-optional-header-added", "is optional")
        };
        let text = format!("the header field `{}` of {words} was added, and {how}", field.name);
        differ.say(pair, id, text, Places::revision(&field.at), Touch::Operation);
    }
}

fn both(differ: &Differ<'_>, old: &Field, new: &Field) -> Places {
    Places {
        base: Some(member(differ.base, &old.at, "required")),
        revision: Some(member(differ.revision, &new.at, "required")),
    }
}

/// The parameters of a call: its own, then those of its path item that it does not describe itself.
fn sent(version: Version<'_>, call: &Call) -> Vec<Field> {
    let item = call.at.parent().map(|(item, _)| item);
    let documents = version.documents();
    let mut found: Vec<Field> = Vec::new();
    for owner in [Some(call.at.clone()), item].into_iter().flatten() {
        let Some((list, value)) =
            documents.follow(&owner).and_then(|(at, _)| documents.follow(&at.child("parameters")))
        else {
            continue;
        };
        for index in 0..value.as_array().map_or(0, Vec::len) {
            let Some((at, value)) = documents.follow(&list.item(index)) else { continue };
            let place = match value.get("in").and_then(Value::as_str) {
                Some("path") => ParameterPlace::Path,
                Some("query") => ParameterPlace::Query,
                Some("header") => ParameterPlace::Header,
                Some("cookie") => ParameterPlace::Cookie,
                Some("querystring") => ParameterPlace::QueryString,
                _ => continue,
            };
            let Some(name) = value.get("name").and_then(Value::as_str).map(str::to_owned) else { continue };
            let is_reserved = place == ParameterPlace::Header && is_reserved(&name);
            let field = Field::of(version, at, place, name);
            if !is_reserved && !found.iter().any(|other| other.is(&field)) {
                found.push(field);
            }
        }
    }
    found
}

/// The header fields of an answer.
fn fields(version: Version<'_>, reply: &Location) -> Vec<Field> {
    let Some((reply, _)) = version.documents().follow(reply) else { return Vec::new() };
    let described = members(version, &reply.child("headers")).into_iter();
    let described = described.filter(|(name, _)| !name.eq_ignore_ascii_case("content-type"));
    let described = described.filter_map(|(name, at)| Some((name, version.documents().follow(&at)?.0)));
    described.map(|(name, at)| Field::of(version, at, ParameterPlace::Header, name)).collect()
}

fn is_reserved(name: &str) -> bool {
    RESERVED.iter().any(|reserved| name.eq_ignore_ascii_case(reserved))
}
