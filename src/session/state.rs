//! The state of a session, and the changes that move it.

use std::sync::{Arc, LazyLock};

use super::{Clock, Ending, SessionId, Token, Tokens};

/// What a session remembers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// Whose state it is.
    pub session: SessionId,
    /// Its clock.
    pub clock: Clock,
    /// Its tokens.
    pub tokens: Tokens,
    /// The scenario that is switched on, and where it stands.
    pub scenario: Option<Progress>,
    /// How many logins there were: each makes a family of tokens.
    pub families: u64,
    /// How many answers were left to chance.
    pub drawn: u64,
}

/// Where a scenario stands. Times are virtual, in milliseconds since the Unix epoch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The scenario's name.
    pub scenario: Arc<str>,
    /// The state that it is in; [`Progress::STARTED`] at first.
    pub state: Arc<str>,
    /// When it was switched on.
    pub started_ms: u64,
    /// When its state was entered.
    pub entered_ms: u64,
    /// For each of its rules, how many requests fitted.
    pub calls: Vec<u64>,
}

impl Progress {
    /// The state in which every scenario begins.
    pub const STARTED: &'static str = "Started";

    /// A scenario that is switched on at a point in virtual time.
    pub fn start(scenario: &str, now_ms: u64) -> Self {
        Self {
            scenario: scenario.into(),
            state: Self::STARTED.into(),
            started_ms: now_ms,
            entered_ms: now_ms,
            calls: Vec::new(),
        }
    }
}

/// One step of a session's state. Times are virtual, in milliseconds since the Unix epoch.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// The clock is another one.
    Clock(Clock),
    /// Somebody logged in: the next tokens are of a new family.
    FamilyBegun,
    /// An answer was left to chance: the next one is another.
    ChanceDrawn,
    /// A token was issued.
    TokenIssued(Arc<Token>),
    /// A token ended before its time.
    TokenEnded {
        /// Which one.
        value: Arc<str>,
        /// Why.
        ending: Ending,
    },
    /// A scenario was switched on, or the one that is on began anew.
    ScenarioStarted(Box<Progress>),
    /// No scenario is on any more.
    ScenarioStopped,
    /// The scenario entered another state.
    ScenarioMoved {
        /// Which one.
        to: Arc<str>,
        /// When.
        at_ms: u64,
    },
    /// A request fitted a rule of the scenario.
    RuleFitted {
        /// The rule's number, from 0.
        rule: usize,
    },
    /// Everything is as it was at first.
    Reset,
}

/// See [`State::plain`].
static PLAIN: LazyLock<State> = LazyLock::new(State::default);

impl State {
    /// The state of a session in which nothing has happened yet.
    pub fn plain() -> &'static Self {
        &PLAIN
    }

    /// The state in which a session begins.
    pub fn of(session: SessionId) -> Self {
        Self { session, ..Self::default() }
    }

    /// Moves the state by several steps, in their order.
    pub fn apply_all(&mut self, changes: &[Change]) {
        for change in changes {
            self.apply(change);
        }
    }

    /// Moves the state by one step.
    pub fn apply(&mut self, change: &Change) {
        match change {
            Change::Clock(clock) => self.clock = *clock,
            Change::FamilyBegun => self.families += 1,
            Change::ChanceDrawn => self.drawn += 1,
            Change::TokenIssued(token) => self.tokens.add(Arc::clone(token)),
            Change::TokenEnded { value, ending } => self.tokens.end(value, *ending),
            Change::ScenarioStarted(progress) => self.scenario = Some(Progress::clone(progress)),
            Change::ScenarioStopped => self.scenario = None,
            Change::ScenarioMoved { to, at_ms } => {
                if let Some(progress) = &mut self.scenario {
                    progress.state = Arc::clone(to);
                    progress.entered_ms = *at_ms;
                }
            }
            Change::RuleFitted { rule } => {
                if let Some(progress) = &mut self.scenario {
                    if progress.calls.len() <= *rule {
                        progress.calls.resize(rule + 1, 0);
                    }
                    progress.calls[*rule] += 1;
                }
            }
            Change::Reset => *self = Self::of(self.session.clone()),
        }
    }

    /// True if an answer that asks for no token and issues none is the same as without a session: no scenario is on,
    /// and the clock shows real time.
    pub fn is_plain(&self) -> bool {
        self.scenario.is_none() && self.clock.is_real()
    }
}
