//! A value that fits no branch of `oneOf` or `anyOf`: which branch was meant, and what is wrong there.

use std::collections::HashSet;

use jsonschema::{
    JsonType, ValidationError,
    error::{TypeKind, ValidationErrorKind as Kind},
};

use super::{Origins, Violation, plain, wording};
use crate::limit;

/// Choices within choices that are looked into.
pub(super) const DEPTH_MAX: usize = 16;

/// Branches, and errors of each, that are compared with those of the others.
const SHARED_MAX: usize = 64;

/// Adds the violations that an error stands for.
pub(super) fn explain(error: &ValidationError<'_>, origins: Origins<'_>, found: &mut Vec<Violation>, depth: usize) {
    let (Kind::OneOfNotValid { context } | Kind::AnyOf { context }) = error.kind() else {
        found.push(plain(error, origins));
        return;
    };
    if let Some(violation) = only_types(error, context, origins) {
        found.push(violation);
        return;
    }
    match meant(error, context) {
        Some(branch) if depth > 0 => {
            for error in branch {
                if found.len() >= limit::VIOLATIONS_MAX {
                    break;
                }
                explain(error, origins, found, depth - 1);
            }
        }
        _ => match shared(error, context, origins) {
            shared if !shared.is_empty() => found.extend(shared),
            _ => found.push(plain(error, origins)),
        },
    }
}

/// What is wrong by every branch that asks for the type of the value.
fn shared(
    error: &ValidationError<'_>,
    context: &[Vec<ValidationError<'static>>],
    origins: Origins<'_>,
) -> Vec<Violation> {
    let here = error.instance_path().as_str();
    if context.len() > SHARED_MAX {
        return Vec::new();
    }
    let mut branches = context.iter().filter(|branch| !distance(here, branch).wrong_type);
    let (Some(first), Some(second)) = (branches.next(), branches.next()) else { return Vec::new() };
    let worded = |branch: &Vec<ValidationError<'static>>| -> Vec<Violation> {
        branch.iter().take(SHARED_MAX).map(|error| plain(error, origins)).collect()
    };
    let mut shared = worded(first);
    for branch in std::iter::once(second).chain(branches) {
        let said = worded(branch);
        let said: HashSet<_> = said.iter().map(|it| (&it.at, it.keyword, &it.message)).collect();
        shared.retain(|known| said.contains(&(&known.at, known.keyword, &known.message)));
        if shared.is_empty() {
            break;
        }
    }
    shared
}

/// If every branch asks for another type, that is one violation: `must be a string or null`.
fn only_types(
    error: &ValidationError<'_>,
    context: &[Vec<ValidationError<'static>>],
    origins: Origins<'_>,
) -> Option<Violation> {
    let here = error.instance_path().as_str();
    let mut names: Vec<&str> = Vec::new();
    for branch in context {
        let is_here = |error: &&ValidationError<'_>| error.instance_path().as_str() == here;
        let kind = branch.iter().filter(is_here).find_map(|error| match error.kind() {
            Kind::Type { kind } => Some(kind),
            _ => None,
        })?;
        match kind {
            TypeKind::Single(one) => names.push(one.as_str()),
            TypeKind::Multiple(set) => names.extend(set.iter().map(JsonType::as_str)),
        }
    }
    let mut seen = Vec::with_capacity(names.len());
    names.retain(|name| {
        !seen.contains(name) && {
            seen.push(*name);
            true
        }
    });
    let violation = plain(error, origins);
    Some(Violation { keyword: "type", message: wording::must_be_types(&names), ..violation })
}

/// How far a value is from a branch: the smaller the nearer.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Distance {
    /// The value itself has another type.
    wrong_type: bool,
    /// Properties whose value says that another branch is meant.
    wrong_choices: usize,
    errors: usize,
}

/// The branch that is nearer than all others.
fn meant<'e>(
    error: &ValidationError<'_>,
    context: &'e [Vec<ValidationError<'static>>],
) -> Option<&'e [ValidationError<'static>]> {
    let here = error.instance_path().as_str();
    let mut ranked: Vec<(Distance, &Vec<ValidationError<'static>>)> =
        context.iter().filter(|branch| !branch.is_empty()).map(|branch| (distance(here, branch), branch)).collect();
    ranked.sort_by(|a, b| a.0.cmp(&b.0));
    match ranked.as_slice() {
        [(_, only)] => Some(only),
        [(first, branch), (second, _), ..] if first < second && !first.wrong_type => Some(branch),
        _ => None,
    }
}

fn distance(here: &str, branch: &[ValidationError<'static>]) -> Distance {
    let is_here = |error: &&ValidationError<'_>| error.instance_path().as_str() == here;
    let is_choice = |error: &&ValidationError<'_>| matches!(error.kind(), Kind::Enum { .. } | Kind::Constant { .. });
    Distance {
        wrong_type: branch.iter().filter(is_here).any(|error| matches!(error.kind(), Kind::Type { .. })),
        wrong_choices: branch.iter().filter(is_choice).count(),
        errors: branch.len(),
    }
}
