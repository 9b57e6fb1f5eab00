//! The page: figures to choose from, bars with intervals, every run as a dot.

use crate::table::{COLUMNS, Table};

/// One page with data and program inside.
pub(super) fn page(table: &Table) -> String {
    let columns: Vec<_> = COLUMNS
        .iter()
        .map(|column| serde_json::json!({ "key": column.key, "heading": column.heading }))
        .collect();
    let data = serde_json::json!({ "columns": columns, "table": table.json(true) });
    // Inside a script "<" could begin its end.
    let data = data.to_string().replace('<', "\\u003c");
    TEMPLATE.replace("@DATA@", &data)
}

const TEMPLATE: &str = include_str!("page.html");
