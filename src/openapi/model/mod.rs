//! The one model of an API, whichever version described it.
//!
//! Schemas and example values stay where they are, in the documents: the model holds their [`Location`].
//! Everything else is typed here, with all references followed.

use std::sync::Arc;

use http::Method;
use indexmap::IndexMap;

use super::documents::{Documents, Location};

mod oauth;
mod token;

pub use oauth::*;
pub use token::*;

/// An API as its description has it.
#[derive(Debug)]
pub struct Api {
    /// A short name for addresses: the file's stem in kebab-case, or `x-mimeo-id`.
    pub id: String,
    /// `info.title`.
    pub title: String,
    /// `info.version`.
    pub version: String,
    /// Which dialect its schemas are written in.
    pub dialect: Dialect,
    /// Base addresses.
    pub servers: Vec<Server>,
    /// The operations under `paths`, in document order.
    pub operations: Vec<Operation>,
    /// The operations under `webhooks`: what the API sends.
    pub webhooks: Vec<Operation>,
    /// Security schemes by name.
    pub schemes: IndexMap<String, SecurityScheme>,
    /// Kinds of tokens that are sent in bodies, by name (`x-mimeo-tokens`).
    pub tokens: IndexMap<String, TokenKind>,
    /// Who can log in (`x-mimeo-accounts`); empty: everybody.
    pub accounts: Vec<Account>,
    /// How many items made arrays have.
    pub made_items: MadeItems,
    /// The files that all [`Location`]s point into.
    pub documents: Arc<Documents>,
}

impl Api {
    /// An API that has nothing: what a version is in which there is none.
    pub fn nothing(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            title: String::new(),
            version: String::new(),
            dialect: Dialect::JsonSchema,
            servers: Vec::new(),
            operations: Vec::new(),
            webhooks: Vec::new(),
            schemes: IndexMap::new(),
            tokens: IndexMap::new(),
            accounts: Vec::new(),
            made_items: MadeItems::default(),
            documents: Arc::default(),
        }
    }
}

/// The schema language of a description.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// Swagger 2.0: Draft 4 in part.
    Swagger2,
    /// OpenAPI 3.0: Draft 5 in part, with `nullable`.
    OpenApi30,
    /// OpenAPI 3.1 and 3.2: JSON Schema 2020-12, unless a schema or the document says otherwise.
    JsonSchema,
}

/// How many items an array has that is made with varied values and whose schema does not say (`minItems` and `maxItems`
/// of `x-json-schema-faker`, which Prism reads).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MadeItems {
    /// At least.
    pub min: Option<u64>,
    /// At most.
    pub max: Option<u64>,
}

/// A base address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// The address with its variables replaced by their defaults, as written otherwise.
    pub url: String,
    /// Its path: starts with `/`, has no trailing slash, empty for the root.
    pub base_path: String,
}

/// One method on one path.
#[derive(Clone, Debug)]
pub struct Operation {
    /// `operationId`.
    pub id: Option<String>,
    /// The method.
    pub method: Method,
    /// The path template as written, without query or fragment.
    pub path: String,
    /// Query pairs that stand in the path key (`/x?action=y`): all must be in a request's query.
    pub fixed_query: Vec<(String, Option<String>)>,
    /// Where the operation is.
    pub at: Location,
    /// Tags.
    pub tags: Vec<String>,
    /// `summary`.
    pub summary: Option<String>,
    /// True if clients should stop using it.
    pub deprecated: bool,
    /// The parameters of the path item and of the operation, merged; never one of `Content-Type`, `Accept`,
    /// `Authorization` in a header, which OpenAPI describes elsewhere.
    pub parameters: Vec<Parameter>,
    /// The request body.
    pub body: Option<RequestBody>,
    /// The answers, in document order.
    pub responses: Vec<Response>,
    /// Media types of all its answers, those included that are not described; empty where nothing is said of all (only
    /// Swagger 2.0 says it, by `produces`).
    pub answer_types: Arc<[String]>,
    /// What credentials it needs: one of these. Empty: none.
    pub security: Vec<SecurityRequirement>,
    /// What it does with tokens beside asking for them.
    pub tokens: TokenNotes,
    /// Base addresses of its own, from the operation or its path item.
    pub servers: Vec<Server>,
    /// How well the operation is known.
    pub provenance: Option<Provenance>,
}

/// How well a part of a description is known (`x-provenance`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Provenance {
    /// The vendor's documentation says so.
    Documented,
    /// Some of it is documented.
    Partial,
    /// Concluded from a title, a route or a sibling.
    Inferred,
}

impl Provenance {
    /// `documented`, `partial` or `inferred`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Documented => "documented",
            Self::Partial => "partial",
            Self::Inferred => "inferred",
        }
    }
}

/// Where a parameter is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ParameterPlace {
    /// In the path template.
    Path,
    /// In the query.
    Query,
    /// In a header field.
    Header,
    /// In a cookie.
    Cookie,
    /// The whole query string (3.2, `in: querystring`).
    QueryString,
}

/// A parameter, or a response header (then `place` is `Header`).
#[derive(Clone, Debug)]
pub struct Parameter {
    /// The name.
    pub name: String,
    /// Where it is sent.
    pub place: ParameterPlace,
    /// True if a request without it is wrong. Always true in a path.
    pub required: bool,
    /// True if clients should stop using it.
    pub deprecated: bool,
    /// True if `?name=` or `?name` counts as present and valid whatever the schema says (2.0, 3.0).
    pub allow_empty_value: bool,
    /// How it is written.
    pub format: ParameterFormat,
    /// Its examples.
    pub examples: Vec<Example>,
    /// Where the parameter is.
    pub at: Location,
}

/// How a parameter's value is written as text.
#[derive(Clone, Debug)]
pub enum ParameterFormat {
    /// By `style` and `explode`.
    Style {
        /// The style.
        style: Style,
        /// Whether arrays and objects are spread over several pairs.
        explode: bool,
        /// The schema of the value, if there is one.
        schema: Option<SchemaRef>,
    },
    /// As a document of a media type (`content`).
    Content(Box<MediaType>),
}

/// The serialization styles of OpenAPI 3.2, table "Style Values", and `tabDelimited` for 2.0's `tsv`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Style {
    /// `;color=blue,black`
    Matrix,
    /// `.blue.black`
    Label,
    /// `blue,black`
    Simple,
    /// `color=blue,black` or `color=blue&color=black`
    Form,
    /// `color=blue%20black`
    SpaceDelimited,
    /// `color=blue|black`
    PipeDelimited,
    /// `color=blue%09black`
    TabDelimited,
    /// `color[R]=100&color[G]=200`
    DeepObject,
    /// 3.2: a cookie pair without percent-encoding.
    Cookie,
}

/// A schema, by where it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SchemaRef {
    /// Where the schema is.
    pub at: Location,
    /// What kind of object stands there.
    pub kind: SchemaKind,
}

/// What kind of object a schema is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SchemaKind {
    /// A schema object.
    Schema,
    /// A Swagger 2.0 parameter, header or items object: its `name`, `in`, `required`, `collectionFormat`… are not
    /// schema keywords.
    Swagger2Parameter,
}

/// A request body.
#[derive(Clone, Debug)]
pub struct RequestBody {
    /// True if a request without a body is wrong.
    pub required: bool,
    /// What it may be, in document order.
    pub content: Vec<MediaType>,
    /// Where the body is described.
    pub at: Location,
}

/// One media type of a body, an answer or a `content` parameter.
#[derive(Clone, Debug)]
pub struct MediaType {
    /// The media type or range as written, e.g. `application/json; charset=utf-8` or `text/*`.
    pub range: String,
    /// The schema of the whole content.
    pub schema: Option<SchemaRef>,
    /// The schema of each item of a sequence (3.2, `itemSchema`).
    pub item_schema: Option<SchemaRef>,
    /// The name of the component that the schema is (3.2, "XML Node Names"): that of the root element of XML, unless an
    /// `xml` object says otherwise.
    pub root_name: Option<String>,
    /// Swagger 2.0 only: the fields of a form, each by its `formData` parameter. Empty otherwise.
    pub form_fields: Vec<Parameter>,
    /// How single fields of a form or parts of a multipart body are written.
    pub encoding: IndexMap<String, Encoding>,
    /// How the first parts of a multipart body are written that is an array (3.2, `prefixEncoding`).
    pub prefix_encoding: Vec<Encoding>,
    /// How all other parts of it are written (3.2, `itemEncoding`).
    pub item_encoding: Option<Encoding>,
    /// Its examples: the named ones in document order, or the one without a name.
    pub examples: Vec<Example>,
    /// Where it is.
    pub at: Location,
}

impl MediaType {
    /// How the part at a position of a multipart body is written, if the description says.
    pub fn encoding_at(&self, index: usize) -> Option<&Encoding> {
        self.prefix_encoding.get(index).or(self.item_encoding.as_ref())
    }

    /// True if the parts of a multipart body are told apart by their positions.
    pub fn is_positional(&self) -> bool {
        !self.prefix_encoding.is_empty() || self.item_encoding.is_some() || self.item_schema.is_some()
    }
}

/// How one field of a form or part of a multipart body is written.
#[derive(Clone, Debug)]
pub struct Encoding {
    /// Media types it may have, split at commas; empty if not said.
    pub content_types: Vec<String>,
    /// Header fields of the part.
    pub headers: Vec<Parameter>,
    /// The style; `None` if neither `style`, `explode` nor `allowReserved` is given (then `content_types` count).
    pub style: Option<Style>,
    /// Whether arrays and objects are spread over several pairs.
    pub explode: bool,
}

/// An example of a body, an answer or a parameter.
#[derive(Clone, Debug)]
pub struct Example {
    /// Its key under `examples`; `None` for `example`.
    pub name: Option<String>,
    /// What it shows.
    pub value: ExampleValue,
    /// `x-mimeo-for`: the reasons that it answers.
    pub answers: Vec<String>,
    /// `x-mimeo-template`: its texts are templates, filled in for each request.
    pub is_template: bool,
    /// How well it is known.
    pub provenance: Option<Provenance>,
    /// Where it is.
    pub at: Location,
}

/// What an example shows.
#[derive(Clone, Debug)]
pub enum ExampleValue {
    /// A value (`value`, `dataValue`, `example`), still to be written in the media type.
    Data(Location),
    /// Text as it is sent (3.2, `serializedValue`; 2.0, a string for a type that is not JSON).
    Serialized(Location),
    /// An address (`externalValue`). It is never fetched.
    External(String),
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Response {
    /// Which statuses it is for.
    pub status: StatusRange,
    /// `description` of the answer.
    pub description: Option<String>,
    /// The header fields; never `Content-Type`.
    pub headers: Vec<Parameter>,
    /// What it may be, in document order; empty for an answer without a body.
    pub content: Vec<MediaType>,
    /// `x-mimeo-for` on the answer itself: the reasons that it answers.
    pub answers: Vec<String>,
    /// The tokens that it issues.
    pub issues: Vec<Issue>,
    /// What it shows of whom a token was issued to.
    pub claims: Vec<ShownClaim>,
    /// How well it is known.
    pub provenance: Option<Provenance>,
    /// Where it is.
    pub at: Location,
}

/// A key of `responses`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StatusRange {
    /// One status, 100 to 599.
    Exact(u16),
    /// A hundred, `2XX`: its first digit.
    Hundred(u8),
    /// Everything else.
    Default,
}

impl StatusRange {
    /// True if `status` falls in the range.
    pub fn covers(self, status: u16) -> bool {
        match self {
            Self::Exact(exact) => exact == status,
            Self::Hundred(digit) => status / 100 == u16::from(digit),
            Self::Default => true,
        }
    }

    /// True if it says that something is wrong: 4xx and 5xx.
    pub fn is_failure(self) -> bool {
        matches!(self, Self::Exact(400..) | Self::Hundred(4 | 5))
    }
}

impl std::fmt::Display for StatusRange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Exact(status) => write!(f, "{status}"),
            Self::Hundred(digit) => write!(f, "{digit}XX"),
            Self::Default => f.write_str("default"),
        }
    }
}

/// Credentials that must all be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecurityRequirement {
    /// Scheme names and the scopes each needs. Empty: anonymous access is allowed.
    pub schemes: Vec<(String, Vec<String>)>,
}

/// A way to send credentials.
#[derive(Clone, Debug)]
pub struct SecurityScheme {
    /// What is sent, and where.
    pub kind: SchemeKind,
    /// How its tokens live; `None`: only their form is looked at.
    pub token: Option<TokenKind>,
    /// Where the scheme is.
    pub at: Location,
}

/// What credentials look like on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SchemeKind {
    /// A value in a header, the query or a cookie.
    ApiKey {
        /// Where: `Header`, `Query` or `Cookie`.
        place: ParameterPlace,
        /// Under which name.
        name: String,
    },
    /// `Authorization: Basic …`
    Basic,
    /// `Authorization: Bearer …`
    Bearer {
        /// `bearerFormat`.
        format: Option<String>,
    },
    /// `Authorization: Digest …` and any other scheme of the IANA registry.
    Http {
        /// Its name as written.
        scheme: String,
    },
    /// OAuth 2: a bearer token.
    OAuth2 {
        /// How a client gets one.
        flows: Vec<OAuthFlow>,
    },
    /// OpenID Connect: a bearer token.
    OpenIdConnect {
        /// Its discovery address.
        url: String,
    },
    /// A client certificate: cannot be seen here, counts as given.
    MutualTls,
}

impl SchemeKind {
    /// True for OAuth 2 and OpenID Connect: an authorization server issues the tokens.
    pub fn is_oauth(&self) -> bool {
        matches!(self, Self::OAuth2 { .. } | Self::OpenIdConnect { .. })
    }
}
