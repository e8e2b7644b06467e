//! What the descriptions in `spec/` answer: every operation's success and every described error, as snapshots.
//!
//! The answers go through the pure core; a few exchanges through real sockets are in `sockets.rs`.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use http::{HeaderValue, StatusCode, header};
use mimeo::{
    answer::Outcome,
    contract::{Contract, OperationId, Site},
    finding::Severity,
    message::Request,
    mock::{Auth, Mock, Moment, Settings, handle},
    openapi::{Operation, StatusRange},
    session::State,
    shell::{Description, describe},
};

const MOMENT: Moment = Moment { now_ms: 1_750_000_000_000, seed: 0 };

/// One of the descriptions in `spec/`, served alone.
struct Served {
    contract: Arc<Contract>,
    mock: Mock,
}

fn served(name: &str) -> Served {
    let what = Description { paths: vec![PathBuf::from(format!("spec/{name}.yaml"))], ..Description::default() };
    let described = describe(&what).unwrap().remove(0);
    let contract = described.contract.expect("the description is served");
    let mock =
        // Here any token is taken: which tokens are is the matter of `flows.rs`.
        Mock::new(
            Site { contracts: vec![Arc::clone(&contract)] },
            Settings { cors: false, auth: Auth::Lenient, ..Settings::default() },
        );
    Served { contract, mock }
}

impl Served {
    fn operations(&self) -> impl Iterator<Item = (OperationId, &Operation)> {
        (0..).map(OperationId).zip(&self.contract.api.operations)
    }

    fn send(&self, request: &Request) -> Outcome {
        handle(&self.mock, &State::default(), request, MOMENT).outcome
    }
}

/// All that an operation answers: to a plain valid request, without credentials, without a body, and each described
/// answer by name.
fn answers(served: &Served, id: OperationId, operation: &Operation) -> String {
    let mut page = format!("# {} {}  {}\n", operation.method, operation.path, operation.id.as_deref().unwrap_or("-"));
    let request = served.contract.sample_request(id);
    tell(&mut page, "valid", &served.send(&request));
    if operation.security.iter().all(|requirement| !requirement.schemes.is_empty()) && !operation.security.is_empty() {
        tell(&mut page, "no credentials", &served.send(&without_credentials(served, &request)));
    }
    if operation.body.as_ref().is_some_and(|body| body.required) {
        let mut bare = request.clone();
        bare.body.clear();
        bare.headers.remove(header::CONTENT_TYPE);
        tell(&mut page, "no body", &served.send(&bare));
    }
    for response in &operation.responses {
        let StatusRange::Exact(status) = response.status else { continue };
        let names: Vec<Option<&str>> = match response.content.first() {
            Some(media) if media.examples.iter().any(|it| it.name.is_some()) => {
                media.examples.iter().map(|it| it.name.as_deref()).collect()
            }
            _ => vec![None],
        };
        for name in names {
            let wish =
                name.map_or_else(|| format!("code={status}"), |name| format!("code={status}, example=\"{name}\""));
            let mut request = request.clone();
            request.headers.insert("prefer", HeaderValue::from_str(&wish).unwrap());
            let outcome = served.send(&request);
            assert_eq!(outcome.reply.status.as_u16(), status, "{page}{wish}");
            let broken: Vec<_> = outcome.entry.findings.iter().filter(|it| it.severity == Severity::Error).collect();
            assert!(broken.is_empty(), "{page}{wish}: {broken:?}");
            tell(&mut page, &wish, &outcome);
        }
    }
    page.push('\n');
    page
}

fn without_credentials(served: &Served, request: &Request) -> Request {
    let mut bare = request.clone();
    bare.headers.remove(header::AUTHORIZATION);
    bare.headers.remove(header::COOKIE);
    for scheme in served.contract.api.schemes.values() {
        if let mimeo::openapi::SchemeKind::ApiKey { name, .. } = &scheme.kind {
            bare.headers.remove(name.as_str());
        }
    }
    bare
}

fn tell(page: &mut String, asked: &str, outcome: &Outcome) {
    let reply = &outcome.reply;
    let media_type = reply.header("content-type").unwrap_or("-");
    let _ = write!(page, "> {asked}\n< {} {media_type} ({})", reply.status.as_u16(), outcome.entry.origin);
    for (name, value) in &reply.headers {
        if !["content-type", "mimeo-origin", "preference-applied"].contains(&name.as_str()) {
            let _ = write!(page, "\n< {name}: {}", String::from_utf8_lossy(value.as_bytes()));
        }
    }
    let _ = writeln!(page, "\n{}", String::from_utf8_lossy(&reply.body));
}

#[track_caller]
fn check(name: &str) {
    let served = served(name);
    let mut pages: BTreeMap<String, String> = BTreeMap::new();
    for (id, operation) in served.operations() {
        let tag = operation.tags.first().map_or("untagged", String::as_str);
        let file = tag.to_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "-");
        pages.entry(file).or_default().push_str(&answers(&served, id, operation));
    }
    assert!(!pages.is_empty());
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(format!("../../snapshots/answers/{name}"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for (tag, page) in &pages {
            insta::assert_snapshot!(tag.as_str(), page);
        }
    });
}

#[test]
fn rockitplay_2025() {
    check("rockitplay-2025");
}

#[test]
fn rockitplay_2026() {
    check("rockitplay-2026");
}

#[test]
fn rocketcoms() {
    check("rocketcoms");
}

#[test]
fn rocketchat() {
    check("rocketchat");
}

/// A plain valid request made from the description is valid, for every operation.
#[test]
fn every_operation_takes_its_sample() {
    for name in ["rockitplay-2025", "rockitplay-2026", "rocketcoms", "rocketchat"] {
        let served = served(name);
        for (id, operation) in served.operations() {
            let request = served.contract.sample_request(id);
            let outcome = served.send(&request);
            assert_eq!(outcome.entry.findings, [], "{name}: {} {}: {request:?}", operation.method, operation.path);
            assert!(outcome.reply.status.as_u16() < 400, "{name}: {} {}", operation.method, operation.path);
        }
    }
}

/// Our YAML reader and another one read the same from every description.
#[test]
fn another_reader_reads_the_same() {
    for name in ["rockitplay-2025", "rockitplay-2026", "rocketcoms", "rocketchat"] {
        let text = fs::read_to_string(format!("spec/{name}.yaml")).unwrap();
        let other: serde_json::Value = serde_yaml::from_str(&text).unwrap();
        let served = served(name);
        let (_, ours) = served.contract.api.documents.iter().next().unwrap();
        assert!(ours.tree == other, "{name}");
    }
}

/// Every body in `fixtures/bodies/` is taken by its operation, and gets the answer that is paired with it.
#[test]
fn every_fixture_body_is_taken() {
    let mut sent = 0;
    for folder in folders(Path::new("fixtures/bodies")) {
        let served = served(folder.file_name().unwrap().to_str().unwrap());
        for file in files(&folder) {
            let name = file.file_name().unwrap().to_str().unwrap().to_owned();
            let (operation_id, rest) = name.split_once('.').unwrap();
            let (id, operation) = served
                .operations()
                .find(|(_, operation)| operation.id.as_deref() == Some(operation_id))
                .unwrap_or_else(|| panic!("{}: no operation {operation_id}", file.display()));
            let mut request = served.contract.sample_request(id);
            let (media_type, body) = body(&file);
            request.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
            request.body = body.into();
            let outcome = served.send(&request);
            assert_eq!(outcome.entry.findings, [], "{}", file.display());
            assert!(outcome.reply.status < StatusCode::BAD_REQUEST, "{}", file.display());
            // Where the answer has an example of the same name, that is the one.
            let example = rest.rsplit_once('.').map_or("", |(example, _)| example);
            let paired =
                operation.responses.iter().filter(|it| it.status.covers(outcome.reply.status.as_u16())).any(|it| {
                    it.content.iter().flat_map(|media| &media.examples).any(|it| it.name.as_deref() == Some(example))
                });
            if paired {
                assert_eq!(outcome.entry.origin.to_string(), format!("example {example}"), "{}", file.display());
            }
            sent += 1;
        }
    }
    assert!(sent > 50, "only {sent} bodies were found");
}

/// A fixture as a request body: `.json` and `.form` as they are, `.csv` as the file of a multipart form.
fn body(file: &Path) -> (&'static str, Vec<u8>) {
    let text = fs::read(file).unwrap();
    match file.extension().unwrap().to_str().unwrap() {
        "json" => ("application/json", text),
        "form" => ("application/x-www-form-urlencoded", text),
        "csv" => {
            let head = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\nContent-Type: text/csv\r\n\r\n";
            ("multipart/form-data; boundary=b", [head.as_bytes(), &text, b"\r\n--b--\r\n"].concat())
        }
        other => panic!("{}: what is .{other}?", file.display()),
    }
}

fn folders(path: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> =
        fs::read_dir(path).unwrap().map(|it| it.unwrap().path()).filter(|it| it.is_dir()).collect();
    found.sort();
    found
}

fn files(path: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> =
        fs::read_dir(path).unwrap().map(|it| it.unwrap().path()).filter(|it| it.is_file()).collect();
    found.sort();
    found
}
