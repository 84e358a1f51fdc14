//! Text from outside made harmless: what a terminal would obey, or draw in another place than it stands, is shown as an escape.

use std::borrow::Cow;
use std::fmt::Write;

/// Whether a character draws nothing by itself and may make a terminal do something: controls (C0, DEL, C1),
/// the marks that change the direction of text, separators of lines, and invisible characters.
/// The joiners (U+200C, U+200D) are not among them: emoji and some scripts are spelt with them.
#[must_use]
pub fn is_hidden(character: char) -> bool {
    matches!(character,
        '\0'..='\x1f' | '\x7f'..='\u{9f}'
        | '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// The text with every hidden character but the newline written as an escape: `\x1b`, `\u{202e}`.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    escape(text, |character| character != '\n' && is_hidden(character))
}

/// As [`visible`], on one line: a newline is written as `\n`.
#[must_use]
pub fn visible_line(text: &str) -> Cow<'_, str> {
    escape(text, is_hidden)
}

fn escape(text: &str, hidden: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.chars().any(&hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if hidden(character) {
            push_escape(&mut shown, character);
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

/// Writes a character as the language itself would spell it in a string.
pub fn push_escape(into: &mut String, character: char) {
    // Writing to a String cannot fail.
    let _ = match character {
        '\n' => into.write_str("\\n"),
        '\r' => into.write_str("\\r"),
        '\t' => into.write_str("\\t"),
        '\0'..='\x7f' => write!(into, "\\x{:02x}", character as u32),
        _ => write!(into, "\\u{{{:x}}}", character as u32),
    };
}

/// The first `most` characters, and how many were left out behind them. A text from a program can be many
/// megabytes long, and no more than this of it is drawn.
#[must_use]
pub fn shorten(text: &str, most: usize) -> Cow<'_, str> {
    match text.char_indices().nth(most) {
        None => Cow::Borrowed(text),
        Some((end, _)) => {
            let rest = text[end..].chars().count();
            Cow::Owned(format!("{}... ({rest} more characters)", &text[..end]))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{is_hidden, shorten, visible, visible_line};
    use proptest::prelude::*;

    #[test]
    fn escapes_are_spelt_as_in_the_language() {
        assert_eq!(visible("a\x1b[31mb\tc\r\n\x07"), "a\\x1b[31mb\\tc\\r\n\\x07");
        assert_eq!(visible_line("a\nb\u{202e}c\u{9b}"), "a\\nb\\u{202e}c\\u{9b}");
        assert_eq!(visible("任务 👩\u{200d}🔬"), "任务 👩\u{200d}🔬");
    }

    #[test]
    fn a_long_text_is_cut_and_says_so() {
        assert_eq!(shorten("abc", 3), "abc");
        assert_eq!(shorten("任务任务任务", 2), "任务... (4 more characters)");
    }

    proptest! {
        #[test]
        fn nothing_hidden_is_left(text in any::<String>()) {
            prop_assert!(visible(&text).chars().all(|c| c == '\n' || !is_hidden(c)));
            prop_assert!(!visible_line(&text).chars().any(is_hidden));
        }

        #[test]
        fn every_control_of_unicode_is_hidden(c in any::<char>()) {
            prop_assert!(!c.is_control() || is_hidden(c));
        }
    }
}
