//! Many trials, some at once: which is next, who runs it, and what its end means for the others. One thread decides; each of the
//! others runs one trial at a time. None of them runs a scenario itself.

use super::alone::Alone;
use super::case::{Case, Step};
use super::file::File;
use super::outcome::Outcome;
use super::plan::Plan;
use super::result::{Results, Tested};
use super::trial::Trial;
use super::workers::{Interruption, Workers};
use crate::event::Verdict;
use crate::keeper::adopt_orphans;
use crate::process::{Errno, signals};
use crate::value::Signal;
use std::collections::{HashMap, VecDeque};
use std::time::{Instant, SystemTime};

/// Who is told how it goes.
pub trait Observer {
    /// A test begins, for the first time.
    fn began(&mut self, file: usize, test: usize);
    /// A test is over, and so many are.
    fn ended(&mut self, tested: &Tested, over: usize);
}

/// Which case a trial belongs to, and which of its repetitions and tries it is.
#[derive(Debug, Clone, Copy)]
struct Whose {
    case: usize,
    repetition: usize,
    attempt: usize,
    /// Nothing runs beside it.
    alone: bool,
}

/// Runs these tests, each named by the numbers of its file and of itself there.
///
/// # Errors
/// Where the system refuses threads or descriptors.
pub fn run(
    files: &[File],
    tests: &[(usize, usize)],
    plan: &Plan,
    observer: &mut dyn Observer,
) -> Result<Results, String> {
    adopt_orphans();
    let (began, at) = (SystemTime::now(), Instant::now());
    let workers = Workers::start(plan.jobs.min(tests.len() * plan.repeat).max(1))?;
    let cases: Vec<Case> =
        tests.iter().map(|(file, test)| Case::new(*file, *test, &files[*file].tests[*test], plan)).collect();
    let mut chance = fastrand::Rng::with_seed(plan.seed);
    let mut order: Vec<(usize, usize)> = (0..plan.repeat)
        .flat_map(|repetition| (0..cases.len()).map(move |case| (case, repetition)))
        .collect();
    if plan.shuffle {
        chance.shuffle(&mut order);
    }
    let mut schedule = Schedule {
        files,
        plan,
        observer,
        workers,
        names: names(files, tests),
        cases,
        waiting: order.into(),
        alone: Alone::default(),
        running: 0,
        over: 0,
        stopped: None,
        interruption: Interruption::default(),
    };
    schedule.skip_those_that_say_so();
    schedule.work().map_err(|errno| errno.to_string())?;
    let mut tested: Vec<Tested> = schedule.cases.into_iter().map(Case::into_tested).collect();
    tested.sort_by_key(|tested| (tested.file, tested.test));
    Ok(Results {
        tested,
        seed: plan.seed,
        began,
        elapsed: i64::try_from(at.elapsed().as_nanos()).unwrap_or(i64::MAX),
        interrupted: schedule.interruption.signal(),
    })
}

/// Which case a test of a file is, by its name.
fn names(files: &[File], tests: &[(usize, usize)]) -> HashMap<(usize, String), usize> {
    let name = |(case, (file, test)): (usize, &(usize, usize))| {
        ((*file, files[*file].tests[*test].name.clone()), case)
    };
    tests.iter().enumerate().map(name).collect()
}

struct Schedule<'a> {
    files: &'a [File],
    plan: &'a Plan,
    observer: &'a mut dyn Observer,
    workers: Workers<Whose, Trial>,
    names: HashMap<(usize, String), usize>,
    cases: Vec<Case>,
    /// Repetitions of cases that have not begun.
    waiting: VecDeque<(usize, usize)>,
    /// Trials in doubt, each with what it came to.
    alone: Alone<(Whose, Outcome)>,
    running: usize,
    over: usize,
    /// Why no other is begun.
    stopped: Option<Verdict>,
    interruption: Interruption,
}

impl Schedule<'_> {
    fn skip_those_that_say_so(&mut self) {
        for case in 0..self.cases.len() {
            let why = self.test(case).skip.clone();
            if let Some(why) = why {
                self.end(case, Verdict::Skipped(why));
            }
        }
    }

    fn test(&self, case: usize) -> &super::file::Test {
        let case = &self.cases[case];
        &self.files[case.file].tests[case.test]
    }

    fn work(&mut self) -> Result<(), Errno> {
        loop {
            while self.alone.lets_begin()
                && self.running < self.workers.count
                && let Some((case, repetition)) = self.next()
            {
                self.begin(Whose { case, repetition, attempt: 0, alone: false });
            }
            if self.running == 0
                && let Some((whose, _)) = self.alone.begin()
            {
                self.begin(whose);
            }
            if self.running == 0 {
                match self.waiting.front() {
                    // They wait for each other.
                    Some((case, _)) => {
                        let case = *case;
                        let why = "it needs a test that needs it".to_owned();
                        self.end(case, Verdict::Skipped(why));
                        continue;
                    }
                    None => return Ok(()),
                }
            }
            self.workers.wait()?;
            while let Some(signal) = signals::take_pending() {
                self.interrupt(signal);
            }
            while let Some((whose, ending)) = self.workers.done() {
                self.running -= 1;
                if whose.alone {
                    self.alone.end();
                }
                self.take(whose, ending.outcome());
            }
        }
    }

    /// The next that may begin.
    fn next(&mut self) -> Option<(usize, usize)> {
        if let Some(verdict) = self.stopped.clone() {
            for (case, _) in std::mem::take(&mut self.waiting) {
                self.give_up(case, &verdict);
            }
            return None;
        }
        let mut at = 0;
        while let Some((case, repetition)) = self.waiting.get(at).copied() {
            match self.need(case) {
                Need::Met => {
                    self.waiting.remove(at);
                    return Some((case, repetition));
                }
                Need::Open => at += 1,
                Need::Failed(name) => {
                    self.end(
                        case,
                        Verdict::Skipped(format!("it needs the test \"{name}\", which did not pass")),
                    );
                }
            }
        }
        None
    }

    /// Those that a test needs, as far as they are to be run.
    fn need(&self, case: usize) -> Need {
        let needed = self.test(case).needs.iter();
        let file = self.cases[case].file;
        let mut open = false;
        for name in needed {
            let Some(other) = self.names.get(&(file, name.clone())) else { continue };
            match &self.cases[*other].verdict {
                Some(Verdict::Passed | Verdict::Flaky(_)) => {}
                Some(_) => return Need::Failed(name.clone()),
                None => open = true,
            }
        }
        if open { Need::Open } else { Need::Met }
    }

    fn begin(&mut self, whose: Whose) {
        let Whose { case, repetition, attempt, alone } = whose;
        let file = &self.files[self.cases[case].file];
        let trial = self.plan.trial(file, self.test(case), repetition, attempt);
        if attempt == 0 && !alone && self.cases[case].begin() {
            self.observer.began(self.cases[case].file, self.cases[case].test);
        }
        self.running += 1;
        self.workers.give(whose, trial);
    }

    fn take(&mut self, whose: Whose, mut outcome: Outcome) {
        // It was we who ended it.
        if self.interruption.signal().is_some() && outcome.verdict != Verdict::Passed {
            outcome.verdict = Verdict::Interrupted;
        } else if outcome.in_doubt && !whose.alone {
            self.alone.add((Whose { alone: true, ..whose }, outcome));
            return;
        } else if outcome.in_doubt {
            outcome = outcome.unknown("run it again");
        }
        outcome.alone = whose.alone;
        let (case, stopped) = (whose.case, self.stopped.is_some());
        match self.cases[case].take(outcome, whose.attempt, self.plan, stopped) {
            Step::Wait => {}
            Step::Again => self.begin(Whose { attempt: whose.attempt + 1, alone: false, ..whose }),
            Step::Over(verdict) => self.end(case, verdict),
        }
    }

    /// A test whose repetitions were not all begun.
    fn give_up(&mut self, case: usize, verdict: &Verdict) {
        if self.cases[case].verdict.is_none()
            && let Some(verdict) = self.cases[case].not_begun(verdict.clone())
        {
            self.end(case, verdict);
        }
    }

    fn end(&mut self, case: usize, verdict: Verdict) {
        self.waiting.retain(|(other, _)| *other != case);
        if self.plan.fail_fast && verdict.is_bad() && self.stopped.is_none() {
            let why = format!("\"{}\" had failed before, and --fail-fast was given", self.test(case).name);
            self.stopped = Some(Verdict::Skipped(why));
        }
        self.cases[case].verdict = Some(verdict);
        self.over += 1;
        let tested = self.cases[case].tested();
        self.observer.ended(&tested, self.over);
    }

    /// The first asks what runs to end, the second ends it.
    fn interrupt(&mut self, signal: Signal) {
        self.stopped = Some(Verdict::Interrupted);
        self.workers.stop(self.interruption.take(signal));
        for (whose, outcome) in self.alone.give_up() {
            self.take(Whose { alone: false, ..whose }, outcome);
        }
    }
}

enum Need {
    Met,
    Open,
    Failed(String),
}
