//! `proctor grade --init`: a rubric to begin with, and two works for it.

use super::super::exit;
use super::super::output::to_stdout;
use super::super::refusal::refuse;
use crate::report::visible_line;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

const RUBRIC: (&str, &str) = ("rubric.proc", include_str!("sample/rubric.proc"));
const WORKS: [(&str, &str); 2] =
    [("class/ada.py", include_str!("sample/ada.py")), ("class/bob.py", include_str!("sample/bob.py"))];

/// Writes them; what is there already is never replaced. Gives the exit code.
pub fn init(folder: &Path) -> u8 {
    let files = || WORKS.iter().chain([&RUBRIC]);
    let taken = files().map(|(name, _)| folder.join(name)).find(|path| path.symlink_metadata().is_ok());
    if let Some(path) = taken {
        return refuse(&format!(
            "`{}` is there already, and is not replaced: name another folder",
            path.display()
        ));
    }
    for (name, text) in files() {
        let path = folder.join(name);
        let parent = path.parent().unwrap_or(folder);
        let written =
            fs::create_dir_all(parent).and_then(|()| File::create_new(&path)?.write_all(text.as_bytes()));
        if let Err(error) = written {
            return refuse(&format!("`{}` cannot be written: {error}", path.display()));
        }
    }
    let folder = folder.display().to_string();
    let folder = visible_line(&folder);
    to_stdout(&format!(
        "{folder}/rubric.proc     the rubric: read it, its comments say how it works\n\
         {folder}/class/ada.py    a work that does what was asked\n\
         {folder}/class/bob.py    and one that does not\n\
         to grade them: proctor grade {folder}/rubric.proc {folder}/class\n"
    ));
    exit::HELD
}
