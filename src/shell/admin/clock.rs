//! The clock of a session.

use http::Method;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    asked::{Answered, Asked, json},
    operation::Operation,
    text,
};
use crate::session::{Clock, Command};

/// The operations of this file.
pub(super) fn operations() -> Vec<Operation> {
    let shown = "The clock after that.";
    vec![
        Operation::new(Method::GET, "/sessions/{session}/clock", "getClock", "The clock of a session", get)
            .answers::<ClockView>("The clock.")
            .refuses(404, "There is no such session."),
        Operation::new(Method::PUT, "/sessions/{session}/clock", "setClock", "Set the clock of a session", set)
            .body::<SetClock>()
            .answers::<ClockView>(shown),
        Operation::new(Method::POST, "/sessions/{session}/clock/advance", "advanceClock", "Move the clock on", advance)
            .body::<AdvanceClock>()
            .answers::<ClockView>(shown),
        Operation::new(
            Method::POST,
            "/sessions/{session}/clock/freeze",
            "freezeClock",
            "Let the clock stand still",
            freeze,
        )
        .answers::<ClockView>(shown),
        Operation::new(Method::POST, "/sessions/{session}/clock/resume", "resumeClock", "Let the clock go on", resume)
            .answers::<ClockView>(shown),
    ]
}

/// A clock.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct ClockView {
    /// What it shows.
    #[schemars(extend("format" = "date-time"))]
    now: String,
    /// How far it is ahead of real time; behind, if negative.
    offset: String,
    /// True if it stands still.
    frozen: bool,
}

impl ClockView {
    pub(super) fn of(clock: Clock, real_ms: u64) -> Self {
        Self {
            now: text::time(clock.at(real_ms)),
            offset: text::signed(clock.offset_ms(real_ms)),
            frozen: clock.is_frozen(),
        }
    }
}

/// What a clock is to show.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SetClock {
    /// A time since 1970, such as `2026-11-25T22:00:00Z`.
    #[schemars(extend("format" = "date-time"), regex(pattern = text::TIME))]
    to: String,
}

/// How far a clock is to be moved.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct AdvanceClock {
    /// A duration, such as `5m` or `1h30m`; negative to move it back.
    #[schemars(regex(pattern = text::SIGNED_DURATION))]
    by: String,
}

async fn get(asked: Asked) -> Answered {
    let clock = asked.session()?.look(|state| state.clock);
    Ok(json(&ClockView::of(clock, asked.now_ms)))
}

async fn set(asked: Asked) -> Answered {
    let body: SetClock = asked.body()?;
    moved(&asked, &Command::SetClock { to_ms: text::time_ms(&body.to)? })
}

async fn advance(asked: Asked) -> Answered {
    let body: AdvanceClock = asked.body()?;
    moved(&asked, &Command::Advance { by_ms: text::signed_ms(&body.by)? })
}

async fn freeze(asked: Asked) -> Answered {
    moved(&asked, &Command::Freeze)
}

async fn resume(asked: Asked) -> Answered {
    moved(&asked, &Command::Resume)
}

/// Does what a command says and shows the clock.
fn moved(asked: &Asked, command: &Command) -> Answered {
    let session = asked.session_made()?;
    asked.command(&session, command);
    let clock = session.look(|state| state.clock);
    Ok(json(&ClockView::of(clock, asked.now_ms)))
}
