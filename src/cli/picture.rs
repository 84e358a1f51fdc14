//! `--timeline` and `--tree`: pictures of a run that is over.
//!
//! The guard draws them from the memory that the run's processes shared: so it does not matter how the scenario ended.

use super::output::{Output, to_stderr, to_stdout};
use crate::event::History;
use crate::process::{Standard, terminal};
use crate::report::timeline::{Canvas, Clock, chrome_trace, draw_growth, draw_svg, draw_timeline};
use crate::report::{Notice, PageSetting, draw_page};
use crate::source::{Severity, SourceMap};
use std::ffi::{OsStr, OsString};
use std::fs::{self, OpenOptions};
use std::io;
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

/// Whether the files can be written, asked before the run: it would be a pity to learn it behind it.
///
/// # Errors
/// Says why not.
pub fn check(timelines: &[Timeline]) -> Result<(), String> {
    for timeline in timelines {
        let Timeline::File(path, _) = timeline else { continue };
        // To open a pipe could block, or tell its reader that all is said.
        let special = fs::metadata(path).is_ok_and(|file| !file.is_file() && !file.is_dir());
        if !special {
            let opened = OpenOptions::new().create(true).append(true).open(path);
            opened.map_err(|error| refused(path, &error))?;
        }
    }
    Ok(())
}

/// What pictures need beside the history.
#[derive(Debug, Clone, Copy)]
pub struct Pictures<'a> {
    pub timelines: &'a [Timeline],
    pub tree: bool,
    /// What is run, for a headline.
    pub title: &'a str,
    pub sources: &'a SourceMap,
    pub output: Output,
    /// Where what is drawn here goes: standard output, or where that is another's, standard error.
    pub to: Standard,
    /// Without pids and times.
    pub stable: bool,
}

impl Pictures<'_> {
    /// Draws them all; false where one could not be written, which is said.
    #[must_use]
    pub fn draw(&self, history: History) -> bool {
        let (history, clock) =
            if self.stable { (history.in_steps(), Clock::Steps) } else { (history, Clock::Time) };
        let (size, style, show): (_, _, fn(&str)) = match self.to {
            Standard::Error => (terminal::size(io::stderr()), self.output.stderr, to_stderr),
            Standard::Output => (terminal::size(io::stdout()), self.output.stdout, to_stdout),
        };
        let columns = size.map(|(columns, _)| usize::from(columns));
        let canvas = Canvas { style, columns: columns.filter(|_| !self.stable), clock };
        if self.tree {
            show(&draw_growth(&history, canvas));
        }
        let mut written = true;
        for timeline in self.timelines {
            match timeline {
                Timeline::Here => show(&draw_timeline(&history, canvas)),
                Timeline::File(path, format) => written &= self.save(&history, clock, path, *format),
            }
        }
        written
    }

    fn save(&self, history: &History, clock: Clock, path: &Path, format: Format) -> bool {
        let text = match format {
            Format::Svg => draw_svg(history, clock),
            Format::Html => draw_page(
                history,
                &PageSetting { title: self.title, sources: self.sources, steps: self.stable },
            ),
            Format::Json => chrome_trace(history),
        };
        let Err(error) = fs::write(path, text) else { return true };
        self.output.say(&Notice {
            code: "timeline_not_written",
            severity: Severity::Error,
            message: &refused(path, &error),
            help: None,
            run: None,
            processes: &[],
            unnamed: 0,
        });
        false
    }
}

fn refused(path: &Path, error: &io::Error) -> String {
    format!("the timeline cannot be written to {}: {error}", path.display())
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
