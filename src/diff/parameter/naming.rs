//! What parameters are called, and what of an exchange they are.

use crate::{
    diff::change::Touch,
    openapi::{Parameter, ParameterPlace},
};

/// Where a parameter is sent, in words.
fn place(parameter: &Parameter) -> &'static str {
    match parameter.place {
        ParameterPlace::Path => "path",
        ParameterPlace::Query => "query",
        ParameterPlace::Header => "header",
        ParameterPlace::Cookie => "cookie",
        ParameterPlace::QueryString => "query string",
    }
}

/// A parameter, in words: `` the query parameter `limit` ``.
pub(super) fn words(parameter: &Parameter) -> String {
    format!("the {} parameter `{}`", place(parameter), parameter.name)
}

/// What a change of the whole parameter touches.
pub(super) fn touch(parameter: &Parameter) -> Touch {
    Touch::Parameter { place: parameter.place, name: parameter.name.clone(), part: Vec::new() }
}
