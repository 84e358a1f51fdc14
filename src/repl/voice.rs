//! What one process says: bytes that become lines, each marked with its name in its own colour.

use super::card::named;
use crate::report::{Style, visible_line};

/// A line that is longer is shown in pieces.
const LONGEST: usize = 64 << 10;
/// Colours that differ on light and dark grounds; see ECMA-48, SGR.
const COLOURS: [u8; 6] = [36, 35, 33, 32, 34, 31];

/// A process's name, and the line that it has not ended yet.
#[derive(Debug)]
pub struct Voice {
    mark: String,
    partial: Vec<u8>,
}

impl Voice {
    /// A voice; `number` chooses its colour.
    pub fn new(name: &str, number: usize, style: Style) -> Self {
        let name = named(name);
        let mark = if style.color {
            format!("\x1b[{}m[{name}]\x1b[0m ", COLOURS[number % COLOURS.len()])
        } else {
            format!("[{name}] ")
        };
        Self { mark, partial: Vec::new() }
    }

    /// Adds bytes, and gives the lines that are whole now.
    pub fn say(&mut self, bytes: &[u8]) -> String {
        let mut text = String::new();
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.partial.extend_from_slice(piece);
            if piece.ends_with(b"\n") || self.partial.len() >= LONGEST {
                text.push_str(&self.end());
            }
        }
        text
    }

    /// The line that was not ended, as a line; empty where there is none.
    pub fn end(&mut self) -> String {
        if self.partial.is_empty() {
            return String::new();
        }
        let line = String::from_utf8_lossy(&self.partial);
        let line = line.trim_end_matches(['\n', '\r']);
        let text = format!("{}{}\n", self.mark, tame(line));
        self.partial.clear();
        text
    }
}

/// Colours pass; whatever else could disturb the screen is made visible.
fn tame(line: &str) -> String {
    let mut text = String::new();
    let mut coloured = false;
    let mut rest = line;
    while let Some(at) = rest.find("\x1b[") {
        let (before, escape) = rest.split_at(at);
        text.push_str(&visible_line(before));
        let end =
            escape[2..].find(|c: char| !matches!(c, '0'..='9' | ';')).map_or(escape.len(), |end| end + 2);
        if escape[end..].starts_with('m') {
            text.push_str(&escape[..=end]);
            coloured = true;
            rest = &escape[end + 1..];
        } else {
            text.push_str(&visible_line(&escape[..2]));
            rest = &escape[2..];
        }
    }
    // A tab is no danger, but its width depends on where it stands.
    text.push_str(&visible_line(rest).replace("\\t", "    "));
    if coloured {
        text.push_str("\x1b[0m");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::Voice;
    use crate::report::Style;

    #[test]
    fn lines_are_whole_and_marked() {
        let mut voice = Voice::new("任务", 0, Style::PLAIN);
        assert_eq!(voice.say(b"one\ntw"), "[任务] one\n");
        assert_eq!(voice.say(b"o\r\n\n"), "[任务] two\n[任务] \n");
        assert_eq!(voice.say(b"rest"), "");
        assert_eq!(voice.end(), "[任务] rest\n");
        assert_eq!(voice.end(), "");
    }

    #[test]
    fn colours_pass_and_nothing_else_does() {
        let mut voice = Voice::new("p", 0, Style::PLAIN);
        assert_eq!(voice.say(b"\x1b[31mred\x1b[0m\n"), "[p] \x1b[31mred\x1b[0m\x1b[0m\n");
        let shown = voice.say(b"\x1b[2J\x1b]0;x\x07\x1b[31\n");
        assert!(!shown.contains('\x1b'), "{shown:?}");
    }
}
