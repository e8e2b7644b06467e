//! `mimeo routes`: operations, and where their answers come from.

use anyhow::bail;
use serde_json::{Value, json};

use super::{
    Ending,
    args::{RoutesArgs, RoutesFormat},
    screen::Screen,
};
use crate::{
    finding::Severity,
    mock::{Listed, listing},
    shell::describe,
};

pub(super) fn run(args: &RoutesArgs, screen: Screen) -> anyhow::Result<Ending> {
    let described = describe(&(&args.description).into())?;
    let mut rows = Vec::new();
    for described in &described {
        let Some(contract) = &described.contract else {
            let error = described.findings.iter().find(|finding| finding.severity == Severity::Error);
            let why = error.map_or("it is no description", |finding| &finding.message);
            bail!("`{}` cannot be served: {why}; `mimeo check` says more", described.name);
        };
        rows.extend(listing(contract));
    }
    match args.format {
        RoutesFormat::Text => screen.out(&table(&rows, described.len() > 1)),
        RoutesFormat::Json => {
            let list: Vec<Value> = rows.iter().map(json).collect();
            screen.out(&format!("{:#}\n", Value::Array(list)));
        }
    }
    Ok(Ending::Done)
}

fn json(row: &Listed) -> Value {
    json!({
        "api": row.api, "method": row.method, "path": row.path, "operation": row.operation,
        "status": row.status, "answer": row.answer, "provenance": row.provenance,
    })
}

fn cells(row: &Listed) -> [&str; 7] {
    [&row.api, &row.method, &row.path, &row.operation, &row.status, &row.answer, &row.provenance]
}

/// The rows in columns; the API's name only where there are several.
fn table(rows: &[Listed], with_api: bool) -> String {
    let from = usize::from(!with_api);
    let head = ["API", "METHOD", "PATH", "OPERATION", "STATUS", "ANSWER", "PROVENANCE"];
    let mut widths = head.map(|cell| cell.chars().count());
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(cells(row)) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |cells: [&str; 7]| {
        let cells: Vec<String> =
            cells.iter().zip(widths).skip(from).map(|(cell, width)| format!("{cell:<width$}")).collect();
        format!("{}\n", cells.join("  ").trim_end())
    };
    std::iter::once(line(head)).chain(rows.iter().map(|row| line(cells(row)))).collect()
}
