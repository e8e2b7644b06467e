//! The server's own address, `/__mimeo/`: what it is asked about itself.

use axum::{Router, response::IntoResponse, routing::get};
use http::{StatusCode, header};

/// Paths under which the server speaks of itself.
pub(super) const PREFIX: &str = "/__mimeo/";

/// The routes under [`PREFIX`].
pub(super) fn router() -> Router {
    Router::new().route("/__mimeo/health", get(health)).fallback(unknown)
}

/// Answers as long as the server serves.
async fn health() -> impl IntoResponse {
    json(StatusCode::OK, r#"{"status":"healthy"}"#)
}

async fn unknown() -> impl IntoResponse {
    let body = r#"{"type":"urn:mimeo:problem:not-found","title":"No such admin path","status":404,"detail":"The admin API has /__mimeo/health."}"#;
    json(StatusCode::NOT_FOUND, body)
}

fn json(status: StatusCode, body: &'static str) -> impl IntoResponse {
    let media_type = if status.is_success() { "application/json" } else { "application/problem+json" };
    (status, [(header::CONTENT_TYPE, media_type)], body)
}
