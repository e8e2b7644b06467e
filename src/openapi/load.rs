//! Reads a description, applies overlays, and lowers it into the model.

use std::sync::Arc;

use super::{documents::Documents, model::Api, sources::Sources};
use crate::finding::Finding;

/// What came of reading a description.
#[derive(Debug)]
pub struct Loaded {
    /// The model; `None` if the entry document is no description.
    pub api: Option<Api>,
    /// The files that were read, also when there is no model: findings quote their text.
    pub documents: Arc<Documents>,
    /// Everything that is wrong, in reading order, at most [`crate::limit::FINDINGS_MAX`].
    pub findings: Vec<Finding>,
    /// Paths of all files that were read or looked for, below the root of the sources: what a reload watches.
    pub paths: Vec<String>,
}

/// Reads the description whose entry file is `entry` (a path below the root of `sources`, said to the user as
/// `name`), and applies the overlays at the given paths in order.
pub fn load(sources: &dyn Sources, entry: &str, name: &str, overlays: &[String]) -> Loaded {
    todo!("{} {entry} {name} {overlays:?}", std::mem::size_of_val(sources))
}
