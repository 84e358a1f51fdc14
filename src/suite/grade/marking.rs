//! What the end of a trial is worth.

use super::class::{Award, Criterion, Mark};
use crate::event::{Message, Verdict};
use crate::suite::{Outcome, Output};
use crate::value::Points;

/// The mark for a trial that is over. `xfail` is what the test says of itself.
#[must_use]
pub fn mark(mut outcome: Outcome, criterion: &Criterion, xfail: Option<&str>) -> Mark {
    let (mut awards, mut feedback, mut rest) = (Vec::new(), Vec::new(), Vec::new());
    for message in std::mem::take(&mut outcome.messages) {
        match message {
            Message::Awarded { points, why } => awards.push(Award { points, why }),
            Message::Feedback(line) => feedback.push(line),
            other => rest.push(other),
        }
    }
    outcome.messages = rest;
    if outcome.verdict == Verdict::Passed {
        // Nobody reads what went as it should.
        outcome.messages = Vec::new();
        outcome.output = Output::default();
    }
    let verdict = match (&outcome.verdict, xfail) {
        (Verdict::Passed, Some(why)) => Verdict::PassedUnexpectedly(why.to_owned()),
        (Verdict::Failed | Verdict::LimitHit, Some(why)) => Verdict::FailedAsExpected(why.to_owned()),
        (verdict, _) => verdict.clone(),
    };
    let points = Mark::earned(&verdict, criterion.worth, &awards);
    Mark { verdict, points, awards, feedback, outcome: Some(outcome) }
}

/// The mark of a test that was not run, for what the work is or is not.
#[must_use]
pub fn unrun(verdict: Verdict) -> Mark {
    let points = Mark::earned(&verdict, Points::ZERO, &[]);
    Mark { verdict, points, awards: Vec::new(), feedback: Vec::new(), outcome: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::{Leaks, Piece};

    fn outcome(verdict: Verdict) -> Outcome {
        let points = Points::from_hundredths(150);
        Outcome {
            verdict,
            why: None,
            in_doubt: false,
            alone: false,
            messages: vec![
                Message::Awarded { points, why: "a part".to_owned() },
                Message::Feedback("well".to_owned()),
            ],
            output: Output { pieces: vec![Piece { process: "p".to_owned(), text: "x".to_owned() }], cut: 0 },
            leaks: Leaks::default(),
            timeline: None,
            elapsed: 1,
            seed: 0,
            disturbance: None,
        }
    }

    #[test]
    fn what_was_earned_before_the_time_was_over_stays_earned() {
        let criterion = Criterion { worth: Points::from_hundredths(400), ..Criterion::default() };
        let marked = |verdict, xfail| mark(outcome(verdict), &criterion, xfail);
        let limit = marked(Verdict::LimitHit, None);
        assert_eq!(
            (limit.points.map(Points::hundredths), limit.awards.len(), &*limit.feedback[0]),
            (Some(150), 1, "well")
        );
        assert!(
            limit
                .outcome
                .is_some_and(|outcome| outcome.messages.is_empty() && !outcome.output.pieces.is_empty())
        );
        assert_eq!(marked(Verdict::Passed, None).points.map(Points::hundredths), Some(400));
        assert_eq!(marked(Verdict::ToolFailed("x".to_owned()), None).points, None);
        assert_eq!(marked(Verdict::Wrong, Some("known")).points, None);
        let expected = marked(Verdict::Failed, Some("known"));
        assert_eq!(expected.verdict, Verdict::FailedAsExpected("known".to_owned()));
    }
}
