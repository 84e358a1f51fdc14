//! The texts of the page: each is made harmless, cut to a bearable length, and written once.

use crate::report::visible::{shorten, visible, visible_line};
use std::collections::HashMap;

/// Of a text of several lines, so many characters are shown.
const LONGEST_TEXT: usize = 2_000;
/// Of a text on one line.
pub(super) const LONGEST_LINE: usize = 300;

/// The texts that the columns name by their numbers. Number 0 is the empty one.
#[derive(Debug)]
pub(super) struct Words {
    all: Vec<String>,
    numbers: HashMap<String, u32>,
}

impl Words {
    pub fn new() -> Self {
        Self { all: vec![String::new()], numbers: HashMap::from([(String::new(), 0)]) }
    }

    /// The number of a text that is shown on one line.
    pub fn line(&mut self, text: &str) -> u32 {
        self.number(line(text))
    }

    /// The number of a text that keeps its lines.
    pub fn lines(&mut self, text: &str) -> u32 {
        self.number(visible(&shorten(text, LONGEST_TEXT)).into_owned())
    }

    fn number(&mut self, text: String) -> u32 {
        if let Some(number) = self.numbers.get(&text) {
            return *number;
        }
        let number = u32::try_from(self.all.len()).unwrap_or(0);
        self.all.push(text.clone());
        self.numbers.insert(text, number);
        number
    }

    pub fn into_all(self) -> Vec<String> {
        self.all
    }
}

/// A text from outside on one line, as long as one can read.
pub(super) fn line(text: &str) -> String {
    visible_line(&shorten(text, LONGEST_LINE)).into_owned()
}

#[cfg(test)]
mod tests {
    use super::Words;

    #[test]
    fn a_text_is_written_once_and_harmless() {
        let mut words = Words::new();
        assert_eq!(words.line(""), 0);
        assert_eq!(words.line("alex"), 1);
        assert_eq!(words.line("a\x1b[2J\nb"), 2);
        assert_eq!(words.line("alex"), 1);
        assert_eq!(words.lines("a\nb"), 3);
        assert_eq!(words.into_all(), ["", "alex", "a\\x1b[2J\\nb", "a\nb"]);
    }

    #[test]
    fn a_text_of_megabytes_is_cut() {
        let mut words = Words::new();
        words.line(&"x".repeat(1 << 20));
        words.lines(&"y\n".repeat(1 << 20));
        assert!(words.into_all().iter().all(|word| word.len() < 6_000));
    }
}
