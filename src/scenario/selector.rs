//! Which operations a rule means.

use super::file::SelectorFile;
use crate::{
    contract::{Contract, OperationId},
    form::nearest,
    openapi::Operation,
};

/// A selector that means no operation: what to say.
pub(super) struct Missed {
    pub(super) message: String,
    pub(super) help: String,
}

/// How a rule says which operations it means.
enum Selector<'a> {
    Id(&'a str),
    Route(&'a str, &'a str),
    Security(&'a str),
    Tag(&'a str),
}

impl<'a> Selector<'a> {
    fn of(file: &'a SelectorFile) -> Self {
        match file {
            SelectorFile::Tag(file) => Self::Tag(&file.tag),
            SelectorFile::Text(text) => match (text.strip_prefix("security:"), text.split_once(' ')) {
                (Some(scheme), _) => Self::Security(scheme.trim()),
                (None, Some((method, path))) if path.trim_start().starts_with(['/', '*']) => {
                    Self::Route(method, path.trim())
                }
                _ => Self::Id(text),
            },
        }
    }

    fn means(&self, operation: &Operation) -> bool {
        match self {
            Self::Id(id) => operation.id.as_deref().is_some_and(|own| glob(id, own)),
            Self::Route(method, path) => {
                glob(&method.to_ascii_uppercase(), operation.method.as_str()) && glob(path, &operation.path)
            }
            Self::Security(scheme) => {
                // `security:*` means those that let nobody in without credentials.
                let is_optional = operation.security.iter().any(|one| one.schemes.is_empty());
                let asks = operation.security.iter().flat_map(|one| &one.schemes).any(|(name, _)| glob(scheme, name));
                asks && !(is_optional && scheme.contains('*'))
            }
            Self::Tag(tag) => operation.tags.iter().any(|own| glob(tag, own)),
        }
    }
}

/// The operations that a selector means, each with the number of its API.
pub(super) fn select(file: &SelectorFile, contracts: &[&Contract]) -> Result<Vec<(usize, OperationId)>, Missed> {
    let selector = Selector::of(file);
    let mut found = Vec::new();
    for (number, contract) in contracts.iter().enumerate() {
        let operations = (0..).map(OperationId).zip(&contract.api.operations);
        found.extend(operations.filter(|(_, it)| selector.means(it)).map(|(id, _)| (number, id)));
    }
    if found.is_empty() { Err(missed(&selector, contracts)) } else { Ok(found) }
}

fn missed(selector: &Selector<'_>, contracts: &[&Contract]) -> Missed {
    let operations = || contracts.iter().flat_map(|contract| &contract.api.operations);
    let (message, wanted, names): (String, String, Vec<String>) = match selector {
        Selector::Id(id) => (
            format!("no operation is called `{id}`"),
            (*id).to_owned(),
            operations().filter_map(|it| it.id.clone()).collect(),
        ),
        Selector::Route(method, path) => (
            format!("there is no operation `{method} {path}`"),
            format!("{method} {path}"),
            operations().map(|it| format!("{} {}", it.method, it.path)).collect(),
        ),
        Selector::Tag(tag) => (
            format!("no operation has the tag `{tag}`"),
            (*tag).to_owned(),
            operations().flat_map(|it| it.tags.clone()).collect(),
        ),
        Selector::Security(scheme) => {
            let is_declared = contracts.iter().any(|contract| contract.api.schemes.contains_key(*scheme));
            let message = if is_declared {
                format!("no operation asks for the security scheme `{scheme}`")
            } else {
                format!("there is no security scheme `{scheme}`")
            };
            let used = operations().flat_map(|it| &it.security).flat_map(|one| &one.schemes);
            (message, (*scheme).to_owned(), used.map(|(name, _)| name.clone()).collect())
        }
    };
    let help = match selector {
        Selector::Id(_) | Selector::Route(..) => nearest(&wanted, names, "`mimeo routes` lists all"),
        Selector::Tag(_) => nearest(&wanted, names, "no operation has a tag"),
        Selector::Security(_) => nearest(&wanted, names, "no operation asks for credentials"),
    };
    Missed { message, help }
}

/// True if a pattern, in which `*` stands for any text, matches the whole of a text.
pub(super) fn glob(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = text.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs() {
        #[track_caller]
        fn check(pattern: &str, text: &str, expected: bool) {
            assert_eq!(glob(pattern, text), expected, "{pattern} {text}");
        }
        check("abc", "abc", true);
        check("abc", "abcd", false);
        check("a*", "abc", true);
        check("*c", "abc", true);
        check("*", "", true);
        check("a*b*c", "a-b-b-c", true);
        check("a*b", "ab", true);
        check("ab*ba", "aba", false);
        check("get*", "listGet", false);
        check("é*é", "éxé", true);
    }
}
