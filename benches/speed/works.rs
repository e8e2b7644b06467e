//! The work that is measured: the steps of a request, and reading a description.
//!
//! The descriptions are made here, so that a figure never changes because a description did.

use std::{fmt::Write as _, hint::black_box, sync::Arc};

use http::{HeaderValue, Method, header};
use mimeo::{
    contract::{Contract, Routed, Site},
    message::Request,
    mock::{Mock, Moment, Settings, handle},
    openapi::{MemorySources, load},
    session::State,
};

/// What can be measured: `STEP/CASE`.
pub(crate) const NAMES: [&str; 12] = [
    "route/small",
    "route/wide",
    "check/body",
    "check/parameters",
    "check/faulty",
    "handle/body",
    "handle/parameters",
    "handle/faulty",
    "handle/unknown",
    "handle/varied",
    "read/yaml",
    "read/json",
];

/// Something that is done again and again.
pub(crate) type Work = Box<dyn FnMut()>;

/// The work of that name, ready to be repeated; what is only done once is done already.
pub(crate) fn named(name: &str) -> Option<Work> {
    let parcels = || contract("parcels.yaml", PARCELS);
    Some(match name {
        "route/small" => routing(parcels(), list()),
        "route/wide" => routing(contract("wide.yaml", &wide_yaml(500)), Request::new(Method::GET, "/s499/items/7")),
        "check/body" => checking(parcels(), send(GOOD)),
        "check/parameters" => checking(parcels(), list()),
        "check/faulty" => checking(parcels(), send(FAULTY)),
        "handle/body" => handling(parcels(), send(GOOD), Settings::default(), 201),
        "handle/parameters" => handling(parcels(), list(), Settings::default(), 200),
        "handle/faulty" => handling(parcels(), send(FAULTY), Settings::default(), 422),
        "handle/unknown" => handling(parcels(), Request::new(Method::GET, "/parcel"), Settings::default(), 404),
        "handle/varied" => handling(parcels(), list(), Settings { dynamic: true, ..Settings::default() }, 200),
        "read/yaml" => reading("wide.yaml", wide_yaml(200)),
        "read/json" => reading("wide.json", wide_json(200)),
        _ => return None,
    })
}

fn routing(contract: Contract, request: Request) -> Work {
    Box::new(move || {
        let routed = contract.route(&request.method, black_box(&request.path), request.query.as_deref());
        assert!(matches!(routed, Routed::Operation(_)), "the path is described");
    })
}

fn checking(contract: Contract, request: Request) -> Work {
    // Leaked, so that what was routed once can be judged again and again.
    let (contract, request): (&Contract, &Request) = (Box::leak(Box::new(contract)), Box::leak(Box::new(request)));
    let Routed::Operation(found) = contract.route(&request.method, &request.path, None) else {
        panic!("the path is described")
    };
    Box::new(move || {
        black_box(contract.check_request(&found, black_box(request)));
    })
}

fn handling(contract: Contract, request: Request, settings: Settings, status: u16) -> Work {
    let mock = Mock::new(Site { contracts: vec![Arc::new(contract)] }, settings);
    let state = State::default();
    let outcome = handle(&mock, &state, &request, Moment { now_ms: 0, seed: 0 }).outcome;
    assert_eq!(outcome.reply.status, status, "{:?}", outcome.entry.findings);
    Box::new(move || {
        black_box(handle(&mock, &state, black_box(&request), Moment { now_ms: 0, seed: 0 }));
    })
}

fn reading(name: &'static str, text: String) -> Work {
    Box::new(move || {
        black_box(contract(name, black_box(&text)));
    })
}

fn contract(name: &str, text: &str) -> Contract {
    let loaded = load(&MemorySources::new().with(name, text), name, name, &[]);
    Contract::compile(loaded.api.expect("a description")).0
}

/// A request with the header fields that clients mostly send.
fn request(method: Method, target: &str) -> Request {
    let mut request = Request::new(method, target);
    let fields = [
        (header::HOST, "localhost:4010"),
        (header::USER_AGENT, "bench/1.0"),
        (header::ACCEPT, "application/json, */*;q=0.5"),
        (header::ACCEPT_ENCODING, "gzip"),
    ];
    request.headers.extend(fields.map(|(name, value)| (name, HeaderValue::from_static(value))));
    request
}

fn send(body: &'static str) -> Request {
    let mut request = request(Method::POST, "/parcels");
    request.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    request.body = body.into();
    request
}

fn list() -> Request {
    request(Method::GET, "/depots/graz-2/parcels?page=3&size=20&state=waiting&near=main%20road")
}

const GOOD: &str = r#"{"to":"Ada","street":"Main Road 1","grams":1200,"tags":["glass","gift"],"insured":true}"#;
const FAULTY: &str = r#"{"to":"Ada","grams":-1,"tags":["glass","gift"],"insured":"yes"}"#;

/// An API with what most have: a body, parameters of several places, references, examples, an answer to a fault.
const PARCELS: &str = r##"
openapi: 3.1.0
info: { title: Parcels, version: "1" }
paths:
  /parcels:
    post:
      operationId: sendParcel
      requestBody:
        required: true
        content: { application/json: { schema: { $ref: "#/components/schemas/NewParcel" } } }
      responses:
        "201":
          description: Taken.
          content:
            application/json:
              schema: { $ref: "#/components/schemas/Parcel" }
              example: { id: 17, to: Ada, street: Main Road 1, grams: 1200, state: waiting }
        "422":
          description: Not as described.
          content:
            application/json:
              schema: { type: object, properties: { error: { type: string } } }
              examples: { missing-param: { value: { error: missing } }, invalid-param: { value: { error: invalid } } }
  /depots/{depot}/parcels:
    get:
      operationId: listParcels
      parameters:
        - { name: depot, in: path, required: true, schema: { type: string, pattern: "^[a-z]+-[0-9]{1,4}$" } }
        - { name: page, in: query, schema: { type: integer, minimum: 1 } }
        - { name: size, in: query, schema: { type: integer, minimum: 1, maximum: 100 } }
        - { name: state, in: query, schema: { $ref: "#/components/schemas/State" } }
        - { name: near, in: query, schema: { type: string, maxLength: 80 } }
      responses:
        "200":
          description: The parcels.
          content:
            application/json:
              schema: { type: array, minItems: 3, items: { $ref: "#/components/schemas/Parcel" } }
              example:
                - { id: 17, to: Ada, street: Main Road 1, grams: 1200, state: waiting }
                - { id: 18, to: Ben, street: Main Road 2, grams: 90, state: under way }
components:
  schemas:
    State: { type: string, enum: [waiting, under way, delivered] }
    NewParcel:
      type: object
      required: [to, street, grams]
      additionalProperties: false
      properties:
        to: { type: string, minLength: 1, maxLength: 80 }
        street: { type: string, maxLength: 200 }
        grams: { type: integer, minimum: 1, maximum: 30000 }
        tags: { type: array, maxItems: 10, items: { type: string } }
        insured: { type: boolean }
    Parcel:
      type: object
      required: [id, to, state]
      properties:
        id: { type: integer, minimum: 1 }
        to: { type: string }
        street: { type: string }
        grams: { type: integer, minimum: 1 }
        state: { $ref: "#/components/schemas/State" }
"##;

/// An API of `count` resources with two operations and a schema each.
fn wide_yaml(count: usize) -> String {
    let mut text = "openapi: 3.0.3\ninfo:\n  title: Wide\n  version: '1'\npaths:\n".to_owned();
    for number in 0..count {
        let _ = write!(
            text,
            "  /s{number}/items:
    get:
      operationId: list{number}
      responses:
        '200':
          description: All items.
          content:
            application/json:
              schema:
                type: array
                items:
                  $ref: '#/components/schemas/Item{number}'
  /s{number}/items/{{id}}:
    get:
      operationId: get{number}
      parameters:
        - name: id
          in: path
          required: true
          schema:
            type: integer
      responses:
        '200':
          description: One item.
          content:
            application/json:
              schema:
                $ref: '#/components/schemas/Item{number}'
"
        );
    }
    text.push_str("components:\n  schemas:\n");
    for number in 0..count {
        let _ = write!(
            text,
            "    Item{number}:
      type: object
      description: An item of service {number}, as it is kept there.
      required:
        - id
      properties:
        id:
          type: integer
        name:
          type: string
          maxLength: 80
"
        );
    }
    text
}

/// The same as JSON.
fn wide_json(count: usize) -> String {
    let yaml = wide_yaml(count);
    let loaded = load(&MemorySources::new().with("wide.yaml", yaml), "wide.yaml", "wide.yaml", &[]);
    loaded.documents.iter().next().map(|(_, document)| document.tree.to_string()).unwrap_or_default()
}
