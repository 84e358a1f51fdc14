//! How a test ended.

/// The end of one test.
#[derive(Debug, Clone, PartialEq)]
pub struct TestOutcome {
    pub name: String,
    pub verdict: Verdict,
    /// Nanoseconds.
    pub elapsed: i64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Passed,
    Failed,
    /// With the reason that the test gives, or the test that it needs.
    Skipped(String),
    /// Failed, as its `xfail` says it would.
    FailedAsExpected(String),
    /// Passed, although its `xfail` says that it would fail.
    PassedUnexpectedly(String),
}

impl Verdict {
    /// Whether the run is the worse for it.
    #[must_use]
    pub fn is_bad(&self) -> bool {
        matches!(self, Self::Failed | Self::PassedUnexpectedly(_))
    }
}
