//! Tables: comma-separated values (RFC 4180) and tab-separated values, each row an item of an array.
//!
//! A row is an object if objects are described: its members are named by the first row, or, where the media type says
//! `header=absent`, by the properties in the order of the description. Else it is an array if arrays are described, and
//! else its only cell.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::{Decoded, Fault, from_text};
use crate::{
    contract::{media::MediaRange, parameter::Typing},
    schema::{Shape, Types},
};

/// How a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::contract) struct Layout {
    /// What stands between two cells.
    pub delimiter: char,
    /// True if the first row has the names of the columns.
    pub header: bool,
}

impl Layout {
    /// The layout of a media type.
    pub(in crate::contract) fn of(range: Option<&MediaRange>) -> Self {
        let tabs = range.is_some_and(|range| range.subtype == "tab-separated-values");
        let says_absent = |range: &MediaRange| range.parameters.iter().any(|it| it.0 == "header" && it.1 == "absent");
        Self { delimiter: if tabs { '\t' } else { ',' }, header: !range.is_some_and(says_absent) }
    }
}

/// Reads a table into an array. A row that cannot be read is a fault, and null in its place.
pub(super) fn read(text: &str, layout: Layout, shape: &Shape, typing: &Typing<'_>) -> Decoded {
    let rows = match rows(text.strip_prefix('\u{feff}').unwrap_or(text), layout.delimiter) {
        Ok(rows) => rows,
        Err(fault) => return Decoded::of(Err(fault)),
    };
    let is_array = shape.types.has(Types::ARRAY);
    let item = typing.items(shape);
    let whole = Arc::new(shape.clone());
    let of_row = |index| if is_array { item(index) } else { Arc::clone(&whole) };
    let first = of_row(0);
    let has_names =
        first.types.has(Types::OBJECT) && (first.types != Types::ANY || !first.properties.is_empty() || !is_array);
    let mut rows = rows.into_iter();
    let names: Option<Vec<String>> = match (has_names, layout.header) {
        (false, _) => None,
        (true, true) => Some(rows.next().map(|(_, cells)| cells).unwrap_or_default()),
        (true, false) => Some(first.properties.keys().cloned().collect()),
    };
    let mut decoded = Decoded::default();
    let mut items = Vec::new();
    for (index, (line, cells)) in rows.enumerate() {
        let shape = of_row(index);
        let value = match &names {
            Some(names) => members(names, cells, &shape, typing),
            None => list(cells, &shape, typing),
        };
        items.push(value.unwrap_or_else(|message| {
            let at = if is_array { format!("/{index}") } else { String::new() };
            let fault = Fault { at, ..Fault::body(format!("{message} in line {line}")) };
            decoded.faults.push(fault);
            Value::Null
        }));
    }
    decoded.value = Some(if is_array { Value::Array(items) } else { only(items) });
    decoded
}

/// The row of a table that is described as one object; several rows are judged as what they are.
fn only(mut rows: Vec<Value>) -> Value {
    match rows.pop() {
        Some(row) if rows.is_empty() => row,
        Some(row) => {
            rows.push(row);
            Value::Array(rows)
        }
        None => Value::Object(Map::new()),
    }
}

/// A row as an object. An empty cell is a member that was not given, unless it can be read as a text or as null.
fn members(names: &[String], cells: Vec<String>, shape: &Shape, typing: &Typing<'_>) -> Result<Value, String> {
    if cells.len() != names.len() {
        let (found, wanted) = (cells.len(), names.len());
        return Err(format!("does not have a cell for each column ({found} instead of {wanted})"));
    }
    let mut object = Map::with_capacity(names.len());
    for (name, cell) in names.iter().zip(cells) {
        let inner = typing.inner(Typing::property(shape, name));
        let is_given =
            !cell.is_empty() || inner.types.has(Types::NULL) || (inner.types.has(Types::STRING) && typing.choose(true));
        if is_given {
            object.insert(name.clone(), from_text(cell.into(), &inner, typing));
        }
    }
    Ok(Value::Object(object))
}

/// A row as an array, or as its only cell.
fn list(mut cells: Vec<String>, shape: &Shape, typing: &Typing<'_>) -> Result<Value, String> {
    if shape.types.has(Types::ARRAY) {
        let item = typing.items(shape);
        let values = cells.into_iter().zip(0..).map(|(cell, index)| from_text(cell.into(), &item(index), typing));
        return Ok(Value::Array(values.collect()));
    }
    match (cells.pop(), cells.len()) {
        (Some(cell), 0) => Ok(from_text(cell.into(), shape, typing)),
        (_, more) => Err(format!("has {} cells, but a row is one value", more + 1)),
    }
}

/// The rows of a table, each with the number of the line that it starts in; empty lines are passed over.
fn rows(text: &str, delimiter: char) -> Result<Vec<(usize, Vec<String>)>, Fault> {
    let mut rows: Vec<(usize, Vec<String>)> = Vec::new();
    let mut chars = text.chars().peekable();
    let (mut line, mut start) = (1, 1);
    let mut row: Vec<String> = Vec::new();
    let mut cell = String::new();
    let mut was_quoted = false;
    loop {
        match chars.next() {
            // Only CSV has quotes; in a table with tabs they are characters like all others.
            Some('"') if delimiter == ',' && cell.is_empty() && !was_quoted => {
                was_quoted = true;
                line += quoted(&mut chars, &mut cell)
                    .ok_or_else(|| Fault::body(format!("has a quote in line {line} that is not closed")))?;
            }
            Some(c) if c == delimiter => {
                row.push(std::mem::take(&mut cell));
                was_quoted = false;
            }
            end @ (None | Some('\r' | '\n')) => {
                if end == Some('\r') {
                    chars.next_if_eq(&'\n');
                }
                if !row.is_empty() || !cell.is_empty() || was_quoted {
                    row.push(std::mem::take(&mut cell));
                    rows.push((start, std::mem::take(&mut row)));
                }
                if end.is_none() {
                    return Ok(rows);
                }
                was_quoted = false;
                line += 1;
                start = line;
            }
            Some(c) if was_quoted => {
                return Err(Fault::body(format!("has `{c}` after a closing quote in line {line}")));
            }
            Some(c) => cell.push(c),
        }
    }
}

/// Reads up to the closing quote: how many line ends were on the way, or `None` if there is none.
fn quoted(chars: &mut std::iter::Peekable<std::str::Chars<'_>>, cell: &mut String) -> Option<usize> {
    let mut lines = 0;
    loop {
        match chars.next()? {
            '"' if chars.next_if_eq(&'"').is_none() => return Some(lines),
            c => {
                lines += usize::from(c == '\n');
                cell.push(c);
            }
        }
    }
}
