//! The option `--timeline`: what its value says, and which word behind it is its value.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// What `--timeline` is to draw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Timeline {
    /// On standard output.
    Here,
    File(PathBuf, Format),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Svg,
    Html,
    Json,
}

impl Format {
    /// By the ending of the file's name.
    fn of(path: &Path) -> Option<Self> {
        let ending = path.extension()?.to_str()?.to_ascii_lowercase();
        match ending.as_str() {
            "svg" => Some(Self::Svg),
            "html" => Some(Self::Html),
            "json" => Some(Self::Json),
            _ => None,
        }
    }
}

impl Timeline {
    /// The value of the option; empty where it has none.
    ///
    /// # Errors
    /// Where the ending of the file says nothing.
    pub fn parse(value: &str) -> Result<Self, String> {
        let path = Path::new(value);
        if value.is_empty() {
            return Ok(Self::Here);
        }
        let format = Format::of(path).ok_or(
            "the ending of the file says what is drawn: .svg (a picture), .html (a page to explore) \
             or .json (trace events for Perfetto)",
        )?;
        Ok(Self::File(path.to_owned(), format))
    }
}

/// The arguments, with a file behind `--timeline` made part of it: `--timeline=FILE.svg`. The option can also stand alone
/// before the scenario, and only the ending of the word behind it tells which it is. What follows `--` is the scenario's.
pub fn joined(args: impl Iterator<Item = OsString>) -> Vec<OsString> {
    const OPTION: &str = "--timeline";
    let mut args = args.peekable();
    let mut all = Vec::new();
    while let Some(mut arg) = args.next() {
        if arg == "--" {
            all.push(arg);
            break;
        }
        if arg == OPTION
            && let Some(file) = args.next_if(|next| is_for_a_picture(next))
        {
            arg.push("=");
            arg.push(file);
        }
        all.push(arg);
    }
    all.extend(args);
    all
}

/// Whether a word is the file of a picture: by its ending; or it is no file that could be run, and its ending is no
/// scenario's, so that the mistake is called by its name.
fn is_for_a_picture(word: &OsStr) -> bool {
    let path = Path::new(word);
    let dash = word.to_string_lossy().starts_with('-');
    let other = || path.extension().is_some_and(|ending| ending != "proc") && !path.exists();
    !dash && (Format::of(path).is_some() || other())
}

#[cfg(test)]
mod tests {
    use super::{Format, Timeline, joined};

    fn line(text: &str) -> String {
        let args = joined(text.split(' ').map(Into::into));
        args.iter().map(|arg| arg.to_string_lossy()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_word_behind_the_option_is_its_file_where_its_ending_says_so() {
        assert_eq!(line("run --timeline out.svg a.proc"), "run --timeline=out.svg a.proc");
        assert_eq!(line("run a.proc --timeline /x/OUT.HTML b"), "run a.proc --timeline=/x/OUT.HTML b");
        assert_eq!(line("run --timeline out.png a.proc"), "run --timeline=out.png a.proc");
        for same in [
            "run --timeline a.proc",
            "run --timeline scenario b",
            "run --timeline -e print",
            "run --timeline",
            "run --timeline -",
            "run a.proc -- --timeline out.svg",
            "run --timeline=out.svg a.proc",
            "run --timeline Cargo.toml",
        ] {
            assert_eq!(line(same), same);
        }
    }

    #[test]
    fn the_ending_says_what_is_drawn() {
        assert_eq!(Timeline::parse(""), Ok(Timeline::Here));
        assert_eq!(Timeline::parse("a.Json"), Ok(Timeline::File("a.Json".into(), Format::Json)));
        for wrong in ["a", "a.png", ".svg", "svg"] {
            let error = Timeline::parse(wrong).expect_err(wrong);
            assert!([".svg", ".html", ".json"].iter().all(|ending| error.contains(ending)), "{error}");
        }
    }
}
