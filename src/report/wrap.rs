//! Long lines for a terminal: broken between words, with what follows set in.

use super::width::{clusters, width};

/// Breaks every line that is wider than the terminal, which has so many columns. What follows stands so many columns further to
/// the right than the line's own beginning, but never beyond half of the terminal. Letters of two columns, as Chinese and Japanese have
/// them, are words of their own. Colours are let through; a word that is wider than the terminal is left to it.
#[must_use]
pub fn wrap(text: &str, columns: usize, further: usize) -> String {
    text.split_inclusive('\n').map(|line| wrap_line(line, columns, further)).collect()
}

fn wrap_line(line: &str, columns: usize, further: usize) -> String {
    if columns == 0 || shown_width(line) <= columns {
        return line.to_owned();
    }
    let own = line.len() - line.trim_start_matches(' ').len();
    let margin = (own + further).min(columns / 2);
    let mut text = String::with_capacity(line.len() + line.len() / columns * (margin + 1));
    let mut at = 0;
    for word in line.split_inclusive(' ').flat_map(pieces) {
        let needed = shown_width(word.trim_end());
        if at > margin && needed > 0 && at + needed > columns {
            let kept = text.trim_end_matches(' ').len();
            text.truncate(kept);
            text.push('\n');
            text.push_str(&" ".repeat(margin));
            at = margin;
        }
        text.push_str(word);
        at += shown_width(word);
    }
    text
}

/// What does not begin a line, and what does not end one, beside letters of two columns.
const CLOSES: &str = ")]}>.,:;!?'\"` \n，。、；：！？）】》〉」』”’…";
const OPENS: &str = "([{<'\"`（【《〈「『“‘";

/// A word in pieces between which a line may be broken: before and behind each letter of two columns.
fn pieces(word: &str) -> Vec<&str> {
    let (mut pieces, mut start, mut at) = (Vec::new(), 0, 0);
    let mut before: Option<&str> = None;
    while at < word.len() {
        if let Some(colour) = word[at..].strip_prefix("\x1b[") {
            at += 2 + colour.find('m').map_or(colour.len(), |end| end + 1);
            continue;
        }
        let next = clusters(&word[at..]).next().unwrap_or(&word[at..]);
        if before.is_some_and(|before| may_part(before, next)) {
            pieces.push(&word[start..at]);
            start = at;
        }
        before = Some(next);
        at += next.len();
    }
    pieces.push(&word[start..]);
    pieces
}

fn may_part(before: &str, next: &str) -> bool {
    (width(before) == 2 || width(next) == 2)
        && !before.starts_with(|c| OPENS.contains(c))
        && !next.starts_with(|c| CLOSES.contains(c))
}

/// Columns of a text with sequences of colour in it; an end of the line has none.
fn shown_width(text: &str) -> usize {
    let mut rest = text.trim_end_matches('\n');
    let mut columns = 0;
    while let Some((before, after)) = rest.split_once("\x1b[") {
        columns += width(before);
        rest = after.split_once('m').map_or("", |(_, rest)| rest);
    }
    columns + width(rest)
}

#[cfg(test)]
mod tests {
    use super::{shown_width, wrap};
    use proptest::prelude::*;

    #[test]
    fn lines_are_broken_between_words() {
        let text = "short\n  deadlock: one waits for two\n";
        assert_eq!(wrap(text, 80, 2), text);
        assert_eq!(wrap(text, 20, 2), "short\n  deadlock: one\n    waits for two\n");
        assert_eq!(wrap("\x1b[31mred:\x1b[0m one two", 9, 2), "\x1b[31mred:\x1b[0m one\n  two");
        assert_eq!(wrap("任务二 任务", 8, 2), "任务二\n  任务");
        assert_eq!(wrap("在等待一个（永远）不会来的，", 13, 2), "在等待一个\n  （永远）不\n  会来的，");
        assert_eq!(wrap("pid 是\x1b[31m编号\x1b[0m和x", 9, 0), "pid 是\x1b[31m编\n号\x1b[0m和x");
        // A terminal that is not known, and words that are wider than it.
        assert_eq!(wrap(text, 0, 2), text);
        assert_eq!(wrap("a abcdefghijkl b", 6, 0), "a\nabcdefghijkl\nb");
    }

    proptest! {
        #[test]
        fn no_word_is_lost_and_no_line_too_wide(text in "( {1,9}[a-z任]{1,7}){0,20}\n?", columns in 30_usize..100, further in 0_usize..20) {
            let wrapped = wrap(&text, columns, further);
            let words = |text: &str| text.split_whitespace().collect::<String>();
            prop_assert_eq!(words(&wrapped), words(&text));
            let latin = |text: &str| text.split(|c: char| c.is_whitespace() || c == '任').filter(|word| !word.is_empty()).map(str::to_owned).collect::<Vec<_>>();
            prop_assert_eq!(latin(&wrapped), latin(&text));
            prop_assert!(wrapped.lines().all(|line| shown_width(line.trim_end()) <= columns), "{}", wrapped);
        }
    }
}
