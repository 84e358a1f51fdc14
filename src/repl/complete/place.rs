//! Where in a text a word stands that is to be completed: what can stand there.

use super::text::{Text, open_string};
use crate::program::{OPTIONS, OptionRow, VERBS};
use crate::syntax::{Bracket, Token, TokenKind, tokens};

/// What can stand at a place.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Place<'t> {
    Nothing,
    /// A statement begins.
    Statement,
    Value,
    /// Behind `expect`: a value, or `error`, or `never`.
    Condition,
    /// Behind `contains`: a value, or `sequence`.
    Contained,
    /// Behind this verb, which takes processes.
    Process(&'t str),
    /// A signal; `caught` where it is one to be caught or ignored.
    Signal {
        caught: bool,
    },
    /// Behind `spawn`.
    Target,
    /// Behind a value: an operator that is a word, or one of these words.
    Operator(&'static [&'static str]),
    /// Behind `expect error`.
    Kind,
    /// Behind a dot.
    Member(Owner<'t>),
    /// A key of the options of `spawn`; some are given already.
    OptionKey(Vec<&'t str>),
    LimitKey(Vec<&'t str>),
    /// A key of `stdout: {`.
    FileKey(Vec<&'t str>),
    OptionValue(&'static OptionRow),
    /// In a string.
    Text(Text),
}

/// What stands before a dot.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Owner<'t> {
    Name(&'t str),
    /// A field of something else.
    Field(&'t str),
    String,
    Other,
}

const BEHIND_TEST: &[&str] = &["worth", "within", "tags", "needs", "hidden", "skip", "xfail", "pass", "fail"];

/// Where the word that ends at `pos` begins, and what can stand there.
pub(super) fn place(text: &str, pos: usize) -> (usize, Place<'_>) {
    let text = &text[..pos];
    let all = tokens(text);
    let Some(last) = all.last().filter(|last| last.span.end as usize == pos) else {
        return (pos, Context::new(text, &all).place());
    };
    match last.kind {
        TokenKind::Comment | TokenKind::Format | TokenKind::Number | TokenKind::String | TokenKind::Raw => {
            (pos, Place::Nothing)
        }
        TokenKind::Unclosed { .. } | TokenKind::Unended | TokenKind::Escape => {
            let (first, string) = open_string(text, &all);
            match string {
                Some(string) => (pos, Context::new(text, &all[..first]).in_string(string)),
                None => (pos, Place::Nothing),
            }
        }
        TokenKind::Name
        | TokenKind::Function
        | TokenKind::Keyword
        | TokenKind::Constant
        | TokenKind::Field
        | TokenKind::Key
        | TokenKind::Signal => {
            let place = Context::new(text, &all[..all.len() - 1]).place();
            (last.span.start as usize, place)
        }
        TokenKind::Open(_) | TokenKind::Close | TokenKind::Symbol | TokenKind::End => {
            (pos, Context::new(text, &all).place())
        }
    }
}

/// The tokens before a place.
struct Context<'t, 'a> {
    text: &'t str,
    all: &'a [Token],
    /// The first token of the statement, or of what stands in the innermost open bracket.
    start: usize,
    /// The innermost open bracket.
    open: Option<(usize, Bracket)>,
}

impl<'t, 'a> Context<'t, 'a> {
    fn new(text: &'t str, all: &'a [Token]) -> Self {
        let mut closed = 0_usize;
        let mut start = None;
        let mut open = None;
        for (index, token) in all.iter().enumerate().rev() {
            match token.kind {
                TokenKind::Close => closed += 1,
                TokenKind::Open(bracket) if closed == 0 => {
                    open = Some((index, bracket));
                    start.get_or_insert(index + 1);
                    break;
                }
                TokenKind::Open(_) => closed -= 1,
                TokenKind::End if closed == 0 => {
                    start.get_or_insert(index + 1);
                }
                _ => {}
            }
        }
        Self { text, all, start: start.unwrap_or_default(), open }
    }

    /// The token so many before the end of a row, with its text.
    fn back(&self, end: usize, steps: usize) -> Option<(TokenKind, &'t str)> {
        let token = self.all.get(end.checked_sub(steps)?)?;
        Some((token.kind, &self.text[token.span.range()]))
    }

    fn is(&self, end: usize, steps: usize, kind: TokenKind, text: &str) -> bool {
        self.back(end, steps) == Some((kind, text))
    }

    /// The first word of the statement.
    fn first(&self) -> Option<(TokenKind, &'t str)> {
        let token = self.all.get(self.start)?;
        Some((token.kind, &self.text[token.span.range()]))
    }

    fn place(&self) -> Place<'t> {
        let end = self.all.len();
        if self.in_parameters() {
            return Place::Nothing;
        }
        let Some((kind, word)) = self.back(end, 1) else { return Place::Statement };
        match kind {
            TokenKind::End | TokenKind::Open(Bracket::Block) => Place::Statement,
            TokenKind::Comment => Place::Statement,
            TokenKind::Open(Bracket::Map) => self.key(),
            TokenKind::Open(_) => Place::Value,
            TokenKind::Symbol => self.behind_symbol(word),
            TokenKind::Keyword => self.behind_keyword(word),
            TokenKind::Unclosed { .. } | TokenKind::Unended | TokenKind::Escape | TokenKind::Format => {
                Place::Nothing
            }
            _ => self.behind_operand(kind, word),
        }
    }

    /// Does the statement begin with `expect never`?
    fn is_never(&self) -> bool {
        self.all.get(self.start + 1).is_some_and(|token| &self.text[token.span.range()] == "never")
    }

    fn has_word(&self, word: &str) -> bool {
        self.all[self.start..].iter().any(|token| &self.text[token.span.range()] == word)
    }

    /// Between the parentheses of a `def`?
    fn in_parameters(&self) -> bool {
        matches!(self.open, Some((open, Bracket::Paren))
            if self.back(open, 1).is_some_and(|(kind, _)| kind == TokenKind::Function)
                && self.is(open, 2, TokenKind::Keyword, "def"))
    }

    fn behind_symbol(&self, symbol: &str) -> Place<'t> {
        let end = self.all.len();
        let in_map = matches!(self.open, Some((_, Bracket::Map)));
        match symbol {
            "." if self.is(end, 2, TokenKind::Symbol, ".") => Place::Value,
            "." => match self.back(end, 2) {
                Some((TokenKind::Name | TokenKind::Key, name)) => Place::Member(Owner::Name(name)),
                Some((TokenKind::Field, name)) => Place::Member(Owner::Field(name)),
                Some((TokenKind::String | TokenKind::Raw, _)) => Place::Member(Owner::String),
                Some((TokenKind::Close, _)) => Place::Member(Owner::Other),
                _ => Place::Nothing,
            },
            "," if in_map => self.key(),
            ":" if in_map => match self.option() {
                Some(row) => Place::OptionValue(row),
                None => Place::Value,
            },
            "|" if self.has_keyword("spawn") => Place::Target,
            "," => match self.first() {
                Some((TokenKind::Keyword, verb)) if takes_processes(verb) => Place::Process(verb),
                Some((TokenKind::Keyword, "let" | "for")) if !self.has_symbol("=") => Place::Nothing,
                _ => Place::Value,
            },
            _ => Place::Value,
        }
    }

    fn has_keyword(&self, word: &str) -> bool {
        let is = |token: &Token| token.kind == TokenKind::Keyword && &self.text[token.span.range()] == word;
        self.all[self.start..].iter().any(is)
    }

    fn has_symbol(&self, symbol: &str) -> bool {
        let is = |token: &Token| token.kind == TokenKind::Symbol && &self.text[token.span.range()] == symbol;
        self.all[self.start..].iter().any(is)
    }

    fn behind_keyword(&self, word: &'t str) -> Place<'t> {
        match word {
            "spawn" => Place::Target,
            "on" | "ignore" | "default" => Place::Signal { caught: true },
            "let" | "def" | "for" | "catch" | "test" | "use" | "try" | "break" | "continue" => Place::Nothing,
            "else" => Place::Operator(&["if"]),
            "expect" => Place::Condition,
            "contains" => Place::Contained,
            _ if takes_processes(word) => Place::Process(word),
            _ => Place::Value,
        }
    }

    fn behind_operand(&self, kind: TokenKind, word: &str) -> Place<'t> {
        let end = self.all.len();
        let alone = end == self.start + 1;
        match self.first() {
            Some((TokenKind::Keyword, "signal")) if word == "group" && end == self.start + 2 => {
                Place::Process("kill")
            }
            Some((TokenKind::Keyword, "signal")) => Place::Signal { caught: false },
            Some((TokenKind::Keyword, "expect")) if word == "error" && end == self.start + 2 => Place::Kind,
            Some((TokenKind::Keyword, "expect")) if self.is_never() => match end - self.start {
                2 => Place::Value,
                _ if self.has_word("between") => Place::Operator(&["in", "within", "for"]),
                _ => Place::Operator(&["between"]),
            },
            Some((TokenKind::Keyword, "expect")) => Place::Operator(&["within", "for"]),
            Some((TokenKind::Keyword, "test")) => Place::Operator(BEHIND_TEST),
            Some((TokenKind::Keyword, "let" | "def")) if end == self.start + 2 => Place::Nothing,
            Some((TokenKind::Keyword, "for")) if !self.has_keyword("in") => Place::Operator(&[]),
            Some((TokenKind::Name, "ps")) if alone => Place::Process("ps"),
            Some((TokenKind::Name, "tree")) if alone => Place::Process("tree"),
            _ if kind == TokenKind::Name && self.is(end, 2, TokenKind::Keyword, "spawn") => Place::Target,
            _ if kind == TokenKind::Close && word == "}" => {
                Place::Operator(&["else", "catch", "with", "within"])
            }
            _ if self.has_keyword("spawn") => Place::Operator(&["with"]),
            _ => Place::Operator(&["within", "else"]),
        }
    }

    /// A key in the innermost map.
    fn key(&self) -> Place<'t> {
        let Some((open, _)) = self.open else { return Place::Nothing };
        let given = || {
            let keys = self.all[open..].iter().filter(|token| token.kind == TokenKind::Key);
            keys.map(|token| &self.text[token.span.range()]).collect()
        };
        if self.is(open, 1, TokenKind::Keyword, "with") {
            return Place::OptionKey(given());
        }
        match self.back(open, 2) {
            Some((TokenKind::Key, key)) if Context::new(self.text, &self.all[..open]).option().is_some() => {
                match key {
                    "limits" => Place::LimitKey(given()),
                    "stdin" | "stdout" | "stderr" => Place::FileKey(given()),
                    _ => Place::Nothing,
                }
            }
            _ => Place::Nothing,
        }
    }

    /// The option whose value stands behind the colon that the tokens end with.
    fn option(&self) -> Option<&'static OptionRow> {
        let end = self.all.len();
        let (open, _) = self.open.filter(|(_, bracket)| *bracket == Bracket::Map)?;
        if !self.is(open, 1, TokenKind::Keyword, "with") || !self.is(end, 1, TokenKind::Symbol, ":") {
            return None;
        }
        let (_, key) = self.back(end, 2)?;
        OPTIONS.iter().find(|row| row.name == key)
    }

    /// In a string that begins behind the tokens.
    fn in_string(&self, mut string: Text) -> Place<'t> {
        let end = self.all.len();
        let symbol = |steps, symbol| self.is(end, steps, TokenKind::Symbol, symbol);
        let state = |end| self.is(end, 1, TokenKind::Field, "state");
        let compared = symbol(1, "=") && (symbol(2, "=") || symbol(2, "!")) && state(end.saturating_sub(2));
        let listed = match self.open {
            Some((open, Bracket::Square)) => {
                self.is(open, 1, TokenKind::Keyword, "in") && state(open.saturating_sub(1))
            }
            _ => false,
        };
        string.of_states = compared || listed;
        string.option = self.option();
        string.of_shell = self.is(end, 2, TokenKind::Function, "sh");
        Place::Text(string)
    }
}

/// Is this the first word of a verb that takes processes?
fn takes_processes(word: &str) -> bool {
    VERBS.iter().any(|row| {
        let mut words = row.usage.split([' ', ',']);
        words.next() == Some(word) && matches!(words.next(), Some("p" | "any"))
    })
}

#[cfg(test)]
mod tests {
    use super::{Owner, Place, place, takes_processes};

    #[test]
    fn the_verbs_that_take_processes_are_known_by_the_table() {
        for verb in ["join", "kill", "terminate", "stop", "resume", "wait", "signal"] {
            assert!(takes_processes(verb), "{verb}");
        }
        for other in ["on", "print", "sleep", "tree", "exit"] {
            assert!(!takes_processes(other), "{other}");
        }
    }

    #[test]
    fn a_place_is_told_by_what_stands_before_it() {
        let caught = Place::Signal { caught: true };
        for (text, start, expected) in [
            ("", 0, Place::Statement),
            ("sp", 0, Place::Statement),
            ("if x { pr", 7, Place::Statement),
            ("let x = 1; pr", 11, Place::Statement),
            ("let x", 4, Place::Nothing),
            ("let x = f", 8, Place::Value),
            ("f(a, b", 5, Place::Value),
            ("def f(a, b", 9, Place::Nothing),
            ("kill p", 5, Place::Process("kill")),
            ("kill p, q", 8, Place::Process("kill")),
            ("let x = join p", 13, Place::Process("join")),
            ("signal p SIG", 9, Place::Signal { caught: false }),
            ("on SIG", 3, caught),
            ("spawn ", 6, Place::Target),
            ("spawn p ta", 8, Place::Target),
            ("p.ex", 2, Place::Member(Owner::Name("p"))),
            ("p.stdout.", 9, Place::Member(Owner::Field("stdout"))),
            ("\"a\".", 4, Place::Member(Owner::String)),
            ("f().x", 4, Place::Member(Owner::Other)),
            ("1..x", 3, Place::Value),
            ("spawn p f() with {", 18, Place::OptionKey(vec![])),
            ("spawn p f() with {pty: true, da", 29, Place::OptionKey(vec!["pty"])),
            ("spawn p f() with {limits: {cpu: 1, ", 35, Place::LimitKey(vec!["cpu"])),
            ("spawn p f() with {stdout: {pa", 27, Place::FileKey(vec![])),
            ("let m = {pa", 9, Place::Nothing),
            ("print x an", 8, Place::Operator(&["within", "else"])),
            ("expect error ty", 13, Place::Kind),
            ("print 1 # sp", 12, Place::Nothing),
            ("print \"{na", 8, Place::Value),
            ("tree ", 5, Place::Process("tree")),
            ("\nsp", 1, Place::Statement),
        ] {
            assert_eq!(place(text, text.len()), (start, expected), "{text:?}");
        }
    }
}
