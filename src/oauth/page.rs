//! The page on which a user lets a client in. It asks for no password: it just says yes.

use std::fmt::Write as _;

use http::{StatusCode, header};

use super::{authority::ANYBODY, form::Form, refusal::Refusal};
use crate::{message::Response, openapi::Api};

/// The field in which the page says who lets the client in.
pub(super) const ACCOUNT: &str = "mimeo_account";
/// The field in which the page says that nobody does.
pub(super) const DECLINED: &str = "mimeo_declined";

/// Asks who lets a client in.
pub(super) fn ask(api: &Api, form: &Form, client: &str, scopes: &[String]) -> Response {
    let mut body = format!("<p><b>{}</b> asks for access to <b>{}</b>", escaped(client), escaped(&api.title));
    if !scopes.is_empty() {
        let _ = write!(body, " with {}", escaped(&scopes.join(", ")));
    }
    body.push_str(".</p>\n<form method=\"post\">\n");
    for (name, value) in form.pairs().filter(|(name, _)| *name != ACCOUNT && *name != DECLINED) {
        let (name, value) = (escaped(name), escaped(value));
        let _ = writeln!(body, "<input type=\"hidden\" name=\"{name}\" value=\"{value}\">");
    }
    let accounts = api.accounts.iter().map(|account| account.name.as_str());
    let anybody = if api.accounts.is_empty() { Some(ANYBODY) } else { None };
    for name in accounts.chain(anybody) {
        let name = escaped(name);
        let _ = writeln!(body, "<p><button name=\"{ACCOUNT}\" value=\"{name}\">Go on as {name}</button></p>");
    }
    let _ = writeln!(body, "<p><button name=\"{DECLINED}\" value=\"1\">Decline</button></p>\n</form>");
    body.push_str("<p><small>This page is Mimeo's. The server that it stands in for has its own.</small></p>\n");
    page(StatusCode::OK, "Let a client in", &body)
}

/// Says why nobody can be asked.
pub(super) fn refused(refusal: &Refusal) -> Response {
    let body = format!("<p>{}: {}.</p>\n", refusal.error, escaped(&refusal.description));
    page(StatusCode::BAD_REQUEST, "The client cannot be let in", &body)
}

fn page(status: StatusCode, title: &str, body: &str) -> Response {
    let html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>{title}</title>\n<h1>{title}</h1>\n{body}"
    );
    let mut reply = Response::new(status).with_body("text/html; charset=utf-8", html);
    reply.set_header(header::CACHE_CONTROL, "no-store");
    reply
}

/// Text that cannot leave its place in HTML.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}
