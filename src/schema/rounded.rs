//! Numbers that are less exact than they were written.
//!
//! JSON's integers beyond 64 bits are read as floats, and a float stands for every number that is rounded to it. Where
//! one of those satisfies a keyword, the number counts as right: nobody is told of a fault that may be none.

use std::sync::OnceLock;

use jsonschema::{Draft, Keyword, ValidationError, json::Node};
use serde_json::{Map, Number, Value};

use super::{
    instance::{Instance, Instances},
    validator::Compiled,
};

/// The keywords for which it matters. For all others, rounding both sides keeps what holds between them.
pub(super) const KEYWORDS: [&str; 4] = ["exclusiveMaximum", "exclusiveMinimum", "multipleOf", "uniqueItems"];

/// 2^53: below, every integer is a float of its own.
const EXACT_MAX: f64 = 9_007_199_254_740_992.0;
/// 2^64 and -2^63: floats from here on may have been integers of more than 64 bits.
const ABOVE: f64 = 18_446_744_073_709_551_616.0;
const BELOW: f64 = -9_223_372_036_854_775_808.0;

/// A keyword of the validating crate that is lenient with rounded numbers.
pub(super) struct Lenient {
    keyword: &'static str,
    limit: Value,
    /// The keyword as the crate knows it.
    strict: OnceLock<Compiled>,
}

impl Lenient {
    /// The keyword with its value.
    pub(super) fn new(keyword: &'static str, limit: &Value) -> Self {
        Self { keyword, limit: limit.clone(), strict: OnceLock::new() }
    }

    fn strict(&self) -> Option<&jsonschema::Validator<Instances>> {
        let build = || {
            let schema = Map::from_iter([(self.keyword.to_owned(), self.limit.clone())]);
            jsonschema::options_for().with_draft(Draft::Draft202012).offline().build(&Value::Object(schema)).ok()
        };
        self.strict.get_or_init(build).as_ref()
    }

    /// True if a number is within a limit, or a multiple of it.
    fn allows(&self, number: &Number, limit: &Number, instance: Instance<'_>) -> bool {
        if self.keyword == "multipleOf" {
            return self.is_strictly_valid(instance) || may_be_multiple(number, limit);
        }
        let (Some(float), Some(bound)) = (number.as_f64(), limit.as_f64()) else { return true };
        let is_upper = self.keyword == "exclusiveMaximum";
        if bound.abs() < EXACT_MAX {
            return if is_upper { float < bound } else { float > bound };
        }
        // Of the integers that are rounded to one of these two, those towards 0 are exact, and no floats.
        let is_exact = if is_upper { float > BELOW && float <= ABOVE } else { (BELOW..ABOVE).contains(&float) };
        #[expect(clippy::float_cmp, reason = "both are rounded to the same float, or are not")]
        let is_near = number.is_f64() && float == bound && !is_exact;
        is_near || self.is_strictly_valid(instance)
    }

    /// What the crate says; true where the value of the keyword makes no sense.
    fn is_strictly_valid(&self, value: Instance<'_>) -> bool {
        self.strict().is_none_or(|strict| strict.is_valid(value))
    }
}

impl<'i> Keyword<'i, Instances> for Lenient {
    fn validate(&self, instance: Instance<'i>) -> Result<(), ValidationError<'i>> {
        if Keyword::<Instances>::is_valid(self, instance) {
            return Ok(());
        }
        self.strict().map_or(Ok(()), |strict| strict.validate(instance))
    }

    fn is_valid(&self, instance: Instance<'i>) -> bool {
        match &self.limit {
            Value::Number(limit) => instance.as_number().is_none_or(|number| self.allows(number, limit, instance)),
            Value::Bool(true) if instance.as_array().is_some() => {
                self.is_strictly_valid(instance) || {
                    let value = instance.to_value();
                    let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
                    let exact: Vec<Value> = items.iter().filter(|item| !has_rounded(item)).cloned().collect();
                    exact.len() < items.len() && self.is_strictly_valid((&Value::Array(exact)).into())
                }
            }
            _ => true,
        }
    }
}

/// True for a float that may have been an integer beyond 64 bits.
fn is_rounded(number: &Number) -> bool {
    number.is_f64() && number.as_f64().is_some_and(|float| float >= ABOVE || float <= BELOW)
}

/// True if there is a rounded number in a value. Recursion is bounded by the depth of the value.
fn has_rounded(value: &Value) -> bool {
    match value {
        Value::Number(number) => is_rounded(number),
        Value::Array(items) => items.iter().any(has_rounded),
        Value::Object(members) => members.values().any(has_rounded),
        _ => false,
    }
}

/// True if a number that is rounded to this one is a multiple of one that is rounded to that step.
fn may_be_multiple(number: &Number, step: &Number) -> bool {
    if let (Some(whole), Some(step)) = (whole(number), step.as_u64()) {
        return step > 0 && whole % i128::from(step) == 0;
    }
    let (Some(float), Some(step)) = (number.as_f64().map(f64::abs), step.as_f64()) else { return true };
    let slack = half_gap(float) + half_gap(step) * (float / step);
    let rest = float % step;
    slack > 0.0 && rest.min(step - rest) <= slack
}

/// An integer of 64 bits as it was written.
fn whole(number: &Number) -> Option<i128> {
    number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from))
}

/// How far the numbers that are rounded to a float are from it; 0 for one at which integers are exact.
fn half_gap(float: f64) -> f64 {
    if float >= EXACT_MAX { (float.next_up() - float) / 2.0 } else { 0.0 }
}
