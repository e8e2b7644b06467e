use std::{fs, io::Write as _, process::Command, sync::Arc, time::Duration};

use http::{HeaderValue, Method, header};
use mimeo::{
    contract::{Contract, Site},
    message::Request,
    mock::{Mock, Moment, Settings, handle},
    openapi::{MemorySources, load},
    session::State,
};

/// A description with one pattern in a query parameter, a path parameter, a body member and a member name.
fn description(pattern: &str) -> String {
    let schema = format!("{{ type: string, pattern: '{pattern}' }}");
    format!(
        "openapi: 3.1.0
info: {{ title: T, version: '1' }}
paths:
  /a/{{p}}:
    post:
      parameters:
        - {{ name: p, in: path, required: true, schema: {schema} }}
        - {{ name: q, in: query, schema: {schema} }}
      requestBody:
        content:
          application/json:
            schema:
              properties: {{ a: {schema} }}
              patternProperties: {{ '{pattern}': false }}
      responses:
        '200': {{ description: D, content: {{ application/json: {{ schema: {schema} }} }} }}
        '400': {{ description: D }}
"
    )
}

fn mock(text: &str) -> Mock {
    let loaded = load(&MemorySources::new().with("a.yaml", text), "a.yaml", "a.yaml", &[]);
    let (contract, _) = Contract::compile(loaded.api.unwrap());
    Mock::new(Site { contracts: vec![Arc::new(contract)] }, Settings::default())
}

/// The processor time that this thread has taken, where the system says so.
fn processor_time() -> Duration {
    let schedule = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(schedule.split(' ').next().and_then(|nanos| nanos.parse().ok()).unwrap_or_default())
}

/// Processor time for one request, which is judged by its pattern a few times. A build for debugging is much slower.
const REQUEST_TIME_MAX: Duration = Duration::from_millis(if cfg!(debug_assertions) { 2_000 } else { 50 });

/// Answers requests with a string that makes a naive engine try for ever.
#[track_caller]
fn check(pattern: &str, attack: &str, status: u16) {
    let mock = mock(&description(pattern));
    for (target, body) in [
        (format!("/a/{attack}"), String::new()),
        (format!("/a/x?q={attack}"), String::new()),
        ("/a/x".to_owned(), format!(r#"{{"a": "{attack}"}}"#)),
        ("/a/x".to_owned(), format!(r#"{{"{attack}": 1}}"#)),
    ] {
        let mut request = Request::new(Method::POST, &target);
        request.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        request.body = body.into();
        // The pattern is compiled when it is first asked.
        handle(&mock, &State::default(), &request, Moment { now_ms: 0, seed: 0 });
        let before = processor_time();
        let outcome = handle(&mock, &State::default(), &request, Moment { now_ms: 0, seed: 0 }).outcome;
        let took = processor_time().saturating_sub(before);
        assert_eq!(outcome.reply.status, status, "{pattern} at {}", &target[..4]);
        assert!(took < REQUEST_TIME_MAX, "{pattern} at {}: {took:?}", &target[..4]);
        let _ = writeln!(std::io::stderr(), "{pattern} at {}: {took:?}", &target[..4]);
    }
}

#[test]
fn patterns_that_blow_up_are_bounded() {
    let long = "a".repeat(30_000);
    check("^(a+)+$", &format!("{long}!"), 400);
    check("^(a|a)*$", &format!("{long}!"), 400);
    check("(a|aa)+(?!x)$", &format!("{long}!"), 400);
    check("^(([a-z])+.)+(?=[A-Z])([a-z])+$", &long, 400);
    check("^(a*)*(?=b)b$", &format!("{long}!"), 400);
    check("^(a+)+\\1$", &format!("{long}!"), 400);
    // Left out, and said to be so: its cost grows with the square of the length and is not counted.
    check("(?<=(a+)+)b", &long, 200);
    check("^(?<!x*)a", &long, 200);
    check("^(.*,){30}(?!x)P$", &"1,".repeat(15_000), 400);
}

/// The program's own check says which of them are slow or broken.
#[test]
fn check_reports_them() {
    for (pattern, code) in [
        ("(a|aa)+(?!x)$", "slow-pattern"),
        ("^(([a-z])+.)+(?=[A-Z])([a-z])+$", "slow-pattern"),
        ("^(a+)+\\1$", "slow-pattern"),
        ("(?<=(a+)+)b", "bad-pattern"),
        ("(", "bad-pattern"),
        ("((a{1000}){1000}){1000}", "bad-pattern"),
        ("(?(1)a|b)", "bad-pattern"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.yaml"), description(pattern)).unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_mimeo"))
            .args(["check", "a.yaml"])
            .current_dir(folder.path())
            .output()
            .unwrap();
        let printed = String::from_utf8_lossy(&output.stdout);
        assert!(printed.contains(&format!("[{code}]")), "{pattern}: {printed}");
    }
}

/// A pattern on the linear engine is no finding, however bad it looks.
#[test]
fn what_is_linear_is_not_reported() {
    let loaded = load(&MemorySources::new().with("a.yaml", description("^(a+)+$")), "a.yaml", "a.yaml", &[]);
    let findings = Contract::compile(loaded.api.unwrap()).0.check_all();
    assert!(findings.iter().all(|finding| !finding.code.as_str().contains("pattern")), "{findings:?}");
}
