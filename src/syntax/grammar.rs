//! The grammar of `grammar/proctor.pest`, compiled.
//!
//! Its rules call each other as deep as a text nests, and pest's guard of the stack is left out (its feature `std`): it costs
//! a seventh of the time. The layout's scan counts what nests, and no statement comes here that nests deeper than its limit.

use pest::Parser as _;
use pest::error::Error;
use pest::iterators::{Pair, Pairs};
use std::sync::{Mutex, PoisonError};

#[derive(pest_derive::Parser)]
#[grammar = "grammar/proctor.pest"]
struct Grammar;

pub(crate) type Node<'i> = Pair<'i, Rule>;
pub(crate) type Nodes<'i> = Pairs<'i, Rule>;

/// Where a parse failed.
#[derive(Debug)]
pub(crate) struct Failure {
    /// The offset of the token that could not be read, in the slice.
    pub at: usize,
    /// What would have been right there, as tokens of the grammar.
    pub expected: Vec<String>,
}

/// Parses one statement of the logical text. `None` where it does not follow the grammar: the
/// reason takes a slower parse, [`failure`].
pub(crate) fn statement(logical: &str) -> Option<Node<'_>> {
    Grammar::parse(Rule::entry, logical).ok()?.next()
}

/// Parses again, noting what was expected where; only for a text that [`statement`] refused.
pub(crate) fn failure(logical: &str) -> Failure {
    // The switch is one for the whole process, so one explanation is made at a time. A normal parse
    // in another thread meanwhile is slower and not otherwise changed.
    static DETAIL: Mutex<()> = Mutex::new(());
    let guard = DETAIL.lock().unwrap_or_else(PoisonError::into_inner);
    pest::set_error_detail(true);
    let result = Grammar::parse(Rule::entry, logical);
    pest::set_error_detail(false);
    drop(guard);
    match result {
        Ok(_) => Failure { at: 0, expected: Vec::new() },
        Err(error) => describe(&error),
    }
}

fn describe(error: &Error<Rule>) -> Failure {
    use pest::error::InputLocation;
    let rule_at = match error.location {
        InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
    };
    match error.parse_attempts() {
        Some(attempts) => Failure {
            at: attempts.max_position.max(rule_at),
            expected: attempts.expected_tokens().iter().map(ToString::to_string).collect(),
        },
        None => Failure { at: rule_at, expected: Vec::new() },
    }
}
