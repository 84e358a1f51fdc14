//! What one process did to another, as lines between their rows in an SVG.

use super::words::{called, doer, happened};
use crate::event::{Event, History, What};
use crate::report::markup::push_text;
use std::collections::HashSet;
use std::fmt::Write;

/// Where there are more lines than this, those between rows far apart are left out: they would hide everything.
const MANY: usize = 150;
/// So many pixels are far.
const FAR: usize = 200;

/// Whether a line between these is drawn, of so many.
fn is_drawn(count: usize, from: usize, to: usize) -> bool {
    count <= MANY || from.abs_diff(to) <= FAR
}

/// A line for each birth, from the parent's row to the child's.
pub(super) fn births(history: &History, place: impl Fn(usize, i64) -> Option<(f64, usize)>) -> String {
    let mut d = String::new();
    for life in history.lives() {
        let parent = life.parent.and_then(|parent| place(parent, life.started));
        if let Some(((x, from), (_, to))) = parent.zip(place(life.index, life.started))
            && is_drawn(history.lives().len(), from, to)
        {
            let _ = write!(d, "M{x:.1} {from}V{to}");
        }
    }
    path("spawn", &d)
}

/// A line for each reaping, from the child's row to the one who waited.
pub(super) fn reaps(history: &History, place: impl Fn(usize, i64) -> Option<(f64, usize)>) -> String {
    let mut d = String::new();
    for life in history.lives() {
        if let Some(reap) = life.reaped
            && let Some((x, from)) = place(life.index, reap.time)
            && let Some((_, to)) = reap.by.life.and_then(|by| place(by, reap.time))
            && is_drawn(history.lives().len(), from, to)
        {
            let _ = write!(d, "M{x:.1} {from}V{to}");
        }
    }
    path("reap", &d)
}

/// An arrow for each signal, from the sender's row to the receiver's. Of those that lie upon each other one is drawn.
pub(super) fn arrows(history: &History, place: impl Fn(usize, i64) -> Option<(f64, usize)>) -> String {
    let mut drawn = HashSet::new();
    let is_signal = |event: &&Event| matches!(event.what, What::Signalled { error: None, .. });
    let count = history.events().iter().filter(is_signal).count();
    let mut text = String::new();
    for (index, event) in history.events().iter().enumerate() {
        let (What::Signalled { error: None, .. }, Some(from), Some(to)) =
            (&event.what, history.actor(index), history.target(index))
        else {
            continue;
        };
        let (Some((x, above)), Some((_, below))) =
            (place(from.index, event.time), place(to.index, event.time))
        else {
            continue;
        };
        if above == below || !is_drawn(count, above, below) || !drawn.insert((above, below, x as usize)) {
            continue;
        }
        // The head stands at the edge of the bar.
        let end = if below > above { below - 5 } else { below + 5 };
        let _ = write!(text, "<path class=\"arrow\" d=\"M{x:.1} {above}V{end}\"><title>");
        let sender = doer(history, index).unwrap_or_default();
        push_text(&mut text, &format!("{} {} {sender}", called(to), happened(history, index)));
        text.push_str("</title></path>\n");
    }
    text
}

fn path(class: &str, d: &str) -> String {
    if d.is_empty() { String::new() } else { format!("<path class=\"{class}\" d=\"{d}\"/>\n") }
}
