//! Which properties must be there.

use super::values::in_header;
use crate::{
    diff::{
        look::View,
        schema::{site::Site, subject::Subject},
    },
    openapi::ParameterPlace,
};

pub(super) fn compare(site: &mut Site<'_, '_>) {
    let (old, new) = (&site.base.facts.required, &site.revision.facts.required);
    if old == new {
        return;
    }
    let (added, gone): (Vec<String>, Vec<String>) =
        (new.difference(old).cloned().collect(), old.difference(new).cloned().collect());
    let (was, is) = (&site.wholes.base, &site.wholes.revision);
    for name in added {
        // another schema of the same value asked for it before
        if was.requires(&name) {
            continue;
        }
        let property = match (was.property(&name), is.property(&name)) {
            (Some(_), Some(property)) => View::of(site.differ.revision, property, &[]),
            (None, None) => View::empty(site.differ.revision, site.revision.at.clone()),
            // a property that is new or gone is said as such
            _ => continue,
        };
        became_required(site, &name, &property);
    }
    for name in gone {
        if is.requires(&name) {
            continue;
        }
        let property = match (was.property(&name), is.property(&name)) {
            (Some(property), Some(_)) => View::of(site.differ.base, property, &[]),
            (None, None) => View::empty(site.differ.base, site.base.at.clone()),
            _ => continue,
        };
        became_optional(site, &name, &property);
    }
}

fn became_required(site: &mut Site<'_, '_>, name: &str, property: &View<'_>) {
    let places = site.property_places(name);
    let is_header = matches!(site.subject, Subject::Parameter { place: ParameterPlace::Header, .. });
    if !site.is_request() {
        let id = if property.facts.is_write_only {
            "response-write-only-property-became-required"
        } else {
            "response-property-became-required"
        };
        site.say_of_property(id, name, places, "it is always there now");
    } else if property.facts.is_read_only {
        // it is never sent
    } else if is_header || in_header(site) {
        site.say_of_property("request-header-property-became-required", name, places, "it must be sent now");
    } else if !matches!(site.subject, Subject::Parameter { .. }) {
        match &property.facts.default {
            None => site.say_of_property("request-property-became-required", name, places, "it must be sent now"),
            Some(default) => {
                let text = format!("it is required now, and `{default}` is meant where it is missing");
                site.say_of_property("request-property-became-required-with-default", name, places, &text);
            }
        }
    }
}

fn became_optional(site: &mut Site<'_, '_>, name: &str, property: &View<'_>) {
    let places = site.property_places(name);
    if site.is_request() {
        if !property.facts.is_read_only && !matches!(site.subject, Subject::Parameter { .. }) {
            site.say_of_property("request-property-became-optional", name, places, "it may be left out now");
        }
        return;
    }
    let id = if property.facts.is_write_only {
        "response-write-only-property-became-optional"
    } else {
        "response-property-became-optional"
    };
    site.say_of_property(id, name, places, "it may be missing now");
}
