//! What a description says about one operation, in the form that judging needs.

use std::sync::{Arc, OnceLock};

use http::HeaderName;
use serde_json::Value;

use crate::{
    contract::{
        Contract, MediaRange, OperationId,
        body::{Fields, Kind, Slot},
        parameter::Claims,
    },
    openapi::{
        Api, Location, MediaType, Operation, Parameter, ParameterFormat, ParameterPlace, SchemaRef, SchemeKind, Style,
    },
    schema::{Direction, Schemas, Shape, Validator},
};

/// Room for the plans of an API's operations.
pub(in crate::contract) fn plans(api: &Api) -> Vec<OnceLock<Plan>> {
    api.operations.iter().map(|_| OnceLock::new()).collect()
}

impl Contract {
    /// The plan of an operation, made when it is first asked for.
    pub(super) fn plan(&self, id: OperationId) -> &Plan {
        self.plans[id.0 as usize].get_or_init(|| Plan::of(&self.api, self.operation(id)))
    }
}

/// An operation, ready for judging. Every list stands in the order of the description.
#[derive(Debug)]
pub(in crate::contract) struct Plan {
    pub parameters: Vec<ParameterPlan>,
    /// Names in the query that belong to somebody.
    pub query_claims: Claims,
    /// Names of cookies that belong to somebody.
    pub cookie_claims: Claims,
    /// True if a parameter is in the query.
    pub reads_query: bool,
    /// True if a parameter is a cookie.
    pub reads_cookies: bool,
    pub body: Vec<MediaPlan>,
    pub responses: Vec<ResponsePlan>,
}

impl Plan {
    fn of(api: &Api, operation: &Operation) -> Self {
        let at = |place| operation.parameters.iter().any(|parameter| parameter.place == place);
        let body = operation.body.iter().flat_map(|body| &body.content);
        Self {
            parameters: operation
                .parameters
                .iter()
                .map(|parameter| ParameterPlan::of(api, parameter, Direction::Request).captured(operation, parameter))
                .collect(),
            query_claims: claims(api, operation, ParameterPlace::Query),
            cookie_claims: claims(api, operation, ParameterPlace::Cookie),
            reads_query: at(ParameterPlace::Query),
            reads_cookies: at(ParameterPlace::Cookie),
            body: body.map(|media| MediaPlan::of(api, media, Direction::Request)).collect(),
            responses: operation
                .responses
                .iter()
                .map(|response| ResponsePlan {
                    headers: header_plans(api, &response.headers, Direction::Response),
                    content: response.content.iter().map(|m| MediaPlan::of(api, m, Direction::Response)).collect(),
                })
                .collect(),
        }
    }
}

/// The names in the query or the cookies that parameters and credentials have to themselves.
fn claims(api: &Api, operation: &Operation, place: ParameterPlace) -> Claims {
    let mut claims = Claims::default();
    for parameter in operation.parameters.iter().filter(|parameter| parameter.place == place) {
        match parameter.format {
            ParameterFormat::Style { style: Style::DeepObject, .. } => claims.deep.push(parameter.name.clone()),
            _ => claims.names.push(parameter.name.clone()),
        }
    }
    claims.names.extend(api.schemes.values().filter_map(|scheme| match &scheme.kind {
        SchemeKind::ApiKey { place: at, name } if *at == place => Some(name.clone()),
        _ => None,
    }));
    claims
}

/// A schema, its shape and its validator, the latter two made when first asked for.
#[derive(Debug)]
pub(in crate::contract) struct Subject {
    schema: SchemaRef,
    direction: Direction,
    shape: OnceLock<Arc<Shape>>,
    validator: OnceLock<Arc<Validator>>,
}

impl Subject {
    fn of(schema: &SchemaRef, direction: Direction) -> Self {
        Self { schema: schema.clone(), direction, shape: OnceLock::new(), validator: OnceLock::new() }
    }

    pub(super) fn shape(&self, schemas: &Schemas) -> &Shape {
        self.shape.get_or_init(|| schemas.shape(&self.schema))
    }

    pub(super) fn validator(&self, schemas: &Schemas) -> &Validator {
        self.validator.get_or_init(|| schemas.validator(&self.schema, self.direction))
    }
}

/// A parameter or header field.
#[derive(Debug)]
pub(in crate::contract) struct ParameterPlan {
    /// Which capture of the path template it is.
    pub capture: Option<usize>,
    /// Its name as a header field.
    pub header: Option<HeaderName>,
    /// Its schema; for a `content` parameter that of its media type.
    pub subject: Option<Subject>,
    /// How a `content` parameter is read.
    pub kind: Kind,
    /// True for `allowEmptyValue: false` in so many words.
    pub refuses_empty: bool,
}

impl ParameterPlan {
    fn of(api: &Api, parameter: &Parameter, direction: Direction) -> Self {
        let is_header = parameter.place == ParameterPlace::Header;
        let (schema, kind) = match &parameter.format {
            ParameterFormat::Style { schema, .. } => (schema.as_ref(), Kind::Text),
            ParameterFormat::Content(media) => (media.schema.as_ref(), kind_of(&media.range)),
        };
        Self {
            capture: None,
            header: HeaderName::from_bytes(parameter.name.as_bytes()).ok().filter(|_| is_header),
            subject: schema.map(|schema| Subject::of(schema, direction)),
            kind,
            refuses_empty: says_false(api, &parameter.at.child("allowEmptyValue")),
        }
    }

    fn captured(mut self, operation: &Operation, parameter: &Parameter) -> Self {
        if parameter.place == ParameterPlace::Path {
            self.capture = template_names(&operation.path).position(|name| name == parameter.name);
        }
        self
    }
}

fn header_plans(api: &Api, headers: &[Parameter], direction: Direction) -> Vec<ParameterPlan> {
    headers.iter().map(|header| ParameterPlan::of(api, header, direction)).collect()
}

/// The names in the braces of a path template.
fn template_names(path: &str) -> impl Iterator<Item = &str> {
    path.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
}

/// True if the description has the word `false` there. For the two keywords whose default is `false` too, but which
/// only ask for a check when they are written.
fn says_false(api: &Api, at: &Location) -> bool {
    api.documents.get(at) == Some(&Value::Bool(false))
}

fn kind_of(range: &str) -> Kind {
    MediaRange::parse(range).map_or(Kind::Binary, |range| Kind::of(&range))
}

/// A media type of a body.
#[derive(Debug)]
pub(in crate::contract) struct MediaPlan {
    /// How a body of exactly this type is read.
    pub kind: Kind,
    pub subject: Option<Subject>,
    /// The schema of each item of a sequence.
    pub item: Option<Subject>,
    pub fields: Fields,
    /// Swagger 2.0: one for each of the form's fields.
    pub form_fields: Vec<ParameterPlan>,
    /// For each encoding by name with header fields: the name of the part, and the header fields.
    pub part_headers: Vec<(String, Vec<ParameterPlan>)>,
    /// The header fields of each encoding by position.
    pub prefix_headers: Vec<Vec<ParameterPlan>>,
    /// The header fields of the encoding of all other parts.
    pub item_headers: Vec<ParameterPlan>,
}

impl MediaPlan {
    fn of(api: &Api, media: &MediaType, direction: Direction) -> Self {
        let subject = |schema: &Option<SchemaRef>| schema.as_ref().map(|schema| Subject::of(schema, direction));
        let encodings = media.at.child("encoding");
        let refuses_reserved = |name: &&String| says_false(api, &encodings.child(name).child("allowReserved"));
        let part_headers = media.encoding.iter().filter(|(_, encoding)| !encoding.headers.is_empty());
        Self {
            kind: kind_of(&media.range),
            subject: subject(&media.schema),
            item: subject(&media.item_schema),
            fields: Fields { no_reserved: media.encoding.keys().filter(refuses_reserved).cloned().collect() },
            form_fields: header_plans(api, &media.form_fields, direction),
            part_headers: part_headers
                .map(|(name, encoding)| (name.clone(), header_plans(api, &encoding.headers, direction)))
                .collect(),
            prefix_headers: media.prefix_encoding.iter().map(|it| header_plans(api, &it.headers, direction)).collect(),
            item_headers: media
                .item_encoding
                .as_ref()
                .map_or_else(Vec::new, |encoding| header_plans(api, &encoding.headers, direction)),
        }
    }
}

impl MediaPlan {
    /// The header fields of a part.
    pub(super) fn headers_of(&self, slot: &Slot) -> &[ParameterPlan] {
        match slot {
            Slot::Name(name) => {
                self.part_headers.iter().find(|(known, _)| known == name).map_or(&[], |(_, headers)| headers)
            }
            Slot::Position(index) => self.prefix_headers.get(*index).unwrap_or(&self.item_headers),
        }
    }
}

/// An answer.
#[derive(Debug)]
pub(in crate::contract) struct ResponsePlan {
    pub headers: Vec<ParameterPlan>,
    pub content: Vec<MediaPlan>,
}
