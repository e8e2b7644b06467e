//! From text to a typed description: Swagger 2.0, OpenAPI 3.0, 3.1 and 3.2 become one [`Api`].
//!
//! ```text
//! Sources ─crawl─▶ Documents ─overlay─▶ Documents ─lower─▶ Api
//! ```
//!
//! Nothing here opens a file: text comes from [`Sources`]. Nothing after this module asks which version it was.
//! A broken part is a finding and is left out; only a document that is no description at all yields no [`Api`].

mod crawl;
mod document;
mod documents;
mod expression;
mod flaw;
mod json;
mod jsonpath;
mod kind;
mod lines;
mod load;
mod lower;
mod marks;
mod model;
mod nearest;
mod overlay;
mod read;
mod reference;
mod sources;
mod uri;
mod walk;
mod yaml;

pub use document::{Document, Format};
pub use documents::{DocId, Documents, Location, push_token, unescape_token};
pub use expression::{Expression, Source};
pub use load::{Loaded, load};
pub use model::*;
pub use nearest::closest;
pub use read::{FileRead, read_file, read_yaml};
pub use reference::RefError;
pub use sources::{MemorySources, SourceError, Sources};
