//! Judges a body.

use http::HeaderMap;
use serde_json::{Map, Value};

use super::{
    parameter::Source,
    plan::{MediaPlan, Subject as Schema},
    value::Judged,
    wording::Subject,
};
use crate::{
    contract::{
        Contract, MediaRange,
        body::{self, Decoded, Fault, Kind, Raw, Reach, Slot, json_text},
        media, multipart,
        parameter::{Claims, Pairs, Typing},
    },
    finding::{Finding, Side},
    openapi::MediaType,
    schema::{Borrowed, Instance, Shape, Violation},
};

/// Finds the described media type for a body, and how it is read.
///
/// A body that does not say what it is counts as JSON where JSON is described, else as the first type.
pub(super) fn described(content: &[MediaType], plans: &[MediaPlan], sent: Option<&str>) -> Option<(usize, Kind)> {
    let Some(sent) = sent else {
        let index = plans.iter().position(|plan| plan.kind == Kind::Json).unwrap_or(0);
        return plans.get(index).map(|plan| (index, plan.kind));
    };
    // Most requests say exactly what the description says.
    let exact = content.iter().position(|media| media.range.eq_ignore_ascii_case(sent));
    if let Some(found) = exact.and_then(|index| Some((index, plans.get(index)?.kind))) {
        return Some(found);
    }
    let index = media::matching(content, sent)?;
    MediaRange::parse(sent).map(|range| (index, Kind::of(&range)))
}

/// The media types of a description, for a help text.
pub(super) fn names(content: &[MediaType]) -> String {
    content.iter().map(|media| format!("`{}`", media.range)).collect::<Vec<_>>().join(", ")
}

impl Contract {
    /// Judges a body that falls under a described media type: its value, and what is wrong with it.
    pub(super) fn check_body(
        &self,
        side: Side,
        media: &MediaType,
        plan: &MediaPlan,
        kind: Kind,
        raw: Raw<'_>,
    ) -> (Judged, Vec<Finding>) {
        if !media.form_fields.is_empty() && matches!(kind, Kind::Form | Kind::Multipart) {
            return self.check_form(side, media, plan, kind, raw);
        }
        let subject = Subject::Body(side);
        if kind == Kind::Json
            && plan.item.is_none()
            && let Some(value) = json_text(raw.bytes).ok().and_then(Borrowed::read)
        {
            let mut findings = Vec::new();
            self.check_whole(subject, plan.subject.as_ref(), (&value).into(), &[], &mut findings);
            return (Judged::Json, findings);
        }
        self.check_decoded(side, media, plan, kind, raw)
    }

    /// Judges a body that is not JSON, or that is looked at item by item.
    #[inline(never)]
    fn check_decoded(
        &self,
        side: Side,
        media: &MediaType,
        plan: &MediaPlan,
        kind: Kind,
        raw: Raw<'_>,
    ) -> (Judged, Vec<Finding>) {
        let subject = Subject::Body(side);
        let decoded = self.read_body(media, plan, kind, raw);
        let mut findings: Vec<Finding> = decoded.faults.iter().map(|fault| subject.fault(fault)).collect();
        for (slot, headers) in &decoded.part_headers {
            self.check_part_headers(side, media, plan, (slot, headers), &mut findings);
        }
        let Some(value) = decoded.value else { return (Judged::Nothing, findings) };
        self.check_value(subject, plan, kind, &value, &decoded.faults, &mut findings);
        (Judged::Value(value), findings)
    }

    /// Reads a body in the way that satisfies its schema, if one of the two does.
    fn read_body(&self, media: &MediaType, plan: &MediaPlan, kind: Kind, raw: Raw<'_>) -> Decoded {
        let shape = match (&plan.subject, kind) {
            // JSON has its own types.
            (Some(schema), kind) if kind != Kind::Json => schema.shape(&self.schemas),
            _ => Shape::any(),
        };
        let typing = Typing::first(&self.schemas);
        let first = body::read(kind, raw, media, &plan.fields, shape, &typing);
        if !typing.ambiguous() || self.is_valid(plan, kind, &first) {
            return first;
        }
        let second = body::read(kind, raw, media, &plan.fields, shape, &Typing::second(&self.schemas));
        if second.value.is_some() && self.is_valid(plan, kind, &second) { second } else { first }
    }

    /// True if what was read satisfies all that is described of it.
    fn is_valid(&self, plan: &MediaPlan, kind: Kind, decoded: &Decoded) -> bool {
        let Some(value) = &decoded.value else { return true };
        let fits = |schema: Option<&Schema>, value| {
            schema.is_none_or(|schema| schema.validator(&self.schemas).is_valid(value))
        };
        let (whole, item) = self.subjects(plan, kind, value);
        fits(whole, value) && value.as_array().is_none_or(|items| items.iter().all(|it| fits(item, it)))
    }

    /// The schemas of a whole value and of each of its items.
    fn subjects<'p>(&self, plan: &'p MediaPlan, kind: Kind, value: &Value) -> (Option<&'p Schema>, Option<&'p Schema>) {
        match (&plan.subject, &plan.item) {
            (Some(schema), None)
                if kind.is_sequence() && value.is_array() && Reach::of(schema.shape(&self.schemas)) != Reach::Whole =>
            {
                (None, Some(schema))
            }
            (whole, item) => (whole.as_ref(), item.as_ref()),
        }
    }

    fn check_value(
        &self,
        subject: Subject<'_>,
        plan: &MediaPlan,
        kind: Kind,
        value: &Value,
        faults: &[Fault],
        findings: &mut Vec<Finding>,
    ) {
        let (whole, item) = self.subjects(plan, kind, value);
        self.check_whole(subject, whole, value.into(), faults, findings);
        let (Some(schema), Value::Array(items)) = (item, value) else { return };
        let validator = schema.validator(&self.schemas);
        for (index, item) in items.iter().enumerate() {
            if faults.iter().all(|fault| fault.at != format!("/{index}")) && !validator.is_valid(item) {
                let at = format!("/{index}");
                findings.extend(validator.violations(item).iter().map(|violation| subject.violation(&at, violation)));
            }
        }
    }

    fn check_whole(
        &self,
        subject: Subject<'_>,
        schema: Option<&Schema>,
        value: Instance<'_>,
        faults: &[Fault],
        findings: &mut Vec<Finding>,
    ) {
        let Some(schema) = schema else { return };
        let violations = schema.validator(&self.schemas).violations(value);
        if violations.is_empty() {
            return;
        }
        // A field that could not be read is not missing as well, and what stands for it is not wrong.
        let told = |property: &str| faults.iter().any(|fault| fault.at.strip_prefix('/') == Some(property));
        let is_told = |violation: &&Violation| {
            faults.iter().any(|fault| !fault.at.is_empty() && fault.at == violation.at)
                || (violation.at.is_empty() && violation.property.as_deref().is_some_and(told))
        };
        let new = violations.iter().filter(|violation| !is_told(violation));
        findings.extend(new.map(|violation| subject.violation("", violation)));
    }

    /// Judges the fields of a Swagger 2.0 form one by one.
    #[inline(never)]
    fn check_form(
        &self,
        side: Side,
        media: &MediaType,
        plan: &MediaPlan,
        kind: Kind,
        raw: Raw<'_>,
    ) -> (Judged, Vec<Finding>) {
        let subject = Subject::Body(side);
        let mut findings = Vec::new();
        let parts;
        let pairs = if kind == Kind::Multipart {
            let (read, faults) = match multipart::parts(raw) {
                Ok(parts) => parts,
                Err(fault) => return (Judged::Nothing, vec![subject.fault(&fault)]),
            };
            findings.extend(faults.iter().map(|fault| subject.fault(fault)));
            parts = read;
            multipart::pairs(&parts)
        } else if let Ok(text) = std::str::from_utf8(raw.bytes) {
            Pairs::form(text)
        } else {
            findings.push(subject.malformed("is not UTF-8"));
            return (Judged::Nothing, findings);
        };
        let is_known = |key: &str| media.form_fields.iter().any(|field| field.name == key);
        if !pairs.list.is_empty() && !pairs.list.iter().any(|pair| is_known(&pair.key)) {
            // Single unknown fields are passed over, but a form of nothing else is another form.
            findings.push(subject.foreign());
        }
        let claims = Claims::default();
        let mut object = Map::new();
        for (field, plan) in media.form_fields.iter().zip(&plan.form_fields) {
            let source = Source::Pairs(&pairs, &claims);
            let subject = Subject::Field(side, &field.name);
            if let Some(value) = self.check_parameter(field, plan, source, subject, &mut findings) {
                object.insert(field.name.clone(), value);
            }
        }
        (Judged::Value(Value::Object(object)), findings)
    }

    fn check_part_headers(
        &self,
        side: Side,
        media: &MediaType,
        plan: &MediaPlan,
        (slot, headers): (&Slot, &HeaderMap),
        findings: &mut Vec<Finding>,
    ) {
        let Some(encoding) = slot.encoding(media) else { return };
        let part = slot.to_string();
        for (header, plan) in encoding.headers.iter().zip(plan.headers_of(slot)) {
            let subject = Subject::PartHeader(side, &part, &header.name);
            self.check_parameter(header, plan, Source::Headers(headers), subject, findings);
        }
    }
}
