//! Is an entry finished? What a prompt asks before it runs what was typed.

use super::layout::{self, Open};
use crate::source::SourceId;

/// What is still open where a text ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completeness {
    /// Nothing: it can be parsed (and may be wrong).
    Complete,
    /// A block; `depth` counts all open brackets, itself included.
    OpenBlock { depth: usize },
    /// A parenthesis, a list, an index or a map.
    OpenBracket { depth: usize },
    /// A `"""` string, or an interpolation in one.
    OpenString,
    /// The last line ends with an operator, a comma, `|` or `with`.
    OpenLine,
}

/// Says whether the text is a whole entry or waits for more. It takes one scan, and no parse.
#[must_use]
pub fn completeness(text: &str) -> Completeness {
    match layout::scan(text, SourceId::default()).open {
        Open::Nothing => Completeness::Complete,
        Open::Block(depth) => Completeness::OpenBlock { depth },
        Open::Bracket(depth) => Completeness::OpenBracket { depth },
        Open::String => Completeness::OpenString,
        Open::Line => Completeness::OpenLine,
    }
}

#[cfg(test)]
mod tests {
    use super::{Completeness, completeness};

    #[test]
    fn an_open_entry_says_what_is_open() {
        for (text, expected) in [
            ("", Completeness::Complete),
            ("print 1", Completeness::Complete),
            ("spawn p { print 1 }", Completeness::Complete),
            ("spawn p {", Completeness::OpenBlock { depth: 1 }),
            ("def f() { if x {\n", Completeness::OpenBlock { depth: 2 }),
            ("print [1,", Completeness::OpenBracket { depth: 1 }),
            ("let m = {a: 1", Completeness::OpenBracket { depth: 1 }),
            ("f(|x| {", Completeness::OpenBlock { depth: 2 }),
            ("let s = \"\"\"\nabc", Completeness::OpenString),
            ("let s = \"\"\"\n{x", Completeness::OpenString),
            ("let s = \"abc", Completeness::Complete),
            ("let s = \"{", Completeness::Complete),
            ("f(\"a {g(", Completeness::Complete),
            ("f(\n\"a {g(", Completeness::OpenBracket { depth: 1 }),
            ("spawn p {\n f(\"{x", Completeness::OpenBlock { depth: 1 }),
            ("let x = 1 +", Completeness::OpenLine),
            ("spawn f() with", Completeness::OpenLine),
            ("spawn f() |\n", Completeness::OpenLine),
            ("print matches", Completeness::Complete),
            (")", Completeness::Complete),
        ] {
            assert_eq!(completeness(text), expected, "{text:?}");
        }
    }
}
