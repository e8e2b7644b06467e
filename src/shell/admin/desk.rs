//! Takes requests to the admin API: what comes through the gate and fits the description goes to its handler.

use std::sync::{Arc, LazyLock};

use axum::{
    Router,
    body::Body,
    response::{IntoResponse, Response as Reply},
};
use bytes::Bytes;
use http::{HeaderValue, Method, Request as HttpRequest, StatusCode, header};
use hyper::body::Incoming;
use tower::ServiceExt;

use super::{
    PREFIX,
    asked::{Asked, Given, sure},
    clock, document,
    gate::Gate,
    har, journal,
    operation::Operation,
    refusal::Refusal,
    scenario, server, sessions, tokens,
};
use crate::{
    contract::{Contract, Match, Routed},
    limit,
    message::Request,
    openapi::{self, MemorySources, ParameterPlace},
    shell::{
        alarm::Alarm,
        intake::{Bounds, read},
        serve::{Server, now_ms},
    },
};

/// All operations, in the order of the document.
fn operations() -> Vec<Operation> {
    let all = [
        sessions::operations(),
        scenario::operations(),
        clock::operations(),
        tokens::operations(),
        journal::operations(),
        har::operations(),
        server::operations(),
    ];
    all.into_iter().flatten().collect()
}

/// What stays the same for all servers of a process; made when it is first needed.
static DESK: LazyLock<Desk> = LazyLock::new(Desk::new);

struct Desk {
    document: Bytes,
    /// What requests must fit; `None` is impossible, as a test shows.
    contract: Option<Contract>,
    router: Router,
}

impl Desk {
    fn new() -> Self {
        let operations = operations();
        let document = Bytes::from(document::text(&operations));
        let sources = MemorySources::new().with("admin.json", document.to_vec());
        let loaded = openapi::load(&sources, "admin.json", "admin.json", &[]);
        let contract = loaded.api.map(|api| Contract::compile(api).0);
        let mut router = Router::new();
        for operation in operations {
            router = router.route(operation.path, operation.handler);
        }
        Self { document, contract, router }
    }
}

/// The OpenAPI document of the admin API.
pub(super) fn document() -> Bytes {
    DESK.document.clone()
}

/// Answers a request to the admin API.
pub(in crate::shell) async fn serve(
    server: &Server,
    gate: &Gate,
    alarm: &Alarm,
    request: HttpRequest<Incoming>,
) -> Reply {
    let mut reply = match take(server, gate, alarm, request).await {
        Ok(reply) => reply,
        Err(refusal) => refusal.into_response(),
    };
    // No page of another origin is to make anything of it, not even as a script or an image.
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-store"),
        (header::HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        reply.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    reply
}

async fn take(server: &Server, gate: &Gate, alarm: &Alarm, request: HttpRequest<Incoming>) -> Result<Reply, Refusal> {
    let (head, body) = request.into_parts();
    gate.admit(&head)?;
    let bounds = Bounds {
        bytes_max: limit::ADMIN_BODY_BYTES_MAX,
        timeout: server.settings().body_read_timeout,
        advice: "the admin API takes no more",
    };
    let request = HttpRequest::from_parts(head, body);
    let (request, _share) = read(request, bounds, server.bodies(), alarm).await.map_err(Refusal::ready)?;
    let Some(contract) = &DESK.contract else {
        return Err(Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "The admin API cannot be served"));
    };
    let path = request.path.strip_prefix(PREFIX.trim_end_matches('/')).unwrap_or_default();
    let given = match contract.route(&request.method, path, None) {
        Routed::Operation(found) => judged(contract, &found, &request)?,
        Routed::MethodNotAllowed { allowed } => return Err(not_allowed(&request, &allowed)),
        Routed::NotFound => return Err(unknown(contract, &request)),
    };
    let mut outgoing = HttpRequest::new(Body::empty());
    *outgoing.method_mut() = request.method.clone();
    *outgoing.uri_mut() = path.parse().map_err(|_| unknown(contract, &request))?;
    outgoing.extensions_mut().insert(Asked { server: server.clone(), now_ms: now_ms(), given: Arc::new(given) });
    Ok(sure(DESK.router.clone().oneshot(outgoing).await))
}

/// What a request says, if it fits its operation.
fn judged(contract: &Contract, found: &Match<'_>, request: &Request) -> Result<Given, Refusal> {
    judge_media_type(request)?;
    let operation = contract.operation(found.operation);
    let checked = contract.check_request(found, request);
    if !checked.findings.is_empty() {
        return Err(Refusal::invalid(checked.findings));
    }
    let mut given = Given { body: checked.body.into_value().unwrap_or_default(), ..Given::default() };
    for (index, value) in checked.parameters {
        let Some(parameter) = operation.parameters.get(index) else { continue };
        let place = if parameter.place == ParameterPlace::Path { &mut given.path } else { &mut given.query };
        place.insert(parameter.name.clone(), value);
    }
    // A filter with a slip of the pen in its name would let everything through.
    let described: Vec<&String> =
        operation.parameters.iter().filter(|it| it.place == ParameterPlace::Query).map(|it| &it.name).collect();
    for (name, _) in form_urlencoded::parse(request.query.as_deref().unwrap_or_default().as_bytes()) {
        if !described.iter().any(|known| **known == name) {
            let advice = match openapi::closest(&name, described.iter().copied()) {
                Some(known) => format!("; did you mean `{known}`?"),
                None if described.is_empty() => "; there are none".to_owned(),
                None => format!("; there are {}", quoted(described.iter().copied())),
            };
            return Err(Refusal::bad_request(format!("there is no query parameter `{name}` here{advice}")));
        }
    }
    Ok(given)
}

/// Nothing that a form of a page can send is taken, not even where no body is expected.
fn judge_media_type(request: &Request) -> Result<(), Refusal> {
    let field = request.headers.get(header::CONTENT_TYPE);
    let text = field.map(|value| value.to_str().unwrap_or_default());
    let essence = text.map(|text| text.split(';').next().unwrap_or_default().trim());
    let is_json = essence.is_some_and(|essence| essence.eq_ignore_ascii_case("application/json"));
    let has_none = field.is_none() && !request.has_body();
    if is_json || has_none || request.method == Method::GET || request.method == Method::HEAD {
        return Ok(());
    }
    let sent =
        text.map_or_else(|| "there is no Content-Type".to_owned(), |text| format!("the Content-Type is `{text}`"));
    Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", "The body must be JSON")
        .detail(format!("{sent}; send JSON with `Content-Type: application/json`")))
}

fn not_allowed(request: &Request, allowed: &[Method]) -> Refusal {
    let allow = allowed.iter().map(Method::as_str).collect::<Vec<_>>().join(", ");
    Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", "The path has no such method")
        .detail(format!("`{}` has {allow}, not {}", request.path, request.method))
        .header(header::ALLOW, &allow)
}

fn unknown(contract: &Contract, request: &Request) -> Refusal {
    let path = request.path.strip_prefix(PREFIX.trim_end_matches('/')).unwrap_or(&request.path);
    let near = contract.nearest(path, 3).into_iter().map(|(method, path)| format!("{method} /__mimeo{path}"));
    let near = near.collect::<Vec<_>>().join(", ");
    let detail =
        format!("`{}` is not there; the nearest are {near}; /__mimeo/openapi.json describes all", request.path);
    Refusal::not_found("The admin API has no such path", detail)
}

/// Names in a sentence.
pub(super) fn quoted<'n>(names: impl Iterator<Item = &'n String>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_description_is_without_findings() {
        let text = document::text(&operations());
        let sources = MemorySources::new().with("admin.json", text);
        let loaded = openapi::load(&sources, "admin.json", "admin.json", &[]);
        assert_eq!(loaded.findings, []);
        let (contract, findings) = Contract::compile(loaded.api.unwrap());
        assert_eq!(findings, []);
        assert_eq!(contract.check_all(), []);
        assert_eq!(contract.api.operations.len(), operations().len());
    }
}
