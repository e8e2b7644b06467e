//! What both versions of a schema say, side by side, and which pairs of schemas differ at all. What is to be said of it is
//! not known here.
//!
//! ```text
//! SchemaRef ─▶ View: one object, references followed, dialects alike ─▶ Facts (what it says) + subschemas
//! two Views ─▶ Kids: subschemas side by side ─▶ Graph: which pairs differ at all
//! ```
//!
//! Meaning is compared, not text: a reference is what it leads to, `nullable` is a type `null`, a boolean
//! `exclusiveMinimum` is a number, an `enum` of one value is a `const`, the bytes of a file are the same in all dialects.

mod branches;
mod facts;
mod graph;
mod kids;
mod reading;
pub(super) mod types;
mod view;
mod whole;

pub(super) use facts::{Bound, COUNTS, Discriminator, Facts};
pub(super) use graph::{Graph, Looked, Node};
pub(super) use kids::{Edge, Kids, OneSided};
pub(super) use view::View;
pub(super) use whole::Wholes;
