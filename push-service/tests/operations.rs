//! `docs/operations.md` says what the code does.

use signin::retention::Kept;

#[test]
fn the_page_shows_how_long_what_is_kept() {
    let page = include_str!("../../docs/operations.md");
    let mut table = "| what | for how long | why |\n|---|---|---|\n".to_owned();
    for kept in Kept::ALL {
        table += &format!("| {} | {} | {} |\n", kept.what(), kept.how_long(), kept.why());
    }
    assert!(page.contains(&table), "docs/operations.md should have this table:\n\n{table}");
}
