//! Tables that fit their page: a column of names gives way first, then whole columns, in the order stated.

use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table as Comfy, Width, presets};

/// Columns between two columns, and before the first.
const GAP: u16 = 2;

/// A table under construction; all rows have as many cells as there are columns.
#[derive(Debug, Default)]
pub(super) struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
}

#[derive(Clone, Debug)]
struct Column {
    title: &'static str,
    right: bool,
    /// May be narrowed down to this many columns.
    least: Option<u16>,
    /// Whether a cell too long for a narrowed column continues below, rather than being cut.
    wraps: bool,
    /// Left out for want of room, the highest first; `None`: never.
    drop: Option<u8>,
}

impl Table {
    /// A column of text.
    pub(super) fn text(self, title: &'static str) -> Self {
        self.column(Column { title, right: false, least: None, wraps: false, drop: None })
    }

    /// A column of figures.
    pub(super) fn figure(self, title: &'static str) -> Self {
        self.column(Column { title, right: true, least: None, wraps: false, drop: None })
    }

    /// A column of figures that is left out for want of room, of several the one with the highest `drop` first.
    pub(super) fn lesser_figure(self, title: &'static str, drop: u8) -> Self {
        self.column(Column { title, right: true, least: None, wraps: false, drop: Some(drop) })
    }

    /// A column of text that is left out for want of room, as [`Table::lesser_figure`].
    pub(super) fn lesser_text(self, title: &'static str, drop: u8) -> Self {
        self.column(Column { title, right: false, least: None, wraps: false, drop: Some(drop) })
    }

    /// A column of names, each cut down to as little as `least` columns for want of room.
    pub(super) fn name(self, title: &'static str, least: u16) -> Self {
        self.column(Column { title, right: false, least: Some(least), wraps: false, drop: None })
    }

    /// A column of lists, each continued below from as little as `least` columns for want of room. A table has one
    /// column of names or of lists.
    pub(super) fn list(self, title: &'static str, least: u16) -> Self {
        self.column(Column { title, right: false, least: Some(least), wraps: true, drop: None })
    }

    fn column(mut self, column: Column) -> Self {
        self.columns.push(column);
        self
    }

    /// Adds a row of one cell for each column.
    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// The lines of the table, header first unless all titles are empty, none longer than `width`.
    pub(super) fn lines(mut self, width: u16, ascii: bool) -> Vec<String> {
        loop {
            let table = self.laid_out();
            let widths = table.column_max_content_widths();
            let need = widths.iter().fold(0_u16, |sum, width| sum.saturating_add(width.saturating_add(GAP)));
            let over = need.saturating_sub(width);
            if over == 0 {
                return lines(&table);
            }
            let narrowed =
                self.columns.iter().zip(&widths).enumerate().find_map(|(place, (column, width))| {
                    let least = column.least?;
                    (width.saturating_sub(least) >= over).then(|| (place, width - over, column.wraps))
                });
            if let Some((place, to, wraps)) = narrowed {
                return lines(&narrow(table, place, to, wraps, width, ascii));
            }
            let Some(dropped) = (0..self.columns.len())
                .filter(|&place| self.columns[place].drop.is_some())
                .max_by_key(|&place| self.columns[place].drop)
            else {
                // Nothing left to give: cells wrap.
                return lines(self.laid_out().set_width(width));
            };
            self.columns.remove(dropped);
            for row in &mut self.rows {
                row.remove(dropped);
            }
        }
    }

    fn laid_out(&self) -> Comfy {
        let mut table = Comfy::new();
        table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
        // Without a width of its own the table would ask the terminal; the page's width rules.
        table.set_width(u16::MAX);
        if self.columns.iter().any(|column| !column.title.is_empty()) {
            table.set_header(self.columns.iter().map(|column| column.title));
        }
        table.add_rows(&self.rows);
        for (column, made) in self.columns.iter().zip(table.column_iter_mut()) {
            made.set_padding((GAP, 0));
            made.set_cell_alignment(if column.right { CellAlignment::Right } else { CellAlignment::Left });
        }
        table
    }
}

/// `table` with the column at `place` narrowed to `to` columns of content.
fn narrow(mut table: Comfy, place: usize, to: u16, wraps: bool, width: u16, ascii: bool) -> Comfy {
    table.set_width(width);
    table.set_truncation_indicator(if ascii { "~" } else { "…" });
    if let Some(column) = table.column_mut(place) {
        column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(to.saturating_add(GAP))));
        if !wraps {
            // Names are cut where the room ends, not where a word does.
            column.set_delimiter('\0');
        }
    }
    if !wraps {
        for row in table.row_iter_mut() {
            row.max_height(1);
        }
    }
    table
}

/// What the columns of a table with these `lines` mean, worst rows first: of `words`, by their column's title, those
/// whose column was not left out.
pub(super) fn legend(lines: &[String], words: &[(&str, &str)]) -> String {
    let titles = lines.first().map_or("", String::as_str);
    let shown = words.iter().filter(|(title, _)| titles.split_whitespace().any(|word| word == *title));
    let mut parts = vec!["worst first"];
    parts.extend(shown.map(|(_, words)| *words));
    parts.join("; ")
}

fn lines(table: &Comfy) -> Vec<String> {
    table.lines().map(|line| line.trim_end().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table =
            Table::default().name("who", 4).figure("PDUs").lesser_figure("failed", 1).lesser_figure("p99", 2);
        table.row(["acme one-time".into(), "12,345".into(), "7".into(), "9,120".into()]);
        table.row(["b".into(), "1".into(), "0".into(), "-".into()]);
        table
    }

    #[test]
    fn names_give_way_first_then_lesser_columns_then_cells_wrap() {
        for (width, ascii, want) in [
            (
                100,
                false,
                "  who              PDUs  failed    p99\n  acme one-time  12,345       7  9,120\n  b                   1       0      -",
            ),
            (
                33,
                false,
                "  who         PDUs  failed    p99\n  acme on…  12,345       7  9,120\n  b              1       0      -",
            ),
            (26, true, "  who         PDUs  failed\n  acme on~  12,345       7\n  b              1       0"),
            (14, false, "  who     PDUs\n  acm…  12,345\n  b          1"),
        ] {
            assert_eq!(table().lines(width, ascii).join("\n"), want, "{width}");
        }
        for width in 8..60 {
            for line in table().lines(width, false) {
                assert!(line.chars().count() <= usize::from(width), "{width}: {line}");
            }
        }
    }
}
