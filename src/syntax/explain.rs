//! A failed parse → words that help: what was expected, what was found, and the slip behind it.

use super::grammar::Failure;
use super::words;
use crate::source::{Code, Diagnostic, Location, SourceId, Span, did_you_mean};

/// The statement that could not be read.
pub(crate) struct Place<'a> {
    /// The whole source.
    pub text: &'a str,
    /// The statement in the logical text; it begins at `base`.
    pub logical: &'a str,
    pub base: usize,
    pub source: SourceId,
}

/// Builds the diagnostic of a failure.
pub(crate) fn explain(place: &Place<'_>, failure: &Failure) -> Diagnostic {
    let scene = Scene::new(place, failure);
    if let Some(finding) = reserved_before(&scene) {
        return finding;
    }
    if let Some(slip) = slip(&scene) {
        return Diagnostic::error(Code::SYNTAX, slip.message).at(scene.location, slip.label).help(slip.help);
    }
    let behind = if scene.before.is_empty() { String::new() } else { format!(" after `{}`", scene.before) };
    let wanted = wanted(failure, &scene);
    let message = format!("expected {}{behind}", wanted.words);
    let label = format!("found {}", scene.found_words());
    Diagnostic::error(Code::SYNTAX, message)
        .at(scene.location, label)
        .help_maybe(wanted.help.map(str::to_owned))
}

/// The surroundings of the place where reading failed.
struct Scene<'a> {
    location: Location,
    /// The token before the place, as it is written; empty where there is none or it is long.
    before: &'a str,
    before_location: Location,
    /// The token at the place; empty where the statement ends.
    found: &'a str,
    /// What comes behind that token, in the logical text.
    behind: &'a str,
    /// The first word of the line's statement.
    first: &'a str,
    /// Is the place right behind the first word?
    second: bool,
    expects_expression: bool,
    expects_block: bool,
    expects_operator: bool,
    /// The word before the `{…}` that ends right before the place.
    before_braces: Option<&'a str>,
    /// Does an `else if` stand last before the place?
    in_else_if: bool,
}

impl<'a> Scene<'a> {
    fn new(place: &Place<'a>, failure: &Failure) -> Self {
        let logical = place.logical;
        let mut at = failure.at.min(logical.len());
        while !logical.is_char_boundary(at) {
            at -= 1;
        }
        let rest = &logical[at..];
        let skipped = rest.len() - rest.trim_start_matches(' ').len();
        let before = logical[..at].trim_end_matches(' ');
        let ends = matches!(rest[skipped..].chars().next(), None | Some('\n'));
        // Where the statement ends, the caret goes right behind its last token.
        let at = if ends { before.len() } else { at + skipped };
        let length = if ends { 0 } else { token_length(&logical[at..]) };
        let span = Span::new(place.base + at, place.base + at + length);
        let source = |span: Span| place.text.get(span.range()).unwrap_or("");
        let line = before.rfind(['\n', '{']).map_or(0, |newline| newline + 1);
        let line = line + (before[line..].len() - before[line..].trim_start_matches(' ').len());
        let first_length = word_length(&logical[line..]);
        let previous = last_token(before);
        let previous = Span::new(place.base + previous.start, place.base + previous.end);
        Self {
            location: Location::new(place.source, span),
            before: source(previous),
            before_location: Location::new(place.source, previous),
            found: source(span),
            behind: logical.get(at + length..).unwrap_or("").trim_start_matches(' '),
            first: source(Span::new(place.base + line, place.base + line + first_length)),
            second: line + first_length == before.len() && first_length > 0,
            expects_expression: expects_expression(failure),
            expects_block: has(failure, "{"),
            expects_operator: has(failure, "**") || has(failure, "in_any_order"),
            before_braces: word_before_braces(before),
            in_else_if: before.rfind("else if ").is_some_and(|at| !before[at..].contains(['{', '\n'])),
        }
    }

    fn found_words(&self) -> String {
        match self.found.chars().next() {
            None => "the end of the statement".to_owned(),
            Some('"' | '\'') => "a string".to_owned(),
            Some('0'..='9') => format!("the number `{}`", self.found),
            Some(first) if first.is_control() => format!("the character U+{:04X}", first as u32),
            Some(_) if words::is_reserved(self.found) => format!("the reserved word `{}`", self.found),
            Some(_) => format!("`{}`", self.found),
        }
    }
}

/// `let x =` and on the next line `print x`: the grammar took the reserved word for a name.
fn reserved_before(scene: &Scene<'_>) -> Option<Diagnostic> {
    let word = scene.before;
    let is_value = matches!(word, "true" | "false" | "none");
    if is_value || scene.second || !scene.expects_operator || !words::is_reserved(word) {
        return None;
    }
    let message = format!("`{word}` is a reserved word, and no expression begins with it");
    let finding =
        Diagnostic::error(Code::SYNTAX, message).at(scene.before_location, "expected an expression here");
    if word == "within" {
        return Some(finding.help(
            "a block with a time is a statement, without a value; a value has its time behind it, as in \
             `let r = q.get() within 50ms else { none }`",
        ));
    }
    Some(finding.help("the line before is not finished: an operator or a comma goes on to the next one"))
}

/// A mistake that is known by its looks.
struct Slip {
    message: String,
    label: String,
    help: String,
}

fn slip(scene: &Scene<'_>) -> Option<Slip> {
    let make = |message: &str, label: &str, help: &str| {
        Some(Slip { message: message.to_owned(), label: label.to_owned(), help: help.to_owned() })
    };
    strange_character(scene)
        .or_else(|| missing_head(scene))
        .or_else(|| stray_word(scene))
        .or_else(|| foreign_operator(scene))
        .or_else(|| misspelt_statement(scene))
        .or_else(|| match (scene.before, scene.found) {
            ("wait", _) if scene.found != "any" => make(
                "`wait` waits for any child",
                "expected `any`",
                "write `wait any`, or `join p` for one process",
            ),
            (_, "elif" | "elsif" | "elseif") => {
                make(&format!("`{}` is not a word of proctor", scene.found), "here", "write `else if`")
            }
            (_, "=") if scene.second && words::is_reserved(scene.first) => make(
                &format!("`{}` is a reserved word", scene.first),
                "cannot be assigned to",
                "choose another name",
            ),
            (_, "=") if matches!(scene.first, "if" | "while" | "expect") || scene.in_else_if => {
                make("`=` assigns, and cannot stand in a condition", "here", "write `==` to compare")
            }
            (_, "=") if scene.expects_operator => make(
                "`=` assigns, and cannot stand in an expression",
                "here",
                "write `==` to compare, and assign to one place at a time",
            ),
            (_, ":") if BLOCK_WORDS.contains(&scene.first) => {
                make("a block does not begin with `:`", "here", "write the block in braces: `{ … }`")
            }
            (_, ":") => make("unexpected `:`", "here", "a colon stands only in a map, `{key: value}`"),
            (_, "$" | "@" | "?" | "`" | "~" | "^" | "\\") => make(
                &format!("`{}` means nothing here", scene.found),
                "unexpected character",
                "remove it; the text of a program goes into a string: `sh(\"echo $HOME\")`",
            ),
            _ if scene.expects_expression && words::is_reserved(scene.found) => Some(Slip {
                message: format!("`{}` is a reserved word, and no expression begins with it", scene.found),
                label: "expected an expression here".to_owned(),
                help: format!("a name cannot be `{0}`: choose another, such as `my_{0}`", scene.found),
            }),
            _ => None,
        })
}

/// Words that a block belongs to.
const BLOCK_WORDS: &[&str] =
    &["if", "while", "for", "def", "else", "try", "catch", "test", "with", "within", "on", "spawn", "expect"];

/// `while { … }`: what looks like the block is read as a map, because a value must come first.
fn missing_head(scene: &Scene<'_>) -> Option<Slip> {
    let word = scene.before_braces?;
    let wants_value = matches!(word, "if" | "while" | "with" | "within" | "in" | "on" | "worth" | "for");
    (wants_value && scene.expects_block).then(|| Slip {
        message: format!("expected an expression between `{word}` and its block"),
        label: "the braces before this are taken for a map".to_owned(),
        help: format!("write `{word} … {{ … }}`"),
    })
}

/// A statement that begins with a word which only continues one.
fn stray_word(scene: &Scene<'_>) -> Option<Slip> {
    let first = scene.first;
    if !scene.second || !words::is_reserved(first) || words::LEADING.contains(&first) {
        return None;
    }
    let help = match first {
        "else" => "`else` stands behind the block of an `if`, a `within` or a `join … within`",
        "catch" => "`catch` stands behind the block of a `try`",
        _ => "it is reserved, so it cannot be a name either",
    };
    Some(Slip {
        message: format!("no statement begins with `{first}`"),
        label: "not expected behind it".to_owned(),
        help: help.to_owned(),
    })
}

/// Full-width signs, curly quotes, blanks that only look like blanks.
fn strange_character(scene: &Scene<'_>) -> Option<Slip> {
    let character = scene.found.chars().next().filter(|character| !character.is_ascii())?;
    let plain = match character {
        '，' | '、' => ",",
        '：' => ":",
        '；' => ";",
        '（' => "(",
        '）' => ")",
        '【' | '［' => "[",
        '】' | '］' => "]",
        '｛' => "{",
        '｝' => "}",
        '“' | '”' | '„' | '«' | '»' => "\"",
        '‘' | '’' => "'",
        '＝' => "=",
        '＋' => "+",
        '－' | '–' | '—' | '−' => "-",
        '×' => "*",
        '÷' => "/",
        '≤' => "<=",
        '≥' => ">=",
        '≠' => "!=",
        '｜' => "|",
        '。' | '．' => ".",
        _ if character.is_alphanumeric() => return None,
        _ => "",
    };
    let blank = character.is_whitespace() || matches!(character, '\u{200b}' | '\u{feff}');
    let help = match plain {
        "" if blank => "replace it with an ordinary blank".to_owned(),
        "" => "outside strings and comments only letters, digits and ASCII signs mean something".to_owned(),
        _ => format!("write `{plain}`"),
    };
    let shown = if blank || character.is_control() { String::new() } else { format!(" (`{character}`)") };
    Some(Slip {
        message: format!("the character U+{:04X}{shown} means nothing here", character as u32),
        label: "this character".to_owned(),
        help,
    })
}

fn foreign_operator(scene: &Scene<'_>) -> Option<Slip> {
    let (operator, help) = match (scene.found, scene.before) {
        ("&&" | "&", _) => (scene.found, "write `and`"),
        ("||", _) if !scene.expects_expression || scene.behind.is_empty() => ("||", "write `or`"),
        ("!", _) => ("!", "write `not`: `not x`, `x not in xs`"),
        ("+", "+") => ("++", "write `x += 1`"),
        ("-", "-") if !scene.expects_expression => ("--", "write `x -= 1`"),
        ("=", "==" | "!=") => ("===", "write `==` or `!=`"),
        (">", "=") | ("=>", _) => ("=>", "a function is written `|x| expression`"),
        (">", "-") | ("->", _) => ("->", "a function is written `|x| expression`"),
        (">", "<") => ("<>", "write `!=`"),
        ("<", "<") | (">", ">") => ("<<", "there are no shifts: multiply by, or divide by, a power of two"),
        _ => return None,
    };
    Some(Slip {
        message: format!("`{operator}` is not an operator of proctor"),
        label: "here".to_owned(),
        help: help.to_owned(),
    })
}

/// A statement whose first word is no keyword, but nearly, or another language's.
fn misspelt_statement(scene: &Scene<'_>) -> Option<Slip> {
    let first = scene.first;
    let continues =
        scene.found.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '"' | '\'' | '{' | '['));
    if !scene.second || !continues || words::is_reserved(first) || first.is_empty() {
        return None;
    }
    let help = match words::foreign(first) {
        Some(help) => help.to_owned(),
        None => format!("did you mean `{}`?", did_you_mean(first, words::LEADING.iter().copied())?),
    };
    Some(Slip {
        message: format!("`{first}` is not a statement"),
        label: "not expected behind it".to_owned(),
        help,
    })
}

struct Wanted {
    words: &'static str,
    help: Option<&'static str>,
}

fn has(failure: &Failure, token: &str) -> bool {
    failure.expected.iter().any(|expected| expected == token)
}

fn expects_expression(failure: &Failure) -> bool {
    ["[", "|", "\"", "-"].iter().all(|token| has(failure, token))
}

/// The tokens of the grammar that would have been right, in words.
fn wanted(failure: &Failure, scene: &Scene<'_>) -> Wanted {
    let has = |token: &str| has(failure, token);
    let operator = scene.expects_operator;
    let plain = |words| Wanted { words, help: None };
    match () {
        () if expects_expression(failure) && !operator => {
            let signal = match scene.first {
                "on" | "ignore" | "default" => scene.before == scene.first,
                first => first == "signal" && scene.before != ",",
            };
            plain(if signal { "a signal" } else { "an expression" })
        }
        () if operator && has("{") => {
            Wanted { words: "an operator or a block", help: Some("a block is written in braces: `{ … }`") }
        }
        () if operator && has(")") => plain("`,` or `)`"),
        () if operator && has("]") => plain("`,` or `]`"),
        () if operator && has("}") && has("\n") => plain("an operator or the end of the statement"),
        () if operator && has("}") => plain("`}`"),
        () if operator => Wanted {
            words: "an operator or the end of the statement",
            help: Some("statements stand on lines of their own, or are parted by `;`"),
        },
        () if has("catch") => Wanted { words: "`catch`", help: Some("write `try { … } catch e { … }`") },
        () if has("{") && has("hidden") => Wanted {
            words: "a clause or a block",
            help: Some("the clauses are worth, within, tags, needs, hidden, skip, xfail, pass and fail"),
        },
        () if has("[") && has("\"") && matches!(scene.before, "spawn" | "|") => plain("a call or a block"),
        () if has("[") && has("\"") && matches!(scene.first, "on" | "ignore" | "default" | "signal") => {
            plain("a signal")
        }
        () if has("[") && has("\"") => plain("a value"),
        () if has("{") => Wanted { words: "a block", help: Some("a block is written in braces: `{ … }`") },
        () if has("\"") => plain("a string"),
        () if has("=") && has(",") => plain("`=`"),
        () if has("in") => plain("`in`"),
        () if has(":") => Wanted { words: "`:`", help: Some("a map is written `{key: value}`") },
        () if has("(") => plain("`(`"),
        () if has(")") => plain("`)`"),
        () if has("]") => plain("`]`"),
        () if has("|") => plain("`|`"),
        () if has("_") => plain("a name"),
        // pest does not name the end of the text among what it expected.
        () => Wanted {
            words: "the end of the statement",
            help: Some("statements stand on lines of their own, or are parted by `;`"),
        },
    }
}

fn word_length(text: &str) -> usize {
    text.char_indices().find(|(_, c)| !c.is_alphanumeric() && *c != '_').map_or(text.len(), |(at, _)| at)
}

/// The length of the token that a text begins with; at least one character.
fn token_length(text: &str) -> usize {
    const LONGEST: usize = 60;
    let word = word_length(text);
    if word > 0 {
        let shown = text.char_indices().take_while(|(at, _)| *at < LONGEST.min(word));
        return shown.last().map_or(1, |(at, c)| at + c.len_utf8());
    }
    if ["&&", "||", "=>", "->"].iter().any(|pair| text.starts_with(pair)) {
        return 2;
    }
    text.chars().next().map_or(0, char::len_utf8)
}

/// The word before the braces that end a text.
fn word_before_braces(text: &str) -> Option<&str> {
    let mut depth = 0_usize;
    let end = text.ends_with('}').then_some(text.len())?;
    let (open, _) = text[..end].char_indices().rev().find(|(_, sign)| {
        match sign {
            '}' => depth += 1,
            '{' => depth -= 1,
            _ => {}
        }
        depth == 0
    })?;
    let before = text[..open].trim_end_matches(' ');
    let word = before.trim_end_matches(|c: char| c.is_alphanumeric() || c == '_').len();
    Some(&before[word..])
}

/// The range of the last token of a text; empty where it is a string or too long to show.
fn last_token(text: &str) -> std::ops::Range<usize> {
    const LONGEST: usize = 30;
    let end = text.len();
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let Some(last) = text.chars().next_back() else { return 0..0 };
    let start = match last {
        '"' | '\n' => return end..end,
        _ if is_word(last) => text.trim_end_matches(is_word).len(),
        '=' | '*' | '/' | '.' | '<' | '>' => {
            text.trim_end_matches(['=', '!', '<', '>', '*', '/', '+', '-', '%', '.']).len()
        }
        _ => end - last.len_utf8(),
    };
    if end - start > LONGEST { end..end } else { start..end }
}
