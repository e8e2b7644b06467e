//! The scenario of a session.

use std::sync::Arc;

use http::Method;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    asked::{Answered, Asked, done, json},
    operation::Operation,
    refusal::Refusal,
    text,
};
use crate::{
    finding::Place,
    scenario::{Library, Scenario},
    session::{Command, Progress},
};

/// The operations of this file.
pub(super) fn operations() -> Vec<Operation> {
    const PATH: &str = "/sessions/{session}/scenario";
    vec![
        Operation::new(Method::GET, "/scenarios", "listScenarios", "The scenarios that can be switched on", list)
            .answers::<ScenarioList>("Those that were read, then those that Mimeo brings along."),
        Operation::new(Method::GET, PATH, "getScenario", "The scenario of a session", get)
            .answers::<ScenarioState>("Where it stands.")
            .refuses(404, "There is no such session."),
        Operation::new(
            Method::PUT,
            PATH,
            "startScenario",
            "Switch a scenario on, from its beginning or in a state",
            put,
        )
        .body::<StartScenario>()
        .answers::<ScenarioState>("Where it stands.")
        .refuses(404, "There is no such scenario, or it has no such state."),
        Operation::new(Method::DELETE, PATH, "stopScenario", "Switch the scenario off", delete)
            .answers_nothing("None is on any more.")
            .refuses(404, "There is no such session."),
    ]
}

/// The scenario that is switched on.
#[derive(Debug, Serialize, JsonSchema)]
struct ScenarioState {
    /// Where it stands; null if none is on.
    scenario: Option<ProgressView>,
}

/// Where a scenario stands.
#[derive(Debug, Serialize, JsonSchema)]
struct ProgressView {
    /// Its name.
    name: String,
    /// The state that it is in.
    state: String,
    /// When it was switched on.
    #[schemars(extend("format" = "date-time"))]
    started: String,
    /// When its state was entered.
    #[schemars(extend("format" = "date-time"))]
    entered: String,
    /// For each of its rules, how many requests fitted; rules after the last that one fitted are left out.
    calls: Vec<u64>,
}

impl ScenarioState {
    fn of(progress: Option<&Progress>) -> Self {
        let scenario = progress.map(|progress| ProgressView {
            name: progress.scenario.to_string(),
            state: progress.state.to_string(),
            started: text::time(progress.started_ms),
            entered: text::time(progress.entered_ms),
            calls: progress.calls.clone(),
        });
        Self { scenario }
    }
}

/// A scenario to be switched on.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct StartScenario {
    /// Its name.
    #[schemars(length(min = 1, max = 200))]
    name: String,
    /// The state to begin in; `Started` unless said otherwise.
    #[serde(default)]
    #[schemars(with = "String", length(min = 1, max = 200))]
    state: Option<String>,
}

/// The scenarios that can be switched on.
#[derive(Debug, Serialize, JsonSchema)]
struct ScenarioList {
    /// The scenarios.
    scenarios: Vec<ScenarioView>,
}

/// A scenario.
#[derive(Debug, Serialize, JsonSchema)]
struct ScenarioView {
    /// Its name.
    name: String,
    /// What it shows; null if it does not say.
    description: Option<String>,
    /// The states that it can be in, the first one first.
    states: Vec<String>,
    /// True if Mimeo brings it along.
    built_in: bool,
}

async fn list(asked: Asked) -> Answered {
    let scenarios = asked.server.scenarios();
    let view = |scenario: &Arc<Scenario>| ScenarioView {
        name: scenario.name.to_string(),
        description: scenario.description().map(str::to_owned),
        states: scenario.states.iter().map(ToString::to_string).collect(),
        built_in: scenario.written.is_built_in,
    };
    Ok(json(&ScenarioList { scenarios: scenarios.iter().map(view).collect() }))
}

fn unknown(scenarios: &Library, name: &str) -> Refusal {
    let finding = scenarios.unknown(name, Place::Nowhere);
    let help = finding.help.map(|help| format!("; {help}")).unwrap_or_default();
    Refusal::not_found("There is no such scenario", format!("{}{help}", finding.message))
}

fn unknown_state(scenario: &Scenario, state: &str) -> Refusal {
    let states = scenario.states.iter().map(|known| format!("`{known}`")).collect::<Vec<_>>().join(", ");
    let detail = format!("the scenario `{}` has no state `{state}`; it has {states}", scenario.name);
    Refusal::not_found("The scenario has no such state", detail)
}

async fn get(asked: Asked) -> Answered {
    let progress = asked.session()?.look(|state| state.scenario.clone());
    Ok(json(&ScenarioState::of(progress.as_ref())))
}

async fn put(asked: Asked) -> Answered {
    let body: StartScenario = asked.body()?;
    let scenarios = asked.server.scenarios();
    let Some(scenario) = scenarios.get(&body.name) else { return Err(unknown(&scenarios, &body.name)) };
    if let Some(state) = body.state.as_deref().filter(|state| scenario.states.iter().all(|known| **known != **state)) {
        return Err(unknown_state(scenario, state));
    }
    let session = asked.session_made()?;
    let (scenario, state) = (Arc::from(body.name), body.state.map(Arc::from));
    asked.command(&session, &Command::StartScenario { scenario, state });
    let progress = session.look(|state| state.scenario.clone());
    Ok(json(&ScenarioState::of(progress.as_ref())))
}

async fn delete(asked: Asked) -> Answered {
    asked.command(&*asked.session()?, &Command::StopScenario);
    Ok(done())
}
