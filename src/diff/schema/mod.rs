//! Schemas of two versions: what was allowed, and what is now.
//!
//! ```text
//! SchemaRef ─▶ View: one object, references followed, dialects alike ─▶ Facts (what it says) + subschemas
//! two Views ─▶ Kids: subschemas side by side ─▶ Graph: which pairs differ at all
//! walk: from a subject's schemas down to all that differs ─▶ rules at each place ─▶ Changes
//! ```
//!
//! Meaning is compared, not text: a reference is what it leads to, `nullable` is a type `null`, a boolean
//! `exclusiveMinimum` is a number, an `enum` of one value is a `const`, the bytes of a file are the same in all dialects.

mod branches;
mod facts;
mod form;
mod graph;
mod kids;
mod rules;
mod site;
mod subject;
mod types;
mod view;
mod walk;

#[cfg(test)]
mod tests;

pub(super) use graph::Graph;
pub(super) use subject::Subject;

use super::{differ::Differ, matching::Pair};
use crate::openapi::{MediaType, SchemaRef};

/// Compares the schemas of one media type of a body: of the whole, of the items of a sequence, or of a 2.0 form's fields.
pub(super) fn compare_content(
    differ: &mut Differ<'_>,
    pair: &Pair<'_>,
    subject: &Subject,
    base: &MediaType,
    revision: &MediaType,
) {
    if base.form_fields.is_empty() && revision.form_fields.is_empty() {
        form::existence(differ, pair, subject, base, revision);
        compare(differ, pair, subject, base.schema.as_ref(), revision.schema.as_ref());
    } else {
        let looked = form::looked(differ, base, revision);
        walk::looked(differ, pair, subject, looked);
    }
    if let (Some(old), Some(new)) = (&base.item_schema, &revision.item_schema) {
        walk::items(differ, pair, subject, old, new);
    }
}

/// Compares two schemas of the same thing.
pub(super) fn compare(
    differ: &mut Differ<'_>,
    pair: &Pair<'_>,
    subject: &Subject,
    base: Option<&SchemaRef>,
    revision: Option<&SchemaRef>,
) {
    if let (Some(old), Some(new)) = (base, revision) {
        walk::schemas(differ, pair, subject, old, new);
    }
}
