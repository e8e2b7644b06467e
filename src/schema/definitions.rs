//! The numbered definitions that lowered schemas refer to.
//!
//! Each schema of a description is lowered once, under a number, and compiled once, however many others refer to it.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::{Arc, OnceLock, PoisonError, RwLock},
};

use super::{
    Direction,
    core::Core,
    lower::{self, Lowered},
    shelf::Shelf,
    validator::Compiled,
};
use crate::{
    limit,
    openapi::{Location, SchemaKind, SchemaRef},
};

/// Definitions that are looked at for whether one leads back to itself. One that reaches more is large enough without
/// being used inside of itself.
const REACH_MAX: usize = 256;

/// What a lowered schema is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Purpose {
    /// To be compiled: constraints only.
    Check,
    /// To make values: with examples, defaults and the names of branches.
    Generate,
}

/// What a definition is the lowered form of.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) at: Location,
    pub(super) kind: SchemaKind,
    pub(super) direction: Direction,
    pub(super) purpose: Purpose,
    /// True for a parent as its children see it: without the choice of a child by `discriminator`.
    pub(super) base: bool,
}

impl Key {
    /// The whole schema at a place.
    pub(super) fn whole(schema: &SchemaRef, direction: Direction, purpose: Purpose) -> Self {
        Self { at: schema.at.clone(), kind: schema.kind, direction, purpose, base: false }
    }
}

/// The number of a definition.
pub(super) type Number = u32;

/// How many definitions apply to one value, each by way of the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Chain {
    /// At most so many.
    Length(usize),
    /// The chain comes back to itself.
    Endless,
}

/// One definition, and what was made of it so far.
#[derive(Debug)]
pub(super) struct Definition {
    key: Key,
    lowered: OnceLock<Lowered>,
    chain: OnceLock<Chain>,
    recursive: OnceLock<bool>,
    /// Compiled by itself: see [`super::validator`].
    pub(super) compiled: OnceLock<Compiled>,
}

impl Definition {
    /// Its lowered form, if it was asked for before.
    pub(super) fn lowered(&self) -> Option<&Lowered> {
        self.lowered.get()
    }
}

/// Gives out numbers, and keeps what was made under them.
#[derive(Debug, Default)]
pub(super) struct Definitions {
    numbers: RwLock<HashMap<Key, Number>>,
    shelf: Shelf<Arc<Definition>>,
}

impl Definitions {
    /// The number of a key; the same key has the same number for ever.
    pub(super) fn number(&self, key: Key) -> Number {
        if let Some(number) = self.numbers.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return *number;
        }
        let mut numbers = self.numbers.write().unwrap_or_else(PoisonError::into_inner);
        *numbers.entry(key.clone()).or_insert_with(|| {
            self.shelf.push(Arc::new(Definition {
                key,
                lowered: OnceLock::new(),
                chain: OnceLock::new(),
                recursive: OnceLock::new(),
                compiled: OnceLock::new(),
            }))
        })
    }

    /// The definition under a number.
    pub(super) fn get(&self, number: Number) -> Option<&Arc<Definition>> {
        self.shelf.get(number)
    }
}

impl Core {
    /// The lowered schema under a number, made on first use.
    pub(super) fn lowered(&self, number: Number) -> Option<&Lowered> {
        let definition = self.definitions.get(number)?;
        Some(definition.lowered.get_or_init(|| lower::lower(self, &definition.key)))
    }

    /// How many definitions apply to one value of a definition, each by way of the last: judging it recurses through
    /// all of them.
    pub(super) fn chain(&self, number: Number) -> Chain {
        if let Some(known) = self.known_chain(number) {
            return known;
        }
        let mut open = HashSet::from([number]);
        let mut path = vec![(number, 0_usize, Chain::Length(0))];
        while let Some((number, next, longest)) = path.last_mut() {
            let children = self.lowered(*number).map(|lowered| lowered.in_place.as_slice()).unwrap_or_default();
            match children.get(*next).copied() {
                // what comes back to a definition that is being looked at is endless, and so is all that leads there
                Some(child) if open.contains(&child) => (*next, *longest) = (*next + 1, Chain::Endless),
                Some(child) => match self.known_chain(child) {
                    Some(known) => (*next, *longest) = (*next + 1, (*longest).max(known)),
                    None => {
                        open.insert(child);
                        path.push((child, 0, Chain::Length(0)));
                    }
                },
                None => {
                    let whole = match *longest {
                        Chain::Length(length) => Chain::Length(length + 1),
                        Chain::Endless => Chain::Endless,
                    };
                    if let Some(definition) = self.definitions.get(*number) {
                        let _ = definition.chain.set(whole);
                    }
                    open.remove(number);
                    path.pop();
                }
            }
        }
        self.known_chain(number).unwrap_or(Chain::Length(0))
    }

    fn known_chain(&self, number: Number) -> Option<Chain> {
        self.definitions.get(number)?.chain.get().copied()
    }

    /// True if a definition leads back to itself, or reaches more than [`REACH_MAX`] others.
    pub(super) fn is_recursive(&self, root: Number) -> bool {
        let Some(definition) = self.definitions.get(root) else { return false };
        *definition.recursive.get_or_init(|| {
            let mut reached = HashSet::new();
            let mut waiting = VecDeque::from([root]);
            while let Some(number) = waiting.pop_front() {
                for next in self.lowered(number).into_iter().flat_map(|lowered| &lowered.refs) {
                    if *next == root || reached.len() > REACH_MAX {
                        return true;
                    }
                    if reached.insert(*next) {
                        waiting.push_back(*next);
                    }
                }
            }
            false
        })
    }

    /// A definition and all that it reaches, in the order of their numbers; `None` above [`limit::SCHEMA_REACH_MAX`].
    pub(super) fn reached(&self, root: Number) -> Option<Vec<Number>> {
        let mut reached = HashSet::from([root]);
        let mut waiting = VecDeque::from([root]);
        while let Some(number) = waiting.pop_front() {
            for next in self.lowered(number).into_iter().flat_map(|lowered| &lowered.refs) {
                if reached.insert(*next) {
                    waiting.push_back(*next);
                }
            }
            if reached.len() > limit::SCHEMA_REACH_MAX {
                return None;
            }
        }
        let mut numbers: Vec<Number> = reached.into_iter().collect();
        numbers.sort_unstable();
        Some(numbers)
    }
}

/// The reference to a definition as it stands in lowered schemas.
pub(super) fn reference(number: Number) -> String {
    format!("#/$defs/{number}")
}

/// The number in a reference that [`reference`] made.
pub(super) fn number_of(reference: &str) -> Option<Number> {
    reference.strip_prefix("#/$defs/")?.parse().ok()
}
