//! A tree of any version into the model.

use std::sync::Arc;

use super::{documents::Documents, model::Api};
use crate::finding::Finding;

/// Lowers the entry document.
pub(super) fn lower(_documents: &Arc<Documents>, _id: &str) -> (Option<Api>, Vec<Finding>) {
    (None, Vec::new())
}
