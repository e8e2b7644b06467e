//! `mimeo proxy`: pass requests on to a server, and judge both sides.

use std::time::Duration;

use anyhow::Context;

use super::{
    Ending,
    args::ProxyArgs,
    screen::Screen,
    serving::{seed, serve},
};
use crate::{
    mock, proxy,
    shell::{Description, ProxySettings, ServerSettings, Upstream, UpstreamLimits},
};

pub(super) fn run(args: &ProxyArgs, screen: Screen) -> anyhow::Result<Ending> {
    let upstream = args.sides().1.context("no upstream is named")?;
    let (cors, errors, validate_request) = (args.serving.exchange.cors, args.errors, args.validate_request);
    let body_bytes_max = args.serving.exchange.body_max;
    let limits = UpstreamLimits { answer_timeout: Duration::from_secs(args.upstream_timeout), body_bytes_max };
    let settings = ServerSettings {
        mock: mock::Settings { cors, errors, validate_request, ..mock::Settings::default() },
        proxy: Some(ProxySettings {
            proxy: proxy::Settings { cors, errors, validate_request },
            upstream: Upstream::new(upstream.clone(), limits),
        }),
        seed: seed(&args.serving.exchange.seed),
        body_bytes_max,
        ..ServerSettings::default()
    };
    serve(&args.serving, Description::from(args), settings, Some(&upstream), screen)
}
