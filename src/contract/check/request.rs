//! Judges a request.

use http::header::CONTENT_TYPE;
use serde_json::Value;

use super::{
    body::{described, names},
    parameter::Source,
    plan::Plan,
    value::BodyValue,
    wording::Subject,
};
use crate::{
    contract::{
        Contract, Match, MediaRange,
        body::{Kind, Raw},
        media::without_boundary,
        parameter::{Escape, Pairs},
    },
    finding::{Code, Finding, Part, Place, Reason, Severity, Side},
    message::Request,
    openapi::{MediaType, Operation, ParameterPlace},
};

/// A judged request.
#[derive(Debug, Default)]
pub struct Checked {
    /// Everything that is wrong with parameters and body, in the order of the description, each with a reason.
    pub findings: Vec<Finding>,
    /// The body as a value.
    pub body: BodyValue,
    /// The parameters that were sent and could be read: index into the operation's parameters, and value.
    pub parameters: Vec<(usize, Value)>,
    /// Index into the body's `content` of the media type that was sent.
    pub media: Option<usize>,
}

impl Contract {
    /// Judges a request's parameters and body; not its credentials.
    pub fn check_request(&self, found: &Match<'_>, request: &Request) -> Checked {
        let operation = self.operation(found.operation);
        let plan = self.plan(found.operation);
        let mut checked = Checked::default();
        self.check_parameters(operation, plan, found, request, &mut checked);
        self.check_request_body(operation, plan, request, &mut checked);
        checked
    }

    /// Whether the path parameters of a request fit an operation: `None` if one does not, else whether one of them is what
    /// its schema has by default, which says that this operation is meant.
    pub(in crate::contract) fn path_fit(&self, found: &Match<'_>) -> Option<bool> {
        let plan = self.plan(found.operation);
        let parameters = self.operation(found.operation).parameters.iter().zip(&plan.parameters);
        let mut is_meant = false;
        for (parameter, plan) in parameters.filter(|(parameter, _)| parameter.place == ParameterPlace::Path) {
            let Some(text) = plan.capture.and_then(|index| found.captures.get(index).copied()) else { continue };
            let subject = Subject::Parameter(parameter.place, &parameter.name);
            let mut findings = Vec::new();
            let value = self.check_parameter(parameter, plan, Source::Text(text), subject, &mut findings);
            if findings.iter().any(|finding| finding.severity == Severity::Error) {
                return None;
            }
            let usual = plan.subject.as_ref().and_then(|schema| schema.shape(&self.schemas).default.as_ref());
            is_meant |= value.is_some() && value.as_ref() == usual;
        }
        Some(is_meant)
    }

    fn check_parameters(
        &self,
        operation: &Operation,
        plan: &Plan,
        found: &Match<'_>,
        request: &Request,
        checked: &mut Checked,
    ) {
        let none = || Pairs { list: Vec::new(), escape: Escape::Form };
        let query_text = request.query.as_deref();
        let query = query_text.filter(|_| plan.reads_query).map_or_else(none, Pairs::form);
        let cookies = if plan.reads_cookies { Pairs::cookies(&request.headers) } else { none() };
        checked.parameters.reserve(operation.parameters.len());
        for (index, (parameter, parameter_plan)) in operation.parameters.iter().zip(&plan.parameters).enumerate() {
            let capture = parameter_plan.capture.and_then(|index| found.captures.get(index).copied());
            let query = Source::Pairs(&query, &plan.query_claims);
            let cookies = Source::Pairs(&cookies, &plan.cookie_claims);
            let source = Source::of_place(parameter.place, capture, query, &request.headers, cookies, query_text);
            // A path parameter that its template does not have cannot be sent.
            let Some(source) = source else { continue };
            let subject = Subject::Parameter(parameter.place, &parameter.name);
            let value = self.check_parameter(parameter, parameter_plan, source, subject, &mut checked.findings);
            checked.parameters.extend(value.map(|value| (index, value)));
        }
    }

    fn check_request_body(&self, operation: &Operation, plan: &Plan, request: &Request, checked: &mut Checked) {
        let Some(body) = &operation.body else { return };
        if !request.has_body() && !is_empty_content(request) {
            if body.required {
                checked.findings.push(Subject::Body(Side::Request).missing());
            }
            return;
        }
        if body.content.is_empty() {
            return;
        }
        let content_type = content_type(request);
        let Some((index, kind)) = described(&body.content, &plan.body, content_type) else {
            checked.findings.push(unsupported(content_type.unwrap_or_default(), &body.content));
            return;
        };
        checked.media = Some(index);
        let (Some(media), Some(plan)) = (body.content.get(index), plan.body.get(index)) else { return };
        let raw = Raw { bytes: &request.body, content_type: content_type.unwrap_or_default() };
        let (judged, findings) = self.check_body(Side::Request, media, plan, kind, raw);
        checked.body = BodyValue::new(judged, &request.body);
        checked.findings.extend(findings);
    }
}

#[cold]
fn unsupported(content_type: &str, content: &[MediaType]) -> Finding {
    let message = format!("the body's media type `{}` is not described", without_boundary(content_type));
    Finding::error(Code::UNSUPPORTED_MEDIA_TYPE, Place::request(Part::Header, "Content-Type"), message)
        .help(format!("send one of {}", names(content)))
        .because(Reason::UnsupportedMediaType)
}

fn content_type(request: &Request) -> Option<&str> {
    request.field(&CONTENT_TYPE).and_then(|value| value.to_str().ok())
}

/// True for a body without bytes that is content all the same, since it says so: an empty form, text or file.
fn is_empty_content(request: &Request) -> bool {
    let range = content_type(request).and_then(MediaRange::parse);
    range.is_some_and(|range| matches!(Kind::of(&range), Kind::Form | Kind::Table | Kind::Text | Kind::Binary))
}
