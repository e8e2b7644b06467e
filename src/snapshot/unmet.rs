//! Rules for snapshots that name an operation which no API has.

use super::rules::{Called, Rules, Selector};
use crate::{contract::Contract, form::nearest};

/// A rule that names an operation which no API has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmet {
    /// Where it is named, as JSON Pointer from the rules on.
    pub pointer: String,
    /// What is wrong with it.
    pub message: String,
    /// What there is.
    pub help: String,
    /// True if the rule can still mean requests which are not described.
    pub can_be_undescribed: bool,
}

impl Rules {
    /// True if a rule is for some operations only.
    pub fn names_operations(&self) -> bool {
        self.selectors().any(|(_, rule)| rule.operation.is_some())
    }

    /// The rules that name operations which none of the APIs has.
    pub fn unmet(&self, contracts: &[&Contract]) -> Vec<Unmet> {
        let named = self.selectors().filter_map(|(pointer, rule)| Some((pointer, rule, rule.operation.as_deref()?)));
        let missing = named.filter(|(_, rule, _)| !contracts.iter().any(|contract| is_met(rule, contract)));
        missing.map(|(pointer, _, name)| unmet(format!("{pointer}/operation"), name, contracts)).collect()
    }
}

fn is_met(rule: &Selector, contract: &Contract) -> bool {
    contract.api.operations.iter().any(|operation| {
        let call = format!("{} {}", operation.method, operation.path);
        rule.fits(Called { id: operation.id.as_deref(), call: &call })
    })
}

fn unmet(pointer: String, name: &str, contracts: &[&Contract]) -> Unmet {
    // A request that is not described is called by its method and path. An operationId may have a slash.
    let is_call = name.contains(' ') || name.starts_with('*');
    let operations = contracts.iter().flat_map(|contract| &contract.api.operations);
    let names = if is_call {
        operations.map(|it| format!("{} {}", it.method, it.path)).collect()
    } else {
        operations.filter_map(|it| it.id.clone()).collect()
    };
    let message = if is_call {
        format!("there is no operation `{name}`, so that only requests which are not described can be meant")
    } else {
        format!("no operation is called `{name}`")
    };
    Unmet { pointer, message, help: nearest(name, names, "`mimeo routes` lists all"), can_be_undescribed: is_call }
}
