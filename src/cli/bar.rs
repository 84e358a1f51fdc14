//! A bar on a terminal: how much is done, and how long the rest will take.

use super::output::Output;
use indicatif::{HumanDuration, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use std::fmt::Write;
use std::io::IsTerminal;
use std::time::Duration;

/// From one look at the clock to the next: a test may take minutes, in which nothing else happens.
const TICK: Duration = Duration::from_millis(250);

/// Where standard output is a terminal: a bar for so much, with these counts.
pub fn bar(total: usize, counts: &str, output: Output) -> Option<ProgressBar> {
    if !std::io::stdout().is_terminal() {
        return None;
    }
    let bar = ProgressBar::with_draw_target(Some(total as u64), ProgressDrawTarget::stdout());
    let template = format!("{{bar:24}} {counts} {{prefix}}{{elapsed}}, {{left}} left {{wide_msg}}");
    let style = ProgressStyle::with_template(&template).unwrap_or_else(|_| ProgressStyle::default_bar());
    let marks = if output.stdout.unicode { "━╸─" } else { "=>-" };
    bar.set_style(style.with_key("left", left).progress_chars(marks));
    bar.enable_steady_tick(TICK);
    Some(bar)
}

/// Before anything is done, nobody knows.
fn left(state: &ProgressState, into: &mut dyn Write) {
    // What goes into memory is written.
    let _ = match state.pos() {
        0 => into.write_str("?"),
        _ => write!(into, "{:#}", HumanDuration(state.eta())),
    };
}
