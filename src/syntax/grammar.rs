//! The grammar of `grammar/proctor.pest`, compiled.

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
    /// pest's guard stopped the parse because the stack was nearly used up.
    pub out_of_stack: bool,
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
        Ok(_) => Failure { at: 0, expected: Vec::new(), out_of_stack: false },
        Err(error) => describe(&error),
    }
}

fn describe(error: &Error<Rule>) -> Failure {
    use pest::error::{ErrorVariant, InputLocation};
    let rule_at = match error.location {
        InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
    };
    let out_of_stack = matches!(error.variant, ErrorVariant::CustomError { .. });
    match error.parse_attempts() {
        Some(attempts) => Failure {
            at: attempts.max_position.max(rule_at),
            expected: attempts.expected_tokens().iter().map(ToString::to_string).collect(),
            out_of_stack,
        },
        None => Failure { at: rule_at, expected: Vec::new(), out_of_stack },
    }
}
