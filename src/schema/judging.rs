//! What judging one value has taken so far, and the verdicts on its parts.
//!
//! A schema that recurses through two branches asks twice as much at each level of a value, and a chain of such choices
//! needs no levels at all. So each definition that is asked is a step. A verdict that took many of them is kept for as
//! long as the value is judged, which takes the power out of the levels; what goes on all the same is given up.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
};

use jsonschema::json::Node;

use super::{definitions::Number, instance::Instance};
use crate::limit;

/// Steps from which on a verdict is kept: what took less is sooner found out again.
const WORTH_KEEPING: usize = 32;

/// Verdicts kept for one value; beyond it they are forgotten and begun anew.
const KEPT_MAX: usize = 200_000;

/// The value that this thread judges.
struct Judging {
    /// Steps that are left.
    left: Cell<usize>,
    /// Verdicts of definitions on parts of the value, by their addresses: nothing moves while the value is borrowed.
    kept: RefCell<Option<HashMap<(Number, usize), bool>>>,
}

thread_local! {
    static JUDGING: Judging = const { Judging { left: Cell::new(usize::MAX), kept: RefCell::new(None) } };
}

/// Does work that judges one value, in so many steps; `None` if they were not enough.
pub(super) fn within<T>(steps: usize, work: impl FnOnce() -> T) -> Option<T> {
    JUDGING.with(|judging| {
        judging.left.set(steps);
        *judging.kept.borrow_mut() = None;
        let done = work();
        let is_enough = judging.left.replace(usize::MAX) > 0;
        *judging.kept.borrow_mut() = None;
        is_enough.then_some(done)
    })
}

/// The steps that a value is worth; beyond [`limit::JUDGED_STEPS_MAX`] only for large ones.
pub(super) fn worth(value: Instance<'_>) -> usize {
    limit::JUDGED_STEPS_MAX.saturating_add(count(value).saturating_mul(limit::JUDGED_STEPS_PER_VALUE))
}

/// The values in a value, itself among them.
fn count(value: Instance<'_>) -> usize {
    1 + value.parts().map(count).sum::<usize>()
}

/// Takes steps; false if none is left.
pub(super) fn step(steps: usize) -> bool {
    JUDGING.with(|judging| judging.step(steps))
}

/// The verdict of a definition on a part of the value: the one that is kept, or that of `judge`. False once no step is
/// left, when it does not count any more.
pub(super) fn ask(number: Number, value: Instance<'_>, judge: impl FnOnce() -> bool) -> bool {
    JUDGING.with(|judging| {
        if let Some(verdict) = judging.known(number, value) {
            return verdict;
        }
        let before = judging.left.get();
        if !judging.step(1) {
            return false;
        }
        let verdict = judge();
        if before - judging.left.get() >= WORTH_KEEPING {
            judging.keep(number, value, verdict);
        }
        verdict
    })
}

impl Judging {
    fn step(&self, steps: usize) -> bool {
        // The last step stays unused, so that none left always means that something was left out.
        let left = self.left.get().saturating_sub(steps);
        self.left.set(left);
        left > 0
    }

    fn known(&self, number: Number, value: Instance<'_>) -> Option<bool> {
        self.kept.borrow().as_ref()?.get(&(number, value.address())).copied()
    }

    fn keep(&self, number: Number, value: Instance<'_>, verdict: bool) {
        // A property name is judged as a text of its own, whose place the next name takes.
        if value.is_string() {
            return;
        }
        let mut kept = self.kept.borrow_mut();
        let kept = kept.get_or_insert_default();
        if kept.len() >= KEPT_MAX {
            kept.clear();
        }
        kept.insert((number, value.address()), verdict);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Asks about a value twice at each level; how often it was really judged.
    fn doubled(levels: usize, value: Instance<'_>, judged: &Cell<usize>) -> bool {
        let below = Number::try_from(levels).unwrap();
        let next = || levels == 0 || doubled(levels - 1, value, judged) && doubled(levels - 1, value, judged);
        ask(below, value, || {
            judged.set(judged.get() + 1);
            next()
        })
    }

    #[test]
    fn what_took_many_steps_is_judged_once() {
        let judged = Cell::new(0);
        assert_eq!(within(100_000, || doubled(100, (&json!({})).into(), &judged)), Some(true));
        assert!(judged.get() < 1_000, "{judged:?}");
    }

    #[test]
    fn what_has_no_end_is_given_up() {
        let judged = Cell::new(0);
        assert_eq!(within(100_000, || doubled(100, (&json!("text")).into(), &judged)), None);
        assert_eq!(judged.get(), 100_000 - 1);
        assert_eq!(
            within(1_000, || doubled(2, (&json!("text")).into(), &judged)),
            Some(true),
            "each value has its own steps"
        );
    }
}
