//! `--update`: files are rewritten, each whole or not at all.

use super::super::output::to_stdout;
use super::super::refusal::complain;
use super::super::replace::{replace, text};
use crate::report::visible_line;
use crate::suite::{self, File, Results};
use std::fs;

/// Writes what was found into the expectations that broke for it; gives the tests whose expectations were rewritten.
pub fn update(files: &[File], results: &Results) -> Vec<(usize, usize)> {
    let mut rewritten = Vec::new();
    for (number, file) in files.iter().enumerate() {
        let edits = suite::edits(file, results.tested.iter().filter(|tested| tested.file == number));
        if edits.is_empty() {
            continue;
        }
        let name = visible_line(&file.name);
        match write(file, &edits) {
            Ok(()) => {
                let many =
                    if edits.len() == 1 { "1 expectation" } else { &format!("{} expectations", edits.len()) };
                to_stdout(&format!("updated  {name}: {many}\n"));
                rewritten.extend(edits.iter().map(|edit| (number, edit.test)));
            }
            Err(why) => complain(&format!("`{name}` is not updated: {why}")),
        }
    }
    rewritten
}

/// What stands before the text where there is a byte-order mark.
const MARK: &str = "\u{feff}";

fn write(file: &File, edits: &[suite::Edit]) -> Result<(), String> {
    let known = file.texts.first().map_or("", |text| &text.text);
    let now = fs::read_to_string(&file.path).map_err(|error| error.to_string())?;
    let (mark, body) = match now.strip_prefix(MARK) {
        Some(body) => (MARK, body),
        None => ("", &*now),
    };
    if body != known {
        return Err("it has changed since the tests were found".to_owned());
    }
    let new =
        suite::apply(known, edits).ok_or("with the new texts in it, it would be no scenario any more")?;
    replace(&file.path, text(&format!("{mark}{new}")))
}
