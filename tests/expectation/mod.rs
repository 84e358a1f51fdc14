//! Golden files: what a test saw must be what stands in a file; `UPDATE=1` makes it so.

use std::path::Path;

/// How what was seen differs from the file, in words; where there is nothing to see, there is no file. With `UPDATE=1` the file is
/// made so, and nothing differs.
pub fn difference(file: &Path, seen: &str) -> Option<String> {
    let expected = std::fs::read_to_string(file).unwrap_or_default();
    if expected == seen {
        return None;
    }
    if std::env::var_os("UPDATE").is_none() {
        let diff = similar::TextDiff::from_lines(&expected, seen);
        let diff = diff.unified_diff().header("expected", "seen").to_string();
        return Some(format!("{} differs (UPDATE=1 accepts it)\n{diff}", file.display()));
    }
    if seen.is_empty() {
        std::fs::remove_file(file).expect("the expectation can be removed");
    } else {
        std::fs::write(file, seen).expect("the expectation can be written");
    }
    None
}
