//! How a class is graded: limits, and what keeps the works inside. And the rubric, as data.

use super::class::{Criterion, Rubric};
use super::hidden::{Secret, covers};
use super::site::Caps;
use super::work::Work;
use crate::keeper::{Allowance, Demand, Level, Offer, Part, Plan, plan, try_observe, try_run};
use crate::process::sandbox::{View, WORK, is_root, nobody};
use crate::suite::file::Test;
use crate::suite::page::page;
use crate::suite::seed::{Use, seed};
use crate::suite::{Enclosure, File, Limits, Standing, Trial};
use crate::value::Points;
use std::path::{Path, PathBuf};

/// How a class is graded.
#[derive(Debug, Clone)]
pub struct Setting {
    /// Trials at once.
    pub jobs: usize,
    /// Nanoseconds that a test has where it says nothing itself.
    pub timeout: i64,
    /// Processes of a test alive at once.
    pub processes: u32,
    /// Bytes of output of a test that are kept.
    pub output: usize,
    /// What `keeper::plan` gives for a view without a work.
    pub plan: Plan,
    pub caps: Caps,
    pub seed: u64,
    /// Results that say something of the work are kept, and only the others are wanted.
    pub resume: bool,
    /// The folder for a page of each trial's timeline, as an absolute path.
    pub timelines: Option<PathBuf>,
    /// What `args()` gives.
    pub args: Vec<String>,
}

/// Which work is tested.
#[derive(Debug)]
pub struct Subject<'a> {
    pub student: &'a str,
    pub work: &'a Work,
    pub tries: usize,
}

impl Setting {
    /// One run of a test.
    #[must_use]
    pub fn trial(&self, file: &File, test: &Test, subject: &Subject<'_>) -> Trial {
        let Subject { student, work, tries } = subject;
        let Plan { contain, bounds, fence, .. } = self.plan.clone();
        let mut enclosure = Enclosure { contain, bounds, fence };
        if let Some(view) = enclosure.contain.as_mut().and_then(|contain| contain.view.as_mut()) {
            view.from = Some(work.folder.clone());
        }
        let submission = work.file.as_ref().map_or_else(|| WORK.to_owned(), |file| format!("{WORK}/{file}"));
        Trial {
            texts: file.texts.clone(),
            test: test.number,
            limits: Limits {
                time: test.limit.unwrap_or(0).saturating_add(self.timeout),
                processes: self.processes,
                output: self.output,
            },
            seed: seed(self.seed, Use::Scenario, student, &test.name, 0, *tries),
            disturbance: None,
            args: self.args.clone(),
            timeline: self
                .timelines
                .as_ref()
                .map(|folder| folder.join(page(student, student, &test.name, 0, *tries))),
            scheduler: crate::process::pid(),
            submission: Some(submission),
            enclosure,
        }
    }
}

/// The rubric that a file is.
///
/// # Errors
/// In words: it has no test, or one whose worth is no number that is written out.
pub fn rubric(file: &File) -> Result<Rubric, String> {
    if file.tests.iter().all(|test| test.number.is_none()) {
        return Err(format!(
            "`{}` has no test: each `test \"…\" worth N {{ … }}` is a part of the grade",
            file.name
        ));
    }
    let criterion = |test: &Test| {
        let worth = test.worth.ok_or_else(|| {
            format!(
                "{}:{}: what the test \"{}\" is worth must be a number that is written out",
                file.name, test.line, test.name
            )
        })?;
        Ok(Criterion {
            name: test.name.clone(),
            line: test.line,
            // Nobody can have the points of a test that is not run.
            worth: if test.skip.is_some() { Points::ZERO } else { worth },
            hidden: test.hidden,
            needs: test.needs.clone(),
            tags: test.tags.clone(),
            pass: test.pass.clone(),
            fail: test.fail.clone(),
        })
    };
    let criteria = file.tests.iter().map(criterion).collect::<Result<_, String>>()?;
    let whole = std::path::absolute(&file.path).ok();
    let folder = whole.as_deref().and_then(Path::parent).and_then(Path::file_name);
    let folder = folder.map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    Ok(Rubric { name: file.name.clone(), folder, texts: file.texts.clone(), criteria })
}

/// What a grading needs of the machine, found and decided before there are threads.
#[derive(Debug)]
pub struct Ground {
    pub plan: Plan,
    pub standing: Standing,
}

/// What there is at the level of the host too.
const BOUNDS: &str =
    "limits of each process (setrlimit), of those alive at once, and of their processor time and memory";
/// What it means that programs cannot be observed.
const UNOBSERVED: &str = "a test that asks what happened in a program has no result here";

/// How works are kept inside here. To be called while there is one thread. `limits` are what a test may use at a level, in words;
/// `secrets` are what no work may see.
///
/// # Errors
/// Lines that say what is missing: what is required, for root what keeps work from being root's, or what cannot be kept secret.
pub fn ground(
    demand: Demand,
    allowance: &Allowance,
    room: u64,
    limits: impl FnOnce(Level) -> Vec<String>,
    secrets: &[Secret],
) -> Result<Ground, Vec<String>> {
    let offer = Offer::look();
    let view = View { from: None, room, ..View::default() };
    let words = |missing: Vec<(Part, String)>| {
        missing.into_iter().map(|(part, why)| format!("{}: {why}", part.words())).collect::<Vec<String>>()
    };
    let mut plan = plan(demand, &offer, view, allowance).map_err(words)?;
    let mut user = None;
    if let Some(view) = plan.contain.as_mut().and_then(|contain| contain.view.as_mut()) {
        view.cover = covers(secrets).map_err(|why| vec![why])?;
    }
    if demand != Demand::None && is_root() {
        let why = match &mut plan.contain {
            Some(contain) => {
                contain.user = nobody();
                try_run(contain.clone()).err()
            }
            None => Some("it needs namespaces".to_owned()),
        };
        if let Some(why) = why {
            return Err(vec![format!("a user of its own, so that work does not run as root: {why}")]);
        }
        user = Some("a user of its own".to_owned());
    }
    let unobserved = try_observe(plan.contain.clone()).err();
    let missing = |part| plan.missing.iter().any(|(other, _)| *other == part);
    let asked = plan.contain.is_some() || plan.fence.is_some();
    let parts =
        Part::ALL.into_iter().filter(|part| asked && !missing(*part)).map(|part| part.words().to_owned());
    let bounds = (plan.level == Level::Host).then(|| BOUNDS.to_owned());
    let lacks = plan.missing.iter().map(|(part, why)| (part.words().to_owned(), why.clone()));
    let unobserved =
        unobserved.map(|why| ("observation of programs".to_owned(), format!("{why}: {UNOBSERVED}")));
    let standing = Standing {
        level: plan.level.name().to_owned(),
        parts: parts.chain(user).chain(bounds).collect(),
        missing: lacks.chain(unobserved).collect(),
        limits: limits(plan.level),
    };
    Ok(Ground { plan, standing })
}
