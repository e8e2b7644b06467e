//! Media types whose schema one version does not have: forms of 2.0, and schemas that came or went.

use super::subject::Subject;
use crate::{
    diff::{
        differ::{Differ, Places},
        look::{Edge, Kids, Looked, View},
        matching::Pair,
        version::Version,
    },
    openapi::{MediaType, ParameterFormat, SchemaRef},
    schema::Direction,
};

/// The fields of a form on both sides, as the properties of an object.
pub(super) fn looked<'a>(differ: &Differ<'a>, base: &MediaType, revision: &MediaType) -> Looked<'a> {
    let (was, old) = object(differ.base, base);
    let (is, new) = object(differ.revision, revision);
    let mut kids = Kids::default();
    for (name, schema) in &old {
        match new.iter().find(|(other, _)| other == name) {
            Some((_, partner)) => {
                kids.both.push((Edge::Property(name.clone()), schema.clone(), partner.clone()));
            }
            None => kids.properties_gone.push((name.clone(), schema.clone())),
        }
    }
    let is_new = |name: &String| !old.iter().any(|(other, _)| other == name);
    kids.properties_added = new.iter().filter(|(name, _)| is_new(name)).cloned().collect();
    Looked { base: was, revision: is, kids }
}

/// What the whole form says, and its fields with their schemas.
fn object<'a>(version: Version<'a>, media: &MediaType) -> (View<'a>, Vec<(String, SchemaRef)>) {
    if media.form_fields.is_empty() {
        let Some(schema) = &media.schema else { return (View::empty(version, media.at.clone()), Vec::new()) };
        let view = View::of(version, schema, &[]);
        let fields = view.schemas("properties").into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect();
        return (view, fields);
    }
    let mut view = View::empty(version, media.at.clone());
    let fields = &media.form_fields;
    view.facts.types = crate::schema::Types::OBJECT;
    view.facts.required = fields.iter().filter(|field| field.required).map(|field| field.name.clone()).collect();
    let schema = |format: &ParameterFormat| match format {
        ParameterFormat::Style { schema, .. } => schema.clone(),
        ParameterFormat::Content(media) => media.schema.clone(),
    };
    (view, fields.iter().filter_map(|field| Some((field.name.clone(), schema(&field.format)?))).collect())
}

/// Says that a media type has a schema now, or has none any more.
pub(super) fn existence(
    differ: &mut Differ<'_>,
    pair: &Pair<'_>,
    subject: &Subject,
    base: &MediaType,
    revision: &MediaType,
) {
    let (version, schema, is_added) = match (&base.schema, &revision.schema) {
        (None, Some(new)) => (differ.revision, new, true),
        (Some(old), None) => (differ.base, old, false),
        _ => return,
    };
    let view = View::of(version, schema, &[]);
    // 3.1 has no schema for the bytes of a file
    if view.is_anything() || view.facts.is_file() {
        return;
    }
    let is_request = (subject.direction() == Direction::Request) != pair.is_webhook;
    let way = if is_request { "request" } else { "response" };
    let (event, text) =
        if is_added { ("added", "it has a schema now") } else { ("removed", "it has no schema any more") };
    let places = Places { base: Some(base.at.clone()), revision: Some(revision.at.clone()) };
    let text = format!("{}: {text}", subject.call(""));
    let id = format!("{way}-body-media-type-schema-{event}");
    differ.say(pair, &id, text, places, subject.touch(Vec::new()));
}
