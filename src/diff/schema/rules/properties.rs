//! Properties that came or went.

use crate::{
    diff::{
        differ::Places,
        look::View,
        schema::{site::Site, subject::Subject},
    },
    openapi::{ParameterPlace, SchemaRef},
};

pub(super) fn compare(site: &mut Site<'_, '_>) {
    for (name, schema) in &site.kids.properties_gone {
        gone(site, name, schema);
    }
    for (name, schema) in &site.kids.properties_added {
        added(site, name, schema);
    }
}

fn gone(site: &mut Site<'_, '_>, name: &str, schema: &SchemaRef) {
    let property = View::of(site.differ.base, schema, &[]);
    let places = Places { base: Some(schema.at.clone()), revision: Some(site.revision.at.clone()) };
    let is_body = !matches!(site.subject, Subject::Parameter { .. } | Subject::ResponseHeader { .. });
    if !is_body || (site.is_request() && property.facts.is_read_only) {
        return;
    }
    if site.is_request() {
        site.say_of_property("request-property-removed", name, places, "it was removed");
        return;
    }
    let id = match (site.wholes.base.requires(name), property.facts.is_write_only) {
        (true, false) => "response-required-property-removed",
        (true, true) => "response-required-write-only-property-removed",
        (false, false) => "response-optional-property-removed",
        (false, true) => "response-optional-write-only-property-removed",
    };
    site.say_of_property(id, name, places, "it was removed");
}

fn added(site: &mut Site<'_, '_>, name: &str, schema: &SchemaRef) {
    let property = View::of(site.differ.revision, schema, &[]);
    let places = Places { base: Some(site.base.at.clone()), revision: Some(schema.at.clone()) };
    let is_required = site.wholes.revision.requires(name);
    let (id, text) = match site.subject {
        Subject::ResponseHeader { .. } => return,
        Subject::Parameter { place, .. } => {
            if *place != ParameterPlace::Header || !is_required || property.facts.is_read_only {
                return;
            }
            ("new-required-request-header-property", "it is new, and must be sent")
        }
        _ if !site.is_request() => {
            let id = match (is_required, property.facts.is_write_only) {
                (true, false) => "response-required-property-added",
                (true, true) => "response-required-write-only-property-added",
                (false, false) => "response-optional-property-added",
                (false, true) => "response-optional-write-only-property-added",
            };
            (id, "it is new")
        }
        _ if property.facts.is_read_only => return,
        _ => match (is_required, property.facts.default.is_some()) {
            (true, false) => ("new-required-request-property", "it is new, and must be sent"),
            (true, true) => (
                "new-required-request-property-with-default",
                "it is new, and its default is meant where it is missing",
            ),
            (false, _) => ("new-optional-request-property", "it is new, and may be left out"),
        },
    };
    site.say_of_property(id, name, places, text);
}
