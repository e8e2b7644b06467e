//! Parameters of requests.

use super::{differ::Differ, matching::Pair, schema};
use crate::openapi::{Parameter, ParameterFormat, ParameterPlace, SchemaRef};

/// Compares the parameters of an operation.
pub(super) fn compare(differ: &mut Differ<'_>, pair: &Pair<'_>) {
    for base in &pair.base.parameters {
        let partner = pair.revision.parameters.iter().find(|revision| is_same(pair, base, revision));
        if let Some(revision) = partner {
            let subject = schema::Subject::Parameter { place: base.place, name: base.name.clone() };
            schema::compare(differ, pair, &subject, schema_of(base), schema_of(revision));
        }
    }
}

/// True if a parameter of the old version is that one of the new version.
fn is_same(pair: &Pair<'_>, base: &Parameter, revision: &Parameter) -> bool {
    base.place == revision.place
        && match base.place {
            ParameterPlace::Path => pair.renamed(&base.name) == revision.name,
            ParameterPlace::Header => base.name.eq_ignore_ascii_case(&revision.name),
            _ => base.name == revision.name,
        }
}

/// The schema of a parameter's value, or of its content.
pub(super) fn schema_of(parameter: &Parameter) -> Option<&SchemaRef> {
    match &parameter.format {
        ParameterFormat::Style { schema, .. } => schema.as_ref(),
        ParameterFormat::Content(media) => media.schema.as_ref(),
    }
}
