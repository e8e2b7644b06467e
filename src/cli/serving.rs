//! What all commands that serve have in common: log, findings, listening until they are told to stop.

use std::{fmt::Write as _, io::IsTerminal};

use anyhow::{Context, bail};
use tokio::{runtime, sync::watch};
use tracing::warn;

use super::{
    Ending,
    args::{LogArgs, LogFormatArg, ServingArgs},
    screen::Screen,
};
use crate::{
    finding::{Place, Severity},
    fnv,
    report::{self, Chapter},
    shell::{
        AdminSettings, Described, Description, Listener, LogFormat, Repertoire, Server, ServerSettings, UpstreamUrl,
        Watcher, describe, raise_descriptor_limit, rehearse, start_log, stopped, survive_file_limit,
    },
};

/// Serves what is described until the process is told to stop. A server cannot be its own `upstream`.
pub(super) fn serve(
    args: &ServingArgs,
    what: Description,
    mut settings: ServerSettings,
    upstream: Option<&UpstreamUrl>,
    screen: Screen,
) -> anyhow::Result<Ending> {
    let usual = if std::io::stderr().is_terminal() { "info" } else { "warn" };
    start(&args.log, usual, screen)?;
    let journal = args.journal.settings();
    settings.admin = admin(args, &what);
    let Prepared { described, scenarios } = prepare(&what, &settings, screen)?;
    raise_descriptor_limit();
    let runtime = runtime::Builder::new_multi_thread().enable_all().build().context("cannot start the runtime")?;
    runtime.block_on(async {
        let stop = stopped().context("cannot listen for signals")?;
        let listener = Listener::bind(&args.host, args.port).await?;
        if upstream.is_some_and(|upstream| upstream.is_at(&args.host, listener.address.port())) {
            bail!("the upstream is mimeo itself: choose another port for one of the two");
        }
        let admin_listener = match args.admin_port {
            Some(port) => Some(Listener::bind(&args.host, port).await.context("the admin API")?),
            None => None,
        };
        let server = Server::new(&described, settings);
        server.stage(&scenarios.library);
        if let Some(journal) = &journal {
            survive_file_limit();
            server.keep_journal(journal)?;
        }
        let _watcher = match args.watch.then(|| Watcher::start(what, &described, &scenarios, server.clone())) {
            Some(Err(error)) => {
                warn!("{error}; changes are not read again");
                None
            }
            Some(Ok(watcher)) => Some(watcher),
            None => None,
        };
        if screen.is_terminal() {
            screen.out(&banner(&described, &listener));
        }
        if let Some(listener) = &admin_listener {
            screen.out(&format!("The admin API is at http://{}/__mimeo/\n", listener.address));
        }
        screen.out(&format!("Mimeo is listening on http://{}\n", listener.address));
        if !run(server, listener, admin_listener, stop).await {
            warn!("some requests did not end in time and were cut off");
        }
        Ok(Ending::Done)
    })
}

/// What is to be served.
pub(super) struct Prepared {
    pub(super) described: Vec<Described>,
    pub(super) scenarios: Repertoire,
}

/// Reads what is to be served, and says what is wrong with it.
pub(super) fn prepare(what: &Description, settings: &ServerSettings, screen: Screen) -> anyhow::Result<Prepared> {
    let described = describe(what)?;
    tell_findings(&described, screen);
    if let Some(broken) = described.iter().find(|it| it.contract.is_none()) {
        bail!("`{}` cannot be served", broken.name);
    }
    let scenarios = rehearse(&what.scenarios, &described)?;
    tell_scenarios(&scenarios, screen);
    if let Some(broken) = scenarios.files.iter().find(|file| file.error().is_some()) {
        bail!("the scenario `{}` cannot be played", broken.name);
    }
    if let Some(name) = settings.scenario.as_deref().filter(|name| scenarios.library.get(name).is_none()) {
        let unknown = scenarios.library.unknown(name, Place::Nowhere);
        bail!("{}; {}", unknown.message, unknown.help.unwrap_or_default());
    }
    Ok(Prepared { described, scenarios })
}

/// Serves on both ports until `stop` is done. True if all requests ended in time.
async fn run(server: Server, listener: Listener, admin: Option<Listener>, stop: impl Future<Output = ()>) -> bool {
    let Some(admin) = admin else { return server.run(listener, stop).await };
    let (tell, told) = watch::channel(());
    let stopped = || {
        let mut told = told.clone();
        async move {
            let _ = told.changed().await;
        }
    };
    let serving = server.clone().run(listener, stopped());
    let (apis, admin, ()) = tokio::join!(serving, server.run_admin(admin, stopped()), async {
        stop.await;
        tell.send_replace(());
    });
    apis && admin
}

/// How the admin API is reached.
fn admin(args: &ServingArgs, what: &Description) -> AdminSettings {
    AdminSettings {
        token: args.admin_token.clone(),
        host: args.host.clone(),
        is_apart: args.admin_port.is_some(),
        description: Some(what.clone()),
    }
}

/// A number as it is, any other text by a hash that is the same everywhere.
pub(super) fn seed(text: &str) -> u64 {
    text.parse().unwrap_or_else(|_| fnv::hash(text.bytes()))
}

/// Starts the log; `usual` is the level where none is asked for.
pub(super) fn start(args: &LogArgs, usual: &str, screen: Screen) -> anyhow::Result<()> {
    let level = match args.level.as_deref() {
        // Prism's names for what others call error and off.
        Some("fatal") => "error",
        Some("silent") => "off",
        Some(level) => level,
        None => usual,
    };
    let format = match args.format {
        LogFormatArg::Text => LogFormat::Text,
        LogFormatArg::Json => LogFormat::Json,
    };
    start_log(level, format, screen.log_has_colour()).map_err(anyhow::Error::msg)
}

/// Says on standard error what is wrong with what is served: errors in full, the rest as a number.
fn tell_findings(described: &[Described], screen: Screen) {
    for described in described {
        let errors: Vec<_> = described.findings.iter().filter(|it| it.severity == Severity::Error).cloned().collect();
        let shown = [Chapter { findings: &errors, documents: &described.documents }];
        screen.err(&report::text(&shown, report::Colour::Plain));
        let all = Chapter { findings: &described.findings, documents: &described.documents };
        if !described.findings.is_empty() {
            screen.err(&format!("{}: {}; `mimeo check` shows all\n", described.name, report::summary(&[all])));
        }
    }
}

/// Says on standard error what is wrong with scenarios: errors in full, warnings as a line each.
fn tell_scenarios(scenarios: &Repertoire, screen: Screen) {
    for file in &scenarios.files {
        let shown: Vec<_> = file.findings.iter().filter(|it| it.severity > Severity::Note).cloned().collect();
        let chapter = [Chapter { findings: &shown, documents: &file.documents }];
        screen.err(&report::text(&chapter, report::Colour::Plain));
    }
}

/// What is served, for people.
fn banner(described: &[Described], listener: &Listener) -> String {
    let several = described.len() > 1;
    let mut text = String::new();
    for contract in described.iter().filter_map(|it| it.contract.as_ref()) {
        let api = &contract.api;
        let path = if several { format!("/{}", api.id) } else { String::new() };
        let _ = writeln!(
            text,
            "{} {}: {} operations at http://{}{path}",
            api.title,
            api.version,
            api.operations.len(),
            listener.address
        );
    }
    text
}
