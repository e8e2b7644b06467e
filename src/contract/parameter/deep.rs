//! The style `deepObject`, such as `filter[price][max]=9&filter[tags][]=a&filter[tags][]=b`.
//!
//! `OpenAPI` leaves nesting and arrays open; they are read as most servers do: `[]` appends, numbers are positions. What it
//! does define is one level: a name with brackets that do not pair up is the name of a member.

use std::borrow::Cow;

use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::{
    Malformed,
    pairs::Pairs,
    text::{Escape, Typing, decode, has_text, is_null},
};
use crate::{
    limit::PARAMETER_LEVELS_MAX,
    schema::{Shape, Types},
};

/// What is under a name: texts, or more names.
enum Node<'m> {
    Texts(Vec<Cow<'m, str>>),
    Branch(IndexMap<&'m str, Node<'m>>),
}

/// The value of all pairs called `name[…]`; `None` if there is none.
#[inline(never)]
pub(super) fn from_pairs(
    name: &str,
    pairs: &Pairs<'_>,
    shape: &Shape,
    typing: &Typing<'_>,
) -> Result<Option<Value>, Malformed> {
    let mut root = Node::Branch(IndexMap::new());
    let mut sent = false;
    for pair in &pairs.list {
        let Some(rest) = pair.key.strip_prefix(name) else { continue };
        if rest.is_empty() && has_text(shape.types) && shape.types != Types::ANY {
            // The schema allows a plain value as well, and that is how one is written.
            let text = decode(pair.raw, pairs.escape)?;
            return Ok(Some(typing.value(text, shape.types)));
        }
        if rest.is_empty() && is_null(pair.raw, shape.types) && shape.types != Types::ANY {
            return Ok(Some(Value::Null));
        }
        if rest.is_empty() {
            return Err(Malformed(format!("is not an object: its members are sent as `{name}[member]=value`")));
        }
        if rest.starts_with('[') {
            let path =
                brackets(rest).ok_or_else(|| Malformed(format!("has a name with unpaired brackets: `{rest}`")))?;
            insert(&mut root, &path, decode(pair.raw, pairs.escape)?)?;
            sent = true;
        }
    }
    Ok(sent.then(|| value(root, shape, typing)))
}

/// The members of an object that are given as pairs, each once or, if it is an array, several times.
pub(super) fn members_of<'m>(
    pairs: impl Iterator<Item = (&'m str, &'m str)>,
    escape: Escape,
    shape: &Shape,
    typing: &Typing<'_>,
) -> Result<Map<String, Value>, Malformed> {
    let mut root: IndexMap<&str, Node<'_>> = IndexMap::new();
    for (name, raw) in pairs {
        let text = decode(raw, escape)?;
        match root.entry(name).or_insert_with(|| Node::Texts(Vec::new())) {
            Node::Texts(texts) => texts.push(text),
            Node::Branch(_) => (),
        }
    }
    Ok(members(root, shape, typing))
}

/// The names in `[a][b][]`; one name if there are other brackets inside. `None` without a bracket at the end.
fn brackets(text: &str) -> Option<Vec<&str>> {
    let inner = text.strip_prefix('[')?.strip_suffix(']')?;
    let path: Vec<&str> = inner.split("][").collect();
    Some(if path.iter().any(|name| name.contains(['[', ']'])) { vec![inner] } else { path })
}

fn insert<'m>(root: &mut Node<'m>, path: &[&'m str], text: Cow<'m, str>) -> Result<(), Malformed> {
    if path.len() > PARAMETER_LEVELS_MAX {
        return Err(Malformed(format!("is nested deeper than {PARAMETER_LEVELS_MAX} levels")));
    }
    let both = || Malformed(format!("has both a value and members at `[{}]`", path.join("][")));
    let mut node = root;
    for (depth, name) in path.iter().enumerate() {
        let Node::Branch(members) = node else { return Err(both()) };
        let last = depth + 1 == path.len();
        node = members
            .entry(name)
            .or_insert_with(|| if last { Node::Texts(Vec::new()) } else { Node::Branch(IndexMap::new()) });
    }
    match node {
        Node::Texts(texts) => texts.push(text),
        Node::Branch(_) => return Err(both()),
    }
    Ok(())
}

/// The value of a node. Recursion is bounded by [`PARAMETER_LEVELS_MAX`].
fn value(node: Node<'_>, shape: &Shape, typing: &Typing<'_>) -> Value {
    match node {
        Node::Texts(texts) => from_texts(texts, shape, typing),
        Node::Branch(members) if is_array(&members, shape.types) => {
            let item = typing.items(shape);
            let mut members: Vec<(&str, Node<'_>)> = members.into_iter().collect();
            members.sort_by_key(|(name, _)| name.parse::<u64>().unwrap_or(u64::MAX));
            let mut items = Vec::with_capacity(members.len());
            for (_, node) in members {
                match node {
                    Node::Texts(texts) => {
                        for text in texts {
                            items.push(typing.inside(text, item(items.len()).types));
                        }
                    }
                    branch @ Node::Branch(_) => items.push(value(branch, &item(items.len()), typing)),
                }
            }
            Value::Array(items)
        }
        Node::Branch(branch) => Value::Object(members(branch, shape, typing)),
    }
}

fn members(branch: IndexMap<&str, Node<'_>>, shape: &Shape, typing: &Typing<'_>) -> Map<String, Value> {
    let member = |(name, node): (&str, Node<'_>)| {
        let shape = typing.inner(Typing::property(shape, name));
        (name.to_owned(), value(node, &shape, typing))
    };
    branch.into_iter().map(member).collect()
}

fn from_texts(mut texts: Vec<Cow<'_, str>>, shape: &Shape, typing: &Typing<'_>) -> Value {
    let single = texts.len() == 1 && (has_text(shape.types) || !shape.types.has(Types::ARRAY));
    match texts.pop() {
        Some(text) if single => typing.inside(text, shape.types),
        Some(text) => {
            texts.push(text);
            let item = typing.items(shape);
            let values = texts.into_iter().zip(0..).map(|(text, index)| typing.inside(text, item(index).types));
            Value::Array(values.collect())
        }
        None => Value::Array(Vec::new()),
    }
}

/// True if the names are positions and the types allow an array.
fn is_array(members: &IndexMap<&str, Node<'_>>, types: Types) -> bool {
    let positions = members.keys().all(|name| name.bytes().all(|byte| byte.is_ascii_digit()));
    types.has(Types::ARRAY) && (positions || !types.has(Types::OBJECT))
}
