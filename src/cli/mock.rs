//! `mimeo mock`: serve the described APIs.

use super::{
    Ending,
    args::MockArgs,
    screen::Screen,
    serving::{body_max, seed, serve},
};
use crate::{
    mock::Settings,
    shell::{Description, ServerSettings},
};

pub(super) fn run(args: &MockArgs, screen: Screen) -> anyhow::Result<Ending> {
    let settings = ServerSettings {
        mock: Settings {
            cors: args.serving.cors,
            errors: args.errors,
            auth: args.auth.into(),
            dynamic: args.dynamic,
            ignore_examples: args.ignore_examples,
            ..Settings::default()
        },
        scenario: args.scenario.as_deref().map(Into::into),
        seed: seed(&args.serving.seed),
        body_bytes_max: body_max(&args.serving)?,
        ..ServerSettings::default()
    };
    let what = Description { scenarios: args.scenarios.clone(), ..Description::from(&args.description) };
    serve(&args.serving, what, settings, None, screen)
}
