//! How durations and times are written in the admin API.

use crate::{
    duration,
    session::{date_time, parse_date_time},
};

use super::refusal::Refusal;

/// What the name of a session looks like.
pub(super) const SESSION: &str = "^[A-Za-z0-9._~-]{1,128}$";
/// What a duration looks like.
pub(super) const DURATION: &str = r"^([0-9]{1,10}|([0-9]{1,9}(\.[0-9]{1,9})?(ms|s|m|h|d|w)){1,6})$";
/// What a duration looks like that may be negative.
pub(super) const SIGNED_DURATION: &str = r"^-?([0-9]{1,10}|([0-9]{1,9}(\.[0-9]{1,9})?(ms|s|m|h|d|w)){1,6})$";
/// What a time since 1970 looks like, beside being an RFC 3339 date-time.
pub(super) const TIME: &str = "^(19[789][0-9]|[2-9][0-9]{3})-";

/// A duration in milliseconds.
pub(super) fn duration_ms(text: &str) -> Result<u64, Refusal> {
    duration::parse(text).ok_or_else(|| {
        Refusal::bad_request(format!("`{text}` is no duration; write 80ms, 30s, 5m, 1h30m or a number of seconds"))
    })
}

/// A duration that may be negative, in milliseconds.
pub(super) fn signed_ms(text: &str) -> Result<i64, Refusal> {
    let (is_back, size) = match text.strip_prefix('-') {
        Some(size) => (true, size),
        None => (false, text),
    };
    let ms = i64::try_from(duration_ms(size)?).unwrap_or(i64::MAX);
    Ok(if is_back { -ms } else { ms })
}

/// A duration that may be negative, as text.
pub(super) fn signed(ms: i64) -> String {
    let sign = if ms < 0 { "-" } else { "" };
    format!("{sign}{}", duration::write(ms.unsigned_abs()))
}

/// A time, in milliseconds since the Unix epoch.
pub(super) fn time_ms(text: &str) -> Result<u64, Refusal> {
    parse_date_time(text).ok_or_else(|| {
        Refusal::bad_request(format!("`{text}` is no time since 1970; write it as in 2026-11-25T22:00:00Z"))
    })
}

/// A time as text.
pub(super) fn time(ms: u64) -> String {
    date_time(ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_go_both_ways() {
        let both = |text: &str| signed_ms(text).ok().map(signed);
        assert_eq!(both("5m").as_deref(), Some("5m"));
        assert_eq!(both("-90").as_deref(), Some("-1m30s"));
        assert_eq!(both("-0s").as_deref(), Some("0s"));
        assert_eq!(both("soon"), None);
        assert_eq!(both("--5m"), None);
    }

    /// Whatever the description allows is read.
    #[test]
    fn the_longest_duration_is_read() {
        let longest = "999999999.999999999w".repeat(6);
        assert!(regex::Regex::new(SIGNED_DURATION).unwrap().is_match(&longest));
        assert!(signed_ms(&longest).is_ok_and(|ms| ms > 0 && ms < i64::MAX));
    }
}
