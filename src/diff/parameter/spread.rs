//! An object whose properties are sent as query parameters of their own, and the same parameters one by one.
//!
//! On the wire, `style: form, explode: true` with the properties `a` and `b` is the same as two parameters `a` and `b`.

use serde_json::Value;

use crate::{
    diff::{
        differ::Differ,
        matching::Pair,
        schema::{self, Subject, schema_of},
        version::Version,
    },
    openapi::{Parameter, ParameterFormat, ParameterPlace, SchemaRef, Style},
};

/// An object in one version, and those of its properties that are parameters in the other.
pub(super) struct Spread<'p> {
    object: &'p Parameter,
    /// True if the object is in the old version.
    is_old: bool,
    singles: Vec<(&'p Parameter, SchemaRef)>,
}

/// The objects of either version that the other one has in parts.
pub(super) fn find<'p>(differ: &Differ<'_>, pair: &Pair<'p>) -> Vec<Spread<'p>> {
    let mut found = Vec::new();
    for is_old in [true, false] {
        let (version, own, others) = if is_old {
            (differ.base, &pair.base.parameters, &pair.revision.parameters)
        } else {
            (differ.revision, &pair.revision.parameters, &pair.base.parameters)
        };
        let has = |list: &[Parameter], it: &Parameter| {
            list.iter().any(|other| other.place == it.place && other.name == it.name)
        };
        for object in own.iter().filter(|object| is_spread(object) && !has(others, object)) {
            let singles: Vec<_> = others
                .iter()
                .filter(|single| single.place == ParameterPlace::Query && !has(own, single))
                .filter_map(|single| Some((single, property(version, object, &single.name)?)))
                .collect();
            if !singles.is_empty() {
                found.push(Spread { object, is_old, singles });
            }
        }
    }
    found
}

fn is_spread(parameter: &Parameter) -> bool {
    parameter.place == ParameterPlace::Query
        && matches!(parameter.format, ParameterFormat::Style { style: Style::Form, explode: true, .. })
}

/// The schema of a property of an object.
fn property(version: Version<'_>, object: &Parameter, name: &str) -> Option<SchemaRef> {
    let schema = schema_of(object)?;
    let (at, value) = version.documents().follow(&schema.at)?;
    let is_object = value.get("type").and_then(Value::as_str) == Some("object");
    let has = value.get("properties").is_some_and(|properties| properties.get(name).is_some());
    (is_object && has)
        .then(|| SchemaRef { at: at.child("properties").child(name), kind: crate::openapi::SchemaKind::Schema })
}

impl Spread<'_> {
    pub(super) fn covers_base(&self, parameter: &Parameter) -> bool {
        self.covers(parameter, self.is_old)
    }

    pub(super) fn covers_revision(&self, parameter: &Parameter) -> bool {
        self.covers(parameter, !self.is_old)
    }

    fn covers(&self, parameter: &Parameter, has_object: bool) -> bool {
        if has_object {
            self.object.name == parameter.name && self.object.place == parameter.place
        } else {
            self.singles.iter().any(|(single, _)| single.name == parameter.name && single.place == parameter.place)
        }
    }

    /// Compares each property with its parameter.
    pub(super) fn compare(&self, differ: &mut Differ<'_>, pair: &Pair<'_>) {
        for (single, property) in &self.singles {
            let subject = Subject::Parameter { place: single.place, name: single.name.clone() };
            let (old, new) = (Some(property), schema_of(single));
            let (old, new) = if self.is_old { (old, new) } else { (new, old) };
            schema::compare(differ, pair, &subject, old, new);
        }
    }
}
