//! HTTP archives, HAR 1.2: recordings of a browser or a proxy, and those that Mimeo makes of its own journal.
//!
//! ```text
//! Records ─write, stream─▶ Har, text      text ─read─▶ Recording ─judge─▶ Judged (Records with findings)
//! ```

mod judge;
mod model;
mod read;
mod stream;
mod url;
mod write;

pub use judge::{Judged, Skipped, Why, judge};
pub use model::{
    Cache, Content, Creator, Entry, Har, Log, NameValue, Note, Param, PostData, Request, Response, Timings,
};
pub use read::{Recorded, Recording, read};
pub use stream::Stream;
pub use url::{Base, BaseError};
pub use write::of_records;
