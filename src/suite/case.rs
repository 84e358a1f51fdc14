//! One test of a run: its repetitions and tries, and what they add up to.

use super::file::Test;
use super::outcome::{Outcome, Output};
use super::plan::{LeakRule, Plan};
use super::result::{Tested, weight};
use crate::event::{Message, Verdict};

/// One test of a run.
#[derive(Debug)]
pub struct Case {
    pub file: usize,
    pub test: usize,
    /// Once it is over.
    pub verdict: Option<Verdict>,
    xfail: Option<String>,
    /// Repetitions to be run.
    repetitions: usize,
    /// Those that have begun.
    begun: usize,
    /// Those that are over.
    over: usize,
    /// Those of them that failed.
    failed: usize,
    /// Tries that failed before one that did not.
    flaky: usize,
    /// The verdict of the repetition that weighs most.
    worst: Verdict,
    outcomes: Vec<Outcome>,
    elapsed: i64,
}

/// What comes next for a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Others of its trials are still to end.
    Wait,
    /// The same repetition once more.
    Again,
    Over(Verdict),
}

/// Of trials that did not pass, so many are kept.
const OUTCOMES: usize = 20;

impl Case {
    pub fn new(file: usize, test: usize, said: &Test, plan: &Plan) -> Self {
        Self {
            file,
            test,
            verdict: None,
            xfail: said.xfail.clone(),
            repetitions: plan.repeat,
            begun: 0,
            over: 0,
            failed: 0,
            flaky: 0,
            worst: Verdict::Passed,
            outcomes: Vec::new(),
            elapsed: 0,
        }
    }

    /// Notes that a repetition begins; says whether it is the first.
    pub fn begin(&mut self) -> bool {
        self.begun += 1;
        self.begun == 1
    }

    /// Takes the end of a trial, the try of this number (from 0) of its repetition.
    pub fn take(&mut self, mut outcome: Outcome, attempt: usize, plan: &Plan, stopped: bool) -> Step {
        self.elapsed = self.elapsed.saturating_add(outcome.elapsed);
        leaks(&mut outcome, plan.leaks);
        let passed = outcome.verdict == Verdict::Passed;
        let again = !passed && !stopped && attempt < plan.retries && self.xfail.is_none();
        let verdict = outcome.verdict.clone();
        self.keep(outcome);
        if again {
            return Step::Again;
        }
        if passed {
            self.flaky += attempt;
        } else {
            self.failed += 1;
        }
        if weight(&verdict) > weight(&self.worst) {
            self.worst = verdict;
        }
        self.over += 1;
        if self.over == self.repetitions { Step::Over(self.sum()) } else { Step::Wait }
    }

    /// No repetition that has not begun will begin. Gives the verdict, unless some are still under way.
    pub fn not_begun(&mut self, verdict: Verdict) -> Option<Verdict> {
        if self.begun == 0 {
            return Some(verdict);
        }
        self.repetitions = self.begun;
        (self.over == self.repetitions).then(|| self.sum())
    }

    /// What all trials together mean, and what the test says of itself.
    fn sum(&self) -> Verdict {
        match (&self.worst, &self.xfail) {
            (Verdict::Passed, None) if self.flaky > 0 => Verdict::Flaky(self.flaky),
            (Verdict::Passed, Some(why)) => Verdict::PassedUnexpectedly(why.clone()),
            (Verdict::Failed | Verdict::LimitHit | Verdict::Wrong, Some(why)) => {
                Verdict::FailedAsExpected(why.clone())
            }
            (worst, _) => worst.clone(),
        }
    }

    /// What somebody may want to read.
    fn keep(&mut self, mut outcome: Outcome) {
        if outcome.verdict == Verdict::Passed {
            outcome
                .messages
                .retain(|message| matches!(message, Message::Awarded { .. } | Message::Feedback(_)));
            if outcome.leaks.is_empty() && outcome.messages.is_empty() {
                return;
            }
            outcome.output = Output::default();
        }
        if self.outcomes.len() < OUTCOMES {
            self.outcomes.push(outcome);
        }
    }

    pub fn tested(&self) -> Tested {
        Tested {
            file: self.file,
            test: self.test,
            verdict: self.verdict.clone().unwrap_or(Verdict::Interrupted),
            elapsed: self.elapsed,
            repetitions: self.repetitions,
            failed: self.failed,
            outcomes: self.outcomes.clone(),
        }
    }

    pub fn into_tested(mut self) -> Tested {
        let outcomes = std::mem::take(&mut self.outcomes);
        Tested { outcomes, ..self.tested() }
    }
}

/// A test that left processes has not passed where that is the rule.
fn leaks(outcome: &mut Outcome, rule: LeakRule) {
    if rule == LeakRule::Fail && outcome.verdict == Verdict::Passed && !outcome.leaks.is_empty() {
        outcome.verdict = Verdict::Failed;
        outcome.why = Some("it passed, but did not look after its processes".to_owned());
    }
}
