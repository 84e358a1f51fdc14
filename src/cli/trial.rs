//! `proctor trial`, which `proctor test` starts: one run of one test.

use super::exit;
use super::output::to_stderr;
use super::recording::history;
use crate::report::{PageSetting, draw_page};
use crate::suite::{self, Played};

/// Runs what it is told over standard input; gives the exit code.
#[must_use]
pub fn trial() -> u8 {
    match suite::play(draw) {
        Ok(code) => code,
        Err(why) => {
            to_stderr(&format!("proctor: this command is for `proctor test` alone: {why}\n"));
            exit::WRONG
        }
    }
}

/// The page of its timeline.
fn draw(played: &Played<'_>) -> String {
    let setting = PageSetting { title: played.title, sources: played.sources, steps: false };
    draw_page(&history(played.ended), &setting)
}
