//! Styles: which there are, which a place allows, and what counts where nothing is said.

use super::version::Version;
use crate::openapi::model::{ParameterPlace, Style};

/// A style by its name, and the first version that has it.
pub(super) fn by_name(name: &str) -> Option<(Style, Version)> {
    Some(match name {
        "matrix" => (Style::Matrix, Version::V30),
        "label" => (Style::Label, Version::V30),
        "simple" => (Style::Simple, Version::V30),
        "form" => (Style::Form, Version::V30),
        "spaceDelimited" => (Style::SpaceDelimited, Version::V30),
        "pipeDelimited" => (Style::PipeDelimited, Version::V30),
        "deepObject" => (Style::DeepObject, Version::V30),
        "cookie" => (Style::Cookie, Version::V32),
        _ => return None,
    })
}

/// True if the specification allows the style in the place (3.2, table "Style Values").
pub(super) fn fits(style: Style, place: ParameterPlace) -> bool {
    match place {
        ParameterPlace::Path => matches!(style, Style::Matrix | Style::Label | Style::Simple),
        ParameterPlace::Query => {
            matches!(style, Style::Form | Style::SpaceDelimited | Style::PipeDelimited | Style::DeepObject)
        }
        ParameterPlace::Header => style == Style::Simple,
        ParameterPlace::Cookie => matches!(style, Style::Form | Style::Cookie),
        ParameterPlace::QueryString => false,
    }
}

/// The styles that a place allows, for a message.
pub(super) fn names_for(place: ParameterPlace) -> &'static str {
    match place {
        ParameterPlace::Path => "`simple`, `label` or `matrix`",
        ParameterPlace::Query => "`form`, `spaceDelimited`, `pipeDelimited` or `deepObject`",
        ParameterPlace::Header => "`simple`",
        ParameterPlace::Cookie => "`form` or, in 3.2, `cookie`",
        ParameterPlace::QueryString => "no style but `content`",
    }
}

/// The style where none is given.
pub(super) fn default_for(place: ParameterPlace) -> Style {
    match place {
        ParameterPlace::Path | ParameterPlace::Header => Style::Simple,
        ParameterPlace::Query | ParameterPlace::Cookie | ParameterPlace::QueryString => Style::Form,
    }
}

/// `explode` where it is not given.
pub(super) fn default_explode(style: Style) -> bool {
    matches!(style, Style::Form | Style::Cookie)
}

/// 2.0: style and explode for a `collectionFormat`; `None` if the place does not allow it or there is none such.
pub(super) fn of_collection(format: &str, place: ParameterPlace) -> Option<(Style, bool)> {
    Some(match format {
        "csv" => (default_for(place), false),
        "ssv" => (Style::SpaceDelimited, false),
        "tsv" => (Style::TabDelimited, false),
        "pipes" => (Style::PipeDelimited, false),
        "multi" if place == ParameterPlace::Query => (Style::Form, true),
        _ => return None,
    })
}
