//! Plots of a table: a PNG with bars for each figure, and one page that holds all of them and needs nothing else.

mod page;
mod png;
mod raster;

use std::fs;
use std::io;
use std::path::Path;

use crate::table::{COLUMNS, Table};

/// Writes `<scenario>-<figure>.png` for each figure and `<scenario>.html` into `folder`, which is made when it is missing.
///
/// # Errors
/// When they can't be written.
pub fn write(table: &Table, folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    for column in &COLUMNS {
        let file = folder.join(format!("{}-{}.png", table.scenario, column.key));
        fs::write(file, raster::bars(table, column)?)?;
    }
    fs::write(
        folder.join(format!("{}.html", table.scenario)),
        page::page(table),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measures::Results;
    use crate::table::Row;

    #[test]
    fn a_table_becomes_one_png_for_each_figure_and_a_page_without_outside_parts() {
        let row = |strategy: &str| Row {
            strategy: strategy.into(),
            results: vec![Results::default(); 3],
        };
        let table = Table {
            scenario: "test".into(),
            seeds: vec![1, 2, 3],
            rows: vec![row("ours"), row("</script>")],
        };
        let folder = std::env::temp_dir().join(format!("chainflix-plots-{}", std::process::id()));
        write(&table, &folder).unwrap();
        let png = fs::read(folder.join("test-origin_percent.png")).unwrap();
        assert!(png.starts_with(b"\x89PNG\r\n"));
        let page = fs::read_to_string(folder.join("test.html")).unwrap();
        assert!(!page.contains("http://") && !page.contains("https://"));
        assert_eq!(
            page.matches("</script>").count(),
            1,
            "a name can't end the script"
        );
        fs::remove_dir_all(folder).unwrap();
    }
}
