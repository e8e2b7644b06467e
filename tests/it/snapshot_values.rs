//! How snapshots show what was sent: values, order, rules, and files that are damaged.

use std::{fmt::Write as _, sync::Arc};

use http::StatusCode;
use mimeo::{
    answer::Entry,
    contract::Site,
    message::Response,
    report::{Chapter, Colour, text},
    session::Record,
    snapshot::{About, Exchange, Order, Recorded, Rules, Selector, Session, Snapshot, compare},
};
use proptest::{collection::vec, prelude::*};
use serde_json::{Value, json};

use crate::described::{contract, request};

/// When everything happens: 2026-11-26, 00:41:51 UTC.
const NOW_MS: u64 = 1_795_653_711_000;

const API: &str = r#"
openapi: 3.1.0
info: { title: Zoo, version: "1" }
paths:
  /pets:
    get:
      operationId: listPets
      parameters:
        - { name: limit, in: query, schema: { type: integer } }
        - { name: since, in: query, schema: { type: string, format: date-time } }
        - { name: filter, in: query, style: deepObject, explode: true, schema: { type: object } }
        - { name: X-Client, in: header, schema: { type: string } }
        - { name: theme, in: cookie, schema: { type: string } }
      responses: { "200": { description: Fine } }
    post:
      operationId: createPet
      requestBody:
        content:
          application/json:
            schema:
              type: object
              properties:
                id: { type: string, format: uuid }
                born: { type: string, format: date }
                seen: { type: string, format: date-time }
                pass: { type: string }
                word: { type: string, format: password }
                tags: { type: array, items: { type: string, format: uuid } }
          application/x-www-form-urlencoded:
            schema: { type: object, properties: { age: { type: integer } } }
          multipart/form-data:
            schema: { type: object, properties: { photo: { type: string, contentMediaType: image/png } } }
          image/png: {}
      responses: { "201": { description: Fine } }
  /pets/{petId}:
    get:
      operationId: showPet
      parameters: [ { name: petId, in: path, required: true, schema: { type: string } } ]
      responses: { "200": { description: Fine } }
"#;

fn site() -> Site {
    Site { contracts: vec![Arc::new(contract(API))] }
}

/// A record of a request as text and a JSON answer.
fn record(number: u64, after: u64, sent: &str, answer: &Value) -> Arc<Record> {
    let reply = Response::new(StatusCode::OK).with_body("application/json", answer.to_string());
    let mut record = Record::of(&request(sent), Entry::new(NOW_MS), &reply, NOW_MS);
    (record.number, record.after) = (number, after);
    Arc::new(record)
}

/// The records of a client that waits for each answer.
fn sequence(sent: &[(&str, Value)]) -> Vec<Arc<Record>> {
    (1..).zip(sent).map(|(number, (text, answer))| record(number, number - 1, text, answer)).collect()
}

fn snapshot_by(rules: &Rules, records: &[Arc<Record>]) -> Snapshot {
    Snapshot::of(&site(), About::default(), &[Recorded { session: "default", records }], rules, None)
}

fn exchanges(rules: &Rules, records: &[Arc<Record>]) -> Vec<Exchange> {
    snapshot_by(rules, records).sessions.into_iter().flat_map(|session| session.exchanges).collect()
}

fn only(sent: &str) -> Exchange {
    exchanges(&Rules::default(), &sequence(&[(sent, json!({}))])).remove(0)
}

#[test]
fn parameters() {
    let exchange = only(
        "GET /pets?limit=5&since=2026-11-20T00:00:00Z&filter[a]=1&t=1795653711123&x=1&x=2\n\
         X-Client: app\nX-Other: 1\nUser-Agent: test\nHost: localhost:1\nAccept: */*\nTraceparent: 00-1\n\
         Idempotency-Key: abc\nCookie: theme=dark; sid=1; mimeo_session=a\nReferer: x",
    );
    assert_eq!((exchange.call.as_str(), exchange.operation.as_deref()), ("GET /pets", Some("listPets")));
    assert_eq!(json!(exchange.query), json!({"limit": 5, "since": "<date-time>", "filter": {"a": "1"}}));
    assert_eq!(json!(exchange.headers), json!({"x-client": "app"}));
    assert_eq!(json!(exchange.cookies), json!({"theme": "dark"}));
    let undescribed = json!({
        "query": {"t": "<unix-milliseconds>", "x": ["1", "2"]},
        "headers": {"idempotency-key": "<idempotency-key #1>", "x-other": "1"},
        "cookies": {"sid": "<secret #1>"},
    });
    assert_eq!(json!(exchange.undescribed), undescribed);
}

#[test]
fn json_bodies() {
    #[track_caller]
    fn check(sent: Value, expected: Value) {
        let exchange = only(&format!("POST /pets\nContent-Type: application/json\n\n{sent}"));
        assert_eq!(exchange.body, Some(expected), "{sent}");
        assert_eq!(exchange.media_type, None);
    }
    let (one, two) = ("6b1e7f5a-0c7d-4b53-9a4e-3f2d1c0b9a87", "7b1e7f5a-0c7d-4b53-9a4e-3f2d1c0b9a87");
    check(
        json!({"tags": [two, one, two], "id": one, "born": "1999-01-02", "seen": "2026-11-26T00:00:00Z"}),
        json!({"born": "1999-01-02", "id": "<uuid #1>", "seen": "<date-time>", "tags": ["<uuid #2>", "<uuid #1>", "<uuid #2>"]}),
    );
    check(
        json!({"pass": "hunter2", "word": "hunter3", "name": "a hunter2 b"}),
        json!({"name": "a hunter2 b", "pass": "<secret #1>", "word": "<secret #2>"}),
    );
    check(json!({"b": null, "a": [true, 1.5, 12, ""]}), json!({"a": [true, 1.5, 12, ""], "b": null}));
    check(
        json!({"html": "<b>", "real": "<uuid #1>", "<<": 1}),
        json!({"html": "<<b>", "real": "<<uuid #1>", "<<<": 1}),
    );
    check(json!({"call": "http://127.0.0.1:41234/back"}), json!({"call": "http://127.0.0.1:<port>/back"}));
    check(json!(null), json!(null));
    check(json!({"at": 1_795_653_711, "long": 123_456}), json!({"at": "<unix-seconds>", "long": 123_456}));
    check(json!({one: {"x": 1}, "a": 2}), json!({"a": 2, "<uuid #1>": {"x": 1}}));
    check(json!({"marker": "\u{e000}0\u{e001}"}), json!({"marker": "\u{fffd}0\u{fffd}"}));
    let long = only(&format!("POST /pets\nContent-Type: application/json\n\n{}", json!({"a": "x".repeat(2000)})));
    assert_eq!(long.body, Some(json!({"a": "<text, 2000 bytes, sha256 5c0e0ea421571c30>"})));
    let many = only(&format!("POST /pets\nContent-Type: application/json\n\n{}", json!(vec![1; 3000])));
    let shown = many.body.unwrap();
    assert!(shown.as_str().is_some_and(|text| text.starts_with("<body, 3001 values, sha256 ")), "{shown}");
}

#[test]
fn other_bodies() {
    #[track_caller]
    fn check(content_type: &str, sent: &str, media_type: &str, expected: Value) {
        let exchange = only(&format!("POST /pets\nContent-Type: {content_type}\n\n{sent}"));
        assert_eq!((exchange.media_type.as_deref(), exchange.body), (Some(media_type), Some(expected)), "{sent}");
    }
    let form = "application/x-www-form-urlencoded";
    check(
        form,
        "age=3&name=Rex&name=Max&password=x",
        form,
        json!({"age": 3, "name": ["Rex", "Max"], "password": "<secret #1>"}),
    );
    for boundary in ["a1b2c3", "----other-1234"] {
        let body = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nRex\r\n--{boundary}\r\n\
             Content-Disposition: form-data; name=\"photo\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\nPNG\r\n--{boundary}--\r\n"
        );
        let content_type = format!("multipart/form-data; boundary={boundary}");
        check(&content_type, &body, "multipart/form-data", json!({"photo": "PNG", "title": "Rex"}));
    }
    check("image/png", "PNG", "image/png", json!("<binary, 3 bytes, sha256 796120837694d3f3>"));
    check("text/plain", "hello", "text/plain", json!("hello"));
    // What was to be JSON and is none is text all the same, and nobody knows what in it is a secret.
    let broken = |sent: &str| only(&format!("POST /pets\nContent-Type: application/json\n\n{sent}")).body.unwrap();
    assert_eq!(broken("{\"name\": \"Rex\",}"), json!("{\"name\": \"Rex\",}"));
    assert_eq!(broken("<b>"), json!("<<b>"));
    assert_eq!(broken("{\"password\": \"x\",}"), json!("<text, 18 bytes, sha256 eb1d8dd9d365a388>"));
    assert_eq!(broken("\u{0}PNG").as_str().map(|text| &text[..16]), Some("<binary, 4 bytes"));
    check("application/merge-patch+json", "{", "application/merge-patch+json", json!("{"));
    let body = "x".repeat(20_000);
    check("text/plain", &body, "text/plain", json!("<body, 20000 bytes, cut>"));
    let nowhere = only("POST /nowhere\nContent-Type: application/json\n\n{\"a\":1}");
    assert_eq!(
        (nowhere.call.as_str(), nowhere.operation, nowhere.body),
        ("POST /nowhere", None, Some(json!({"a": 1})))
    );
}

#[test]
fn what_answers_gave_is_linked() {
    let sent = |id: &str| format!("GET /pets/{id}");
    let records = sequence(&[
        (
            "GET /pets",
            json!({"pets": [{"id": "pet-000123", "name": "a-name-of-a-pet", "number": 7, "ownerId": 123_456}]}),
        ),
        (&sent("pet-000123"), json!({})),
        (&sent("pet-000124"), json!({})),
        (&sent("123456"), json!({})),
        (&sent("a-name-of-a-pet"), json!({})),
        ("GET /pets?limit=7", json!({})),
    ]);
    let shown = exchanges(&Rules::default(), &records);
    let ids: Vec<&Value> = shown.iter().filter_map(|exchange| exchange.path.get("petId")).collect();
    assert_eq!(json!(ids), json!(["<listPets.id #1>", "pet-000124", "<listPets.ownerId #1>", "a-name-of-a-pet"]));
    assert_eq!(shown[5].query["limit"], json!(7));
}

#[test]
fn equal_neighbours_are_folded() {
    let records = sequence(&[("GET /pets", json!({})), ("GET /pets", json!({})), ("GET /pets?limit=1", json!({}))]);
    let snapshot = snapshot_by(&Rules::default(), &records);
    let times: Vec<usize> = snapshot.sessions[0].exchanges.iter().map(|exchange| exchange.times).collect();
    assert_eq!(times, [2, 1]);
    let totals = snapshot.totals();
    assert_eq!((totals.exchanges, totals.operations, totals.findings), (3, 1, 0));
}

#[test]
fn secrets_in_addresses_are_hidden() {
    let sent =
        json!({"hook": "https://me:hunter2@a.example/cb?a=1&token=t-1", "again": "t-1", "note": "see /x?token=1"});
    let shown = only(&format!("POST /pets\nContent-Type: application/json\n\n{sent}")).body.unwrap();
    assert_eq!(shown["hook"], "https://<secret #1>@a.example/cb?a=1&token=<secret #2>");
    assert_eq!((&shown["again"], &shown["note"]), (&json!("t-1"), &json!("see /x?token=1")));
}

#[test]
fn preflights_are_the_browsers_own() {
    let asks = "OPTIONS /pets\nOrigin: http://a\nAccess-Control-Request-Method: POST";
    assert_eq!(exchanges(&Rules::default(), &sequence(&[(asks, json!({})), ("GET /pets", json!({}))])).len(), 1);
}

#[test]
fn rules_hide_keep_and_leave_out() {
    let body = |pointer: &str| Selector { body: Some(pointer.to_owned()), ..Selector::default() };
    let query = |name: &str| Selector { query: Some(name.to_owned()), ..Selector::default() };
    let rules = Rules {
        redact: vec![body("/name")],
        keep: vec![body("/id"), body("/pass")],
        ignore: vec![
            body("/meta"),
            query("limit"),
            Selector { operation: Some("showPet".to_owned()), ..Selector::default() },
        ],
        order: None,
    };
    let id = "6b1e7f5a-0c7d-4b53-9a4e-3f2d1c0b9a87";
    let sent = json!({"id": id, "name": "Rex", "meta": {"a": 1}, "pass": "x"});
    let text = format!("POST /pets\nContent-Type: application/json\n\n{sent}");
    let records = sequence(&[(&text, json!({})), ("GET /pets/1", json!({})), ("GET /pets?limit=3", json!({}))]);
    let shown = exchanges(&rules, &records);
    assert_eq!(shown.len(), 2);
    assert_eq!(shown[0].body, Some(json!({"id": id, "name": "<redacted #1>", "pass": "<secret #1>"})));
    assert_eq!(json!(shown[1].query), json!({}));
}

#[test]
fn order_is_what_was_seen_or_said() {
    let answer = json!({});
    let at_once = [record(1, 0, "GET /pets?limit=2", &answer), record(2, 0, "GET /pets?limit=1", &answer)];
    let after = [record(1, 0, "GET /pets?limit=2", &answer), record(2, 1, "GET /pets?limit=1", &answer)];
    let snapshot = |records: &[Arc<Record>], rules: &Rules, stored: Option<&Snapshot>| {
        Snapshot::of(&site(), About::default(), &[Recorded { session: "default", records }], rules, stored)
    };
    let usual = Rules::default();
    let set = snapshot(&at_once, &usual, None);
    let sequence = snapshot(&after, &usual, None);
    let order = |snapshot: &Snapshot| snapshot.sessions[0].order;
    assert_eq!((order(&set), order(&sequence)), (Some(Order::Set), None));
    assert_ne!(set, sequence);
    // The stored file decides, so that a client whose requests overlap only sometimes gives the same file.
    assert_eq!(snapshot(&after, &usual, Some(&set)), set);
    let mut told = sequence.clone();
    told.sessions[0].order = Some(Order::Sequence);
    assert_eq!(snapshot(&at_once, &usual, Some(&told)), told);
    // So do the rules.
    let by = |order| Rules { order: Some(order), ..Rules::default() };
    assert_eq!(snapshot(&after, &by(Order::Set), None), set);
    assert_eq!(snapshot(&at_once, &by(Order::Sequence), None), sequence);
    let words: Vec<String> = compare(&sequence, &set).differences.into_iter().flat_map(|it| it.text).collect();
    assert_eq!(words, ["several requests are now on their way at once: their order does not count any more"]);
}

#[test]
fn sessions_with_made_names_are_matched_by_what_they_did() {
    let names = ["0c7d4b53-1b1e-4f5a-9a4e-3f2d1c0b9a87", "ffffffff-1b1e-4f5a-9a4e-3f2d1c0b9a87", "my-test"];
    let answer = json!({});
    let snapshot = |sent: [&[&str]; 3]| {
        let records = sent.map(|sent| sequence(&sent.iter().map(|text| (*text, answer.clone())).collect::<Vec<_>>()));
        let recorded: Vec<Recorded<'_>> =
            names.iter().zip(&records).map(|(session, records)| Recorded { session, records }).collect();
        Snapshot::of(&site(), About::default(), &recorded, &Rules::default(), None)
    };
    let usual: [&[&str]; 3] = [&["GET /pets", "GET /pets/1"], &["GET /pets?limit=1", "GET /pets/2"], &["GET /pets"]];
    let old = snapshot(usual);
    let names: Vec<&str> = old.sessions.iter().map(|session| session.session.as_str()).collect();
    assert_eq!(names, ["my-test", "<session #1>", "<session #2>"]);
    assert_eq!(snapshot([usual[1], usual[0], usual[2]]).write(), old.write(), "they begin in any order");
    let new = snapshot([&["GET /pets?limit=1", "GET /pets/3"], usual[0], &[]]);
    let told: Vec<String> = compare(&old, &new).differences.into_iter().map(|it| it.text.join("; ")).collect();
    let expected = [
        "path parameter petId of GET /pets/{petId}: \"2\" → \"3\"",
        "the whole session is gone: 1 exchange; GET /pets",
    ];
    assert_eq!(told, expected);
}

#[test]
fn calls_of_one_operation_are_told_apart() {
    let snapshot = |sent: &[&str]| {
        let sent: Vec<(&str, Value)> = sent.iter().map(|text| (*text, json!({}))).collect();
        snapshot_by(&Rules::default(), &sequence(&sent))
    };
    let told = |old: &[&str], new: &[&str]| {
        let differences = compare(&snapshot(old), &snapshot(new)).differences;
        differences.into_iter().map(|it| it.text.join("; ")).collect::<Vec<_>>()
    };
    assert_eq!(
        told(&["GET /pets/1", "GET /pets/2", "GET /pets/3"], &["GET /pets/3", "GET /pets/1", "GET /pets/2"]),
        ["the order changed: GET /pets/{petId} with petId \"3\" now comes before GET /pets/{petId} with petId \"1\""]
    );
}

#[test]
fn what_differs_in_many_places_is_told_once() {
    let with = |line: &str| (0..30).map(|number| format!("GET /pets/{number}\nX-Build: {line}")).collect::<Vec<_>>();
    let snapshot = |sent: Vec<String>| {
        let sent: Vec<(&str, Value)> = sent.iter().map(|text| (text.as_str(), json!({}))).collect();
        snapshot_by(&Rules::default(), &sequence(&sent))
    };
    let differences = compare(&snapshot(with("1")), &snapshot(with("2"))).differences;
    let told: Vec<String> = differences.into_iter().map(|it| it.text.join("; ")).collect();
    assert_eq!(told, ["undescribed header x-build of GET /pets/{petId}: \"1\" → \"2\" (30 times)"]);
}

/// The findings of a damaged file, as a report shows them.
fn damaged(file: &str) -> String {
    let error = Snapshot::read("client.snap", file).expect_err(file);
    text(&[Chapter { findings: &error.findings, documents: &error.documents }], Colour::Plain)
}

#[test]
fn damaged_files_are_said_with_their_places() {
    let head = "---\ninfo:\n  mimeo: 1\n---\n";
    let mut page = String::new();
    for file in [
        String::new(),
        "sessions: []\n".to_owned(),
        "---\nsource: src/lib.rs\nexpression: x\n---\nhello\n".to_owned(),
        "---\ninfo:\n  mimeo: 2\n  later: true\n---\nnothing: known\n".to_owned(),
        "---\ninfo:\n  mimeo: one\n---\nsessions: []\n".to_owned(),
        "---\ninfo: { mimeo: 1\n---\nsessions: []\n".to_owned(),
        format!("{head}session: []\n"),
        format!(
            "{head}sessions:\n- session: default\n  order: sorted\n  exchanges:\n  - call: GET /pets\n    anwser: 200\n    times: 0\n"
        ),
        format!("{head}sessions:\n- session: default\n  exchanges:\n  - call: GET /pets\n    answer: fine\n"),
        format!("{head}sessions:\n- session: default\n  exchanges:\n  - call: GET /pets\n   answer: 200\n"),
    ] {
        let _ = write!(page, "{}\n=====\n{}\n", file.trim_end(), damaged(&file));
    }
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../snapshots/snapshot");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("damaged", page));
}

#[test]
fn what_insta_and_people_write_is_read() {
    let file = "---\nsource: tests/x.rs\nassertion_line: 3\nexpression: \"...\"\ndescription: a test\ninfo:\n  mimeo: 1\n\
                snapshot_kind: text\n---\nsessions:\n- session: default\n  exchanges:\n  # by hand\n  - { call: GET /pets, answer: 200 }\n";
    let read = Snapshot::read("client.snap", file).unwrap_or_else(|error| panic!("{error:?}"));
    assert_eq!(read.about.description.as_deref(), Some("a test"));
    let exchange = &read.sessions[0].exchanges[0];
    assert_eq!((exchange.answer.status, exchange.answer.origin.as_str(), exchange.times), (200, "", 1));
    assert_eq!(Snapshot::read("again.snap", &read.write()).ok(), Some(read));
}

/// Any text that a client may send.
/// Any text that a snapshot can have: U+2028 and U+2029 are replaced when a client is recorded.
fn any_text() -> impl Strategy<Value = String> {
    let texts = prop_oneof![
        "[ -~]{0,20}",
        "\\PC{0,12}",
        any::<String>(),
        prop::sample::select(vec![
            "no", "null", "~", "0x1f", "012", "1e3", "---", "<date>", "<<a>", "# x", "<<", " a ", "a\nb\n", "\u{85}",
            "\u{feff}"
        ])
        .prop_map(str::to_owned),
    ];
    texts.prop_map(|text| text.replace(['\u{2028}', '\u{2029}'], "\u{fffd}"))
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any_text().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            // A snapshot has no key `<<`: it has another `<` in front.
            vec((any_text().prop_filter("merges", |key| key != "<<"), inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn any_session() -> impl Strategy<Value = Session> {
    let exchange = (any_value(), any_text(), 1..3_usize).prop_map(|(body, origin, times)| Exchange {
        call: format!("POST /{times}"),
        body: Some(body),
        answer: mimeo::snapshot::Answer { status: 200, origin: origin.trim().to_owned() },
        times,
        ..Exchange::default()
    });
    vec(exchange, 0..5).prop_map(|exchanges| Session { session: "default".to_owned(), order: None, exchanges })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn written_and_read_it_is_the_same(session in any_session()) {
        let snapshot = Snapshot { about: About::default(), sessions: vec![session] };
        let text = snapshot.write();
        let read = Snapshot::read("x.snap", &text);
        prop_assert!(read.is_ok(), "{}\n{:?}", text, read);
        let read = read.unwrap();
        prop_assert_eq!(&read, &snapshot, "{}", text);
        prop_assert_eq!(read.write(), text);
        let same = compare(&snapshot, &read);
        prop_assert!(same.is_empty(), "{:?}", same);
    }

    /// A client that sends everything at once, in any order, with uuids of any seed.
    #[test]
    fn shuffling_a_set_gives_the_same_file(order in Just((0..8_u64).collect::<Vec<_>>()).prop_shuffle(), seed in any::<u32>()) {
        let file = |order: &[u64], seed: u32| {
            let id = |number: u64| format!("{seed:08x}-0c7d-4b53-9a4e-{number:012x}");
            let all = [
                format!("POST /pets\nContent-Type: application/json\n\n{}", json!({"id": id(1)})),
                format!("POST /pets\nContent-Type: application/json\n\n{}", json!({"id": id(2)})),
                format!("POST /pets\nContent-Type: application/json\n\n{}", json!({"id": id(3)})),
                format!("GET /pets/{}", id(2)),
                format!("GET /pets/{}", id(3)),
                format!("GET /pets/{}", id(3)),
                "GET /pets?limit=3".to_owned(),
                "GET /pets?limit=2".to_owned(),
            ];
            let sent = (1..).zip(order).map(|(number, which)| record(number, 0, &all[usize::try_from(*which).unwrap()], &json!({})));
            snapshot_by(&Rules::default(), &sent.collect::<Vec<_>>()).write()
        };
        prop_assert_eq!(file(&order, seed), file(&[0, 1, 2, 3, 4, 5, 6, 7], 7));
    }

    /// Whatever is compared, nothing panics, and each side is told.
    #[test]
    fn any_two_can_be_compared(one in any_session(), other in any_session()) {
        let snapshot = |session: &Session| Snapshot { about: About::default(), sessions: vec![session.clone()] };
        let (one, other) = (snapshot(&one), snapshot(&other));
        let (there, back) = (compare(&one, &other), compare(&other, &one));
        prop_assert_eq!(there.is_empty(), back.is_empty());
        prop_assert_eq!(there.is_empty(), one.sessions[0].exchanges == other.sessions[0].exchanges);
    }
}
