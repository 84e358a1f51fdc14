//! Layout: one linear scan that makes the logical text which the grammar reads.
//!
//! The logical text has the length of the source, byte for byte, so every position is true in both.
//! What means nothing to the grammar is blanked with spaces: comments, the text of strings, newlines
//! that end nothing. What remains of a string of any kind is a pair of `"` and its interpolations.
//! Statements of one block are parted by exactly one newline. The scan also finds the end of every
//! statement of the top level, so that each can be parsed, reported and forgotten by itself.

mod brackets;
mod scanner;
mod strings;
mod token;

pub(crate) use scanner::{DEEPEST, Layout, MOST_DIAGNOSTICS, Open, Piece, scan, scan_tokens};
pub use token::{Bracket, Token, TokenKind};

#[cfg(test)]
mod tests {
    use super::scan;
    use crate::source::SourceId;
    use proptest::prelude::*;

    fn logical(text: &str) -> String {
        scan(text, SourceId::default()).logical
    }

    #[test]
    fn what_means_nothing_is_blanked_and_statements_have_one_newline_between() {
        assert_eq!(logical("a # b\n\n;c"), "a       c");
        assert_eq!(logical("f {\n a;;\n b }"), "f {  a \n  b }");
        assert_eq!(logical("f('a b', \"c {d:>2} e\", re\"\\\"\")"), "f(\"   \", \"  {d   }  \", \"    \")");
        assert_eq!(logical("x \"\"\"a\n{b}\"\"\""), "x \"    {b}  \"");
        assert_eq!(logical("if a { }\n# c\nelse { }"), "if a { }     else { }");
    }

    proptest! {
        #[test]
        fn the_length_stays_and_what_is_not_blank_is_the_source(text in "([a-c \n(){}\\[\\]\"';#:,.|=+\\\\任]|re\"|\"\"\"|else ){0,60}") {
            let layout = scan(&text, SourceId::default());
            prop_assert_eq!(layout.logical.len(), text.len());
            for (index, byte) in layout.logical.bytes().enumerate() {
                let source = text.as_bytes()[index];
                prop_assert!(byte == source || matches!(byte, b' ' | b'"' | b'\n'), "{byte} for {source}");
            }
            let mut end = 0;
            for piece in &layout.statements {
                prop_assert!(end <= piece.span.start && piece.span.start <= piece.span.end);
                end = piece.span.end;
            }
            prop_assert!(end as usize <= text.len());
        }
    }
}
