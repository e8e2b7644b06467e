//! Number keywords: boolean bounds of old drafts, and formats that are bounds.

use serde_json::{Map, Number, Value};

use super::Lowerer;
use crate::schema::{definitions::Purpose, format::INT64_LOW};

/// The bounds that a number format stands for: `OpenAPI` Format Registry.
///
/// `float` and `double` say how exact a number is, and no number is wrong for being rounded; but those that are made are of
/// their range, so that whoever reads them into a single-precision float can.
fn format_bounds(format: &str, purpose: Purpose) -> Option<(Number, Number)> {
    let whole = |low: i64, high: u64| Some((Number::from(low), Number::from(high)));
    match format {
        "int8" => whole(i8::MIN.into(), 127),
        "int16" => whole(i16::MIN.into(), 32_767),
        "int32" => whole(i32::MIN.into(), 2_147_483_647),
        "int64" => whole(i64::MIN, 9_223_372_036_854_775_807),
        "uint8" => whole(0, u8::MAX.into()),
        "uint16" => whole(0, u16::MAX.into()),
        "uint32" => whole(0, u32::MAX.into()),
        "uint64" => whole(0, u64::MAX),
        "float" if purpose == Purpose::Generate => {
            Some((Number::from_f64(f64::from(f32::MIN))?, Number::from_f64(f64::from(f32::MAX))?))
        }
        _ => None,
    }
}

/// The lower bound of `keyword` as a float: exact enough to tell which of two bounds is the stricter.
fn bound(out: &Map<String, Value>, keyword: &str) -> Option<f64> {
    out.get(keyword)?.as_f64()
}

/// True if a written bound lies above the upper bound of a format.
///
/// The largest integers of 64 bits are no floats: one that is equal to them as a float lies above.
fn exceeds(bound: &Value, high: &Number) -> bool {
    if let (Some(bound), Some(high)) = (bound.as_u64(), high.as_u64()) {
        return bound > high;
    }
    let rounds = high.as_u64().is_some_and(|high| high > 1 << 53);
    bound.as_f64().zip(high.as_f64()).is_some_and(|(bound, high)| bound > high || (rounds && bound >= high))
}

impl Lowerer<'_> {
    /// Adds the bounds of a number format where nothing stricter is said.
    pub(super) fn bounds(&mut self, out: &mut Map<String, Value>, map: &Map<String, Value>) {
        let types = out.get("type");
        let is_number = |kind: &Value| kind == "integer" || kind == "number";
        let counts = match types {
            None => true,
            Some(Value::Array(types)) => types.iter().any(is_number),
            Some(kind) => is_number(kind),
        };
        let format = map.get("format").and_then(Value::as_str);
        let Some((low, high)) = format.and_then(|format| format_bounds(format, self.key.purpose)) else { return };
        if !counts {
            return;
        }
        let low_f64 = low.as_f64().unwrap_or(f64::MIN);
        // A float that is equal to the bound may have been an integer below it.
        let is_exact = low.as_i64() == Some(i64::MIN) && self.key.purpose == Purpose::Check;
        let is_low =
            |keyword| bound(out, keyword).is_some_and(|bound| bound > low_f64 || (!is_exact && bound >= low_f64));
        let is_high = |keyword| out.get(keyword).is_some_and(|bound| bound.is_number() && !exceeds(bound, &high));
        let (has_low, has_high) =
            (is_low("minimum") || is_low("exclusiveMinimum"), is_high("maximum") || is_high("exclusiveMaximum"));
        if !has_low && is_exact {
            out.insert(INT64_LOW.to_owned(), Value::Bool(true));
            self.note_keyword(&format!("/{INT64_LOW}"), "format", "format");
        } else if !has_low {
            out.insert("minimum".to_owned(), Value::Number(low));
            self.note_keyword("/minimum", "format", "format");
        }
        if !has_high {
            out.insert("maximum".to_owned(), Value::Number(high));
            self.note_keyword("/maximum", "format", "format");
        }
    }
}

/// A count such as `maxLength`: a whole number that is not negative, also when written `3.0`.
pub(super) fn count(value: &Value) -> Option<Value> {
    if value.as_u64().is_some() {
        return Some(value.clone());
    }
    let float = value.as_f64().filter(|float| float.fract() == 0.0 && (0.0..1e15).contains(float))?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be whole and in range")]
    let whole = float as u64;
    Some(whole.into())
}

/// The bounds of one side: `minimum` with `exclusiveMinimum`, which Draft 4 wrote as a boolean beside it.
pub(super) fn one_sided(
    out: &mut Map<String, Value>,
    map: &Map<String, Value>,
    inclusive: &'static str,
    exclusive: &'static str,
) {
    let plain = map.get(inclusive).filter(|value| value.is_number());
    match map.get(exclusive) {
        Some(Value::Bool(true)) => {
            if let Some(limit) = plain {
                out.insert(exclusive.to_owned(), limit.clone());
            }
        }
        Some(limit @ Value::Number(_)) => {
            out.insert(exclusive.to_owned(), limit.clone());
            out.extend(plain.map(|limit| (inclusive.to_owned(), limit.clone())));
        }
        _ => out.extend(plain.map(|limit| (inclusive.to_owned(), limit.clone()))),
    }
}
