//! Points in time as texts. Times are in milliseconds since the Unix epoch.

use std::time::{Duration, UNIX_EPOCH};

use jiff::Timestamp;

/// The last moment that four digits of a year can say: 9999-12-30, 22:00 UTC.
const LAST_MS: u64 = 253_402_207_200_000;

/// As `Date` has it (RFC 9110, section 5.6.7).
pub fn http_date(ms: u64) -> String {
    httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_millis(ms.min(LAST_MS)))
}

/// As RFC 3339 has it, in UTC, with milliseconds: `2026-11-25T22:00:00.000Z`.
pub fn date_time(ms: u64) -> String {
    let ms = i64::try_from(ms.min(LAST_MS)).unwrap_or_default();
    let time = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
    format!("{time:.3}")
}

/// Reads what [`date_time`] writes, with any offset; `None` if it is no time since the epoch.
pub fn parse_date_time(text: &str) -> Option<u64> {
    u64::try_from(text.trim().parse::<Timestamp>().ok()?.as_millisecond()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms() {
        assert_eq!(http_date(784_111_777_000), "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(date_time(784_111_777_123), "1994-11-06T08:49:37.123Z");
        assert_eq!(date_time(u64::MAX), "9999-12-30T22:00:00.000Z");
        assert_eq!(http_date(u64::MAX), "Thu, 30 Dec 9999 22:00:00 GMT");
        assert_eq!(parse_date_time("1994-11-06T09:49:37.123+01:00"), Some(784_111_777_123));
        assert_eq!(parse_date_time("1969-01-01T00:00:00Z"), None);
        assert_eq!(parse_date_time("soon"), None);
    }
}
