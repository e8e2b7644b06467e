//! Bodies of requests.

use super::{differ::Differ, matching::Pair, schema};

/// Compares the request bodies of an operation.
pub(super) fn compare(differ: &mut Differ<'_>, pair: &Pair<'_>) {
    let (Some(base), Some(revision)) = (&pair.base.body, &pair.revision.body) else { return };
    for old in &base.content {
        if let Some(new) = revision.content.iter().find(|new| new.range == old.range) {
            let subject = schema::Subject::RequestBody { media: old.range.clone() };
            schema::compare_content(differ, pair, &subject, old, new);
        }
    }
}
