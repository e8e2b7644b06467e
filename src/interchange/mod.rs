//! Files that other tools read and write, as data: recordings (HAR) and contracts of a consumer (Pact).
//!
//! Nothing here opens a file. What is written holds no secrets; what is read is judged as if it had come over the wire.

pub mod har;
pub mod pact;
