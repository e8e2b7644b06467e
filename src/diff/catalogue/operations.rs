//! Changes of everything that is no schema.

use super::{Check, error, info, warning};

const CLIENTS_THAT_SEND_IT: &str =
    "A server may refuse what it does not know. Mark a parameter as deprecated before you remove it.";
const PLAIN_REMOVAL: &str =
    "Mark what is to go as `deprecated` first, with the day from which it may be gone as `x-sunset`.";

/// Changes of everything that is no schema.
pub(super) const CHECKS: &[Check] = &[
    // operations
    info("endpoint-added", "An operation was added."),
    error("api-path-removed-without-deprecation", "A path was removed with an operation that was not deprecated.")
        .but(PLAIN_REMOVAL),
    info("api-path-removed-with-deprecation", "A path was removed with an operation that was deprecated."),
    error("api-path-removed-before-sunset", "A path was removed with an operation whose sunset had not come yet."),
    error("api-path-sunset-parse", "The sunset of a deprecated operation is no date."),
    error("api-removed-without-deprecation", "An operation was removed that was not deprecated.").but(PLAIN_REMOVAL),
    info("api-removed-with-deprecation", "An operation was removed that was deprecated."),
    error("api-removed-before-sunset", "An operation was removed whose sunset had not come yet."),
    // the life of an operation
    info("endpoint-deprecated", "An operation became deprecated."),
    info("endpoint-reactivated", "An operation is no longer deprecated."),
    error("api-deprecated-sunset-parse", "The sunset of an operation that became deprecated is no date."),
    error(
        "api-deprecated-sunset-missing",
        "An operation became deprecated without a sunset, although one is asked for.",
    ),
    error("api-sunset-date-too-small", "An operation became deprecated with a sunset that comes too soon."),
    error("sunset-deleted", "A deprecated operation lost its sunset."),
    error(
        "api-sunset-date-changed-too-small",
        "The sunset of a deprecated operation was moved forward, and comes too soon.",
    ),
    error("api-invalid-stability-level", "`x-stability-level` is none of draft, alpha, beta and stable."),
    error("api-stability-decreased", "An operation promises less stability than before."),
    info("api-stability-increased", "An operation promises more stability than before."),
    // its names
    info("api-operation-id-added", "An operation got an operationId."),
    info("api-operation-id-removed", "An operation lost its operationId, or has another one."),
    info("api-tag-added", "An operation got a tag."),
    info("api-tag-removed", "An operation lost a tag."),
    // parameters
    error("new-required-request-parameter", "A parameter was added that every request must have."),
    info("new-optional-request-parameter", "A parameter was added that a request may have."),
    error("new-request-path-parameter", "A parameter in the path was added."),
    error(
        "new-required-request-default-parameter-to-existing-path",
        "A parameter that every request must have was added to all operations of a path.",
    ),
    info(
        "new-optional-request-default-parameter-to-existing-path",
        "A parameter that a request may have was added to all operations of a path.",
    ),
    warning("request-parameter-removed", "A parameter was removed that was not deprecated.").but(CLIENTS_THAT_SEND_IT),
    info("request-parameter-removed-with-deprecation", "A parameter was removed that was deprecated."),
    error("request-parameter-removed-before-sunset", "A parameter was removed whose sunset had not come yet."),
    error("request-parameter-became-required", "Requests must have a parameter that they could leave out."),
    info("request-parameter-became-optional", "Requests may leave out a parameter that they had to have."),
    error("request-parameter-style-changed", "A parameter is written in another style."),
    error(
        "request-parameter-explode-changed",
        "The values of a parameter are spread over several pairs, or no longer.",
    ),
    info("request-parameter-deprecated", "A parameter became deprecated."),
    info("request-parameter-reactivated", "A parameter is no longer deprecated."),
    error("request-parameter-sunset-parse", "The sunset of a deprecated parameter is no date."),
    error(
        "request-parameter-deprecated-sunset-missing",
        "A parameter became deprecated without a sunset, although one is asked for.",
    ),
    error(
        "request-parameter-sunset-date-too-small",
        "A parameter became deprecated with a sunset that comes too soon.",
    ),
    error("request-parameter-sunset-deleted", "A deprecated parameter lost its sunset."),
    error(
        "request-parameter-sunset-date-changed-too-small",
        "The sunset of a deprecated parameter was moved forward, and comes too soon.",
    ),
    // bodies of requests
    error("request-body-added-required", "Requests must have a body, and could not have one."),
    info("request-body-added-optional", "Requests may have a body, and could not have one."),
    error("request-body-removed", "Requests had a body, and no body is described any more."),
    error("request-body-became-required", "Requests must have a body that they could leave out."),
    info("request-body-became-optional", "Requests may leave out a body that they had to have."),
    info("request-body-media-type-added", "A request's body may have another media type."),
    error("request-body-media-type-removed", "A request's body may not have a media type any more."),
    // answers
    error("response-success-status-removed", "A status that says success is not described any more."),
    info("response-success-status-added", "A status that says success was added."),
    info("response-non-success-status-removed", "A status that does not say success is not described any more."),
    info("response-non-success-status-added", "A status that does not say success was added."),
    error("response-media-type-removed", "An answer's body does not have a media type any more."),
    info("response-media-type-added", "An answer's body may have another media type."),
    info("response-media-type-name-changed", "The parameters of an answer's media type changed."),
    error("response-media-type-name-generalized", "An answer's media type became a more general one."),
    info("response-media-type-name-specialized", "An answer's media type became a more special one."),
    error("required-response-header-removed", "A header field was removed that every answer had."),
    warning("optional-response-header-removed", "A header field was removed that an answer could have."),
    error("response-header-became-optional", "An answer may lack a header field that every answer had."),
    // security
    info("api-security-added", "An operation takes other credentials, too, or asks for some now."),
    info("api-security-removed", "An operation does not take some credentials any more, or asks for none."),
    info("api-security-scope-added", "An operation asks for a further scope."),
    info("api-security-scope-removed", "An operation does not ask for a scope any more."),
    info("api-global-security-added", "The whole API takes other credentials, too, or asks for some now."),
    info("api-global-security-removed", "The whole API does not take some credentials any more, or asks for none."),
    info("api-global-security-scope-added", "The whole API asks for a further scope."),
    info("api-global-security-scope-removed", "The whole API does not ask for a scope any more."),
    info("api-security-component-added", "A security scheme was added."),
    info("api-security-component-removed", "A security scheme was removed."),
    info("api-security-component-type-changed", "A security scheme has another type."),
    info("api-security-component-oauth-url-changed", "A flow has another authorization endpoint."),
    info("api-security-component-oauth-token-url-changed", "A flow has another token endpoint."),
    info("api-security-component-oauth-scope-added", "A flow has a further scope."),
    info("api-security-component-oauth-scope-removed", "A flow lost a scope."),
    info("api-security-component-oauth-scope-changed", "A scope of a flow means something else."),
    // other components
    info("api-schema-removed", "A named schema was removed."),
    info("webhook-added", "The API makes a further call of its own."),
    error("webhook-removed", "The API does not make one of its own calls any more."),
    // what only Mimeo says
    info("mimeo-server-added", "Requests may go to a further address."),
    warning("mimeo-server-removed", "An address is not given any more to which requests could go.")
        .but("Whether it still answers, a description does not say."),
    info("mimeo-callback-added", "The API makes a further call after a request, to an address that the request names."),
    error("mimeo-callback-removed", "The API does not make a call any more that it made after a request."),
    info("mimeo-callback-media-type-added", "What a callback sends may come in a further media type."),
    error("mimeo-callback-media-type-removed", "What a callback sends does not come in a media type any more."),
    info("mimeo-callback-parameter-added", "The API sends a further parameter in a callback."),
    error(
        "mimeo-callback-required-parameter-removed",
        "A callback does not have a parameter any more that it always had.",
    ),
    warning("mimeo-callback-optional-parameter-removed", "A callback does not have a parameter any more."),
    error("mimeo-callback-parameter-became-optional", "A callback may lack a parameter that it always had."),
    info("mimeo-callback-reply-added", "A client may answer a callback with a further status."),
    error(
        "mimeo-callback-reply-removed",
        "A status is not expected any more with which a client could answer a callback.",
    ),
    info("mimeo-callback-reply-media-type-added", "What a client answers to a callback may have a further media type."),
    error(
        "mimeo-callback-reply-media-type-removed",
        "What a client answers to a callback may not have a media type any more.",
    ),
    error(
        "mimeo-callback-reply-required-header-added",
        "What a client answers to a callback must have a further header field.",
    ),
    info(
        "mimeo-callback-reply-optional-header-added",
        "What a client answers to a callback may have a further header field.",
    ),
    info(
        "mimeo-callback-reply-header-removed",
        "A header field of what a client answers to a callback is not looked at any more.",
    ),
    error(
        "mimeo-callback-reply-header-became-required",
        "What a client answers to a callback must have a header field that it could have.",
    ),
    info(
        "mimeo-callback-reply-header-became-optional",
        "What a client answers to a callback may lack a header field that it must have had.",
    ),
    error("mimeo-api-key-moved", "An API key is sent somewhere else, or under another name."),
    warning("mimeo-token-lifetime-decreased", "Tokens expire sooner (`lifetime` of `x-mimeo-token` and its kin)."),
    info("mimeo-token-lifetime-increased", "Tokens expire later."),
    info("mimeo-token-format-changed", "Tokens look different (`format` of `x-mimeo-token` and its kin)."),
];

#[cfg(test)]
mod tests;
