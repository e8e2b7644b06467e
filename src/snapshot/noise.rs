//! Header fields that every client sends, or that tell something about its machine and not about what it does.

/// Names.
const NAMES: [&str; 43] = [
    "accept",
    "accept-charset",
    "accept-encoding",
    "accept-language",
    "baggage",
    "b3",
    "cache-control",
    "connection",
    "content-length",
    "content-type",
    "cookie",
    "date",
    "dnt",
    "expect",
    "forwarded",
    "host",
    "keep-alive",
    "max-forwards",
    "mimeo-session",
    "newrelic",
    "origin",
    "postman-token",
    "pragma",
    "priority",
    "proxy-connection",
    "purpose",
    "referer",
    "save-data",
    "sentry-trace",
    "te",
    "traceparent",
    "tracestate",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "upgrade-insecure-requests",
    "user-agent",
    "via",
    "x-amzn-trace-id",
    "x-cloud-trace-context",
    "x-real-ip",
    "x-request-start",
    "x-stainless-retry-count",
];

/// How names begin.
const BEGINNINGS: [&str; 6] = ["access-control-", "sec-", "uber-trace-", "x-b3-", "x-datadog-", "x-forwarded-"];

/// Names whose values are made anew for each request, or for each try.
const MADE_ANEW: [&str; 6] =
    ["idempotency-key", "x-idempotency-key", "x-request-id", "x-correlation-id", "request-id", "correlation-id"];

/// True for a field that is left out of a snapshot unless it is described. The name is in lower case.
pub(super) fn is_noise(name: &str) -> bool {
    NAMES.contains(&name) || BEGINNINGS.iter().any(|beginning| name.starts_with(beginning))
}

/// True for a field whose value is made anew for each request. The name is in lower case.
pub(super) fn is_made_anew(name: &str) -> bool {
    MADE_ANEW.contains(&name)
}
