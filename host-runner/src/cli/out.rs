//! Standard output: a table or a sentence for people, one JSON document for programs.

use aicf_core::codec::json;
use comfy_table::{Table, presets};
use serde::Serialize;
use serde_json::Value;
use std::io::{Write as _, stdout};

/// How results are shown.
#[derive(Clone, Copy, Debug)]
pub struct Out {
    json: bool,
}

impl Out {
    /// JSON, or text.
    pub const fn new(json: bool) -> Self {
        Self { json }
    }

    /// Whether programs read this.
    pub const fn json(self) -> bool {
        self.json
    }

    /// A result, in the form that was asked for.
    pub fn say(self, document: &Value, text: &str) -> anyhow::Result<()> {
        if self.json {
            line(document.to_string().as_bytes())
        } else {
            line(text.as_bytes())
        }
    }
}

/// A value of the core as the core writes it.
pub fn as_json(value: &impl Serialize) -> anyhow::Result<Value> {
    Ok(serde_json::from_slice(&json::to_vec(value)?)?)
}

/// One line of output, as it is.
pub fn line(bytes: &[u8]) -> anyhow::Result<()> {
    let mut stdout = stdout().lock();
    stdout.write_all(bytes)?;
    stdout.write_all(b"\n")?;
    stdout.flush()?;
    Ok(())
}

/// A table with a header.
pub fn table(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(header.iter().copied());
    for row in rows {
        table.add_row(row);
    }
    trimmed(&table)
}

/// One thing with its fields, a line each.
pub fn card(value: &Value) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    for (name, value) in value.as_object().into_iter().flatten() {
        table.add_row(vec![name.clone(), cell(value)]);
    }
    trimmed(&table)
}

fn trimmed(table: &Table) -> String {
    // Cells are padded on both sides: no line needs the first blank, or the last ones.
    let lines = table.lines();
    let lines: Vec<String> = lines
        .map(|line| line.strip_prefix(' ').unwrap_or(&line).trim_end().to_owned())
        .collect();
    lines.join("\n")
}

/// A value in a table: texts without quotes, nothing for null.
pub fn cell(value: &Value) -> String {
    match value {
        Value::Null => "-".into(),
        Value::String(text) => text.clone(),
        Value::Array(items) if items.iter().all(|item| !item.is_object()) => {
            let items: Vec<String> = items.iter().map(cell).collect();
            if items.is_empty() { "-".into() } else { items.join(",") }
        }
        other => other.to_string(),
    }
}

/// The field of an object as a cell.
pub fn field(value: &Value, name: &str) -> String {
    value.get(name).map_or_else(|| "-".into(), cell)
}

/// A long id, shortened for tables; `--json` and `show` have the whole.
pub fn short(id: &str) -> String {
    match (id.get(..10), id.len()) {
        (Some(start), 12..) => format!("{start}…"),
        _ => id.to_owned(),
    }
}
