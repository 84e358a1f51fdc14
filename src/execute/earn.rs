//! `award`, `feedback` and `submission`: what a test says of the work that it tests.

use super::Stop;
use super::machine::Machine;
use crate::event::Message;
use crate::source::Code;
use crate::value::{Points, Trouble, Value, text};
use std::cmp::Ordering;
use std::sync::atomic::Ordering::SeqCst;

/// Lines of feedback that are kept of one test, and awards that it may give: a loop may depend on the work.
const LINES: u64 = 200;
/// Characters that are kept of one.
const LINE: usize = 4000;

impl Machine {
    /// A test begins: nothing is awarded yet, in none of its processes.
    pub(super) fn begin_awards(&mut self, worth: Points) {
        let control = self.world.run.control();
        control.awarded.store(0, SeqCst);
        control.awards.store(0, SeqCst);
        control.feedback.store(0, SeqCst);
        self.world.tests.worth = Some(worth);
    }

    /// `award 2, "why"`: told at once, so that it stays earned whatever comes.
    pub(super) fn award(&mut self, points: &Value, why: &Value) -> Result<Value, Stop> {
        let worth = self.worth_of_test("award")?;
        let Some(points) = Points::of(points) else {
            let message = format!(
                "points are a number that is not negative and has no more than two decimals, not {}",
                text::literal(points)
            );
            return Err(Trouble::new(Code::AWARD, message)
                .help("as in `award 2, \"the workers overlap\"`")
                .into());
        };
        self.may_award()?;
        let add = |before: u64| {
            let sum = before.checked_add(points.hundredths())?;
            (sum <= worth.hundredths()).then_some(sum)
        };
        let awarded = self.world.run.control().awarded.fetch_update(SeqCst, SeqCst, add);
        if let Err(before) = awarded {
            let before = Points::from_hundredths(before);
            let message = format!("the test is worth {worth}: {points} more than {before} cannot be awarded");
            return Err(Trouble::new(Code::AWARD, message)
                .help("give the test another `worth`, or award less: all awards together are no more than its worth")
                .into());
        }
        self.world.report(Message::Awarded { points, why: line(why) });
        Ok(Value::None)
    }

    /// `feedback "…"`: a line for whoever did the work.
    pub(super) fn feedback(&mut self, words: &Value) -> Result<Value, Stop> {
        self.worth_of_test("feedback")?;
        let said = self.world.run.control().feedback.fetch_add(1, SeqCst);
        match said.cmp(&LINES) {
            Ordering::Less => self.world.report(Message::Feedback(line(words))),
            // How much a work has to be told may be its own doing, and is no mistake of the rubric's.
            Ordering::Equal => self
                .world
                .report(Message::Feedback(format!("… and more: {LINES} lines of feedback are kept"))),
            Ordering::Greater => {}
        }
        Ok(Value::None)
    }

    /// `submission`: the path of the work under test.
    pub(super) fn submission(&self) -> Result<Value, Stop> {
        match &self.world.work.submission {
            Some(path) => Ok(Value::str(&**path)),
            None => Err(Trouble::new(Code::NO_SUBMISSION, "there is no work under test in this run")
                .help("`proctor grade RUBRIC WORK` gives it; to try a rubric, `proctor test --submission WORK RUBRIC` or `proctor run --submission WORK RUBRIC`")
                .into()),
        }
    }

    fn worth_of_test(&self, word: &str) -> Result<Points, Trouble> {
        self.world.tests.worth.ok_or_else(|| {
            Trouble::new(Code::AWARD, format!("`{word}` outside a test: no test runs here"))
                .help("call the function from a test, or behind its beginning")
        })
    }

    fn may_award(&self) -> Result<(), Trouble> {
        if self.world.run.control().awards.fetch_add(1, SeqCst) >= LINES {
            let message = format!("a test cannot give more than {LINES} awards");
            return Err(Trouble::new(Code::AWARD, message).help("award it once, behind the loop"));
        }
        Ok(())
    }
}

fn line(value: &Value) -> String {
    let text = text::display(value);
    match text.char_indices().nth(LINE) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
