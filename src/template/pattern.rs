//! Compiling the value of an example, and filling it in.

use std::io;

use minijinja::{Environment, Error, ErrorKind, value::Value as Data};
use serde_json::{Map, Value};

use super::{
    Fault, Scope,
    chance::Chance,
    scope::NAMES,
    words::{self, FUNCTIONS},
};
use crate::limit;

/// What an example is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A value, whose strings are templates.
    Data,
    /// A text.
    Text,
    /// A text in which `<`, `>`, `&` and quotes mean something: they are escaped in what is filled in.
    Markup,
}

/// The value of an example, compiled.
#[derive(Debug)]
pub struct Pattern {
    environment: Environment<'static>,
    root: Node,
    form: Form,
}

/// An example, filled in.
#[derive(Clone, Debug, PartialEq)]
pub struct Filled {
    /// What became of it.
    pub value: Value,
    /// True if it depends on chance: with another seed it may be another.
    pub drew: bool,
}

#[derive(Debug)]
enum Node {
    /// What has no template in it.
    Fixed(Value),
    /// One expression, which keeps the type of its value.
    Expression(Leaf),
    /// A text with places to be filled in.
    Text(Leaf),
    Array(Vec<Node>),
    Object(Vec<(String, Node)>),
}

/// A template in the environment.
#[derive(Debug)]
struct Leaf {
    /// What the environment calls it.
    name: String,
    /// JSON Pointer to it.
    at: String,
    source: String,
}

/// The variable that the value of an expression is put into.
const RESULT: &str = "result";

impl Pattern {
    /// Compiles the value of an example; everything that is wrong with it, if anything is.
    pub fn compile(value: &Value, form: Form) -> Result<Self, Vec<Fault>> {
        let mut compiler = Compiler { environment: words::environment(form), form, count: 0, faults: Vec::new() };
        let root = compiler.node(value, "");
        if compiler.faults.is_empty() {
            Ok(Self { environment: compiler.environment, root, form })
        } else {
            Err(compiler.faults)
        }
    }

    /// What the example is.
    pub fn form(&self) -> Form {
        self.form
    }

    /// Fills in the example.
    pub fn fill(&self, scope: &Scope) -> Result<Filled, Fault> {
        let chance = Chance::new(scope.seed);
        let mut filler = Filler {
            environment: &self.environment,
            context: words::context(scope, &chance),
            steps: limit::TEMPLATE_STEPS_MAX,
            room: limit::TEMPLATE_BYTES_MAX,
        };
        let value = filler.node(&self.root)?;
        Ok(Filled { value, drew: chance.is_used() })
    }
}

struct Compiler {
    environment: Environment<'static>,
    form: Form,
    count: usize,
    faults: Vec<Fault>,
}

impl Compiler {
    fn node(&mut self, value: &Value, at: &str) -> Node {
        match value {
            Value::String(source) if ["{{", "{%", "{#"].iter().any(|mark| source.contains(mark)) => {
                self.leaf(source, at).unwrap_or_else(|fault| {
                    self.faults.push(fault);
                    Node::Fixed(Value::Null)
                })
            }
            Value::Array(items) => {
                let node = |(index, item)| self.node(item, &format!("{at}/{index}"));
                let nodes: Vec<Node> = items.iter().enumerate().map(node).collect();
                let is_fixed = nodes.iter().all(|node| matches!(node, Node::Fixed(_)));
                if is_fixed { Node::Fixed(value.clone()) } else { Node::Array(nodes) }
            }
            Value::Object(members) => {
                let node = |(key, member): (&String, &Value)| {
                    let token = key.replace('~', "~0").replace('/', "~1");
                    (key.clone(), self.node(member, &format!("{at}/{token}")))
                };
                let nodes: Vec<(String, Node)> = members.iter().map(node).collect();
                let is_fixed = nodes.iter().all(|(_, node)| matches!(node, Node::Fixed(_)));
                if is_fixed { Node::Fixed(value.clone()) } else { Node::Object(nodes) }
            }
            other => Node::Fixed(other.clone()),
        }
    }

    fn leaf(&mut self, source: &str, at: &str) -> Result<Node, Fault> {
        if source.len() > limit::TEMPLATE_SOURCE_MAX {
            let message = format!("the template has more than {} bytes", limit::TEMPLATE_SOURCE_MAX);
            return Err(Fault::new(at, message, "make it shorter"));
        }
        if let Some(word) = statements(source)
            .find(|word| !matches!(*word, "if" | "elif" | "else" | "endif" | "for" | "endfor" | "raw" | "endraw"))
        {
            let message = format!("`{{% {word} %}}` is not done in templates");
            return Err(Fault::new(at, message, "the statements are `if`, `for` and `raw`"));
        }
        let name = self.count.to_string();
        self.count += 1;
        let sole = (self.form == Form::Data).then(|| sole_expression(&self.environment, source)).flatten();
        let text = match sole {
            Some(expression) => format!("{{% set {RESULT} = ({expression}) %}}"),
            None => source.to_owned(),
        };
        self.environment.add_template_owned(name.clone(), text).map_err(|error| Fault::unread(at, source, &error))?;
        self.check_names(&name, at)?;
        let leaf = Leaf { name, at: at.to_owned(), source: source.to_owned() };
        Ok(if sole.is_some() { Node::Expression(leaf) } else { Node::Text(leaf) })
    }

    /// Finds names that nothing will ever have.
    fn check_names(&self, name: &str, at: &str) -> Result<(), Fault> {
        let Ok(template) = self.environment.get_template(name) else { return Ok(()) };
        let known = || NAMES.iter().chain(&FUNCTIONS).copied();
        let names = template.undeclared_variables(false);
        let mut unknown: Vec<&String> = names.iter().filter(|name| known().all(|it| it != **name)).collect();
        unknown.sort_unstable();
        let Some(unknown) = unknown.first() else { return Ok(()) };
        let names = known().collect::<Vec<_>>().join(", ");
        Err(Fault::new(at, format!("templates know no `{unknown}`"), format!("they know {names}")))
    }
}

/// The words with which the statements of a template begin.
fn statements(source: &str) -> impl Iterator<Item = &str> {
    source.split("{%").skip(1).map(|rest| {
        let rest = rest.trim_start_matches(['-', '+']).trim_start();
        rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').map_or(rest, |end| &rest[..end])
    })
}

/// The expression that a template is, if it is nothing else.
fn sole_expression<'s>(environment: &Environment<'_>, source: &'s str) -> Option<&'s str> {
    let inside = source.strip_prefix("{{")?.strip_suffix("}}")?;
    let inside = inside.strip_prefix(['-', '+']).unwrap_or(inside);
    let inside = inside.strip_suffix(['-', '+']).unwrap_or(inside).trim();
    // `{{ a }} and {{ b }}` begins and ends in the same way.
    environment.compile_expression_owned(inside.to_owned()).is_ok().then_some(inside)
}

struct Filler<'p> {
    environment: &'p Environment<'static>,
    context: Data,
    /// Steps that may still be taken.
    steps: u64,
    /// Bytes that may still be yielded.
    room: usize,
}

impl Filler<'_> {
    fn node(&mut self, node: &Node) -> Result<Value, Fault> {
        Ok(match node {
            Node::Fixed(value) => value.clone(),
            Node::Expression(leaf) => self.expression(leaf)?,
            Node::Text(leaf) => Value::String(self.text(leaf)?),
            Node::Array(items) => Value::Array(items.iter().map(|item| self.node(item)).collect::<Result<_, _>>()?),
            Node::Object(members) => {
                let member = |(key, node): &(String, Node)| Ok((key.clone(), self.node(node)?));
                Value::Object(members.iter().map(member).collect::<Result<Map<_, _>, _>>()?)
            }
        })
    }

    fn text(&mut self, leaf: &Leaf) -> Result<String, Fault> {
        let mut sheet = Sheet { bytes: Vec::new(), room: self.room };
        self.run(leaf, &mut sheet)?;
        self.room = sheet.room;
        Ok(String::from_utf8(sheet.bytes)
            .unwrap_or_else(|bytes| String::from_utf8_lossy(bytes.as_bytes()).into_owned()))
    }

    fn expression(&mut self, leaf: &Leaf) -> Result<Value, Fault> {
        let found = self.run(leaf, &mut io::sink())?;
        let undefined = || Error::from(ErrorKind::UndefinedError);
        let value = found.filter(|value| !value.is_undefined());
        let value = value.ok_or_else(|| Fault::unfilled(&leaf.at, &leaf.source, &undefined()))?;
        // Through a sheet, so that a value without an end does not fill the memory.
        let mut sheet = Sheet { bytes: Vec::new(), room: self.room };
        serde_json::to_writer(&mut sheet, &value).map_err(|error| {
            let kind = if error.is_io() { ErrorKind::WriteFailure } else { ErrorKind::BadSerialization };
            Fault::unfilled(&leaf.at, &leaf.source, &Error::new(kind, error.to_string()))
        })?;
        self.room = sheet.room;
        Ok(serde_json::from_slice(&sheet.bytes).unwrap_or(Value::Null))
    }

    /// Runs a template; the value of its expression, if it is one.
    fn run(&mut self, leaf: &Leaf, sheet: &mut impl io::Write) -> Result<Option<Data>, Fault> {
        let fault = |error| Fault::unfilled(&leaf.at, &leaf.source, &error);
        if self.steps == 0 {
            return Err(fault(ErrorKind::OutOfFuel.into()));
        }
        let template = self.environment.get_template(&leaf.name).map_err(fault)?;
        let captured = template.render_captured_to(self.context.clone(), sheet).map_err(fault)?;
        let taken = captured.state().fuel_levels().map_or(0, |(taken, _)| taken);
        self.steps = self.steps.saturating_sub(taken.max(1));
        Ok(captured.state().lookup(RESULT))
    }
}

/// Bytes up to a bound.
struct Sheet {
    bytes: Vec<u8>,
    room: usize,
}

impl io::Write for Sheet {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.room = self.room.checked_sub(bytes.len()).ok_or(io::ErrorKind::QuotaExceeded)?;
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
