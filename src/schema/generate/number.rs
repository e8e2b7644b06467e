//! Numbers within bounds.

use serde_json::{Number, Value};

use super::{chance::Chance, merge::Merged};

/// Where a number without bounds is drawn from.
const SPREAD: i128 = 1_000;
/// Candidates that are tried for several `multipleOf` at once.
const CANDIDATES_MAX: i128 = 10_000;
/// Digits after the point that are counted exactly.
const DIGITS_MAX: i32 = 9;

/// The number nearest to 0 within the bounds, or one drawn from them; `None` if there is none.
///
/// All is counted in whole steps: 1 for integers, the finest decimal that the keywords name otherwise.
pub(super) fn make(merged: &Merged<'_>, is_integer: bool, chance: &mut Chance) -> Option<Value> {
    let digits =
        if is_integer && merged.multiples.iter().all(|multiple| multiple.fract() == 0.0) { 0 } else { digits(merged) };
    let scale = 10_f64.powi(digits);
    let floats = [merged.minimum, merged.maximum, merged.above, merged.below];
    let is_huge = floats.into_iter().flatten().filter_map(Value::as_f64).any(|bound| bound.abs() * scale > 1e30);
    if is_huge && merged.multiples.is_empty() {
        return extreme(merged);
    }
    let (low, high) = (low(merged, scale), high(merged, scale));
    let step = step(merged, is_integer, scale)?;
    let first = div_ceil(low.unwrap_or(i128::MIN / 4), step);
    let last = high.unwrap_or(i128::MAX / 4).div_euclid(step);
    if first > last {
        // finer than the decimals that the bounds name: the middle
        return if is_integer || !merged.multiples.is_empty() { None } else { between(merged) };
    }
    let plain = 0_i128.clamp(first, last);
    let drawn = if chance.is_plain() {
        plain
    } else {
        let (from, to) = window(first, last, plain);
        from + i128::from(chance.below(u64::try_from(to - from).unwrap_or(u64::MAX - 1) + 1))
    };
    to_number(drawn.checked_mul(step)?, digits)
}

/// The stretch from which a number is drawn: near the plain one.
fn window(first: i128, last: i128, plain: i128) -> (i128, i128) {
    let from = first.max(plain - if first < 0 && last <= 0 { SPREAD } else { 0 });
    (from, last.min(from + SPREAD))
}

/// Digits after the point that bounds and multiples need.
fn digits(merged: &Merged<'_>) -> i32 {
    let bounds = [merged.minimum, merged.maximum, merged.above, merged.below];
    let floats = bounds.into_iter().flatten().filter_map(Value::as_f64).chain(merged.multiples.iter().copied());
    let needed = |float: f64| {
        (0..DIGITS_MAX)
            .find(|digits| {
                let scaled = float * 10_f64.powi(*digits);
                (scaled - scaled.round()).abs() < 1e-6 * scaled.abs().max(1e-3)
            })
            .unwrap_or(DIGITS_MAX)
    };
    floats.map(needed).max().unwrap_or(0)
}

fn low(merged: &Merged<'_>, scale: f64) -> Option<i128> {
    let at_least = merged.minimum.and_then(|bound| whole(bound, scale, f64::ceil));
    let above = merged.above.and_then(|bound| whole(bound, scale, f64::floor)).map(|bound| bound + 1);
    at_least.max(above)
}

fn high(merged: &Merged<'_>, scale: f64) -> Option<i128> {
    let at_most = merged.maximum.and_then(|bound| whole(bound, scale, f64::floor));
    let below = merged.below.and_then(|bound| whole(bound, scale, f64::ceil)).map(|bound| bound - 1);
    match (at_most, below) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// A bound in steps.
fn whole(bound: &Value, scale: f64, round: fn(f64) -> f64) -> Option<i128> {
    if let (Some(whole), 1.0) = (bound.as_i64().map(i128::from).or_else(|| bound.as_u64().map(i128::from)), scale) {
        return Some(whole);
    }
    let scaled = bound.as_f64()? * scale;
    let near = scaled.round();
    let exact = if (scaled - near).abs() < 1e-6 { near } else { round(scaled) };
    #[expect(clippy::cast_possible_truncation, reason = "the caller has checked that bounds are below 1e30")]
    let whole = exact as i128;
    Some(whole)
}

/// The distance of two numbers that satisfy every `multipleOf`, in steps.
fn step(merged: &Merged<'_>, is_integer: bool, scale: f64) -> Option<i128> {
    #[expect(clippy::cast_possible_truncation, reason = "a step that is too large is cut, and refused below")]
    let mut steps: Vec<i128> = merged.multiples.iter().map(|multiple| (multiple * scale).round() as i128).collect();
    if is_integer {
        #[expect(clippy::cast_possible_truncation, reason = "at most 1e9")]
        steps.push(scale as i128);
    }
    let mut common = 1_i128;
    for step in steps {
        if step <= 0 {
            return None;
        }
        common =
            (1..=CANDIDATES_MAX.min(step)).map(|times| common.saturating_mul(times)).find(|least| least % step == 0)?;
    }
    Some(common)
}

fn div_ceil(number: i128, step: i128) -> i128 {
    -((-number).div_euclid(step))
}

fn to_number(steps: i128, digits: i32) -> Option<Value> {
    if digits == 0 {
        let whole = i64::try_from(steps).map(Number::from).or_else(|_| u64::try_from(steps).map(Number::from));
        #[expect(clippy::cast_precision_loss, reason = "it is too large for anything more exact")]
        return whole.ok().or_else(|| Number::from_f64(steps as f64)).map(Value::Number);
    }
    let scale = 10_i128.checked_pow(u32::try_from(digits).ok()?)?;
    if steps % scale == 0 {
        return to_number(steps / scale, 0);
    }
    // through text, so that 3 steps of 0.1 are 0.3
    let sign = if steps < 0 { "-" } else { "" };
    let (whole, rest) = (steps.unsigned_abs() / scale.unsigned_abs(), steps.unsigned_abs() % scale.unsigned_abs());
    let width = usize::try_from(digits).ok()?;
    let float: f64 = format!("{sign}{whole}.{rest:0width$}").parse().ok()?;
    Number::from_f64(float).map(Value::Number)
}

/// A float between two bounds that are very near to each other.
fn between(merged: &Merged<'_>) -> Option<Value> {
    let low = merged.minimum.or(merged.above)?.as_f64()?;
    let high = merged.maximum.or(merged.below)?.as_f64()?;
    Number::from_f64(low.midpoint(high)).map(Value::Number)
}

/// A bound beyond all counting: 0 if it is allowed, else the bound itself.
fn extreme(merged: &Merged<'_>) -> Option<Value> {
    let float = |bound: Option<&Value>| bound.and_then(Value::as_f64);
    let low = float(merged.minimum).or(float(merged.above)).unwrap_or(f64::MIN);
    let high = float(merged.maximum).or(float(merged.below)).unwrap_or(f64::MAX);
    if low < 0.0 && high > 0.0 {
        return Some(0.into());
    }
    [low, high, low.midpoint(high)]
        .into_iter()
        .find(|bound| *bound >= low && *bound <= high && bound.abs() < 1e300)
        .and_then(Number::from_f64)
        .map(Value::Number)
}
