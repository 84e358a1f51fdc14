//! What a process of the scenario knows of itself and its surroundings, beside the machine that runs it.

use super::handlers::Handlers;
use super::lent::{Lent, Parked};
use super::prompt::{Behind, Prompt};
use super::streams::Streams;
use super::tally::{Alone, Tests};
use crate::event::{Actor, Message, Reporter};
use crate::process::sandbox::{Fence, Rules};
use crate::process::{ProcessEvents, Relay, Row, Run, Waiter};
use crate::source::{Location, SourceMap};
use crate::value::{ProcessRef, Value};
use std::cell::OnceCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::atomic::Ordering::SeqCst;

pub(super) use crate::process::signals::any_pending as signal_waits;

/// One process's own affairs.
pub struct World {
    /// The memory that all processes of the run share.
    pub(super) run: Run,
    /// Where this process blocks, with the output that it captures.
    pub(super) waiter: Waiter,
    pub(super) pid: i32,
    pub(super) name: Rc<str>,
    /// This process as a value, made when it is first asked for: most children end before.
    pub(super) me: OnceCell<Rc<ProcessRef>>,
    pub(super) main: Rc<ProcessRef>,
    pub(super) daemon: bool,
    /// Whether what it executes in its place is to be observed; none: as is usual here.
    pub(super) observed: Option<bool>,
    /// This process's row in the run's table.
    pub(super) row: Row,
    /// Watches children while an expectation waits for a change.
    pub(super) events: Option<ProcessEvents>,
    /// The children that `fork()` made, by the pid that it gave.
    pub(super) forked: HashMap<i32, Rc<ProcessRef>>,
    /// Our terminal, where a child has it.
    pub(super) lent: Option<Lent>,
    /// Children that were stopped while they had it.
    pub(super) parked: Vec<Parked>,
    /// The streams that children of this process are spoken with by.
    pub(super) streams: HashMap<Row, Streams>,
    pub(super) handlers: Handlers,
    pub(super) tests: Tests,
    /// How many expectations had broken in the whole run when this process looked last.
    pub(super) broken_seen: u32,
    pub(super) chance: fastrand::Rng,
    pub(super) args: Rc<[String]>,
    /// What `env` options changed of the environment that the run was started with.
    pub(super) environment: Vec<(String, Option<String>)>,
    /// How many spawns without a name this process did.
    pub(super) unnamed: u32,
    /// How many forks it did.
    pub(super) forks: u32,
    /// Where this process runs behind a prompt.
    pub(super) behind: Option<Behind>,
    /// The one test that is run.
    pub(super) alone: Option<Alone>,
    /// What the wait was for that a deadline has just ended.
    pub(super) unmet: Option<String>,
    /// Why the order that was looked for last is not there.
    pub(super) explained: Option<String>,
    /// Work of somebody else that the run is about.
    pub(super) work: Work,
    reporter: Box<dyn Reporter>,
    pub(super) sources: Rc<SourceMap>,
}

/// What a run is given besides its program.
pub struct Setting {
    pub sources: Rc<SourceMap>,
    /// What stood behind `--` on the command line.
    pub args: Vec<String>,
    /// Of the random numbers; none takes one from the system.
    pub seed: Option<u64>,
    pub reporter: Box<dyn Reporter>,
    /// Where the program is what is typed at a prompt.
    pub prompt: Option<Prompt>,
    /// Where somebody collects what the scenario's processes print, each by itself.
    pub relay: Option<Rc<Relay>>,
    /// The number of the one test of the scenario that is run, behind all other statements.
    pub alone: Option<u16>,
    pub work: Work,
}

/// Work of somebody else that a run is about.
#[derive(Debug, Default)]
pub struct Work {
    /// Its path: what `submission` gives.
    pub submission: Option<Rc<str>>,
    /// What each program gives up that the scenario starts.
    pub fence: Option<Rc<Fence>>,
    /// The same as data.
    pub rules: Option<Rules>,
    /// Programs are observed where their options do not say otherwise.
    pub observe: bool,
}

impl World {
    pub(super) fn new(run: Run, waiter: Waiter, main: Rc<ProcessRef>, row: Row, setting: Setting) -> Self {
        Self {
            run,
            waiter,
            pid: main.pid,
            name: main.name.clone(),
            me: OnceCell::from(main.clone()),
            main,
            daemon: false,
            observed: None,
            row,
            events: None,
            forked: HashMap::new(),
            lent: None,
            parked: Vec::new(),
            streams: HashMap::new(),
            handlers: Handlers::default(),
            tests: Tests::default(),
            broken_seen: 0,
            chance: setting.seed.map_or_else(fastrand::Rng::new, fastrand::Rng::with_seed),
            args: setting.args.into(),
            environment: Vec::new(),
            unnamed: 0,
            forks: 0,
            behind: setting.prompt.map(Behind::session).or(setting.relay.map(Behind::collected)),
            alone: setting.alone.map(Alone::Waits),
            unmet: None,
            explained: None,
            work: setting.work,
            reporter: setting.reporter,
            sources: setting.sources,
        }
    }

    pub(super) fn is_main(&self) -> bool {
        self.pid == self.main.pid
    }

    /// This process as a value.
    pub(super) fn me(&self) -> &Rc<ProcessRef> {
        let (pid, row) = (self.pid, self.row);
        self.me.get_or_init(|| Rc::new(ProcessRef::new(pid, row.index, row.generation, self.name.clone())))
    }

    pub(super) fn actor(&self) -> Actor {
        Actor { name: self.name.clone(), pid: self.pid }
    }

    /// The scenario is over.
    pub(super) fn close_report(&mut self) {
        self.reporter.finish();
    }

    /// Tells it, unless it is a complaint of a process that is being ended with the run.
    pub(super) fn report(&mut self, message: Message) {
        if !self.is_main() && self.run.control().over.load(SeqCst) != 0 {
            return;
        }
        self.reporter.report(message);
    }

    /// The line of a place, counted from 1.
    pub(super) fn line(&self, location: Location) -> usize {
        self.sources.get(location.source).line_column(location.span.start).0
    }

    /// The text of a place.
    pub(super) fn text(&self, location: Location) -> String {
        self.sources.get(location.source).slice(location.span).to_owned()
    }

    /// How many children this process has started so far.
    pub(super) fn children_so_far(&self) -> u64 {
        self.waiter.children.started()
    }
}

/// A process as a value.
pub(super) fn value(process: &Rc<ProcessRef>) -> Value {
    Value::Process(process.clone())
}
