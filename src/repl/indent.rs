//! The continuation of an entry that is not finished: how far its next line is indented.

use super::colour::code_start;
use crate::syntax::{Bracket, Completeness, Token, TokenKind, completeness, tokens};

/// Spaces for each line that leaves brackets open.
const STEP: usize = 4;

/// `None` where the text is a whole entry; else how many spaces its next line begins with.
///
/// However many brackets a line opens, they count once, as one line closes them: `f(|x| {` and `})`.
#[must_use]
pub fn continuation(text: &str) -> Option<usize> {
    let code = code_start(text);
    let text = &text[code..];
    match completeness(text) {
        Completeness::Complete => None,
        Completeness::OpenString => {
            let line = text.rsplit('\n').next().unwrap_or_default();
            Some(line.len() - line.trim_start_matches(' ').len())
        }
        // A command is one line, but for a block in it.
        Completeness::OpenLine if code > 0 => None,
        Completeness::OpenLine => Some(STEP),
        Completeness::OpenBracket { .. } => Some(STEP * depth(text, text.len())),
        Completeness::OpenBlock { .. } => Some(STEP * (depth(text, text.len()) + usize::from(goes_on(text)))),
    }
}

/// Does a line of a block end with something that more must follow?
fn goes_on(text: &str) -> bool {
    let all = tokens(text);
    let Some(last) = all.iter().rfind(|token| token.kind != TokenKind::Comment) else { return false };
    let word = &text[last.span.range()];
    match last.kind {
        TokenKind::Symbol => !matches!(word, ":" | "."),
        TokenKind::Keyword => matches!(word, "and" | "or" | "not" | "in" | "with"),
        _ => false,
    }
}

/// Where the line up to `pos` is nothing but blanks and one closing bracket: how many blanks should stand
/// there so that it stands below the line that opened it. What an editor asks as the bracket is typed.
#[must_use]
pub fn closing(text: &str, pos: usize) -> Option<usize> {
    let before = text.get(..pos)?;
    let line = before.rfind('\n')? + 1;
    let bracket = before[line..].trim_start_matches([' ', '\t']);
    if !matches!(bracket, "}" | ")" | "]") {
        return None;
    }
    let all = tokens(before);
    let real = all.last().is_some_and(|last| last.kind == TokenKind::Close && last.span.end as usize == pos);
    real.then(|| STEP * depth(before, line).saturating_sub(1))
}

/// Where a line of blanks begins that a closing brace ends, and what it becomes.
#[must_use]
pub fn brace(text: &str, pos: usize) -> Option<(usize, String)> {
    let before = text.get(..pos)?;
    let start = before.rfind('\n')? + 1;
    let line = &before[start..];
    if line.is_empty() || !line.bytes().all(|byte| byte == b' ') {
        return None;
    }
    let wanted = closing(&format!("{before}}}"), before.len() + 1)?;
    Some((start, format!("{}}}", " ".repeat(wanted))))
}

/// How many lines have brackets that are still open at `end`.
fn depth(text: &str, end: usize) -> usize {
    let mut open: Vec<(usize, Bracket)> = Vec::new();
    let mut line = 0;
    let mut seen = 0;
    for Token { span, kind } in tokens(text) {
        let place = span.start as usize;
        if place >= end {
            break;
        }
        line += text[seen..place].bytes().filter(|byte| *byte == b'\n').count();
        seen = place;
        match kind {
            TokenKind::Open(bracket) => open.push((line, bracket)),
            TokenKind::Close => drop(open.pop()),
            TokenKind::Unclosed { .. } => {
                while open.pop_if(|(opener, bracket)| *opener == line && *bracket != Bracket::Block).is_some()
                {
                }
            }
            _ => {}
        }
    }
    open.dedup_by_key(|(line, _)| *line);
    open.len()
}

#[cfg(test)]
mod tests {
    use super::{closing, continuation};
    use proptest::prelude::*;

    #[test]
    fn the_next_line_is_indented_by_what_is_open() {
        for (text, expected) in [
            ("", None),
            ("print 1", None),
            ("spawn p {", Some(4)),
            ("spawn p {\n", Some(4)),
            ("def f() {\n    if x {", Some(8)),
            ("def f() {\n    if x {\n    }", Some(4)),
            ("def f() {\n}", None),
            ("xs.map(|x| {", Some(4)),
            ("xs.map(|x| {\n    x\n})", None),
            ("let xs = [1,", Some(4)),
            ("let m = {\n    a: [\n", Some(8)),
            ("let x = 1 +", Some(4)),
            ("def f() {\n    let x = 1 +", Some(8)),
            ("let s = \"\"\"", Some(0)),
            ("def f() {\n    print \"\"\"", Some(4)),
            ("let s = \"{", None),
            ("def f() {\n    g(\"{\n", Some(4)),
            ("def f() {\n    g(\"\n", Some(4)),
            ("print '{'", None),
            ("print 1 # {", None),
            (":help {", None),
            (":time spawn p {", Some(4)),
            (":time 1 +", None),
        ] {
            assert_eq!(continuation(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_closing_bracket_stands_below_its_opener() {
        for (text, expected) in [
            ("spawn p {\n    }", Some(0)),
            ("def f() {\n    if x {\n        }", Some(4)),
            ("f(|x| {\n    }", Some(0)),
            ("f(\n    a,\n    )", Some(0)),
            ("let s = \"\"\"\n    }", None),
            ("spawn p {\n    a }", None),
            ("}", None),
            ("\n}", Some(0)),
        ] {
            assert_eq!(closing(text, text.len()), expected, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn any_text_and_any_place_is_answered(text in "[a {}()\\[\\]\"\n:任+,]{0,40}", pos in 0_usize..60) {
            let spaces = continuation(&text).or(closing(&text, pos)).unwrap_or_default();
            prop_assert!(spaces <= 4 * (text.len() + 1));
        }
    }
}
