//! How a test ended: one set of words, wherever a test is run.

use super::Failure;
use crate::source::Code;
use crate::value::Blame;
use serde::{Deserialize, Serialize};

/// The end of one test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TestOutcome {
    pub name: String,
    pub verdict: Verdict,
    /// Nanoseconds.
    pub elapsed: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    Passed,
    /// Passed at a later try, after so many that failed.
    Flaky(usize),
    /// The world did not do what was expected.
    Failed,
    /// A limit was hit: of time, of processes, of memory.
    LimitHit,
    /// The text of the test itself is wrong.
    Wrong,
    /// We, or the machine, failed: nothing is known of what was tested.
    ToolFailed(String),
    /// With the reason that the test gives, or the test that it needs.
    Skipped(String),
    /// Failed, as its `xfail` says it would.
    FailedAsExpected(String),
    /// Passed, although its `xfail` says that it would fail.
    PassedUnexpectedly(String),
    /// It was ended, or not begun, because somebody interrupted the run.
    Interrupted,
}

impl Verdict {
    /// What an error that nobody caught says of the test in which it happened.
    #[must_use]
    pub fn of(failure: &Failure) -> Self {
        match failure.blame {
            Blame::ByCode => Self::of_code(failure.code),
            Blame::Tested => Self::Failed,
            Blame::Text => Self::Wrong,
            Blame::Machine => Self::ToolFailed(failure.message.clone()),
        }
    }

    fn of_code(code: Code) -> Self {
        // The text does what no text can mean. What is not here may be the doing of what is tested: it was late, closed
        // its end, died with a lock, printed no number.
        const WRONG: [Code; 16] = [
            Code::NO_SUBMISSION,
            Code::AWARD,
            Code::TYPE,
            Code::UNSET,
            Code::OVERFLOW,
            Code::DIVISION_BY_ZERO,
            Code::RECURSION,
            Code::UNKNOWN_OPTION,
            Code::OPTION_TYPE,
            Code::OPTION_CONFLICT,
            Code::UNKNOWN_ATTRIBUTE,
            Code::UNKNOWN_METHOD,
            Code::UNCATCHABLE_SIGNAL,
            Code::NOT_CAPTURED,
            Code::NOT_A_CHILD,
            Code::DAEMON_CHILD,
        ];
        match code {
            Code::INTERNAL => Self::ToolFailed("a mistake in proctor itself".to_owned()),
            Code::NOT_OBSERVED => {
                Self::ToolFailed("a program could not be observed on this machine".to_owned())
            }
            Code::PROCESS_LIMIT | Code::MEMORY | Code::TOO_LARGE => Self::LimitHit,
            code if WRONG.contains(&code) => Self::Wrong,
            _ => Self::Failed,
        }
    }

    /// Whether the run is the worse for it.
    #[must_use]
    pub fn is_bad(&self) -> bool {
        match self {
            Self::Failed
            | Self::LimitHit
            | Self::Wrong
            | Self::ToolFailed(_)
            | Self::PassedUnexpectedly(_)
            | Self::Interrupted => true,
            Self::Passed | Self::Flaky(_) | Self::Skipped(_) | Self::FailedAsExpected(_) => false,
        }
    }

    /// The word for it on a screen.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Passed => "ok",
            Self::Flaky(_) => "FLAKY",
            Self::Failed => "FAILED",
            Self::LimitHit => "LIMIT",
            Self::Wrong => "ERROR",
            Self::ToolFailed(_) => "TOOL",
            Self::Skipped(_) => "skipped",
            Self::FailedAsExpected(_) => "xfail",
            Self::PassedUnexpectedly(_) => "PASSED",
            Self::Interrupted => "stopped",
        }
    }

    /// The word for it in what machines read.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Flaky(_) => "flaky",
            Self::Failed => "failed",
            Self::LimitHit => "limit_hit",
            Self::Wrong => "error",
            Self::ToolFailed(_) => "tool_failed",
            Self::Skipped(_) => "skipped",
            Self::FailedAsExpected(_) => "xfail",
            Self::PassedUnexpectedly(_) => "passed_unexpectedly",
            Self::Interrupted => "interrupted",
        }
    }
}
