//! Tables for a terminal.

use std::fmt::Write as _;

/// Columns as wide as what is in them; the last one as it comes.
pub(super) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let mut widths: Vec<usize> = head.iter().map(|title| title.chars().count()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut text = String::new();
    let mut line = |cells: &mut dyn Iterator<Item = &str>| {
        let mut line = String::new();
        for (cell, width) in cells.zip(&widths) {
            let _ = write!(line, "{cell:width$}  ");
        }
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(line.trim_end());
    };
    line(&mut head.iter().copied());
    for row in rows {
        line(&mut row.iter().map(String::as_str));
    }
    text
}

/// "2027-01-15 08:00:00" of "2027-01-15T08:00:00.123Z".
pub(super) fn short(time: &str) -> String {
    time.get(..19).unwrap_or(time).replace('T', " ")
}

/// What is not there.
pub(super) fn or_dash(cell: Option<String>) -> String {
    cell.unwrap_or_else(|| "-".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_under_each_other() {
        let rows = [vec!["åäö".to_owned(), "1".to_owned()], vec!["b".to_owned(), "22".to_owned()]];
        assert_eq!(table(&["name", "n"], &rows), "name  n\nåäö   1\nb     22");
        assert_eq!(short("2027-01-15T08:00:00.123Z"), "2027-01-15 08:00:00");
    }
}
