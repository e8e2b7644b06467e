//! Where requests go. oasdiff has no ids for it.

use super::{
    change::{Section, Touch},
    differ::{Differ, Places},
    matching::Pair,
    version::Version,
};
use crate::openapi::{DocId, Location, Server};

/// Compares the addresses of the whole API.
pub(super) fn of_api(differ: &mut Differ<'_>) {
    let root = Location::new(DocId::ENTRY, "");
    for (id, text, places) in
        differences(differ, (&differ.base.api.servers, &root), (&differ.revision.api.servers, &root))
    {
        differ.say_everywhere(Section::Servers, id, text, places, Touch::Nothing);
    }
}

/// Compares the addresses of an operation, if one of the versions gives it some of its own.
pub(super) fn of_operation(differ: &mut Differ<'_>, pair: &Pair<'_>) {
    let (old, new) = (&pair.base.servers, &pair.revision.servers);
    if old.is_empty() && new.is_empty() {
        return;
    }
    let old = if old.is_empty() { &differ.base.api.servers } else { old };
    let new = if new.is_empty() { &differ.revision.api.servers } else { new };
    for (id, text, places) in differences(differ, (old, &pair.base.at), (new, &pair.revision.at)) {
        differ.say(pair, id, format!("{text} of the operation"), places, Touch::Nothing);
    }
}

fn differences(
    differ: &Differ<'_>,
    (old, old_at): (&[Server], &Location),
    (new, new_at): (&[Server], &Location),
) -> Vec<(&'static str, String, Places)> {
    let missing = |from: &[Server], others: &[Server]| -> Vec<String> {
        let is_missing = |one: &&Server| !is_own(one) && !others.iter().any(|other| is_same(one, other));
        from.iter().filter(is_missing).map(|server| server.url.clone()).collect()
    };
    let gone = missing(old, new).into_iter().map(|url| {
        let places = Places::base(&place(differ.base, old_at));
        ("mimeo-server-removed", format!("`{url}` is no address any more"), places)
    });
    let added = missing(new, old).into_iter().map(|url| {
        let places = Places::revision(&place(differ.revision, new_at));
        ("mimeo-server-added", format!("`{url}` is a new address"), places)
    });
    gone.chain(added).collect()
}

/// Where the addresses are written: in 2.0 in several members, so that the whole is meant.
fn place(version: Version<'_>, owner: &Location) -> Location {
    if version.member(owner, "servers").is_some() { owner.child("servers") } else { owner.clone() }
}

/// True for the address of the description itself, which also holds where no other is given.
fn is_own(server: &Server) -> bool {
    server.url.trim_end_matches('/').is_empty()
}

/// True if two addresses are the same: case counts in the path only, and 2.0 may leave the scheme open.
fn is_same(one: &Server, other: &Server) -> bool {
    let ((scheme, host, path), (other_scheme, other_host, other_path)) = (parts(&one.url), parts(&other.url));
    let is_open = scheme.is_empty() || other_scheme.is_empty();
    (is_open || scheme.eq_ignore_ascii_case(other_scheme))
        && host.eq_ignore_ascii_case(other_host)
        && path == other_path
}

/// Scheme, host and path.
fn parts(url: &str) -> (&str, &str, &str) {
    let url = url.trim_end_matches('/');
    let Some((scheme, rest)) = url.split_once("//") else { return ("", "", url) };
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    (scheme.trim_end_matches(':'), host, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        let server = |url: &str| Server { url: url.to_owned(), base_path: String::new() };
        for (one, other, expected) in [
            ("https://a.example/v1", "HTTPS://A.example/v1/", true),
            ("//a.example/v1", "http://a.example/v1", true),
            ("http://a.example/v1", "https://a.example/v1", false),
            ("https://a.example/v1", "https://a.example/V1", false),
            ("https://a.example", "https://b.example", false),
            ("/v1", "v1", false),
            ("/v1", "/v1/", true),
            ("/v1", "https://a.example/v1", false),
        ] {
            assert_eq!(is_same(&server(one), &server(other)), expected, "{one} {other}");
            assert_eq!(is_same(&server(other), &server(one)), expected, "{other} {one}");
        }
    }
}
