//! Makes a value for a schema.

/// How values are chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sampling {
    /// The plainest value: examples and defaults first, required properties and those that are cheap, always the same.
    Plain,
    /// Varied values from a seed: the same seed gives the same value.
    Seeded(u64),
}

/// Why no value was made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Impossible {
    /// The schema contradicts itself, or asks for more than the generator can solve.
    #[error("no value was found that satisfies the schema at `{at}`: {why}")]
    Unsolved {
        /// JSON Pointer of the schema that stopped it.
        at: String,
        /// What stopped it.
        why: String,
    },
    /// The value would be larger than [`crate::limit::GENERATED_ITEMS_MAX`] or [`crate::limit::GENERATED_NODES_MAX`].
    #[error("the schema at `{at}` asks for a value that is too large")]
    TooLarge {
        /// JSON Pointer of the schema that stopped it.
        at: String,
    },
}

pub(super) fn make(
    _: &super::Schemas,
    _: &crate::openapi::SchemaRef,
    _: super::Direction,
    _: Option<u64>,
) -> Result<serde_json::Value, Impossible> {
    todo!()
}
