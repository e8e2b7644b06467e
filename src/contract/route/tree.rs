//! The routes of an API as a tree of path segments.

use std::{borrow::Cow, collections::HashMap};

use foldhash::fast::FixedState;
use http::Method;
use percent_encoding::percent_decode_str;

use super::{
    literals::Literals,
    template::{Pattern, Segment, Template},
};
use crate::{contract::OperationId, limit, openapi::Operation};

/// Finds operations by path and method, in time that grows with the depth of the path, not with their number.
#[derive(Debug)]
pub(in crate::contract) struct Router {
    /// The first is the root.
    nodes: Vec<Node>,
    /// The nodes of paths without parameters, by their text after the first slash: they are reached in one step.
    // Requests are only looked up, so none of them can fill the table with collisions.
    whole: HashMap<Box<str>, u32, FixedState>,
    /// Operations behind another one of the same method, whose path differs in the names of its parameters only.
    seconds: HashMap<OperationId, Vec<OperationId>, FixedState>,
}

/// All paths that start with the same segments.
#[derive(Debug, Default)]
struct Node {
    /// Next segments that are literal text.
    literals: Literals,
    /// Next segments of parameters and text, the one with most text first.
    patterns: Vec<(Pattern, u32)>,
    /// The next segment that is one parameter.
    any: Option<u32>,
    /// The methods of the path that ends here.
    entries: Vec<Entry>,
}

/// One method of a path.
#[derive(Debug)]
struct Entry {
    method: Method,
    /// The operations, the one with most fixed query pairs first; mostly one.
    variants: Vec<OperationId>,
}

/// What is wrong with the paths of an API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::contract) enum RouteProblem {
    /// The operation is never reached, because an earlier one has the same method and path.
    Hidden {
        /// The earlier one.
        by: OperationId,
    },
    /// The operation is reached only where the parameters of the path do not fit an earlier one, whose path differs in
    /// their names only.
    Second {
        /// The earlier one.
        to: OperationId,
    },
    /// The path differs from an earlier one only in the names of its parameters; their methods differ.
    Twin {
        /// An operation of the earlier path.
        of: OperationId,
    },
    /// The path has more than [`limit::PATH_SEGMENTS_MAX`] segments: it is not served.
    TooLong,
    /// A brace opens or closes no parameter.
    StrayBrace,
    /// Two parameters have no text between them.
    Touching,
}

/// How well a path fits a template. Better ones are less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::contract) enum Fit {
    /// As written.
    Exact,
    /// With a parameter that has no text.
    EmptyParameter,
    /// With a slash added to or taken from its end.
    OtherSlash,
}

impl Fit {
    pub(in crate::contract) const ALL: [Self; 3] = [Self::Exact, Self::EmptyParameter, Self::OtherSlash];
}

/// What a method and a path lead to.
#[derive(Debug)]
pub(super) struct Found<'r> {
    pub(super) operation: OperationId,
    pub(super) captures: Vec<&'r str>,
    /// The operations of the first path that fits and lacks the method, if one does.
    pub(super) passed: Vec<OperationId>,
}

/// One way through the tree.
struct Walk<'r> {
    fit: Fit,
    captures: Vec<&'r str>,
}

impl Router {
    /// Builds the tree, and says what is wrong with which operation's path.
    pub(in crate::contract) fn build(operations: &[Operation]) -> (Self, Vec<(OperationId, RouteProblem)>) {
        let mut router = Self { nodes: vec![Node::default()], whole: HashMap::default(), seconds: HashMap::default() };
        let mut problems = Vec::new();
        let mut previous: Option<&Operation> = None;
        for (id, operation) in (0..).map(OperationId).zip(operations) {
            let template = Template::parse(&operation.path);
            // Operations of one path stand together: what is wrong with the path is said once.
            let is_new = previous.is_none_or(|previous| previous.path != operation.path);
            previous = Some(operation);
            if is_new {
                problems.extend(flaws(&template).map(|problem| (id, problem)));
            }
            if template.segments.len() > limit::PATH_SEGMENTS_MAX {
                continue;
            }
            let at = router.insert(template);
            if !operation.path.contains(['{', '}', '%']) {
                router.whole.entry(rooted(&operation.path).into()).or_insert(at);
            }
            let node = &mut router.nodes[at as usize];
            let problem = node.add(id, operation, operations, is_new);
            if let Some(RouteProblem::Second { to }) = problem {
                router.seconds.entry(to).or_default().push(id);
            }
            problems.extend(problem.map(|problem| (id, problem)));
        }
        (router, problems)
    }

    /// The number of the node of a template, which is made if need be.
    fn insert(&mut self, template: Template) -> u32 {
        let mut at = 0;
        for segment in template.segments {
            let next = self.nodes.len();
            // A description of 2^32 segments is far over the limit on its bytes.
            let new = u32::try_from(next).unwrap_or(u32::MAX);
            let found = self.nodes[at as usize].child(segment, new);
            if found == new {
                self.nodes.push(Node::default());
            }
            at = found;
        }
        at
    }

    /// Finds the first path of the given fit whose `visit` says yes, the most concrete first, with what it captured.
    /// `visit` is also told which of the last 128 segments are literal text, as bits, the last segment lowest.
    fn find<'s, 'r, T>(
        &'s self,
        path: &'r str,
        fit: Fit,
        visit: &mut dyn FnMut(&'s Node, u128) -> Option<T>,
    ) -> Option<(T, Vec<&'r str>)> {
        let mut rest = rooted(path);
        let mut walk = Walk { fit, captures: Vec::new() };
        if let (Fit::OtherSlash, Some(shorter)) = (fit, rest.strip_suffix('/')) {
            // The slash is taken away; adding another one would only give back the path as it was.
            rest = shorter;
            walk.fit = Fit::Exact;
        }
        let found = self.descend(&self.nodes[0], Some(rest), 0, &mut walk, visit)?;
        Some((found, walk.captures))
    }

    /// Recursion is as deep as the tree, so at most [`limit::PATH_SEGMENTS_MAX`]. Each node is visited at most once.
    fn descend<'s, 'r, T>(
        &'s self,
        node: &'s Node,
        rest: Option<&'r str>,
        concrete: u128,
        walk: &mut Walk<'r>,
        visit: &mut dyn FnMut(&'s Node, u128) -> Option<T>,
    ) -> Option<T> {
        let Some(rest) = rest else { return self.arrive(node, concrete, walk, visit) };
        // Segments are short: looking at byte after byte is faster than a search that gets ready for long text.
        let mut is_escaped = false;
        let end = rest.bytes().position(|byte| {
            is_escaped |= byte == b'%';
            byte == b'/'
        });
        let (segment, rest) = match end {
            Some(at) => (&rest[..at], Some(&rest[at + 1..])),
            None => (rest, None),
        };
        let concrete = concrete << 1;
        if let Some(next) = self.literal(node, segment, is_escaped)
            && let Some(found) = self.descend(next, rest, concrete | 1, walk, visit)
        {
            return Some(found);
        }
        let empty = walk.fit == Fit::EmptyParameter;
        let before = walk.captures.len();
        for (pattern, next) in &node.patterns {
            if pattern.capture(segment, empty, &mut walk.captures) {
                if let Some(found) = self.descend(&self.nodes[*next as usize], rest, concrete, walk, visit) {
                    return Some(found);
                }
                walk.captures.truncate(before);
            }
        }
        if let Some(next) = node.any
            && (empty || !segment.is_empty())
        {
            walk.captures.push(segment);
            if let Some(found) = self.descend(&self.nodes[next as usize], rest, concrete, walk, visit) {
                return Some(found);
            }
            walk.captures.truncate(before);
        }
        None
    }

    /// The path ends at `node`, or one slash behind it.
    fn arrive<'s, T>(
        &'s self,
        node: &'s Node,
        concrete: u128,
        walk: &Walk<'_>,
        visit: &mut dyn FnMut(&'s Node, u128) -> Option<T>,
    ) -> Option<T> {
        let end = if walk.fit == Fit::OtherSlash { self.literal(node, "", false)? } else { node };
        if end.entries.is_empty() { None } else { visit(end, concrete) }
    }

    fn literal<'s>(&'s self, node: &'s Node, segment: &str, is_escaped: bool) -> Option<&'s Node> {
        if node.literals.is_empty() {
            return None;
        }
        let decoded =
            if is_escaped { Cow::from(percent_decode_str(segment)) } else { Cow::Borrowed(segment.as_bytes()) };
        node.literals.get(&decoded).map(|next| &self.nodes[next as usize])
    }

    /// How well the best template fits a path, whatever its methods; `None` if none does.
    pub(in crate::contract) fn fit(&self, path: &str) -> Option<Fit> {
        Fit::ALL.into_iter().find(|fit| self.find(path, *fit, &mut |_, _| Some(())).is_some())
    }

    /// The operations whose requests an operation takes, too, unless the parameters of the path do not fit it.
    pub(super) fn seconds(&self, operation: OperationId) -> &[OperationId] {
        if self.seconds.is_empty() {
            return &[];
        }
        self.seconds.get(&operation).map(Vec::as_slice).unwrap_or_default()
    }

    /// The operation for a method and a path, with its captures, and the operations of a path before it that lacks the
    /// method; else the operations of other methods on that path.
    ///
    /// A URL is matched with concrete paths before their templated counterparts (`OpenAPI` 3.2, "Paths Object"), whatever
    /// its method: a path that lacks the method hides those that only differ in having parameters where it has text.
    /// Of other paths, between which the specification leaves the choice, one that lacks the method hides none. A path
    /// that fits as written is not read with another slash.
    pub(super) fn operation<'r>(
        &self,
        operations: &[Operation],
        method: &Method,
        path: &'r str,
        query: Option<&str>,
    ) -> Result<Found<'r>, Vec<OperationId>> {
        if let Some(at) = self.whole.get(rooted(path))
            && let Some(entry) = self.nodes[*at as usize].entry(method)
        {
            return Ok(Found { operation: entry.choose(operations, query), captures: Vec::new(), passed: Vec::new() });
        }
        let mut others = Vec::new();
        let mut lacking: Vec<u128> = Vec::new();
        for fit in Fit::ALL {
            let known = !others.is_empty();
            if fit == Fit::OtherSlash && !lacking.is_empty() {
                break;
            }
            let found = self.find(path, fit, &mut |node, concrete| {
                if lacking.iter().any(|path| hides(*path, concrete)) {
                    return None;
                }
                let entry = node.entry(method);
                if entry.is_none() {
                    if !known {
                        others.extend(node.entries.iter().filter_map(|entry| entry.variants.first()));
                    }
                    if fit == Fit::Exact {
                        lacking.push(concrete);
                    }
                }
                entry
            });
            if let Some((entry, captures)) = found {
                return Ok(Found { operation: entry.choose(operations, query), captures, passed: others });
            }
        }
        Err(others)
    }
}

/// A path as its segments from the root on.
fn rooted(path: &str) -> &str {
    path.strip_prefix('/').unwrap_or(path)
}

/// True if a path is concrete wherever another one that fits the same URL is, and elsewhere too; both are given as the
/// bits of their literal segments.
fn hides(path: u128, other: u128) -> bool {
    path != other && path & other == other
}

fn flaws(template: &Template) -> impl Iterator<Item = RouteProblem> {
    let too_long = template.segments.len() > limit::PATH_SEGMENTS_MAX;
    [
        too_long.then_some(RouteProblem::TooLong),
        template.stray_brace.then_some(RouteProblem::StrayBrace),
        template.touching.then_some(RouteProblem::Touching),
    ]
    .into_iter()
    .flatten()
}

impl Node {
    /// The number of the child for `segment`; `new` if there was none and it was entered as that.
    fn child(&mut self, segment: Segment, new: u32) -> u32 {
        match segment {
            Segment::Literal(text) => self.literals.enter(text, new),
            Segment::Any => *self.any.get_or_insert(new),
            Segment::Pattern(pattern) => {
                if let Some((_, known)) = self.patterns.iter().find(|(known, _)| *known == pattern) {
                    return *known;
                }
                // Behind its equals: what was described first is tried first.
                let at = self.patterns.partition_point(|(known, _)| known.rank() <= pattern.rank());
                self.patterns.insert(at, (pattern, new));
                new
            }
        }
    }

    /// Enters an operation, unless an earlier one takes all its requests.
    fn add(
        &mut self,
        id: OperationId,
        operation: &Operation,
        operations: &[Operation],
        is_new: bool,
    ) -> Option<RouteProblem> {
        let fixed = |id: &OperationId| &operations[id.0 as usize].fixed_query;
        let first = self.entries.first().and_then(|entry| entry.variants.first()).copied();
        let Some(entry) = self.entries.iter_mut().find(|entry| entry.method == operation.method) else {
            self.entries.push(Entry { method: operation.method.clone(), variants: vec![id] });
            return first
                .filter(|of| is_new && operations[of.0 as usize].path != operation.path)
                .map(|of| RouteProblem::Twin { of });
        };
        if let Some(by) = entry.variants.iter().copied().find(|variant| fixed(variant) == &operation.fixed_query) {
            let differs = operations[by.0 as usize].path != operation.path && operation.path.contains('{');
            return Some(if differs { RouteProblem::Second { to: by } } else { RouteProblem::Hidden { by } });
        }
        let count = operation.fixed_query.len();
        let at = entry.variants.partition_point(|variant| fixed(variant).len() >= count);
        entry.variants.insert(at, id);
        None
    }

    /// The entry of a method. HEAD is answered by GET where there is no HEAD of its own.
    fn entry(&self, method: &Method) -> Option<&Entry> {
        let get = |method: &Method| self.entries.iter().find(|entry| entry.method == *method);
        get(method).or_else(|| if *method == Method::HEAD { get(&Method::GET) } else { None })
    }
}

impl Entry {
    /// The operation with the most fixed query pairs that are all in `query`. If there is none, the one without fixed
    /// pairs, or else the first.
    fn choose(&self, operations: &[Operation], query: Option<&str>) -> OperationId {
        let fixed = |id: &OperationId| &operations[id.0 as usize].fixed_query;
        if let [only] = self.variants.as_slice() {
            return *only;
        }
        let query = query.unwrap_or_default();
        let all_sent = |id: &&OperationId| fixed(id).iter().all(|pair| is_sent(pair, query));
        // Variants are never empty; the first in the description is the least.
        let first = || self.variants.iter().min();
        self.variants.iter().find(all_sent).or_else(first).copied().unwrap_or(OperationId(0))
    }
}

/// True if a query has the pair. A pair without a value, or with a `{placeholder}` for one, asks for the name only.
fn is_sent((name, value): &(String, Option<String>), query: &str) -> bool {
    let wanted = value.as_deref().filter(|value| !(value.starts_with('{') && value.ends_with('}')));
    form_urlencoded::parse(query.as_bytes())
        .any(|(sent, text)| sent == name.as_str() && wanted.is_none_or(|wanted| wanted == text))
}
