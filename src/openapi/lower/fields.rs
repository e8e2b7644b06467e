//! Which fields each object has in which version.

use serde_json::{Map, Value};

use super::{
    cursor::{Cursor, sentence},
    version::Version,
};
use crate::finding::{Code, Severity};

/// An object of the specification.
pub(super) struct Object {
    /// What to call it, with its article.
    pub(super) what: &'static str,
    /// Its fields, and the versions that have them.
    fields: &'static [(Versions, &'static [&'static str])],
}

/// A set of versions, one bit each.
type Versions = u8;

const V20: Versions = 1;
const V30: Versions = 2;
const V31: Versions = 4;
const V32: Versions = 8;
const ALL: Versions = V20 | V3;
const V3: Versions = V30 | V31 | V32;
const SINCE_31: Versions = V31 | V32;

pub(super) const ROOT: Object = Object {
    what: "the description",
    fields: &[
        (ALL, &["info", "paths", "security", "tags", "externalDocs", "x-mimeo-id"]),
        (ALL, &["x-mimeo-tokens", "x-mimeo-accounts"]),
        (V20, &["swagger", "host", "basePath", "schemes", "consumes", "produces", "definitions", "parameters"]),
        (V20, &["responses", "securityDefinitions"]),
        (V3, &["openapi", "servers", "components"]),
        (SINCE_31, &["webhooks", "jsonSchemaDialect"]),
        (V32, &["$self"]),
    ],
};

pub(super) const INFO: Object = Object {
    what: "`info`",
    fields: &[
        (ALL, &["title", "description", "termsOfService", "contact", "license", "version"]),
        (SINCE_31, &["summary"]),
    ],
};

pub(super) const COMPONENTS: Object = Object {
    what: "`components`",
    fields: &[
        (V3, &["schemas", "responses", "parameters", "examples", "requestBodies", "headers", "securitySchemes"]),
        (V3, &["links", "callbacks"]),
        (SINCE_31, &["pathItems"]),
        (V32, &["mediaTypes"]),
    ],
};

pub(super) const SERVER: Object =
    Object { what: "a server", fields: &[(V3, &["url", "description", "variables"]), (V32, &["name"])] };

pub(super) const SERVER_VARIABLE: Object =
    Object { what: "a server variable", fields: &[(V3, &["enum", "default", "description"])] };

pub(super) const PATH_ITEM: Object = Object {
    what: "a path item",
    fields: &[
        (ALL, &["get", "put", "post", "delete", "options", "head", "patch", "parameters"]),
        (V3, &["summary", "description", "trace", "servers"]),
        (V32, &["query", "additionalOperations"]),
    ],
};

pub(super) const OPERATION: Object = Object {
    what: "an operation",
    fields: &[
        (ALL, &["tags", "summary", "description", "externalDocs", "operationId", "parameters", "responses"]),
        (ALL, &["deprecated", "security", "x-mimeo-login", "x-mimeo-rotate", "x-mimeo-revoke"]),
        (V20, &["consumes", "produces", "schemes"]),
        (V3, &["requestBody", "callbacks", "servers"]),
    ],
};

pub(super) const PARAMETER: Object = Object {
    what: "a parameter",
    fields: &[
        (ALL, &["name", "in", "description", "required", "allowEmptyValue", "schema"]),
        (V20, &["type", "format", "items", "collectionFormat", "default", "maximum", "exclusiveMaximum", "minimum"]),
        (V20, &["exclusiveMinimum", "maxLength", "minLength", "pattern", "maxItems", "minItems", "uniqueItems"]),
        (V20, &["enum", "multipleOf"]),
        (V3, &["deprecated", "style", "explode", "allowReserved", "example", "examples", "content"]),
    ],
};

pub(super) const HEADER: Object = Object {
    what: "a header",
    fields: &[
        (ALL, &["description"]),
        (V20, &["type", "format", "items", "collectionFormat", "default", "maximum", "exclusiveMaximum", "minimum"]),
        (V20, &["exclusiveMinimum", "maxLength", "minLength", "pattern", "maxItems", "minItems", "uniqueItems"]),
        (V20, &["enum", "multipleOf"]),
        (V3, &["required", "deprecated", "style", "explode", "schema", "example", "examples", "content"]),
        (V30, &["allowEmptyValue", "allowReserved"]),
    ],
};

pub(super) const REQUEST_BODY: Object =
    Object { what: "a request body", fields: &[(V3, &["description", "content", "required"])] };

pub(super) const MEDIA_TYPE: Object = Object {
    what: "a media type",
    fields: &[
        (V3, &["schema", "example", "examples", "encoding"]),
        (V32, &["itemSchema", "prefixEncoding", "itemEncoding", "description"]),
    ],
};

pub(super) const ENCODING: Object = Object {
    what: "an encoding",
    fields: &[
        (V3, &["contentType", "headers", "style", "explode", "allowReserved"]),
        (V32, &["encoding", "prefixEncoding", "itemEncoding"]),
    ],
};

pub(super) const RESPONSE: Object = Object {
    what: "a response",
    fields: &[
        (ALL, &["description", "headers", "x-mimeo-for", "x-mimeo-issue", "x-mimeo-claims"]),
        (V20, &["schema", "examples"]),
        (V3, &["content", "links"]),
        (V32, &["summary"]),
    ],
};

pub(super) const EXAMPLE: Object = Object {
    what: "an example",
    fields: &[
        (V3, &["summary", "description", "value", "externalValue", "x-mimeo-for", "x-mimeo-template"]),
        (V32, &["dataValue", "serializedValue"]),
    ],
};

pub(super) const SECURITY_SCHEME: Object = Object {
    what: "a security scheme",
    fields: &[
        (ALL, &["type", "description", "name", "in", "x-mimeo-token"]),
        (V20, &["flow", "authorizationUrl", "tokenUrl", "scopes"]),
        (V3, &["scheme", "bearerFormat", "flows", "openIdConnectUrl"]),
        (V32, &["oauth2MetadataUrl", "deprecated"]),
    ],
};

pub(super) const FLOWS: Object = Object {
    what: "`flows`",
    fields: &[
        (V3, &["implicit", "password", "clientCredentials", "authorizationCode"]),
        (V32, &["deviceAuthorization"]),
    ],
};

pub(super) const FLOW: Object =
    Object { what: "a flow", fields: &[(V3, &["authorizationUrl", "tokenUrl", "refreshUrl", "scopes"])] };

// Our own extensions, which are the same in all versions.

pub(super) const TOKEN: Object = Object {
    what: "`x-mimeo-token`",
    fields: &[(ALL, &["lifetime", "format", "pattern", "length", "of", "claim", "known"])],
};

pub(super) const KNOWN_TOKEN: Object =
    Object { what: "a token that is known", fields: &[(ALL, &["value", "account"])] };

pub(super) const ISSUE: Object = Object {
    what: "`x-mimeo-issue`",
    fields: &[(ALL, &["token", "at", "when", "expires", "lifetime", "claims", "scopes"])],
};

pub(super) const EXPIRES: Object = Object { what: "an expiry", fields: &[(ALL, &["at", "as"])] };

pub(super) const ROTATE: Object =
    Object { what: "`x-mimeo-rotate`", fields: &[(ALL, &["token", "at", "when", "also", "keep"])] };

pub(super) const REVOKE: Object = Object { what: "`x-mimeo-revoke`", fields: &[(ALL, &["tokens", "at"])] };

pub(super) const LOGIN: Object =
    Object { what: "`x-mimeo-login`", fields: &[(ALL, &["account", "password", "digest", "code", "resume"])] };

pub(super) const RESUME: Object = Object { what: "`resume`", fields: &[(ALL, &["token", "at"])] };

pub(super) const ACCOUNT: Object =
    Object { what: "an account", fields: &[(ALL, &["names", "password", "code", "claims"])] };

/// Reports fields that the object does not have in this version.
pub(super) fn check(cursor: &Cursor<'_>, map: &Map<String, Value>, object: &Object) {
    let version = bit(cursor.version());
    for (key, value) in map {
        let versions = object
            .fields
            .iter()
            .filter(|(_, names)| names.contains(&key.as_str()))
            .fold(0, |versions, (more, _)| versions | more);
        // A reference that is still there was followed already, or belongs to a path item.
        if versions & version != 0 || (key == "$ref" && value.is_string()) {
            continue;
        }
        if key.starts_with("x-") || key.starts_with("X-") {
            check_extension(cursor, key);
        } else if let Some(member) = cursor.raw(key) {
            unknown(&member, key, versions, object);
        }
    }
}

/// Reports an extension of ours that means nothing where it stands.
pub(super) fn check_extension(cursor: &Cursor<'_>, key: &str) {
    if !key.to_ascii_lowercase().starts_with("x-mimeo-") {
        return;
    }
    let Some(member) = cursor.raw(key) else { return };
    let message = format!("`{key}` is no extension that is known in this place; it is passed over");
    let help = "known are, at the root, `x-mimeo-id`, `x-mimeo-tokens` and `x-mimeo-accounts`; on security schemes \
                `x-mimeo-token`; on operations `x-mimeo-login`, `x-mimeo-rotate` and `x-mimeo-revoke`; on responses \
                `x-mimeo-for`, `x-mimeo-issue` and `x-mimeo-claims`; on examples `x-mimeo-for` and `x-mimeo-template`";
    member.report_key(Severity::Warning, Code::UNKNOWN_EXTENSION, message, help);
}

fn unknown(member: &Cursor<'_>, key: &str, versions: Versions, object: &Object) {
    if key == "$ref" {
        let help = "write a URI reference such as `#/components/…`";
        member.report(Severity::Warning, Code::REF_SYNTAX, "a `$ref` must be a string", help);
    } else if versions != 0 {
        let message = format!(
            "`{key}` belongs to {}; this is a document of {}, which does not have it",
            version_names(versions),
            member.version().name()
        );
        let help = format!("remove `{key}`, or write the document in a version that has it");
        member.report_key(Severity::Warning, Code::VERSION, message, &help);
    } else {
        let message = format!("{} has no field `{key}`; it is passed over", sentence(object.what));
        let help = match nearest(key, object, bit(member.version())) {
            Some(name) => format!("perhaps `{name}` is meant"),
            None => "remove it, or start its name with `x-`".to_owned(),
        };
        member.report_key(Severity::Note, Code::UNKNOWN_FIELD, message, &help);
    }
}

/// Reports fields beside a `$ref`, which count for nothing. `summary` and `description` do in 3.1, and never hurt.
pub(super) fn check_siblings(cursor: &Cursor<'_>) {
    let Value::Object(map) = cursor.value else { return };
    if map.len() == 1 {
        return;
    }
    for key in map.keys() {
        if matches!(key.as_str(), "$ref" | "summary" | "description") || key.starts_with("x-") {
            continue;
        }
        if let Some(member) = cursor.raw(key) {
            member.report_key(
                Severity::Note,
                Code::UNKNOWN_FIELD,
                format!("`{key}` stands beside a `$ref`, where it counts for nothing"),
                "move it to where the reference points, or remove the reference",
            );
        }
    }
}

fn bit(version: Version) -> Versions {
    match version {
        Version::V20 => V20,
        Version::V30 => V30,
        Version::V31 => V31,
        Version::V32 => V32,
    }
}

/// The versions that have a field, said shortly.
fn version_names(versions: Versions) -> &'static str {
    match versions {
        V20 => "Swagger 2.0",
        V30 => "OpenAPI 3.0",
        V3 => "OpenAPI 3",
        SINCE_31 => "OpenAPI 3.1 and later",
        V32 => "OpenAPI 3.2",
        _ => "another version",
    }
}

/// The field that `key` was probably meant to be: at most two typing errors away.
fn nearest(key: &str, object: &Object, version: Versions) -> Option<&'static str> {
    let fields = object.fields.iter().filter(|(versions, _)| versions & version != 0);
    let distances = fields.flat_map(|(_, names)| *names).map(|name| (distance(key, name), *name));
    let (distance, name) = distances.min()?;
    (distance <= 2 && distance * 3 < name.len()).then_some(name)
}

/// Levenshtein's distance without regard to case; very different lengths count as far.
fn distance(left: &str, right: &str) -> usize {
    if left.len().abs_diff(right.len()) > 2 {
        return usize::MAX;
    }
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.bytes().enumerate() {
        let mut diagonal = i;
        let mut before = i + 1;
        for (slot, b) in row.iter_mut().skip(1).zip(right.bytes()) {
            let replaced = diagonal + usize::from(!a.eq_ignore_ascii_case(&b));
            diagonal = *slot;
            before = replaced.min(diagonal + 1).min(before + 1);
            *slot = before;
        }
    }
    row.last().copied().unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_fields() {
        #[track_caller]
        fn check(key: &str, expected: Option<&str>) {
            assert_eq!(nearest(key, &OPERATION, V30), expected);
        }
        check("operationID", Some("operationId"));
        check("response", Some("responses"));
        check("paramaters", Some("parameters"));
        check("consumes", None);
        check("title", None);
        check("", None);
    }
}
