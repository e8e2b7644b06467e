//! The server itself: whether it is well, what it serves, what it counts.

use axum::response::IntoResponse;
use http::{Method, StatusCode, header};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    asked::{Answered, Asked, json},
    desk,
    operation::Operation,
    refusal::Refusal,
};
use crate::{
    limit,
    mock::{Listed, listing},
    shell::{metrics::Gauges, reload::reload},
};

/// The operations of this file.
pub(super) fn operations() -> Vec<Operation> {
    let text = |generator: &mut schemars::SchemaGenerator| generator.subschema_for::<String>();
    vec![
        Operation::new(Method::GET, "/routes", "listRoutes", "The operations that are served", routes)
            .query::<RoutePage>()
            .answers::<RouteList>("The operations, in the order of their descriptions."),
        Operation::new(Method::POST, "/reload", "reload", "Read the descriptions again", read_again)
            .answers::<ReloadView>("They were read again and are served.")
            .refuses(409, "They could not be read; the last good ones are still served."),
        Operation::new(Method::GET, "/health", "getHealth", "Whether the server serves", health)
            .answers::<Health>("It does."),
        Operation::new(Method::GET, "/ready", "getReadiness", "Whether a request that comes now is answered", ready)
            .answers::<Readiness>("It is.")
            .refuses(503, "It is not: nothing can be served, or the server is about to stop."),
        Operation::new(Method::GET, "/metrics", "getMetrics", "What is counted, for Prometheus", metrics).answer(
            200,
            "The metrics in text form.",
            Some(("text/plain", text)),
        ),
        Operation::new(Method::GET, "/openapi.json", "getDescription", "This description", description)
            .answers::<serde_json::Map<String, serde_json::Value>>("An OpenAPI document."),
    ]
}

/// Which part of the list.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RoutePage {
    /// How many to pass over.
    #[schemars(range(max = 1_000_000))]
    offset: Option<usize>,
    /// How many at most; 100 unless said otherwise.
    #[schemars(range(min = 1, max = 1000))]
    limit: Option<usize>,
}

/// Operations.
#[derive(Debug, Serialize, JsonSchema)]
struct RouteList {
    /// The operations of this page.
    routes: Vec<Route>,
    /// How many there are in all.
    total: usize,
}

/// An operation; `-` where there is nothing to say.
#[derive(Debug, Serialize, JsonSchema)]
struct Route {
    /// The API's id.
    api: String,
    /// The method.
    method: String,
    /// The path template.
    path: String,
    /// The operationId.
    operation: String,
    /// The status of the answer to a good request.
    status: String,
    /// Where that answer comes from.
    answer: String,
    /// How well the operation is known.
    provenance: String,
}

impl From<Listed> for Route {
    fn from(listed: Listed) -> Self {
        let Listed { api, method, path, operation, status, answer, provenance } = listed;
        Self { api, method, path, operation, status, answer, provenance }
    }
}

/// What was read again.
#[derive(Debug, Serialize, JsonSchema)]
struct ReloadView {
    /// How many descriptions.
    descriptions: usize,
    /// How many findings, in words.
    findings: String,
}

/// How the server is.
#[derive(Debug, Serialize, JsonSchema)]
struct Health {
    /// `healthy`.
    status: &'static str,
    /// How the journal's file is; left out if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    journal: Option<JournalHealth>,
}

/// How the journal's file is.
#[derive(Debug, Serialize, JsonSchema)]
struct JournalHealth {
    /// `written`, or `degraded` while it cannot be written and requests are answered without it.
    status: &'static str,
    /// How many records are missing in it since the server began.
    lost: u64,
}

/// Whether the server is ready.
#[derive(Debug, Serialize, JsonSchema)]
struct Readiness {
    /// `ready`.
    status: &'static str,
}

async fn routes(asked: Asked) -> Answered {
    let page: RoutePage = asked.query()?;
    let mock = asked.server.mock();
    let total = mock.site.contracts.iter().map(|contract| contract.api.operations.len()).sum();
    let all = mock.site.contracts.iter().flat_map(|contract| listing(contract));
    let shown = all.skip(page.offset.unwrap_or(0)).take(page.limit.unwrap_or(limit::PAGE_ITEMS));
    Ok(json(&RouteList { routes: shown.map(Route::from).collect(), total }))
}

async fn read_again(asked: Asked) -> Answered {
    let refuse =
        |detail: String| Refusal::new(StatusCode::CONFLICT, "not-reloaded", "Nothing was reloaded").detail(detail);
    let Some(what) = asked.server.settings().admin.description.clone() else {
        return Err(refuse("this server was not made from files; start it with files to reload them".to_owned()));
    };
    let server = asked.server.clone();
    let reloaded = tokio::task::spawn_blocking(move || reload(&what, &server)).await;
    match reloaded {
        Ok(Ok(reloaded)) => {
            Ok(json(&ReloadView { descriptions: reloaded.described.len(), findings: reloaded.summary }))
        }
        Ok(Err(why)) => {
            Err(refuse(format!("{why}; `mimeo check` says more; the last good description is still served")))
        }
        Err(fault) => Err(refuse(format!("a fault in mimeo itself ({fault}); please report it"))),
    }
}

async fn health(asked: Asked) -> impl IntoResponse {
    let journal = asked.server.sessions().ledger().map(|ledger| JournalHealth {
        status: if ledger.is_degraded() { "degraded" } else { "written" },
        lost: ledger.lost(),
    });
    json(&Health { status: "healthy", journal })
}

async fn ready(asked: Asked) -> Answered {
    if asked.server.is_ready() {
        return Ok(json(&Readiness { status: "ready" }));
    }
    let detail = "no description with operations is served, or the server is about to stop";
    Err(Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "not-ready", "The server is not ready").detail(detail))
}

async fn description() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], desk::document())
}

async fn metrics(asked: Asked) -> impl IntoResponse {
    let sessions = asked.server.sessions();
    let (issued, bytes) = sessions.totals().read();
    let gauges = Gauges {
        sessions: sessions.len() as u64,
        tokens_issued: issued,
        journal_bytes: bytes,
        journal_file: sessions.ledger().map(|ledger| (ledger.is_degraded(), ledger.lost())),
    };
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], asked.server.metrics().text(gauges))
}
