//! HTTP archives: what is written opens elsewhere and holds no secret, and what others wrote is read and judged.

use std::{fs, sync::Arc};

use bytes::Bytes;
use http::{Method, StatusCode};
use mimeo::{
    answer::{Acted, Entry, Origin},
    contract::Site,
    finding::{Code, Finding, Part, Place},
    interchange::har::{self, Judged, Recording, Why},
    limit,
    message::{Request, Response},
    session::{Record, Secrets},
};
use serde_json::{Value, json};

use crate::described;

/// A description that some of the recorded exchanges break.
pub(crate) const PETS: &str = "openapi: 3.1.0
info: { title: Pets, version: '1' }
servers: [ { url: 'https://pets.example/v1' } ]
security: [ { bearer: [] } ]
components:
  securitySchemes: { bearer: { type: http, scheme: bearer } }
  schemas:
    Pet: { type: object, required: [id], properties: { id: { type: integer }, name: { type: string, maxLength: 3 } } }
paths:
  /pets:
    get:
      operationId: listPets
      parameters: [ { name: limit, in: query, schema: { type: integer, maximum: 10 } } ]
      responses:
        '200': { description: All, content: { application/json: { schema: { type: array, items: { $ref: '#/components/schemas/Pet' } } } } }
    post:
      operationId: addPet
      requestBody:
        content: { application/json: { schema: { type: object, properties: { name: { type: string }, age: { type: integer } } } } }
      responses:
        '201': { description: Made, content: { application/json: { schema: { $ref: '#/components/schemas/Pet' } } } }
  /pets/{id}:
    parameters: [ { name: id, in: path, required: true, schema: { type: integer } } ]
    delete: { operationId: removePet, responses: { '200': { description: Gone } } }
  /pets/{id}/photo:
    parameters: [ { name: id, in: path, required: true, schema: { type: integer } } ]
    get: { operationId: photo, responses: { '200': { description: A picture, content: { image/png: {} } } } }
  /search:
    post:
      operationId: search
      requestBody:
        content:
          application/x-www-form-urlencoded:
            schema: { type: object, required: [name], properties: { name: { type: string }, limit: { type: integer, maximum: 1 } } }
      responses: { '200': { description: Found, content: { application/json: {} } } }
";

fn site(descriptions: &[&str]) -> Site {
    Site { contracts: descriptions.iter().map(|text| Arc::new(described::contract(text))).collect() }
}

fn recording(text: impl Into<Vec<u8>>) -> Recording {
    har::read("client.har", text.into())
}

/// What was made of a recording, an exchange a line, with its findings below it.
fn shown(judged: &Judged) -> String {
    let mut lines = Vec::new();
    for (index, session, record) in &judged.exchanges {
        let operation = record.operation.as_deref().unwrap_or("-");
        lines.push(format!("{index} {session} {operation} {} {} {}", record.method, record.path(), record.status));
        for finding in &record.findings {
            let Place::Message { side, part, at } = &finding.place else { panic!("{finding:?}") };
            let code = finding.code.as_str();
            lines.push(format!("  {code} {side:?} {} {at}: {}", part.as_str(), finding.message));
        }
    }
    lines.join("\n")
}

#[test]
fn a_recording_of_a_browser_is_judged() {
    let recording = recording(fs::read("fixtures/interchange/browser.har").unwrap());
    assert_eq!(recording.findings, []);
    let judged = har::judge(&recording, &site(&[PETS]), None);
    insta::assert_snapshot!(shown(&judged), @r"
    5 default listPets GET /pets 200
      maximum Request query limit: query parameter `limit` must be at most 10
      type Response body /0/id: the answer's body at `/0/id` must be an integer
    4 default addPet POST /pets 201
      type Request body /age: the body at `/age` must be an integer
    6 default listPets GET /pets 200
      security Request header Authorization: header `Authorization` is missing
      body-not-judged Response body : the body is not in the recording and was not judged
    7 default photo GET /pets/7/photo 200
    8 default search POST /search 200
      maximum Request body /limit: the body at `/limit` must be at most 1
    9 default removePet DELETE /pets/7 204
      security Request header Authorization: header `Authorization` is missing
      undocumented-status Response status : the answer's status 204 is not described
    10 default - GET /pet 404
      not-found Request path : GET `/pet` is not described
    ");
    let mut skipped: Vec<(usize, Why)> = judged.skipped.iter().map(|it| (it.index, it.why)).collect();
    skipped.sort_by_key(|(index, _)| *index);
    let expected =
        [(0, Why::Elsewhere), (1, Why::Elsewhere), (2, Why::PartOfPage), (3, Why::Preflight), (11, Why::NoAnswer)];
    assert_eq!(skipped, expected);
    assert_eq!(judged.elsewhere(), [("https://cdn.example", 1), ("https://pets.example", 1)]);
    let sent = &judged.exchanges[1].2;
    assert_eq!(&*sent.answer, "{\"id\":7,\"name\":\"Räx\"}".as_bytes());
    assert_eq!(sent.answer_type.as_ref().unwrap(), "application/json", "text in the file is UTF-8");
}

/// Where exchanges are, by what the descriptions and the user say.
#[test]
fn where_exchanges_belong() {
    #[track_caller]
    fn check(servers: &str, base: Option<&str>, urls: &[&str], expected: &[&str]) {
        let servers = format!("servers: [{servers}]");
        let pets = PETS.replace("servers: [ { url: 'https://pets.example/v1' } ]", &servers);
        let entry = |url: &&str| json!({"request": {"method": "GET", "url": url}, "response": {"status": 200}});
        let entries: Vec<Value> = urls.iter().map(entry).collect();
        let recording = recording(json!({"log": {"entries": entries}}).to_string());
        let base = base.map(|base| base.parse().unwrap());
        let judged = har::judge(&recording, &site(&[&pets]), base.as_ref());
        let found = judged.exchanges.iter().map(|(index, _, record)| {
            format!("{index} {} {}", record.operation.as_deref().unwrap_or("-"), record.path())
        });
        assert_eq!(found.collect::<Vec<_>>(), expected, "{servers} {base:?}");
    }
    let absolute = "{ url: 'https://pets.example/v1' }";
    check(absolute, None, &["https://pets.example/v1/pets", "https://pets.example/pets"], &["0 listPets /pets"]);
    check(
        absolute,
        None,
        &["https://pets.example/v1/pets?a", "https://pets.example/v1/x"],
        &["0 listPets /pets", "1 - /x"],
    );
    // Nothing went to the server: the client was pointed elsewhere, at a mock perhaps.
    check(
        absolute,
        None,
        &["http://127.0.0.1:4010/pets", "http://127.0.0.1:4010/v1/pets", "http://x/y"],
        &["0 listPets /pets", "1 listPets /pets"],
    );
    check("{ url: /v1 }", None, &["http://a.example/v1/pets", "http://a.example/v1/none"], &["0 listPets /pets"]);
    check(
        absolute,
        Some("http://a.example/api"),
        &["http://a.example/api/pets", "http://a.example/api/x", "https://pets.example/v1/pets"],
        &["0 listPets /pets", "1 - /x"],
    );
    check("", None, &["http://a.example/_session/one/pets"], &["0 listPets /pets"]);
}

/// What was masked in a recording is not judged, wherever it stands.
#[test]
fn what_was_masked_is_not_judged() {
    const SHOP: &str = "openapi: 3.1.0
info: { title: Shop, version: '1' }
components: { securitySchemes: { key: { type: apiKey, in: query, name: key, x-mimeo-token: {} } } }
paths:
  /login:
    post:
      security: [ { key: [] } ]
      requestBody:
        content: { application/json: { schema: { type: object, properties: { pw: { type: string, minLength: 9 } } } } }
      responses: { '200': { description: ok } }
";
    let judged = |query: &str, password: &str| {
        let entry = json!({
            "request": {
                "method": "POST", "url": format!("http://shop.example/login?key={query}"),
                "headers": [{"name": "content-type", "value": "application/json"}],
                "postData": {"mimeType": "application/json", "text": json!({"pw": password}).to_string()},
            },
            "response": {"status": 200, "headers": [], "content": {"size": 0, "mimeType": ""}},
        });
        let recording = recording(json!({"log": {"entries": [entry]}}).to_string());
        let judged = har::judge(&recording, &site(&[SHOP]), None);
        judged.exchanges[0].2.findings.iter().map(|finding| finding.code.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(judged("***", "***"), Vec::<&str>::new());
    assert!(judged("", "short").contains(&"minLength"));
    assert!(judged("", "***").contains(&"security"));
}

#[test]
fn several_apis_are_told_apart() {
    let cats = PETS.replace("title: Pets", "title: Cats").replace("pets.example", "cats.example");
    let mut site = site(&[PETS, &cats]);
    for (contract, id) in site.contracts.iter_mut().zip(["pets", "cats"]) {
        Arc::get_mut(contract).unwrap().api.id = id.to_owned();
    }
    let entry = |url: &str| json!({"request": {"method": "GET", "url": url}, "response": {"status": 200}});
    let entries = [entry("https://cats.example/v1/pets"), entry("https://pets.example/v1/pets")];
    let judged = har::judge(&recording(json!({"log": {"entries": entries}}).to_string()), &site, None);
    let paths: Vec<&str> = judged.exchanges.iter().map(|(_, _, record)| record.path()).collect();
    assert_eq!(paths, ["/cats/pets", "/pets/pets"]);
}

/// What is wrong with the file itself, each with its place.
#[test]
fn faults_of_the_file_have_places() {
    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let recording = recording(text);
        let lines = recording.findings.iter().map(|finding| {
            let Place::File { pointer, mark, .. } = &finding.place else { panic!("{finding:?}") };
            let line = mark.map_or(0, |mark| mark.line);
            format!("{} {line} {pointer}: {}", finding.code.as_str(), finding.message)
        });
        assert_eq!(lines.collect::<Vec<_>>(), expected, "{text}");
        assert_eq!(recording.exchanges.len(), 0, "{text}");
    }
    let no_list = "this is no HTTP archive: it has no list `log.entries`";
    check("{}", &[&format!("not-a-har 1 : {no_list}")]);
    check("\u{feff}[]", &[&format!("not-a-har 1 : {no_list}")]);
    check("{\"log\":\n{\"entries\": 1}}", &[&format!("not-a-har 2 /log/entries: {no_list}")]);
    let entry = |entry: &str| format!("{{\"log\": {{\"entries\": [\n{entry}]}}}}");
    check(&entry("1"), &["wrong-type 2 /log/entries/0: entry 1 is no object, and so no exchange"]);
    check(&entry("null"), &["wrong-type 2 /log/entries/0: entry 1 is no object, and so no exchange"]);
    check(&entry("{}"), &["missing-field 2 /log/entries/0: the address of the request, `request.url`, is missing"]);
    check(
        &entry(r#"{"request": {"url": "http://a/b"}, "response": {"status": 200}}"#),
        &["missing-field 2 /log/entries/0/request: the method of the request, `request.method`, is missing"],
    );
    check(
        &entry(r#"{"request": {"url": 1}}"#),
        &["wrong-type 2 /log/entries/0/request/url: the address of the request, `request.url`, is no text"],
    );
    check(
        &entry(r#"{"request": {"url": "/b", "method": "GET"}}"#),
        &["bad-value 2 /log/entries/0/request/url: `/b` is no address such as `https://api.example/v1`"],
    );
    check(
        &entry(r#"{"request": {"url": "http://a/b", "method": "A B"}}"#),
        &["bad-value 2 /log/entries/0/request/method: `A B` is no method"],
    );
    check(
        &entry(r#"{"request": {"url": "http://a/b", "method": "GET"}}"#),
        &["missing-field 2 /log/entries/0: the status of the answer, `response.status`, is missing"],
    );
    check(
        &entry(r#"{"request": {"url": "http://a/b", "method": "GET"}, "response": {"status": 20000}}"#),
        &["bad-value 2 /log/entries/0/response/status: the status of the answer is no number from 100 to 999"],
    );
    assert!(recording("{\"log\":").findings[0].code == Code::SYNTAX);
}

/// A time that is none costs the order by time, not the exchange.
#[test]
fn a_time_that_is_none_is_said() {
    #[track_caller]
    fn check(written: &str, expected: Option<&str>) {
        let exchange = r#""request": {"url": "http://a/b", "method": "GET"}, "response": {"status": 200}"#;
        let recording =
            recording(format!("{{\"log\": {{\"entries\": [{{{exchange},\n\"startedDateTime\": {written}}}]}}}}"));
        assert_eq!(recording.exchanges.len(), 1, "{written}");
        assert_eq!(recording.exchanges[0].started_ms.is_some(), expected.is_none() && written != "null");
        let said: Vec<(Code, &str)> = recording.findings.iter().map(|it| (it.code, it.message.as_str())).collect();
        assert_eq!(said, expected.map(|message| (Code::BAD_VALUE, message)).into_iter().collect::<Vec<_>>());
        for finding in &recording.findings {
            let Place::File { mark: Some(mark), .. } = &finding.place else { panic!("{finding:?}") };
            assert_eq!((mark.line, mark.column), (2, 20));
        }
    }
    check("\"2026-11-25T10:00:00.000+01:00\"", None);
    check("null", None);
    check("\"yesterday\"", Some("\"yesterday\" is no time such as `2026-11-26T03:00:00.000Z`"));
    check("1764108000", Some("1764108000 is no time such as `2026-11-26T03:00:00.000Z`"));
}

/// A record of everything that can be in one.
fn record(body: (&str, &[u8]), answer: (&str, &[u8])) -> Record {
    let mut request = Request::new(Method::POST, "/v1/pets?limit=2&token=hidden&q=a%20b");
    let fields = [
        ("host", "127.0.0.1:4010"),
        ("content-type", body.0),
        ("authorization", "Bearer hidden"),
        ("cookie", "sid=hidden; theme=hidden"),
    ];
    for (name, value) in fields {
        request.headers.append(name, value.parse().unwrap());
    }
    request.body = Bytes::copy_from_slice(body.1);
    let mut entry = Entry::new(1_764_108_000_123);
    entry.api = Some("pets".into());
    entry.operation = Some("addPet".into());
    entry.origin = Origin::Example(Some("rex".into()));
    entry.acted = Some(Acted { scenario: "slow".into(), rule: 1 });
    entry.findings.push(Finding::error(
        Code("minLength"),
        Place::request(Part::Body, "/password"),
        "`hidden` is short",
    ));
    let reply = Response::new(StatusCode::CREATED).with_body(answer.0, answer.1.to_vec());
    Record::of(&request, entry, &reply, 1_764_108_300_123)
}

fn written(records: &[Record]) -> Value {
    let har = har::of_records(records.iter().map(|record| ("default", record)), &Secrets::default());
    assert!(har.text().ends_with("}\n"));
    serde_json::from_str(&har.text()).unwrap()
}

#[test]
fn what_is_written_is_har_and_holds_no_secret() {
    let long = "x".repeat(limit::JOURNAL_BODY_BYTES_MAX + 10);
    let records = [
        record(("application/json", br#"{"name":"Rex", "password":"hidden"}"#), ("application/json", br#"{"id": 7}"#)),
        record(("application/x-www-form-urlencoded", b"name=R+x&pwd=hidden"), ("text/plain", b"fine")),
        record(("image/png", b"\x89PNG\r\n"), ("image/png", b"\x89PNG\r\n")),
        record(("multipart/form-data; boundary=b", b"--b\r\n\xff password hidden"), ("text/plain", long.as_bytes())),
        record(("text/plain", b""), ("", b"")),
        record(("application/json", b"\"just text\""), ("application/json", b"{\"password\":\"hidden\",\"cut")),
    ];
    let file = written(&records);
    let schema: Value =
        serde_json::from_str(&fs::read_to_string("fixtures/interchange/har-1.2.schema.json").unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(&file).map(|error| format!("{} {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:?}");
    assert!(!file.to_string().contains("hidden"), "{file:#}");
    let part =
        |index: usize, pointer: &str| file["log"]["entries"][index].pointer(pointer).cloned().unwrap_or_default();
    let url = "http://127.0.0.1:4010/v1/pets?limit=2&token=***&q=a%20b";
    assert_eq!((part(0, "/request/url"), part(0, "/response/statusText")), (json!(url), json!("Created")));
    assert_eq!(part(0, "/request/cookies/1"), json!({"name": "theme", "value": "***"}));
    assert_eq!(part(0, "/request/queryString/2"), json!({"name": "q", "value": "a b"}));
    assert_eq!(part(0, "/request/postData/text"), r#"{"name":"Rex","password":"***"}"#);
    assert_eq!(part(0, "/response/content/text"), r#"{"id": 7}"#, "as it was sent, where nothing is masked");
    let note = json!({
        "session": "default",
        "number": 0,
        "virtualTime": "2025-11-25T22:05:00.123Z",
        "api": "pets",
        "operation": "addPet",
        "origin": "example rex",
        "scenario": "slow",
        "rule": 1,
        "findings": [{
            "location": ["request", "body", "password"],
            "severity": "Error",
            "code": "minLength",
            "message": "`minLength` failed for a value that is kept secret"
        }],
        "requestCut": false,
        "responseCut": false,
    });
    assert_eq!(part(0, "/_mimeo"), note);
    assert_eq!(part(1, "/request/postData/params/0"), json!({"name": "name", "value": "R x"}));
    assert_eq!(part(1, "/request/postData/text"), "name=R+x&pwd=***");
    assert_eq!(part(2, "/request/postData/_encoding"), "base64");
    assert_eq!(part(2, "/response/content/text"), "iVBORw0K");
    assert_eq!(part(3, "/request/postData/text"), "");
    assert_eq!(part(3, "/response/content/comment"), "only the first 16384 of 16394 bytes were kept");
    assert_eq!(part(3, "/_mimeo/responseCut"), true);
    assert_eq!(part(4, "/request/postData"), Value::Null);
    assert_eq!(part(5, "/request/postData/text"), "\"just text\"");
    assert!(part(5, "/response/content/comment").as_str().unwrap().starts_with("left out"));
}

#[test]
fn what_is_written_can_be_read() {
    let sent = record(("application/json", br#"{"name":"Rex"}"#), ("application/json", br#"{"id":7,"name":"Rex"}"#));
    let read = recording(written(&[sent]).to_string());
    assert_eq!(read.findings, []);
    let judged = har::judge(&read, &site(&[PETS]), None);
    let (_, _, record) = &judged.exchanges[0];
    assert_eq!((record.operation.as_deref(), record.status, record.findings.len()), (Some("addPet"), 201, 0));
    assert_eq!((record.body(), record.real_ms), (&br#"{"name":"Rex"}"#[..], 1_764_108_000_123));
}

/// Whatever stands where something else should stand, and wherever a file ends: it is said or passed over, never the end.
#[test]
fn nothing_in_a_file_stops_the_reader() {
    let text = fs::read_to_string("fixtures/interchange/browser.har").unwrap();
    let site = site(&[PETS]);
    for end in (0..text.len()).step_by(1_009).filter(|end| text.is_char_boundary(*end)) {
        assert!(!recording(&text[..end]).findings.is_empty(), "{end}");
    }
    let whole: Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).unwrap();
    let one = json!({"log": {"entries": [whole["log"]["entries"][4]]}});
    let mut pointers = Vec::new();
    collect(&one, &mut String::new(), &mut pointers);
    assert!(pointers.len() > 50, "{pointers:?}");
    for pointer in &pointers {
        for odd in [json!(null), json!(-1.5), json!(""), json!([[]]), json!({"name": {}}), json!("\u{0}\n\u{fffd}")] {
            let mut changed = one.clone();
            *changed.pointer_mut(pointer).unwrap() = odd;
            let read = recording(changed.to_string());
            let judged = har::judge(&read, &site, None);
            assert!(judged.exchanges.len() + judged.skipped.len() <= 1, "{pointer}");
        }
    }
}

fn collect(value: &Value, at: &mut String, pointers: &mut Vec<String>) {
    pointers.push(at.clone());
    let length = at.len();
    let members: Vec<(String, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), value)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(index, value)| (index.to_string(), value)).collect(),
        _ => Vec::new(),
    };
    for (name, value) in members {
        at.push('/');
        at.push_str(&name);
        collect(value, at, pointers);
        at.truncate(length);
    }
}
