//! A value of the description, where it is, and where to complain about it.

use std::{
    borrow::Cow,
    cell::{Cell, RefCell},
    collections::HashSet,
};

use serde_json::{Map, Value};

use super::{
    fields::{self, Object},
    version::Version,
};
use crate::{
    finding::{Code, Finding, Severity},
    limit,
    openapi::{
        documents::{DocId, Documents, Location},
        reference::RefError,
    },
};

/// What all readers of one description share.
pub(super) struct Context<'d> {
    /// The files.
    pub(super) documents: &'d Documents,
    /// The version that the entry document is written in.
    pub(super) version: Version,
    faults: RefCell<Faults>,
    parts: Cell<usize>,
}

#[derive(Default)]
struct Faults {
    findings: Vec<Finding>,
    /// A shared part is read once for each use, but its faults are told once.
    seen: HashSet<(Location, Code, String)>,
    counts: [usize; 3],
}

impl<'d> Context<'d> {
    /// A context without findings.
    pub(super) fn new(documents: &'d Documents, version: Version) -> Self {
        Self { documents, version, faults: RefCell::default(), parts: Cell::new(0) }
    }

    /// The entry document.
    pub(super) fn root(&self) -> Cursor<'_> {
        let value = self.documents.document(DocId::ENTRY).map_or(&Value::Null, |doc| &doc.tree);
        Cursor { cx: self, value, at: Location::new(DocId::ENTRY, "") }
    }

    /// The findings, in the order in which they were made.
    pub(super) fn into_findings(self) -> Vec<Finding> {
        self.faults.into_inner().findings
    }

    fn report(&self, at: &Location, on_key: bool, severity: Severity, code: Code, message: String, help: &str) {
        let mut faults = self.faults.borrow_mut();
        let fault = (at.clone(), code, message.clone());
        if faults.counts[severity as usize] >= limit::FINDINGS_MAX || !faults.seen.insert(fault) {
            return;
        }
        faults.counts[severity as usize] += 1;
        let place = if on_key { self.documents.key_place(at) } else { self.documents.place(at) };
        let help = (!help.is_empty()).then(|| help.to_owned());
        faults.findings.push(Finding { severity, help, ..Finding::error(code, place, message) });
    }
}

/// A value of the description, where it is, and where to complain about it. Reading from `null` finds nothing.
#[derive(Clone)]
pub(super) struct Cursor<'c> {
    pub(super) cx: &'c Context<'c>,
    pub(super) value: &'c Value,
    pub(super) at: Location,
}

impl<'c> Cursor<'c> {
    /// The version that the description is written in.
    pub(super) fn version(&self) -> Version {
        self.cx.version
    }

    /// Reports what is wrong with the value.
    pub(super) fn report(&self, severity: Severity, code: Code, message: impl Into<String>, help: &str) {
        self.cx.report(&self.at, false, severity, code, message.into(), help);
    }

    /// Reports what is wrong with the key that the value stands under, or with all that is there.
    pub(super) fn report_key(&self, severity: Severity, code: Code, message: impl Into<String>, help: &str) {
        self.cx.report(&self.at, true, severity, code, message.into(), help);
    }

    /// Another value of the description; `null` if there is none.
    pub(super) fn elsewhere(&self, at: Location) -> Self {
        let value = self.cx.documents.get(&at).unwrap_or(&Value::Null);
        Self { cx: self.cx, value, at }
    }

    /// Counts one part of the model against the bound on them; false if there are too many.
    pub(super) fn spend(&self) -> bool {
        let parts = self.cx.parts.get() + 1;
        self.cx.parts.set(parts);
        if parts == limit::API_PARTS_MAX + 1 {
            self.report_key(
                Severity::Error,
                Code::TOO_LARGE,
                "the description has too many operations, parameters, answers and examples once references are \
                 followed; the rest is left out",
                "split the description",
            );
        }
        parts <= limit::API_PARTS_MAX
    }

    /// The member `name`, whatever it is.
    pub(super) fn raw(&self, name: &str) -> Option<Self> {
        let value = self.value.get(name)?;
        Some(Self { cx: self.cx, value, at: self.at.child(name) })
    }

    /// The member `name`; a `null` is none.
    pub(super) fn field(&self, name: &str) -> Option<Self> {
        let member = self.raw(name)?;
        if member.value.is_null() {
            member.report_key(
                Severity::Note,
                Code::WRONG_TYPE,
                format!("`{name}` is null; it is passed over"),
                "give it a value or remove it",
            );
            return None;
        }
        Some(member)
    }

    /// True if there is a member `name` that is not `null`.
    pub(super) fn has(&self, name: &str) -> bool {
        self.value.get(name).is_some_and(|value| !value.is_null())
    }

    /// Reports that the required member `name` is missing.
    pub(super) fn missing(&self, severity: Severity, what: &str, name: &str) {
        self.report_key(
            severity,
            Code::MISSING_FIELD,
            format!("{} has no `{name}`", sentence(what)),
            &format!("add `{name}`"),
        );
    }

    /// The text of member `name`. Numbers and booleans, which YAML makes of text without quotes, are taken as written.
    pub(super) fn text(&self, name: &str) -> Option<Cow<'c, str>> {
        self.field(name)?.follow()?.as_text(name)
    }

    /// The value as text; `name` is what to call it.
    pub(super) fn as_text(&self, name: &str) -> Option<Cow<'c, str>> {
        match self.value {
            Value::String(text) => Some(Cow::Borrowed(text)),
            Value::Number(_) | Value::Bool(_) => {
                let message = format!("`{name}` must be a string, not {}; it is taken as written", kind(self.value));
                self.report(Severity::Note, Code::WRONG_TYPE, message, "put it in quotes");
                Some(Cow::Owned(self.value.to_string()))
            }
            other => {
                let message = format!("`{name}` must be a string, not {}; it is passed over", kind(other));
                self.report(Severity::Warning, Code::WRONG_TYPE, message, "write a string");
                None
            }
        }
    }

    /// The boolean of member `name`.
    pub(super) fn flag(&self, name: &str) -> Option<bool> {
        let member = self.field(name)?;
        let flag = match member.value {
            Value::Bool(flag) => return Some(*flag),
            Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
            Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        };
        let message = match flag {
            Some(flag) => format!("`{name}` must be a boolean, not a string; it is taken as {flag}"),
            None => format!("`{name}` must be a boolean, not {}; it is passed over", kind(member.value)),
        };
        member.report(Severity::Warning, Code::WRONG_TYPE, message, "write `true` or `false`, without quotes");
        flag
    }

    /// The items of the array under `name`; `None` if there is no array.
    pub(super) fn items(&self, name: &str) -> Option<impl Iterator<Item = Self> + use<'c>> {
        let list = self.field(name)?.follow()?;
        let Value::Array(items) = list.value else {
            let message = format!("`{name}` must be an array, not {}; it is passed over", kind(list.value));
            list.report(Severity::Warning, Code::WRONG_TYPE, message, "write a list");
            return None;
        };
        let (cx, at) = (list.cx, list.at);
        Some(items.iter().enumerate().map(move |(index, value)| Self { cx, value, at: at.item(index) }))
    }

    /// The strings of the array under `name`; `None` if there is no array.
    pub(super) fn texts(&self, name: &str) -> Option<Vec<String>> {
        Some(self.items(name)?.filter_map(|item| item.as_text(name).map(Cow::into_owned)).collect())
    }

    /// The members of the map under `name`, in document order; none if there is no map.
    pub(super) fn entries(&self, name: &str) -> impl Iterator<Item = (&'c str, Self)> + use<'c> {
        let map = self.field(name).and_then(|member| member.follow());
        let members = map.as_ref().and_then(|map| map.as_map(&format!("`{name}`")));
        let parent = map.unwrap_or_else(|| self.clone());
        members
            .into_iter()
            .flatten()
            .map(move |(key, value)| (key.as_str(), Self { cx: parent.cx, value, at: parent.at.child(key) }))
    }

    /// The value as an object; `what` is what to call it.
    pub(super) fn as_map(&self, what: &str) -> Option<&'c Map<String, Value>> {
        match self.value {
            Value::Object(map) => Some(map),
            other => {
                let message = format!("{} must be an object, not {}", sentence(what), kind(other));
                self.report(Severity::Error, Code::WRONG_TYPE, message, "write an object");
                None
            }
        }
    }

    /// The object that is meant here: with its references followed and its fields looked at.
    ///
    /// A `null` is reported and then read as an object without fields.
    pub(super) fn open(&self, object: &Object) -> Option<Self> {
        let target = self.follow()?;
        if target.value.is_null() {
            let message = format!("{} is empty", sentence(object.what));
            target.report_key(Severity::Warning, Code::WRONG_TYPE, message, "describe it or remove it");
            return Some(target);
        }
        let map = target.as_map(object.what)?;
        fields::check(&target, map, object);
        Some(target)
    }

    /// The value's `$ref`, if it has one.
    pub(super) fn reference(&self) -> Option<&'c str> {
        self.value.get("$ref")?.as_str()
    }

    /// The value that is meant here: at the end of its references.
    pub(super) fn follow(&self) -> Option<Self> {
        let mut here = self.clone();
        for _ in 0..limit::REF_CHAIN_MAX {
            if here.reference().is_none() {
                return Some(here);
            }
            fields::check_siblings(&here);
            here = here.step()?;
        }
        here.report(
            Severity::Error,
            Code::REF_CYCLE,
            "the reference leads back to itself, or over too many others",
            "point it at the value that is meant",
        );
        None
    }

    /// Where a reference that is written here leads, if anywhere.
    pub(super) fn target(&self, reference: &str) -> Option<Location> {
        self.cx.documents.resolve(self.at.doc, reference).ok()
    }

    /// The value that the `$ref` here points to, which may be a reference itself.
    pub(super) fn step(&self) -> Option<Self> {
        let reference = self.reference()?;
        let documents = self.cx.documents;
        match documents.resolve(self.at.doc, reference) {
            Ok(at) => Some(Self { cx: self.cx, value: documents.get(&at)?, at }),
            Err(error) => {
                let code = match error {
                    RefError::Syntax => Code::REF_SYNTAX,
                    RefError::Refused(_) => Code::REF_REFUSED,
                    RefError::File(_) | RefError::Nothing(_) => Code::REF_NOT_FOUND,
                };
                let member = self.raw("$ref").unwrap_or_else(|| self.clone());
                let message = format!("the reference `{reference}` leads nowhere: {error}");
                member.report(Severity::Error, code, message, "correct the reference, or add what it points to");
                None
            }
        }
    }
}

/// What kind of value it is, with its article.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// `what` as the start of a sentence.
pub(super) fn sentence(what: &str) -> String {
    let mut chars = what.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
