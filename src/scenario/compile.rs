//! Compiles a scenario against the APIs that are served.

use std::{collections::BTreeMap, sync::Arc};

use bytes::Bytes;
use http::{HeaderName, StatusCode};
use regex::RegexBuilder;
use serde_json::Value;

use super::{
    Rule, Scenario,
    act::{Act, Body, Delay, Respond},
    file::{
        CallFile, DelayFile, DelayForm, DoFile, DurationFile, FaultFile, OneOrMany, RequestFile, RespondFile,
        SelectorFile, WhenFile,
    },
    matching::{RequestTest, Test, When},
    measure::{Calls, Wait},
    read::Written,
    selector::{nearest, select},
};
use crate::{
    answer::Fault,
    contract::{Contract, OperationId},
    duration,
    finding::{Code, Finding, Severity},
    limit,
    openapi::{Dialect, DocId, Expression, Location, MadeItems, SchemaKind, SchemaRef, Source, push_token},
    schema::{Direction, Schemas},
    session::{Ending, Progress},
};

/// Compiles a scenario. There is none if it has errors, or if none of its APIs is served.
pub fn compile(written: &Arc<Written>, contracts: &[Arc<Contract>]) -> (Option<Arc<Scenario>>, Vec<Finding>) {
    let documents = Arc::clone(&written.documents);
    let schemas = Schemas::new(documents, Dialect::JsonSchema, MadeItems::default());
    let mut compiler = Compiler { written, contracts: Vec::new(), schemas, states: Vec::new(), findings: Vec::new() };
    let Some(apis) = compiler.apis(contracts) else { return (None, compiler.findings) };
    compiler.states = states(written);
    let rules: Vec<Rule> = (0..written.file.rules.len()).map(|number| compiler.rule(number)).collect();
    let Compiler { schemas, states, findings, .. } = compiler;
    if findings.iter().any(|finding| finding.severity == Severity::Error) {
        return (None, findings);
    }
    let scenario =
        Scenario { name: written.name().into(), written: Arc::clone(written), states, apis, rules, _schemas: schemas };
    (Some(Arc::new(scenario)), findings)
}

/// The states that a scenario can be in.
fn states(written: &Written) -> Vec<Arc<str>> {
    let mut states: Vec<Arc<str>> = vec![Progress::STARTED.into()];
    for to in written.file.rules.iter().filter_map(|rule| rule.act.then.as_deref()) {
        if !states.iter().any(|known| **known == *to) {
            states.push(to.into());
        }
    }
    states
}

/// The values under a key, each with its pointer.
fn each<'v, T>(pointer: &str, values: Option<&'v OneOrMany<T>>) -> Vec<(String, &'v T)> {
    match values {
        None => Vec::new(),
        Some(OneOrMany::One(value)) => vec![(pointer.to_owned(), value)],
        Some(OneOrMany::Many(list)) => {
            list.iter().enumerate().map(|(index, value)| (format!("{pointer}/{index}"), value)).collect()
        }
    }
}

struct Compiler<'c> {
    written: &'c Written,
    /// The APIs that the scenario is for.
    contracts: Vec<&'c Contract>,
    schemas: Schemas,
    states: Vec<Arc<str>>,
    findings: Vec<Finding>,
}

impl<'c> Compiler<'c> {
    fn error(&mut self, code: Code, pointer: &str, message: String, help: impl Into<String>) {
        let place = self.written.place(pointer);
        self.findings.push(Finding::error(code, place, message).help(help));
    }

    fn warning(&mut self, code: Code, pointer: &str, message: String, help: impl Into<String>) {
        let place = self.written.place(pointer);
        self.findings.push(Finding::warning(code, place, message).help(help));
    }

    /// Which APIs the scenario is for; `None` if none of them is served.
    #[expect(clippy::option_option, reason = "no API at all is not the same as no choice among them")]
    fn apis(&mut self, contracts: &'c [Arc<Contract>]) -> Option<Option<Vec<Arc<str>>>> {
        let Some(wished) = &self.written.file.api else {
            self.contracts = contracts.iter().map(Arc::as_ref).collect();
            return Some(None);
        };
        for (pointer, id) in each("/api", Some(wished)) {
            match contracts.iter().find(|contract| contract.api.id == *id) {
                Some(contract) => self.contracts.push(contract),
                None => {
                    let ids = contracts.iter().map(|contract| contract.api.id.clone()).collect();
                    let help = nearest(id, ids, "its rules do not act there");
                    self.warning(Code::UNKNOWN_API, &pointer, format!("no API is served as `{id}`"), help);
                }
            }
        }
        if self.contracts.is_empty() {
            return None;
        }
        Some(Some(self.contracts.iter().map(|contract| contract.api.id.as_str().into()).collect()))
    }

    fn rule(&mut self, number: usize) -> Rule {
        let written = self.written;
        let rule = &written.file.rules[number];
        let at = format!("/rules/{number}");
        let operations = self.operations(&format!("{at}/when/operation"), rule.when.operation.as_ref());
        let act = self.act(&format!("{at}/do"), &rule.act, operations.as_deref());
        let when = self.when(&format!("{at}/when"), &rule.when, operations);
        Rule { when, act }
    }

    /// The operations that a rule means, each with the number of its API; `None`: all.
    fn operations(
        &mut self,
        pointer: &str,
        selectors: Option<&OneOrMany<SelectorFile>>,
    ) -> Option<Vec<(usize, OperationId)>> {
        let mut found = Vec::new();
        for (pointer, selector) in each(pointer, Some(selectors?)) {
            match select(selector, &self.contracts) {
                Ok(operations) => found.extend(operations),
                // What Mimeo brings along is for every API, also for one without security.
                Err(_) if self.written.is_built_in => (),
                Err(missed) => self.error(Code::UNKNOWN_OPERATION, &pointer, missed.message, missed.help),
            }
        }
        found.sort_unstable();
        found.dedup();
        Some(found)
    }

    fn when(&mut self, at: &str, file: &WhenFile, operations: Option<Vec<(usize, OperationId)>>) -> When {
        let operations = operations.map(|operations| {
            let mut by_api: BTreeMap<usize, Vec<OperationId>> = BTreeMap::new();
            for (api, operation) in operations {
                by_api.entry(api).or_default().push(operation);
            }
            let name = |api: usize| -> Arc<str> { self.contracts[api].api.id.as_str().into() };
            by_api.into_iter().map(|(api, operations)| (name(api), operations)).collect()
        });
        let states = each(&format!("{at}/state"), file.state.as_ref());
        let states = states.into_iter().map(|(pointer, state)| self.state(&pointer, state)).collect();
        let request = each(&format!("{at}/request"), file.request.as_ref());
        let request = request.into_iter().filter_map(|(pointer, file)| self.request(&pointer, file)).collect();
        let mut tokens = Vec::new();
        for (name, wished) in file.token.iter().flatten() {
            let mut pointer = format!("{at}/token");
            push_token(&mut pointer, name);
            self.token_kind(&pointer, name, true);
            tokens.push((name.as_str().into(), wished.as_slice().to_vec()));
        }
        let calls = file.call.as_ref().and_then(|call| self.calls(&format!("{at}/call"), call));
        let since_start = self.wait(&format!("{at}/since-start"), file.since_start.as_deref());
        let in_state = self.wait(&format!("{at}/in-state"), file.in_state.as_deref());
        When { operations, states, request, tokens, calls, since_start, in_state, chance: file.chance }
    }

    fn state(&mut self, pointer: &str, state: &str) -> Arc<str> {
        if let Some(known) = self.states.iter().find(|known| ***known == *state) {
            return Arc::clone(known);
        }
        let names = self.states.iter().map(ToString::to_string).collect();
        let help = nearest(state, names, "enter it with `then`");
        self.error(Code::UNKNOWN_STATE, pointer, format!("no rule enters the state `{state}`"), help);
        state.into()
    }

    fn request(&mut self, pointer: &str, file: &RequestFile) -> Option<RequestTest> {
        let places: [(Option<&String>, fn(String) -> Source); 5] = [
            (file.body.as_ref(), Source::Body),
            (file.header.as_ref(), Source::Header),
            (file.query.as_ref(), Source::Query),
            (file.path.as_ref(), Source::Path),
            (file.cookie.as_ref(), Source::Cookie),
        ];
        let named: Vec<_> = places.iter().filter_map(|(name, source)| name.map(|name| (name, source))).collect();
        let [(name, source)] = named.as_slice() else {
            let message = "a condition on the request names exactly one value".to_owned();
            let help = "say where it is by one of `body`, `header`, `query`, `path` and `cookie`";
            self.error(Code::BAD_VALUE, pointer, message, help);
            return None;
        };
        let at = Expression::Request(source((*name).clone()));
        let mut tests = Vec::new();
        if let Some(expected) = &file.equals {
            tests.push(Test::Equals(expected.clone()));
        }
        if let Some(pattern) = &file.matches {
            match RegexBuilder::new(pattern).size_limit(limit::PATTERN_BYTES_MAX).build() {
                Ok(pattern) => tests.push(Test::Matches(pattern)),
                Err(error) => {
                    let why = error.to_string();
                    let why = why.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
                    let message = format!("`{pattern}` is no regular expression: {why}");
                    self.error(Code::BAD_PATTERN, &format!("{pointer}/matches"), message, "correct the pattern");
                }
            }
        }
        if file.schema.is_some() {
            let at = Location::new(DocId::ENTRY, format!("{pointer}/schema"));
            let schema = SchemaRef { at, kind: SchemaKind::Schema };
            self.findings.extend(self.schemas.check(&schema));
            tests.push(Test::Satisfies(self.schemas.validator(&schema, Direction::Request)));
        }
        if file.absent == Some(true) {
            if !tests.is_empty() {
                let message = "a value that is absent cannot satisfy a test".to_owned();
                self.error(Code::BAD_VALUE, &format!("{pointer}/absent"), message, "keep one of the two");
            }
            tests.push(Test::Absent);
        }
        Some(RequestTest { at, tests })
    }

    fn calls(&mut self, pointer: &str, file: &CallFile) -> Option<Calls> {
        let calls = match file {
            CallFile::Number(number) => Some(Calls::only(*number)),
            CallFile::Text(text) => Calls::parse(text),
        };
        if let (None, CallFile::Text(text)) = (calls, file) {
            let message = format!("`{text}` does not say which calls are meant");
            self.error(Code::BAD_VALUE, pointer, message, "write a number, `>=3`, `<3` or `every 2`");
        }
        calls
    }

    fn wait(&mut self, pointer: &str, text: Option<&str>) -> Option<Wait> {
        let text = text?;
        let wait = Wait::parse(text);
        if wait.is_none() {
            let message = format!("`{text}` does not say which time is meant");
            self.error(
                Code::BAD_VALUE,
                pointer,
                message,
                "write a comparison with a duration, such as `>=5m` or `<30s`",
            );
        }
        wait
    }

    fn act(&mut self, at: &str, file: &DoFile, operations: Option<&[(usize, OperationId)]>) -> Act {
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
    fn token_kind(&mut self, pointer: &str, name: &str, is_condition: bool) {
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
        let body = file.body.as_ref().map(|body| {
            let (media_type, text): (_, Bytes) = match body {
                Value::String(text) => ("text/plain; charset=utf-8", text.clone().into()),
                other => ("application/json", other.to_string().into()),
            };
            Body { media_type, text, is_template: file.template }
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

    /// Looks whether any of the operations describes what a rule answers.
    fn described(
        &mut self,
        at: &str,
        statuses: &[StatusCode],
        examples: &[String],
        operations: Option<&[(usize, OperationId)]>,
    ) {
        let all = || {
            let number = |(number, contract): (usize, &&'c Contract)| {
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
        Some(match file {
            DelayFile::Fixed(file) => Delay::Fixed { ms: ms("", file)? },
            DelayFile::Form(DelayForm::Fixed(file)) => Delay::Fixed { ms: ms("/fixed", file)? },
            DelayFile::Form(DelayForm::Uniform(file)) => {
                let (lower_ms, upper_ms) = (ms("/uniform/lower", &file.lower)?, ms("/uniform/upper", &file.upper)?);
                if lower_ms > upper_ms {
                    let message = "`lower` is more than `upper`".to_owned();
                    self.error(Code::BAD_VALUE, &format!("{at}/uniform"), message, "swap the two");
                    return None;
                }
                Delay::Uniform { lower_ms, upper_ms }
            }
            DelayFile::Form(DelayForm::Lognormal(file)) => Delay::Lognormal {
                median_ms: ms("/lognormal/median", &file.median)?,
                sigma: file.sigma,
                max_ms: match &file.max {
                    Some(file) => ms("/lognormal/max", file)?,
                    None => max_ms,
                },
            },
            DelayFile::Form(DelayForm::Dribble(file)) => {
                Delay::Dribble { chunks: file.chunks, over_ms: ms("/dribble/over", &file.over)? }
            }
        })
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
