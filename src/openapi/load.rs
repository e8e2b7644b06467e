//! Reads a description, applies overlays, and lowers it into the model.

use std::{collections::HashMap, sync::Arc};

use super::{
    crawl::Crawl,
    documents::{DocId, Documents},
    kind, lower,
    model::Api,
    overlay,
    sources::Sources,
};
use crate::{
    finding::{Code, Finding, Place},
    limit,
};

/// What came of reading a description.
#[derive(Debug)]
pub struct Loaded {
    /// The model; `None` if the entry document is no description.
    pub api: Option<Api>,
    /// The files that were read, also when there is no model: findings quote their text.
    pub documents: Arc<Documents>,
    /// Everything that is wrong, in reading order, at most [`crate::limit::FINDINGS_MAX`].
    pub findings: Vec<Finding>,
    /// Paths of all files that were read or looked for, below the root of the sources: what a reload watches.
    pub paths: Vec<String>,
}

/// Reads the description whose entry file is `entry` (a path below the root of `sources`, said to the user as
/// `name`), and applies the overlays at the given paths in order.
pub fn load(sources: &dyn Sources, entry: &str, name: &str, overlays: &[String]) -> Loaded {
    let mut crawl = Crawl::new(sources, name.strip_suffix(entry).unwrap_or_default());
    let is_description = read_entry(&mut crawl, entry, name);
    for path in overlays {
        match crawl.read(path) {
            Ok(id) if is_description => {
                let findings = overlay::apply(&mut crawl.documents, id);
                crawl.findings.extend(findings);
            }
            Ok(_) => (),
            Err((_, why)) => crawl.findings.push(unreadable(path, "overlay", &why)),
        }
    }
    if is_description {
        crawl.run();
    }
    let Crawl { documents, mut findings, paths, .. } = crawl;
    let documents = Arc::new(documents);
    let (api, found) = if is_description { lower::lower(&documents, &short_name(name)) } else { (None, Vec::new()) };
    // The crawl says each faulty reference once; lowering meets them again wherever they are used.
    let told = findings.iter().any(is_about_reading);
    findings.extend(found.into_iter().filter(|finding| !(told && is_about_reading(finding))));
    sort(&mut findings, &documents);
    cap(&mut findings);
    Loaded { api, documents, findings, paths }
}

/// True for a finding about a file or a reference to one.
fn is_about_reading(finding: &Finding) -> bool {
    const CODES: [Code; 8] = [
        Code::REF_NOT_FOUND,
        Code::REF_REFUSED,
        Code::REF_SYNTAX,
        Code::REF_CYCLE,
        Code::NOT_READ,
        Code::SYNTAX,
        Code::ENCODING,
        Code::NOT_A_DESCRIPTION,
    ];
    CODES.contains(&finding.code)
}

/// Reads the entry document; true if it is a description.
fn read_entry(crawl: &mut Crawl<'_>, entry: &str, name: &str) -> bool {
    if let Err((_, why)) = crawl.read_as(entry, name) {
        crawl.findings.push(unreadable(name, "description", &why));
        return false;
    }
    let Some(document) = crawl.documents.document(DocId::ENTRY) else { return false };
    if kind::is_description(&document.tree) {
        return true;
    }
    // What has no tree at all has said why.
    if !crawl.findings.iter().any(|finding| is_fatal(finding.code)) {
        let (message, help) = kind::instead(document);
        let place = Place::File { file: Arc::clone(&document.name), pointer: String::new(), mark: None };
        crawl.findings.push(Finding::error(Code::NOT_A_DESCRIPTION, place, message).help(help));
    }
    false
}

fn is_fatal(code: Code) -> bool {
    matches!(code, Code::SYNTAX | Code::ENCODING | Code::TOO_LARGE | Code::NOT_A_DESCRIPTION)
}

fn unreadable(file: &str, what: &str, why: &str) -> Finding {
    let place = Place::File { file: file.into(), pointer: String::new(), mark: None };
    Finding::error(Code::NOT_READ, place, format!("the {what} {why}")).help("check the path")
}

/// A name for addresses: the stem of the file in kebab-case.
fn short_name(name: &str) -> String {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let stem = file.split_once('.').map_or(file, |(stem, _)| if stem.is_empty() { file } else { stem });
    let mut short = String::with_capacity(stem.len());
    let mut lower_before = false;
    for c in stem.chars() {
        if c.is_alphanumeric() {
            if c.is_uppercase() && lower_before {
                short.push('-');
            }
            lower_before = c.is_lowercase() || c.is_numeric();
            short.extend(c.to_lowercase());
        } else {
            lower_before = false;
            if !short.is_empty() && !short.ends_with('-') {
                short.push('-');
            }
        }
    }
    let short = short.trim_end_matches('-');
    if short.is_empty() { "api".to_owned() } else { short.to_owned() }
}

/// Sorts findings by file in reading order, then by position; what has no position comes first.
fn sort(findings: &mut [Finding], documents: &Documents) {
    let order: HashMap<Arc<str>, u32> = documents.iter().map(|(id, doc)| (Arc::clone(&doc.name), id.0)).collect();
    findings.sort_by_key(|finding| match &finding.place {
        Place::File { file, mark, .. } => (order.get(file).copied(), mark.map(|mark| mark.start)),
        _ => (None, None),
    });
}

/// Keeps the first findings, and says how many more there are.
fn cap(findings: &mut Vec<Finding>) {
    if findings.len() <= limit::FINDINGS_MAX {
        return;
    }
    let kept = limit::FINDINGS_MAX - 1;
    let more = findings.len() - kept;
    let code = findings.get(kept).map_or(Code::TOO_LARGE, |finding| finding.code);
    findings.truncate(kept);
    findings.push(Finding::note(code, Place::Nowhere, format!("and {more} more findings")));
}

#[cfg(test)]
mod tests;
