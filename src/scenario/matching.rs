//! When a rule fits.

use std::sync::Arc;

use regex::Regex;
use serde_json::Value;

use super::{
    Scenario,
    act::Turn,
    chance::Chance,
    file::TokenIs,
    measure::{Calls, Wait},
};
use crate::{
    contract::{OperationId, Received},
    openapi::Expression,
    schema::Validator,
    session::{Change, Progress, State},
};

/// What a rule is held against.
#[derive(Clone, Copy)]
pub struct Situation<'a> {
    /// The request, routed and read.
    pub received: &'a Received<'a>,
    /// The session.
    pub state: &'a State,
    /// Where the scenario stands.
    pub progress: &'a Progress,
    /// Real time, in milliseconds since the Unix epoch.
    pub real_ms: u64,
    /// The seed of the run.
    pub seed: u64,
    /// How the token of a kind stands that the request sends.
    pub token: &'a dyn Fn(&str) -> TokenIs,
    /// False if the scenario is on for this request only: then where it stands is not remembered.
    pub is_remembered: bool,
}

/// The conditions of a rule.
#[derive(Debug)]
pub(super) struct When {
    /// For each API that has one, the operations; `None`: all.
    pub(super) operations: Option<Vec<(Arc<str>, Vec<OperationId>)>>,
    /// One of these states; empty: any.
    pub(super) states: Vec<Arc<str>>,
    pub(super) request: Vec<RequestTest>,
    pub(super) tokens: Vec<(Arc<str>, Vec<TokenIs>)>,
    pub(super) calls: Option<Calls>,
    pub(super) since_start: Option<Wait>,
    pub(super) in_state: Option<Wait>,
    pub(super) chance: Option<f64>,
}

/// What one value of a request must be.
#[derive(Debug)]
pub(super) struct RequestTest {
    pub(super) at: Expression,
    /// All of these; empty: it must be there.
    pub(super) tests: Vec<Test>,
}

/// A test of a value.
#[derive(Debug)]
pub(super) enum Test {
    Absent,
    Equals(Value),
    Matches(Regex),
    Satisfies(Arc<Validator>),
}

impl Scenario {
    /// What the scenario makes of a request. All rules whose other conditions fit have counted it afterwards; the first
    /// that fits wholly acts.
    pub fn turn<'s>(&'s self, situation: &Situation<'_>) -> Turn<'s> {
        let mut turn = Turn::idle(self, situation);
        let api = situation.received.contract.api.id.as_str();
        if self.apis.as_ref().is_some_and(|apis| !apis.iter().any(|own| **own == *api)) {
            return turn;
        }
        let now_ms = situation.state.clock.at(situation.real_ms);
        let mut acting = None;
        for (number, rule) in self.rules.iter().enumerate() {
            if !rule.when.fits(situation, now_ms) {
                continue;
            }
            if situation.is_remembered {
                turn.changes.push(Change::RuleFitted { rule: number });
            }
            let call = situation.progress.calls.get(number).copied().unwrap_or(0) + 1;
            let mut chance = Chance::of(situation.seed, situation.state.session.as_str(), number, call);
            // Drawn whether or not another rule acts, so that rules do not depend on each other.
            let is_drawn = rule.when.chance.is_none_or(|limit| chance.unit() < limit);
            if acting.is_none() && is_drawn && rule.when.calls.is_none_or(|calls| calls.means(call)) {
                acting = Some((number, rule, chance));
            }
        }
        if let Some((number, rule, chance)) = acting {
            turn.rule = Some(number);
            turn.take(&rule.act, situation, chance);
        }
        turn
    }
}

impl When {
    /// True if all conditions hold but the number of the call and the chance, which depend on how often this was so.
    fn fits(&self, situation: &Situation<'_>, now_ms: u64) -> bool {
        let Situation { received, progress, .. } = *situation;
        let since = |wait: Option<Wait>, from: u64| wait.is_none_or(|wait| wait.is_met(now_ms.saturating_sub(from)));
        self.means(&received.contract.api.id, received.found.operation)
            && (self.states.is_empty() || self.states.contains(&progress.state))
            && since(self.since_start, progress.started_ms)
            && since(self.in_state, progress.entered_ms)
            && self.request.iter().all(|test| test.holds(received))
            && self.tokens.iter().all(|(kind, wished)| wished.contains(&(situation.token)(kind)))
    }

    fn means(&self, api: &str, operation: OperationId) -> bool {
        let Some(operations) = &self.operations else { return true };
        operations.iter().any(|(own, list)| **own == *api && list.binary_search(&operation).is_ok())
    }
}

impl RequestTest {
    fn holds(&self, received: &Received<'_>) -> bool {
        let value = received.value(&self.at);
        if self.tests.is_empty() {
            return value.is_some();
        }
        self.tests.iter().all(|test| match (test, &value) {
            (Test::Absent, value) => value.is_none(),
            (_, None) => false,
            (Test::Equals(expected), Some(value)) => is_equal(expected, value),
            (Test::Matches(pattern), Some(Value::String(text))) => pattern.is_match(text),
            (Test::Matches(pattern), Some(value)) => pattern.is_match(&value.to_string()),
            (Test::Satisfies(validator), Some(value)) => validator.is_valid(value),
        })
    }
}

/// True for equal values, and for a text that is written as the number or the truth value that is expected: header
/// fields and undescribed parameters are always texts.
fn is_equal(expected: &Value, value: &Value) -> bool {
    match (expected, value) {
        (Value::Number(_) | Value::Bool(_), Value::String(text)) => serde_json::from_str::<Value>(text)
            .is_ok_and(|written| !written.is_string() && is_equal(expected, &written)),
        (Value::Number(expected), Value::Number(number)) => expected.as_f64() == number.as_f64(),
        _ => expected == value,
    }
}
