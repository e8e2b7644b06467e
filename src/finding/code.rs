//! The stable names of findings.
//!
//! A code never changes its meaning. `docs/findings.md` has an entry for each; a test holds the two together.

/// What kind of finding: a word in kebab-case, or the name of the JSON Schema keyword that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(pub &'static str);

impl Code {
    /// The code as text.
    pub fn as_str(self) -> &'static str {
        self.0
    }
}

/// What findings about values are called by: the keywords of JSON Schema that can fail, and `OpenAPI`'s own.
const KEYWORDS: [&str; 47] = [
    "$ref",
    "additionalItems",
    "additionalProperties",
    "allOf",
    "anyOf",
    "const",
    "contains",
    "contentEncoding",
    "contentMediaType",
    "dependencies",
    "dependentRequired",
    "dependentSchemas",
    "discriminator",
    "else",
    "enum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "if",
    "items",
    "maxContains",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minContains",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "not",
    "nullable",
    "oneOf",
    "pattern",
    "patternProperties",
    "prefixItems",
    "properties",
    "propertyNames",
    "readOnly",
    "required",
    "then",
    "type",
    "unevaluatedItems",
    "unevaluatedProperties",
    "uniqueItems",
    "writeOnly",
];

impl Code {
    /// The code that is written so, if there is one.
    pub fn named(text: &str) -> Option<Self> {
        let keywords = KEYWORDS.iter().map(|keyword| Self(keyword));
        Self::ALL.iter().map(|(code, _)| *code).chain(keywords).find(|code| code.0 == text)
    }
}

/// Declares the codes about descriptions and keeps their list.
macro_rules! codes {
    ($($name:ident = $text:literal, $says:literal;)*) => {
        impl Code {
            $(#[doc = $says] pub const $name: Self = Self($text);)*

            /// Every code that is not a JSON Schema keyword, with what it says.
            pub const ALL: &'static [(Self, &'static str)] = &[$((Self::$name, $says)),*];
        }
    };
}

codes! {
    // reading
    SYNTAX = "syntax", "The text is neither YAML nor JSON.";
    ENCODING = "encoding", "The text is not UTF-8, or holds characters that are not allowed.";
    YAML_FEATURE = "yaml-feature", "A part of YAML that JSON has no counterpart for (a tag, a second document, a key that is no text) is left out.";
    DUPLICATE_KEY = "duplicate-key", "An object has the same key twice.";
    TOO_LARGE = "too-large", "A file, its nesting, its aliases or the whole description is over a limit.";
    NOT_READ = "not-read", "A file could not be read.";
    NOT_A_DESCRIPTION = "not-a-description", "The document is no OpenAPI or Swagger description.";
    VERSION = "version", "The version is missing, unknown, or not the one that the document is written in.";
    // references
    REF_NOT_FOUND = "ref-not-found", "A reference points to nothing.";
    REF_REFUSED = "ref-refused", "A reference leaves the folder or needs the network: nothing was read.";
    REF_CYCLE = "ref-cycle", "References lead back to themselves.";
    REF_SYNTAX = "ref-syntax", "A reference is not a URI reference with a JSON Pointer.";
    // overlays
    OVERLAY = "overlay", "An overlay cannot be read or does not fit.";
    OVERLAY_NO_MATCH = "overlay-no-match", "An overlay's target selects nothing.";
    // structure
    WRONG_TYPE = "wrong-type", "A value has another type than its place asks for.";
    MISSING_FIELD = "missing-field", "A required field is missing.";
    UNKNOWN_FIELD = "unknown-field", "A field that its place does not have.";
    UNKNOWN_EXTENSION = "unknown-extension", "An `x-mimeo-` extension that does not exist.";
    BAD_VALUE = "bad-value", "A value is not one of those allowed in its place.";
    BAD_PATH = "bad-path", "A path template cannot be served as written.";
    PATH_CONFLICT = "path-conflict", "Two path templates match the same requests.";
    PATH_PARAMETER = "path-parameter", "A path template and its parameters do not fit.";
    DUPLICATE_PARAMETER = "duplicate-parameter", "An operation has the same parameter twice.";
    DUPLICATE_OPERATION_ID = "duplicate-operation-id", "Two operations have the same operationId.";
    NO_RESPONSES = "no-responses", "An operation describes no answer.";
    NO_SUCCESS = "no-success", "An operation describes no success that can be sent.";
    NO_CONTENT = "no-content", "Content is described for a status whose answers have none.";
    NO_OPERATIONS = "no-operations", "The description has no operation to serve.";
    BAD_STATUS = "bad-status", "A key of `responses` is no status, status range or `default`.";
    BAD_MEDIA_TYPE = "bad-media-type", "A key of `content` is no media type or range.";
    UNKNOWN_SCHEME = "unknown-scheme", "A security requirement names a scheme that is not declared.";
    UNKNOWN_TOKEN = "unknown-token", "A kind of token, or an account, is named that is not declared.";
    BAD_SCHEME = "bad-scheme", "A security scheme cannot be checked as written.";
    // schemas
    BAD_SCHEMA = "bad-schema", "A schema cannot be used as written; what can be used of it is.";
    BAD_PATTERN = "bad-pattern", "A pattern is no regular expression that can be run within limits.";
    SLOW_PATTERN = "slow-pattern", "A pattern needs more steps than its strings are worth.";
    SCHEMA_IMPOSSIBLE = "schema-impossible", "No value satisfies the schema, or none was found.";
    EXAMPLE_INVALID = "example-invalid", "An example does not satisfy its schema.";
    BAD_TEMPLATE = "bad-template", "A template in an example cannot be read or filled in.";
    EXTERNAL_EXAMPLE = "external-example", "An example that lies elsewhere is not fetched.";
    // settings
    NOT_A_CONFIGURATION = "not-a-configuration", "The document is no mimeo.yaml.";
    // scenarios
    NOT_A_SCENARIO = "not-a-scenario", "The document is no scenario.";
    DUPLICATE_SCENARIO = "duplicate-scenario", "Two files hold scenarios of the same name.";
    UNKNOWN_SCENARIO = "unknown-scenario", "A scenario is asked for that does not exist.";
    UNKNOWN_API = "unknown-api", "A scenario is for an API that is not served.";
    UNKNOWN_OPERATION = "unknown-operation", "A rule, of a scenario or for snapshots, means no operation.";
    UNKNOWN_STATE = "unknown-state", "A scenario's rule waits for a state that no rule enters.";
    UNKNOWN_ANSWER = "unknown-answer", "A scenario asks for a status or an example that is not described.";
    NO_EFFECT = "no-effect", "A part of a scenario does nothing, or less than it says.";
    // snapshots
    NOT_A_SNAPSHOT = "not-a-snapshot", "The file is no snapshot of a client.";
    // recordings
    NOT_A_HAR = "not-a-har", "The document is no HTTP archive.";
    // requests and answers
    NOT_FOUND = "not-found", "No path of the description matches.";
    AMBIGUOUS_API = "ambiguous-api", "Two descriptions claim the path.";
    METHOD_NOT_ALLOWED = "method-not-allowed", "The path has no such method.";
    SECURITY = "security", "No security requirement is satisfied.";
    MALFORMED_BODY = "malformed-body", "The body is not what its media type says.";
    MALFORMED_PARAMETER = "malformed-parameter", "A parameter is not serialized as its style says.";
    TOO_INVOLVED = "too-involved", "A value takes more steps to judge by its schema than are allowed, and counts as wrong.";
    UNSUPPORTED_MEDIA_TYPE = "unsupported-media-type", "The body's media type is not one of those described.";
    NOT_ACCEPTABLE = "not-acceptable", "No described media type is acceptable to the client.";
    UNDOCUMENTED_STATUS = "undocumented-status", "The answer's status is not described.";
    UNDOCUMENTED_MEDIA_TYPE = "undocumented-media-type", "The answer's media type is not described.";
    BAD_PREFERENCE = "bad-preference", "A preference of the client cannot be read or met.";
    UNEXPECTED_BODY = "unexpected-body", "A GET or HEAD request has a body that is not described.";
    BODY_NOT_JUDGED = "body-not-judged", "A body is compressed, or not in a recording, and was not judged.";
    UPSTREAM = "upstream", "The server behind the proxy gave no answer.";
    JSON_IN_TEXT = "json-in-text", "A text cannot hold an object or an array, which is sent as JSON.";
    NO_ANSWER = "no-answer", "No answer could be made.";
}

/// Why a request is refused, as the API's own error examples name it.
///
/// An error example named after the reason, or carrying `x-mimeo-for: [reason]`, is the one that is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// Credentials are missing.
    TokenMissing,
    /// Credentials are there but wrong.
    TokenInvalid,
    /// Credentials were right once.
    TokenExpired,
    /// Credentials do not reach far enough.
    ScopeMissing,
    /// The account that wants to log in does not exist.
    AccountUnknown,
    /// The password is wrong.
    PasswordWrong,
    /// The code of the second factor is missing.
    CodeMissing,
    /// The code of the second factor is wrong.
    CodeWrong,
    /// A required parameter, field or body is missing.
    MissingParam,
    /// A parameter or the body is wrong.
    InvalidParam,
    /// The body's media type is not described.
    UnsupportedMediaType,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::TokenMissing,
        Self::TokenInvalid,
        Self::TokenExpired,
        Self::ScopeMissing,
        Self::AccountUnknown,
        Self::PasswordWrong,
        Self::CodeMissing,
        Self::CodeWrong,
        Self::MissingParam,
        Self::InvalidParam,
        Self::UnsupportedMediaType,
    ];

    /// The reason's name: what an example is called or lists in `x-mimeo-for`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TokenMissing => "token-missing",
            Self::TokenInvalid => "token-invalid",
            Self::TokenExpired => "token-expired",
            Self::ScopeMissing => "scope-missing",
            Self::AccountUnknown => "account-unknown",
            Self::PasswordWrong => "password-wrong",
            Self::CodeMissing => "code-missing",
            Self::CodeWrong => "code-wrong",
            Self::MissingParam => "missing-param",
            Self::InvalidParam => "invalid-param",
            Self::UnsupportedMediaType => "unsupported-media-type",
        }
    }

    /// True for the reasons that concern credentials.
    pub fn is_security(self) -> bool {
        !matches!(self, Self::MissingParam | Self::InvalidParam | Self::UnsupportedMediaType)
    }
}
