//! Files that people write for Mimeo, such as scenarios: read, and held to the JSON Schema that is made from their type.
//!
//! What is wrong with one is said with its place and the key that was probably meant.

mod nearest;
mod read;
mod schema;

pub use nearest::nearest;
pub use read::{Form, Reading, Wording, in_order, quoted};
pub use schema::{OneOrMany, json_schema};
