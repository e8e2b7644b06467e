//! Sunsets: from which day on something deprecated may be gone (`x-sunset`), and how stable it is said to be
//! (`x-stability-level`).

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde_json::Value;

use super::{settings::Settings, version::Version};
use crate::openapi::Location;

/// The extension that holds a sunset.
pub(super) const SUNSET: &str = "x-sunset";
/// The extension that holds a stability level.
pub(super) const STABILITY: &str = "x-stability-level";

/// How stable something is said to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stability {
    Draft,
    Alpha,
    Beta,
    /// Also what says nothing.
    Stable,
}

impl Stability {
    /// The level as it is written.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Alpha => "alpha",
            Self::Beta => "beta",
            Self::Stable => "stable",
        }
    }

    /// True if nobody may rely on it, so that nothing about it can break.
    pub(super) fn promises_nothing(self) -> bool {
        self <= Self::Alpha
    }

    /// How many days before its sunset something of this level must be deprecated.
    pub(super) fn days(self, settings: &Settings) -> u32 {
        match self {
            Self::Draft | Self::Alpha => 0,
            Self::Beta => settings.deprecation_days_beta,
            Self::Stable => settings.deprecation_days_stable,
        }
    }
}

/// The stability level of what is at `at`; the error says what stands there instead.
pub(super) fn stability(version: Version<'_>, at: &Location) -> Result<Stability, String> {
    match version.member(at, STABILITY) {
        None | Some(Value::Null) => Ok(Stability::Stable),
        Some(Value::String(word)) => match word.as_str() {
            "draft" => Ok(Stability::Draft),
            "alpha" => Ok(Stability::Alpha),
            "beta" => Ok(Stability::Beta),
            "stable" => Ok(Stability::Stable),
            other => Err(format!("`{other}`")),
        },
        Some(other) => Err(format!("`{other}`")),
    }
}

/// The sunset of what is at `at`, as written.
pub(super) fn sunset<'a>(version: Version<'a>, at: &Location) -> Option<&'a Value> {
    version.member(at, SUNSET).filter(|value| !value.is_null())
}

/// The day of a sunset: a date, or the date of a point in time.
pub(super) fn day(sunset: &Value) -> Option<Date> {
    let text = sunset.as_str()?.trim();
    let is_date = text.len() == 10;
    if is_date {
        return text.parse().ok();
    }
    // The day is the one that is written, whatever the offset; what follows it must be a time all the same.
    text.parse::<Timestamp>().ok()?;
    text.get(..10)?.parse().ok()
}

/// A value as it is shown in a text.
pub(super) fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Today, in UTC.
pub(super) fn today(settings: &Settings) -> Date {
    let now = i64::try_from(settings.now_ms).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
    now.unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(TimeZone::UTC).date()
}

/// How many days from today until `day`; negative if it is over.
pub(super) fn days_until(day: Date, settings: &Settings) -> i64 {
    let span = today(settings).until(day);
    span.map_or(i64::MAX, |span| i64::from(span.get_days()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn days_are_read() {
        let read = |text: &str| day(&json!(text)).map(|day| day.to_string());
        assert_eq!(read("2026-11-25").as_deref(), Some("2026-11-25"));
        assert_eq!(read("2026-11-25T23:30:00-05:00").as_deref(), Some("2026-11-25"));
        assert_eq!(read("2026-11-25T00:00:00Z").as_deref(), Some("2026-11-25"));
        for text in ["soon", "2026-13-01", "2026-11-25T", "2026-11-25 and then", "", "25.11.2026"] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(day(&json!(20_261_125)), None);
    }

    #[test]
    fn days_are_counted_from_today() {
        let settings = Settings { now_ms: 1_795_000_000_000, deprecation_days_stable: 0, deprecation_days_beta: 0 };
        let today = today(&settings);
        assert_eq!(today.to_string(), "2026-11-18");
        assert_eq!(days_until(today, &settings), 0);
        assert_eq!(days_until("2026-11-17".parse().unwrap(), &settings), -1);
        assert_eq!(days_until("9999-01-01".parse().unwrap(), &settings), 2_911_757);
    }
}
