//! The walk over two versions.

use super::{
    body, callback,
    change::{Change, Section, Touch},
    component,
    differ::{Differ, Places},
    endpoint,
    matching::{self, Pair},
    parameter, response, security, server,
    settings::Settings,
    version::Version,
};

/// Every difference between two versions that is one of the [`super::catalogue`]'s kinds, in the order of the old version
/// first.
pub fn compare(base: Version<'_>, revision: Version<'_>, settings: &Settings) -> Vec<Change> {
    let mut differ = Differ::new(base, revision, settings);
    let matched = matching::operations(base, revision, false);
    endpoint::gone(&mut differ, &matched.gone);
    for pair in &matched.both {
        operation(&mut differ, pair);
    }
    endpoint::added(&mut differ, &matched.added);
    webhooks(&mut differ);
    server::of_api(&mut differ);
    security::of_api(&mut differ);
    component::compare(&mut differ);
    differ.changes
}

/// Compares an operation that both versions have.
fn operation(differ: &mut Differ<'_>, pair: &Pair<'_>) {
    if endpoint::stability(differ, pair) {
        return;
    }
    endpoint::life(differ, pair);
    endpoint::names(differ, pair);
    server::of_operation(differ, pair);
    security::of_operation(differ, pair);
    parameter::compare(differ, pair);
    body::compare(differ, pair);
    response::compare(differ, pair);
    callback::compare(differ, pair);
}

/// Says which of the API's own calls came and went, and how the bodies changed that it sends and takes.
fn webhooks(differ: &mut Differ<'_>) {
    let matched = matching::operations(differ.base, differ.revision, true);
    for pair in &matched.both {
        body::schemas(differ, pair);
        response::schemas(differ, pair);
    }
    for operation in matched.gone {
        let text = format!("the webhook `{}` ({}) was removed", operation.path, operation.method);
        let places = Places::base(&operation.at);
        differ.say_everywhere(Section::Components, "webhook-removed", text, places, Touch::Nothing);
    }
    for operation in matched.added {
        let text = format!("the webhook `{}` ({}) was added", operation.path, operation.method);
        let places = Places::revision(&operation.at);
        differ.say_everywhere(Section::Components, "webhook-added", text, places, Touch::Nothing);
    }
}
