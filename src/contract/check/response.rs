//! Judges an answer.

use http::{HeaderName, Method, header::CONTENT_TYPE};

use super::{
    body::{described, names},
    parameter::Source,
    plan::ResponsePlan,
    wording::Subject,
};
use crate::{
    contract::{
        Contract, OperationId,
        body::{Kind, Raw},
        media::without_boundary,
    },
    finding::{Code, Finding, Part, Place, Side},
    message::{Response, is_bodiless, is_framing},
    openapi::{self, StatusRange},
};

impl Contract {
    /// Judges an answer: status, header fields, media type, body.
    ///
    /// Of an answer to HEAD or with status 204, 205 or 304 the body is not looked at. Where a HEAD request was led to GET,
    /// give the answer as GET would have it.
    pub fn check_response(&self, operation: OperationId, response: &Response) -> Vec<Finding> {
        let responses = &self.operation(operation).responses;
        let status = response.status.as_u16();
        let Some(index) = covering(responses, status) else {
            return vec![undocumented(responses, status)];
        };
        let (Some(described), Some(plan)) = (responses.get(index), self.plan(operation).responses.get(index)) else {
            return Vec::new();
        };
        let mut findings = Vec::new();
        for (header, plan) in described.headers.iter().zip(&plan.headers) {
            if HeaderName::try_from(header.name.as_str()).is_ok_and(|name| is_framing(&name)) {
                continue;
            }
            let subject = Subject::AnswerHeader(&header.name);
            self.check_parameter(header, plan, Source::Headers(&response.headers), subject, &mut findings);
        }
        let without_body = self.operation(operation).method == Method::HEAD || is_bodiless(response.status);
        if !without_body && !described.content.is_empty() {
            findings.extend(self.check_response_body(described, plan, response));
        }
        findings
    }

    fn check_response_body(
        &self,
        described_as: &openapi::Response,
        plan: &ResponsePlan,
        response: &Response,
    ) -> Vec<Finding> {
        let content = &described_as.content;
        let sent = response.header(CONTENT_TYPE);
        if response.body.is_empty() && sent.is_none() {
            return empty_body(content, plan, None).into_iter().collect();
        }
        let Some(sent) = sent else {
            let message = "the answer has a body but no Content-Type";
            return vec![undescribed(message, content)];
        };
        let Some((index, kind)) = described(content, &plan.content, Some(sent)) else {
            let sent = without_boundary(sent);
            return vec![undescribed(&format!("the answer's media type `{sent}` is not described"), content)];
        };
        if response.body.is_empty() {
            return empty_body(content, plan, Some((index, kind))).into_iter().collect();
        }
        let (Some(media), Some(plan)) = (content.get(index), plan.content.get(index)) else { return Vec::new() };
        let raw = Raw { bytes: &response.body, content_type: sent };
        self.check_body(Side::Response, media, plan, kind, raw).1
    }
}

/// Index of the described answer for a status: the exact one, else its hundred, else the default.
fn covering(responses: &[openapi::Response], status: u16) -> Option<usize> {
    let covering = responses.iter().enumerate().filter(|(_, response)| response.status.covers(status));
    let closest = covering.min_by_key(|(_, response)| match response.status {
        StatusRange::Exact(_) => 0,
        StatusRange::Hundred(_) => 1,
        StatusRange::Default => 2,
    });
    closest.map(|(index, _)| index)
}

fn undocumented(responses: &[openapi::Response], status: u16) -> Finding {
    let known = responses.iter().map(|response| response.status.to_string()).collect::<Vec<_>>().join(", ");
    let place = Place::response(Part::Status, "");
    Finding::error(Code::UNDOCUMENTED_STATUS, place, format!("the answer's status {status} is not described"))
        .help(if known.is_empty() { "no status is described".to_owned() } else { format!("described are {known}") })
}

fn undescribed(message: &str, content: &[openapi::MediaType]) -> Finding {
    let place = Place::response(Part::Header, "Content-Type");
    Finding::error(Code::UNDOCUMENTED_MEDIA_TYPE, place, message).help(format!("described are {}", names(content)))
}

/// An answer without a body where a JSON or XML document is described.
fn empty_body(content: &[openapi::MediaType], plan: &ResponsePlan, sent: Option<(usize, Kind)>) -> Option<Finding> {
    let (index, kind) = sent.or_else(|| Some((0, plan.content.first()?.kind)))?;
    let has_schema = content.get(index).is_some_and(|media| media.schema.is_some());
    (has_schema && matches!(kind, Kind::Json | Kind::Xml)).then(|| Subject::Body(Side::Response).malformed("is empty"))
}
