//! YAML text to a tree with marks.
//!
//! YAML 1.2 with its core schema: `no` and `on` are text, `010` is ten. Keys are text as written, so `200:` and
//! `"200":` are the same key; of members with the same key the first counts. Merge keys (`<<`) are applied. What JSON
//! cannot hold (infinities, numbers beyond every range) stays text. What an alias stands for is copied, within a
//! budget of bytes. Nothing recurses, so no nesting exhausts a stack.

mod anchors;
mod frame;
mod scalar;

use std::borrow::Cow;

use granit_parser::{ErrorKind, Event, Marker, Parser, ScalarStyle, ScanError, StrInput, Tag};
use serde_json::{Value, map::Entry};

use self::{
    anchors::Anchors,
    frame::{Content, Frame, Key},
};
use super::{
    flaw::{Flaw, Span},
    marks::{Marks, NO_KEY, Node},
};
use crate::{
    finding::{Code, Severity},
    limit,
};

/// How the message of a text that is no YAML begins.
pub(super) const NOT_YAML: &str = "this is not YAML: ";

/// What came of reading a YAML text.
#[derive(Debug)]
pub(super) struct Parsed {
    /// The content of its first document; `None` if the text is not YAML, or is over a limit.
    pub(super) tree: Option<(Value, Marks)>,
    /// What is wrong, in the order of the text.
    pub(super) flaws: Vec<Flaw>,
}

/// Reads a YAML text.
pub(super) fn parse(text: &str) -> Parsed {
    parse_for(text, Purpose::Description)
}

/// What a text is read for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// For all that it says: everything that is wrong with it is of use.
    Description,
    /// For its value alone: whoever sent it is told the first fault, and pays for no more.
    Body,
}

/// Reads a YAML text. Aliases in a body may add less to it than those in a description.
pub(super) fn parse_for(text: &str, purpose: Purpose) -> Parsed {
    let budget = match purpose {
        Purpose::Description => limit::ALIAS_BYTES_MAX,
        Purpose::Body => limit::ALIAS_BODY_BYTES_MAX,
    };
    let options = granit_parser::options! {
        emit_unresolved_aliases: true,
        flow_nesting_limit: limit::DOCUMENT_DEPTH_MAX,
        block_nesting_limit: limit::DOCUMENT_DEPTH_MAX,
    };
    let mut loader = Loader {
        text,
        events: Parser::new_from_str_with_options(text, options),
        frames: Vec::new(),
        nodes: Vec::new(),
        anchors: Anchors::within(budget),
        root: None,
        flaws: Vec::new(),
        is_broken: false,
        purpose,
    };
    let tree = match loader.run() {
        Ok(()) => Some((loader.root.unwrap_or_default(), Marks::new(loader.nodes))),
        Err(fatal) => {
            loader.flaws.push(fatal);
            None
        }
    };
    Parsed { tree, flaws: loader.flaws }
}

struct Loader<'t> {
    text: &'t str,
    events: Parser<'t, StrInput<'t>>,
    /// The collections that are open, the outermost first.
    frames: Vec<Frame>,
    /// The marks so far.
    nodes: Vec<Node>,
    anchors: Anchors,
    root: Option<Value>,
    flaws: Vec<Flaw>,
    /// One of the flaws is an error.
    is_broken: bool,
    purpose: Purpose,
}

impl<'t> Loader<'t> {
    /// Reads the first document; fails on what leaves no tree.
    fn run(&mut self) -> Result<(), Flaw> {
        while let Some((event, span)) = self.next()? {
            if self.purpose == Purpose::Body && self.is_broken {
                return Ok(());
            }
            match event {
                Event::Scalar(text, style, anchor, tag) => self.scalar(text, style, anchor, tag.as_deref(), span),
                Event::SequenceStart(_, anchor, tag) => self.open(Content::Array(Vec::new()), anchor, tag, span)?,
                Event::MappingStart(_, anchor, tag) => self.open(Content::map(), anchor, tag, span)?,
                Event::SequenceEnd | Event::MappingEnd => self.close(span),
                Event::Alias(id) => self.alias(id, span)?,
                Event::UnresolvedAlias(name) => {
                    let message = format!("the alias `*{name}` has no anchor `&{name}` before it");
                    self.flaw(Flaw::error(Code::SYNTAX, span, message).help("quote the text if no alias is meant"));
                    self.add(Value::Null, span, 0);
                }
                Event::DocumentEnd => return self.after_first(),
                _ => (),
            }
        }
        self.empty();
        Ok(())
    }

    fn next(&mut self) -> Result<Option<(Event<'t>, Span)>, Flaw> {
        match self.events.next_event() {
            None => Ok(None),
            Some(Ok((event, span))) => Ok(Some((event, Span::new(offset(span.start), offset(span.end))))),
            Some(Err(error)) => Err(syntax(&error)),
        }
    }

    /// Looks at what follows the first document: another one is not read, and said to be so.
    fn after_first(&mut self) -> Result<(), Flaw> {
        self.empty();
        while let Some((event, span)) = self.next()? {
            match event {
                Event::Scalar(_, ScalarStyle::Plain, ..) if span.start == span.end => (),
                Event::Scalar(..) | Event::SequenceStart(..) | Event::MappingStart(..) => {
                    if self.purpose == Purpose::Body {
                        return Err(Flaw::error(Code::YAML_FEATURE, span, "there is more than one YAML document"));
                    }
                    let message = "the file has more than one YAML document; only the first is read";
                    let flaw = Flaw::warning(Code::YAML_FEATURE, span, message);
                    self.flaw(flaw.help("put each document into a file of its own"));
                    return Ok(());
                }
                _ => (),
            }
        }
        Ok(())
    }

    /// Marks a document without content.
    fn empty(&mut self) {
        if self.nodes.is_empty() {
            self.nodes.push(Node { value: Span::default(), key: NO_KEY, size: 1 });
        }
    }

    fn scalar(&mut self, mut text: Cow<'_, str>, style: ScalarStyle, anchor: usize, tag: Option<&Tag>, span: Span) {
        if span.start == span.end {
            // The parser writes `~` for what is not there.
            text = Cow::Borrowed("");
        }
        if self.key_is_due() {
            let plain = style == ScalarStyle::Plain && tag.is_none();
            let bytes = anchors::NODE_BYTES + text.len();
            self.anchors.keep(anchor, bytes, || (Value::String(text.to_string()), vec![leaf(span)]));
            self.key(text.into_owned(), plain, span);
            return;
        }
        let value = match tag {
            None if style == ScalarStyle::Plain => scalar::plain(text),
            None => Value::String(text.into_owned()),
            Some(tag) => match scalar::tagged(tag, text, style) {
                Ok(value) => value,
                Err((value, message)) => {
                    self.flaw(Flaw::warning(Code::YAML_FEATURE, span, message).help("remove the tag"));
                    value
                }
            },
        };
        self.add(value, span, anchor);
    }

    /// Takes over the text of a key.
    fn key(&mut self, text: String, plain: bool, span: Span) {
        let Some(Frame { content: Content::Object { key, .. }, .. }) = self.frames.last_mut() else {
            return;
        };
        *key = if plain && text == "<<" { Key::Merge(span) } else { Key::Text(text, span) };
    }

    /// Says that a key stands in its mapping for the second time; for the first time it is the member `index` of a
    /// mapping whose marks begin at `node`.
    fn repeated(&mut self, text: &str, node: usize, index: usize, span: Span) {
        if self.flaws.len() >= limit::FINDINGS_MAX {
            return;
        }
        let mut at = node;
        for _ in 0..index {
            at += self.nodes.get(at).map_or(1, |node| node.size as usize);
        }
        let first = self.nodes.get(at).map_or(span, |node| node.key);
        self.flaw(Flaw::repeated_key(text, first, span));
    }

    /// Opens a collection.
    fn open(&mut self, content: Content, anchor: usize, tag: Option<Cow<'_, Tag>>, span: Span) -> Result<(), Flaw> {
        if self.frames.len() >= limit::DOCUMENT_DEPTH_MAX {
            return Err(too_deep(span));
        }
        if let Some(message) = tag.and_then(|tag| scalar::ignored_on_collection(&tag)) {
            self.flaw(Flaw::warning(Code::YAML_FEATURE, span, message).help("remove the tag"));
        }
        let key = self.due_key_span();
        let node = self.nodes.len();
        self.nodes.push(Node { value: span, key, size: 1 });
        self.frames.push(Frame { content, node, anchor, height: 0, end: 0, copied_before: self.anchors.copied() });
        Ok(())
    }

    /// Closes the innermost collection. A block collection ends with its last child, not where the parser noticed.
    fn close(&mut self, span: Span) {
        let Some(frame) = self.frames.pop() else { return };
        let (value, height) = (frame.content.finish(&mut self.nodes), frame.height);
        let size = self.nodes.len().saturating_sub(frame.node);
        let Some(node) = self.nodes.get_mut(frame.node) else { return };
        let closes = self.text.get(span.start as usize..span.end as usize).is_some_and(|text| !text.is_empty());
        let end = if closes { span.end } else { frame.end };
        node.value.end = end.max(node.value.start);
        node.size = u32::try_from(size).unwrap_or(u32::MAX);
        if frame.anchor != 0 {
            let read = (node.value.end - node.value.start) as usize;
            let bytes = read + size * anchors::NODE_BYTES + (self.anchors.copied() - frame.copied_before);
            let nodes = &self.nodes;
            self.anchors.keep_tall(frame.anchor, bytes, height, || {
                (value.clone(), nodes.get(frame.node..).unwrap_or_default().to_vec())
            });
        }
        self.deliver(value, frame.node, height);
    }

    /// Puts a copy of what an anchor names in the place of an alias.
    fn alias(&mut self, id: usize, span: Span) -> Result<(), Flaw> {
        let name = self.text.get(span.start as usize + 1..span.end as usize).unwrap_or_default();
        let Some(anchor) = self.anchors.get(id) else {
            let message = format!("the alias `*{name}` stands inside the value that it names");
            self.flaw(Flaw::error(Code::SYNTAX, span, message).help("describe recursion with `$ref`"));
            self.add(Value::Null, span, 0);
            return Ok(());
        };
        let height = anchor.height;
        let is_key = self.key_is_due();
        if !is_key && self.frames.len() + height > limit::DOCUMENT_DEPTH_MAX {
            return Err(too_deep(span));
        }
        let Some((value, mut nodes)) = self.anchors.copy(id) else {
            let limit = self.anchors.budget() / 1024 / 1024;
            let message = format!("the aliases up to `*{name}` would add more than {limit} MiB to the document");
            return Err(Flaw::error(Code::TOO_LARGE, span, message).help("use `$ref` in place of large aliases"));
        };
        if is_key {
            match value {
                Value::String(text) => self.key(text, false, span),
                Value::Array(_) | Value::Object(_) => self.no_text_key(span),
                other => self.key(other.to_string(), false, span),
            }
            return Ok(());
        }
        let key = self.due_key_span();
        if let Some(root) = nodes.first_mut() {
            root.key = key;
            root.value = span;
        }
        let node = self.nodes.len();
        self.nodes.append(&mut nodes);
        self.deliver(value, node, height);
        Ok(())
    }

    /// Adds a value without children.
    fn add(&mut self, value: Value, span: Span, anchor: usize) {
        if anchor != 0 {
            let bytes = anchors::NODE_BYTES + (span.end - span.start) as usize;
            self.anchors.keep(anchor, bytes, || (value.clone(), vec![leaf(span)]));
        }
        let key = self.due_key_span();
        let node = self.nodes.len();
        self.nodes.push(Node { value: span, key, size: 1 });
        self.deliver(value, node, 0);
    }

    /// Gives a finished value, whose marks begin at `node`, to the collection that it stands in.
    fn deliver(&mut self, value: Value, node: usize, height: usize) {
        let Some(frame) = self.frames.last_mut() else {
            self.root = Some(value);
            return;
        };
        frame.height = frame.height.max(height + 1);
        frame.end = self.nodes.get(node).map_or(frame.end, |node| node.value.end);
        match &mut frame.content {
            Content::Array(items) => items.push(value),
            Content::Object { map, key, merges } => match std::mem::replace(key, Key::Due) {
                Key::Text(text, span) => match map.entry(text) {
                    Entry::Vacant(entry) => {
                        entry.insert(value);
                    }
                    // In JSON the last one counts.
                    Entry::Occupied(mut entry) if self.purpose == Purpose::Body => {
                        entry.insert(value);
                        self.nodes.truncate(node);
                    }
                    // All of them are looked through for the first, which takes long where many are repeated.
                    Entry::Occupied(_) if self.flaws.len() >= limit::FINDINGS_MAX => self.nodes.truncate(node),
                    Entry::Occupied(entry) => {
                        let text = entry.key().clone();
                        let index = map.keys().take_while(|key| **key != text).count();
                        let first = frame.node + 1;
                        self.nodes.truncate(node);
                        self.repeated(&text, first, index, span);
                    }
                },
                Key::Merge(span) => {
                    let marks = self.nodes.split_off(node);
                    if !merges.add(value, marks) {
                        let message = "the merge key `<<` takes a mapping or a list of mappings";
                        self.flaw(Flaw::error(Code::WRONG_TYPE, span, message).help("quote it if it is a plain key"));
                    }
                }
                Key::Ignored => self.nodes.truncate(node),
                Key::Due => {
                    let span = self.nodes.get(node).map_or(Span::default(), |node| node.value);
                    self.nodes.truncate(node);
                    self.no_text_key(span);
                }
            },
        }
    }

    /// Says that a key is a mapping or a list, and leaves its member out.
    fn no_text_key(&mut self, span: Span) {
        if let Some(Frame { content: Content::Object { key, .. }, .. }) = self.frames.last_mut() {
            *key = Key::Ignored;
        }
        let message = "a key is a mapping or a list; its member is left out";
        self.flaw(Flaw::error(Code::YAML_FEATURE, span, message).help("quote the key if it is meant as text"));
    }

    fn key_is_due(&self) -> bool {
        matches!(self.frames.last(), Some(Frame { content: Content::Object { key: Key::Due, .. }, .. }))
    }

    /// The span of the key whose value comes next.
    fn due_key_span(&self) -> Span {
        match self.frames.last() {
            Some(Frame { content: Content::Object { key: Key::Text(_, span), .. }, .. }) => *span,
            _ => NO_KEY,
        }
    }

    fn flaw(&mut self, flaw: Flaw) {
        let is_error = flaw.severity == Severity::Error;
        self.is_broken |= is_error;
        // Nobody asks what else may be said of a body.
        if is_error || self.purpose == Purpose::Description {
            self.flaws.push(flaw);
        }
    }
}

fn leaf(span: Span) -> Node {
    Node { value: span, key: NO_KEY, size: 1 }
}

fn offset(marker: Marker) -> usize {
    marker.byte_offset().unwrap_or(0)
}

fn too_deep(span: Span) -> Flaw {
    let message = format!("the nesting is deeper than {} levels", limit::DOCUMENT_DEPTH_MAX);
    Flaw::error(Code::TOO_LARGE, span, message).help("move inner parts to `components` and refer to them")
}

/// A parser's error as a flaw.
fn syntax(error: &ScanError) -> Flaw {
    let at = offset(*error.marker());
    let span = Span::new(at, at);
    let help = match error.kind() {
        ErrorKind::RecursionLimitExceeded => return too_deep(span),
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabAtBlockScalarStart
        | ErrorKind::TabInPlainScalar => "indent with spaces: YAML allows no tabs there",
        ErrorKind::MappingValueNotAllowed | ErrorKind::MappingKeyNotAllowed => {
            "check the indentation, and quote text that contains `: `"
        }
        ErrorKind::UnclosedQuotedScalar => "close the quotation mark",
        ErrorKind::UnclosedFlowCollection { .. } | ErrorKind::UnexpectedEofFlowSequence => "close the bracket",
        ErrorKind::UnexpectedEofFlowMapping => "close the brace",
        ErrorKind::UnexpectedCharacter { .. } | ErrorKind::UnknownQuotedScalarEscape => {
            "put the text into single quotation marks"
        }
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => "end the key with `: ` on the same line",
        ErrorKind::UndeclaredTagHandle => "remove the tag, or quote the text if it begins with `!`",
        _ => "check the indentation and the quotation marks around this place",
    };
    Flaw::error(Code::SYNTAX, span, format!("{NOT_YAML}{}", error.info())).help(help)
}

#[cfg(test)]
mod tests;
