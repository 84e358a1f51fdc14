//! `spawn`, `fork()`: new processes whose parent is this one.

use super::Stop;
use super::machine::Machine;
use super::observe;
use super::option::{Group, Options};
use super::refusal::{no_room, not_executed, not_set_up, refused};
use super::streams::Wiring;
use crate::event::{Actor, Message};
use crate::process::{self, Errno, Fork, Prepared, Row, Setup, Stage, heap};
use crate::program::{NO_REG, Piped, Reg, SpawnTarget};
use crate::source::{Code, Location};
use crate::value::{ProcessRef, Trouble, Value, text};
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::rc::Rc;

/// A name longer than this gets nothing more behind it: a chain of forks has no end.
const LONGEST_FORKED: usize = 40;

/// On which side of a spawn the machine goes on.
enum Side {
    Parent(Rc<ProcessRef>),
    Child,
}

impl Machine {
    /// Starts the processes of a `spawn`: the parent goes on behind their bodies, each child in its own.
    pub(super) fn spawn(&mut self, dst: Reg, at: u16) -> Result<(), Stop> {
        self.check_may_spawn()?;
        let program = self.program.clone();
        let function = self.frames.last().map_or(0, |frame| frame.function);
        let site = &program.functions[function as usize].spawns[at as usize];
        self.check_pipeline(&site.targets)?;
        let mut started: Vec<Value> = Vec::with_capacity(site.targets.len());
        let mut upstream: Option<OwnedFd> = None;
        for (number, target) in site.targets.iter().enumerate() {
            let last = number + 1 == site.targets.len();
            let mut wiring = Wiring { stdin: upstream.take(), stdout: None };
            if !last {
                let (read, write) = process::pipe().map_err(|errno| refused(&errno))?;
                (upstream, wiring.stdout) = (Some(read), Some(write));
            }
            let name = name_in_pipeline(site.name.as_ref(), site.targets.len(), number);
            match self.start(name, target, wiring) {
                Ok(Side::Parent(process)) => started.push(Value::Process(process)),
                Ok(Side::Child) => {
                    drop(upstream);
                    self.go_to(target.body);
                    return Ok(());
                }
                Err(stop) => {
                    self.send_to_all(&started, crate::value::Signal::TERM)?;
                    return Err(stop);
                }
            }
        }
        let result = if site.targets.len() == 1 { started.pop() } else { Some(Value::list(started)) };
        self.set(dst, result.unwrap_or(Value::None));
        self.go_to(site.end);
        Ok(())
    }

    fn go_to(&mut self, pc: u32) {
        if let Some(frame) = self.frames.last_mut() {
            frame.pc = pc;
        }
    }

    /// Behind a prompt the terminal is the editor's while a line is typed, and never a task's.
    fn check_may_lend(&self, options: &Options) -> Result<(), Stop> {
        match &self.world.behind {
            Some(behind) if options.foreground && !behind.may_lend() => {
                let message = "only an entry of the prompt can give a process the terminal";
                Err(Trouble::new(Code::PERMISSION, message)
                    .help("spawn it from the prompt itself, not in a task or a handler")
                    .into())
            }
            _ => Ok(()),
        }
    }

    fn check_may_spawn(&self) -> Result<(), Stop> {
        if self.world.daemon {
            let message = "daemonic processes are not allowed to have children";
            return Err(Trouble::new(Code::DAEMON_CHILD, message)
                .help("spawn it without {daemon: true}, or let the daemon's parent start the child")
                .into());
        }
        Ok(())
    }

    /// Finds options that contradict the pipes between the targets, before any of them is started.
    fn check_pipeline(&self, targets: &[SpawnTarget]) -> Result<(), Stop> {
        if targets.len() < 2 {
            return Ok(());
        }
        for (number, target) in targets.iter().enumerate().filter(|(_, target)| target.options != NO_REG) {
            Options::check_piped(self.get(target.options), Piped::at(number, targets.len()))?;
        }
        Ok(())
    }

    fn start(&mut self, name: Option<Rc<str>>, target: &SpawnTarget, wiring: Wiring) -> Result<Side, Stop> {
        let caught = self.world.waiter.captures.count();
        let side = self.begin(name, target, wiring);
        if side.is_err() {
            self.world.waiter.captures.give_up_from(caught);
        }
        side
    }

    fn begin(&mut self, name: Option<Rc<str>>, target: &SpawnTarget, wiring: Wiring) -> Result<Side, Stop> {
        let options = match target.options {
            NO_REG => None,
            reg => Some(Options::read(&self.get(reg).clone())?),
        };
        let name = options.as_ref().and_then(|options| options.name.clone()).or(name);
        let name = name.unwrap_or_else(|| {
            self.world.unnamed += 1;
            Rc::from(format!("{}-{}", self.label(target), self.world.unnamed))
        });
        let relayed = target.exec.is_some() && self.world.behind.is_some();
        let fenced = target.exec.is_some() && self.world.work.fence.is_some();
        let plain = options.is_none() && wiring.is_empty() && !relayed && !fenced && !self.is_disturbed();
        let options = options.unwrap_or_default();
        let (setup, streams) =
            if plain { (None, None) } else { self.wire(&name, &options, wiring, target.exec.is_none())? };
        self.check_may_lend(&options)?;
        let terminal = if options.foreground {
            Some(self.world.about_to_lend().map_err(|errno| not_set_up(Stage::Foreground, errno))?)
        } else {
            None
        };
        let row = self.reserve(&name, options.daemon, false)?;
        let side = match target.exec {
            Some((first, count)) => {
                let words = arguments(&self.operands(first, count));
                match setup {
                    Some(setup) if !setup.fifos().is_empty() => {
                        self.start_waiting_program(name, row, &options, setup, &words).map(Side::Parent)
                    }
                    setup => self.start_program(name, row, &options, setup, &words).map(Side::Parent),
                }
            }
            None => self.start_task(name, row, &options, setup),
        };
        match &side {
            Ok(Side::Parent(child)) => {
                self.world.streams.extend(streams.map(|streams| (row, streams)));
                if let Some(before) = terminal {
                    self.world.lend(before, child.pid);
                }
            }
            // The parent's ends are closed here: who holds the writing end of its own input never sees its end.
            Ok(Side::Child) => drop(streams),
            Err(_) => {
                self.world.run.cancel(row);
                if terminal.is_some() {
                    self.world.not_lent();
                }
            }
        }
        side
    }

    /// What a process without a name is called after: the function or program that it runs.
    fn label(&self, target: &SpawnTarget) -> String {
        let text = self.world.text(Location::new(self.current().source, target.span));
        let called = text.split('(').next().unwrap_or_default().trim();
        let is_name = !called.is_empty() && called.chars().all(|c| c.is_alphanumeric() || c == '_');
        match target.exec {
            Some((first, count)) if count > 0 && called == "exec" => {
                let program = text::display(self.get(first));
                program.rsplit('/').next().unwrap_or("exec").to_owned()
            }
            _ if is_name => called.to_owned(),
            _ => "block".to_owned(),
        }
    }

    fn reserve(&mut self, name: &str, daemon: bool, forked: bool) -> Result<Row, Stop> {
        let row = self.world.run.reserve(name, daemon).map_err(|limit| {
            let message = format!(
                "{} processes of the scenario are alive or wait to be joined: no more than {} may be",
                limit.alive, limit.max
            );
            Trouble::new(Code::PROCESS_LIMIT, message)
                .help("join children that have ended, or run with a larger --max-procs N")
        })?;
        if self.is_recorded() {
            self.world.run.born_at(row, self.birth(forked));
        }
        Ok(row)
    }

    /// The setup that the options and the pipeline ask for, and our ends of what it connects.
    fn wire(
        &mut self,
        name: &str,
        options: &Options,
        wiring: Wiring,
        is_task: bool,
    ) -> Result<(Option<Prepared>, Option<super::streams::Streams>), Stop> {
        let mut setup = Setup {
            session: options.session,
            nice: options.nice,
            cpus: (!options.cpus.is_empty()).then(|| options.cpus.clone()),
            cwd: options.cwd.as_ref().map(PathBuf::from),
            foreground: options.foreground,
            ..Setup::default()
        };
        if !is_task && !options.ours {
            setup.fence = self.world.work.fence.clone();
        }
        self.disturb(name, &mut setup);
        setup.group = match &options.group {
            Group::Ours if options.foreground => process::Group::New,
            Group::Ours => process::Group::Inherit,
            Group::New => process::Group::New,
            Group::Of(leader) => process::Group::Join(self.group_of(leader)?),
        };
        let limits = &options.limits;
        setup.limits = process::Limits {
            cpu: limits.cpu,
            // A task's own limit is looked after by the machine in it, which makes an error of it.
            memory: limits
                .memory
                .map(|most| if is_task { most.saturating_add(heap::HEADROOM) } else { most }),
            files: limits.files,
            processes: limits.processes,
            file_size: limits.file_size,
            ..process::Limits::default()
        };
        let streams = self.connect(options, wiring, &mut setup)?;
        self.relay_output(name, options, is_task, &mut setup)?;
        let prepared = setup.prepare().map_err(|error| not_set_up(error.stage, error.errno))?;
        Ok((Some(prepared), streams))
    }

    fn group_of(&self, process: &ProcessRef) -> Result<i32, Stop> {
        match self.stat(process)? {
            Some(stat) => Ok(stat.pgid),
            None => {
                let message = format!("{} has ended: its process group cannot be joined", process.shown());
                Err(Trouble::new(Code::NO_PROCESS, message).into())
            }
        }
    }

    fn start_program(
        &mut self,
        name: Rc<str>,
        row: Row,
        options: &Options,
        setup: Option<Prepared>,
        argv: &[String],
    ) -> Result<Rc<ProcessRef>, Stop> {
        let command = self.command(argv, &options.env)?;
        let setup = match setup {
            Some(setup) => setup,
            None => Setup::default().prepare().map_err(|error| not_set_up(error.stage, error.errno))?,
        };
        self.world.run.set_external(row, true);
        self.world.waiter.before_fork();
        let (started, observe) = self.start_observed(&command, &setup, options.observe)?;
        self.world.run.started(row, started.pid);
        // The tracer tells it otherwise.
        if !observe || started.failure.is_some_and(|failure| failure.stage != Stage::Exec) {
            let _ = self.note_exec(started.pid, argv, started.failure.map(|failure| failure.errno));
        }
        if let Some(failure) = started.failure {
            let refused = observe && failure.errno == Errno::EPERM;
            let trouble = match failure.stage {
                Stage::Exec => observe::explained(not_executed(&argv[0], failure.errno), refused),
                Stage::Observe => self.not_observed(failure.errno),
                stage => not_set_up(stage, failure.errno),
            };
            let mut failed = super::failure::place(self, trouble);
            failed.actor = Actor { name: name.clone(), pid: started.pid };
            self.world.report(Message::Failed(failed));
        }
        Ok(self.adopt_child(name, row, started.pid, options.daemon))
    }

    /// Starts a program as `spawn` would.
    pub(super) fn spawn_program(
        &mut self,
        name: Rc<str>,
        argv: &[String],
        options: &Options,
        wiring: Wiring,
    ) -> Result<Rc<ProcessRef>, Stop> {
        self.check_may_spawn()?;
        let caught = self.world.waiter.captures.count();
        let process = self.begin_program(name, argv, options, wiring);
        if process.is_err() {
            self.world.waiter.captures.give_up_from(caught);
        }
        process
    }

    fn begin_program(
        &mut self,
        name: Rc<str>,
        argv: &[String],
        options: &Options,
        wiring: Wiring,
    ) -> Result<Rc<ProcessRef>, Stop> {
        let (setup, streams) = self.wire(&name, options, wiring, false)?;
        let row = self.reserve(&name, options.daemon, false)?;
        let process = self.start_program(name, row, options, setup, argv);
        match process.is_ok() {
            true => self.world.streams.extend(streams.map(|streams| (row, streams))),
            false => self.world.run.cancel(row),
        }
        process
    }

    /// A program with its arguments in the environment of this process and the changes to it.
    pub(super) fn command(
        &self,
        argv: &[String],
        changes: &[(String, Option<String>)],
    ) -> Result<process::Command, Stop> {
        let all = [self.world.environment.as_slice(), changes].concat();
        process::Command::new(argv, &all, self.world.run.cookie())
            .map_err(|errno| not_executed(argv.first().map_or("", String::as_str), errno).into())
    }

    fn start_task(
        &mut self,
        name: Rc<str>,
        row: Row,
        options: &Options,
        mut setup: Option<Prepared>,
    ) -> Result<Side, Stop> {
        let chance = self.world.chance.fork();
        self.world.waiter.before_fork();
        match process::fork().map_err(|errno| no_room(&errno))? {
            Fork::Parent(pid) => {
                if let Some(setup) = &setup {
                    setup.apply_in_parent(pid);
                }
                self.world.run.started(row, pid);
                Ok(Side::Parent(self.adopt_child(name, row, pid, options.daemon)))
            }
            Fork::Child => {
                self.become_child(name, row, chance);
                self.protections.clear();
                self.world.daemon = options.daemon;
                self.world.observed = options.observe;
                options.limits.memory.into_iter().for_each(heap::limit);
                self.world.environment.extend(options.env.iter().cloned());
                if let Some(Err(stop)) = setup.as_mut().map(|setup| self.set_up_task(setup)) {
                    let code = self.finish(Err(stop));
                    process::exit_now(code);
                }
                drop(setup);
                Ok(Side::Child)
            }
        }
    }

    fn set_up_task(&mut self, setup: &mut Prepared) -> Result<(), Stop> {
        self.open_fifos(setup)?;
        setup.apply(process::Kind::Task).map_err(|error| not_set_up(error.stage, error.errno).into())
    }

    /// Notes a new child of this process.
    pub(super) fn adopt_child(&mut self, name: Rc<str>, row: Row, pid: i32, daemon: bool) -> Rc<ProcessRef> {
        let process = Rc::new(ProcessRef::new(pid, row.index, row.generation, name));
        self.world.waiter.child_started(process.clone(), daemon);
        process
    }

    /// In a child just forked: it is another process now, without children, streams or pending signals.
    pub(super) fn become_child(&mut self, name: Rc<str>, row: Row, chance: fastrand::Rng) {
        let pid = process::pid();
        let world = &mut self.world;
        // With the index by pid, though it costs a page: the parent may be killed before it has entered it, and then nobody would know
        // whose end the keeper sees.
        world.run.started(row, pid);
        world.row = row;
        world.pid = pid;
        // What is replaced is left where it is: to drop it would copy pages that are still shared with the parent.
        std::mem::forget(std::mem::replace(&mut world.name, name));
        std::mem::forget(std::mem::take(&mut world.me));
        world.waiter.after_fork_child(row);
        world.handlers.forget_signals();
        world.streams.clear();
        world.forget_foreground();
        world.chance = chance;
        (world.unnamed, world.forks) = (0, 0);
        self.leave_prompt();
    }

    /// `main-fork-1`; below that `main-fork-1:1`, until the name is long enough.
    fn name_of_fork(&mut self) -> Rc<str> {
        self.world.forks += 1;
        let (name, number) = (&self.world.name, self.world.forks);
        if name.len() > LONGEST_FORKED {
            return name.clone();
        }
        let forked = name
            .rsplit_once("-fork-")
            .is_some_and(|(_, tail)| tail.starts_with(|c: char| c.is_ascii_digit()));
        Rc::from(if forked { format!("{name}:{number}") } else { format!("{name}-fork-{number}") })
    }

    /// `fork()`: both go on from here.
    pub(super) fn fork(&mut self) -> Result<Value, Stop> {
        self.check_may_spawn()?;
        let name = self.name_of_fork();
        let row = self.reserve(&name, false, true)?;
        let chance = self.world.chance.fork();
        self.world.waiter.before_fork();
        match process::fork() {
            Ok(Fork::Parent(pid)) => {
                self.world.run.started(row, pid);
                let child = self.adopt_child(name, row, pid, false);
                self.world.forked.insert(pid, child);
                Ok(Value::Int(i64::from(pid)))
            }
            Ok(Fork::Child) => {
                self.become_child(name, row, chance);
                Ok(Value::Int(0))
            }
            Err(errno) => {
                self.world.run.cancel(row);
                Err(no_room(&errno).into())
            }
        }
    }

    /// `exec(…)` in this process: it becomes the program.
    pub(super) fn exec(&mut self, args: &[Value]) -> Result<Value, Stop> {
        let argv = arguments(args);
        let command = self.command(&argv, &[])?;
        let _diverted = self.divert_output()?;
        self.world.run.set_external(self.world.row, true);
        if !self.world.waiter.children.is_empty() {
            self.world.run.before_exec();
        }
        let gate = self.own_observer()?;
        let noted = self.note_exec(self.world.pid, &argv, None);
        let fence = self.world.work.fence.clone();
        let error = self.become_observed(&command, gate.as_ref(), fence.as_deref());
        self.world.run.log().take_back(noted);
        let _ = self.note_exec(self.world.pid, &argv, Some(error.errno));
        self.world.run.set_external(self.world.row, false);
        Err(match error.stage {
            Stage::Observe => self.not_observed(error.errno),
            Stage::Exec => not_executed(&argv[0], error.errno),
            stage => not_set_up(stage, error.errno),
        }
        .into())
    }
}

fn name_in_pipeline(name: Option<&Rc<str>>, targets: usize, number: usize) -> Option<Rc<str>> {
    match name {
        Some(name) if targets > 1 => Some(Rc::from(format!("{name}[{number}]"))),
        name => name.cloned(),
    }
}

/// The words of a command line: each value as `print` would write it.
pub(super) fn arguments(values: &[Value]) -> Vec<String> {
    values.iter().map(text::display).collect()
}
