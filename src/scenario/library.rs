//! The scenarios that can be switched on, by name.

use std::sync::Arc;

use indexmap::IndexMap;

use super::{Scenario, Written, builtin::built_in, compile::compile};
use crate::{
    contract::Contract,
    finding::{Code, Finding, Place},
    form::quoted,
    openapi::closest,
};

/// The scenarios that can be switched on: those that Mimeo brings along, and those that were read. It is immutable:
/// whoever serves swaps it for another one.
#[derive(Clone, Debug, Default)]
pub struct Library {
    built_in: Arc<IndexMap<Arc<str>, Arc<Scenario>>>,
    /// Those that were read; one that has the name of a built-in one stands before it.
    own: IndexMap<Arc<str>, Arc<Scenario>>,
}

impl Library {
    /// The built-in scenarios, for these APIs.
    pub fn built_in(contracts: &[Arc<Contract>]) -> Self {
        let compiled = built_in().iter().filter_map(|written| compile(written, contracts).0);
        let built_in = compiled.map(|scenario| (Arc::clone(&scenario.name), scenario)).collect();
        Self { built_in: Arc::new(built_in), own: IndexMap::new() }
    }

    /// The built-in scenarios and those that were read, for these APIs; and what is wrong with each of the latter.
    pub fn of(written: &[Arc<Written>], contracts: &[Arc<Contract>]) -> (Self, Vec<Vec<Finding>>) {
        let mut library = Self::built_in(contracts);
        let mut findings = Vec::new();
        let mut first: IndexMap<&str, &Arc<Written>> = IndexMap::new();
        for written in written {
            let (scenario, mut found) = compile(written, contracts);
            match first.get(written.name()) {
                Some(other) => {
                    let file = match other.place("/name") {
                        Place::File { file, .. } => file,
                        _ => "another file".into(),
                    };
                    let message = format!("the scenario `{}` is in `{file}` already", written.name());
                    let finding = Finding::error(Code::DUPLICATE_SCENARIO, written.place("/name"), message);
                    found.push(finding.help("rename one of the two; the first is used"));
                }
                None => {
                    first.insert(written.name(), written);
                    if let Some(scenario) = scenario {
                        library.own.insert(Arc::clone(&scenario.name), scenario);
                    }
                }
            }
            findings.push(found);
        }
        (library, findings)
    }

    /// The scenario of that name.
    pub fn get(&self, name: &str) -> Option<&Arc<Scenario>> {
        self.own.get(name).or_else(|| self.built_in.get(name))
    }

    /// All scenarios: those that were read, then those that Mimeo brings along.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Scenario>> {
        let built_in = self.built_in.values().filter(|scenario| !self.own.contains_key(&scenario.name));
        self.own.values().chain(built_in)
    }

    /// The names of all scenarios.
    pub fn names(&self) -> Vec<&str> {
        self.iter().map(|scenario| &*scenario.name).collect()
    }

    /// The library with one scenario more, which replaces another one of its name.
    #[must_use]
    pub fn with(&self, scenario: Arc<Scenario>) -> Self {
        let mut library = self.clone();
        library.own.insert(Arc::clone(&scenario.name), scenario);
        library
    }

    /// The library without a scenario that was read. What Mimeo brings along stays, and comes back if it was replaced.
    #[must_use]
    pub fn without(&self, name: &str) -> Self {
        let mut library = self.clone();
        library.own.shift_remove(name);
        library
    }

    /// What to say to somebody who asks for a scenario that does not exist.
    pub fn unknown(&self, name: &str, place: Place) -> Finding {
        let names = self.names();
        let all = format!("there are {}", quoted(&names));
        let help = match closest(name, names.iter().copied()) {
            Some(near) => format!("did you mean `{near}`? {all}"),
            None => all,
        };
        Finding::error(Code::UNKNOWN_SCENARIO, place, format!("there is no scenario `{name}`")).help(help)
    }
}
