//! What earlier passes taught.

use std::collections::{HashMap, HashSet};

use crate::{
    limit,
    openapi::{MadeItems, push_token},
    schema::Violation,
};

/// Passes that only draw anew before something is given up.
const DRAWS_MAX: u64 = 3;

/// How much of a schema's optional part is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Fullness {
    /// Every property.
    #[default]
    Full,
    /// Every property near the top, below only required ones.
    Lean,
    /// Only required properties.
    Bare,
}

impl Fullness {
    /// Values that one pass may make: what is optional is not worth thousands.
    pub(super) fn nodes_max(self) -> usize {
        match self {
            Self::Full => 2_000,
            Self::Lean => 4_000,
            Self::Bare => limit::GENERATED_NODES_MAX,
        }
    }
}

/// What is tried only where nothing else helps.
#[derive(Clone, Debug, Default)]
pub(super) struct LastResort {
    /// Where a value is to fit no other branch of `oneOf`: what keeps it from one is seldom what somebody would send.
    pub(super) apart: HashSet<String>,
    /// How often a definition may be used inside of itself. A value that is made from several schemas may have inside what
    /// only one of them asks for, and another one describes: then it ends.
    pub(super) reuses: usize,
}

/// What the next pass does otherwise than the plain way. Places are JSON Pointers into the value.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) fullness: Fullness,
    /// How many items an array has whose schema does not say.
    pub(super) items: MadeItems,
    /// Where no example and no default is to be used.
    banned: HashSet<String>,
    /// Where what the example of a value around has is not to be used.
    unshown: HashSet<String>,
    /// Properties to be left out.
    omitted: HashSet<String>,
    last: LastResort,
    /// True if no definition is used inside of a value that it has a part in, whether or not it leads back to itself.
    tight: bool,
    /// Properties to be added, by the place of their object.
    added: HashMap<String, Vec<String>>,
    /// How many branches to go on from the first, by [`Choice::key`].
    turns: HashMap<String, usize>,
    salt: u64,
    draws: u64,
}

/// What a pass did that can be done otherwise.
#[derive(Debug, Default)]
pub(super) struct Trace {
    /// Where an example or a default was used.
    pub(super) examples: Vec<String>,
    /// Those of them where it was a part of the example of a value around.
    pub(super) shown: Vec<String>,
    /// Where a branch was chosen.
    pub(super) choices: Vec<Choice>,
    /// Where a property was made that could have been left out.
    pub(super) optionals: Vec<String>,
    /// Whether a definition was used inside of a value that it has a part in.
    pub(super) reused: bool,
}

/// A choice among branches.
#[derive(Debug)]
pub(super) struct Choice {
    pub(super) at: String,
    /// Tells several choices at the same place apart.
    pub(super) key: String,
    pub(super) count: usize,
}

impl Plan {
    pub(super) fn new(items: MadeItems, last: LastResort) -> Self {
        Self { items, last, ..Self::default() }
    }

    pub(super) fn is_apart(&self, at: &str) -> bool {
        self.last.apart.contains(at)
    }

    /// How often a definition may be used for values inside of one that it is used for.
    pub(super) fn reuses(&self) -> usize {
        self.last.reuses
    }

    pub(super) fn is_tight(&self) -> bool {
        self.tight
    }

    /// Makes less of what is made in more than one place; false if `trace` shows no such thing.
    pub(super) fn tighten(&mut self, trace: &Trace) -> bool {
        trace.reused && !std::mem::replace(&mut self.tight, true)
    }

    pub(super) fn salt(&self) -> u64 {
        self.salt
    }

    pub(super) fn is_banned(&self, at: &str) -> bool {
        self.banned.contains(at)
    }

    pub(super) fn is_unshown(&self, at: &str) -> bool {
        self.unshown.contains(at)
    }

    pub(super) fn is_omitted(&self, at: &str) -> bool {
        self.omitted.contains(at)
    }

    pub(super) fn added(&self, at: &str) -> &[String] {
        self.added.get(at).map(Vec::as_slice).unwrap_or_default()
    }

    pub(super) fn turns(&self, key: &str) -> usize {
        self.turns.get(key).copied().unwrap_or(0)
    }

    /// Learns from what is wrong with a value; false if there is nothing left to try.
    pub(super) fn repair(&mut self, violations: &[Violation], trace: &Trace) -> bool {
        let mut learned = false;
        for violation in violations {
            learned |= self.repair_one(violation, trace);
        }
        learned || self.draw_anew() || self.leave_out(violations, trace) || self.shrink()
    }

    /// Gives up the optional properties that what is wrong lies in, so that they do not cost the others; false if there
    /// are none.
    fn leave_out(&mut self, violations: &[Violation], trace: &Trace) -> bool {
        let mut learned = false;
        for violation in violations {
            if let Some(at) = nearest(trace.optionals.iter().map(String::as_str), &violation.at) {
                learned |= self.omitted.insert(at.to_owned());
            }
        }
        if learned {
            // What was drawn for their sake is not needed any more.
            self.salt = 0;
        }
        learned
    }

    /// Leaves out properties for the time being, or makes them again.
    pub(super) fn set_omitted(&mut self, places: &[String], omitted: bool) {
        for at in places {
            if omitted {
                self.omitted.insert(at.clone());
            } else {
                self.omitted.remove(at);
            }
        }
    }

    fn repair_one(&mut self, violation: &Violation, trace: &Trace) -> bool {
        if let Some(example) = nearest(trace.examples.iter().map(String::as_str), &violation.at) {
            let is_shown = trace.shown.iter().any(|at| at == example);
            let kept = if is_shown { &mut self.unshown } else { &mut self.banned };
            return kept.insert(example.to_owned());
        }
        let property = violation.property.as_deref();
        match (violation.keyword, property) {
            ("additionalProperties" | "unevaluatedProperties", Some(property)) => {
                let mut at = violation.at.clone();
                push_token(&mut at, property);
                if self.omitted.insert(at) {
                    return true;
                }
            }
            ("required" | "dependentRequired", Some(property)) => {
                let added = self.added.entry(violation.at.clone()).or_default();
                if !added.iter().any(|name| name == property) {
                    added.push(property.to_owned());
                    return true;
                }
            }
            ("additionalProperties" | "unevaluatedProperties" | "not" | "properties", None)
                if violation.message.contains("there") && self.omitted.insert(violation.at.clone()) =>
            {
                return true;
            }
            _ => (),
        }
        let choices = trace.choices.iter().filter(|choice| self.turns(&choice.key) + 1 < choice.count);
        let Some(choice) =
            choices.filter(|choice| is_above(&choice.at, &violation.at)).max_by_key(|choice| choice.at.len())
        else {
            return false;
        };
        *self.turns.entry(choice.key.clone()).or_default() += 1;
        true
    }

    /// Takes another branch at the last choice that has one left; false if there is nothing left to try.
    pub(super) fn turn(&mut self, trace: &Trace) -> bool {
        let left = trace.choices.iter().rev().find(|choice| self.turns(&choice.key) + 1 < choice.count);
        if let Some(choice) = left {
            *self.turns.entry(choice.key.clone()).or_default() += 1;
            return true;
        }
        self.draw_anew() || self.shrink()
    }

    /// Makes less; false if it makes the least already.
    pub(super) fn shrink(&mut self) -> bool {
        self.salt = 0;
        self.fullness = match self.fullness {
            Fullness::Full => Fullness::Lean,
            Fullness::Lean => Fullness::Bare,
            Fullness::Bare => return false,
        };
        true
    }

    /// Makes all again that is not left out by name.
    pub(super) fn fill(&mut self) {
        self.salt = 0;
        self.fullness = Fullness::Full;
    }

    /// Makes only what is required from now on.
    pub(super) fn hurry(&mut self) {
        self.fullness = Fullness::Bare;
    }

    /// Leaves other things to chance; false if that was tried often enough.
    fn draw_anew(&mut self) -> bool {
        self.salt += 1;
        self.draws += 1;
        let goes_on = self.draws <= DRAWS_MAX;
        if !goes_on {
            self.draws = 0;
        }
        goes_on
    }
}

/// The longest of the places that is `at` or above it.
fn nearest<'a>(places: impl Iterator<Item = &'a str>, at: &str) -> Option<&'a str> {
    places.filter(|place| is_above(place, at)).max_by_key(|place| place.len())
}

fn is_above(place: &str, at: &str) -> bool {
    at.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
