//! Judges one parameter or header field.

use std::borrow::Cow;

use http::HeaderMap;
use serde_json::Value;

use super::{plan::ParameterPlan, wording::Subject};
use crate::{
    contract::{
        Contract,
        body::{self, Kind, Raw},
        parameter::{Claims, Escape, Malformed, Pairs, Spelling, Typing, decode, from_pairs, from_text},
    },
    finding::Finding,
    openapi::{MediaType, Parameter, ParameterFormat, ParameterPlace},
    schema::Shape,
};

/// Where the text of parameters comes from.
#[derive(Clone, Copy, Debug)]
pub(super) enum Source<'m> {
    /// A capture of the path.
    Text(&'m str),
    /// The query, the cookies or the fields of a form.
    Pairs(&'m Pairs<'m>, &'m Claims),
    /// Header fields.
    Headers(&'m HeaderMap),
    /// The whole query.
    Query(Option<&'m str>),
}

impl Contract {
    /// Judges a parameter: its value, if it was sent and could be read, and what is wrong with it.
    pub(super) fn check_parameter(
        &self,
        parameter: &Parameter,
        plan: &ParameterPlan,
        source: Source<'_>,
        subject: Subject<'_>,
        findings: &mut Vec<Finding>,
    ) -> Option<Value> {
        if let Some(allowed) = empty(parameter, plan, source) {
            findings.extend((!allowed).then(|| subject.empty()));
            return allowed.then(|| Value::String(String::new()));
        }
        let shape = plan.subject.as_ref().map_or_else(|| Shape::any(), |schema| schema.shape(&self.schemas));
        let read = |typing: &Typing<'_>| match &parameter.format {
            ParameterFormat::Style { .. } => styled(parameter, plan, source, shape, typing),
            ParameterFormat::Content(media) => content(parameter, plan, media, source, shape, typing),
        };
        let typing = Typing::first(&self.schemas);
        let value = match read(&typing) {
            Ok(Some(value)) => value,
            Ok(None) => {
                findings.extend(parameter.required.then(|| subject.missing()));
                return None;
            }
            Err(Malformed(message)) => {
                findings.push(subject.malformed(&message));
                return None;
            }
        };
        let Some(schema) = &plan.subject else { return Some(value) };
        let validator = schema.validator(&self.schemas);
        if validator.is_valid(&value) {
            return Some(value);
        }
        if typing.ambiguous()
            && let Ok(Some(second)) = read(&Typing::second(&self.schemas))
            && validator.is_valid(&second)
        {
            return Some(second);
        }
        findings.extend(validator.violations(&value).iter().map(|violation| subject.violation("", violation)));
        Some(value)
    }
}

/// For a parameter that was sent without a value and whose description says something about that: is it allowed?
fn empty(parameter: &Parameter, plan: &ParameterPlan, source: Source<'_>) -> Option<bool> {
    if !parameter.allow_empty_value && !plan.refuses_empty {
        return None;
    }
    let Source::Pairs(pairs, _) = source else { return None };
    let mut values = pairs.values(&parameter.name).peekable();
    (values.peek().is_some() && values.all(str::is_empty)).then_some(parameter.allow_empty_value)
}

/// A parameter with a style.
fn styled(
    parameter: &Parameter,
    plan: &ParameterPlan,
    source: Source<'_>,
    shape: &Shape,
    typing: &Typing<'_>,
) -> Result<Option<Value>, Malformed> {
    let ParameterFormat::Style { style, explode, .. } = parameter.format else { return Ok(None) };
    let spelling = Spelling { name: &parameter.name, style, explode };
    match source {
        Source::Pairs(pairs, claims) => from_pairs(spelling, pairs, claims, shape, typing),
        Source::Text("") | Source::Query(_) => Ok(None),
        Source::Text(raw) => from_text(spelling, raw, Escape::Percent, shape, typing).map(Some),
        Source::Headers(headers) => match header_text(headers, plan)? {
            Some(text) => from_text(spelling, &text, Escape::None, shape, typing).map(Some),
            None => Ok(None),
        },
    }
}

/// A parameter that is a document of a media type.
#[inline(never)]
fn content(
    parameter: &Parameter,
    plan: &ParameterPlan,
    media: &MediaType,
    source: Source<'_>,
    shape: &Shape,
    typing: &Typing<'_>,
) -> Result<Option<Value>, Malformed> {
    let text = match source {
        Source::Text("") | Source::Query(None | Some("")) => None,
        // A form is decoded pair by pair.
        Source::Query(Some(raw)) if plan.kind == Kind::Form => Some(Cow::Borrowed(raw)),
        Source::Text(raw) | Source::Query(Some(raw)) => Some(decode(raw, Escape::Percent)?),
        Source::Headers(headers) => header_text(headers, plan)?,
        Source::Pairs(pairs, _) => {
            let mut values = pairs.values(&parameter.name);
            let first = values.next();
            if values.next().is_some() {
                return Err(Malformed("is sent more than once, but it is one value".to_owned()));
            }
            first.map(|raw| decode(raw, pairs.escape)).transpose()?
        }
    };
    let Some(text) = text else { return Ok(None) };
    if matches!(plan.kind, Kind::Text | Kind::Binary) {
        return Ok(Some(body::from_text(text, shape, typing)));
    }
    let raw = Raw { bytes: text.as_bytes(), content_type: &media.range };
    let decoded = body::read(plan.kind, raw, media, &body::Fields::default(), shape, typing);
    match decoded.faults.into_iter().next() {
        Some(fault) => Err(Malformed(fault.message)),
        None => Ok(decoded.value),
    }
}

/// A header field; one that comes several times is joined by commas (RFC 9110, section 5.3).
#[inline(never)]
fn header_text<'m>(headers: &'m HeaderMap, plan: &ParameterPlan) -> Result<Option<Cow<'m, str>>, Malformed> {
    let Some(name) = &plan.header else { return Ok(None) };
    let mut joined: Option<Cow<'m, str>> = None;
    for value in headers.get_all(name) {
        let text = std::str::from_utf8(value.as_bytes()).map_err(|_| Malformed("is not UTF-8".to_owned()))?;
        joined = Some(match joined {
            None => Cow::Borrowed(text),
            Some(before) => Cow::Owned(format!("{before}, {text}")),
        });
    }
    Ok(joined)
}

impl Source<'_> {
    /// True for a place that takes part in a request at all: not the capture of a template that has none.
    pub(super) fn of_place<'m>(
        place: ParameterPlace,
        capture: Option<&'m str>,
        query: Source<'m>,
        headers: &'m HeaderMap,
        cookies: Source<'m>,
        query_text: Option<&'m str>,
    ) -> Option<Source<'m>> {
        match place {
            ParameterPlace::Path => capture.map(Source::Text),
            ParameterPlace::Query => Some(query),
            ParameterPlace::Header => Some(Source::Headers(headers)),
            ParameterPlace::Cookie => Some(cookies),
            ParameterPlace::QueryString => Some(Source::Query(query_text)),
        }
    }
}
