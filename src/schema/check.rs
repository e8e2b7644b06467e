//! Finds what is wrong with schemas as written.
pub(super) fn check(_: &super::Schemas, _: &crate::openapi::SchemaRef) -> Vec<crate::finding::Finding> {
    todo!()
}
