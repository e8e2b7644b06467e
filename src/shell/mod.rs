//! The world: files, sockets, the clock. Everything asynchronous is here.
#![expect(clippy::disallowed_methods, reason = "the one place that reads files and the clock, and starts tasks")]

mod admin;
mod alarm;
mod bodies;
mod child;
mod description;
mod descriptors;
mod effects;
mod fate;
mod files;
mod head;
mod intake;
mod keep;
mod ledger;
mod listen;
mod log;
mod metrics;
mod patience;
mod relay;
mod reload;
mod scenarios;
mod serve;
mod sessions;
mod signal;
mod snapshots;
mod upstream;
mod watch;
mod witness;

pub use admin::{AdminSettings, AdminToken, BadToken};
pub use child::{ChildEnd, ChildSettings, StartError};
pub use description::{Described, Description, ReadError, describe};
pub use descriptors::raise_descriptor_limit;
pub use files::{Disk, Found, find, find_upward, read_bytes, read_text};
pub use keep::{WriteError, holds_other, remove, write_new, write_whole};
pub use ledger::{JournalError, JournalSettings, JournalStep, read_journal};
pub use listen::{BindError, Listener};
pub use log::{LogFormat, start_log};
pub use relay::ProxySettings;
pub use scenarios::{Repertoire, ScenarioFile, rehearse, take_scenarios};
pub use serve::{Server, ServerSettings, now_ms};
pub use signal::{stopped, survive_file_limit};
pub use snapshots::{find_snapshots, is_snapshot, is_snapshot_text};
pub use upstream::{Upstream, UpstreamLimits, UpstreamUrl, UpstreamUrlError};
pub use watch::{WatchError, Watcher};
pub use witness::{Seen, Witness};
