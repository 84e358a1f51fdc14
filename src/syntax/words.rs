//! The words of the language: which are reserved, and which other languages' words stand for them.

pub(crate) use crate::source::is_reserved;

/// The words that a statement can begin with: what a misspelt first word is compared with.
pub(crate) const LEADING: &[&str] = &[
    "let",
    "def",
    "spawn",
    "join",
    "wait",
    "kill",
    "terminate",
    "stop",
    "resume",
    "signal",
    "sleep",
    "print",
    "exit",
    "expect",
    "test",
    "with",
    "within",
    "for",
    "while",
    "if",
    "break",
    "continue",
    "return",
    "try",
    "on",
    "ignore",
    "default",
    "use",
    "tree",
];

/// The infix operators that are words and not reserved.
pub(crate) fn is_infix_only(word: &str) -> bool {
    matches!(word, "contains" | "matches" | "in_any_order")
}

/// What a word of another language is called here, as a piece of help.
pub(crate) fn foreign(word: &str) -> Option<&'static str> {
    Some(match word {
        "var" | "const" | "local" | "mut" | "auto" => "a variable is declared with `let`: `let x = 1`",
        "function" | "func" | "fn" | "fun" | "proc" | "lambda" => {
            "a function is declared with `def`: `def task(name) { … }`"
        }
        "import" | "include" | "require" | "from" => "another file is brought in with `use \"lib.proc\"`",
        "elif" | "elsif" | "elseif" => "write `else if`",
        "except" | "finally" | "rescue" => "errors are caught with `try { … } catch e { … }`",
        "raise" | "throw" => "an error comes from a failing statement; `exit 1` ends the process",
        "echo" | "printf" | "puts" | "println" => "write `print`",
        "assert" => "write `expect`",
        "loop" | "until" | "do" => "loops are `while c { … }` and `for x in xs { … }`",
        "switch" | "match" | "case" => "write `if … { … } else if … { … }`",
        "pass" => "an empty block is `{ }`",
        "fork" => "write `fork()`",
        _ => return None,
    })
}
