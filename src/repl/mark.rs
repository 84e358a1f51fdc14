//! The mark of the lines behind an entry's first: it stands where they are indented, so it takes no room.

use crate::report::Style;
use crate::syntax::{TokenKind, tokens};

const BLANKS: &str = "    ";
const MARK: &str = "... ";

/// The lines of an entry as they are drawn, with the mark in the indentation of each but the first. `drawn` is the text with or
/// without colours. Blanks in a string stay as they are: they belong to it.
#[must_use]
pub fn marked(text: &str, drawn: &str, style: Style) -> String {
    if !text.contains('\n') {
        return drawn.to_owned();
    }
    let inside = in_strings(text);
    let mark = style.dim(MARK.trim_end()) + " ";
    let mut lines = String::with_capacity(drawn.len() + 64);
    for (number, line) in drawn.split('\n').enumerate() {
        if number > 0 {
            lines.push('\n');
        }
        match line.strip_prefix(BLANKS) {
            Some(rest) if number > 0 && !inside.contains(&number) => {
                lines.push_str(&mark);
                lines.push_str(rest);
            }
            _ => lines.push_str(line),
        }
    }
    lines
}

/// The numbers of the lines, counted from 0, that begin in a string.
fn in_strings(text: &str) -> Vec<usize> {
    let mut inside = Vec::new();
    let mut line = 0;
    let mut at = 0;
    for token in tokens(text) {
        let span = token.span.range();
        let newlines = |text: &str| text.bytes().filter(|byte| *byte == b'\n').count();
        line += newlines(text.get(at..span.start).unwrap_or_default());
        let within = newlines(&text[span.clone()]);
        if matches!(token.kind, TokenKind::String | TokenKind::Raw | TokenKind::Unended | TokenKind::Escape) {
            inside.extend(line + 1..=line + within);
        }
        line += within;
        at = span.end;
    }
    inside
}

#[cfg(test)]
mod tests {
    use super::marked;
    use crate::report::Style;

    #[test]
    fn lines_are_marked_where_blanks_are_no_text() {
        let marked = |text| marked(text, text, Style::PLAIN);
        assert_eq!(marked("print 1"), "print 1");
        assert_eq!(marked("def f() {\n    print 1\n}"), "def f() {\n... print 1\n}");
        let string = "let s = \"\"\"\n    a\n    b\n    \"\"\"";
        assert_eq!(marked(string), string);
        assert_eq!(marked("f(\n    \"\"\"a\n    b\"\"\",\n    1)"), "f(\n... \"\"\"a\n    b\"\"\",\n... 1)");
    }
}
