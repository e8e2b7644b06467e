//! One schema of both versions, at one place of one subject: what a rule looks at, and how it says what it sees.

use super::subject::Subject;
use crate::{
    diff::{
        catalogue,
        change::Step,
        differ::{Differ, Places},
        look::{Kids, View, Wholes},
        matching::Pair,
    },
    openapi::Location,
    schema::Direction,
};

/// The beginnings of what a rule says of parts of a parameter in the words for the whole parameter, where there are no
/// others: what is forbidden now is forbidden all the same.
const FALLS_BACK: [&str; 6] = ["max-", "min-", "exclusive-", "multiple-of-", "pattern-", "became-enum"];

/// One schema of both versions, at one place of one subject.
pub(super) struct Site<'s, 'd> {
    pub(super) differ: &'s mut Differ<'d>,
    pub(super) pair: &'s Pair<'s>,
    pub(super) subject: &'s Subject,
    pub(super) base: &'s View<'s>,
    pub(super) revision: &'s View<'s>,
    pub(super) kids: &'s Kids,
    /// What holds for the value besides: in `allOf`, and where this holds only if something else does.
    pub(super) wholes: &'s Wholes<'s>,
    /// Keywords whose schemas differ, where it cannot be told from that whether more is allowed.
    pub(super) turned: &'s [&'static str],
    /// The way from the whole to here, in words; empty for the whole.
    pub(super) name: &'s str,
    /// The way from the whole to here.
    pub(super) part: &'s [Step],
    /// If this is a property: whether the old version requires it.
    pub(super) was_required: Option<bool>,
}

impl Site<'_, '_> {
    /// Which way values go. What the API sends by itself goes the other way.
    pub(super) fn direction(&self) -> Direction {
        match (self.subject.direction(), self.pair.is_webhook) {
            (Direction::Request, false) | (Direction::Response, true) => Direction::Request,
            _ => Direction::Response,
        }
    }

    pub(super) fn is_request(&self) -> bool {
        self.direction() == Direction::Request
    }

    pub(super) fn is_whole(&self) -> bool {
        self.name.is_empty()
    }

    /// True if the new version never sends it this way: a read-only part of a request, or a write-only one of an answer.
    pub(super) fn is_unseen(&self) -> bool {
        let facts = &self.revision.facts;
        !self.is_whole() && if self.is_request() { facts.is_read_only } else { facts.is_write_only }
    }

    /// Says a change of this schema: `what` happened to it, in the words of ids, and in a sentence about it.
    pub(super) fn say(&mut self, what: &str, keyword: &str, text: &str) {
        let stem = self.subject.stem(self.direction(), self.is_whole());
        let mut id = format!("{stem}-{what}");
        if catalogue::find(&id).is_none()
            && stem == "request-parameter-property"
            && FALLS_BACK.iter().any(|beginning| what.starts_with(beginning))
        {
            id = format!("request-parameter-{what}");
        }
        if catalogue::find(&id).is_none() {
            let way = if self.is_request() { "request" } else { "response" };
            id = format!("mimeo-{way}-{what}");
        }
        self.say_as(&id, keyword, text);
    }

    /// Says a change of this schema under a whole id. Nothing is said if there is no such id: oasdiff has none for
    /// changes that can break nobody.
    pub(super) fn say_as(&mut self, id: &str, keyword: &str, text: &str) {
        let places = Places::both(&self.base.place(keyword), &self.revision.place(keyword));
        self.say_at(id, self.name.to_owned(), self.part.to_vec(), places, text);
    }

    /// Says a change of a property of this schema.
    pub(super) fn say_of_property(&mut self, id: &str, property: &str, places: Places, text: &str) {
        let mut part = self.part.to_vec();
        part.push(Step::Property(property.to_owned()));
        self.say_at(id, join(self.name, property), part, places, text);
    }

    fn say_at(&mut self, id: &str, name: String, part: Vec<Step>, places: Places, text: &str) {
        if catalogue::find(id).is_some() {
            let text = format!("{}: {text}", self.subject.call(&name));
            self.differ.say(self.pair, id, text, places, self.subject.touch(part));
        }
    }

    /// Where the property of that name is; where this schema does not describe it, where it is said that it must be there.
    pub(super) fn property_places(&self, property: &str) -> Places {
        let place = |view: &View<'_>| -> Location {
            let properties = view.schemas("properties");
            properties.get(property).map_or_else(|| view.place("required"), |schema| schema.at.clone())
        };
        Places { base: Some(place(self.base)), revision: Some(place(self.revision)) }
    }
}

/// The name of a part of a part.
pub(super) fn join(name: &str, part: &str) -> String {
    if name.is_empty() { part.to_owned() } else { format!("{name}/{part}") }
}
