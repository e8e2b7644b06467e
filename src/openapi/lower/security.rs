//! Security schemes and requirements.

use std::{cell::RefCell, collections::HashSet};

use indexmap::IndexMap;

use super::{cursor::Cursor, fields, oauth, token, version::Version};
use crate::{
    finding::{Code, Severity},
    openapi::model::{ParameterPlace, SchemeKind, SecurityRequirement, SecurityScheme},
};

/// The schemes that requirements name.
#[derive(Default)]
pub(super) struct Schemes {
    /// Those that can be checked. A requirement of 3.2 may add one by its address.
    usable: RefCell<IndexMap<String, SecurityScheme>>,
    /// Names of those that are declared but cannot be checked.
    broken: HashSet<String>,
}

impl Schemes {
    /// The schemes that a document declares.
    pub(super) fn of_root(root: &Cursor<'_>) -> Self {
        let mut schemes = Self::default();
        let components = root.field("components").and_then(|components| components.follow());
        let declared: Vec<_> = match (root.version(), components) {
            (Version::V20, _) => root.entries("securityDefinitions").collect(),
            (_, Some(components)) => components.entries("securitySchemes").collect(),
            (_, None) => Vec::new(),
        };
        for (name, cursor) in declared {
            match scheme(&cursor) {
                Some(scheme) => {
                    schemes.usable.get_mut().insert(name.to_owned(), scheme);
                }
                None => {
                    schemes.broken.insert(name.to_owned());
                }
            }
        }
        schemes
    }

    /// The schemes that can be checked.
    pub(super) fn into_usable(self) -> IndexMap<String, SecurityScheme> {
        self.usable.into_inner()
    }

    /// The requirements under `security`; `None` if there are none, so that those of the whole API hold.
    pub(super) fn requirements(&self, owner: &Cursor<'_>) -> Option<Vec<SecurityRequirement>> {
        let list = owner.field("security")?.follow()?;
        if list.value.is_object() {
            let message = "`security` must be an array, not an object; it is taken as its only item";
            list.report(Severity::Warning, Code::WRONG_TYPE, message, "write a list of requirements");
            return Some(self.requirement(&list).into_iter().collect());
        }
        Some(owner.items("security")?.filter_map(|item| self.requirement(&item)).collect())
    }

    fn requirement(&self, cursor: &Cursor<'_>) -> Option<SecurityRequirement> {
        let members = cursor.as_map("a security requirement")?;
        let mut schemes = Vec::with_capacity(members.len());
        for name in members.keys() {
            let Some(scopes) = cursor.raw(name) else { continue };
            if self.knows(&scopes, name) {
                schemes.push((name.clone(), cursor.texts(name).unwrap_or_default()));
            }
        }
        Some(SecurityRequirement { schemes })
    }

    /// True if the scheme can be checked. A requirement on any other counts as met.
    fn knows(&self, scopes: &Cursor<'_>, name: &str) -> bool {
        if self.usable.borrow().contains_key(name) {
            return true;
        }
        if self.broken.contains(name) {
            return false;
        }
        // 3.2: a name that is no component may be the address of a scheme.
        let documents = scopes.cx.documents;
        if scopes.version() >= Version::V32
            && let Ok(at) = documents.resolve(scopes.at.doc, name)
            && let Some(value) = documents.get(&at)
            && let Some(scheme) = scheme(&Cursor { cx: scopes.cx, value, at })
        {
            self.usable.borrow_mut().insert(name.to_owned(), scheme);
            return true;
        }
        let (place, message) = match scopes.version() {
            Version::V20 => ("securityDefinitions", format!("the security scheme `{name}` is not declared")),
            _ => ("components.securitySchemes", format!("the security scheme `{name}` is not declared")),
        };
        let help = format!("declare it under `{place}`; until then nobody is asked for it");
        scopes.report_key(Severity::Warning, Code::UNKNOWN_SCHEME, message, &help);
        false
    }
}

/// One scheme; `None` if it cannot be checked as written.
fn scheme(cursor: &Cursor<'_>) -> Option<SecurityScheme> {
    let scheme = cursor.open(&fields::SECURITY_SCHEME)?;
    let Some(word) = scheme.text("type") else {
        return bad(&scheme, "a security scheme has no `type`", "add `type`");
    };
    let kind = match word.to_ascii_lowercase().as_str() {
        "apikey" => api_key(&scheme)?,
        "basic" => {
            expect_version(&scheme, Version::V20, Version::V20, "type: basic");
            SchemeKind::Basic
        }
        "http" => {
            expect_version(&scheme, Version::V30, Version::V32, "type: http");
            http(&scheme)?
        }
        "oauth2" => SchemeKind::OAuth2 { flows: oauth::flows(&scheme) },
        "openidconnect" => {
            expect_version(&scheme, Version::V30, Version::V32, "type: openIdConnect");
            open_id_connect(&scheme)
        }
        "mutualtls" => {
            expect_version(&scheme, Version::V31, Version::V32, "type: mutualTLS");
            SchemeKind::MutualTls
        }
        _ => {
            let help = "types are `apiKey`, `http`, `oauth2`, `openIdConnect` and `mutualTLS`; 2.0 has `basic`";
            return bad(&scheme, &format!("`type: {word}` is no type of security scheme"), help);
        }
    };
    let names = ["apiKey", "basic", "http", "oauth2", "openIdConnect", "mutualTLS"];
    if let Some(name) = names.iter().find(|name| name.eq_ignore_ascii_case(&word) && **name != word) {
        let message = format!("`type: {word}` is not how the type is written; it is taken as `{name}`");
        scheme.report(Severity::Warning, Code::BAD_VALUE, message, &format!("write `{name}`"));
    }
    Some(SecurityScheme { kind, token: token::of_scheme(&scheme), at: scheme.at })
}

/// Reports a scheme that cannot be checked.
fn bad<T>(scheme: &Cursor<'_>, message: &str, help: &str) -> Option<T> {
    let message = format!("{}; nobody is asked for it", super::cursor::sentence(message));
    scheme.report_key(Severity::Error, Code::BAD_SCHEME, message, help);
    None
}

fn expect_version(scheme: &Cursor<'_>, first: Version, last: Version, what: &str) {
    let version = scheme.version();
    if version < first || version > last {
        let message = format!("`{what}` does not belong to {}; it is read all the same", version.name());
        let help = "write the document in a version that has it";
        scheme.report(Severity::Warning, Code::VERSION, message, help);
    }
}

fn api_key(scheme: &Cursor<'_>) -> Option<SchemeKind> {
    let Some(name) = scheme.text("name").filter(|name| !name.is_empty()) else {
        return bad(scheme, "an API key has no `name`", "add the name of the header, query parameter or cookie");
    };
    let place = match scheme.text("in").as_deref() {
        Some("header") => ParameterPlace::Header,
        Some("query") => ParameterPlace::Query,
        Some("cookie") => {
            if scheme.version() == Version::V20 {
                expect_version(scheme, Version::V30, Version::V32, "in: cookie");
            }
            ParameterPlace::Cookie
        }
        Some(other) => {
            let help = "write `header`, `query` or `cookie`";
            return bad(scheme, &format!("an API key cannot be in `{other}`"), help);
        }
        None => return bad(scheme, "an API key has no `in`", "write `in: header`, `in: query` or `in: cookie`"),
    };
    if place == ParameterPlace::Header && http::HeaderName::from_bytes(name.as_bytes()).is_err() {
        return bad(scheme, &format!("`{name}` cannot be the name of a header"), "write a name that HTTP allows");
    }
    Some(SchemeKind::ApiKey { place, name: name.into_owned() })
}

fn http(scheme: &Cursor<'_>) -> Option<SchemeKind> {
    let Some(name) = scheme.text("scheme").filter(|name| !name.is_empty()) else {
        return bad(scheme, "an HTTP security scheme has no `scheme`", "add `scheme`, such as `bearer` or `basic`");
    };
    Some(if name.eq_ignore_ascii_case("basic") {
        SchemeKind::Basic
    } else if name.eq_ignore_ascii_case("bearer") {
        SchemeKind::Bearer { format: scheme.text("bearerFormat").map(std::borrow::Cow::into_owned) }
    } else {
        SchemeKind::Http { scheme: name.into_owned() }
    })
}

fn open_id_connect(scheme: &Cursor<'_>) -> SchemeKind {
    let url = scheme.text("openIdConnectUrl");
    if url.is_none() {
        scheme.missing(Severity::Warning, "an OpenID Connect scheme", "openIdConnectUrl");
    }
    SchemeKind::OpenIdConnect { url: url.unwrap_or_default().into_owned() }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::openapi::lower::testing::{codes, lowered, operation};

    #[track_caller]
    fn check(version: &str, declared: Value, expected: Option<SchemeKind>, faults: &[&str]) {
        let (field, more) = match version {
            "2.0" => ("swagger", json!({"securityDefinitions": {"s": declared}})),
            _ => ("openapi", json!({"components": {"securitySchemes": {"s": declared}}})),
        };
        let mut document = json!({field: version, "info": {"title": "t", "version": "1"},
            "paths": {"/a": {"get": {"responses": {"200": {"description": "d"}}, "security": [{"s": []}]}}}});
        document.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let (api, findings) = lowered(document);
        assert_eq!(api.schemes.get("s").map(|scheme| scheme.kind.clone()), expected);
        assert_eq!(codes(&findings), faults);
        let named = api.operations[0].security[0].schemes.len();
        assert_eq!(named, usize::from(expected.is_some()), "a scheme that cannot be checked is not asked for");
    }

    #[test]
    fn kinds() {
        let key = |place, name: &str| Some(SchemeKind::ApiKey { place, name: name.to_owned() });
        check("2.0", json!({"type": "basic"}), Some(SchemeKind::Basic), &[]);
        check("3.0.4", json!({"type": "basic"}), Some(SchemeKind::Basic), &["version"]);
        let query = json!({"type": "apiKey", "in": "query", "name": "k"});
        check("2.0", query.clone(), key(ParameterPlace::Query, "k"), &[]);
        check("3.1.0", query, key(ParameterPlace::Query, "k"), &[]);
        let cookie = json!({"type": "apikey", "in": "cookie", "name": "k"});
        check("3.1.0", cookie, key(ParameterPlace::Cookie, "k"), &["bad-value"]);
        check("3.1.0", json!({"type": "apiKey", "in": "header", "name": "a b"}), None, &["bad-scheme"]);
        check("3.1.0", json!({"type": "apiKey", "in": "body", "name": "k"}), None, &["bad-scheme"]);
        check("3.1.0", json!({"type": "apiKey", "name": "k"}), None, &["bad-scheme"]);
        check("3.0.4", json!({"type": "http", "scheme": "Basic"}), Some(SchemeKind::Basic), &[]);
        let bearer = SchemeKind::Bearer { format: Some("JWT".into()) };
        check("3.0.4", json!({"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}), Some(bearer), &[]);
        let digest = SchemeKind::Http { scheme: "Digest".into() };
        check("3.0.4", json!({"type": "http", "scheme": "Digest"}), Some(digest), &[]);
        check("3.0.4", json!({"type": "http"}), None, &["bad-scheme"]);
        check("3.0.4", json!({"type": "oauth2", "flows": {}}), Some(SchemeKind::OAuth2 { flows: Vec::new() }), &[]);
        check("2.0", json!({"type": "oauth2"}), Some(SchemeKind::OAuth2 { flows: Vec::new() }), &["missing-field"]);
        let connect = SchemeKind::OpenIdConnect { url: "u".into() };
        check("3.0.4", json!({"type": "openIdConnect", "openIdConnectUrl": "u"}), Some(connect), &[]);
        check("3.1.0", json!({"type": "mutualTLS"}), Some(SchemeKind::MutualTls), &[]);
        check("3.0.4", json!({"type": "mutualTLS"}), Some(SchemeKind::MutualTls), &["version"]);
        check("3.0.4", json!({"type": "magic"}), None, &["bad-scheme"]);
        check("3.0.4", json!({}), None, &["bad-scheme"]);
        check("3.0.4", json!("basic"), None, &["wrong-type"]);
    }

    #[test]
    fn requirements() {
        #[track_caller]
        fn check(own: Value, expected: &[&[(&str, &[&str])]], faults: &[&str]) {
            let more = json!({"security": [{"a": []}], "components": {"securitySchemes": {
                "a": {"type": "http", "scheme": "basic"}, "b": {"type": "oauth2", "flows": {}}}}});
            let (operation, findings) = operation("3.0.4", own, more);
            let found: Vec<Vec<(&str, Vec<&str>)>> = operation
                .security
                .iter()
                .map(|one| {
                    one.schemes.iter().map(|(name, s)| (&**name, s.iter().map(String::as_str).collect())).collect()
                })
                .collect();
            let expected: Vec<Vec<(&str, Vec<&str>)>> = expected
                .iter()
                .map(|one| one.iter().map(|(name, scopes)| (*name, scopes.to_vec())).collect())
                .collect();
            assert_eq!(found, expected);
            assert_eq!(codes(&findings), faults);
        }
        check(json!({}), &[&[("a", &[])]], &[]);
        check(json!({"security": []}), &[], &[]);
        check(json!({"security": [{}]}), &[&[]], &[]);
        check(json!({"security": [{"a": [], "b": ["read"]}, {}]}), &[&[("a", &[]), ("b", &["read"])], &[]], &[]);
        check(json!({"security": [{"a": [], "c": []}]}), &[&[("a", &[])]], &["unknown-scheme"]);
        check(json!({"security": {"b": []}}), &[&[("b", &[])]], &["wrong-type"]);
        check(json!({"security": ["b"]}), &[], &["wrong-type"]);
        check(json!({"security": null}), &[&[("a", &[])]], &["wrong-type"]);
    }

    #[test]
    fn scheme_by_address() {
        let more = json!({"components": {"examples": {"s": {"type": "http", "scheme": "basic"}}}});
        let by_address = json!({"security": [{"#/components/examples/s": []}]});
        let (operation, findings) = operation("3.2.0", by_address, more);
        assert_eq!(operation.security[0].schemes.len(), 1);
        assert_eq!(codes(&findings), [""; 0]);
    }
}
