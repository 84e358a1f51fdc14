//! The warning about processes that were still there when the scenario was over.

use super::diagnostic::{number, section};
use super::style::Style;
use super::visible::visible_line;
use super::width::cut;
use crate::event::Actor;

/// Processes that are named; the others are counted.
const NAMED: usize = 20;
/// Columns of a process's name.
const NAME: usize = 60;

/// Names the processes that were killed at the end, and counts those that have no name; empty where there were none.
#[must_use]
pub fn draw_leftovers(actors: &[Actor], unnamed: u32, style: Style) -> String {
    if actors.is_empty() {
        return String::new();
    }
    let mut text =
        format!("{} {}\n", style.yellow("warning:"), leftovers_message(actors.len() + unnamed as usize));
    text.push_str(&draw_actors(actors, unnamed, style));
    text.push_str(&section("help", "join them, or end them before the scenario ends", style));
    text
}

/// A line for each, up to a limit, and one for the number of the others.
pub(super) fn draw_actors(actors: &[Actor], unnamed: u32, style: Style) -> String {
    let mut text = String::new();
    for actor in actors.iter().take(NAMED) {
        let name = cut(&visible_line(&actor.name), NAME, style.ellipsis());
        text.push_str(&format!("  {name} (pid {})\n", actor.pid));
    }
    let more = actors.len().saturating_sub(NAMED) + unnamed as usize;
    if more > 0 {
        text.push_str(&format!("  and {more} more\n"));
    }
    text
}

pub(super) fn leftovers_message(count: usize) -> String {
    let verb = if count == 1 { "was" } else { "were" };
    let processes = number(count, "process");
    format!("{processes} {verb} still there when the scenario was over, and {verb} killed")
}
