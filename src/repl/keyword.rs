//! The keywords that are no verbs: how each is written and what it does.

/// A row of the table of keywords.
#[derive(Debug)]
pub struct KeywordRow {
    pub name: &'static str,
    pub usage: &'static str,
    pub doc: &'static str,
}

const fn row(name: &'static str, usage: &'static str, doc: &'static str) -> KeywordRow {
    KeywordRow { name, usage, doc }
}

/// The reserved words that [`crate::program::VERBS`] has not, and the operators that are words.
pub const KEYWORDS: &[KeywordRow] = &[
    row("let", "let x = 1", "Declares a name in this block; `let a, b = [1, 2]` takes a list apart."),
    row("def", "def task(name, n) { … }", "Declares a function, which may be used above its line."),
    row(
        "spawn",
        "spawn [NAME] TARGET [with OPTIONS]",
        "Starts a process that runs a call, a block or a program; NAME | NAME connects them by pipes.",
    ),
    row("expect", "expect COND [within 2s | for 1s] [, \"why\"]", "Fails where the condition does not hold."),
    row(
        "test",
        "test \"name\" CLAUSES { … }",
        "A test. CLAUSES, all optional: within 10s, worth 2, tags needs hidden skip xfail pass fail.",
    ),
    row("with", "with l { … }", "Holds a lock or semaphore meanwhile; behind a spawn, its options."),
    row(
        "within",
        "within 5s { … } [else { … }]",
        "Gives a block, or what stands before it, a deadline; behind a test's name, the test.",
    ),
    row("for", "for x in xs { … }", "Goes through a list, a range, a map's keys or a string's characters."),
    row("in", "x in xs", "Whether it is an element, a key or a part; also the `in` of `for`."),
    row("while", "while COND { … }", "Repeats the block as long as the condition is true."),
    row("if", "if COND { … } else { … }", "Runs one of two blocks; also an expression."),
    row("else", "if COND { … } else { … }", "What is run where the condition is false, or the time is over."),
    row("break", "break", "Leaves the loop."),
    row("continue", "continue", "Goes on with the next round of the loop."),
    row("return", "return x", "Leaves the function, with a value or none."),
    row("try", "try { … } catch e { … }", "Catches an error: e.kind, e.message, e.line."),
    row("catch", "try { … } catch e { … }", "What is run where the block of `try` fails."),
    row("use", "use \"lib.proc\"", "Runs a file once and brings in its names."),
    row("and", "a and b", "Whether both are true; does not look at b where a is false."),
    row("or", "a or b", "Whether one is true; does not look at b where a is true."),
    row("not", "not a", "Whether it is false; `not in` is the opposite of `in`."),
    row("contains", "xs contains x", "Whether x is an element, a key or a part of it."),
    row("matches", "s matches re\"…\"", "Whether the pattern is found anywhere in the text."),
    row(
        "in_any_order",
        "a in_any_order b",
        "Whether both have the same elements or lines, in whatever order.",
    ),
    row("true", "true", "The value of a condition that holds."),
    row("false", "false", "The value of a condition that does not hold."),
    row("none", "none", "No value."),
];

/// The words that mean something at one place only, and may be names anywhere else.
pub const CONTEXTUAL: &[KeywordRow] = &[
    row("error", "expect error KIND { … }", "Passes where the block fails with that kind."),
    row(
        "never",
        "expect never a between b, c [in xs]",
        "Passes where no event that fits a comes between one that fits b and the next that fits c.",
    ),
    row(
        "between",
        "expect never a between b, c [in xs]",
        "The patterns that begin and end the time where a must not be.",
    ),
    row(
        "sequence",
        "xs contains sequence [a, b]",
        "Whether elements fit these patterns in this order, with any others between.",
    ),
    row("worth", "test \"name\" worth 4 { … }", "How many points the test gives; not negative."),
    row("tags", "test \"name\" tags [slow] { … }", "Words by which tests are chosen."),
    row("needs", "test \"name\" needs \"other\" { … }", "Tests without which this one is not run."),
    row("hidden", "test \"name\" hidden { … }", "The test is not shown to those who are tested."),
    row("skip", "test \"name\" skip \"why\" { … }", "The test is not run."),
    row("xfail", "test \"name\" xfail \"why\" { … }", "The test is expected to fail."),
    row(
        "pass",
        "test \"name\" pass \"well done\" { … }",
        "What the author of the work is told where the test passes.",
    ),
    row(
        "fail",
        "test \"name\" fail \"why\" { … }",
        "What the author of the work is told where the test does not pass.",
    ),
];

/// The row of the word that means something at one place only.
#[must_use]
pub fn contextual(name: &str) -> Option<&'static KeywordRow> {
    CONTEXTUAL.iter().find(|row| row.name == name)
}

/// The row of the keyword that is spelt so.
#[must_use]
pub fn keyword(name: &str) -> Option<&'static KeywordRow> {
    KEYWORDS.iter().find(|row| row.name == name)
}

#[cfg(test)]
mod tests {
    use super::{CONTEXTUAL, KEYWORDS, keyword};
    use crate::program::VERBS;
    use crate::syntax::{LEADING, TokenKind, tokens};

    #[test]
    fn every_word_that_can_begin_a_statement_is_a_verb_or_in_the_table() {
        let verb = |word: &str| VERBS.iter().any(|row| row.name.split(' ').next() == Some(word));
        for word in LEADING {
            assert!(verb(word) != keyword(word).is_some(), "{word}");
        }
        for row in KEYWORDS {
            let text = format!("x {}", row.name);
            let kind = tokens(&text).last().map(|token| token.kind);
            assert!(matches!(kind, Some(TokenKind::Keyword | TokenKind::Constant)), "{}", row.name);
        }
        for row in KEYWORDS.iter().chain(CONTEXTUAL) {
            assert!(row.doc.ends_with('.') && row.doc.len() <= 100, "{}", row.name);
        }
    }
}
