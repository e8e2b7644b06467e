//! Changes of schemas.

use super::{Check, warning};

/// Changes of schemas.
pub(super) const CHECKS: &[Check] =
    &[warning("request-body-pattern-changed", "The pattern of a request body changed.")
        .but("Whether the new pattern allows all that the old one did was not found out.")];
