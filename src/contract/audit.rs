//! Looks at everything that is otherwise only looked at when used.

use std::collections::HashSet;

use serde_json::Value;

use super::{
    Contract, MediaRange,
    body::{Kind, Reach, describes_event, is_event},
};
use crate::{
    finding::{Code, Finding, Severity},
    limit,
    openapi::{
        Documents, Example, ExampleValue, Location, MediaType, Operation, Parameter, ParameterFormat, SchemaRef,
    },
    schema::{Direction, Sampling, Violation},
};

impl Contract {
    /// Looks at everything that is otherwise only looked at when used: all schemas, patterns, and examples against
    /// their schemas. For `mimeo check`.
    ///
    /// In document order, at most [`limit::FINDINGS_MAX`].
    pub fn check_all(&self) -> Vec<Finding> {
        let mut audit = Audit { contract: self, seen: HashSet::new(), findings: Vec::new() };
        for operation in self.api.operations.iter().chain(&self.api.webhooks) {
            if audit.is_full() {
                break;
            }
            audit.operation(operation);
        }
        audit.findings.truncate(limit::FINDINGS_MAX);
        audit.findings
    }
}

/// What is looked at once, however often it is referred to.
#[derive(PartialEq, Eq, Hash)]
enum Look<'c> {
    Schema(&'c SchemaRef),
    Example(&'c SchemaRef, &'c Location, Direction),
    Generate(&'c SchemaRef),
}

struct Audit<'c> {
    contract: &'c Contract,
    seen: HashSet<Look<'c>>,
    findings: Vec<Finding>,
}

impl<'c> Audit<'c> {
    fn is_full(&self) -> bool {
        self.findings.len() >= limit::FINDINGS_MAX
    }

    /// True the first time, as long as there is room for findings.
    fn is_due(&mut self, look: Look<'c>) -> bool {
        !self.is_full() && self.seen.insert(look)
    }

    fn operation(&mut self, operation: &'c Operation) {
        for parameter in &operation.parameters {
            self.parameter(parameter, Direction::Request);
        }
        for media in operation.body.iter().flat_map(|body| &body.content) {
            self.media(media, Direction::Request);
        }
        for response in &operation.responses {
            for header in &response.headers {
                self.parameter(header, Direction::Response);
            }
            for media in &response.content {
                self.media(media, Direction::Response);
                if !media.examples.iter().any(is_served)
                    && let Some(schema) = &media.schema
                {
                    self.generation(schema);
                }
            }
        }
    }

    fn parameter(&mut self, parameter: &'c Parameter, direction: Direction) {
        match &parameter.format {
            ParameterFormat::Style { schema: Some(schema), .. } => {
                self.schema(schema);
                self.examples(schema, &parameter.examples, direction);
            }
            ParameterFormat::Style { schema: None, .. } => (),
            ParameterFormat::Content(media) => self.media(media, direction),
        }
    }

    fn media(&mut self, media: &'c MediaType, direction: Direction) {
        let is_sequence = MediaRange::parse(&media.range).is_some_and(|range| Kind::of(&range).is_sequence());
        if let Some(schema) = &media.schema {
            self.schema(schema);
            if is_sequence {
                self.sequences(schema, media, direction);
            } else {
                self.examples(schema, &media.examples, direction);
            }
        }
        if let Some(schema) = &media.item_schema {
            self.schema(schema);
        }
        let encodings = media.encoding.values().chain(&media.prefix_encoding).chain(&media.item_encoding);
        for parameter in media.form_fields.iter().chain(encodings.flat_map(|encoding| &encoding.headers)) {
            self.parameter(parameter, direction);
        }
    }

    fn schema(&mut self, schema: &'c SchemaRef) {
        if self.is_due(Look::Schema(schema)) {
            self.findings.extend(self.contract.schemas.check(schema));
        }
    }

    /// Examples as values. Those that are text need the media type to be read, and those that lie elsewhere are not.
    fn examples(&mut self, schema: &'c SchemaRef, examples: &'c [Example], direction: Direction) {
        for example in examples {
            let ExampleValue::Data(at) = &example.value else { continue };
            // What a template yields is judged when it has been filled in.
            if example.is_template || !self.is_due(Look::Example(schema, at, direction)) {
                continue;
            }
            let Some(value) = self.contract.api.documents.get(at) else { continue };
            let violations = self.contract.schemas.validator(schema, direction).violations(value);
            let documents = &self.contract.api.documents;
            self.findings.extend(violations.iter().map(|violation| broken(documents, example, at, violation)));
            let hidden = self.contract.schemas.hidden(schema, direction, value);
            self.findings.extend(hidden.iter().map(|pointer| unsent(documents, at, pointer, direction)));
        }
    }

    /// Examples of a sequence, as far as they are what its `schema` describes: the array, or one item. Text as it is sent, and
    /// events around what is described, are judged when they are served.
    fn sequences(&mut self, schema: &'c SchemaRef, media: &'c MediaType, direction: Direction) {
        let shape = self.contract.schemas.shape(schema);
        let is_whole = Reach::of(&shape) == Reach::Whole;
        for example in &media.examples {
            let ExampleValue::Data(at) = &example.value else { continue };
            let is_described = match self.contract.api.documents.get(at) {
                Some(Value::Array(_)) => is_whole,
                Some(Value::Object(item)) => !is_whole && (describes_event(&shape) || !is_event(item, &shape)),
                _ => false,
            };
            if is_described {
                self.examples(schema, std::slice::from_ref(example), direction);
            }
        }
    }

    /// Whether an answer without an example could be made from its schema.
    fn generation(&mut self, schema: &'c SchemaRef) {
        if !self.is_due(Look::Generate(schema)) {
            return;
        }
        if let Err(why) = self.contract.schemas.generate(schema, Direction::Response, Sampling::Least) {
            self.findings.push(
                Finding::warning(
                    Code::SCHEMA_IMPOSSIBLE,
                    self.contract.api.documents.place(&schema.at),
                    format!("an answer of this schema cannot be made: {why}"),
                )
                .help("give the answer an example, or correct the schema"),
            );
        }
    }
}

fn unsent(documents: &Documents, at: &Location, pointer: &str, direction: Direction) -> Finding {
    let place = documents.place(&Location::new(at.doc, format!("{}{pointer}", at.pointer)));
    let keyword = direction.hiding();
    let messages = match direction {
        Direction::Request => "requests",
        Direction::Response => "answers",
    };
    let message = format!("the example has `{pointer}`, which is `{keyword}`: {messages} should not have it");
    let finding = Finding::warning(Code(keyword), place, message).help("leave it out of the example");
    match direction {
        // Clients often send back what they got.
        Direction::Request => Finding { severity: Severity::Note, ..finding },
        Direction::Response => finding,
    }
}

fn broken(documents: &Documents, example: &Example, at: &Location, violation: &Violation) -> Finding {
    let place = Location::new(at.doc, format!("{}{}", at.pointer, violation.at));
    let named = example.name.as_ref().map_or_else(String::new, |name| format!(" `{name}`"));
    let what = if violation.at.is_empty() { "it".to_owned() } else { format!("`{}`", violation.at) };
    Finding::warning(
        Code::EXAMPLE_INVALID,
        documents.place(&place),
        format!("the example{named} does not satisfy its schema: {what} {}", violation.message),
    )
    .help(if violation.fits_several() {
        "make the schemas exclude each other, or write `anyOf` if a value may fit several; until then the example is served \
         as it is"
    } else {
        "correct the example or the schema; until then the example is served as it is"
    })
}

/// True for examples that can be served: all that are not somewhere else.
fn is_served(example: &Example) -> bool {
    !matches!(example.value, ExampleValue::External(_))
}
