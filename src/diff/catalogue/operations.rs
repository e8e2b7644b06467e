//! Changes of everything that is no schema.

use super::{Check, error, info};

/// Changes of everything that is no schema.
pub(super) const CHECKS: &[Check] = &[
    info("endpoint-added", "An operation was added."),
    error("api-removed-without-deprecation", "An operation was removed that was not deprecated."),
];
