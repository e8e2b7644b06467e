//! Components: named schemas, security schemes, and the kinds of tokens that they ask for.

use serde_json::Value;

use super::{
    change::{Section, Touch},
    differ::{Differ, Places},
    version::{Version, member},
};
use crate::{
    duration,
    openapi::{
        DocId, FlowKind, Location, OAuthFlow, ParameterPlace, SchemeKind, SecurityScheme, TokenFormat, TokenKind,
    },
};

/// Compares the components of two versions.
pub(super) fn compare(differ: &mut Differ<'_>) {
    schemas(differ);
    schemes(differ);
    tokens(differ);
}

/// Where the named schemas of a version stand.
fn schemas_at(version: Version<'_>) -> Location {
    let root = Location::new(DocId::ENTRY, "");
    if version.member(&root, "swagger").is_some() {
        return root.child("definitions");
    }
    root.child("components").child("schemas")
}

fn schemas(differ: &mut Differ<'_>) {
    let (old, new) = (schemas_at(differ.base), schemas_at(differ.revision));
    let names = differ.base.documents().follow(&old).and_then(|(_, value)| value.as_object());
    for name in names.into_iter().flat_map(|map| map.keys()) {
        if differ.revision.member(&new, name).is_none() {
            let text = format!("the schema `{name}` was removed");
            let places = Places::base(&old.child(name));
            differ.say_everywhere(Section::Components, "api-schema-removed", text, places, Touch::Nothing);
        }
    }
}

/// Where the security schemes of a version stand.
fn schemes_at(version: Version<'_>) -> Location {
    let root = Location::new(DocId::ENTRY, "");
    if version.member(&root, "swagger").is_some() {
        return root.child("securityDefinitions");
    }
    root.child("components").child("securitySchemes")
}

/// The names of the security schemes of a version, also of those that the model leaves out because they are faulty.
fn scheme_names(version: Version<'_>) -> Vec<String> {
    let at = schemes_at(version);
    let declared = version.documents().follow(&at).and_then(|(_, value)| value.as_object());
    declared.into_iter().flat_map(|map| map.keys().cloned()).collect()
}

fn schemes(differ: &mut Differ<'_>) {
    let (base, revision) = (scheme_names(differ.base), scheme_names(differ.revision));
    let (old_at, new_at) = (schemes_at(differ.base), schemes_at(differ.revision));
    for name in &base {
        if revision.contains(name) {
            scheme(differ, name, &old_at.child(name), &new_at.child(name));
        } else {
            let text = format!("the security scheme `{name}` was removed");
            say(differ, "api-security-component-removed", text, Places::base(&old_at.child(name)));
        }
    }
    for name in revision.iter().filter(|name| !base.contains(name)) {
        let text = format!("the security scheme `{name}` was added");
        say(differ, "api-security-component-added", text, Places::revision(&new_at.child(name)));
    }
}

fn say(differ: &mut Differ<'_>, id: &str, text: String, places: Places) {
    differ.say_everywhere(Section::Components, id, text, places, Touch::Security);
}

fn scheme(differ: &mut Differ<'_>, name: &str, old_at: &Location, new_at: &Location) {
    let (old_type, new_type) = (type_of(differ.base, name, old_at), type_of(differ.revision, name, new_at));
    if old_type != new_type {
        let text = format!("the security scheme `{name}` has the type `{new_type}`, and had `{old_type}`");
        let places = Places::both(&member(differ.base, old_at, "type"), &member(differ.revision, new_at, "type"));
        return say(differ, "api-security-component-type-changed", text, places);
    }
    let (base, revision) = (differ.base.api, differ.revision.api);
    let (Some(old), Some(new)) = (base.schemes.get(name), revision.schemes.get(name)) else { return };
    match (&old.kind, &new.kind) {
        (SchemeKind::OAuth2 { flows: old_flows }, SchemeKind::OAuth2 { flows: new_flows }) => {
            for old_flow in old_flows {
                if let Some(new_flow) = new_flows.iter().find(|flow| flow.kind == old_flow.kind) {
                    flow(differ, name, (old, old_flow), (new, new_flow));
                }
            }
        }
        (
            SchemeKind::ApiKey { place: old_place, name: old_key },
            SchemeKind::ApiKey { place: new_place, name: new_key },
        ) => {
            let is_header = *old_place == ParameterPlace::Header;
            let same_key = if is_header { old_key.eq_ignore_ascii_case(new_key) } else { old_key == new_key };
            if old_place != new_place || !same_key {
                let (was, is) = (key_words(*old_place, old_key), key_words(*new_place, new_key));
                let text = format!("the key of `{name}` is sent in {is}, and was in {was}");
                let places =
                    Places::both(&member(differ.base, &old.at, "name"), &member(differ.revision, &new.at, "name"));
                say(differ, "mimeo-api-key-moved", text, places);
            }
        }
        _ => (),
    }
}

/// The type of a scheme, as 3.x calls it; of a faulty one, what is written.
fn type_of<'a>(version: Version<'a>, name: &str, at: &Location) -> &'a str {
    match version.api.schemes.get(name).map(|scheme| &scheme.kind) {
        Some(SchemeKind::ApiKey { .. }) => "apiKey",
        Some(SchemeKind::Basic | SchemeKind::Bearer { .. } | SchemeKind::Http { .. }) => "http",
        Some(SchemeKind::OAuth2 { .. }) => "oauth2",
        Some(SchemeKind::OpenIdConnect { .. }) => "openIdConnect",
        Some(SchemeKind::MutualTls) => "mutualTLS",
        None => version.member(at, "type").and_then(Value::as_str).unwrap_or_default(),
    }
}

fn key_words(place: ParameterPlace, name: &str) -> String {
    match place {
        ParameterPlace::Header => format!("the header field `{name}`"),
        ParameterPlace::Cookie => format!("the cookie `{name}`"),
        _ => format!("the query parameter `{name}`"),
    }
}

fn flow(
    differ: &mut Differ<'_>,
    name: &str,
    base: (&SecurityScheme, &OAuthFlow),
    revision: (&SecurityScheme, &OAuthFlow),
) {
    let (old_at, new_at) = (flow_at(differ.base, base), flow_at(differ.revision, revision));
    let ((_, old), (_, new)) = (base, revision);
    let what = format!("of the {} flow of `{name}`", words(old.kind));
    let none = "none";
    for (id, field, url, old_url, new_url) in [
        (
            "api-security-component-oauth-url-changed",
            "authorizationUrl",
            "authorization endpoint",
            &old.authorization_url,
            &new.authorization_url,
        ),
        (
            "api-security-component-oauth-token-url-changed",
            "tokenUrl",
            "token endpoint",
            &old.token_url,
            &new.token_url,
        ),
    ] {
        if old_url != new_url {
            let (was, is) = (old_url.as_deref().unwrap_or(none), new_url.as_deref().unwrap_or(none));
            let text = format!("the {url} {what} is `{is}`, and was `{was}`");
            let places = Places::both(&member(differ.base, &old_at, field), &member(differ.revision, &new_at, field));
            say(differ, id, text, places);
        }
    }
    let scopes_at = (old_at.child("scopes"), new_at.child("scopes"));
    for scope in old.scopes.iter().filter(|scope| !new.scopes.contains(scope)) {
        let text = format!("the scope `{scope}` {what} was removed");
        let places = Places::base(&scopes_at.0.child(scope));
        say(differ, "api-security-component-oauth-scope-removed", text, places);
    }
    for scope in &new.scopes {
        let places = || (scopes_at.0.child(scope), scopes_at.1.child(scope));
        if !old.scopes.contains(scope) {
            let text = format!("the scope `{scope}` {what} was added");
            let places = Places::revision(&places().1);
            say(differ, "api-security-component-oauth-scope-added", text, places);
            continue;
        }
        let (was, is) = places();
        let meaning = |version: Version<'_>, at: &Location| {
            version.documents().get(at).and_then(Value::as_str).map(str::to_owned)
        };
        if let (Some(old), Some(new)) = (meaning(differ.base, &was), meaning(differ.revision, &is))
            && old != new
        {
            let text =
                format!("the scope `{scope}` {what} means \u{201c}{new}\u{201d}, and meant \u{201c}{old}\u{201d}");
            say(differ, "api-security-component-oauth-scope-changed", text, Places::both(&was, &is));
        }
    }
}

/// Where a flow stands: a member of `flows`, or in 2.0 the scheme itself.
fn flow_at(version: Version<'_>, (scheme, flow): (&SecurityScheme, &OAuthFlow)) -> Location {
    let key = match flow.kind {
        FlowKind::Implicit => "implicit",
        FlowKind::Password => "password",
        FlowKind::ClientCredentials => "clientCredentials",
        FlowKind::AuthorizationCode => "authorizationCode",
    };
    let flows = scheme.at.child("flows");
    if version.member(&flows, key).is_some() { flows.child(key) } else { scheme.at.clone() }
}

fn words(kind: FlowKind) -> &'static str {
    match kind {
        FlowKind::Implicit => "implicit",
        FlowKind::Password => "password",
        FlowKind::ClientCredentials => "client credentials",
        FlowKind::AuthorizationCode => "authorization code",
    }
}

/// Compares how tokens live, of security schemes and of those that are sent in bodies.
fn tokens(differ: &mut Differ<'_>) {
    let of_scheme = |version: Version<'_>, name: &str| version.api.schemes.get(name).and_then(|it| it.token.clone());
    let of_body = |version: Version<'_>, name: &str| version.api.tokens.get(name).cloned();
    let names: Vec<String> = differ.base.api.schemes.keys().chain(differ.base.api.tokens.keys()).cloned().collect();
    for name in names {
        let kind = |version| of_scheme(version, &name).or_else(|| of_body(version, &name));
        if let (Some(old), Some(new)) = (kind(differ.base), kind(differ.revision)) {
            token(differ, &name, &old, &new);
        }
    }
}

fn token(differ: &mut Differ<'_>, name: &str, old: &TokenKind, new: &TokenKind) {
    if old.companion.is_some() || new.companion.is_some() {
        return;
    }
    let places = |differ: &Differ<'_>, field| {
        Places::both(&member(differ.base, &old.at, field), &member(differ.revision, &new.at, field))
    };
    let shown = |ms: Option<u64>| ms.map_or_else(|| "until they are revoked".to_owned(), duration::write);
    // Without a lifetime, a token lives the longest.
    let length = |ms: Option<u64>| ms.unwrap_or(u64::MAX);
    if old.lifetime_ms != new.lifetime_ms {
        let text = format!("tokens of `{name}` live {}, and lived {}", shown(new.lifetime_ms), shown(old.lifetime_ms));
        let id = if length(new.lifetime_ms) < length(old.lifetime_ms) {
            "mimeo-token-lifetime-decreased"
        } else {
            "mimeo-token-lifetime-increased"
        };
        let places = places(differ, "lifetime");
        say(differ, id, text, places);
    }
    if old.format != new.format {
        let text =
            format!("tokens of `{name}` are {}, and were {}", format_words(&new.format), format_words(&old.format));
        let places = places(differ, "format");
        say(differ, "mimeo-token-format-changed", text, places);
    }
}

fn format_words(format: &TokenFormat) -> String {
    match format {
        TokenFormat::Jwt => "JSON Web Tokens".to_owned(),
        TokenFormat::Opaque(length) => format!("{length} letters and digits"),
        TokenFormat::Uuid => "UUIDs".to_owned(),
        TokenFormat::Pattern(pattern) => format!("texts that match `{pattern}`"),
    }
}
