//! Makes a [`Contract`] of an [`Api`].

use std::{collections::HashSet, sync::Arc};

use super::{
    Contract, MediaRange, OperationId, check,
    route::{RouteProblem, Router},
    site::Bases,
};
use crate::{
    finding::{Code, Finding, Place},
    limit,
    openapi::{Api, Location, MediaType, Operation},
    schema::Schemas,
};

impl Contract {
    /// Compiles an API. What cannot be compiled is left out and is a finding.
    ///
    /// Schemas are compiled when first used; [`Contract::check_all`] looks at all of them.
    pub fn compile(api: Api) -> (Self, Vec<Finding>) {
        let (router, problems) = Router::build(&api.operations);
        let mut findings: Vec<Finding> =
            problems.into_iter().filter_map(|(id, problem)| describe(&api, id, problem)).collect();
        findings.extend(bad_media_types(&api));
        findings.extend(super::pattern::bad_templates(&api));
        findings.truncate(limit::FINDINGS_MAX);
        let schemas = Schemas::new(Arc::clone(&api.documents), api.dialect, api.made_items);
        let bases = Bases::of(&api);
        let plans = check::plans(&api);
        (Self { api, schemas, router, bases, plans }, findings)
    }
}

fn describe(api: &Api, id: OperationId, problem: RouteProblem) -> Option<Finding> {
    let operation = api.operations.get(id.0 as usize)?;
    let path = key(operation).unwrap_or_else(|| operation.path.clone());
    let method = &operation.method;
    Some(match problem {
        RouteProblem::Hidden { by } => {
            let other = other_key(api, by);
            Finding::warning(
                Code::PATH_CONFLICT,
                api.documents.key_place(&operation.at),
                format!("{method} `{path}` is never reached, because {method} `{other}` matches the same requests"),
            )
            .help("keep one of the two, or make their paths differ in more than a parameter's name or a fragment")
        }
        RouteProblem::Second { to } => {
            let other = other_key(api, to);
            Finding::warning(
                Code::PATH_CONFLICT,
                api.documents.key_place(&operation.at),
                format!(
                    "{method} `{path}` is reached only by requests whose path parameters do not fit {method} `{other}` or are a default \
                     of its own, because both match the same paths"
                ),
            )
            .help("keep one of the two, make their paths differ in more than a parameter's name, or describe the \
                   parameters so that no text fits both")
        }
        RouteProblem::Twin { of } => {
            let other = other_key(api, of);
            Finding::note(
                Code::PATH_CONFLICT,
                path_place(api, operation),
                format!("`{path}` matches the same requests as `{other}`; both are served, as one path"),
            )
            .help("OpenAPI does not allow it: put all methods under one of the two")
        }
        RouteProblem::TooLong => Finding::error(
            Code::BAD_PATH,
            path_place(api, operation),
            format!("the path has more than {} segments and is not served", limit::PATH_SEGMENTS_MAX),
        )
        .help("shorten the path"),
        RouteProblem::StrayBrace => Finding::warning(
            Code::BAD_PATH,
            path_place(api, operation),
            format!("a brace in `{path}` encloses no parameter and is taken as plain text"),
        )
        .help("close it, or write `%7B` and `%7D` if the brace is meant"),
        RouteProblem::Touching => Finding::warning(
            Code::BAD_PATH,
            path_place(api, operation),
            format!(
                "two parameters in `{path}` have no text between them, so that a request does not say where one ends"
            ),
        )
        .help("put text between them; as it is, the second one gets a single character"),
    })
}

/// The key of an operation's path, with query and fragment, if it stands under one.
fn key(operation: &Operation) -> Option<String> {
    let (_, key) = operation.at.parent()?.0.parent()?;
    key.starts_with(operation.path.as_str()).then_some(key)
}

fn other_key(api: &Api, id: OperationId) -> String {
    let operation = api.operations.get(id.0 as usize);
    operation.map(|operation| key(operation).unwrap_or_else(|| operation.path.clone())).unwrap_or_default()
}

fn path_place(api: &Api, operation: &Operation) -> Place {
    match operation.at.parent() {
        Some((path, _)) => api.documents.key_place(&path),
        None => Place::Nowhere,
    }
}

/// Keys of `content` that are no media types: a body or client can never name them.
fn bad_media_types(api: &Api) -> Vec<Finding> {
    let mut seen: HashSet<&Location> = HashSet::new();
    let bad = api.operations.iter().chain(&api.webhooks).flat_map(contents).filter(|media| !is_range(&media.range));
    bad.filter(|media| seen.insert(&media.at))
        .map(|media| {
            Finding::warning(
                Code::BAD_MEDIA_TYPE,
                api.documents.key_place(&media.at),
                format!("`{}` is neither a media type nor a range of them", media.range),
            )
            .help("write `type/subtype`, such as `application/json`")
        })
        .collect()
}

/// The media types of an operation's body and answers.
fn contents(operation: &Operation) -> impl Iterator<Item = &MediaType> {
    let body = operation.body.iter().flat_map(|body| &body.content);
    body.chain(operation.responses.iter().flat_map(|response| &response.content))
}

fn is_range(text: &str) -> bool {
    // Nearly all are; those need no copy.
    text == "application/json" || MediaRange::parse(text).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        contract::fixture::{api, location, media},
        openapi::RequestBody,
    };

    #[track_caller]
    fn check(operations: &[&str], expected: &[&str]) {
        let (_, findings) = Contract::compile(api("a", operations));
        let found: Vec<String> = findings
            .iter()
            .map(|finding| {
                let Place::File { pointer, .. } = &finding.place else { panic!("{:?}", finding.place) };
                format!("{} {pointer}: {}", finding.severity.as_str(), finding.message)
            })
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn paths() {
        check(&["GET /a/{x}", "GET /a/b"], &[]);
        check(
            &["GET /a/{x}", "GET /a/{y}"],
            &[
                "warning /paths/~1a~1{y}/get: GET `/a/{y}` is reached only by requests whose path parameters do not fit GET \
                 `/a/{x}` or are a default of its own, because both match the same paths",
            ],
        );
        check(
            &["GET /a/{x}", "PUT /a/{y}"],
            &["note /paths/~1a~1{y}: `/a/{y}` matches the same requests as `/a/{x}`; both are served, as one path"],
        );
        check(
            &["GET /a/{x"],
            &["warning /paths/~1a~1{x: a brace in `/a/{x` encloses no parameter and is taken as plain text"],
        );
    }

    #[test]
    fn media_types_are_reported_once() {
        let mut api = api("a", &["GET /a", "PUT /a"]);
        for operation in &mut api.operations {
            let content = vec![media("json"), media("application/json")];
            operation.body = Some(RequestBody { required: true, content, at: location("/x") });
        }
        let (_, findings) = Contract::compile(api);
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].message, "`json` is neither a media type nor a range of them");
    }
}
