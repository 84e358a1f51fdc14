//! The reserved words of the language: the one table, for those who read a text and for those who write values.

macro_rules! reserved {
    ($($word:literal)*) => {
        /// The words that can never be names.
        pub const RESERVED: &[&str] = &[$($word),*];

        /// Is this word reserved?
        #[must_use]
        pub fn is_reserved(word: &str) -> bool {
            // Every name of a text comes here: a match is decided by the length and a comparison or two.
            matches!(word, $($word)|*)
        }
    };
}

reserved! {
    "let" "def" "spawn" "join" "wait" "kill" "terminate" "stop" "resume" "signal" "sleep" "print" "exit"
    "expect" "test" "with" "within" "for" "in" "while" "if" "else" "break" "continue" "return" "try"
    "catch" "on" "ignore" "default" "use" "and" "or" "not" "true" "false" "none"
}
