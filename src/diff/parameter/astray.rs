//! Path parameters that the path's template does not name: the model leaves them out, for nobody sends them. Whoever
//! wrote them meant something by them, though, and a change of it is worth saying.

use serde_json::Value;

use crate::{
    diff::{differ::Differ, matching::Pair, schema, version::Version},
    openapi::{Dialect, Operation, ParameterPlace, SchemaKind, SchemaRef},
};

/// Compares the schemas of those that both versions have.
pub(super) fn compare(differ: &mut Differ<'_>, pair: &Pair<'_>) {
    let (old, new) = (find(differ.base, pair.base), find(differ.revision, pair.revision));
    for (name, old) in old {
        if let Some((_, new)) = new.iter().find(|(other, _)| *other == name) {
            let subject = schema::Subject::Parameter { place: ParameterPlace::Path, name };
            schema::compare(differ, pair, &subject, Some(&old), Some(new));
        }
    }
}

/// Their names and schemas.
fn find(version: Version<'_>, operation: &Operation) -> Vec<(String, SchemaRef)> {
    let item = operation.at.parent().map(|(item, _)| item);
    let mut found: Vec<(String, SchemaRef)> = Vec::new();
    for holder in [Some(&operation.at), item.as_ref()].into_iter().flatten() {
        let list = holder.child("parameters");
        let length = version.documents().get(&list).and_then(Value::as_array).map_or(0, Vec::len);
        for at in (0..length).map(|index| list.item(index)) {
            let Some((at, parameter)) = version.documents().follow(&at) else { continue };
            let text = |key: &str| parameter.get(key).and_then(Value::as_str);
            let (Some("path"), Some(name)) = (text("in"), text("name")) else { continue };
            let is_known = operation.parameters.iter().any(|it| it.place == ParameterPlace::Path && it.name == name)
                || found.iter().any(|(known, _)| known == name);
            let schema = if version.api.dialect == Dialect::Swagger2 {
                Some(SchemaRef { at, kind: SchemaKind::Swagger2Parameter })
            } else {
                parameter.get("schema").map(|_| SchemaRef { at: at.child("schema"), kind: SchemaKind::Schema })
            };
            found.extend(schema.filter(|_| !is_known).map(|schema| (name.to_owned(), schema)));
        }
    }
    found
}
