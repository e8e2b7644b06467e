//! What to say where a name is none of those that there are.

use super::quoted;
use crate::openapi::closest;

/// Names shown where nothing is near.
const SHOWN_MAX: usize = 8;

/// Names the nearest of `names`, or all of them if they are few, or says what else can be said.
pub fn nearest(wanted: &str, mut names: Vec<String>, otherwise: &str) -> String {
    names.sort();
    names.dedup();
    match closest(wanted, names.iter()) {
        Some(name) => format!("did you mean `{name}`?"),
        None if names.is_empty() || names.len() > SHOWN_MAX => otherwise.to_owned(),
        None if names.len() == 1 => format!("there is only {}", quoted(&names)),
        None => format!("there are {}", quoted(&names)),
    }
}
