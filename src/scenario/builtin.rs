//! The scenarios that are there for every description. They are read as any other.

use std::sync::{Arc, OnceLock};

use super::read::{Written, read_as};

macro_rules! built_in {
    ($($name:literal),* $(,)?) => {
        /// The name and the text of each.
        const TEXTS: &[(&str, &str)] = &[$(($name, include_str!(concat!("builtin/", $name, ".yaml")))),*];
    };
}

built_in![
    "bad-request",
    "unauthorized",
    "token-expired",
    "forbidden",
    "not-found",
    "conflict",
    "rate-limited",
    "server-error",
    "unavailable",
    "slow",
    "flaky",
    "offline",
];

/// The scenarios that are there for every description, read once.
pub(super) fn built_in() -> &'static [Arc<Written>] {
    static READ: OnceLock<Vec<Arc<Written>>> = OnceLock::new();
    READ.get_or_init(|| {
        let read = |(name, text): &(&str, &str)| read_as(&format!("{name}.yaml"), text.as_bytes().to_vec(), true);
        TEXTS.iter().filter_map(|text| read(text).written).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::read;

    #[test]
    fn all_are_read_without_a_finding() {
        for (name, text) in TEXTS {
            let reading = read(name, text.as_bytes().to_vec());
            assert_eq!(reading.findings, []);
            let written = reading.written.unwrap();
            assert_eq!(written.name(), *name);
            assert!(written.file.description.is_some(), "{name}");
        }
        assert_eq!(built_in().len(), TEXTS.len());
    }
}
