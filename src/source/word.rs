//! The reserved words of the language: the one table, for those who read a text and for those who write values.

macro_rules! reserved {
    ($($word:literal)*) => {
        /// The words that can never be names.
        pub const RESERVED: &[&str] = &[$($word),*];

        /// Can this word never be a name? Every name of a text comes here, so it is a match, which the length and a few
        /// comparisons decide.
        #[must_use]
        pub fn is_reserved(word: &str) -> bool {
            matches!(word, $($word)|*)
        }
    };
}

reserved! {
    "let" "def" "spawn" "join" "wait" "kill" "terminate" "stop" "resume" "signal" "sleep" "print"
    "exit" "expect" "test" "with" "within" "for" "in" "while" "if" "else" "break" "continue"
    "return" "try" "catch" "on" "ignore" "default" "use" "and" "or" "not" "true" "false" "none"
}
