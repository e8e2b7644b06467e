//! What a rule does, compiled.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderName, StatusCode};
use serde_json::Value;

use super::{Compiler, each};
use crate::{
    answer::Fault,
    contract::{Contract, OperationId},
    duration,
    finding::{Code, Finding},
    form::nearest,
    limit,
    openapi::push_token,
    scenario::{
        act::{Act, Body, Delay, Respond},
        file::{DelayFile, DoFile, DurationFile, FaultFile, RespondFile},
    },
    session::Ending,
    template::{Form, Pattern},
};

impl Compiler<'_> {
    pub(super) fn act(&mut self, at: &str, file: &DoFile, operations: Option<&[(usize, OperationId)]>) -> Act {
        let respond = file.respond.as_ref().and_then(|file| self.respond(&format!("{at}/respond"), file, operations));
        let delay = file.delay.as_ref().and_then(|file| self.delay(&format!("{at}/delay"), file));
        let fault = file.fault.map(|file| match file {
            FaultFile::ConnectionResetByPeer => Fault::ConnectionResetByPeer,
            FaultFile::EmptyResponse => Fault::EmptyResponse,
            FaultFile::MalformedResponseChunk => Fault::MalformedResponseChunk,
            FaultFile::RandomDataThenClose => Fault::RandomDataThenClose,
        });
        if respond.is_some() && fault.is_some_and(|fault| fault != Fault::MalformedResponseChunk) {
            let message = "the answer is never sent, because the fault keeps it back".to_owned();
            self.warning(Code::NO_EFFECT, &format!("{at}/respond"), message, "keep one of the two");
        }
        let mut ends = Vec::new();
        for (key, kinds, ending) in
            [("expire", &file.expire, Ending::Expired), ("revoke", &file.revoke, Ending::Revoked)]
        {
            for (pointer, name) in each(&format!("{at}/{key}"), kinds.as_ref()) {
                self.token_kind(&pointer, name, false);
                ends.push((name.as_str().into(), ending));
            }
        }
        let advance_ms = file.advance.as_ref().and_then(|file| self.duration(&format!("{at}/advance"), file, None));
        Act { respond, delay, fault, ends, advance_ms, then: file.then.as_deref().map(Into::into) }
    }

    /// Says so if there is no such kind of token, or if ending it reaches one request only.
    pub(super) fn token_kind(&mut self, pointer: &str, name: &str, is_condition: bool) {
        let apis = || self.contracts.iter().map(|contract| &contract.api);
        let is_known = apis().any(|api| api.schemes.contains_key(name) || api.tokens.contains_key(name));
        if !is_known {
            let names = apis().flat_map(|api| api.schemes.keys().chain(api.tokens.keys()).cloned()).collect();
            let help = nearest(name, names, "the description declares no security scheme");
            self.error(Code::UNKNOWN_TOKEN, pointer, format!("there is no kind of token `{name}`"), help);
            return;
        }
        let lives = apis().any(|api| {
            api.tokens.contains_key(name) || api.schemes.get(name).is_some_and(|scheme| scheme.token.is_some())
        });
        if !lives && !is_condition {
            let message = format!("tokens for `{name}` are not issued here, so only this request is refused");
            let place = self.written.place(pointer);
            let help = "put `x-mimeo-token` on the security scheme and `x-mimeo-issue` on the answers that issue them";
            self.findings.push(Finding::note(Code::NO_EFFECT, place, message).help(help));
        }
    }

    fn respond(
        &mut self,
        at: &str,
        file: &RespondFile,
        operations: Option<&[(usize, OperationId)]>,
    ) -> Option<Respond> {
        let statuses: Vec<StatusCode> =
            file.status.as_slice().iter().filter_map(|status| StatusCode::from_u16(status.0).ok()).collect();
        let examples: Vec<String> =
            file.example.as_ref().map(|example| example.as_slice().to_vec()).unwrap_or_default();
        let mut headers = Vec::new();
        for (name, value) in file.headers.iter().flatten() {
            match HeaderName::from_bytes(name.as_bytes()) {
                Ok(name) => headers.push((name, value.clone())),
                Err(_) => {
                    let mut pointer = format!("{at}/headers");
                    push_token(&mut pointer, name);
                    let place = self.written.key_place(&pointer);
                    let message = format!("`{name}` cannot be the name of a header field");
                    let finding = Finding::error(Code::BAD_VALUE, place, message);
                    self.findings.push(finding.help("it has letters, digits and `-`"));
                }
            }
        }
        let written = file.body.as_ref().map(|body| {
            let (media_type, text): (_, Bytes) = match body {
                Value::String(text) => ("text/plain; charset=utf-8", text.clone().into()),
                other => ("application/json", other.to_string().into()),
            };
            (media_type, text, body)
        });
        let body = written.map(|(media_type, text, value)| {
            let template = if file.template { self.pattern(&format!("{at}/body"), value) } else { None };
            Body { media_type, text, template: template.map(Arc::new) }
        });
        if file.template && body.is_none() {
            let message = "there is no `body` whose texts could be templates".to_owned();
            self.warning(Code::NO_EFFECT, &format!("{at}/template"), message, "remove `template`, or add a `body`");
        }
        if body.is_some() && !examples.is_empty() {
            let message = "the example is not used, because there is a `body`".to_owned();
            self.warning(Code::NO_EFFECT, &format!("{at}/example"), message, "keep one of the two");
        }
        if body.is_none() && !self.written.is_built_in {
            self.described(at, &statuses, &examples, operations);
        }
        (!statuses.is_empty()).then_some(Respond { statuses, examples, body, headers })
    }

    /// The template that a body is; what is wrong with it is told, and it is sent as it stands then.
    fn pattern(&mut self, at: &str, body: &Value) -> Option<Pattern> {
        let form = if body.is_string() { Form::Text } else { Form::Data };
        match Pattern::compile(body, form) {
            Ok(pattern) => Some(pattern),
            Err(faults) => {
                for fault in faults {
                    let place = self.written.place(&format!("{at}{}", fault.at));
                    let message = format!("{}; the body is sent as it stands", fault.message);
                    self.findings.push(Finding::error(Code::BAD_TEMPLATE, place, message).help(fault.help));
                }
                None
            }
        }
    }

    /// Looks whether any of the operations describes what a rule answers.
    fn described(
        &mut self,
        at: &str,
        statuses: &[StatusCode],
        examples: &[String],
        operations: Option<&[(usize, OperationId)]>,
    ) {
        let all = || {
            let number = |(number, contract): (usize, &&Contract)| {
                let count = u32::try_from(contract.api.operations.len()).unwrap_or(u32::MAX);
                (0..count).map(move |id| (number, OperationId(id))).collect::<Vec<_>>()
            };
            self.contracts.iter().enumerate().flat_map(number).collect::<Vec<_>>()
        };
        let operations = operations.map_or_else(all, <[_]>::to_vec);
        let operations: Vec<_> = operations.iter().map(|(api, id)| self.contracts[*api].operation(*id)).collect();
        let responses: Vec<_> = operations
            .iter()
            .flat_map(|operation| &operation.responses)
            .filter(|response| statuses.iter().any(|status| response.status.covers(status.as_u16())))
            .collect();
        if operations.is_empty() {
            // The selector was said to be wrong already.
            return;
        }
        if responses.is_empty() {
            let status = statuses.iter().map(|status| status.as_u16().to_string()).collect::<Vec<_>>().join(" or ");
            let message = format!("none of these operations describes the status {status}");
            let place = self.written.place(&format!("{at}/status"));
            let help = "a problem of Mimeo's own is sent; describe the status, or give a `body`";
            self.findings.push(Finding::note(Code::UNKNOWN_ANSWER, place, message).help(help));
            return;
        }
        let described = || responses.iter().flat_map(|it| &it.content).flat_map(|media| &media.examples);
        let is_meant = |name: &String| {
            described().any(|it| it.name.as_ref() == Some(name) || it.answers.contains(name))
                || responses.iter().any(|response| response.answers.contains(name))
        };
        if let Some(first) = examples.first().filter(|_| !examples.iter().any(is_meant)) {
            let names = described().filter_map(|example| example.name.clone()).collect();
            let help = nearest(first, names, "the answer has no named examples");
            let message = format!("none of these operations has an example `{first}` for that status");
            self.warning(Code::UNKNOWN_ANSWER, &format!("{at}/example"), message, help);
        }
    }

    fn delay(&mut self, at: &str, file: &DelayFile) -> Option<Delay> {
        let max_ms = u64::try_from(limit::DELAY_MAX.as_millis()).unwrap_or(u64::MAX);
        let mut ms = |below: &str, file: &DurationFile| self.duration(&format!("{at}{below}"), file, Some(max_ms));
        let form = match file {
            DelayFile::Fixed(file) => return Some(Delay::Fixed { ms: ms("", file)? }),
            DelayFile::Form(form) => form,
        };
        // The schema has seen to it that there is exactly one.
        if let Some(file) = &form.fixed {
            return Some(Delay::Fixed { ms: ms("/fixed", file)? });
        }
        if let Some(file) = &form.lognormal {
            let median_ms = ms("/lognormal/median", &file.median)?;
            let max_ms = file.max.as_ref().map_or(Some(max_ms), |file| ms("/lognormal/max", file))?;
            return Some(Delay::Lognormal { median_ms, sigma: file.sigma, max_ms });
        }
        if let Some(file) = &form.dribble {
            return Some(Delay::Dribble { chunks: file.chunks, over_ms: ms("/dribble/over", &file.over)? });
        }
        let file = form.uniform.as_ref()?;
        let (lower_ms, upper_ms) = (ms("/uniform/lower", &file.lower)?, ms("/uniform/upper", &file.upper)?);
        if lower_ms > upper_ms {
            let message = "`lower` is more than `upper`".to_owned();
            self.error(Code::BAD_VALUE, &format!("{at}/uniform"), message, "swap the two");
            return None;
        }
        Some(Delay::Uniform { lower_ms, upper_ms })
    }

    fn duration(&mut self, pointer: &str, file: &DurationFile, max_ms: Option<u64>) -> Option<u64> {
        let (ms, text) = match file {
            DurationFile::Text(text) => (duration::parse(text), text.clone()),
            DurationFile::Seconds(seconds) => (seconds.checked_mul(1_000), seconds.to_string()),
        };
        let Some(ms) = ms else {
            let message = format!("`{text}` is no duration");
            self.error(Code::BAD_VALUE, pointer, message, "write a number with ms, s, m, h or d, such as `80ms`");
            return None;
        };
        if let Some(max_ms) = max_ms.filter(|max_ms| ms > *max_ms) {
            let message = format!("no answer is held back for {}", duration::write(ms));
            let help = format!("the longest is {}", duration::write(max_ms));
            self.error(Code::BAD_VALUE, pointer, message, help);
            return None;
        }
        Some(ms)
    }
}
