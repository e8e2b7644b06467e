//! Cases: a description and requests in one file, the exchanges as a snapshot.
//!
//! A case is data, so it survives any rewrite of the program. Form of a `.case` file in `fixtures/cases/`:
//!
//! ```text
//! the description, in YAML
//! ==== GET /pets?limit=1
//! Accept: application/json
//!
//! the body
//! ==== the next request
//! ```
//!
//! A first line `# settings: errors, dynamic` switches settings on. All requests of a case are made in one session. A
//! part that begins with `==== scenario` is a scenario, which is switched on from there; `==== wait 5m` lets time pass.

use std::{fmt::Write as _, fs, sync::Arc};

use http::{HeaderName, HeaderValue, Method};
use mimeo::{
    contract::{Contract, Site},
    duration,
    message::Request,
    mock::{Mock, Moment, Settings, handle},
    openapi::{MemorySources, load},
    report::{self, Chapter, Colour, text},
    scenario,
    session::{Change, Progress, State},
};

#[test]
fn cases() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../snapshots/cases");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        insta::glob!("../../fixtures/cases", "**/*.case", |path| {
            let case = fs::read_to_string(path).unwrap();
            insta::assert_snapshot!(played(&case));
        });
    });
}

/// What a case leads to: findings about the description, then each exchange.
fn played(case: &str) -> String {
    let mut parts = case.split("\n==== ");
    let description = parts.next().unwrap();
    let mut told = String::new();
    let sources = MemorySources::new().with("case.yaml", description);
    let loaded = load(&sources, "case.yaml", "case.yaml", &[]);
    let mut findings = loaded.findings;
    let contract = loaded.api.map(|api| {
        let (contract, more) = Contract::compile(api);
        findings.extend(more);
        findings.extend(contract.check_all());
        contract
    });
    told.push_str(&text(&[Chapter { findings: &findings, documents: &loaded.documents }], Colour::Plain));
    let Some(contract) = contract else { return told };
    let mut mock = Mock::new(Site { contracts: vec![Arc::new(contract)] }, settings(description));
    let (mut state, mut now_ms) = (State::default(), 0);
    for part in parts {
        if let Some(text) = part.strip_prefix("scenario\n") {
            switch_on(&mut mock, &mut state, text, now_ms, &mut told);
            continue;
        }
        if let Some(time) = part.strip_prefix("wait ") {
            now_ms += duration::parse(time.trim()).unwrap();
            continue;
        }
        let request = request(part);
        let handled = handle(&mock, &state, &request, Moment { now_ms, seed: 0 });
        state.apply_all(&handled.changes);
        let outcome = handled.outcome;
        let query = request.query.as_ref().map(|query| format!("?{query}")).unwrap_or_default();
        let _ = writeln!(told, "==== {} {}{query}\n{}", request.method, request.path, outcome.reply.status);
        for effect in &outcome.effects {
            let _ = writeln!(told, "! {effect:?}");
        }
        for (name, value) in &outcome.reply.headers {
            let _ = writeln!(told, "{name}: {}", String::from_utf8_lossy(value.as_bytes()));
        }
        let _ = writeln!(told, "\n{}", String::from_utf8_lossy(&outcome.reply.body));
    }
    told
}

/// Reads a scenario, tells what is wrong with it, and switches it on if it can be.
fn switch_on(mock: &mut Mock, state: &mut State, text: &str, now_ms: u64, told: &mut String) {
    let reading = scenario::read("scenario.yaml", text.as_bytes().to_vec());
    let mut findings = reading.findings;
    let scenario = reading.written.and_then(|written| {
        let (scenario, found) = scenario::compile(&written, &mock.site.contracts);
        findings.extend(found);
        scenario
    });
    told.push_str(&report::text(&[Chapter { findings: &findings, documents: &reading.documents }], Colour::Plain));
    let Some(scenario) = scenario else { return };
    let _ = writeln!(told, "==== scenario {}", scenario.name);
    state.apply(&Change::ScenarioStarted(Box::new(Progress::start(&scenario.name, state.clock.at(now_ms)))));
    *mock = mock.clone().with_scenarios(Arc::new(mock.scenarios.with(scenario)));
}

fn settings(description: &str) -> Settings {
    let line = description.lines().next().and_then(|line| line.strip_prefix("# settings:")).unwrap_or_default();
    let has = |name: &str| line.split(',').any(|word| word.trim() == name);
    Settings {
        cors: has("cors"),
        errors: has("errors"),
        dynamic: has("dynamic"),
        ignore_examples: has("ignore-examples"),
        ..Settings::default()
    }
}

fn request(text: &str) -> Request {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let mut lines = head.lines();
    let (method, target) = lines.next().unwrap().split_once(' ').expect("METHOD TARGET");
    let mut request = Request::new(Method::from_bytes(method.as_bytes()).unwrap(), target.trim());
    for line in lines {
        let (name, value) = line.split_once(':').expect("a header line");
        request
            .headers
            .append(HeaderName::try_from(name.trim()).unwrap(), HeaderValue::from_str(value.trim()).unwrap());
    }
    request.body = body.trim_end().to_owned().into();
    request
}
