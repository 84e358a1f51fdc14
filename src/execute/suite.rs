//! `test` blocks: in place, one after the other, as `proctor run` runs them; or one of them alone, behind all other
//! statements, as `proctor test` does.

use super::Stop;
use super::machine::Machine;
use super::protection::Guard;
use super::tally::Alone;
use crate::event::{Message, TestOutcome, Verdict};
use crate::process::clock;
use crate::program::{NO_REG, NO_TARGET, TestSite};
use crate::source::Code;
use crate::value::{Points, Trouble, Value, text, time};

impl Machine {
    /// Begins a test, or goes on behind it where it is skipped.
    pub(super) fn test_start(&mut self, at: u16, to: u32) -> Result<(), Stop> {
        match self.world.alone {
            // Tests of files that this one uses are tests of those.
            Some(alone) if alone != Alone::Runs(at) || self.frames.len() > 1 => {
                self.go_behind(to + 1);
                return Ok(());
            }
            _ => {}
        }
        let program = self.program.clone();
        let site =
            &program.functions[self.frames.last().map_or(0, |f| f.function) as usize].tests[at as usize];
        if let Some(why) = self.reason_to_skip(site) {
            self.outcome(site, Verdict::Skipped(why), 0);
            self.go_behind(to + 1);
            return Ok(());
        }
        let worth = if site.worth == NO_REG { Points::ONE } else { worth(self.get(site.worth))? };
        self.begin_awards(worth);
        let started = clock::monotonic();
        self.protect(Guard::Test { site: at, to: to + 1, started });
        if site.within != NO_REG {
            let limit = time::to_duration(self.get(site.within))?;
            let children = self.world.children_so_far();
            let at = started.saturating_add(limit);
            self.protect(Guard::Deadline { at, limit, to: NO_TARGET, children });
        }
        Ok(())
    }

    /// All other statements have run: the one test begins, where there is one.
    pub(super) fn test_alone(&mut self) -> Result<(), Stop> {
        if let Some(Alone::Waits(at)) = self.world.alone
            && let Some(site) = self.current().tests.get(usize::from(at))
        {
            let begin = site.begin;
            self.world.alone = Some(Alone::Runs(at));
            self.go_behind(begin);
        }
        Ok(())
    }

    fn go_behind(&mut self, pc: u32) {
        if let Some(frame) = self.frames.last_mut() {
            frame.pc = pc;
        }
    }

    fn reason_to_skip(&self, site: &TestSite) -> Option<String> {
        if self.world.alone.is_some() {
            // Whoever runs it alone knows of the others.
            return None;
        }
        if let Some(why) = &site.skip {
            return Some(why.to_string());
        }
        let passed = &self.world.tests.passed;
        let missing = site.needs.iter().find(|needed| passed.get(*needed) != Some(&true))?;
        Some(format!("it needs the test \"{missing}\", which did not pass"))
    }

    /// The block of a test came to its end.
    pub(super) fn test_end(&mut self, at: u16) -> Result<(), Stop> {
        let program = self.program.clone();
        let site =
            &program.functions[self.frames.last().map_or(0, |f| f.function) as usize].tests[at as usize];
        if site.within != NO_REG {
            self.pop_protection()?;
        }
        let started = match self.protections.pop().map(|protection| protection.guard) {
            Some(Guard::Test { started, .. }) => started,
            _ => clock::monotonic(),
        };
        let broken_by_a_child = self.world.take_broken_in_children();
        if self.world.alone.is_some() {
            // What its children still do belongs to it: who runs it alone judges by the end of the run.
            self.outcome(site, Verdict::Passed, clock::monotonic() - started);
            let end = self.current().code.len() as u32 - 1;
            self.go_behind(end);
            return Ok(());
        }
        let verdict = match (&site.xfail, broken_by_a_child) {
            (None, true) => Verdict::Failed,
            (Some(why), true) => Verdict::FailedAsExpected(why.to_string()),
            (Some(why), false) => Verdict::PassedUnexpectedly(why.to_string()),
            (None, false) => Verdict::Passed,
        };
        self.outcome(site, verdict, clock::monotonic() - started);
        self.world.tests.worth = None;
        Ok(())
    }

    /// A stop reached the frame of a test: it failed. Whoever it left behind is ended.
    pub(super) fn test_failed(&mut self, at: u16, started: i64, stop: Stop) {
        let program = self.program.clone();
        let site =
            &program.functions[self.frames.last().map_or(0, |f| f.function) as usize].tests[at as usize];
        let late = std::mem::take(&mut self.world.tests.late);
        let verdict = match (&site.xfail, &stop) {
            (Some(why), _) => Verdict::FailedAsExpected(why.to_string()),
            (None, _) if late => Verdict::LimitHit,
            (None, Stop::Failed(failure)) => Verdict::of(failure),
            (None, _) => Verdict::Failed,
        };
        if site.xfail.is_none() {
            match stop {
                Stop::Broken(failure) => self.world.report(Message::Broken(*failure)),
                Stop::Failed(failure) => self.world.report(Message::Failed(*failure)),
                Stop::Trouble(_) | Stop::Exit(_) | Stop::Interrupted | Stop::Deadline(_) => {}
            }
        }
        self.world.take_broken_in_children();
        self.outcome(site, verdict, clock::monotonic() - started);
        self.world.tests.worth = None;
    }

    /// The one test that is run alone has used up its time.
    pub(super) fn test_late(&mut self) {
        let outcome = TestOutcome { name: String::new(), verdict: Verdict::LimitHit, elapsed: 0 };
        self.world.report(Message::TestEnded(outcome));
    }

    fn outcome(&mut self, site: &TestSite, verdict: Verdict, elapsed: i64) {
        let tests = &mut self.world.tests;
        tests.bad += usize::from(verdict.is_bad());
        tests.passed.insert(site.name.clone(), matches!(verdict, Verdict::Passed));
        let name = site.name.to_string();
        self.world.report(Message::TestEnded(TestOutcome { name, verdict, elapsed }));
    }
}

fn worth(value: &Value) -> Result<Points, Trouble> {
    Points::of(value).ok_or_else(|| {
        let message = format!(
            "a test is worth a number from 0 to {} with no more than two decimals, not {}",
            Points::MOST,
            text::literal(value)
        );
        Trouble::new(Code::VALUE, message)
    })
}
