//! Operations: one method of a path item.

use std::{cell::RefCell, collections::HashMap, sync::Arc};

use http::Method;

use super::{
    body,
    cursor::Cursor,
    example, fields, media,
    parameter::{self, Declared},
    response,
    security::Schemes,
    server,
    template::Template,
    token,
    version::Version,
};
use crate::{
    finding::{Code, Severity},
    openapi::{
        documents::Location,
        model::{Operation, Parameter, ParameterPlace, RequestBody, SecurityRequirement, Server},
    },
};

/// What the operations of a description have from its root.
pub(super) struct Inherited {
    /// The security schemes.
    pub(super) schemes: Schemes,
    /// The requirements of operations that have none of their own.
    pub(super) security: Vec<SecurityRequirement>,
    /// 2.0: what request bodies may be.
    consumes: Vec<String>,
    /// 2.0: what answers may be.
    produces: Arc<[String]>,
    /// The operationIds that were used, and where.
    ids: RefCell<HashMap<String, Location>>,
}

impl Inherited {
    /// Reads what operations have from the root.
    pub(super) fn of_root(root: &Cursor<'_>) -> Self {
        let schemes = Schemes::of_root(root);
        let security = schemes.requirements(root).unwrap_or_default();
        let is_swagger = root.version() == Version::V20;
        let media_types = |name| if is_swagger { media_types(root, name).unwrap_or_default() } else { Vec::new() };
        let (consumes, produces) = (media_types("consumes"), media_types("produces"));
        Self { schemes, security, consumes, produces: produces.into(), ids: RefCell::default() }
    }
}

/// What the operations of a path item have in common.
pub(super) struct Item<'c> {
    /// The path item's key.
    pub(super) key: Cursor<'c>,
    /// The path; `None` for a webhook.
    pub(super) template: Option<Template>,
    /// What to call the path: the template's path, or the webhook's name.
    pub(super) path: String,
    /// Parameters of all its operations.
    pub(super) parameters: Vec<Declared<'c>>,
    /// Servers of all its operations.
    pub(super) servers: Vec<Server>,
}

/// Reads the operation at `entry`.
pub(super) fn operation(
    method: Method,
    entry: &Cursor<'_>,
    item: &Item<'_>,
    inherited: &Inherited,
) -> Option<Operation> {
    if !entry.spend() {
        return None;
    }
    let cursor = entry.open(&fields::OPERATION)?;
    let declared = parameter::merge(&item.parameters, parameter::list(&cursor));
    let (parameters, swagger_body) = apart(&cursor, declared, inherited);
    let is_swagger = cursor.version() == Version::V20;
    let body = if is_swagger { swagger_body } else { body::of_operation(&cursor) };
    let own_produces = if is_swagger { media_types(&cursor, "produces") } else { None };
    let answer_types = own_produces.map_or_else(|| Arc::clone(&inherited.produces), Into::into);
    let servers = if is_swagger { Vec::new() } else { server::of_list(&cursor) };
    Some(Operation {
        id: id(&cursor, inherited),
        method,
        path: item.path.clone(),
        fixed_query: item.template.as_ref().map(|template| template.fixed_query.clone()).unwrap_or_default(),
        tags: cursor.texts("tags").unwrap_or_default(),
        summary: cursor.text("summary").map(std::borrow::Cow::into_owned),
        deprecated: cursor.flag("deprecated").unwrap_or(false),
        parameters: fit(parameters, item, &cursor),
        body,
        responses: response::of_operation(&cursor, &answer_types),
        answer_types,
        security: inherited.schemes.requirements(&cursor).unwrap_or_else(|| inherited.security.clone()),
        servers: if servers.is_empty() { item.servers.clone() } else { servers },
        tokens: token::of_operation(&cursor),
        provenance: example::provenance(&cursor),
        at: cursor.at,
    })
}

/// 2.0: the media types listed under `consumes` or `produces`; `None` if there is no list.
fn media_types(owner: &Cursor<'_>, name: &str) -> Option<Vec<String>> {
    let items = owner.items(name)?;
    Some(items.filter_map(|item| media::range(&item.as_text(name)?, &item)).collect())
}

fn id(cursor: &Cursor<'_>, inherited: &Inherited) -> Option<String> {
    let id = cursor.text("operationId")?.into_owned();
    let first = inherited.ids.borrow().get(&id).cloned();
    match first {
        Some(first) => {
            let message = format!("the operationId `{id}` is used before, at `{}`", first.pointer);
            let at = cursor.raw("operationId").unwrap_or_else(|| cursor.clone());
            at.report(Severity::Warning, Code::DUPLICATE_OPERATION_ID, message, "give each operation an id of its own");
        }
        None => {
            inherited.ids.borrow_mut().insert(id.clone(), cursor.at.clone());
        }
    }
    Some(id)
}

/// The parameters, and 2.0's body and form fields as a body.
fn apart(
    operation: &Cursor<'_>,
    declared: Vec<Declared<'_>>,
    inherited: &Inherited,
) -> (Vec<Parameter>, Option<RequestBody>) {
    let (mut parameters, mut form_fields, mut body, mut has_file) = (Vec::new(), Vec::new(), None, false);
    let mut more = Vec::new();
    for declared in declared {
        match declared {
            Declared::Parameter(parameter) => parameters.push(parameter),
            Declared::Body(parameter) => body = Some(parameter),
            Declared::Field { parameter, file } => {
                form_fields.push(parameter);
                has_file |= file;
            }
            Declared::MediaTypes(ranges) => more = ranges,
        }
    }
    if body.is_none() && form_fields.is_empty() {
        return (parameters, None);
    }
    let own = media_types(operation, "consumes");
    let mut consumes = own.unwrap_or_else(|| inherited.consumes.clone());
    for range in more {
        if !consumes.contains(&range) {
            consumes.push(range);
        }
    }
    let body = match body {
        Some(body) => {
            if !form_fields.is_empty() {
                let message = "the operation has a body parameter and form fields; the body counts";
                operation.report_key(Severity::Warning, Code::BAD_VALUE, message, "describe one of them");
            }
            body::of_parameter(&body, &consumes)
        }
        None => body::of_fields(operation, &form_fields, has_file, &consumes),
    };
    (parameters, Some(body))
}

/// Makes parameters and path template fit: what the template does not have is left out, what is not declared is added.
fn fit(parameters: Vec<Parameter>, item: &Item<'_>, operation: &Cursor<'_>) -> Vec<Parameter> {
    let nothing = Template::default();
    let template = item.template.as_ref().unwrap_or(&nothing);
    let mut fitting = Vec::with_capacity(parameters.len());
    for mut parameter in parameters {
        if parameter.place == ParameterPlace::Path && !template.names.contains(&parameter.name) {
            match template.query_names.iter().find(|(name, _)| *name == parameter.name) {
                Some((_, key)) => {
                    parameter.place = ParameterPlace::Query;
                    parameter.name.clone_from(key);
                }
                None => {
                    report_unused(&parameter, item);
                    continue;
                }
            }
        }
        fitting.push(parameter);
    }
    let whole = fitting.iter().any(|parameter| parameter.place == ParameterPlace::QueryString);
    if whole && fitting.iter().any(|parameter| parameter.place == ParameterPlace::Query) {
        let message =
            "the operation has parameters `in: query` beside one `in: querystring`, which is all of the query";
        operation.report_key(Severity::Warning, Code::BAD_VALUE, message, "use one of the two");
    }
    for (index, name) in template.names.iter().enumerate() {
        let declared =
            fitting.iter().any(|parameter| parameter.place == ParameterPlace::Path && parameter.name == *name);
        if declared || name.is_empty() || template.names.iter().position(|known| known == name) != Some(index) {
            continue;
        }
        let message = format!("the parameter `{name}` of the path `{}` is not declared; it may be any text", item.path);
        let help = format!("add a parameter with `name: {name}` and `in: path`");
        operation.report_key(Severity::Warning, Code::PATH_PARAMETER, message, &help);
        fitting.push(parameter::undeclared(&item.key, name));
    }
    fitting
}

fn report_unused(parameter: &Parameter, item: &Item<'_>) {
    let at = item.key.elsewhere(parameter.at.clone());
    let name = &parameter.name;
    let (message, help) = if item.template.is_some() {
        let message = format!("the path parameter `{name}` is not in the path `{}`; it is left out", item.path);
        (message, format!("put `{{{name}}}` in the path, or remove the parameter"))
    } else {
        (format!("the webhook `{}` has no path for the parameter `{name}`", item.path), "remove it".to_owned())
    };
    at.report(Severity::Warning, Code::PATH_PARAMETER, message, &help);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::openapi::lower::testing::{codes, lowered, operation, path_item};

    #[test]
    fn plain_fields() {
        let own = json!({"operationId": "a", "tags": ["x", 1], "summary": "s", "deprecated": true,
            "x-provenance": "partial", "externalDocs": {}, "operation": 1});
        let (operation, findings) = operation("3.0.4", own, json!({}));
        assert_eq!(operation.id.as_deref(), Some("a"));
        assert_eq!(operation.method, Method::POST);
        assert_eq!(operation.tags, ["x", "1"]);
        assert_eq!(operation.summary.as_deref(), Some("s"));
        assert!(operation.deprecated);
        assert_eq!(operation.provenance.unwrap().as_str(), "partial");
        assert_eq!(&*operation.at.pointer, "/paths/~1a/post");
        assert_eq!(codes(&findings), ["unknown-field", "wrong-type"]);
    }

    #[test]
    fn servers_nearest_first() {
        let server = |url: &str| json!([{"url": url}]);
        let item = |own| json!({"servers": server("/item"), "get": own});
        let (operation, _) = path_item("3.0.4", "/a", item(json!({"servers": server("/own")})), json!({}));
        assert_eq!(operation.servers[0].url, "/own");
        let (operation, _) = path_item("3.0.4", "/a", item(json!({})), json!({}));
        assert_eq!(operation.servers[0].url, "/item");
    }

    #[test]
    fn same_id_twice() {
        let own = json!({"operationId": "a", "responses": {"200": {"description": "d"}}});
        let (api, findings) = lowered(json!({"openapi": "3.0.4", "info": {"title": "t", "version": "1"},
            "paths": {"/a": {"get": own, "put": own}}}));
        assert_eq!(api.operations.len(), 2);
        assert_eq!(codes(&findings), ["duplicate-operation-id"]);
    }

    #[test]
    fn whole_query_and_parts_of_it() {
        let own = json!({"parameters": [{"name": "a", "in": "query", "schema": {}},
            {"name": "b", "in": "querystring", "content": {"application/json": {}}}]});
        let (operation, findings) = operation("3.2.0", own, json!({}));
        assert_eq!(operation.parameters.len(), 2);
        assert_eq!(codes(&findings), ["bad-value"]);
    }
}
