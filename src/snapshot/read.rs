//! From the text of a file to a snapshot, or to what is wrong with it and where.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use super::{About, Described, FORMAT, Session, Snapshot, Totals, form::Form};
use crate::{
    finding::{Code, Finding, Place, Severity},
    limit,
    openapi::{DocId, Documents, Location, read_file},
};

/// A file that is no snapshot, or a damaged one.
#[derive(Debug)]
pub struct Unreadable {
    /// The file that findings quote.
    pub documents: Arc<Documents>,
    /// What is wrong with it.
    pub findings: Vec<Finding>,
}

/// The first part of the file. What insta and others write beside is passed over.
#[derive(Debug, Deserialize, JsonSchema)]
struct Head {
    description: Option<String>,
    info: Info,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Info {
    #[schemars(range(min = 1))]
    #[expect(dead_code, reason = "it is looked at before all else")]
    mimeo: u32,
    #[serde(default)]
    apis: Vec<Described>,
    scenario: Option<String>,
    #[serde(default)]
    #[expect(dead_code, reason = "the totals are for people; they are counted anew")]
    totals: Option<Totals>,
    #[serde(default, rename = "left-out")]
    left_out: usize,
}

/// The second part.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Content {
    sessions: Vec<Session>,
}

/// The line before and after the first part.
const MARK: &str = "---";

impl Snapshot {
    /// Reads the text of a file, said to the user as `name`.
    pub fn read(name: &str, text: &str) -> Result<Self, Unreadable> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if text.len() > limit::SNAPSHOT_BYTES_MAX {
            let message = format!(
                "the snapshot has {} bytes, more than the {} that are read",
                text.len(),
                limit::SNAPSHOT_BYTES_MAX
            );
            return Err(refused(name, "", "", Code::TOO_LARGE, &message, "record fewer exchanges"));
        }
        let Some((head, content)) = parts(text) else {
            let help = "a snapshot begins with a line `---`, then what it is about, then `---` again";
            return Err(refused(name, text, "", Code::NOT_A_SNAPSHOT, "this is no snapshot", help));
        };
        let head: Head = part(name, head, of_this_format)?;
        let content: Content = part(name, content, |_, _| None)?;
        let about =
            About { description: head.description, apis: head.info.apis, scenario: head.info.scenario, left_out: head.info.left_out };
        Ok(Self { about, sessions: content.sessions })
    }
}

/// The two parts of a file. The second one begins with as many empty lines as the first one has lines, so that its
/// places are those of the file.
fn parts(text: &str) -> Option<(String, String)> {
    let mut at = 0;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let is_mark = line.trim_end() == MARK;
        if (number == 0) != is_mark {
            if number == 0 {
                return None;
            }
        } else if number > 0 {
            let (head, content) = (&text[..at], &text[at + line.len()..]);
            let blank = |c: char| if c == '\n' { '\n' } else { ' ' };
            let before: String = text[..at + line.len()].bytes().map(|byte| blank(char::from(byte))).collect();
            return Some((head.to_owned(), before + content));
        }
        at += line.len();
    }
    None
}

/// What is wrong with the version of the format.
fn of_this_format(documents: &Documents, tree: &Value) -> Option<Finding> {
    let at = Location::new(DocId::ENTRY, "/info/mimeo");
    let version = match documents.get(&at) {
        Some(version) => version.as_u64()?,
        None => {
            let place = documents.place(&Location::new(DocId::ENTRY, if tree.get("info").is_some() { "/info" } else { "" }));
            let message = "this is no snapshot of a client: `info.mimeo`, the version of its format, is missing";
            return Some(Finding::error(Code::NOT_A_SNAPSHOT, place, message).help("record it anew with `mimeo run`"));
        }
    };
    (version > u64::from(FORMAT)).then(|| {
        let message = format!("the snapshot has format {version}, and this Mimeo reads up to format {FORMAT}");
        Finding::error(Code::VERSION, documents.place(&at), message)
            .help("use a newer Mimeo, or record the snapshot anew with this one")
    })
}

fn refused(name: &str, text: &str, pointer: &str, code: Code, message: &str, help: &str) -> Unreadable {
    // The text need not be YAML to be quoted.
    let documents = read_file(name, text.as_bytes().to_vec()).documents;
    let place = documents.place(&Location::new(DocId::ENTRY, pointer));
    Unreadable { findings: vec![Finding::error(code, place, message).help(help)], documents }
}

/// Reads one part of a file. `first` says what makes all other findings pointless.
fn part<T: DeserializeOwned + JsonSchema>(
    name: &str,
    text: String,
    first: impl FnOnce(&Documents, &Value) -> Option<Finding>,
) -> Result<T, Unreadable> {
    let file = read_file(name, text.into_bytes());
    let (documents, mut findings) = (file.documents, file.findings);
    let is_wrong = |findings: &[Finding]| findings.iter().any(|finding| finding.severity == Severity::Error);
    let Some(document) = documents.document(DocId::ENTRY).filter(|_| file.is_readable && !is_wrong(&findings)) else {
        return Err(Unreadable { documents, findings });
    };
    if let Some(finding) = first(&documents, &document.tree) {
        return Err(Unreadable { findings: vec![finding], documents });
    }
    findings.extend(Form::of::<T>().faults(&documents, &document.tree));
    if !is_wrong(&findings) {
        match serde_json::from_value(document.tree.clone()) {
            Ok(value) => return Ok(value),
            // The schema is made from the types, so it says nearly everything before this does.
            Err(error) => {
                let place = documents.place(&Location::new(DocId::ENTRY, ""));
                findings.push(Finding::error(Code::NOT_A_SNAPSHOT, place, format!("this is no snapshot: {error}")));
            }
        }
    }
    findings.sort_by_key(|finding| match &finding.place {
        Place::File { mark, .. } => mark.map(|mark| mark.start),
        _ => None,
    });
    Err(Unreadable { documents, findings })
}
