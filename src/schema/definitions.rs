//! The numbered definitions that lowered schemas refer to.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, PoisonError, RwLock},
};

use super::{Direction, lower::Lowered};
use crate::{
    limit,
    openapi::{Location, SchemaKind, SchemaRef},
};

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

/// Gives out numbers, and keeps what was lowered under them.
#[derive(Debug, Default)]
pub(super) struct Definitions {
    table: RwLock<Table>,
}

#[derive(Debug, Default)]
struct Table {
    numbers: HashMap<Key, Number>,
    entries: Vec<(Key, Option<Arc<Lowered>>)>,
}

impl Definitions {
    /// The number of a key; the same key has the same number for ever.
    pub(super) fn number(&self, key: Key) -> Number {
        if let Some(number) = self.table.read().unwrap_or_else(PoisonError::into_inner).numbers.get(&key) {
            return *number;
        }
        let mut table = self.table.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(number) = table.numbers.get(&key) {
            return *number;
        }
        let number = Number::try_from(table.entries.len()).unwrap_or(Number::MAX);
        table.numbers.insert(key.clone(), number);
        table.entries.push((key, None));
        number
    }

    /// The lowered schema under a number, made by `lower` if it is not there yet. No lock is held meanwhile.
    fn lowered(&self, number: Number, lower: impl FnOnce(&Key) -> Lowered) -> Option<Arc<Lowered>> {
        let key = {
            let table = self.table.read().unwrap_or_else(PoisonError::into_inner);
            let (key, lowered) = table.entries.get(number as usize)?;
            if let Some(lowered) = lowered {
                return Some(Arc::clone(lowered));
            }
            key.clone()
        };
        let made = Arc::new(lower(&key));
        let mut table = self.table.write().unwrap_or_else(PoisonError::into_inner);
        let (_, kept) = table.entries.get_mut(number as usize)?;
        Some(Arc::clone(kept.get_or_insert(made)))
    }

    /// The lowered schema under a number, if it was lowered already.
    pub(super) fn known(&self, number: Number) -> Option<Arc<Lowered>> {
        let table = self.table.read().unwrap_or_else(PoisonError::into_inner);
        let (_, lowered) = table.entries.get(number as usize)?;
        lowered.clone()
    }

    /// A definition and all that it reaches; `None` above [`limit::SCHEMA_REACH_MAX`].
    pub(super) fn graph(&self, root: Key, lower: impl Fn(&Key) -> Lowered) -> Option<Graph> {
        let root = self.number(root);
        let mut graph = Graph { root, definitions: HashMap::new() };
        let mut waiting = VecDeque::from([root]);
        while let Some(number) = waiting.pop_front() {
            if graph.definitions.contains_key(&number) {
                continue;
            }
            if graph.definitions.len() == limit::SCHEMA_REACH_MAX {
                return None;
            }
            let lowered = self.lowered(number, &lower)?;
            waiting.extend(lowered.refs.iter().filter(|number| !graph.definitions.contains_key(number)));
            graph.definitions.insert(number, lowered);
        }
        Some(graph)
    }
}

/// A definition and all that it reaches.
#[derive(Debug)]
pub(super) struct Graph {
    pub(super) root: Number,
    pub(super) definitions: HashMap<Number, Arc<Lowered>>,
}

impl Graph {
    /// True if more than [`limit::SCHEMA_CHAIN_MAX`] definitions apply to one value, each by way of the last: judging
    /// it recurses through all of them.
    pub(super) fn is_too_deep(&self) -> bool {
        if self.definitions.len() <= limit::SCHEMA_CHAIN_MAX {
            return false;
        }
        let mut depths: HashMap<Number, usize> = HashMap::new();
        self.definitions.keys().any(|start| self.chain_below(*start, &mut depths) > limit::SCHEMA_CHAIN_MAX)
    }

    /// The longest chain from a definition; one that comes back to itself ends there.
    fn chain_below(&self, start: Number, depths: &mut HashMap<Number, usize>) -> usize {
        let mut path = vec![(start, 0_usize)];
        while let Some((number, next)) = path.last_mut() {
            let children = self.definitions.get(number).map(|lowered| lowered.in_place.as_slice()).unwrap_or_default();
            if *next == 0 {
                // stands for "being looked at", and ends a circle
                depths.insert(*number, 0);
            }
            if let Some(child) = children.get(*next) {
                *next += 1;
                if !depths.contains_key(child) {
                    path.push((*child, 0));
                }
            } else {
                let longest = children.iter().filter_map(|child| depths.get(child)).max().copied().unwrap_or(0);
                depths.insert(*number, longest + 1);
                path.pop();
            }
        }
        depths.get(&start).copied().unwrap_or(0)
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
