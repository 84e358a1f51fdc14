//! One student of a grading: which tests are over, and which may begin.

use super::store::Attempt;
use super::work::Work;
use crate::suite::file::Test;

/// One student.
#[derive(Debug)]
pub struct Pupil {
    pub attempt: Attempt,
    pub stage: Stage,
    /// One for each test.
    pub states: Vec<State>,
    /// Hundredths of points.
    pub earned: u64,
    pub refused: Option<String>,
    /// How many of the tests had a result before.
    pub before: usize,
}

/// How far it is.
#[derive(Debug)]
pub enum Stage {
    Waiting,
    Preparing,
    Ready(Work),
    Over,
}

/// How far one test is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Waiting,
    Running,
    Passed,
    NotPassed,
    /// Nothing is known of the work.
    Open,
}

/// What may be done next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    Begin(usize),
    /// One that it needs, did not pass.
    Skip {
        test: usize,
        needed: usize,
    },
    /// Of one that it needs, nothing is known.
    LeaveOpen(usize),
    /// They need each other.
    Circle(usize),
    /// Others must end before.
    Wait,
    Over,
}

impl Pupil {
    #[must_use]
    pub fn new(attempt: Attempt) -> Self {
        let mut pupil =
            Self { attempt, stage: Stage::Waiting, states: Vec::new(), earned: 0, refused: None, before: 0 };
        pupil.begin();
        pupil
    }

    /// Begins with what the attempt has.
    pub fn begin(&mut self) {
        let state = |marked: &Option<super::store::Brief>| match marked {
            Some(brief) if brief.passed => State::Passed,
            Some(_) => State::NotPassed,
            None => State::Waiting,
        };
        let marked = &self.attempt.marked;
        self.states = marked.iter().map(state).collect();
        self.earned = marked.iter().flatten().map(|brief| brief.hundredths).sum();
        self.before = marked.iter().flatten().count();
    }

    /// What may be done next.
    #[must_use]
    pub fn next(&self, tests: &[Test]) -> Next {
        let mut first = None;
        for (test, said) in tests.iter().enumerate().filter(|(test, _)| self.states[*test] == State::Waiting)
        {
            let needed =
                said.needs.iter().filter_map(|name| tests.iter().position(|other| other.name == *name));
            let mut waits = false;
            for needed in needed {
                match self.states[needed] {
                    State::Passed => {}
                    State::NotPassed => return Next::Skip { test, needed },
                    State::Open => return Next::LeaveOpen(test),
                    State::Waiting | State::Running => waits = true,
                }
            }
            if !waits {
                return Next::Begin(test);
            }
            first.get_or_insert(test);
        }
        let runs = self.states.contains(&State::Running);
        match first {
            _ if runs => Next::Wait,
            Some(test) => Next::Circle(test),
            None => Next::Over,
        }
    }

    /// Tests without a result that says something of the work.
    #[must_use]
    pub fn open(&self) -> usize {
        self.states.iter().filter(|state| !matches!(state, State::Passed | State::NotPassed)).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tests(needs: &[&[&str]]) -> Vec<Test> {
        let test = |(number, needs): (usize, &&[&str])| Test {
            name: format!("t{number}"),
            needs: needs.iter().map(|name| (*name).to_owned()).collect(),
            ..Test::default()
        };
        needs.iter().enumerate().map(test).collect()
    }

    fn pupil(states: &[State]) -> Pupil {
        let attempt = Attempt { id: 1, number: 1, digest: None, marked: vec![None; states.len()] };
        let mut pupil = Pupil::new(attempt);
        pupil.states = states.to_vec();
        pupil
    }

    #[test]
    fn tests_wait_for_those_that_they_need() {
        use State::{NotPassed, Open, Passed, Running, Waiting};
        let chain = tests(&[&[], &["t0"], &["t1", "elsewhere"]]);
        let next = |states: &[State]| pupil(states).next(&chain);
        assert_eq!(next(&[Waiting, Waiting, Waiting]), Next::Begin(0));
        assert_eq!(next(&[Running, Waiting, Waiting]), Next::Wait);
        assert_eq!(next(&[Passed, Waiting, Waiting]), Next::Begin(1));
        assert_eq!(next(&[NotPassed, Waiting, Waiting]), Next::Skip { test: 1, needed: 0 });
        assert_eq!(next(&[NotPassed, NotPassed, Waiting]), Next::Skip { test: 2, needed: 1 });
        assert_eq!(next(&[Open, Waiting, Waiting]), Next::LeaveOpen(1));
        assert_eq!(next(&[Passed, Passed, Passed]), Next::Over);
        assert_eq!(next(&[Passed, Passed, Running]), Next::Wait);
        let circle = tests(&[&["t1"], &["t0"], &[]]);
        assert_eq!(pupil(&[Waiting, Waiting, Waiting]).next(&circle), Next::Begin(2));
        assert_eq!(pupil(&[Waiting, Waiting, Running]).next(&circle), Next::Wait);
        assert_eq!(pupil(&[Waiting, Waiting, Passed]).next(&circle), Next::Circle(0));
        assert_eq!(pupil(&[NotPassed, Waiting, Passed]).next(&circle), Next::Skip { test: 1, needed: 0 });
    }
}
