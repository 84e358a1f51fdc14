//! Text of hostile origin for files that machines read.

use super::details::{draw_details, lines};
use super::subject::Row;
use crate::event::Verdict;
use crate::report::{Style, json, shorten, visible, visible_line};
use crate::suite::Output;
use serde_json::Value;
use std::time::{SystemTime, UNIX_EPOCH};

/// How what is drawn for a screen is drawn in a file.
pub const STYLE: Style = Style { unicode: true, ..Style::PLAIN };

/// Characters of a text and of a line of output, lines that a report has of one test, and characters of a process's name.
const TEXT: usize = 64 * 1024;
const LINE: usize = 4000;
const LINES: usize = 2000;
const NAME: usize = 100;

/// One line, with nothing in it that is drawn elsewhere or not at all.
pub fn line(text: &str) -> String {
    printable(&visible_line(&shorten(text, LINE)))
}

/// The name of a process, of which a line has only the beginning.
pub fn name(process: &str) -> String {
    line(&shorten(process, NAME))
}

/// Several lines.
pub fn text(text: &str) -> String {
    printable(&visible(&shorten(text, TEXT)))
}

/// Without the two characters that no XML may hold, though Unicode has them: <https://www.w3.org/TR/xml/#charsets>.
fn printable(text: &str) -> String {
    text.replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}

/// What there is to say of a test that did not pass, as a screen without colours would show it.
pub fn details(row: &Row<'_>) -> Option<String> {
    let said = match &row.tested.verdict {
        Verdict::Skipped(_) | Verdict::Interrupted => None,
        _ => row.decisive().map(|outcome| text(&draw_details(&row.file.sources, outcome, STYLE))),
    };
    said.filter(|text| !text.is_empty())
}

/// The lines of what a test printed, each with the process that did.
pub fn output(output: &Output) -> Vec<String> {
    printed(output, LINES)
}

/// No more than so many of them.
pub fn printed(output: &Output, most: usize) -> Vec<String> {
    let all = lines(output);
    let left_out = all.len().saturating_sub(most);
    let mut shown: Vec<String> =
        all.iter().take(most).map(|(process, text)| format!("[{}] {}", name(process), line(text))).collect();
    if left_out > 0 {
        shown.push(format!("({left_out} more lines)"));
    }
    if output.cut > 0 {
        shown.push(format!("({} more bytes were not kept)", output.cut));
    }
    shown
}

/// A document of JSON, ending in a newline.
pub fn document(whole: &Value) -> String {
    // A value can always be written.
    let text = serde_json::to_string_pretty(whole).unwrap_or_default();
    json::printable(&text).into_owned() + "\n"
}

/// Milliseconds since 1970.
pub fn milliseconds(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// ISO 8601, in UTC: `2026-11-26T00:39:46.000Z`.
pub fn timestamp(time: SystemTime) -> String {
    let all = milliseconds(time);
    let (seconds, millis) = (all / 1000, all % 1000);
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = date(days);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z")
}

/// Year, month and day, so many days after 1970-01-01, in the Gregorian calendar. A year begins with March here, so that the day
/// that is added every four years is its last.
fn date(days: u64) -> (u64, u64, u64) {
    /// From March of the year 0 to 1970-01-01, and in 400, 100, 4 years and in one.
    const BEFORE: u64 = 719_468;
    const IN_400: u64 = 146_097;
    let days = days + BEFORE;
    let (era, day) = (days / IN_400, days % IN_400);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    // The months from March on have 31, 30, 31, 30, 31 days, and again.
    let month = (5 * day + 2) / 153;
    let first = (153 * month + 2) / 5;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (era * 400 + year + next, month, day - first + 1)
}

#[cfg(test)]
mod tests {
    use super::{line, timestamp};
    use std::time::{Duration, UNIX_EPOCH};

    #[test]
    fn times_are_those_of_the_calendar() {
        let at = |seconds| timestamp(UNIX_EPOCH + Duration::from_secs(seconds));
        assert_eq!(at(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(at(951_782_400), "2000-02-29T00:00:00.000Z");
        assert_eq!(at(1_709_164_799), "2024-02-28T23:59:59.000Z");
        assert_eq!(at(1_735_689_599), "2024-12-31T23:59:59.000Z");
        assert_eq!(at(4_107_542_400), "2100-03-01T00:00:00.000Z");
    }

    #[test]
    fn nothing_that_xml_forbids_is_left() {
        assert_eq!(line("a\0\x1b[31m\u{fffe}\n"), "a\\x00\\x1b[31m\u{fffd}\\n");
    }
}
