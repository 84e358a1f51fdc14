//! `--timeline` and `--tree`: pictures of a run that is over.
//!
//! The guard draws them from the memory that the run's processes shared: so it does not matter how the scenario ended.

use super::output::{Output, to_stderr, to_stdout};
use super::recording::writable;
use super::timeline::{Format, Timeline};
use crate::event::History;
use crate::process::{Standard, terminal};
use crate::report::timeline::{Canvas, Clock, chrome_trace, draw_growth, draw_svg, draw_timeline};
use crate::report::{PageSetting, draw_page};
use crate::source::SourceMap;
use std::fs;
use std::io;
use std::path::Path;

/// Whether the files can be written, asked before the run: it would be a pity to learn it behind it.
///
/// # Errors
/// Says why not.
pub fn check(timelines: &[Timeline]) -> Result<(), String> {
    for timeline in timelines {
        let Timeline::File(path, _) = timeline else { continue };
        writable(path).map_err(|error| refused(path, &error))?;
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
        // Among JSON lines there are no pictures.
        let here = self.to == Standard::Output || !self.output.is_json();
        if self.tree && here {
            show(&draw_growth(&history, canvas));
        }
        let mut written = true;
        for timeline in self.timelines {
            match timeline {
                Timeline::Here if !here => {}
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
        self.output.say_error("timeline_not_written", &refused(path, &error), None);
        false
    }
}

fn refused(path: &Path, error: &io::Error) -> String {
    format!("the timeline cannot be written to {}: {error}", path.display())
}
