//! Scenarios on the descriptions in `spec/`: those that Mimeo brings along, and those in `fixtures/scenarios/`.

use std::{collections::BTreeMap, fmt::Write as _, fs, path::PathBuf, sync::Arc, time::Duration};

use http::HeaderValue;
use mimeo::{
    answer::{Effect, Outcome},
    contract::{Contract, OperationId, Site},
    finding::Severity,
    message::Request,
    mock::{Auth, Mock, Moment, Settings, handle},
    openapi::{Expression, Operation, ParameterPlace, SchemeKind, Source},
    session::{Change, Progress, SessionId, State, Token},
    shell::{Described, Description, ServerSettings, Watcher, describe, rehearse},
};

use crate::sockets;

const SYSTEMS: [&str; 4] = ["rockitplay-2025", "rockitplay-2026", "rocketcoms", "rocketchat"];
const NOW_MS: u64 = 1_750_000_000_000;

fn described(system: &str) -> Vec<Described> {
    let what = Description { paths: vec![PathBuf::from(format!("spec/{system}.yaml"))], ..Description::default() };
    describe(&what).unwrap()
}

/// One of the descriptions in `spec/`, in a session.
struct Stage {
    contract: Arc<Contract>,
    mock: Mock,
    state: State,
    now_ms: u64,
}

impl Stage {
    fn of(system: &str) -> Self {
        let described = described(system);
        let contract = described[0].contract.clone().expect("the description is served");
        let site = Site { contracts: vec![Arc::clone(&contract)] };
        // Whoever has no token yet is let in; a token that was issued must live.
        let settings = Settings { cors: false, auth: Auth::Lenient, ..Settings::default() };
        let mock = Mock::new(site, settings);
        Self { contract, mock, state: State::default(), now_ms: NOW_MS }
    }

    fn switch_on(&mut self, scenario: &str) {
        self.state.apply(&Change::ScenarioStarted(Box::new(Progress::start(scenario, self.now_ms))));
    }

    fn operations(&self) -> impl Iterator<Item = (OperationId, &Operation)> {
        (0..).map(OperationId).zip(&self.contract.api.operations)
    }

    fn send(&mut self, request: &Request) -> Outcome {
        let handled = handle(&self.mock, &self.state, request, Moment { now_ms: self.now_ms, seed: 0 });
        self.state.apply_all(&handled.changes);
        handled.outcome
    }

    /// A plain valid request that has the tokens which were issued last, as a client that keeps them would send it.
    fn request(&self, name: &str) -> Request {
        let id = self.operation(name);
        let tokens = &self.contract.operation(id).tokens;
        let mut request = self.contract.sample_request(id);
        for (name, scheme) in &self.contract.api.schemes {
            let companion = scheme.token.as_ref().and_then(|token| token.companion.as_ref());
            let kind = companion.map_or(name, |companion| &companion.of);
            let Some(token) = self.issued(kind) else { continue };
            let value = companion.map_or(&*token.value, |it| token.holder.claims[&it.claim].as_str().unwrap());
            let (header, value) = match &scheme.kind {
                SchemeKind::ApiKey { place: ParameterPlace::Header, name } => (name.as_str(), value.to_owned()),
                // Who asks for a new token shows no token that is over, but the password.
                SchemeKind::Bearer { .. } if token.ended.is_some() && !tokens.is_empty() => {
                    ("authorization", "Basic dXNlcjpwYXNz".to_owned())
                }
                SchemeKind::Bearer { .. } => ("authorization", format!("Bearer {value}")),
                _ => continue,
            };
            if let Some(sent) = request.headers.get_mut(header) {
                *sent = HeaderValue::from_str(&value).unwrap();
            }
        }
        if let Some(rotate) = &tokens.rotate
            && let Some(Expression::Request(Source::Body(pointer))) = &rotate.at
            && let Some(token) = self.issued(&rotate.token)
        {
            let mut body: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
            *body.pointer_mut(pointer).unwrap() = serde_json::json!(&*token.value);
            request.body = body.to_string().into();
        }
        request
    }

    /// The token of a kind that was issued last.
    fn issued(&self, kind: &str) -> Option<&Token> {
        self.state.tokens.iter().rev().find(|token| &*token.kind.name == kind && token.issued_ms > 0)
    }

    fn operation(&self, name: &str) -> OperationId {
        let named = self.operations().find(|(_, it)| it.id.as_deref() == Some(name));
        named.unwrap_or_else(|| panic!("no operation {name}")).0
    }
}

fn label(operation: &Operation) -> &str {
    operation.id.as_deref().unwrap_or(&operation.path)
}

/// Every scenario that Mimeo brings along gives every operation an answer that fits what is documented.
#[track_caller]
fn check_built_in(system: &str) {
    let mut stage = Stage::of(system);
    let names: Vec<String> = stage.mock.scenarios.names().into_iter().map(str::to_owned).collect();
    assert_eq!(names.len(), 12);
    // For each line, the operations that answer so: an API answers much alike everywhere.
    let mut page = String::new();
    for name in &names {
        let mut lines: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let contract = Arc::clone(&stage.contract);
        for (id, operation) in (0..).map(OperationId).zip(&contract.api.operations) {
            stage.state = State::default();
            stage.switch_on(name);
            let outcome = stage.send(&contract.sample_request(id));
            let reply = &outcome.reply;
            let is_cut_off = outcome.effects.iter().any(|effect| matches!(effect, Effect::Fault(_)));
            let origin = outcome.entry.origin.to_string();
            assert_eq!(is_cut_off, name == "offline", "{name}: {}", label(operation));
            if !is_cut_off && !origin.ends_with(", mimeo") {
                let findings = contract.check_response(id, reply);
                let broken: Vec<_> = findings.iter().filter(|it| it.severity == Severity::Error).collect();
                assert!(broken.is_empty(), "{name}: {}: {broken:?}", label(operation));
            }
            let media_type = reply.header("content-type").unwrap_or("-");
            let mut line = if origin.starts_with("scenario") {
                format!("{} {origin} {media_type}", reply.status.as_u16())
            } else {
                "as usual".to_owned()
            };
            for effect in &outcome.effects {
                let _ = write!(line, " {effect:?}");
            }
            for header in ["retry-after", "ratelimit-reset", "mimeo-scenario"] {
                if let Some(value) = reply.header(header) {
                    let _ = write!(line, " {header}={value}");
                }
            }
            lines.entry(line).or_default().push(label(operation).to_owned());
        }
        let _ = writeln!(page, "# {name}");
        for (line, operations) in lines {
            let _ = writeln!(page, "{line}\n    {}", operations.join(" "));
        }
    }
    snapshot(system, &page);
}

#[track_caller]
fn snapshot(name: &str, page: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../snapshots/scenarios");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, page));
}

#[test]
fn built_in_on_rockitplay_2025() {
    check_built_in("rockitplay-2025");
}

#[test]
fn built_in_on_rockitplay_2026() {
    check_built_in("rockitplay-2026");
}

#[test]
fn built_in_on_rocketcoms() {
    check_built_in("rocketcoms");
}

#[test]
fn built_in_on_rocketchat() {
    check_built_in("rocketchat");
}

/// Every scenario in `fixtures/scenarios/` fits the description that it is for, and each system has some.
#[test]
fn fixtures_fit_their_descriptions() {
    for system in SYSTEMS {
        let repertoire = rehearse(&[PathBuf::from("fixtures/scenarios")], &described(system)).unwrap();
        let mut own = 0;
        for file in &repertoire.files {
            let is_own = file.name.contains(system);
            own += usize::from(is_own);
            let told = file.findings.iter().any(|it| it.code.as_str() == "unknown-api");
            assert_eq!(told, !is_own, "{system}: {}: {:?}", file.name, file.findings);
            let faults: Vec<_> = file.findings.iter().filter(|it| is_own && it.severity > Severity::Note).collect();
            assert!(faults.is_empty(), "{faults:?}");
        }
        assert!(own >= 3, "{system} has {own} scenarios");
    }
}

/// Plays a scenario of `fixtures/scenarios/`: operations, each with the status and the origin of its answer; `+4m` lets
/// time pass.
#[track_caller]
fn play(page: &mut String, name: &str, operations: &str) {
    let system = SYSTEMS.into_iter().find(|system| name.starts_with(system)).unwrap();
    let mut stage = Stage::of(system);
    let repertoire = rehearse(&[PathBuf::from(format!("fixtures/scenarios/{name}.yaml"))], &described(system)).unwrap();
    stage.mock = stage.mock.with_scenarios(repertoire.library);
    stage.switch_on(name);
    let _ = writeln!(page, "# {name}");
    for operation in operations.split(' ') {
        if let Some(time) = operation.strip_prefix('+') {
            stage.now_ms += mimeo::duration::parse(time).unwrap();
            let _ = writeln!(page, "{operation}");
            continue;
        }
        let request = stage.request(operation);
        let outcome = stage.send(&request);
        let _ = write!(page, "{operation}: {} {}", outcome.reply.status.as_u16(), outcome.entry.origin);
        for effect in &outcome.effects {
            let _ = write!(page, " {effect:?}");
        }
        let state = stage.state.scenario.as_ref().map_or("-", |progress| &progress.state);
        let _ = writeln!(page, " [{state}]");
    }
}

#[test]
fn fixtures_play() {
    let mut page = String::new();
    for (name, operations) in [
        (
            "rockitplay-2025-bad-deployment",
            "createDeployment modifyDeployment deleteDeployment modifyDeployment listDeployments",
        ),
        (
            "rockitplay-2025-thrown-out",
            "login authenticate modifyUser listUsers authenticate login authenticate listUsers",
        ),
        (
            "rockitplay-2025-session-dies-mid-way",
            "login authenticate listUsers listApps listTasks listTasks authenticate listTasks",
        ),
        ("rockitplay-2026-bad-build", "importBuild importBuild importBuild importBuild"),
        ("rockitplay-2026-wrong-password", "login +4m login +1m login"),
        ("rockitplay-2026-refresh-too-late", "login refresh refresh refresh login refresh"),
        ("rocketcoms-bad-recipient", "createRecipient createRecipient"),
        ("rocketcoms-bad-credentials", "login login login login"),
        (
            "rocketcoms-token-expires-while-sending",
            "login sendMessage sendMessage sendMessage refreshToken sendMessage",
        ),
        ("rocketchat-bad-channel", "chatPostMessage chatSendMessage chatUpdate"),
        ("rocketchat-login-refused", "login login login"),
        ("rocketchat-token-expires", "login chatPostMessage me chatSendMessage me login me chatSendMessage"),
    ] {
        play(&mut page, name, operations);
    }
    snapshot("fixtures", &page);
}

/// A header field switches a scenario on for one request: it is not remembered, and the session's own is passed over.
#[test]
fn for_one_request() {
    let mut stage = Stage::of("rockitplay-2025");
    let plain = stage.contract.sample_request(stage.operation("listDeployments"));
    let mut request = plain.clone();
    request.headers.insert("mimeo-scenario", HeaderValue::from_static("rate-limited"));
    let outcome = stage.send(&request);
    assert_eq!(outcome.reply.status.as_u16(), 429);
    assert_eq!(outcome.reply.header("mimeo-scenario"), Some("rate-limited"));
    assert_eq!(outcome.reply.header("mimeo-origin"), Some("scenario rate-limited, example rate-limited"));
    assert_eq!(stage.state, State::default());
    assert_eq!(stage.send(&plain).reply.status.as_u16(), 200);
    stage.switch_on("offline");
    assert_eq!(stage.send(&request).reply.status.as_u16(), 429);
    request.headers.insert("mimeo-scenario", HeaderValue::from_static("rate-limitd"));
    let outcome = stage.send(&request);
    assert_eq!(outcome.reply.status.as_u16(), 400);
    let body = String::from_utf8(outcome.reply.body.to_vec()).unwrap();
    assert!(body.contains("did you mean `rate-limited`? there are `bad-request`, `unauthorized`"), "{body}");
}

/// Scenario files are read again when one changes, and when one is new in their folder; what cannot be played is not
/// taken over.
#[tokio::test(flavor = "multi_thread")]
async fn files_are_read_again() {
    let settings = ServerSettings { scenario: Some("mine".into()), ..ServerSettings::default() };
    let running = sockets::start(sockets::PETS, settings).await;
    let folder = running.folder.path().join("scenarios");
    fs::create_dir(&folder).unwrap();
    let mine = |body: &str| format!("name: mine\nrules: [{{ do: {{ respond: {{ status: 200, body: {body} }} }} }}]\n");
    fs::write(folder.join("mine.yaml"), mine("one")).unwrap();
    let paths = vec![running.folder.path().join("pets.yaml")];
    let what = Description { paths, scenarios: vec![folder.clone()], ..Description::default() };
    let described = describe(&what).unwrap();
    let repertoire = rehearse(&what.scenarios, &described).unwrap();
    running.server.stage(&repertoire.library);
    let _watcher = Watcher::start(what, &described, &repertoire, running.server.clone()).unwrap();
    sockets::until(&running, "one").await;
    fs::write(folder.join("mine.yaml"), mine("two")).unwrap();
    sockets::until(&running, "two").await;
    fs::write(folder.join("mine.yaml"), mine("[")).unwrap();
    tokio::time::sleep(Duration::from_millis(600)).await;
    sockets::until(&running, "two").await;
    sockets::renamed_into_place(&folder.join("mine.yaml"), &mine("three"));
    sockets::until(&running, "three").await;
    assert!(running.server.scenarios().get("other").is_none());
    fs::write(folder.join("other.yaml"), mine("four").replace("mine", "other")).unwrap();
    for _ in 0..100 {
        if running.server.scenarios().get("other").is_some() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the new scenario was not found");
}

/// Chance is drawn from the seed of the run, the session, the rule and its call: the same again in every process.
#[test]
fn flaky_is_the_same_again() {
    let draws = |session: &str, seed: u64| -> String {
        let mut stage = Stage::of("rockitplay-2025");
        stage.state = State::of(SessionId::new(session).unwrap());
        stage.switch_on("flaky");
        let request = stage.contract.sample_request(stage.operation("listDeployments"));
        let draw = |_| {
            let handled = handle(&stage.mock, &stage.state, &request, Moment { now_ms: NOW_MS, seed });
            stage.state.apply_all(&handled.changes);
            match (handled.outcome.reply.status.as_u16(), handled.outcome.effects.is_empty()) {
                (503, _) => 'x',
                (_, false) => 's',
                _ => '.',
            }
        };
        (0..60).map(draw).collect()
    };
    insta::assert_snapshot!(draws("default", 0), @"xs.xx.x..........xxxx.s...ss.x......x.x...x.x..x...sx..x.s.x");
    assert_eq!(draws("a", 0), draws("a", 0));
    assert_ne!(draws("a", 0), draws("b", 0));
    assert_ne!(draws("a", 0), draws("a", 1));
}
