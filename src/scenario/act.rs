//! What a rule does.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderName, StatusCode};

use super::{Scenario, chance::Chance, matching::Situation};
use crate::{
    answer::{Effect, Fault},
    limit,
    openapi::TokenKind,
    session::{Change, Clock, Ending, Holder, Kind, Token},
    template::Pattern,
};

/// What a rule does, compiled.
#[derive(Debug, Default)]
pub(super) struct Act {
    pub(super) respond: Option<Respond>,
    pub(super) delay: Option<Delay>,
    pub(super) fault: Option<Fault>,
    /// Kinds of token that end, and how.
    pub(super) ends: Vec<(Arc<str>, Ending)>,
    pub(super) advance_ms: Option<u64>,
    pub(super) then: Option<Arc<str>>,
}

/// An answer that a rule asks for.
#[derive(Clone, Debug)]
pub struct Respond {
    /// The statuses, of which the first that the operation describes is meant, else the first.
    pub statuses: Vec<StatusCode>,
    /// The names of examples that would do, the best first.
    pub examples: Vec<String>,
    /// A body of its own.
    pub body: Option<Body>,
    /// Header fields of its own.
    pub headers: Vec<(HeaderName, String)>,
}

/// A body that stands in the scenario.
#[derive(Clone, Debug)]
pub struct Body {
    /// Its media type, unless the header fields say otherwise.
    pub media_type: &'static str,
    /// Its text.
    pub text: Bytes,
    /// The template that the text is, if it is one.
    pub template: Option<Arc<Pattern>>,
}

/// How an answer is held back. Times are in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Delay {
    Fixed { ms: u64 },
    Uniform { lower_ms: u64, upper_ms: u64 },
    Lognormal { median_ms: u64, sigma: f64, max_ms: u64 },
    Dribble { chunks: u32, over_ms: u64 },
}

impl Delay {
    fn effect(self, chance: &mut Chance) -> Effect {
        let ms = match self {
            Self::Fixed { ms } => ms,
            Self::Uniform { lower_ms, upper_ms } => {
                let span = upper_ms.saturating_sub(lower_ms);
                lower_ms + rounded(chance.unit() * (to_float(span) + 1.0)).min(span)
            }
            Self::Lognormal { median_ms, sigma, max_ms } => {
                rounded(to_float(median_ms) * (sigma * chance.normal()).exp()).min(max_ms)
            }
            Self::Dribble { chunks, over_ms } => return Effect::Dribble { chunks, over_ms },
        };
        Effect::Delay { ms }
    }
}

/// Milliseconds as a float; delays are bounded far below what it holds exactly.
fn to_float(ms: u64) -> f64 {
    u32::try_from(ms).map_or(f64::from(u32::MAX), f64::from)
}

/// Milliseconds that a float stands for, rounded down, at most [`limit::DELAY_MAX`].
fn rounded(ms: f64) -> u64 {
    let max = u32::try_from(limit::DELAY_MAX.as_millis()).unwrap_or(u32::MAX);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to what a `u32` holds")]
    let ms = ms.clamp(0.0, f64::from(max)) as u32;
    u64::from(ms)
}

/// What a scenario makes of one request.
#[derive(Debug)]
pub struct Turn<'s> {
    /// The scenario.
    pub scenario: &'s Scenario,
    /// The number of the rule that acts, from 0.
    pub rule: Option<usize>,
    /// True if a rule acts and does more than answer.
    pub does_more: bool,
    /// The answer that it asks for.
    pub respond: Option<&'s Respond>,
    /// What happens on the wire.
    pub effects: Vec<Effect>,
    /// How the session moves, before anything else is decided.
    pub changes: Vec<Change>,
    /// The clock that the request is answered by.
    pub clock: Clock,
    /// The kinds of token that end with this request.
    pub ended: Vec<(Kind, Ending)>,
}

impl<'s> Turn<'s> {
    /// No rule acts.
    pub(super) fn idle(scenario: &'s Scenario, situation: &Situation<'_>) -> Self {
        Self {
            scenario,
            rule: None,
            does_more: false,
            respond: None,
            effects: Vec::new(),
            changes: Vec::new(),
            clock: situation.state.clock,
            ended: Vec::new(),
        }
    }

    /// The fault that keeps the request from being answered at all; `None` if there is an answer, though it may be
    /// broken on its way.
    pub fn cut_off(&self) -> Option<Fault> {
        self.effects.iter().find_map(|effect| match effect {
            Effect::Fault(Fault::MalformedResponseChunk) => None,
            Effect::Fault(fault) => Some(*fault),
            _ => None,
        })
    }

    /// Does what a rule says.
    pub(super) fn take(&mut self, act: &'s Act, situation: &Situation<'_>, mut chance: Chance) {
        let is_more = act.delay.is_some() || act.fault.is_some() || act.advance_ms.is_some();
        self.does_more = is_more || act.then.is_some() || !act.ends.is_empty();
        self.respond = act.respond.as_ref();
        self.effects.extend(act.delay.map(|delay| delay.effect(&mut chance)));
        self.effects.extend(act.fault.map(Effect::Fault));
        if let Some(by_ms) = act.advance_ms {
            self.clock = self.clock.advanced(i64::try_from(by_ms).unwrap_or(i64::MAX));
            self.changes.push(Change::Clock(self.clock));
        }
        let now_ms = self.clock.at(situation.real_ms);
        for (name, ending) in &act.ends {
            self.end(situation, name, *ending, now_ms);
        }
        if let Some(to) = act.then.as_ref().filter(|_| situation.is_remembered) {
            self.changes.push(Change::ScenarioMoved { to: Arc::clone(to), at_ms: now_ms });
        }
    }

    /// Ends the live tokens of a kind, those among them that exist without having been issued.
    fn end(&mut self, situation: &Situation<'_>, name: &Arc<str>, ending: Ending, now_ms: u64) {
        let api = &situation.received.contract.api;
        let kind = Kind { api: api.id.as_str().into(), name: Arc::clone(name) };
        for token in situation.state.tokens.iter().filter(|it| it.kind == kind && it.is_live(now_ms)) {
            self.changes.push(Change::TokenEnded { value: Arc::clone(&token.value), ending });
        }
        let note: Option<&TokenKind> =
            api.schemes.get(&**name).and_then(|scheme| scheme.token.as_ref()).or_else(|| api.tokens.get(&**name));
        for known in note.into_iter().flat_map(|note| &note.known) {
            if situation.state.tokens.get(&known.value).is_none() {
                let value: Arc<str> = known.value.as_str().into();
                self.changes.push(Change::TokenIssued(Arc::new(Token {
                    value: Arc::clone(&value),
                    kind: kind.clone(),
                    issued_ms: 0,
                    expires_ms: None,
                    holder: Arc::new(Holder::default()),
                    ended: None,
                })));
                self.changes.push(Change::TokenEnded { value, ending });
            }
        }
        self.ended.push((kind, ending));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(delay: Delay) -> Vec<u64> {
        let draw = |call| match delay.effect(&mut Chance::of(1, "default", 0, call)) {
            Effect::Delay { ms } => ms,
            other => panic!("{other:?}"),
        };
        let mut drawn: Vec<u64> = (0..2_000).map(draw).collect();
        drawn.sort_unstable();
        drawn
    }

    #[test]
    fn delays() {
        assert_eq!(drawn(Delay::Fixed { ms: 80 })[..3], [80, 80, 80]);
        let even = drawn(Delay::Uniform { lower_ms: 10, upper_ms: 12 });
        assert_eq!((even[0], even[1_000], even[1_999]), (10, 11, 12));
        let long = drawn(Delay::Lognormal { median_ms: 100, sigma: 0.5, max_ms: 300 });
        assert!((90..110).contains(&long[1_000]), "{}", long[1_000]);
        assert!(long[0] < 40 && long[1_999] == 300);
        let narrow = drawn(Delay::Lognormal { median_ms: 100, sigma: 0.0, max_ms: 300 });
        assert_eq!((narrow[0], narrow[1_999]), (100, 100));
        let dribble = Delay::Dribble { chunks: 5, over_ms: 100 };
        assert_eq!(dribble.effect(&mut Chance::of(1, "s", 0, 1)), Effect::Dribble { chunks: 5, over_ms: 100 });
    }

    #[test]
    fn no_delay_is_too_long() {
        let max = u64::try_from(limit::DELAY_MAX.as_millis()).unwrap();
        let wide = drawn(Delay::Lognormal { median_ms: max, sigma: 10.0, max_ms: max });
        assert_eq!(wide[1_999], max);
    }
}
