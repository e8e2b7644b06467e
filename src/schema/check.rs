//! Finds what is wrong with schemas as written.

/// x
pub(super) fn check(_: &super::Schemas, _: &crate::openapi::SchemaRef) -> Vec<crate::finding::Finding> {
    Vec::new()
}
