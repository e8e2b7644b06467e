//! Schemas of two versions: what is to be said of all that differs in them.
//!
//! ```text
//! walk: from a subject's schemas down to all that differs ─▶ rules at each place ─▶ Changes
//! ```

mod form;
mod rules;
mod site;
mod subject;
mod walk;

#[cfg(test)]
mod tests;

pub(super) use subject::{Subject, place_name};

use super::{differ::Differ, matching::Pair};
use crate::openapi::{MediaType, Parameter, ParameterFormat, SchemaRef};

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

/// The schema of a parameter's value, or of its content.
pub(super) fn schema_of(parameter: &Parameter) -> Option<&SchemaRef> {
    match &parameter.format {
        ParameterFormat::Style { schema, .. } => schema.as_ref(),
        ParameterFormat::Content(media) => media.schema.as_ref(),
    }
}
