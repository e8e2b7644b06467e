//! The walk over two versions.

use super::{
    body,
    change::{Change, Touch},
    differ::{Differ, Places},
    matching, parameter, response,
    version::Version,
};

/// How to compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Now, in milliseconds since the Unix epoch: what a sunset date is compared with.
    pub now_ms: u64,
    /// How many days before its sunset something must be deprecated that is stable.
    pub deprecation_days_stable: u32,
    /// The same for what is beta.
    pub deprecation_days_beta: u32,
}

/// Every difference between two versions that is one of the [`super::catalogue`]'s kinds, in the order of the old version
/// first.
pub fn compare(base: Version<'_>, revision: Version<'_>, settings: &Settings) -> Vec<Change> {
    let mut differ = Differ::new(base, revision, settings);
    for are_webhooks in [false, true] {
        let matched = matching::operations(base, revision, are_webhooks);
        for operation in matched.gone {
            let text = "the operation was removed and was not deprecated".to_owned();
            let places = Places::base(&operation.at);
            differ.say_of(operation, "api-removed-without-deprecation", text, places, Touch::Operation);
        }
        for pair in &matched.both {
            parameter::compare(&mut differ, pair);
            body::compare(&mut differ, pair);
            response::compare(&mut differ, pair);
        }
        for operation in matched.added {
            let text = "the operation was added".to_owned();
            differ.say_of(operation, "endpoint-added", text, Places::revision(&operation.at), Touch::Operation);
        }
    }
    differ.changes
}
