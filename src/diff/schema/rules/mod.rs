//! The rules, each about one thing that a schema says.

mod bounds;
mod composition;
mod condition;
mod content;
mod kind;
mod pattern;
mod properties;
mod required;
mod structure;
mod values;
mod visibility;

use super::site::Site;

/// Says all that is different in one schema, apart from its subschemas.
pub(super) fn apply(site: &mut Site<'_, '_>) {
    kind::compare(site);
    values::compare(site);
    bounds::compare(site);
    pattern::compare(site);
    content::compare(site);
    required::compare(site);
    visibility::compare(site);
    properties::compare(site);
    composition::compare(site);
    condition::compare(site);
    structure::compare(site);
}
