//! Requests that no operation answers: problems that name what would have been found.

use std::sync::Arc;

use http::{StatusCode, header};

use crate::{
    answer::Problem,
    contract::Contract,
    finding::{Code, Finding, Part, Place},
    message::Request,
};

/// No path of these APIs matches; the nearest are named.
#[cold]
pub(super) fn no_path<'c>(
    contracts: impl Iterator<Item = &'c Arc<Contract>>,
    request: &Request,
    path: &str,
) -> Problem {
    let near: Vec<String> = contracts
        .flat_map(|contract| contract.nearest(path, 3))
        .take(3)
        .map(|(method, path)| format!("{method} {path}"))
        .collect();
    let mut finding = Finding::error(
        Code::NOT_FOUND,
        Place::request(Part::Path, ""),
        format!("no path of the description matches `{}`", request.path),
    );
    if !near.is_empty() {
        finding = finding.help(format!("the nearest are {}", near.join(", ")));
    }
    Problem::new("NO_PATH_MATCHED_ERROR", StatusCode::NOT_FOUND, "Route not resolved, no path matched", vec![finding])
}

/// Several APIs have the path; their addresses are named.
#[cold]
pub(super) fn ambiguous(request: &Request, addresses: &[String]) -> Problem {
    let finding = Finding::error(
        Code::AMBIGUOUS_API,
        Place::request(Part::Path, ""),
        format!("`{}` is a path of several of the APIs that are served here", request.path),
    )
    .help(format!("say which one is meant: {}", addresses.join(" or ")));
    Problem::new("AMBIGUOUS_API", StatusCode::NOT_FOUND, "Several APIs have this path", vec![finding])
}

/// The path has no such method; those that it has are named.
#[cold]
pub(super) fn no_method(request: &Request, allowed: &[http::Method]) -> Problem {
    let allow = allowed.iter().map(http::Method::as_str).collect::<Vec<_>>().join(", ");
    let finding = Finding::error(
        Code::METHOD_NOT_ALLOWED,
        Place::request(Part::Path, ""),
        format!("`{}` is described, but not with the method {}", request.path, request.method),
    )
    .help(format!("it has {allow}"));
    Problem::new(
        "NO_METHOD_MATCHED_ERROR",
        StatusCode::METHOD_NOT_ALLOWED,
        "Route resolved, but no method matched",
        vec![finding],
    )
    .with_header(header::ALLOW, &allow)
}
