//! What a schema is the schema of.

use crate::{
    diff::change::{Step, Touch},
    openapi::{ParameterPlace, StatusRange},
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
        }
    }
}
