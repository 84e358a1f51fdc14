//! The warning about processes that were still there when the scenario was over.

use super::diagnostic::{number, section};
use super::style::Style;
use super::visible::visible_line;
use super::width::cut;
use crate::event::Actor;

/// Processes that are named; the others are counted.
const NAMED: usize = 20;
const NAME: usize = 60;

/// Names the processes that were killed at the end; empty where there were none.
#[must_use]
pub fn draw_leftovers(actors: &[Actor], style: Style) -> String {
    if actors.is_empty() {
        return String::new();
    }
    let mut text = format!("{} {}\n", style.yellow("warning:"), leftovers_message(actors));
    for actor in actors.iter().take(NAMED) {
        let name = cut(&visible_line(&actor.name), NAME, style.ellipsis());
        text.push_str(&format!("  {name} (pid {})\n", actor.pid));
    }
    if actors.len() > NAMED {
        text.push_str(&format!("  and {} more\n", actors.len() - NAMED));
    }
    text.push_str(&section("help", "join them, or end them before the scenario ends", style));
    text
}

pub(super) fn leftovers_message(actors: &[Actor]) -> String {
    let verb = if actors.len() == 1 { "was" } else { "were" };
    let processes = match number(actors.len(), "process") {
        one if actors.len() == 1 => one,
        many => many.replace("processs", "processes"),
    };
    format!("{processes} {verb} still there when the scenario was over, and {verb} killed")
}
