//! Reads every file that a description refers to, and checks every reference on the way.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::Arc,
};

use serde_json::Value;

use super::{
    documents::{DocId, Documents, Location},
    nearest,
    read::read,
    reference::{RefError, Target},
    sources::{SourceError, Sources},
    walk::{self, Mode, Site, SiteKind},
};
use crate::{
    finding::{Code, Finding},
    limit,
};

/// Missing names for which a better one is looked for; the search is slow where names are many.
const SUGGESTIONS_MAX: usize = 200;

/// Reads files and keeps count of them.
pub(super) struct Crawl<'s> {
    sources: &'s dyn Sources,
    /// What stands before the paths in the names of files.
    prefix: String,
    pub(super) documents: Documents,
    pub(super) findings: Vec<Finding>,
    /// Paths that were read or looked for, in that order.
    pub(super) paths: Vec<String>,
    bytes: usize,
    suggestions: usize,
    swagger2: bool,
}

/// Parts of the documents that were walked, and how they were meant.
type Walked = HashMap<DocId, HashMap<Arc<str>, Mode>>;

impl<'s> Crawl<'s> {
    /// Nothing is read yet. Files are called `prefix` and their path.
    pub(super) fn new(sources: &'s dyn Sources, prefix: &str) -> Self {
        Self {
            sources,
            prefix: prefix.to_owned(),
            documents: Documents::default(),
            findings: Vec::new(),
            paths: Vec::new(),
            bytes: 0,
            suggestions: 0,
            swagger2: false,
        }
    }

    /// Reads one file; the error says why it could not be read, as the end of a sentence about it.
    ///
    /// A file that is there but holds no tree is added too, so that findings can quote it.
    pub(super) fn read(&mut self, path: &str) -> Result<DocId, (Code, String)> {
        let name = format!("{}{path}", self.prefix);
        self.read_as(path, &name)
    }

    /// Reads one file as [`Self::read`] does, and calls it `name`.
    pub(super) fn read_as(&mut self, path: &str, name: &str) -> Result<DocId, (Code, String)> {
        self.paths.push(path.to_owned());
        if self.paths.len() > limit::DESCRIPTION_FILES_MAX {
            let message = format!("is one of more than {} files", limit::DESCRIPTION_FILES_MAX);
            return Err((Code::TOO_LARGE, message));
        }
        let bytes = match self.sources.read(path) {
            Ok(bytes) if bytes.len() > limit::DOCUMENT_BYTES_MAX => Err(SourceError::TooLarge),
            other => other,
        };
        let bytes = bytes.map_err(|error| match error {
            SourceError::NotFound => (Code::REF_NOT_FOUND, "does not exist".to_owned()),
            SourceError::Outside => (Code::REF_REFUSED, "lies outside the folder of the description".to_owned()),
            SourceError::TooLarge => {
                let limit = limit::DOCUMENT_BYTES_MAX / 1024 / 1024;
                (Code::TOO_LARGE, format!("is larger than {limit} MiB"))
            }
            SourceError::Failed(why) => (Code::NOT_READ, format!("could not be read: {why}")),
        })?;
        self.bytes += bytes.len();
        if self.bytes > limit::DESCRIPTION_BYTES_MAX {
            let limit = limit::DESCRIPTION_BYTES_MAX / 1024 / 1024;
            return Err((Code::TOO_LARGE, format!("would make the description larger than {limit} MiB")));
        }
        let file = read(name, path, bytes);
        self.findings.extend(file.findings);
        let id = self.documents.add(file.document);
        if file.failed {
            self.documents.names.add_failed(path, format!("`{path}` could not be read"));
        }
        Ok(id)
    }

    /// Follows all references from the entry document on, reads the files that they name, and says which lead nowhere.
    pub(super) fn run(&mut self) {
        self.swagger2 = self.documents.document(DocId::ENTRY).is_some_and(|doc| doc.tree.get("swagger").is_some());
        let mut due = VecDeque::from([(Location::new(DocId::ENTRY, ""), Mode::Fields)]);
        let mut walked = Walked::new();
        let mut seen: HashSet<(DocId, String)> = HashSet::new();
        let mut chains: Vec<(Location, Location)> = Vec::new();
        let mut examples: Vec<(Location, String)> = Vec::new();
        while let Some((at, mode)) = due.pop_front() {
            if self.is_walked(&walked, &at) {
                continue;
            }
            let Some(value) = self.documents.get(&at) else { continue };
            let overlapping = walked.get(&at.doc).is_some_and(|roots| !roots.is_empty());
            let sites = walk::references(value, &at.pointer, mode, self.swagger2);
            walked.entry(at.doc).or_default().insert(Arc::clone(&at.pointer), mode);
            for site in sites {
                // Without a walk in the same document before, no reference can have been seen.
                if (overlapping || at.doc != DocId::ENTRY) && !seen.insert((at.doc, site.pointer.clone())) {
                    continue;
                }
                if site.kind == SiteKind::Example {
                    examples.push((Location::new(at.doc, site.pointer), site.reference));
                } else if let Some(target) = self.site(at.doc, &site) {
                    if site.kind == SiteKind::Ref {
                        self.note_chain(&mut chains, at.doc, &site, &target);
                    }
                    due.push_back((target, site.mode));
                }
            }
        }
        self.cycles(&chains);
        // Last, so that a file that something else refers to as well is missed there.
        for (at, reference) in examples {
            self.read_example(&at, &reference);
        }
    }

    /// True if a walk has come by a location.
    fn is_walked(&self, walked: &Walked, at: &Location) -> bool {
        let (Some(roots), Some(doc)) = (walked.get(&at.doc), self.documents.document(at.doc)) else { return false };
        let ends = at.pointer.match_indices('/').map(|(end, _)| end).chain([at.pointer.len()]);
        ends.into_iter().any(|end| {
            let (Some(root), Some(rest)) = (at.pointer.get(..end), at.pointer.get(end..)) else { return false };
            let Some(mode) = roots.get(root) else { return false };
            let value = self.documents.get(&Location::new(at.doc, root)).unwrap_or(&doc.tree);
            walk::reaches(value, *mode, rest, self.swagger2).is_some()
        })
    }

    /// Checks one reference and reads its file if it is new; yields where it leads.
    fn site(&mut self, doc: DocId, site: &Site) -> Option<Location> {
        let at = Location::new(doc, site.pointer.as_str());
        if site.kind == SiteKind::NotText {
            let message = format!("`$ref` is {}, not text", site.reference);
            self.add(Code::REF_SYNTAX, &at, message, "write a URI reference, such as `#/components/schemas/Pet`");
            return None;
        }
        let from = at.parent().map_or(at.clone(), |(parent, _)| parent);
        let reference = site.reference.as_str();
        let (file, _) = reference.split_once('#').unwrap_or((reference, ""));
        let found = self.documents.target(&from, file).and_then(|target| {
            if let Target::File(path) = target
                && !self.documents.names.has_file(&path)
            {
                self.read_for(&path, &at);
            }
            self.documents.resolve_at(&from, reference)
        });
        match found {
            Ok(target) => Some(target),
            Err(error) => {
                self.unresolved(&at, site, &error);
                None
            }
        }
    }

    /// Reads the file that an example may be in. Where there is none, the example is data that looks like a reference, and
    /// nothing is said; what it refers to is data, in which no references are looked for.
    fn read_example(&mut self, at: &Location, reference: &str) {
        let (file, _) = reference.split_once('#').unwrap_or((reference, ""));
        let Some((from, _)) = at.parent() else { return };
        if let Ok(Target::File(path)) = self.documents.target(&from, file)
            && !self.documents.names.has_file(&path)
        {
            let before = self.findings.len();
            match self.read(&path) {
                Err((_, why)) => self.documents.names.add_failed(&path, format!("`{path}` {why}")),
                // It holds no value that could be the example, such as an image or XML.
                Ok(id) if self.documents.document(id).is_none_or(|doc| doc.tree.is_null()) => {
                    self.findings.truncate(before);
                }
                Ok(_) => (),
            }
        }
    }

    /// Reads the file that the reference at `at` names first; says so if it cannot be read.
    fn read_for(&mut self, path: &str, at: &Location) {
        if let Err((code, why)) = self.read(path) {
            self.documents.names.add_failed(path, format!("`{path}` {why}"));
            let help = match code {
                Code::REF_NOT_FOUND => "correct the path; it counts from the folder of the file that it stands in",
                Code::REF_REFUSED => "put the file into the folder of the description",
                Code::TOO_LARGE => "split or shorten the description",
                _ => "make the file readable",
            };
            self.add(code, at, format!("the file `{path}` {why}"), help);
        }
    }

    /// Says why a reference leads nowhere.
    fn unresolved(&mut self, at: &Location, site: &Site, error: &RefError) {
        let reference = site.reference.as_str();
        match error {
            RefError::Syntax => {
                let help = "in a `$ref`, `%` is followed by two hexadecimal digits, and these are UTF-8";
                self.add(Code::REF_SYNTAX, at, format!("the reference `{reference}` cannot be read"), help);
            }
            RefError::Refused(why) => {
                let help = "copy the file into the folder of the description and refer to it by a relative path";
                self.add(Code::REF_REFUSED, at, format!("the reference `{reference}` is not followed: {why}"), help);
            }
            // Said once, where the file was first named, or in the file itself.
            RefError::File(_) => (),
            RefError::Nothing(part) => {
                let help = self.help_for_nothing(at, reference, part);
                let finding = Finding::error(
                    Code::REF_NOT_FOUND,
                    self.documents.place(at),
                    format!("the reference `{reference}` leads to nothing"),
                );
                self.findings.push(finding.help(help));
            }
        }
    }

    fn help_for_nothing(&mut self, at: &Location, reference: &str, part: &str) -> String {
        let (file, _) = reference.split_once('#').unwrap_or((reference, ""));
        let target = at.parent().and_then(|(from, _)| self.documents.target(&from, file).ok());
        let doc = match target {
            Some(Target::Known(resource)) => resource.doc,
            _ => at.doc,
        };
        self.suggestions += 1;
        if self.suggestions <= SUGGESTIONS_MAX
            && let Some(better) = nearest::suggestion(&self.documents, doc, part)
        {
            return format!("did you mean `{file}{better}`?");
        }
        if part.starts_with('/') {
            "add what it refers to, or correct the reference".to_owned()
        } else {
            format!("add `$anchor: {part}` to what is meant, or write a JSON Pointer (`#/…`)")
        }
    }

    /// Notes references that lead to another reference: only such can form a cycle without content.
    fn note_chain(&self, chains: &mut Vec<(Location, Location)>, doc: DocId, site: &Site, target: &Location) {
        let next = self.documents.get(target).and_then(|value| value.get("$ref"));
        if next.is_some_and(Value::is_string)
            && let Some((holder, _)) = Location::new(doc, site.pointer.as_str()).parent()
        {
            chains.push((holder, target.clone()));
        }
    }

    /// Says which references lead back to themselves: once for each cycle, at its first reference.
    fn cycles(&mut self, chains: &[(Location, Location)]) {
        let next: HashMap<&Location, &Location> = chains.iter().map(|(from, to)| (from, to)).collect();
        let mut done: HashSet<&Location> = HashSet::new();
        for (start, _) in chains {
            let mut path = Vec::new();
            let mut on_path = HashSet::new();
            let mut at = start;
            while !done.contains(at) && on_path.insert(at) {
                path.push(at);
                let Some(to) = next.get(at) else { break };
                at = to;
            }
            if on_path.contains(at) && next.contains_key(at) && !done.contains(at) {
                let cycle = path.iter().skip_while(|step| **step != at);
                let names: Vec<String> = cycle.map(|step| self.spoken(step, at.doc)).collect();
                let message = match names.as_slice() {
                    [one] => format!("the reference at {one} leads back to itself"),
                    many => format!("the references {} lead back to the first of them", shortened(many)),
                };
                self.add(Code::REF_CYCLE, &at.child("$ref"), message, "put a value in the place of one of them");
            }
            done.extend(path);
        }
    }

    /// A location as a reference in document `from` would have it.
    fn spoken(&self, at: &Location, from: DocId) -> String {
        match self.documents.document(at.doc) {
            Some(doc) if at.doc != from => format!("`{}#{}`", doc.path, at.pointer),
            _ => format!("`#{}`", at.pointer),
        }
    }

    fn add(&mut self, code: Code, at: &Location, message: String, help: &str) {
        self.findings.push(Finding::error(code, self.documents.place(at), message).help(help));
    }
}

/// A list for a message; only the first of many names are said.
fn shortened(names: &[String]) -> String {
    let said = names.iter().take(5).map(String::as_str).collect::<Vec<_>>().join(", ");
    if names.len() > 5 { format!("{said} and {} more", names.len() - 5) } else { said }
}
