//! Compiles a scenario against the APIs that are served.

use std::{collections::BTreeMap, sync::Arc};

use regex::RegexBuilder;

use super::{
    Rule, Scenario,
    file::{CallFile, RequestFile, SelectorFile, WhenFile},
    matching::{RequestTest, Test, When},
    measure::{Calls, Wait},
    read::Written,
    selector::select,
};
use crate::{
    contract::{Contract, OperationId},
    finding::{Code, Finding, Severity},
    form::{OneOrMany, in_order, nearest},
    limit,
    openapi::{Dialect, DocId, Expression, Location, MadeItems, SchemaKind, SchemaRef, Source, push_token},
    schema::{Direction, Schemas},
    session::Progress,
};

mod act;

/// Compiles a scenario. There is none if it has errors, or if none of its APIs is served.
pub fn compile(written: &Arc<Written>, contracts: &[Arc<Contract>]) -> (Option<Arc<Scenario>>, Vec<Finding>) {
    let documents = Arc::clone(&written.documents);
    let schemas = Schemas::new(documents, Dialect::JsonSchema, MadeItems::default());
    let mut compiler = Compiler { written, contracts: Vec::new(), schemas, states: Vec::new(), findings: Vec::new() };
    let Some(apis) = compiler.apis(contracts) else { return (None, compiler.findings) };
    compiler.states = states(written);
    let rules: Vec<Rule> = (0..written.file.rules.len()).map(|number| compiler.rule(number)).collect();
    let Compiler { schemas, states, mut findings, .. } = compiler;
    in_order(&mut findings);
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
        let places = [
            file.body.clone().map(Source::Body),
            file.header.clone().map(Source::Header),
            file.query.clone().map(Source::Query),
            file.path.clone().map(Source::Path),
            file.cookie.clone().map(Source::Cookie),
        ];
        let named: Vec<Source> = places.into_iter().flatten().collect();
        let [source] = named.as_slice() else {
            let message = "a condition on the request names exactly one value".to_owned();
            let help = "say where it is by one of `body`, `header`, `query`, `path` and `cookie`";
            self.error(Code::BAD_VALUE, pointer, message, help);
            return None;
        };
        let at = Expression::Request(source.clone());
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
}
