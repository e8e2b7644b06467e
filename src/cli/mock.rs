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
        seed: seed(&args.serving.seed),
        body_bytes_max: body_max(&args.serving)?,
        ..ServerSettings::default()
    };
    serve(&args.serving, Description::from(&args.description), settings, None, screen)
}
