//! One file: from bytes to a document.

use std::sync::Arc;

use serde_json::Value;

use super::{
    document::{Document, Format},
    documents::Documents,
    flaw::{Flaw, Span},
    json, kind,
    lines::Lines,
    marks::{Marks, NO_KEY, Node},
    yaml,
};
use crate::finding::{Code, Finding, Severity};

/// What came of reading a file.
pub(super) struct Read {
    /// The file. Its tree is `null` where it could not be read.
    pub(super) document: Document,
    /// What is wrong with it.
    pub(super) findings: Vec<Finding>,
    /// True if there is no tree.
    pub(super) failed: bool,
}

/// Reads the bytes of the file at `path`, said to the user as `name`.
pub(super) fn read(name: &str, path: &str, bytes: Vec<u8>) -> Read {
    // The shared text is made before the tree, so that the bytes are freed before it grows.
    let (text, content): (Arc<str>, Content) = match decode(bytes).map(Arc::from) {
        Ok(text) => {
            let content = parse(path, &text);
            (text, content)
        }
        Err(Undecoded { text, flaw, is_readable: false }) => (text.into(), Content::failed(Format::Yaml, vec![flaw])),
        Err(Undecoded { text, flaw, is_readable: true }) => {
            let mut content = parse(path, &text);
            content.flaws.insert(0, flaw);
            (text.into(), content)
        }
    };
    let failed = content.tree.is_none();
    let (tree, marks) = match content.tree {
        Some((tree, marks)) => (tree, marks),
        None => (Value::Null, Some(Marks::default())),
    };
    let document = Document::new(name.into(), path.to_owned(), content.format, text, tree, marks);
    let findings = content.flaws.into_iter().map(|flaw| flaw.into_finding(&document)).collect();
    Read { document, findings, failed }
}

/// A file that is no description, and is reported on like one.
#[derive(Debug)]
pub struct FileRead {
    /// The file, as the only document.
    pub documents: Arc<Documents>,
    /// What is wrong with its YAML or JSON.
    pub findings: Vec<Finding>,
    /// False if there is no tree, only text.
    pub is_readable: bool,
}

/// Reads the YAML or JSON of a file that is no description, such as a scenario. `name` is what the user calls it.
pub fn read_file(name: &str, bytes: Vec<u8>) -> FileRead {
    let Read { document, findings, failed } = read(name, name, bytes);
    FileRead { documents: Arc::new(Documents::new(vec![document])), findings, is_readable: !failed }
}

/// Reads a text in YAML that is no file, such as the body of a request. What comes back instead of a value says what is
/// wrong, and where.
///
/// Of a key that stands twice in its object the last one counts, as in JSON.
pub fn read_yaml(text: &str) -> Result<Value, String> {
    let parsed = yaml::parse_for(text, yaml::Purpose::Body);
    let is_fatal = |flaw: &&Flaw| flaw.severity == Severity::Error;
    match (parsed.tree, parsed.flaws.iter().find(is_fatal)) {
        (Some((tree, _)), None) => Ok(tree),
        (_, Some(flaw)) => {
            let message = flaw.message.strip_prefix(yaml::NOT_YAML).unwrap_or(&flaw.message);
            let (line, column) = Lines::new(text).locate(text, flaw.span.start as usize);
            Err(format!("{message} at line {line} column {column}"))
        }
        (None, None) => Err("nothing can be read".to_owned()),
    }
}

/// What a text holds.
struct Content {
    format: Format,
    /// The tree, and its marks where they were found on the way.
    tree: Option<(Value, Option<Marks>)>,
    flaws: Vec<Flaw>,
}

impl Content {
    fn failed(format: Format, flaws: Vec<Flaw>) -> Self {
        Self { format, tree: None, flaws }
    }

    fn yaml(parsed: yaml::Parsed) -> Self {
        let tree = parsed.tree.map(|(tree, marks)| (tree, Some(marks)));
        Self { format: Format::Yaml, tree, flaws: parsed.flaws }
    }
}

/// A file that is not UTF-8.
struct Undecoded {
    /// As much of it as can be shown, with U+FFFD for the bytes that mean nothing.
    text: String,
    flaw: Flaw,
    /// True if only some letters are lost: then the rest is read all the same.
    is_readable: bool,
}

/// The text of a file, without a byte order mark.
fn decode(mut bytes: Vec<u8>) -> Result<String, Undecoded> {
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        let flaw = Flaw::error(Code::ENCODING, Span::default(), "the file is UTF-16, not UTF-8");
        let flaw = flaw.help("save it as UTF-8");
        return Err(Undecoded { text: String::new(), flaw, is_readable: false });
    }
    let mark_bytes = if bytes.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
    bytes.drain(..mark_bytes);
    let nul = bytes.iter().position(|byte| *byte == 0);
    let (bytes, utf8_until) = match (String::from_utf8(bytes), nul) {
        (Ok(text), None) => return Ok(text),
        (Ok(text), Some(_)) => (text.into_bytes(), usize::MAX),
        (Err(error), _) => {
            let until = error.utf8_error().valid_up_to();
            (error.into_bytes(), until)
        }
    };
    let (offset, what, help) = match nul {
        Some(nul) if nul < utf8_until => {
            let help = "remove it; if every other byte is NUL, the file is UTF-16: save it as UTF-8";
            (nul, "the file holds a NUL character", help)
        }
        _ => {
            let help = "save it as UTF-8; it is perhaps Latin-1 or Windows-1252";
            (utf8_until, "the file is not UTF-8", help)
        }
    };
    let byte = bytes.get(offset).copied().unwrap_or(0);
    let message = format!("{what}: byte 0x{byte:02X} at offset {}", offset + mark_bytes);
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let flaw = Flaw::error(Code::ENCODING, Span::new(offset, offset), message).help(help);
    Err(Undecoded { text, flaw, is_readable: nul.is_none() })
}

fn parse(path: &str, text: &str) -> Content {
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    if ["md", "markdown", "txt"].iter().any(|prose| extension.eq_ignore_ascii_case(prose)) {
        // `description: { $ref: intro.md }` is in use: prose is one text.
        let node = Node { value: Span::new(0, text.len()), key: NO_KEY, size: 1 };
        let tree = Some((Value::String(text.to_owned()), Some(Marks::new(vec![node]))));
        return Content { format: Format::Yaml, tree, flaws: Vec::new() };
    }
    if let Some((message, help)) = kind::markup(text) {
        return Content::failed(
            Format::Yaml,
            vec![Flaw::error(Code::NOT_A_DESCRIPTION, Span::default(), message).help(help)],
        );
    }
    if !text.trim_start().starts_with(['{', '[']) {
        return Content::yaml(yaml::parse(text));
    }
    let error = match json::parse(text) {
        Ok((tree, 0)) => return Content { format: Format::Json, tree: Some((tree, None)), flaws: Vec::new() },
        Ok((tree, _)) => {
            let (marks, flaws) = Marks::of_json_with_repeats(text, &tree);
            return Content { format: Format::Json, tree: Some((tree, Some(marks))), flaws };
        }
        Err(error) => error,
    };
    // Text in braces may be YAML all the same. A `.json` with comments or loose commas is a mistake to be shown, which need
    // not take the rest down.
    let is_json = extension.eq_ignore_ascii_case("json") && !json::is_big_number(&error);
    if !json::is_too_deep(&error) {
        let mut parsed = yaml::parse(text);
        if parsed.tree.is_some() {
            if is_json {
                parsed.flaws.insert(0, json_flaw(text, &error));
            }
            return Content::yaml(parsed);
        }
    }
    Content::failed(Format::Json, vec![json_flaw(text, &error)])
}

fn json_flaw(text: &str, error: &serde_json::Error) -> Flaw {
    let (line, column) = json::position(error);
    let offset = Lines::new(text).start(line).unwrap_or(0) + column - 1;
    let offset = (0..=offset.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let span = Span::new(offset, offset);
    if json::is_too_deep(error) {
        let message = "the nesting is deeper than 128 levels";
        return Flaw::error(Code::TOO_LARGE, span, message).help("move inner parts to `components` and refer to them");
    }
    let help = if error.is_eof() {
        "the file is cut off: fetch or save it again, or close its brackets"
    } else {
        "JSON has no comments and no comma before a closing bracket; its text stands in double quotation marks"
    };
    Flaw::error(Code::SYNTAX, span, format!("this is not JSON: {}", json::message(error))).help(help)
}
