//! Which values a [`Query`] selects.

use std::collections::HashSet;

use regex::Regex;
use serde_json::Value;

use super::{Comparison, Operand, Query, Segment, Selector, Test};
use crate::limit;

/// A selected value, and the way to it: of each object and array on the way, the place of the member or item.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Hit<'v> {
    pub(crate) value: &'v Value,
    pub(crate) path: Vec<usize>,
}

/// The query looks at more values than [`limit::OVERLAY_STEPS_MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooMany;

/// The values that `query` selects in `root`, each once, in the order of the RFC.
pub(crate) fn select<'v>(root: &'v Value, query: &Query) -> Result<Vec<Hit<'v>>, TooMany> {
    Run { root, steps: 0 }.query(root, query)
}

struct Run<'v> {
    root: &'v Value,
    steps: usize,
}

impl<'v> Run<'v> {
    fn query(&mut self, here: &'v Value, query: &Query) -> Result<Vec<Hit<'v>>, TooMany> {
        let start = if query.relative { here } else { self.root };
        let mut hits = vec![Hit { value: start, path: Vec::new() }];
        for segment in &query.segments {
            let mut next = Vec::new();
            for hit in &hits {
                self.segment(hit, segment, &mut next)?;
            }
            if segment.descendant || segment.selectors.len() > 1 {
                let mut seen = HashSet::new();
                next.retain(|hit| seen.insert(std::ptr::from_ref(hit.value)));
            }
            hits = next;
        }
        Ok(hits)
    }

    /// Recursion is as deep as the tree: [`limit::DOCUMENT_DEPTH_MAX`].
    fn segment(&mut self, hit: &Hit<'v>, segment: &Segment, found: &mut Vec<Hit<'v>>) -> Result<(), TooMany> {
        for selector in &segment.selectors {
            self.selector(hit, selector, found)?;
        }
        if segment.descendant {
            for (index, child) in children(hit.value).enumerate() {
                self.step()?;
                self.segment(&below(hit, index, child), segment, found)?;
            }
        }
        Ok(())
    }

    fn step(&mut self) -> Result<(), TooMany> {
        self.steps += 1;
        if self.steps > limit::OVERLAY_STEPS_MAX { Err(TooMany) } else { Ok(()) }
    }

    fn selector(&mut self, hit: &Hit<'v>, selector: &Selector, found: &mut Vec<Hit<'v>>) -> Result<(), TooMany> {
        self.step()?;
        match (selector, hit.value) {
            (Selector::Name(name), Value::Object(map)) => {
                if let Some((index, (_, value))) = map.iter().enumerate().find(|(_, (key, _))| *key == name) {
                    found.push(below(hit, index, value));
                }
            }
            (Selector::Wildcard, value) => {
                for (index, child) in children(value).enumerate() {
                    self.step()?;
                    found.push(below(hit, index, child));
                }
            }
            (Selector::Index(index), Value::Array(items)) => {
                let index = if *index < 0 { *index + length(items) } else { *index };
                let index = usize::try_from(index).ok();
                if let Some((index, item)) = index.and_then(|index| Some((index, items.get(index)?))) {
                    found.push(below(hit, index, item));
                }
            }
            (Selector::Slice { start, end, step }, Value::Array(items)) => {
                for index in slice(*start, *end, *step, length(items)) {
                    self.step()?;
                    if let Some(item) = items.get(index) {
                        found.push(below(hit, index, item));
                    }
                }
            }
            (Selector::Filter(test), value) => {
                for (index, child) in children(value).enumerate() {
                    if self.holds(child, test)? {
                        found.push(below(hit, index, child));
                    }
                }
            }
            _ => (),
        }
        Ok(())
    }

    fn holds(&mut self, here: &'v Value, condition: &Test) -> Result<bool, TooMany> {
        self.step()?;
        Ok(match condition {
            Test::Any(tests) => {
                for test in tests {
                    if self.holds(here, test)? {
                        return Ok(true);
                    }
                }
                false
            }
            Test::All(tests) => {
                for test in tests {
                    if !self.holds(here, test)? {
                        return Ok(false);
                    }
                }
                true
            }
            Test::Not(test) => !self.holds(here, test)?,
            Test::Exists(query) => !self.query(here, query)?.is_empty(),
            Test::Compare(left, comparison, right) => {
                let (left, right) = (self.operand(here, left)?, self.operand(here, right)?);
                compare(left.as_ref(), *comparison, right.as_ref())
            }
            Test::Pattern { whole, text, pattern } => {
                let (text, pattern) = (self.operand(here, text)?, self.operand(here, pattern)?);
                match (text.as_ref().and_then(Value::as_str), pattern.as_ref().and_then(Value::as_str)) {
                    (Some(text), Some(pattern)) => {
                        let pattern = if *whole { format!("^(?:{pattern})$") } else { pattern.to_owned() };
                        Regex::new(&pattern).is_ok_and(|pattern| pattern.is_match(text))
                    }
                    _ => false,
                }
            }
        })
    }

    /// The value of an operand; `None` for nothing.
    fn operand(&mut self, here: &'v Value, operand: &Operand) -> Result<Option<Value>, TooMany> {
        Ok(match operand {
            Operand::Literal(value) => Some(value.clone()),
            Operand::Query(query) => match self.query(here, query)?.as_slice() {
                [one] => Some(one.value.clone()),
                _ => None,
            },
            Operand::Count(query) => Some(self.query(here, query)?.len().into()),
            Operand::Length(of) => match self.operand(here, of)? {
                Some(Value::String(text)) => Some(text.chars().count().into()),
                Some(Value::Array(items)) => Some(items.len().into()),
                Some(Value::Object(map)) => Some(map.len().into()),
                _ => None,
            },
        })
    }
}

fn below<'v>(hit: &Hit<'v>, index: usize, value: &'v Value) -> Hit<'v> {
    let mut path = Vec::with_capacity(hit.path.len() + 1);
    path.extend_from_slice(&hit.path);
    path.push(index);
    Hit { value, path }
}

fn children(value: &Value) -> Box<dyn Iterator<Item = &Value> + '_> {
    match value {
        Value::Object(map) => Box::new(map.values()),
        Value::Array(items) => Box::new(items.iter()),
        _ => Box::new(std::iter::empty()),
    }
}

fn length(items: &[Value]) -> i64 {
    i64::try_from(items.len()).unwrap_or(i64::MAX)
}

/// The places that a slice takes (RFC 9535, section 2.3.4.2.2).
fn slice(start: Option<i64>, end: Option<i64>, step: i64, length: i64) -> Vec<usize> {
    let normal = |index: i64| if index < 0 { index.saturating_add(length) } else { index };
    let mut places = Vec::new();
    if step > 0 {
        let (mut at, end) =
            (normal(start.unwrap_or(0)).clamp(0, length), normal(end.unwrap_or(length)).clamp(0, length));
        while at < end {
            places.extend(usize::try_from(at));
            at = at.saturating_add(step);
        }
    } else if step < 0 {
        let mut at = normal(start.unwrap_or(length - 1)).clamp(-1, length - 1);
        let end = end.map_or(-1, |end| normal(end).clamp(-1, length - 1));
        while at > end {
            places.extend(usize::try_from(at));
            at = at.saturating_add(step);
        }
    }
    places
}

/// Compares two operands (RFC 9535, section 2.3.5.2.2); nothing equals only nothing.
fn compare(left: Option<&Value>, comparison: Comparison, right: Option<&Value>) -> bool {
    let equal = || match (left, right) {
        (Some(Value::Number(a)), Some(Value::Number(b))) => a == b || a.as_f64() == b.as_f64(),
        (a, b) => a == b,
    };
    let less = |a: Option<&Value>, b: Option<&Value>| match (a, b) {
        (Some(Value::Number(a)), Some(Value::Number(b))) => a.as_f64() < b.as_f64(),
        (Some(Value::String(a)), Some(Value::String(b))) => a < b,
        _ => false,
    };
    match comparison {
        Comparison::Equal => equal(),
        Comparison::NotEqual => !equal(),
        Comparison::Less => less(left, right),
        Comparison::Greater => less(right, left),
        Comparison::LessOrEqual => less(left, right) || equal(),
        Comparison::GreaterOrEqual => less(right, left) || equal(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn steps_are_limited() {
        let root = json!([[1, 2, 3], [4, 5, 6]]);
        let query = crate::openapi::jsonpath::parse("$..*").unwrap();
        assert!(Run { root: &root, steps: 0 }.query(&root, &query).is_ok());
        assert_eq!(Run { root: &root, steps: limit::OVERLAY_STEPS_MAX - 5 }.query(&root, &query), Err(TooMany));
    }
}
