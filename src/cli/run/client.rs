//! The run itself: a server and a command beside it, then what came of it.

use std::{path::Path, sync::Arc};

use anyhow::Context;
use tokio::{runtime, sync::oneshot};

use super::{
    args::{RunArgs, RunFormat},
    faults,
    outcome::Kept,
    words::typed,
};
use crate::{
    cli::{
        COULD_NOT_RUN, Ending,
        config::Config,
        mock::mock_settings,
        output::ensure_ours,
        screen::Screen,
        serving::{Prepared, prepare, start},
    },
    contract::Site,
    limit,
    report::{self, Became, Colour, Outcome, RunReport},
    session::Secrets,
    shell::{
        AdminSettings, ChildEnd, ChildSettings, Described, Description, Listener, Seen, Server, ServerSettings,
        Witness, raise_descriptor_limit, write_whole,
    },
    snapshot::{About, Recorded, Rules, Snapshot},
};

/// Only this machine is served.
const HOST: &str = "127.0.0.1";

pub(crate) fn run(args: &RunArgs, config: &Config, screen: Screen) -> anyhow::Result<Ending> {
    // The terminal is the command's; what is wrong with requests is said at the end.
    start(&args.log, "error", screen)?;
    let witness = Arc::new(Witness::default());
    let settings = ServerSettings {
        witness: Some(Arc::clone(&witness)),
        admin: AdminSettings { host: HOST.to_owned(), ..AdminSettings::default() },
        shutdown_timeout: limit::RUN_SHUTDOWN_TIMEOUT,
        ..mock_settings(&args.behaviour, &args.exchange)
    };
    let what = Description { scenarios: args.behaviour.scenarios.clone(), ..Description::from(&args.description) };
    // Said before the client runs: its tests may take long.
    if let Some(path) = &args.report {
        ensure_ours(path, limit::DOCUMENT_BYTES_MAX, "report", report::is_run_report, args.force)?;
    }
    let rules = rules(args, config)?;
    let prepared = prepare(&what, &settings, screen)?;
    let kept = args.snapshot.as_deref().map(|path| Kept::open(path, args.update)).transpose()?;
    raise_descriptor_limit();
    let runtime = runtime::Builder::new_multi_thread().enable_all().build().context("cannot start the runtime")?;
    let end = runtime.block_on(attend(args, &prepared, settings))?;
    let seen = witness.take();
    let site = site(&prepared.described);
    let secrets = Secrets::of(&site);
    let command = typed(&args.command, &secrets);
    let about =
        About { description: Some(command.clone()), scenario: args.behaviour.scenario.clone(), ..About::default() };
    let became = kept.map(|kept| became(about, &kept, end, &site, &seen, &rules)).transpose()?;
    let is_half = !end.was_interrupted && matches!(became, Some(Became::NotCompared(_)));
    let report = RunReport {
        command,
        code: end.code,
        exchanges: seen.len() as u64 + seen.dropped,
        sessions: seen.sessions.len(),
        calls: faults::calls(&seen, &secrets, args.fail_on),
        snapshot: args.snapshot.as_ref().zip(became).map(|(path, became)| {
            let file = path.display().to_string();
            Outcome { file, became }
        }),
    };
    tell(args, &report, screen)?;
    Ok(match end.code {
        0 if is_half => Ending::Code(COULD_NOT_RUN),
        0 if report.fails() => Ending::Findings,
        0 => Ending::Done,
        code => Ending::Code(code),
    })
}

/// Serves while the command runs.
async fn attend(args: &RunArgs, prepared: &Prepared, settings: ServerSettings) -> anyhow::Result<ChildEnd> {
    // The port is taken here, so that whoever connects is heard, however early.
    let listener = Listener::bind(HOST, 0).await?;
    let base = format!("http://{}", listener.address);
    let server = Server::new(&prepared.described, settings);
    server.stage(&prepared.scenarios.library);
    let child = ChildSettings { words: args.command.clone(), variables: variables(&base, &prepared.described) };
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = server.run(listener, async {
        let _ = stopped.await;
    });
    let working = async {
        let ended = child.run().await;
        drop(stop);
        ended
    };
    let (_, ended) = tokio::join!(serving, working);
    Ok(ended?)
}

/// What tells the command where the mock is.
fn variables(base: &str, described: &[Described]) -> Vec<(String, String)> {
    let apis: Vec<&str> = described.iter().filter_map(|it| Some(&*it.contract.as_ref()?.api.id)).collect();
    let name = |id: &str| {
        let upper = id.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' });
        format!("MIMEO_URL_{}", upper.collect::<String>())
    };
    let own = |id: &str| if apis.len() == 1 { base.to_owned() } else { format!("{base}/{id}") };
    let mut variables =
        vec![("MIMEO_URL".to_owned(), base.to_owned()), ("MIMEO_ADMIN_URL".to_owned(), format!("{base}/__mimeo"))];
    variables.extend(apis.iter().map(|id| (name(id), own(id))));
    variables
}

/// What the project says about its snapshots.
fn rules(args: &RunArgs, config: &Config) -> anyhow::Result<Rules> {
    let rules = config.section::<Rules>("/snapshot").context("`snapshot` in the settings")?;
    Ok(Rules { order: args.order.map(Into::into), ..rules })
}

fn site(described: &[Described]) -> Site {
    Site { contracts: described.iter().filter_map(|it| it.contract.clone()).collect() }
}

/// What becomes of the snapshot. Half of what a client does is not compared.
fn became(about: About, kept: &Kept, end: ChildEnd, site: &Site, seen: &Seen, rules: &Rules) -> anyhow::Result<Became> {
    if end.code != 0 {
        return Ok(Became::NotCompared(format!("not compared, as the command ended with {}", end.code)));
    }
    if end.was_interrupted {
        return Ok(Became::NotCompared("not compared, as the run was told to stop".to_owned()));
    }
    if seen.dropped > 0 {
        return Ok(no_room(seen.dropped, seen));
    }
    let recorded: Vec<Recorded<'_>> =
        seen.sessions.iter().map(|(session, records)| Recorded { session, records }).collect();
    let new = Snapshot::of(site, about, &recorded, rules, kept.stored.as_ref());
    if new.about.left_out > 0 {
        return Ok(no_room(new.about.left_out as u64, seen));
    }
    Ok(kept.take(&new)?)
}

fn no_room(dropped: u64, seen: &Seen) -> Became {
    let all = seen.len() as u64 + seen.dropped;
    Became::NotCompared(format!(
        "not compared: there was no room for {dropped} of {all} exchanges; let fewer tests run at once, with a snapshot each"
    ))
}

/// Shows the report, and writes it where that is wished.
fn tell(args: &RunArgs, report: &RunReport, screen: Screen) -> anyhow::Result<()> {
    let written = |format: RunFormat| match format {
        RunFormat::Text => report::run_text(report, Colour::Plain),
        RunFormat::Json => report::run_json(report),
        RunFormat::Junit => report::run_junit(report),
    };
    // Shown first: it must not be lost where the file cannot be written.
    match args.format {
        RunFormat::Json | RunFormat::Junit if args.report.is_none() => screen.out(&written(args.format)),
        // What the screen cannot show of it is left out there.
        _ => screen.err(&report::run_text(report, Colour::Ansi)),
    }
    if let Some(path) = &args.report {
        write_whole(path, &written(format_of(path, args.format)))?;
    }
    Ok(())
}

/// How a report file is written.
fn format_of(path: &Path, wished: RunFormat) -> RunFormat {
    match path.extension().and_then(|it| it.to_str()) {
        _ if wished != RunFormat::Text => wished,
        Some("xml") => RunFormat::Junit,
        Some("json") => RunFormat::Json,
        _ => RunFormat::Text,
    }
}
