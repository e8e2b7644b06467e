//! Answers.

use super::{differ::Differ, matching::Pair, parameter::schema_of, schema};

/// Compares the answers of an operation.
pub(super) fn compare(differ: &mut Differ<'_>, pair: &Pair<'_>) {
    for base in &pair.base.responses {
        let Some(revision) = pair.revision.responses.iter().find(|it| it.status == base.status) else { continue };
        for old in &base.content {
            if let Some(new) = revision.content.iter().find(|new| new.range == old.range) {
                let subject = schema::Subject::ResponseBody { status: base.status, media: old.range.clone() };
                schema::compare_content(differ, pair, &subject, old, new);
            }
        }
        for old in &base.headers {
            if let Some(new) = revision.headers.iter().find(|new| new.name.eq_ignore_ascii_case(&old.name)) {
                let subject = schema::Subject::ResponseHeader { status: base.status, name: old.name.clone() };
                schema::compare(differ, pair, &subject, schema_of(old), schema_of(new));
            }
        }
    }
}
