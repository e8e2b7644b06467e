//! Durations as people write them: `80ms`, `5m`, `1h30m`, and plain numbers of seconds.

use std::fmt::Write as _;

/// Units, in milliseconds.
const UNITS: [(&str, u64); 6] =
    [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000), ("w", 604_800_000)];

/// A text as milliseconds: one or more numbers with `ms`, `s`, `m`, `h`, `d` or `w`, or a number of seconds. `None` if
/// it is no duration, or too long for 64 bits.
pub fn parse(text: &str) -> Option<u64> {
    let mut rest = text.trim();
    if let Ok(seconds) = rest.parse::<u64>() {
        return seconds.checked_mul(1_000);
    }
    let mut total = 0_u64;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, tail) = rest.split_at(digits);
        let letters = tail.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(letters);
        let (_, factor) = UNITS.iter().find(|(name, _)| *name == unit)?;
        total = total.checked_add(times(number, *factor)?)?;
        rest = tail.trim_start();
    }
    (!text.trim().is_empty()).then_some(total)
}

/// A decimal number times a factor, rounded down to whole milliseconds.
fn times(number: &str, factor: u64) -> Option<u64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let whole = whole.parse::<u64>().ok()?.checked_mul(factor)?;
    if fraction.is_empty() || fraction.len() > 9 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let scale = 10_u64.pow(u32::try_from(fraction.len()).ok()?);
    let part = u128::from(fraction.parse::<u64>().ok()?) * u128::from(factor) / u128::from(scale);
    whole.checked_add(u64::try_from(part).ok()?)
}

/// Milliseconds as a text that [`parse`] reads: `1h30m`, `80ms`, `0s`.
pub fn write(ms: u64) -> String {
    let mut rest = ms;
    let mut text = String::new();
    for (name, factor) in UNITS.iter().rev() {
        if rest >= *factor {
            let _ = write!(text, "{}{name}", rest / factor);
            rest %= factor;
        }
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads() {
        #[track_caller]
        fn check(text: &str, expected: Option<u64>) {
            assert_eq!(parse(text), expected, "{text}");
        }
        check("80ms", Some(80));
        check("5m", Some(300_000));
        check("1h30m", Some(5_400_000));
        check("1h 30m", Some(5_400_000));
        check("1.5s", Some(1_500));
        check("24h", Some(86_400_000));
        check("900", Some(900_000));
        check("0s", Some(0));
        for text in ["", " ", "m", "5x", "-5m", "5m-", "1.s", "99999999999999w", "1.2.3s", "18446744073709551615"] {
            check(text, None);
        }
    }

    #[test]
    fn reads_what_it_writes() {
        for ms in [0, 1, 80, 999, 1_000, 61_001, 86_400_000, u64::MAX] {
            assert_eq!(parse(&write(ms)), Some(ms), "{}", write(ms));
        }
    }
}
