//! `--update`: files are rewritten, each whole or not at all.

use super::super::output::{to_stderr, to_stdout};
use super::reports::replace;
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
            Err(why) => to_stderr(&format!("proctor: `{name}` is not updated: {why}\n")),
        }
    }
    rewritten
}

/// What stands before the text where there is a byte-order mark.
const MARK: &str = "\u{feff}";

fn write(file: &File, edits: &[suite::Edit]) -> Result<(), String> {
    let text = file.texts.first().map_or("", |text| &text.text);
    let now = fs::read_to_string(&file.path).map_err(|error| error.to_string())?;
    let (mark, body) = match now.strip_prefix(MARK) {
        Some(body) => (MARK, body),
        None => ("", &*now),
    };
    if body != text {
        return Err("it has changed since the tests were found".to_owned());
    }
    let new =
        suite::apply(text, edits).ok_or("with the new texts in it, it would be no scenario any more")?;
    replace(&file.path, format!("{mark}{new}").as_bytes()).map_err(|error| error.to_string())
}
