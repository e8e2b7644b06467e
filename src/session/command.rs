//! What whoever drives a session can ask of it, and the changes that it takes.

use std::sync::Arc;

use super::{Change, Ending, Kind, Progress, State};

/// Something that is asked of a session.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Move the clock on; back, if negative. In milliseconds.
    Advance {
        /// By how much.
        by_ms: i64,
    },
    /// Let the clock show this now, in milliseconds since the Unix epoch.
    SetClock {
        /// What it shows.
        to_ms: u64,
    },
    /// Let the clock stand still.
    Freeze,
    /// Let the clock go on.
    Resume,
    /// End tokens before their time.
    EndTokens {
        /// Which ones.
        which: Which,
        /// Why.
        ending: Ending,
    },
    /// Switch a scenario on, in its first state or in another one.
    StartScenario {
        /// Which one.
        scenario: Arc<str>,
        /// The state.
        state: Option<Arc<str>>,
    },
    /// Switch the scenario off.
    StopScenario,
}

/// Which tokens are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// All.
    All,
    /// Those of a kind, in one API or in all.
    Kind {
        /// The API's id.
        api: Option<String>,
        /// The kind's name.
        name: String,
    },
    /// One, by what is sent.
    Value(String),
}

impl Which {
    /// True if a token of that kind and value is meant.
    fn fits(&self, kind: &Kind, value: &str) -> bool {
        match self {
            Self::All => true,
            Self::Kind { api, name } => *kind.name == **name && api.as_ref().is_none_or(|api| *kind.api == **api),
            Self::Value(wanted) => value == wanted,
        }
    }
}

impl Command {
    /// The changes that it takes, at a point in real time in milliseconds since the Unix epoch.
    ///
    /// Tokens that are over already stay as they are; none is ended twice.
    pub fn changes(&self, state: &State, real_ms: u64) -> Vec<Change> {
        let clock = state.clock;
        match self {
            Self::Advance { by_ms } => vec![Change::Clock(clock.advanced(*by_ms))],
            Self::SetClock { to_ms } => vec![Change::Clock(clock.set(*to_ms, real_ms))],
            Self::Freeze => vec![Change::Clock(clock.frozen(real_ms))],
            Self::Resume => vec![Change::Clock(clock.released(real_ms))],
            Self::EndTokens { which, ending } => {
                let now_ms = clock.at(real_ms);
                let meant = state.tokens.iter().filter(|token| which.fits(&token.kind, &token.value));
                let living = meant.filter(|token| token.is_live(now_ms));
                living.map(|token| Change::TokenEnded { value: Arc::clone(&token.value), ending: *ending }).collect()
            }
            Self::StartScenario { scenario, state: to } => {
                let mut progress = Progress::start(scenario, clock.at(real_ms));
                if let Some(to) = to {
                    progress.state = Arc::clone(to);
                }
                vec![Change::ScenarioStarted(Box::new(progress))]
            }
            Self::StopScenario => vec![Change::ScenarioStopped],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::{Clock, Holder, SessionId, Token};

    fn token(name: &str, value: &str, expires_ms: Option<u64>) -> Change {
        Change::TokenIssued(Arc::new(Token {
            value: value.into(),
            kind: Kind { api: "shop".into(), name: name.into() },
            issued_ms: 0,
            expires_ms,
            holder: Arc::new(Holder::default()),
            ended: None,
        }))
    }

    fn state() -> State {
        let mut state = State::of(SessionId::DEFAULT);
        state.apply_all(&[token("access", "a1", Some(500)), token("access", "a2", None), token("refresh", "r", None)]);
        state
    }

    #[track_caller]
    fn ends(which: Which, expected: &[&str]) {
        let mut state = state();
        let command = Command::EndTokens { which, ending: Ending::Revoked };
        let changes = command.changes(&state, 1_000);
        let ended: Vec<&str> = changes
            .iter()
            .map(|change| match change {
                Change::TokenEnded { value, ending: Ending::Revoked } => &**value,
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(ended, expected);
        state.apply_all(&changes);
        assert_eq!(command.changes(&state, 1_000), [], "a token ends once");
    }

    #[test]
    fn living_tokens_end() {
        ends(Which::All, &["a2", "r"]);
        ends(Which::Kind { api: None, name: "access".to_owned() }, &["a2"]);
        ends(Which::Kind { api: Some("shop".to_owned()), name: "refresh".to_owned() }, &["r"]);
        ends(Which::Kind { api: Some("bank".to_owned()), name: "refresh".to_owned() }, &[]);
        ends(Which::Value("r".to_owned()), &["r"]);
        ends(Which::Value("a1".to_owned()), &[]);
    }

    #[test]
    fn the_clock_is_moved() {
        let mut state = state();
        let mut at = |command: Command, real_ms: u64| {
            state.apply_all(&command.changes(&state, real_ms));
            state.clock.at(real_ms)
        };
        assert_eq!(at(Command::Advance { by_ms: 500 }, 1_000), 1_500);
        assert_eq!(at(Command::Freeze, 2_000), 2_500);
        assert_eq!(at(Command::SetClock { to_ms: 10 }, 9_000), 10);
        assert_eq!(at(Command::Resume, 9_500), 10);
        assert_eq!(at(Command::SetClock { to_ms: 10_000 }, 10_000), 10_000);
        assert_eq!(state.clock, Clock::default());
    }

    #[test]
    fn a_scenario_is_switched() {
        let mut state = state();
        let start = Command::StartScenario { scenario: "flaky".into(), state: Some("late".into()) };
        state.apply_all(&start.changes(&state, 7));
        let progress = state.scenario.clone().unwrap();
        assert_eq!((&*progress.scenario, &*progress.state, progress.started_ms), ("flaky", "late", 7));
        state.apply_all(&Command::StopScenario.changes(&state, 8));
        assert_eq!(state.scenario, None);
    }
}
