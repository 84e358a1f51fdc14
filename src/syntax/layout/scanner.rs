//! The scan itself: words, numbers, symbols, and where statements end.

use super::token::{Bracket, Token, TokenKind};
use crate::source::{Code, Diagnostic, Location, SourceId, Span};
use crate::syntax::words;

/// Brackets, blocks and nested prefix words (`if` in a condition, `spawn` in options) may be this
/// deep: enough for any program, little enough for the stack of every later pass.
pub(crate) const DEEPEST: usize = 128;
/// The longest string literal, in bytes.
pub(crate) const LONGEST_STRING: usize = 512 * 1024;
/// More findings than this help nobody.
pub(crate) const MOST_DIAGNOSTICS: usize = 20;

/// What the scan found.
#[derive(Debug)]
pub(crate) struct Layout {
    /// As long as the source.
    pub logical: String,
    pub comments: Vec<Span>,
    pub statements: Vec<Piece>,
    pub diagnostics: Vec<Diagnostic>,
    pub open: Open,
}

/// One statement of the top level.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Piece {
    pub span: Span,
    /// Its brackets or strings are wrong, and a diagnostic says so: parsing it would only add noise.
    pub broken: bool,
}

/// What is still open where the text ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Open {
    Nothing,
    Block(usize),
    Bracket(usize),
    String,
    /// The last line ends with an operator, a comma or `with`.
    Line,
}

/// What stands before the place of the scan, as far as `{` and newlines depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Before {
    /// Nothing, a separator, or `{`.
    Start,
    /// A value ends here: a name, a literal, a closing bracket.
    Operand,
    /// `}`; an `else` or a `catch` on a later line belongs to it.
    Brace,
    /// An operator, a comma or an opening bracket: more must follow, and `{` opens a map.
    Operator,
    /// `|`: more must follow, and `{` opens a block.
    Bar,
    /// `.`: the next word is a field.
    Dot,
    /// `return`, `print`, `expect`: `{` opens a map, but nothing need follow.
    MapWord,
    /// `else`: an `if` behind it goes no deeper.
    Else,
    /// Any other keyword.
    Word,
}

/// An open bracket.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    pub open: usize,
    pub kind: Kind,
    /// Prefix words nested directly in it; see `Scanner::nest_word`.
    pub words: usize,
    /// Whether a `|` stands directly in it; see `Scanner::comma`.
    pub bar: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Paren,
    Square,
    Map,
    Block,
    /// `{` in a string that began at `string`.
    Interpolation {
        string: usize,
        triple: bool,
    },
}

impl Kind {
    pub(super) fn bracket(self) -> Bracket {
        match self {
            Self::Paren => Bracket::Paren,
            Self::Square => Bracket::Square,
            Self::Map => Bracket::Map,
            Self::Block => Bracket::Block,
            Self::Interpolation { .. } => Bracket::Interpolation,
        }
    }
}

/// A statement end that was seen; it is written only when a further statement begins.
#[derive(Debug, Clone, Copy)]
pub(super) struct Break {
    at: usize,
    /// `;` ends a statement even where `else` follows.
    explicit: bool,
}

/// Scans a text. `source` is only for the locations of diagnostics.
pub(crate) fn scan(text: &str, source: SourceId) -> Layout {
    let mut scanner = Scanner::new(text, source);
    scanner.run();
    scanner.finish()
}

/// The same scan, for its tokens: those of the text as it stands, whether it is right or not.
pub(crate) fn scan_tokens(text: &str) -> Vec<Token> {
    let mut scanner = Scanner::new(text, SourceId::default());
    scanner.tokens = Some(Vec::new());
    scanner.run();
    scanner.tokens.unwrap_or_default()
}

pub(super) struct Scanner<'s> {
    pub(super) text: &'s str,
    pub(super) bytes: &'s [u8],
    pub(super) source: SourceId,
    pub(super) out: Vec<u8>,
    pub(super) at: usize,
    pub(super) before: Before,
    /// The end of the last token.
    pub(super) last_end: usize,
    pub(super) pending: Option<Break>,
    pub(super) frames: Vec<Frame>,
    /// Openers beyond the limit, which are counted and not kept.
    pub(super) excess: usize,
    /// See `Scanner::suspect`.
    pub(super) suspect: Option<usize>,
    /// Prefix words nested in the open frames, all together.
    pub(super) words: usize,
    /// Those of the top level.
    pub(super) top_words: usize,
    /// Whether the statement of the top level has a `|` outside all brackets.
    pub(super) top_bar: bool,
    pub(super) start: Option<usize>,
    pub(super) broken: bool,
    pub(super) too_deep_told: bool,
    pub(super) ends_in_string: bool,
    pub(super) comments: Vec<Span>,
    pub(super) statements: Vec<Piece>,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// Where somebody wants to know them.
    pub(super) tokens: Option<Vec<Token>>,
}

impl<'s> Scanner<'s> {
    fn new(text: &'s str, source: SourceId) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
            source,
            out: text.as_bytes().to_vec(),
            at: 0,
            before: Before::Start,
            last_end: 0,
            pending: None,
            frames: Vec::new(),
            excess: 0,
            suspect: None,
            words: 0,
            top_words: 0,
            top_bar: false,
            start: None,
            broken: false,
            too_deep_told: false,
            ends_in_string: false,
            comments: Vec::new(),
            statements: Vec::new(),
            diagnostics: Vec::new(),
            tokens: None,
        }
    }

    /// Notes a token, where tokens are wanted.
    pub(super) fn note(&mut self, start: usize, end: usize, kind: TokenKind) {
        if let Some(tokens) = &mut self.tokens
            && (start < end || matches!(kind, TokenKind::Unclosed { .. }))
        {
            tokens.push(Token { span: Span::new(start, end), kind });
        }
    }

    fn run(&mut self) {
        if self.bytes.starts_with(b"#!") {
            self.comment();
        }
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b' ' => self.at += 1,
                b'\t' | b'\r' => self.blank_one(),
                b'\n' => self.newline(),
                b'#' if !self.in_interpolation() => self.comment(),
                b';' if self.newlines_count() => {
                    self.note(self.at, self.at + 1, TokenKind::End);
                    self.pending = Some(Break { at: self.at, explicit: true });
                    self.blank_one();
                }
                b'"' | b'\'' => self.string_start(),
                b'(' | b'[' | b'{' => self.open(byte),
                b')' | b']' | b'}' => self.close(byte),
                b'0'..=b'9' => self.number(),
                b'_' | b'a'..=b'z' | b'A'..=b'Z' | 0x80.. => self.word(),
                b':' if self.format_starts() => self.blank_format(),
                _ => self.symbol(byte),
            }
        }
    }

    fn finish(mut self) -> Layout {
        let open = self.open_at_end();
        self.report_unclosed();
        self.end_statement(self.last_end);
        let logical = String::from_utf8(self.out).unwrap_or_else(|_| " ".repeat(self.text.len()));
        Layout {
            logical,
            comments: self.comments,
            statements: self.statements,
            diagnostics: self.diagnostics,
            open,
        }
    }

    pub(super) fn blank(&mut self, from: usize, to: usize) {
        self.out[from..to].fill(b' ');
    }

    fn blank_one(&mut self) {
        self.out[self.at] = b' ';
        self.at += 1;
    }

    fn comment(&mut self) {
        let start = self.at;
        let rest = &self.bytes[start..];
        let length = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
        let end = start + length - usize::from(rest[..length].ends_with(b"\r"));
        self.note(start, end, TokenKind::Comment);
        self.comments.push(Span::new(start, end));
        self.blank(start, end);
        self.at = end;
    }

    fn newline(&mut self) {
        if self.line_ends_in_interpolation() {
            return;
        }
        let continues = matches!(self.before, Before::Operator | Before::Bar);
        if self.newlines_count() && !continues && self.pending.is_none() {
            self.note(self.at, self.at + 1, TokenKind::End);
            self.pending = Some(Break { at: self.at, explicit: false });
        }
        self.blank_one();
    }

    /// Every token passes here before it is read; `continues` says that it can belong to a
    /// statement that ended with `}` on an earlier line.
    pub(super) fn token(&mut self, continues: bool) {
        let Some(seen) = self.pending.take() else {
            self.start.get_or_insert(self.at);
            return;
        };
        if continues && !seen.explicit && self.before == Before::Brace {
            return;
        }
        self.before = Before::Start;
        self.forget_words();
        *self.bar() = false;
        if self.start.is_none() {
            self.start = Some(self.at);
        } else if self.frames.is_empty() {
            self.end_statement(self.last_end);
            self.start = Some(self.at);
        } else if !self.after_block_open() {
            self.out[seen.at] = b'\n';
        }
    }

    /// Has nothing but blanks come since the `{` of the innermost block?
    fn after_block_open(&self) -> bool {
        self.frames.last().is_some_and(|frame| frame.open + 1 == self.last_end)
    }

    fn end_statement(&mut self, end: usize) {
        if let Some(start) = self.start.take() {
            self.statements.push(Piece { span: Span::new(start, end.max(start)), broken: self.broken });
        }
        self.broken = false;
        self.too_deep_told = false;
    }

    pub(super) fn after(&mut self, before: Before) {
        self.before = before;
        self.last_end = self.at;
    }

    fn number(&mut self) {
        self.token(false);
        let start = self.at;
        self.at = self.word_end();
        self.note(start, self.at, TokenKind::Number);
        self.after(Before::Operand);
    }

    fn word_end(&self) -> usize {
        let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 0x80;
        let rest = &self.bytes[self.at..];
        self.at + rest.iter().position(|byte| !is_letter(byte)).unwrap_or(rest.len())
    }

    fn word(&mut self) {
        let end = self.word_end();
        let word = &self.text[self.at..end];
        if word == "re" && self.bytes.get(end) == Some(&b'"') {
            return self.regex();
        }
        let field = self.before == Before::Dot;
        self.token(!field && matches!(word, "else" | "catch"));
        let operand = matches!(self.before, Before::Operand | Before::Brace);
        self.note_word(end, operand);
        self.at = end;
        let before = if field {
            Before::Operand
        } else {
            match word {
                "in" | "and" | "or" | "not" | "with" => Before::Operator,
                "return" | "print" | "expect" => Before::MapWord,
                "else" => Before::Else,
                "true" | "false" | "none" => Before::Operand,
                _ if operand && words::is_infix_only(word) => Before::Operator,
                _ if words::is_reserved(word) => Before::Word,
                _ => Before::Operand,
            }
        };
        if !field && (word == "spawn" || (word == "if" && self.before != Before::Else)) {
            self.nest_word();
        }
        self.after(before);
    }

    fn note_word(&mut self, end: usize, operand: bool) {
        if self.tokens.is_some() {
            let word = &self.text[self.at..end];
            let kind = match word {
                _ if self.before == Before::Dot => TokenKind::Field,
                "true" | "false" | "none" => TokenKind::Constant,
                _ if words::is_reserved(word) || (operand && words::is_infix_only(word)) => {
                    TokenKind::Keyword
                }
                _ => TokenKind::Name,
            };
            self.note(self.at, end, kind);
        }
    }

    fn symbol(&mut self, byte: u8) {
        self.token(false);
        self.note(self.at, self.at + 1, TokenKind::Symbol);
        let double_dot = byte == b'.' && self.before == Before::Dot;
        self.at += 1;
        let before = match byte {
            b'|' => Before::Bar,
            b'+' | b'-' | b'*' | b'/' | b'%' | b'<' | b'>' | b'=' | b',' => Before::Operator,
            // A value follows in a map, but a `:` at the end of a line is another language's block.
            b':' => Before::MapWord,
            b'.' if !double_dot => Before::Dot,
            b'.' => Before::Operator,
            _ => Before::Word,
        };
        match byte {
            b',' => self.comma(),
            b'|' => *self.bar() = true,
            _ => {}
        }
        self.after(before);
    }

    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.broken = true;
        // Behind a place that is too deep nothing is known, so nothing more is said.
        let known = !self.too_deep_told || diagnostic.code == Code::TOO_DEEP;
        if known && self.diagnostics.len() < MOST_DIAGNOSTICS {
            self.diagnostics.push(diagnostic);
        }
    }

    pub(super) fn location(&self, start: usize, end: usize) -> Location {
        Location::new(self.source, Span::new(start, end))
    }

    /// The character at a byte offset, as a location.
    pub(super) fn character(&self, at: usize) -> Location {
        let length = self.text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        self.location(at, at + length)
    }

    /// Counts a word that nests without a bracket, such as the `spawn` in `spawn f() with spawn g()`.
    fn nest_word(&mut self) {
        self.words += 1;
        match self.frames.last_mut() {
            Some(frame) => frame.words += 1,
            None => self.top_words += 1,
        }
        if self.frames.len() + self.words > DEEPEST {
            self.tell_too_deep(self.at);
        }
    }

    /// What stood before a comma is complete, but for one between the parameters of a function, which is behind a `|`:
    /// `if |a, b| if |c, d| x` nests. So the depth counted here is never less than that of the grammar's rules, which
    /// nothing else keeps from using up the stack.
    fn comma(&mut self) {
        if !*self.bar() {
            self.forget_words();
        }
    }

    fn bar(&mut self) -> &mut bool {
        match self.frames.last_mut() {
            Some(frame) => &mut frame.bar,
            None => &mut self.top_bar,
        }
    }

    fn forget_words(&mut self) {
        let count = match self.frames.last_mut() {
            Some(frame) => std::mem::take(&mut frame.words),
            None => std::mem::take(&mut self.top_words),
        };
        self.words -= count;
    }

    pub(super) fn tell_too_deep(&mut self, at: usize) {
        self.broken = true;
        if self.too_deep_told {
            return;
        }
        self.too_deep_told = true;
        let place = self.character(at.min(self.text.len().saturating_sub(1)));
        self.report(
            Diagnostic::error(Code::TOO_DEEP, format!("nested more than {DEEPEST} levels deep"))
                .at(place, "this goes one level too far")
                .help("give the inner part a name with `let`, or move it into a function with `def`"),
        );
    }
}
