//! What a schema is the schema of.

use crate::{
    diff::change::{Step, Touch},
    openapi::{ParameterPlace, StatusRange},
    schema::Direction,
};

/// What a schema is the schema of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::diff) enum Subject {
    /// A body of a request.
    RequestBody {
        /// Its media type.
        media: String,
    },
    /// A parameter of a request.
    Parameter {
        /// Where it is sent.
        place: ParameterPlace,
        /// Its name in the old version.
        name: String,
    },
    /// A body of an answer.
    ResponseBody {
        /// The status of the answer.
        status: StatusRange,
        /// Its media type.
        media: String,
    },
    /// A header field of an answer.
    ResponseHeader {
        /// The status of the answer.
        status: StatusRange,
        /// The field's name.
        name: String,
    },
    /// What the API sends in a callback.
    Callback {
        /// The callback's name.
        name: String,
        /// Its media type.
        media: String,
    },
    /// A parameter that the API sends in a callback.
    CallbackParameter {
        /// The callback's name.
        name: String,
        /// Where it is sent.
        place: ParameterPlace,
        /// The parameter's name.
        parameter: String,
    },
    /// A header field of what a client answers to a callback.
    CallbackReplyHeader {
        /// The callback's name.
        name: String,
        /// The status of the answer.
        status: String,
        /// The field's name.
        header: String,
    },
    /// What a client answers to a callback.
    CallbackReply {
        /// The callback's name.
        name: String,
        /// The status of the answer.
        status: String,
        /// Its media type.
        media: String,
    },
}

impl Subject {
    /// What a change of a part of it touches.
    pub(super) fn touch(&self, part: Vec<Step>) -> Touch {
        match self {
            Self::RequestBody { media } => Touch::RequestBody { media: Some(media.clone()), part },
            Self::Parameter { place, name } => Touch::Parameter { place: *place, name: name.clone(), part },
            Self::ResponseBody { status, media } => {
                Touch::Response { status: *status, media: Some(media.clone()), part }
            }
            Self::ResponseHeader { status, name } => {
                Touch::ResponseHeader { status: *status, name: name.clone(), part }
            }
            // Which of its callbacks a client got cannot be seen.
            Self::Callback { .. }
            | Self::CallbackReply { .. }
            | Self::CallbackParameter { .. }
            | Self::CallbackReplyHeader { .. } => Touch::Operation,
        }
    }

    /// Which way it goes in an operation of the API.
    pub(super) fn direction(&self) -> Direction {
        match self {
            Self::RequestBody { .. }
            | Self::Parameter { .. }
            | Self::CallbackReply { .. }
            | Self::CallbackReplyHeader { .. } => Direction::Request,
            Self::Callback { .. }
            | Self::CallbackParameter { .. }
            | Self::ResponseBody { .. }
            | Self::ResponseHeader { .. } => Direction::Response,
        }
    }

    /// The media type, if it is a body.
    pub(super) fn media(&self) -> Option<&str> {
        match self {
            Self::RequestBody { media }
            | Self::ResponseBody { media, .. }
            | Self::Callback { media, .. }
            | Self::CallbackReply { media, .. } => Some(media),
            Self::Parameter { .. }
            | Self::ResponseHeader { .. }
            | Self::CallbackParameter { .. }
            | Self::CallbackReplyHeader { .. } => None,
        }
    }

    /// True if its values are written as text without quotes, so that each is a string as well.
    pub(super) fn is_text(&self) -> bool {
        let essence = |media: &str| media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        self.media().is_none_or(|media| {
            let media = essence(media);
            media != "application/json" && !media.ends_with("+json")
        })
    }

    /// The beginning of ids of changes in the whole, and in a part of it.
    pub(super) fn stem(&self, direction: Direction, is_whole: bool) -> &'static str {
        match (self, direction, is_whole) {
            (Self::Parameter { .. } | Self::CallbackReplyHeader { .. }, _, true) => "request-parameter",
            (Self::Parameter { .. } | Self::CallbackReplyHeader { .. }, _, false) => "request-parameter-property",
            (Self::ResponseHeader { .. } | Self::CallbackParameter { .. }, _, true) => "response-header",
            (Self::ResponseHeader { .. } | Self::CallbackParameter { .. }, _, false) => "response-header-property",
            (_, Direction::Request, true) => "request-body",
            (_, Direction::Request, false) => "request-property",
            (_, Direction::Response, true) => "response-body",
            (_, Direction::Response, false) => "response-property",
        }
    }

    /// What to call a part of it in a sentence; the whole if `name` is empty.
    pub(super) fn call(&self, name: &str) -> String {
        match (self, name.is_empty()) {
            (Self::RequestBody { .. }, true) => "the request's body".to_owned(),
            (Self::RequestBody { .. }, false) => format!("`{name}` in the request's body"),
            (Self::Parameter { name: parameter, place }, true) => {
                format!("the {} parameter `{parameter}`", place_name(*place))
            }
            (Self::Parameter { name: parameter, place }, false) => {
                format!("`{name}` in the {} parameter `{parameter}`", place_name(*place))
            }
            (Self::ResponseBody { status, .. }, true) => format!("the body of the answer {status}"),
            (Self::ResponseBody { status, .. }, false) => format!("`{name}` in the body of the answer {status}"),
            (Self::ResponseHeader { status, name: header }, true) => {
                format!("the header `{header}` of the answer {status}")
            }
            (Self::ResponseHeader { status, name: header }, false) => {
                format!("`{name}` in the header `{header}` of the answer {status}")
            }
            (Self::Callback { name: callback, .. }, true) => format!("the body of the callback `{callback}`"),
            (Self::Callback { name: callback, .. }, false) => {
                format!("`{name}` in the body of the callback `{callback}`")
            }
            (Self::CallbackParameter { name: callback, place, parameter }, true) => {
                format!("the {} parameter `{parameter}` of the callback `{callback}`", place_name(*place))
            }
            (Self::CallbackParameter { name: callback, place, parameter }, false) => {
                format!("`{name}` in the {} parameter `{parameter}` of the callback `{callback}`", place_name(*place))
            }
            (Self::CallbackReplyHeader { name: callback, status, header }, true) => {
                format!("the header `{header}` of the answer {status} to the callback `{callback}`")
            }
            (Self::CallbackReplyHeader { name: callback, status, header }, false) => {
                format!("`{name}` in the header `{header}` of the answer {status} to the callback `{callback}`")
            }
            (Self::CallbackReply { name: callback, status, .. }, true) => {
                format!("the body of the answer {status} to the callback `{callback}`")
            }
            (Self::CallbackReply { name: callback, status, .. }, false) => {
                format!("`{name}` in the body of the answer {status} to the callback `{callback}`")
            }
        }
    }
}

/// What to call the place of a parameter.
pub(in crate::diff) fn place_name(place: ParameterPlace) -> &'static str {
    match place {
        ParameterPlace::Path => "path",
        ParameterPlace::Query => "query",
        ParameterPlace::Header => "header",
        ParameterPlace::Cookie => "cookie",
        ParameterPlace::QueryString => "query string",
    }
}
