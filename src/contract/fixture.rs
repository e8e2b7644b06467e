//! APIs made by hand, for the tests of this folder.

use std::sync::Arc;

use http::Method;
use indexmap::IndexMap;
use serde_json::json;

use super::Contract;
use crate::openapi::{
    Api, Dialect, DocId, Document, Documents, Location, MadeItems, MediaType, Operation, SchemeKind,
    SecurityRequirement, SecurityScheme, Server, TokenNotes,
};

/// An API whose operations are `"GET /pets?fixed=query"`, one a line or argument.
pub(super) fn api(id: &str, operations: &[&str]) -> Api {
    Api {
        id: id.to_owned(),
        title: id.to_owned(),
        version: "1".to_owned(),
        dialect: Dialect::JsonSchema,
        servers: Vec::new(),
        operations: operations.iter().map(|text| operation(text)).collect(),
        webhooks: Vec::new(),
        schemes: IndexMap::new(),
        tokens: IndexMap::new(),
        accounts: Vec::new(),
        made_items: MadeItems::default(),
        documents: Arc::new(Documents::new(vec![Document::from_value("api.json", json!({}))])),
    }
}

pub(super) fn contract(id: &str, operations: &[&str]) -> Contract {
    Contract::compile(api(id, operations)).0
}

pub(super) fn operation(text: &str) -> Operation {
    let (method, target) = text.split_once(' ').unwrap();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    Operation {
        id: None,
        method: Method::from_bytes(method.as_bytes()).unwrap(),
        path: path.to_owned(),
        fixed_query: pairs
            .map(|pair| match pair.split_once('=') {
                Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
                None => (pair.to_owned(), None),
            })
            .collect(),
        at: location("/paths").child(target).child(&method.to_lowercase()),
        tags: Vec::new(),
        summary: None,
        deprecated: false,
        parameters: Vec::new(),
        body: None,
        responses: Vec::new(),
        answer_types: Arc::default(),
        security: Vec::new(),
        tokens: TokenNotes::default(),
        servers: Vec::new(),
        provenance: None,
    }
}

pub(super) fn server(base_path: &str) -> Server {
    Server { url: format!("https://example.test{base_path}"), base_path: base_path.to_owned() }
}

pub(super) fn media(range: &str) -> MediaType {
    MediaType {
        range: range.to_owned(),
        schema: None,
        item_schema: None,
        root_name: None,
        form_fields: Vec::new(),
        encoding: IndexMap::new(),
        prefix_encoding: Vec::new(),
        item_encoding: None,
        examples: Vec::new(),
        at: location("/content").child(range),
    }
}

pub(super) fn scheme(kind: SchemeKind) -> SecurityScheme {
    SecurityScheme { kind, token: None, at: location("/components/securitySchemes") }
}

/// One requirement, from the names of its schemes with spaces between.
pub(super) fn requirement(schemes: &str) -> SecurityRequirement {
    SecurityRequirement { schemes: schemes.split_whitespace().map(|name| (name.to_owned(), Vec::new())).collect() }
}

pub(super) fn location(pointer: &str) -> Location {
    Location::new(DocId::ENTRY, pointer)
}
