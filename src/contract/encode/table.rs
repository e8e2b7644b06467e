//! Tables: an array as rows, with a first row of names where the rows are objects.

use indexmap::IndexSet;
use serde_json::Value;

use super::plain;
use crate::contract::body::Layout;

/// An array as rows; anything else is a table of one row.
pub(super) fn table(value: &Value, layout: Layout) -> String {
    let rows = match value {
        Value::Array(rows) => rows.as_slice(),
        value => std::slice::from_ref(value),
    };
    let names: IndexSet<&String> = rows.iter().filter_map(Value::as_object).flat_map(|row| row.keys()).collect();
    let mut out = String::new();
    if layout.header && !names.is_empty() {
        push_row(&mut out, names.iter().map(|name| (*name).clone()), layout);
    }
    for row in rows {
        match row {
            Value::Object(members) => {
                let cells = names.iter().map(|name| members.get(*name).map(plain).unwrap_or_default());
                push_row(&mut out, cells, layout);
            }
            Value::Array(cells) => push_row(&mut out, cells.iter().map(plain), layout),
            value => push_row(&mut out, std::iter::once(plain(value)), layout),
        }
    }
    out
}

fn push_row(out: &mut String, cells: impl Iterator<Item = String>, layout: Layout) {
    let start = out.len();
    for (index, cell) in cells.enumerate() {
        if index > 0 {
            out.push(layout.delimiter);
        }
        push_cell(out, &cell, layout);
    }
    // A line of nothing would be no row.
    if out.len() == start && layout.delimiter == ',' {
        out.push_str("\"\"");
    }
    out.push_str("\r\n");
}

fn push_cell(out: &mut String, cell: &str, layout: Layout) {
    if layout.delimiter == '\t' {
        // There is no way to write these in a cell.
        out.extend(cell.chars().map(|c| if matches!(c, '\t' | '\r' | '\n') { ' ' } else { c }));
    } else if cell.contains(['"', ',', '\r', '\n']) {
        out.extend(["\"", &cell.replace('"', "\"\""), "\""]);
    } else {
        out.push_str(cell);
    }
}
