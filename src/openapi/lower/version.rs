//! Which version a description is written in.

use serde_json::Value;

use crate::{
    finding::{Code, Finding},
    openapi::{
        documents::{DocId, Documents, Location},
        model::Dialect,
    },
};

/// A version of the specification, as far as descriptions differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Version {
    /// Swagger 2.0
    V20,
    /// OpenAPI 3.0
    V30,
    /// OpenAPI 3.1
    V31,
    /// OpenAPI 3.2
    V32,
}

impl Version {
    /// The version's name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::V20 => "Swagger 2.0",
            Self::V30 => "OpenAPI 3.0",
            Self::V31 => "OpenAPI 3.1",
            Self::V32 => "OpenAPI 3.2",
        }
    }

    /// The schema language that the version is written in, unless a document says otherwise.
    pub(super) fn dialect(self) -> Dialect {
        match self {
            Self::V20 => Dialect::Swagger2,
            Self::V30 => Dialect::OpenApi30,
            Self::V31 | Self::V32 => Dialect::JsonSchema,
        }
    }
}

/// The version of the entry document; `None` if it is one that cannot be read.
pub(super) fn detect(documents: &Documents, findings: &mut Vec<Finding>) -> Option<Version> {
    let root = &documents.document(DocId::ENTRY)?.tree;
    let (field, value) = match (root.get("openapi"), root.get("swagger")) {
        (Some(value), swagger) => {
            if swagger.is_some() {
                let place = documents.key_place(&Location::new(DocId::ENTRY, "/swagger"));
                let message = "the document says both `openapi` and `swagger`; `openapi` counts";
                findings.push(Finding::warning(Code::VERSION, place, message).help("remove one of them"));
            }
            ("openapi", value)
        }
        (None, Some(value)) => ("swagger", value),
        (None, None) => {
            let place = documents.place(&Location::new(DocId::ENTRY, ""));
            let message = "the document has neither `openapi` nor `swagger`";
            findings.push(Finding::error(Code::VERSION, place, message).help("start it with `openapi: 3.1.0`"));
            return None;
        }
    };
    let place = || documents.place(&Location::new(DocId::ENTRY, format!("/{field}")));
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let Some((version, canonical)) = parse(&text) else {
        let message = format!("`{field}: {text}` is no version that can be read");
        let help = "versions that can be read are `swagger: \"2.0\"` and `openapi: 3.0.x`, `3.1.x` and `3.2.x`";
        findings.push(Finding::error(Code::VERSION, place(), message).help(help));
        return None;
    };
    let field_fits = (version == Version::V20) == (field == "swagger");
    if !canonical || !field_fits || !value.is_string() {
        let message = format!("`{field}: {text}` is not how a version is written; it is taken as {}", version.name());
        let help = match version {
            Version::V20 => "write `swagger: \"2.0\"`",
            Version::V30 => "write `openapi: \"3.0.4\"`",
            Version::V31 => "write `openapi: \"3.1.2\"`",
            Version::V32 => "write `openapi: \"3.2.0\"`",
        };
        findings.push(Finding::warning(Code::VERSION, place(), message).help(help));
    }
    Some(version)
}

/// The version that a text means, and whether it is written as the specification asks; `None` for an unknown one.
fn parse(text: &str) -> Option<(Version, bool)> {
    let trimmed = text.trim().trim_start_matches(['v', 'V']);
    let core = trimmed.split(['-', '+', ' ']).next().unwrap_or(trimmed);
    let mut numbers = core.split('.').map(str::parse::<u32>);
    let major = numbers.next()?.ok()?;
    let minor = numbers.next().transpose().ok()?;
    let patch = numbers.next().transpose().ok()?;
    let tidy = trimmed == text && numbers.next().is_none();
    Some(match (major, minor) {
        (2, minor) => (Version::V20, tidy && minor == Some(0) && patch.is_none()),
        (3, None | Some(0)) => (Version::V30, tidy && patch.is_some()),
        (3, Some(1)) => (Version::V31, tidy && patch.is_some()),
        (3, Some(2)) => (Version::V32, tidy && patch.is_some()),
        (3, Some(_)) => (Version::V32, false),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions() {
        #[track_caller]
        fn check(text: &str, expected: Option<(Version, bool)>) {
            assert_eq!(parse(text), expected, "{text}");
        }
        check("2.0", Some((Version::V20, true)));
        check("2", Some((Version::V20, false)));
        check("2.0.0", Some((Version::V20, false)));
        check("3.0.3", Some((Version::V30, true)));
        check("3.0", Some((Version::V30, false)));
        check("3", Some((Version::V30, false)));
        check("3.1.0-rc1", Some((Version::V31, true)));
        check("v3.1.0", Some((Version::V31, false)));
        check("3.2.0", Some((Version::V32, true)));
        check("3.3.0", Some((Version::V32, false)));
        check("1.2", None);
        check("4.0.0", None);
        check("latest", None);
        check("", None);
        check("null", None);
    }
}
