//! Strings by format, pattern and length.

use super::{
    chance::Chance,
    merge::{Merged, Range},
    regular,
};
use crate::limit;

/// Characters that a drawn string has beyond its least.
const SPREAD: u64 = 20;

/// A string that suits format, pattern and length as far as one can be found.
pub(super) fn make(merged: &Merged<'_>, chance: &mut Chance) -> String {
    let Range { min, max } = merged.length;
    let is_fitting = |text: &str| {
        let length = text.chars().count() as u64;
        (min..=max).contains(&length) && merged.patterns.iter().all(|pattern| regular::matches(pattern, text))
    };
    if let Some(text) = merged.format.and_then(|format| by_format(format, chance))
        && (is_fitting(&text) || merged.patterns.is_empty() && is_checked_format(merged))
    {
        return text;
    }
    if !merged.patterns.is_empty()
        && let Some(text) = regular::make(&merged.patterns, merged.length, chance)
    {
        return text;
    }
    sized(merged.length, chance)
}

fn is_checked_format(merged: &Merged<'_>) -> bool {
    merged.format.is_some_and(crate::schema::format::is_checked)
}

/// `string`, cut or repeated to length; drawn letters otherwise.
fn sized(length: Range, chance: &mut Chance) -> String {
    let most = limit::GENERATED_NODES_MAX as u64;
    let (min, max) = (length.min.min(most), length.max.min(most));
    if chance.is_plain() {
        let wanted = usize::try_from(6.clamp(min, max.max(min))).unwrap_or(0);
        return "string".chars().cycle().take(wanted).collect();
    }
    let wanted = min + chance.below(max.saturating_sub(min).min(SPREAD) + 1);
    (0..wanted).map(|_| letter(chance)).collect()
}

fn letter(chance: &mut Chance) -> char {
    pick(b"abcdefghijklmnopqrstuvwxyz", chance)
}

fn pick(among: &[u8], chance: &mut Chance) -> char {
    among.get(chance.index(among.len())).copied().map_or('a', char::from)
}

fn word(chance: &mut Chance) -> String {
    let length = 4 + chance.below(6);
    (0..length).map(|_| letter(chance)).collect()
}

/// A string of a format, if it is one that is known.
pub(super) fn by_format(format: &str, chance: &mut Chance) -> Option<String> {
    let plain = match format {
        "date-time" => "2019-08-24T14:15:22Z",
        "date" => "2019-08-24",
        "time" => "14:15:22Z",
        "duration" => "P3D",
        "email" | "idn-email" => "user@example.com",
        "hostname" | "idn-hostname" => "example.com",
        "ipv4" => "192.0.2.1",
        "ipv6" => "2001:db8::1",
        "uri" | "iri" | "url" => "http://example.com",
        "uri-reference" | "iri-reference" => "/path",
        "uri-template" => "http://example.com/{id}",
        "uuid" | "guid" => "123e4567-e89b-12d3-a456-426614174000",
        "json-pointer" => "/json/pointer",
        "relative-json-pointer" => "1/pointer",
        "regex" => "^[a-z]+$",
        "byte" | "base64" | "base64url" => "c3RyaW5n",
        "password" => "pa55word",
        "char" => "a",
        _ => return None,
    };
    if chance.is_plain() {
        Some(plain.to_owned())
    } else {
        Some(drawn(format, chance).unwrap_or_else(|| plain.to_owned()))
    }
}

fn drawn(format: &str, chance: &mut Chance) -> Option<String> {
    let date = |chance: &mut Chance| {
        format!("{:04}-{:02}-{:02}", 2000 + chance.below(30), 1 + chance.below(12), 1 + chance.below(28))
    };
    let time =
        |chance: &mut Chance| format!("{:02}:{:02}:{:02}Z", chance.below(24), chance.below(60), chance.below(60));
    let hex = |count: usize, chance: &mut Chance| -> String {
        (0..count).map(|_| pick(b"0123456789abcdef", chance)).collect()
    };
    Some(match format {
        "date-time" => format!("{}T{}", date(chance), time(chance)),
        "date" => date(chance),
        "time" => time(chance),
        "duration" => format!("P{}DT{}H", 1 + chance.below(30), 1 + chance.below(23)),
        "email" | "idn-email" => format!("{}@example.com", word(chance)),
        "hostname" | "idn-hostname" => format!("{}.example.com", word(chance)),
        // the networks that RFC 5737 and RFC 3849 keep for examples
        "ipv4" => format!("192.0.2.{}", 1 + chance.below(254)),
        "ipv6" => format!("2001:db8::{}", hex(4, chance)),
        "uri" | "iri" | "url" | "uri-template" => format!("http://example.com/{}", word(chance)),
        "uuid" | "guid" => {
            let [a, b, c, d] = [8, 4, 3, 3].map(|count| hex(count, chance));
            format!("{a}-{b}-4{c}-{}{d}-{}", pick(b"89ab", chance), hex(12, chance))
        }
        "uri-reference" | "iri-reference" | "json-pointer" => format!("/{}", word(chance)),
        "password" => word(chance),
        "char" => letter(chance).to_string(),
        _ => return None,
    })
}
