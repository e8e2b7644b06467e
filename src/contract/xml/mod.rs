//! XML, by the `xml` objects of a schema, in both directions.

mod read;
mod tree;
mod write;

pub(super) use read::read;
pub(super) use write::write;

#[cfg(test)]
mod tests;
