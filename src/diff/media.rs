//! Which media types of two versions are the same one.

use mediatype::{MediaType as Parsed, ReadParams};

use crate::openapi::MediaType;

/// How the media type of one version stands to that of the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kinship {
    /// Both say the same.
    Same,
    /// The new one is a special form of the old one: `application/problem+json` of `application/json`.
    Special,
    /// The new one is more general.
    General,
    /// They differ in their parameters only.
    Parameters,
}

/// The media types of two versions.
pub(super) struct Matched<'a> {
    /// In both.
    pub(super) both: Vec<(&'a MediaType, &'a MediaType, Kinship)>,
    /// Only in the old version.
    pub(super) gone: Vec<&'a MediaType>,
    /// Only in the new version.
    pub(super) added: Vec<&'a MediaType>,
}

/// Matches those that are the same first, then those of which one is a form of the other.
pub(super) fn matching<'a>(base: &'a [MediaType], revision: &'a [MediaType]) -> Matched<'a> {
    let mut gone: Vec<&MediaType> = base.iter().collect();
    let mut added: Vec<&MediaType> = revision.iter().collect();
    let mut both = Vec::new();
    for only_same in [true, false] {
        gone.retain(|old| {
            let partner = added.iter().enumerate().find_map(|(index, new)| {
                let kinship = kinship(&old.range, &new.range)?;
                (!only_same || kinship == Kinship::Same).then_some((index, kinship))
            });
            if let Some((index, kinship)) = partner {
                both.push((*old, added.remove(index), kinship));
            }
            partner.is_none()
        });
    }
    let position = |old: &MediaType| base.iter().position(|it| std::ptr::eq(it, old));
    both.sort_by_key(|(old, ..)| position(old));
    Matched { both, gone, added }
}

/// A media type in parts; all in lower case but the values of parameters.
struct Name {
    main: String,
    sub: String,
    suffixes: Vec<String>,
    parameters: Vec<(String, String)>,
}

impl Name {
    fn read(range: &str) -> Option<Self> {
        let lower = |text: &str| text.to_ascii_lowercase();
        let parsed = Parsed::parse(range).ok()?;
        let essence = range.split(';').next().unwrap_or(range).trim();
        let (main, rest) = essence.split_once('/')?;
        let mut parts = rest.split('+').map(lower);
        let mut parameters: Vec<_> =
            parsed.params().map(|(name, value)| (lower(name.as_str()), value.unquoted_str().into_owned())).collect();
        parameters.sort();
        Some(Self { main: lower(main), sub: parts.next()?, suffixes: parts.collect(), parameters })
    }

    /// True if `other` is a form of this one: it ends in what this one is, or says more of the same.
    fn holds(&self, other: &Self) -> bool {
        if self.main != other.main {
            return false;
        }
        if self.suffixes.is_empty() && other.suffixes.last() == Some(&self.sub) {
            return true;
        }
        self.sub == other.sub && other.suffixes.starts_with(&self.suffixes)
    }
}

/// How two media types are related; `None` if they are not.
fn kinship(base: &str, revision: &str) -> Option<Kinship> {
    if base == revision {
        return Some(Kinship::Same);
    }
    let (old, new) = (Name::read(base)?, Name::read(revision)?);
    match (old.holds(&new), new.holds(&old)) {
        (true, true) if old.parameters == new.parameters => Some(Kinship::Same),
        (false, false) => None,
        _ if old.parameters != new.parameters => Some(Kinship::Parameters),
        (true, _) => Some(Kinship::Special),
        (false, true) => Some(Kinship::General),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relations() {
        use Kinship::{General, Parameters, Same, Special};
        for (base, revision, expected) in [
            ("application/json", "application/json", Some(Same)),
            ("application/json", "Application/JSON", Some(Same)),
            ("text/plain; charset=utf-8", "text/plain;charset=utf-8", Some(Same)),
            ("application/json", "application/problem+json", Some(Special)),
            ("application/problem+json", "application/json", Some(General)),
            ("application/vnd.a+json", "application/vnd.a+json+gzip", Some(Special)),
            ("application/vnd.a+json", "application/vnd.b+json", None),
            ("application/json", "application/json; v=1", Some(Parameters)),
            ("application/json", "text/json", None),
            ("*/*", "application/json", None),
            ("json", "application/json", None),
        ] {
            assert_eq!(kinship(base, revision), expected, "{base} {revision}");
        }
    }
}
