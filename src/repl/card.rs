//! A process in one line, and how the prompt shows values.

use super::layout::laid_out;
use crate::execute::Session;
use crate::process::terminal;
use crate::report::{Style, visible_line};
use crate::value::{ProcessRef, Value, ending::ending};
use std::rc::Rc;

/// Bytes of a value that are shown.
const LONGEST: usize = 16 << 10;
/// A list with more processes is shown as a list.
const MOST_CARDS: usize = 20;

/// A time in passing: `850us`, `12ms`, `2.1s`, `3m05s`. Tables, where times are compared, have more digits (`report::brief`).
#[must_use]
pub fn brief(nanoseconds: i64) -> String {
    let nanoseconds = nanoseconds.max(0);
    match nanoseconds {
        0..1_000_000 => format!("{}us", nanoseconds / 1000),
        1_000_000..1_000_000_000 => format!("{}ms", nanoseconds / 1_000_000),
        1_000_000_000..60_000_000_000 => {
            let tenths = nanoseconds / 100_000_000;
            format!("{}.{}s", tenths / 10, tenths % 10)
        }
        _ => {
            let seconds = nanoseconds / 1_000_000_000;
            format!("{}m{:02}s", seconds / 60, seconds % 60)
        }
    }
}

/// A process's name as it can be written into a line: it may be anything.
#[must_use]
pub fn named(name: &str) -> String {
    visible_line(name).into_owned()
}

/// What the prompt prints of an entry's value, without the newline at the end; None for none.
#[must_use]
pub fn shown(session: &Session, value: &Value, style: Style) -> Option<String> {
    match value {
        Value::None | Value::Absent => None,
        Value::Process(process) => Some(card(session, process, style)),
        Value::List(list) => {
            let list = list.0.borrow();
            let processes: Option<Vec<_>> = list
                .iter()
                .map(|value| if let Value::Process(process) = value { Some(process) } else { None })
                .collect();
            match processes {
                Some(processes) if (1..=MOST_CARDS).contains(&processes.len()) => {
                    let cards: Vec<String> =
                        processes.into_iter().map(|process| card(session, process, style)).collect();
                    Some(cards.join("\n"))
                }
                _ => Some(written(value)),
            }
        }
        other => Some(written(other)),
    }
}

/// As it is written, also a text, so that "1" and 1 are told apart; on the editor's terminal, which is the session's standard input.
fn written(value: &Value) -> String {
    laid_out(value, terminal::room(std::io::stdin()).0, LONGEST)
}

/// `p1 · pid 4211 · sleeping · 2.1s`.
fn card(session: &Session, process: &Rc<ProcessRef>, style: Style) -> String {
    let dot = if style.unicode { " · " } else { " - " };
    format!("{}{dot}{}", style.bold(&named(&process.name)), about(session, process, style))
}

/// A card without the name.
#[must_use]
pub fn about(session: &Session, process: &Rc<ProcessRef>, style: Style) -> String {
    let dot = if style.unicode { " · " } else { " - " };
    let mut words = vec![format!("pid {}", process.pid)];
    if let Some(row) = session.row(process) {
        if row.state == "dead" {
            words.push("joined".to_owned());
        } else {
            words.push(row.state.clone());
        }
        if let Some(code) = row.exitcode {
            words.push(ending(code, false));
        }
        words.push(brief(row.elapsed));
    }
    words.join(dot)
}

#[cfg(test)]
mod tests {
    use super::brief;

    #[test]
    fn times_are_short() {
        let times = [(-1, "0us"), (12_900_000, "12ms"), (2_149_000_000, "2.1s"), (185_000_000_000, "3m05s")];
        for (time, expected) in times {
            assert_eq!(brief(time), expected);
        }
    }
}
