//! Completion in strings: the names of files, of states, and the words that are an option's values.

use super::candidate::Candidate;
use crate::program::{Expected, OptionRow, STATES};
use crate::syntax::{Token, TokenKind};

/// The entries of a folder, as it was typed (`""` is the working directory): names, and whether each is a folder.
pub(super) type Files<'f> = &'f dyn Fn(&str) -> Vec<(String, bool)>;

/// How the letters of a string are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quote {
    /// `"…"`: with escapes, and braces are doubled.
    Double,
    /// `"""…"""`, likewise.
    Triple,
    /// `'…'`: nothing is special.
    Single,
    /// In a command: `"…"`, where a backslash stands before a quote or a backslash.
    Command,
    /// In a command, without quotes.
    None,
}

/// A string that is still open at the place of completion.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Text {
    /// Where its letters begin.
    pub start: usize,
    pub quote: Quote,
    /// It is compared with `.state`.
    pub of_states: bool,
    /// It is the value of this option.
    pub option: Option<&'static OptionRow>,
    /// It is a command line.
    pub of_shell: bool,
}

impl Text {
    pub fn new(start: usize, quote: Quote) -> Self {
        Self { start, quote, of_states: false, option: None, of_shell: false }
    }
}

/// The string that the tokens end in: the number of its first token, and what it is, where its text can be
/// completed: not in a regular expression, and not behind an interpolation.
pub(super) fn open_string(text: &str, all: &[Token]) -> (usize, Option<Text>) {
    let piece = |token: &Token| {
        matches!(
            token.kind,
            TokenKind::Unclosed { .. } | TokenKind::Unended | TokenKind::Escape | TokenKind::String
        )
    };
    let mut first = all.len().saturating_sub(1);
    while first > 0 && piece(&all[first - 1]) && all[first - 1].span.end == all[first].span.start {
        first -= 1;
    }
    let start = all.get(first).map_or(text.len(), |token| token.span.start as usize);
    let quotes = [("\"\"\"", Quote::Triple), ("\"", Quote::Double), ("'", Quote::Single)];
    // Behind an interpolation the piece is no beginning, even where it begins with a quote.
    let behind =
        first > 0 && all[first - 1].kind == TokenKind::Close && all[first - 1].span.end as usize == start;
    let quote = quotes.iter().find(|(quote, _)| !behind && text[start..].starts_with(quote));
    (first, quote.map(|(written, quote)| Text::new(start + written.len(), *quote)))
}

/// What can stand in the string, which `before` ends in and `after` follows. Gives where the replaced part begins.
pub(super) fn in_text(before: &str, after: &str, text: &Text, files: Files) -> (usize, Vec<Candidate>) {
    let typed = &before[text.start..];
    if text.of_states {
        let states = STATES.iter().map(|row| (row.name, row.doc));
        return (text.start, words(states, typed, after, text.quote));
    }
    match text.option {
        Some(row) if matches!(row.expected, Expected::Input | Expected::Output | Expected::ErrorOutput) => {
            let values = values(row.expected).into_iter().map(|value| (value, row.doc));
            (text.start, words(values, typed, after, text.quote))
        }
        Some(row) if row.name != "cwd" => (before.len(), Vec::new()),
        _ => paths(before, after, text, files),
    }
}

/// The words in quotes that an option can be.
pub(super) fn values(expected: Expected) -> Vec<&'static str> {
    let parts = expected.words().split('"').skip(1).step_by(2);
    parts.filter(|word| word.bytes().all(|byte| byte.is_ascii_lowercase())).collect()
}

fn words<'w>(
    words: impl Iterator<Item = (&'w str, &'w str)>,
    typed: &str,
    after: &str,
    quote: Quote,
) -> Vec<Candidate> {
    let candidate = |(word, doc): (&str, &str)| Candidate {
        text: format!("{word}{}", closing(quote, after)),
        shown: word.to_owned(),
        doc: doc.to_owned(),
    };
    words.filter(|(word, _)| word.starts_with(typed)).map(candidate).collect()
}

/// The closing quote, where it does not stand there already.
fn closing(quote: Quote, after: &str) -> &'static str {
    let written = match quote {
        Quote::Double | Quote::Command => "\"",
        Quote::Triple | Quote::None => "",
        Quote::Single => "'",
    };
    if after.starts_with(written) { "" } else { written }
}

/// Completes the last part of a path.
pub(super) fn paths(before: &str, after: &str, text: &Text, files: Files) -> (usize, Vec<Candidate>) {
    let mut start = text.start;
    if text.of_shell {
        let parted = before[start..].rfind(|c: char| c.is_whitespace() || ";|&<>()=".contains(c));
        start += parted.map_or(0, |at| at + 1);
    }
    let typed = &before[start..];
    let name = typed.rfind('/').map_or(0, |slash| slash + 1);
    let folder = read(&typed[..name], text.quote);
    let beginning = read(&typed[name..], text.quote);
    let mut found = files(&folder);
    found.retain(|(entry, _)| {
        entry.starts_with(&beginning) && (beginning.starts_with('.') || !entry.starts_with('.'))
    });
    found.sort();
    let candidate = |(entry, is_folder): &(String, bool)| {
        let written = write(entry, text.quote)?;
        let (end, shown_end) = match is_folder {
            true => ("/", "/"),
            false if text.of_shell => ("", ""),
            false => (closing(text.quote, after), ""),
        };
        let end = if *is_folder && after.starts_with('/') { "" } else { end };
        let doc = if *is_folder { "folder" } else { "file" };
        Some(Candidate {
            text: format!("{written}{end}"),
            shown: format!("{entry}{shown_end}"),
            doc: doc.to_owned(),
        })
    };
    (start + name, found.iter().filter_map(candidate).collect())
}

/// The letters that a piece of a string means; what is not known stays.
fn read(written: &str, quote: Quote) -> String {
    let escapes = matches!(quote, Quote::Double | Quote::Triple | Quote::Command);
    let braces = matches!(quote, Quote::Double | Quote::Triple);
    let mut out = String::with_capacity(written.len());
    let mut letters = written.chars().peekable();
    while let Some(letter) = letters.next() {
        let next = letters.peek().copied();
        match letter {
            '\\' if escapes && matches!(next, Some('"' | '\\' | '\'')) => out.extend(letters.next()),
            '{' | '}' if braces && next == Some(letter) => out.extend(letters.next()),
            _ => out.push(letter),
        }
    }
    out
}

/// A file's name as it is written in a string; `None` where it cannot be.
fn write(name: &str, quote: Quote) -> Option<String> {
    if name.chars().any(char::is_control) {
        return None;
    }
    match quote {
        Quote::Double | Quote::Triple => {
            let name = name.replace('\\', "\\\\").replace('"', "\\\"");
            Some(name.replace('{', "{{").replace('}', "}}"))
        }
        Quote::Command => Some(name.replace('\\', "\\\\").replace('"', "\\\"")),
        Quote::Single => (!name.contains('\'')).then(|| name.to_owned()),
        Quote::None => Some(name.to_owned()),
    }
}
