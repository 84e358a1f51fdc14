//! A class is graded: each test of the rubric for each work, some at once. One thread decides; the others prepare works and run
//! trials. A result is on the disk before it is told, and then forgotten here.

use super::class::{FULL, Mark, Rubric};
use super::desk::Desk;
use super::marking::{mark, unrun};
use super::pupil::{Next, Pupil, Stage, State};
use super::setting::{Setting, Subject};
use super::site::Trouble;
use super::store::Store;
use super::submission::Submission;
use super::task::{Done, Task};
use crate::event::Verdict;
use crate::keeper::adopt_orphans;
use crate::process::sandbox::{Strangers, User};
use crate::process::signals;
use crate::suite::alone::Alone;
use crate::suite::workers::{Interruption, Workers};
use crate::suite::{File, Outcome};
use crate::value::Points;
use std::collections::VecDeque;
use std::time::Instant;

/// Who is told how it goes.
pub trait Watcher {
    /// A student's work is looked at.
    fn began(&mut self, student: &str);
    /// So many tests have a result that is kept, or are over without one.
    fn tested(&mut self, tests: usize);
    /// All that can be known of a student is kept.
    fn graded(&mut self, graded: &Graded<'_>);
}

/// A student who is graded.
#[derive(Debug, Clone)]
pub struct Graded<'a> {
    pub student: &'a str,
    pub points: Points,
    pub worth: Points,
    /// Tests without a result.
    pub open: usize,
    /// Why the work was refused.
    pub refused: Option<&'a str>,
    /// Tests that were not passed.
    pub failed: Vec<&'a str>,
}

/// What a grading came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    pub students: usize,
    /// Tests for which the tool or the machine failed, also at the second try.
    pub tool: usize,
    /// Tests of which the text itself is wrong.
    pub wrong: usize,
    /// Why a timeline could not be drawn, of one of those that could not.
    pub undrawn: Option<String>,
    /// Tests without a result, with those.
    pub open: usize,
    pub interrupted: Option<i32>,
}

/// Grades the works with the tests of a file, the rubric, and keeps what comes of it.
///
/// # Errors
/// In words: the results cannot be kept, or the system refuses threads or folders. What was told as kept stays so.
pub fn grade(
    file: &File,
    rubric: &Rubric,
    works: Vec<Submission>,
    setting: &Setting,
    store: &mut Store,
    watcher: &mut dyn Watcher,
) -> Result<Tally, String> {
    let at = Instant::now();
    adopt_orphans();
    let desk = Desk::new()?;
    let strangers = strangers(setting, setting.jobs.max(1))?;
    let named: Vec<(String, String)> =
        works.iter().map(|work| (work.name.clone(), work.path.to_string_lossy().into_owned())).collect();
    let attempts = store.enrol(&named, setting.resume, rubric.criteria.len())?;
    let workers = Workers::start(setting.jobs.max(1))?;
    let count = u32::try_from(workers.count).unwrap_or(u32::MAX);
    let mut grading = Grading {
        file,
        rubric,
        setting,
        store,
        watcher,
        workers,
        desk,
        waiting: (0..works.len()).collect(),
        works,
        pupils: attempts.into_iter().map(Pupil::new).collect(),
        active: Vec::new(),
        alone: Alone::default(),
        running: 0,
        free: (0..count).rev().collect(),
        strangers,
        kept: Vec::new(),
        over: Vec::new(),
        interruption: Interruption::default(),
        tally: Tally::default(),
    };
    let done = grading.work();
    let elapsed = i64::try_from(at.elapsed().as_nanos()).unwrap_or(i64::MAX);
    let mut tally = grading.tally;
    tally.students = grading.pupils.len();
    tally.open = grading.pupils.iter().map(Pupil::open).sum();
    tally.interrupted = grading.interruption.signal();
    done?;
    store.finish(elapsed, tally.interrupted)?;
    Ok(tally)
}

/// Where works are to be somebody else: as many as run at once.
fn strangers(setting: &Setting, count: usize) -> Result<Option<Strangers>, String> {
    if setting.plan.contain.as_ref().is_none_or(|contain| contain.user == User::Same) {
        return Ok(None);
    }
    let taken = Strangers::take(count).map(Some);
    taken.map_err(|error| {
        format!("{count} works at once cannot each have a user of their own: {error}; --jobs says how many")
    })
}

/// Which test of which student, and how often it was tried before. Preparing a work has no test.
#[derive(Debug, Clone, Copy, Default)]
struct Whose {
    pupil: usize,
    test: Option<usize>,
    tries: usize,
    /// Nothing runs beside it.
    alone: bool,
    /// No two that run have the same.
    slot: u32,
}

struct Grading<'a> {
    file: &'a File,
    rubric: &'a Rubric,
    setting: &'a Setting,
    store: &'a mut Store,
    watcher: &'a mut dyn Watcher,
    workers: Workers<Whose, Task>,
    desk: Desk,
    works: Vec<Submission>,
    pupils: Vec<Pupil>,
    /// Those whose works nobody has looked at yet.
    waiting: VecDeque<usize>,
    /// Those whose works are being prepared or tested.
    active: Vec<usize>,
    /// Those of which a limit of time says nothing yet.
    alone: Alone<Whose>,
    running: usize,
    /// Slots that nobody has.
    free: Vec<u32>,
    /// Where works have users of their own: one for each slot.
    strangers: Option<Strangers>,
    /// Marks that are not on the disk yet.
    kept: Vec<(usize, usize, Mark)>,
    /// Students who are over and not told yet.
    over: Vec<usize>,
    interruption: Interruption,
    tally: Tally,
}

impl Grading<'_> {
    fn work(&mut self) -> Result<(), String> {
        loop {
            self.begin_what_may();
            // While those run.
            self.keep()?;
            if self.running == 0 {
                return Ok(());
            }
            self.workers.wait().map_err(|errno| errno.to_string())?;
            while let Some(signal) = signals::take_pending() {
                self.workers.stop(self.interruption.take(signal));
            }
            while let Some((whose, done)) = self.workers.done() {
                self.running -= 1;
                self.free.push(whose.slot);
                if whose.alone {
                    self.alone.end();
                }
                match Done::from(done) {
                    Done::Prepared(prepared) => self.prepared(whose, prepared)?,
                    Done::Tried(tried) => self.tried(whose, *tried),
                }
            }
        }
    }

    /// As many as there are threads; a student's tests before the next student's, so that nobody waits long for the last of them.
    fn begin_what_may(&mut self) {
        while self.alone.lets_begin() && self.running < self.workers.count && self.begin_one() {}
        if self.running == 0
            && self.interruption.signal().is_none()
            && let Some(whose) = self.alone.begin()
        {
            self.begin_test(whose);
        }
    }

    /// Begins what is next; false where nothing is.
    fn begin_one(&mut self) -> bool {
        if self.interruption.signal().is_some() {
            return false;
        }
        let mut at = 0;
        while let Some(pupil) = self.active.get(at).copied() {
            if matches!(self.pupils[pupil].stage, Stage::Preparing) {
                at += 1;
                continue;
            }
            match self.pupils[pupil].next(&self.file.tests) {
                Next::Begin(test) => {
                    if self.begin_test(Whose { pupil, test: Some(test), ..Whose::default() }) {
                        return true;
                    }
                }
                Next::Skip { test, needed } => {
                    let name = &self.file.tests[needed].name;
                    self.take(
                        pupil,
                        test,
                        unrun(Verdict::Skipped(format!("it needs the test \"{name}\", which did not pass"))),
                    );
                }
                Next::Circle(test) => {
                    self.take(
                        pupil,
                        test,
                        unrun(Verdict::Skipped("it needs a test that needs it".to_owned())),
                    );
                }
                Next::LeaveOpen(test) => self.pupils[pupil].states[test] = State::Open,
                Next::Wait => at += 1,
                Next::Over => {
                    self.active.remove(at);
                    self.pupils[pupil].stage = Stage::Over;
                    self.over.push(pupil);
                }
            }
        }
        let Some(pupil) = self.waiting.pop_front() else { return false };
        self.active.push(pupil);
        self.watcher.began(&self.works[pupil].name);
        self.prepare(pupil, 0);
        true
    }

    fn prepare(&mut self, pupil: usize, tries: usize) {
        self.pupils[pupil].stage = Stage::Preparing;
        let (submission, caps) = (self.works[pupil].clone(), self.setting.caps);
        let task = Task::Prepare { submission, caps, desk: self.desk.path().to_path_buf() };
        self.give(Whose { pupil, tries, ..Whose::default() }, task);
    }

    fn give(&mut self, mut whose: Whose, mut task: Task) {
        self.running += 1;
        // As many as there are threads, of which one is free.
        whose.slot = self.free.pop().unwrap_or(0);
        if let Some(strangers) = &self.strangers {
            task.run_as(strangers.user(whose.slot as usize));
        }
        self.workers.give(whose, task);
    }

    /// Has a test run; false where it needs no run.
    fn begin_test(&mut self, whose: Whose) -> bool {
        let Whose { pupil, test: Some(test), tries, .. } = whose else { return false };
        if let Some(why) = &self.file.tests[test].skip {
            self.take(pupil, test, unrun(Verdict::Skipped(why.clone())));
            return false;
        }
        let one = &mut self.pupils[pupil];
        let Stage::Ready(work) = &one.stage else { return false };
        let subject = Subject { student: &self.works[pupil].name, work, tries };
        let trial = self.setting.trial(self.file, &self.file.tests[test], &subject);
        let copied =
            trial.enclosure.contain.is_none().then(|| (work.folder.clone(), self.desk.path().to_path_buf()));
        let file = work.file.clone();
        one.states[test] = State::Running;
        self.give(whose, Task::Try { trial: Box::new(trial), copied, file });
        true
    }

    fn prepared(&mut self, whose: Whose, prepared: Result<super::work::Work, Trouble>) -> Result<(), String> {
        let pupil = whose.pupil;
        let submission = &self.works[pupil];
        let path = submission.path.to_string_lossy();
        let criteria = self.rubric.criteria.len();
        let one = &mut self.pupils[pupil];
        let known = one.before > 0;
        match prepared {
            Ok(work) => {
                if known && one.attempt.digest != Some(work.digest) {
                    one.attempt = self.store.anew(&submission.name, &path, criteria)?;
                    one.begin();
                }
                if one.attempt.digest != Some(work.digest) {
                    self.store.found(one.attempt.id, Some(work.digest), None, &[])?;
                }
                one.stage = Stage::Ready(work);
            }
            Err(Trouble::Refused(why)) => {
                if known && one.attempt.digest.is_some() {
                    one.attempt = self.store.anew(&submission.name, &path, criteria)?;
                    one.begin();
                }
                let left = |(test, state): (usize, &State)| {
                    (*state == State::Waiting).then(|| (test, unrun(Verdict::Failed)))
                };
                let marks: Vec<(usize, Mark)> = one.states.iter().enumerate().filter_map(left).collect();
                self.store.found(one.attempt.id, None, Some(&why), &marks)?;
                for (test, _) in marks {
                    one.states[test] = State::NotPassed;
                    self.watcher.tested(1);
                }
                one.refused = Some(why);
                one.stage = Stage::Over;
            }
            Err(Trouble::Failed(_)) if whose.tries == 0 && self.interruption.signal().is_none() => {
                self.prepare(pupil, 1);
            }
            Err(Trouble::Failed(why)) => {
                one.stage = Stage::Over;
                for test in 0..criteria {
                    if self.pupils[pupil].states[test] == State::Waiting {
                        self.take(pupil, test, unrun(Verdict::ToolFailed(why.clone())));
                    }
                }
            }
        }
        Ok(())
    }

    fn tried(&mut self, whose: Whose, tried: Result<Outcome, String>) {
        let Whose { pupil, test: Some(test), tries, alone, .. } = whose else { return };
        let said = &self.file.tests[test];
        let in_doubt = tried.as_ref().is_ok_and(|outcome| outcome.in_doubt);
        let mark = match tried.map(|outcome| Outcome { alone, ..outcome }) {
            Ok(outcome) if in_doubt && alone => {
                mark(outcome.unknown("`--resume` grades it"), &self.rubric.criteria[test], None)
            }
            Ok(outcome) => mark(outcome, &self.rubric.criteria[test], said.xfail.as_deref()),
            Err(why) => unrun(Verdict::ToolFailed(why)),
        };
        // It was we who ended it: then it says nothing.
        if self.interruption.signal().is_some() && mark.verdict != Verdict::Passed {
            self.pupils[pupil].states[test] = State::Open;
        } else if in_doubt && !alone {
            self.alone.add(Whose { alone: true, ..whose });
        } else if tries == 0 && !in_doubt && matches!(mark.verdict, Verdict::ToolFailed(_)) {
            let again = Whose { tries: 1, ..whose };
            if alone {
                self.alone.add(again);
            } else {
                self.begin_test(again);
            }
        } else {
            self.take(pupil, test, mark);
        }
    }

    /// Takes a result, to be kept soon.
    fn take(&mut self, pupil: usize, test: usize, mark: Mark) {
        let one = &mut self.pupils[pupil];
        one.states[test] = match mark.points {
            None => State::Open,
            Some(_) if FULL.contains(&mark.verdict.name()) => State::Passed,
            Some(_) => State::NotPassed,
        };
        one.earned += mark.points.map_or(0, Points::hundredths);
        self.tally.tool += usize::from(matches!(mark.verdict, Verdict::ToolFailed(_)));
        self.tally.wrong += usize::from(mark.verdict == Verdict::Wrong);
        if let Some(Err(why)) = mark.outcome.as_ref().and_then(|outcome| outcome.timeline.as_ref()) {
            self.tally.undrawn = Some(why.clone());
        }
        self.kept.push((pupil, test, mark));
    }

    /// Puts what was taken on the disk, and tells it then.
    fn keep(&mut self) -> Result<(), String> {
        for (pupil, test, mark) in std::mem::take(&mut self.kept) {
            self.store.mark(self.pupils[pupil].attempt.id, test, &mark)?;
            self.watcher.tested(1);
        }
        for pupil in std::mem::take(&mut self.over) {
            let one = &self.pupils[pupil];
            let tests = self.rubric.criteria.iter().zip(&one.states);
            let failed = tests.filter(|(_, state)| **state == State::NotPassed).map(|(test, _)| &*test.name);
            self.watcher.graded(&Graded {
                student: &self.works[pupil].name,
                points: Points::from_hundredths(one.earned),
                worth: self.rubric.worth(),
                open: one.open(),
                refused: one.refused.as_deref(),
                failed: failed.collect(),
            });
            self.watcher.tested(one.before);
        }
        Ok(())
    }
}
