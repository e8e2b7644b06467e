//! Examples that are templates: which kind of template each is.

use std::collections::HashSet;

use super::{Contract, MediaRange};
use crate::{
    finding::{Code, Finding},
    openapi::{Api, Example, ExampleValue, Location, MediaType, ParameterFormat},
    template::{Fault, Form, Pattern},
};

impl Contract {
    /// The template that an example of an answer is; `None` if it is none, or cannot be read as one: then it is served
    /// as written. Without a media type it is the example of a header field.
    pub fn pattern(&self, media: Option<&MediaType>, example: &Example) -> Option<Pattern> {
        compile(&self.api, media, example)?.1.ok()
    }
}

/// Compiles the template that an example is.
fn compile<'a>(
    api: &Api,
    media: Option<&MediaType>,
    example: &'a Example,
) -> Option<(&'a Location, Result<Pattern, Vec<Fault>>)> {
    let (at, is_text) = match &example.value {
        ExampleValue::Data(at) => (at, false),
        ExampleValue::Serialized(at) => (at, true),
        ExampleValue::External(_) => return None,
    };
    let value = api.documents.get(at).filter(|_| example.is_template)?;
    let range = media.and_then(|media| MediaRange::parse(&media.range));
    let is_json = range.as_ref().is_some_and(MediaRange::is_json);
    let form = match media {
        Some(media) if is_text && is_markup(&media.range) => Form::Markup,
        Some(_) if is_text || value.is_string() && !is_json => Form::Text,
        _ => Form::Data,
    };
    Some((at, Pattern::compile(value, form)))
}

fn is_markup(range: &str) -> bool {
    let essence = range.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence.ends_with("/xml") || essence.ends_with("+xml") || essence.ends_with("/html")
}

/// What is wrong with the templates of all answers, each told once.
pub(super) fn bad_templates(api: &Api) -> Vec<Finding> {
    let mut seen: HashSet<&Location> = HashSet::new();
    let mut findings = Vec::new();
    let mut look = |media: Option<&MediaType>, example| {
        let Some((at, Err(faults))) = compile(api, media, example) else { return };
        if !seen.insert(at) {
            return;
        }
        findings.extend(faults.into_iter().map(|fault| {
            let place = api.documents.place(&Location::new(at.doc, format!("{}{}", at.pointer, fault.at)));
            let message = format!("{}; the example is served as written", fault.message);
            Finding::error(Code::BAD_TEMPLATE, place, message).help(fault.help)
        }));
    };
    for response in api.operations.iter().flat_map(|operation| &operation.responses) {
        for media in &response.content {
            media.examples.iter().filter(|it| it.is_template).for_each(|example| look(Some(media), example));
        }
        for header in &response.headers {
            let examples = header.examples.iter().filter(|it| it.is_template);
            examples.filter(|_| !matches!(header.format, ParameterFormat::Content(_))).for_each(|it| look(None, it));
        }
    }
    findings
}
