//! How to compare.

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
