//! A program that grows: entry after entry runs in the same process, on what the entries before it left.

use super::Stop;
use super::machine::Machine;
use super::world::{Setting, World};
use crate::event::{ProcessRow, TreeRow};
use crate::process::{
    ProcessEvents, Record, Row, RowState, Run, Waiter, clock, deadlock, note_children, proc_file, signals,
};
use crate::program::{NO_REG, Program};
use crate::source::SourceMap;
use crate::value::{ProcessRef, Signal, Value, ending::ending, signal::signal_name};
use std::os::fd::{AsRawFd, BorrowedFd};
use std::rc::Rc;

/// The interpreter of a session.
pub struct Session {
    machine: Machine,
    events: ProcessEvents,
    /// How many entries were run.
    entries: usize,
}

/// How an entry ended.
#[derive(Debug)]
pub enum Ran {
    /// Its last expression's value, or none.
    Value(Value),
    /// It failed, and that was recorded.
    Failed,
    Interrupted,
    /// `exit N`.
    Exited(u8),
}

/// What ended a wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Woken {
    /// The descriptor can be read.
    Readable,
    /// Something may have happened to a process.
    Changed,
    /// It is time.
    Late,
    /// The block of a signal said `exit N`.
    Exited(u8),
}

/// A process of the session as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub row: Row,
    pub name: String,
    pub pid: i32,
    /// 0 where it is not known.
    pub ppid: i32,
    /// The pid of the process that started it.
    pub spawner: i32,
    /// A letter of proc_pid_stat(5): `Z` for one that has ended, `T` for one that is stopped, also where it is observed; `t` where a
    /// debugger has hold of it.
    pub state: char,
}

/// What a process uses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Nanoseconds of processor time.
    pub cpu: i64,
    /// Bytes of memory that it has in use.
    pub memory: u64,
}

/// How a process ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// As the attribute `ending` says it.
    pub ending: String,
    /// Nanoseconds from its start to its end.
    pub elapsed: i64,
}

impl Session {
    /// The session's process: the main process of the run.
    #[must_use]
    pub fn new(run: Run, setting: Setting) -> Self {
        note_children(&run);
        let row = run.enter_main("main");
        let me = ProcessRef::new(crate::process::pid(), row.index, row.generation, Rc::from("main"));
        let waiter = Waiter::new(run, row, Some(deadlock::stuck));
        let world = World::new(run, waiter, Rc::new(me), row, setting);
        // Where it cannot be caught, Ctrl-C ends the session, which leaves nothing behind either.
        let _ = signals::catch(Signal::INT);
        Self {
            machine: Machine::new(Rc::new(Program::default()), world),
            events: ProcessEvents::watch(),
            entries: 0,
        }
    }

    /// Adds to the program what an entry was checked to be, and the texts that its messages quote.
    pub fn add(&mut self, addition: Program, sources: Rc<SourceMap>) {
        let machine = &mut self.machine;
        machine.world.sources = sources;
        machine.globals.resize(addition.globals.len(), Value::Absent);
        machine.used.resize(machine.used.len() + addition.functions.len(), false);
        let held = Rc::get_mut(&mut machine.program);
        debug_assert!(held.is_some(), "no entry runs now");
        if let Some(program) = held {
            program.functions.extend(addition.functions);
            (program.globals, program.names, program.methods) =
                (addition.globals, addition.names, addition.methods);
        }
    }

    /// Runs the function with this number, an entry. In a child that `fork()` made it does not come back.
    pub fn run(&mut self, entry: u32) -> Ran {
        self.entries += 1;
        let machine = &mut self.machine;
        machine.set_runs(true);
        let result = machine.enter(entry, 0, NO_REG, None).and_then(|()| machine.run(0));
        if !machine.world.is_main() {
            let code = machine.finish(result);
            crate::process::exit_now(code);
        }
        machine.nested = 0;
        machine.set_runs(false);
        match result {
            Ok(value) => Ran::Value(value),
            Err(Stop::Exit(code)) => Ran::Exited(code),
            Err(Stop::Interrupted) => Ran::Interrupted,
            Err(stop) => {
                machine.tell(stop);
                Ran::Failed
            }
        }
    }

    /// Waits, and runs the blocks of the signals that come meanwhile, until the descriptor can be read, a child has changed, or
    /// the time of the monotonic clock is there.
    pub fn wait(&mut self, fd: BorrowedFd<'_>, until: Option<i64>) -> Woken {
        let fd = fd.as_raw_fd();
        let Self { machine, events, .. } = self;
        loop {
            let waited =
                machine.block(until, |waiter, deadline| waiter.readable_or_event(fd, events, deadline));
            match waited {
                Ok(Some(true)) => return Woken::Readable,
                Ok(Some(false)) => return Woken::Changed,
                Ok(None) => return Woken::Late,
                // Nothing runs that could be interrupted.
                Err(Stop::Interrupted) => {}
                Err(Stop::Exit(code)) => return Woken::Exited(code),
                Err(stop) => machine.tell(stop),
            }
        }
    }

    /// Waits while a child has the terminal, and takes it back.
    pub fn await_foreground(&mut self) {
        self.machine.await_foreground(&mut self.events);
    }

    /// The value of a global; None where it has none yet.
    #[must_use]
    pub fn global(&self, at: u32) -> Option<&Value> {
        self.machine.globals.get(at as usize).filter(|value| !matches!(value, Value::Absent))
    }

    /// All processes of the session that are alive or wait to be joined, in the order in which they were started.
    #[must_use]
    pub fn processes(&self) -> Vec<Seen> {
        let world = &self.machine.world;
        let others =
            |record: &Record| record.state == RowState::Live && record.pid > 0 && record.row != world.row;
        let mut all: Vec<Seen> = world.run.live().into_iter().filter(others).map(seen).collect();
        // A tracer's own stops are over in an instant, and no stop that anybody asked for.
        let (mut places, mut pids) = (Vec::new(), Vec::new());
        for (place, seen) in all.iter().enumerate().filter(|(_, seen)| seen.state == 't') {
            places.push(place);
            pids.push(seen.pid);
        }
        for (place, stopped) in places.into_iter().zip(self.machine.stand_still(&pids)) {
            all[place].state = stopped.map_or('t', |stopped| if stopped { 'T' } else { 'R' });
        }
        all
    }

    /// How a process ended; None where it lives, or where nobody knows any more.
    pub fn ended(&mut self, row: Row) -> Option<Ended> {
        let process = self.process(&self.machine.world.run.record(row)?);
        let facts = self.machine.facts(&process).ok()?;
        // Behind the look, which notes the end.
        let record = self.machine.world.run.record(row)?;
        let super::facts::Facts::Ended { code } = facts else { return None };
        let ending = code.map_or_else(|| "ended".to_owned(), |code| ending(code, false));
        let ended = record.ended.unwrap_or_else(clock::monotonic);
        Some(Ended { ending, elapsed: ended - record.started })
    }

    /// The signal that stopped a process, by its name.
    pub fn stopped_by(&mut self, row: Row) -> Option<String> {
        let record = self.machine.world.run.record(row)?;
        let process = self.process(&record);
        let signal = self.machine.stop_signal(&process).ok()??;
        Some(signal_name(signal))
    }

    fn process(&self, record: &Record) -> Rc<ProcessRef> {
        if let Some(child) = self.machine.world.waiter.children.get(record.pid)
            && Row::of(&child.process) == Some(record.row)
        {
            return child.process.clone();
        }
        let Row { index, generation } = record.row;
        Rc::new(ProcessRef::new(record.pid, index, generation, Rc::from(&*record.name)))
    }

    /// How many entries were run so far.
    #[must_use]
    pub fn entries(&self) -> usize {
        self.entries
    }

    /// How many tests have failed so far.
    #[must_use]
    pub fn failed_tests(&self) -> usize {
        self.machine.world.tests.bad
    }

    /// Whether the session itself started this process.
    #[must_use]
    pub fn is_own_child(&self, seen: &Seen) -> bool {
        seen.spawner == self.machine.world.pid
    }

    /// The pid that adopts orphans.
    #[must_use]
    pub fn adopter(&self) -> i32 {
        self.machine.world.run.control().keeper_pid.load(std::sync::atomic::Ordering::SeqCst)
    }

    /// All processes below the one that adopts orphans, in the order of drawing.
    #[must_use]
    pub fn tree(&self) -> Vec<TreeRow> {
        self.machine.below(self.adopter()).unwrap_or_default()
    }

    /// What a process uses; zeroes where that is not known.
    #[must_use]
    pub fn usage(&self, pid: i32) -> Usage {
        proc_file::stat(pid).map_or(Usage::default(), |stat| Usage {
            cpu: stat.user_time + stat.system_time,
            memory: stat.rss,
        })
    }

    /// A row of the table of `ps` for a process that was seen.
    pub fn row_of(&mut self, seen: &Seen) -> Option<ProcessRow> {
        let record = self.machine.world.run.record(seen.row)?;
        let process = self.process(&record);
        self.row(&process)
    }

    /// A row of the table of `ps` for a process.
    #[must_use]
    pub fn row(&self, process: &Rc<ProcessRef>) -> Option<ProcessRow> {
        self.machine.row(process).ok()
    }
}

impl Machine {
    fn set_runs(&mut self, runs: bool) {
        if let Some(behind) = &mut self.world.behind {
            behind.runs = runs;
        }
    }
}

/// A process as /proc shows it now.
fn seen(record: Record) -> Seen {
    let stat = proc_file::stat(record.pid).ok();
    Seen {
        row: record.row,
        name: record.name,
        pid: record.pid,
        ppid: stat.as_ref().map_or(0, |stat| stat.ppid),
        spawner: record.spawner,
        // What /proc does not show any more is about to be reaped.
        state: stat.map_or('Z', |stat| stat.state),
    }
}
