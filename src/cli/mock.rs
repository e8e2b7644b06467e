//! `mimeo mock`: serve the described APIs.

use super::{
    Ending,
    args::{BehaviourArgs, ExchangeArgs, MockArgs},
    screen::Screen,
    serving::{seed, serve},
};
use crate::{
    mock::Settings,
    shell::{Description, ServerSettings},
};

pub(super) fn run(args: &MockArgs, screen: Screen) -> anyhow::Result<Ending> {
    let settings = mock_settings(&args.behaviour, &args.serving.exchange);
    let scenarios = args.behaviour.scenarios.clone();
    let what = Description { scenarios, ..Description::from(&args.description) };
    serve(&args.serving, what, settings, None, screen)
}

/// How a mock is served.
pub(super) fn mock_settings(args: &BehaviourArgs, exchange: &ExchangeArgs) -> ServerSettings {
    ServerSettings {
        mock: Settings {
            cors: exchange.cors,
            errors: args.errors,
            auth: args.auth.into(),
            dynamic: args.dynamic,
            ignore_examples: args.ignore_examples,
            ..Settings::default()
        },
        scenario: args.scenario.as_deref().map(Into::into),
        seed: seed(&exchange.seed),
        body_bytes_max: exchange.body_max,
        ..ServerSettings::default()
    }
}
