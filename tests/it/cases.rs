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
//! A first line `# settings: errors, dynamic` switches settings on.

use std::{fmt::Write as _, fs, sync::Arc};

use http::{HeaderName, HeaderValue, Method};
use mimeo::{
    contract::{Contract, Site},
    message::Request,
    mock::{Mock, Moment, Settings, handle},
    openapi::{MemorySources, load},
    report::{Chapter, Colour, text},
    session::State,
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
    let mock = Mock::new(Site { contracts: vec![Arc::new(contract)] }, settings(description));
    for part in parts {
        let request = request(part);
        let outcome = handle(&mock, &State::default(), &request, Moment { now_ms: 0, seed: 0 }).outcome;
        let query = request.query.as_ref().map(|query| format!("?{query}")).unwrap_or_default();
        let _ = writeln!(told, "==== {} {}{query}\n{}", request.method, request.path, outcome.reply.status);
        for (name, value) in &outcome.reply.headers {
            let _ = writeln!(told, "{name}: {}", String::from_utf8_lossy(value.as_bytes()));
        }
        let _ = writeln!(told, "\n{}", String::from_utf8_lossy(&outcome.reply.body));
    }
    told
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
