//! `mimeo schema`: the JSON Schema of a file that people write.

use super::{Ending, args::SchemaKind, config, screen::Screen};
use crate::scenario;

#[expect(clippy::unnecessary_wraps, reason = "as every other command")]
pub(super) fn run(kind: SchemaKind, screen: Screen) -> anyhow::Result<Ending> {
    let schema = match kind {
        SchemaKind::Scenario => scenario::json_schema(),
        SchemaKind::Config => config::json_schema(),
    };
    screen.out(&format!("{schema:#}\n"));
    Ok(Ending::Done)
}
