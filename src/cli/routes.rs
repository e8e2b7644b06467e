//! `mimeo routes`: operations, and where their answers come from.

use anyhow::bail;
use serde_json::{Value, json};

use super::{
    Ending,
    args::{RoutesArgs, RoutesFormat},
    screen::Screen,
};
use crate::{
    contract::{Contract, OperationId},
    finding::Severity,
    mock,
    shell::describe,
};

/// One line of the list.
struct Row {
    api: String,
    method: String,
    path: String,
    operation: String,
    status: String,
    answer: String,
    provenance: String,
}

pub(super) fn run(args: &RoutesArgs, screen: Screen) -> anyhow::Result<Ending> {
    let described = describe(&(&args.description).into())?;
    let mut rows = Vec::new();
    for described in &described {
        let Some(contract) = &described.contract else {
            let error = described.findings.iter().find(|finding| finding.severity == Severity::Error);
            let why = error.map_or("it is no description", |finding| &finding.message);
            bail!("`{}` cannot be served: {why}; `mimeo check` says more", described.name);
        };
        rows.extend((0..contract.api.operations.len()).map(|number| row(contract, number)));
    }
    match args.format {
        RoutesFormat::Text => screen.out(&table(&rows, described.len() > 1)),
        RoutesFormat::Json => {
            let list: Vec<Value> = rows.iter().map(Row::json).collect();
            screen.out(&format!("{:#}\n", Value::Array(list)));
        }
    }
    Ok(Ending::Done)
}

fn row(contract: &Contract, number: usize) -> Row {
    let operation = &contract.api.operations[number];
    let preview = mock::preview(contract, OperationId(u32::try_from(number).unwrap_or(u32::MAX)));
    let (status, answer) = match preview {
        Some((status, origin)) => (status.as_u16().to_string(), origin.to_string()),
        None => ("-".to_owned(), "none described".to_owned()),
    };
    Row {
        api: contract.api.id.clone(),
        method: operation.method.to_string(),
        path: operation.path.clone(),
        operation: operation.id.clone().unwrap_or_else(|| "-".to_owned()),
        status,
        answer,
        provenance: operation.provenance.map_or("-", crate::openapi::Provenance::as_str).to_owned(),
    }
}

impl Row {
    fn json(&self) -> Value {
        json!({
            "api": self.api, "method": self.method, "path": self.path, "operation": self.operation,
            "status": self.status, "answer": self.answer, "provenance": self.provenance,
        })
    }

    fn cells(&self) -> [&str; 7] {
        [&self.api, &self.method, &self.path, &self.operation, &self.status, &self.answer, &self.provenance]
    }
}

/// The rows in columns; the API's name only where there are several.
fn table(rows: &[Row], with_api: bool) -> String {
    let from = usize::from(!with_api);
    let head = ["API", "METHOD", "PATH", "OPERATION", "STATUS", "ANSWER", "PROVENANCE"];
    let mut widths = head.map(|cell| cell.chars().count());
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row.cells()) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |cells: [&str; 7]| {
        let cells: Vec<String> =
            cells.iter().zip(widths).skip(from).map(|(cell, width)| format!("{cell:<width$}")).collect();
        format!("{}\n", cells.join("  ").trim_end())
    };
    std::iter::once(line(head)).chain(rows.iter().map(|row| line(row.cells()))).collect()
}
