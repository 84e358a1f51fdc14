//! Tokens: what a text consists of, for those who colour or complete it.

use crate::source::Span;

/// A piece of a text that means something. What lies between two tokens is blank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    pub span: Span,
    pub kind: TokenKind,
}

/// What a token is, as far as its place says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    Comment,
    /// A reserved word, or an operator that is a word.
    Keyword,
    /// `true`, `false`, `none`.
    Constant,
    Name,
    /// A name that is declared by `def`, or called.
    Function,
    /// What stands behind a dot.
    Field,
    /// A name that is a key in a map.
    Key,
    /// A word that begins as the names of signals do.
    Signal,
    /// With its unit: `1.5s`, `64KiB`.
    Number,
    /// A piece of a string's text, up to an interpolation; the first and the last with the quotes.
    String,
    /// `'…'` or `re"…"`.
    Raw,
    /// An escape in a string, or `{{` and `}}`.
    Escape,
    /// The rest of a line in a string that the line does not close; `raw` where it is `'…` or `re"…`.
    /// It is empty where an interpolation stands open at the line's end. The parentheses and square
    /// brackets that the line has opened are given up there.
    Unclosed {
        raw: bool,
    },
    /// The rest of the text in a `"""` string that is still open.
    Unended,
    /// `:>8` in `{x:>8}`.
    Format,
    Open(Bracket),
    Close,
    /// A character of an operator, a comma, a dot.
    Symbol,
    /// A newline or `;` that ends a statement.
    End,
}

/// What an opening bracket opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bracket {
    Paren,
    Square,
    Map,
    Block,
    /// `{` in a string.
    Interpolation,
}
