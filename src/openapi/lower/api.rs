//! The root of a description.

use std::sync::Arc;

use super::{
    cursor::{Context, Cursor},
    fields,
    operation::Inherited,
    path, server, token,
    version::{self, Version},
};
use crate::{
    finding::{Code, Finding, Severity},
    openapi::{
        documents::Documents,
        model::{Api, MadeItems, Operation},
    },
};

/// Lowers the entry document, a mapping with `openapi` or `swagger`, into the model.
///
/// `id` is what to call the API unless its description says so itself (`x-mimeo-id`). There is no [`Api`] only if the
/// version is not one that can be read.
pub(in crate::openapi) fn lower(documents: &Arc<Documents>, id: &str) -> (Option<Api>, Vec<Finding>) {
    let mut findings = Vec::new();
    let Some(version) = version::detect(documents, &mut findings) else {
        return (None, findings);
    };
    let cx = Context::new(documents, version);
    let api = api(&cx.root(), documents, id);
    findings.extend(cx.into_findings());
    (Some(api), findings)
}

fn api(root: &Cursor<'_>, documents: &Arc<Documents>, id: &str) -> Api {
    if let Some(map) = root.as_map(fields::ROOT.what) {
        fields::check(root, map, &fields::ROOT);
    }
    if let Some(components) = root.field("components").filter(|_| root.version() != Version::V20) {
        components.open(&fields::COMPONENTS);
    }
    let (title, version) = info(root);
    let inherited = Inherited::of_root(root);
    let operations = path::operations(root, &inherited);
    let webhooks = path::webhooks(root, &inherited);
    report_nothing_to_serve(root, &operations);
    let api = Api {
        id: kebab(&root.text("x-mimeo-id").unwrap_or(id.into())),
        title,
        version,
        dialect: root.version().dialect(),
        servers: server::of_root(root),
        operations,
        webhooks,
        schemes: inherited.schemes.into_usable(),
        tokens: token::of_root(root),
        accounts: token::accounts(root),
        made_items: made_items(root),
        documents: Arc::clone(documents),
    };
    token::check_names(root, &api);
    api
}

/// `x-json-schema-faker`: Prism's settings for made values, of which the number of items is read.
fn made_items(root: &Cursor<'_>) -> MadeItems {
    let Some(settings) = root.field("x-json-schema-faker") else { return MadeItems::default() };
    let count = |names: [&str; 2]| {
        let member = names.into_iter().find_map(|name| settings.raw(name))?;
        if member.value.as_u64().is_none() {
            let message = "the number of items must be a whole number that is not negative; it is passed over";
            member.report(Severity::Warning, Code::BAD_VALUE, message, "write a number such as `3`");
        }
        member.value.as_u64()
    };
    MadeItems { min: count(["minItems", "min-items"]), max: count(["maxItems", "max-items"]) }
}

/// Title and version; empty where there is none.
fn info(root: &Cursor<'_>) -> (String, String) {
    let Some(info) = root.field("info").and_then(|info| info.open(&fields::INFO)) else {
        if !root.has("info") {
            root.missing(Severity::Warning, fields::ROOT.what, "info");
        }
        return (String::new(), String::new());
    };
    let text = |name: &str| {
        let text = info.text(name);
        if text.is_none() {
            info.missing(Severity::Note, fields::INFO.what, name);
        }
        text.unwrap_or_default().into_owned()
    };
    (text("title"), text("version"))
}

/// Since 3.1 a description may consist of components or webhooks only.
fn report_nothing_to_serve(root: &Cursor<'_>, operations: &[Operation]) {
    if !root.has("paths") && root.version() < Version::V31 {
        root.missing(Severity::Warning, fields::ROOT.what, "paths");
    }
    if !operations.is_empty() {
        return;
    }
    let may_be = root.version() >= Version::V31 && (root.has("webhooks") || root.has("components"));
    let severity = if may_be { Severity::Note } else { Severity::Warning };
    let place = root.raw("paths").unwrap_or_else(|| root.clone());
    let message = "the description has no operation to serve";
    place.report_key(severity, Code::NO_OPERATIONS, message, "describe at least one under `paths`");
}

/// A name for addresses: lower-case letters, digits, and single hyphens between them.
fn kebab(text: &str) -> String {
    let mut name = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            name.push(c.to_ascii_lowercase());
        } else if !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
    }
    name.truncate(name.trim_end_matches('-').len());
    if name.is_empty() { "api".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::openapi::Dialect;
    use crate::openapi::lower::testing::{codes, lower_all, lowered};

    #[test]
    fn names() {
        assert_eq!(kebab("api.github.com"), "api-github-com");
        assert_eq!(kebab("Pet Store (v2)"), "pet-store-v2");
        assert_eq!(kebab("--"), "api");
        assert_eq!(kebab("čau"), "au");
    }

    #[test]
    fn root() {
        #[track_caller]
        fn check(document: Value, expected: (&str, &str, &str, Dialect), faults: &[&str]) {
            let (api, findings) = lowered(document);
            assert_eq!((&*api.id, &*api.title, &*api.version, api.dialect), expected);
            assert_eq!(codes(&findings), faults);
        }
        let paths = json!({"/a": {"get": {"responses": {"200": {"description": "d"}}}}});
        let info = json!({"title": "t", "version": "1"});
        check(
            json!({"openapi": "3.1.0", "info": info, "paths": paths, "x-mimeo-id": "My API"}),
            ("my-api", "t", "1", Dialect::JsonSchema),
            &[],
        );
        check(json!({"swagger": "2.0", "info": info, "paths": paths}), ("api", "t", "1", Dialect::Swagger2), &[]);
        check(
            json!({"swagger": 2.0, "info": {"title": 5, "version": 1.0}, "paths": paths}),
            ("api", "5", "1.0", Dialect::Swagger2),
            &["version", "wrong-type", "wrong-type"],
        );
        check(
            json!({"openapi": "3.0", "paths": paths, "definitions": {}, "x-mimeo-ID": "a"}),
            ("api", "", "", Dialect::OpenApi30),
            &["version", "version", "unknown-extension", "missing-field"],
        );
        check(
            json!({"openapi": "3.0.4", "info": {}, "paths": {}, "components": {"schema": {}}}),
            ("api", "", "", Dialect::OpenApi30),
            &["unknown-field", "missing-field", "missing-field", "no-operations"],
        );
        check(
            json!({"openapi": "3.2.0", "$self": "https://a.example/", "info": info, "components": {}}),
            ("api", "t", "1", Dialect::JsonSchema),
            &["no-operations"],
        );
    }

    #[test]
    fn versions_that_cannot_be_read() {
        for document in [json!({"swagger": "1.2"}), json!({"openapi": "4.0.0"}), json!({"openapi": null})] {
            let (api, findings) = lower_all(vec![("api.json", document)]);
            assert!(api.is_none());
            assert_eq!(codes(&findings), ["version"]);
        }
    }
}
