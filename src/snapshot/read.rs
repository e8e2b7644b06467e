//! From the text of a file to a snapshot, or to what is wrong with it and where.

use std::{
    ops::Range,
    sync::{Arc, OnceLock},
};

use schemars::JsonSchema;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use super::{About, Described, FORMAT, Session, Snapshot, Totals};
use crate::{
    finding::{Code, Finding, Mark, Place},
    form::{Form, Reading, Wording, json_schema},
    limit,
    openapi::{DocId, Documents, FileRead, Location, read_file},
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
        if let Some(at) = conflict(text) {
            return Err(conflicting(name, text, at));
        }
        let Some((head, content)) = parts(text) else {
            let help = "a snapshot begins with a line `---`, then what it is about, then `---` again";
            return Err(refused(name, text, "", Code::NOT_A_SNAPSHOT, "this is no snapshot", help));
        };
        of_this_format(name, &head)?;
        let head: Head = part(head_form(), name, head)?;
        let content: Content = part(content_form(), name, content)?;
        let about = About {
            description: head.description,
            apis: head.info.apis,
            scenario: head.info.scenario,
            left_out: head.info.left_out,
        };
        Ok(Self { about, sessions: content.sessions })
    }
}

/// Where a merge left its first mark. No line of a snapshot begins so: texts are quoted or indented.
fn conflict(text: &str) -> Option<Range<usize>> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if ["<<<<<<< ", "||||||| ", ">>>>>>> "].iter().any(|mark| line.starts_with(mark)) {
            return Some(at..at + line.trim_end().len());
        }
        at += line.len();
    }
    None
}

fn conflicting(name: &str, text: &str, at: Range<usize>) -> Unreadable {
    let message = "the snapshot holds both sides of a merge conflict";
    let help = "check out one of the two versions, run the client again, and review what differs";
    let line = text[..at.start].matches('\n').count() + 1;
    let mut unreadable = refused(name, text, "", Code::NOT_A_SNAPSHOT, message, help);
    for finding in &mut unreadable.findings {
        if let Place::File { mark, .. } = &mut finding.place {
            *mark = Some(Mark { start: at.start, end: at.end, line, column: 1 });
        }
    }
    unreadable
}

/// The two parts of a file. The second one begins with as many empty lines as the first one has lines, so that its
/// places are those of the file.
fn parts(text: &str) -> Option<(String, String)> {
    let mut lines = text.split_inclusive('\n');
    let mut at = lines.next().filter(|line| line.trim_end() == MARK)?.len();
    for line in lines {
        if line.trim_end() != MARK {
            at += line.len();
            continue;
        }
        let (head, content) = text.split_at(at + line.len());
        let blank = |byte: u8| if byte == b'\n' { '\n' } else { ' ' };
        let before: String = head.bytes().map(blank).collect();
        return Some((head[..at].to_owned(), before + content));
    }
    None
}

/// Looks at the version of the format before all else: another one may look altogether different.
fn of_this_format(name: &str, head: &str) -> Result<(), Unreadable> {
    let FileRead { documents, findings, is_readable } = read_file(name, head.as_bytes().to_vec());
    let Some(info) = documents.get(&Location::new(DocId::ENTRY, "/info")).filter(|_| is_readable) else {
        if findings.is_empty() {
            let message = "this is no snapshot of a client: `info`, which says what it is about, is missing";
            return Err(refused(name, head, "", Code::NOT_A_SNAPSHOT, message, "record it anew with `mimeo run`"));
        }
        return Err(Unreadable { documents, findings });
    };
    match info.get("mimeo").map(Value::as_u64) {
        Some(Some(version)) if version > u64::from(FORMAT) => {
            let message = format!("the snapshot has format {version}, and this Mimeo reads up to format {FORMAT}");
            let help = "use a newer Mimeo, or record the snapshot anew with this one";
            Err(refused(name, head, "/info/mimeo", Code::VERSION, &message, help))
        }
        Some(_) => Ok(()),
        None => {
            let message = "this is no snapshot of a client: `info.mimeo`, the version of its format, is missing";
            Err(refused(name, head, "/info", Code::NOT_A_SNAPSHOT, message, "record it anew with `mimeo run`"))
        }
    }
}

fn refused(name: &str, text: &str, pointer: &str, code: Code, message: &str, help: &str) -> Unreadable {
    // The text need not be YAML to be quoted.
    let documents = read_file(name, text.as_bytes().to_vec()).documents;
    let place = documents.place(&Location::new(DocId::ENTRY, pointer));
    Unreadable { findings: vec![Finding::error(code, place, message).help(help)], documents }
}

/// The form of the first part. Schemas are compiled once: a client may have many snapshots.
fn head_form() -> &'static Form {
    static FORM: OnceLock<Form> = OnceLock::new();
    FORM.get_or_init(form::<Head>)
}

/// The form of the second part.
fn content_form() -> &'static Form {
    static FORM: OnceLock<Form> = OnceLock::new();
    FORM.get_or_init(form::<Content>)
}

fn form<T: JsonSchema>() -> Form {
    let wording = Wording {
        noun: "snapshot",
        shape: "what it is about, and `sessions`",
        help: "record it anew with `mimeo run`",
        code: Code::NOT_A_SNAPSHOT,
        items: &[("sessions", "a session"), ("exchanges", "an exchange"), ("findings", "a finding")],
    };
    Form::new(json_schema::<T>(), wording)
}

/// Reads one part of a file.
fn part<T: DeserializeOwned>(form: &Form, name: &str, text: String) -> Result<T, Unreadable> {
    let Reading { value, documents, findings } = form.read(name, text.into_bytes());
    // What is only a warning somewhere else would be lost when the file is written again.
    match value.filter(|_| findings.is_empty()) {
        Some(value) => Ok(value),
        None => Err(Unreadable { documents, findings }),
    }
}
