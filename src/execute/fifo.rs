//! FIFOs: whoever opens one waits for the other side, as in any shell; a new process waits itself, and not its parent.

use super::machine::Machine;
use super::option::Options;
use super::refusal::{no_room, not_executed, not_set_up};
use super::{Stop, failure};
use crate::process::{self, Fork, Kind, Prepared, Row, Stage, is_fifo, output, signals};
use crate::value::{ProcessRef, Signal};
use std::ffi::CString;
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsRawFd, OwnedFd};
use std::rc::Rc;

/// The path, where there is a FIFO.
fn fifo_at(path: &str) -> Option<CString> {
    CString::new(path).ok().filter(|path| is_fifo(path))
}

impl Machine {
    /// Reads at most so many bytes of a file, waiting for those that are still to come.
    pub(super) fn read_whole(&mut self, path: &str, most: usize) -> Result<io::Result<Vec<u8>>, Stop> {
        let opened = match fifo_at(path) {
            Some(fifo) => self.open_fifo(0, &fifo)?.map(File::from).map_err(io::Error::from),
            None => output::open_to_read(path),
        };
        let mut file = match opened {
            Ok(file) => file,
            Err(error) => return Ok(Err(error)),
        };
        let mut bytes = Vec::new();
        loop {
            let room = most.saturating_sub(bytes.len()) as u64;
            match (&mut file).take(room).read_to_end(&mut bytes) {
                Ok(_) => return Ok(Ok(bytes)),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    let fd = file.as_raw_fd();
                    let waited = self.block_for(|waiter, until| waiter.readable(fd, until));
                    self.waited_for(waited, |_| format!("somebody to write to {path}"))?;
                }
                Err(error) => return Ok(Err(error)),
            }
        }
    }

    /// Writes a file, waiting for a FIFO's reader.
    pub(super) fn write_whole(
        &mut self,
        path: &str,
        append: bool,
        bytes: &[u8],
    ) -> Result<io::Result<()>, Stop> {
        let Some(fifo) = fifo_at(path) else {
            return Ok(output::open_to_write(path, append).and_then(|mut file| file.write_all(bytes)));
        };
        let fd = match self.open_fifo(1, &fifo)? {
            Ok(fd) => fd,
            Err(errno) => return Ok(Err(errno.into())),
        };
        let mut done = 0;
        let written =
            self.block_io(None, |waiter, until| waiter.write(fd.as_raw_fd(), bytes, &mut done, until));
        let written = self.waited_for(written, |_| format!("the reader of {path}"))?;
        Ok(written.map(drop).map_err(io::Error::from))
    }

    fn open_fifo(&mut self, stream: usize, path: &CString) -> Result<Result<OwnedFd, process::Errno>, Stop> {
        let mut open = None;
        let opened = self.block_io(None, |waiter, until| match stream {
            0 => waiter.open_fifo_to_read(&mut open, path, until),
            _ => waiter.open_fifo_to_write(path, until),
        });
        let who = if stream == 0 { "write to" } else { "read" };
        let opened =
            self.waited_for(opened, |_| format!("somebody to {who} the FIFO {}", path.to_string_lossy()))?;
        // Without a time of its own the wait ends only with a descriptor or an error.
        Ok(opened.and_then(|fd| fd.ok_or(process::Errno::ETIMEDOUT)))
    }

    /// In a new process: opens what it has to wait for.
    pub(super) fn open_fifos(&mut self, setup: &mut Prepared) -> Result<(), Stop> {
        for fifo in setup.fifos().to_vec() {
            let stage = [Stage::Stdin, Stage::Stdout, Stage::Stderr][fifo.stream.min(2)];
            let fd = self.open_fifo(fifo.stream, &fifo.path)?.map_err(|errno| not_set_up(stage, errno))?;
            setup.supply(fifo.stream, fd).map_err(|error| not_set_up(error.stage, error.errno))?;
        }
        Ok(())
    }

    /// Starts a program that waits for a FIFO first: in a copy of this process, for who starts it shall go on.
    pub(super) fn start_waiting_program(
        &mut self,
        name: Rc<str>,
        row: Row,
        options: &Options,
        setup: Prepared,
        argv: &[String],
    ) -> Result<Rc<ProcessRef>, Stop> {
        let command = self.command(argv, &options.env)?;
        let chance = self.world.chance.fork();
        self.world.waiter.before_fork();
        match process::fork().map_err(|errno| no_room(&errno))? {
            Fork::Parent(pid) => {
                setup.apply_in_parent(pid);
                self.world.run.started(row, pid);
                Ok(self.adopt_child(name, row, pid, options.daemon))
            }
            Fork::Child => {
                self.become_child(name, row, chance);
                self.protections.clear();
                self.world.observed = options.observe;
                let stop = self.become_program(setup, &command, argv);
                let code = self.finish(Err(stop));
                process::exit_now(code)
            }
        }
    }

    /// Comes back only where it failed.
    fn become_program(&mut self, mut setup: Prepared, command: &process::Command, argv: &[String]) -> Stop {
        // What waits here counts as the program already: no handler of the scenario's is run in it.
        let handled: Vec<u8> = std::mem::take(&mut self.world.handlers.blocks).into_keys().collect();
        for number in handled {
            let _ = signals::default(Signal(number));
        }
        self.world.run.note_handlers(self.world.row, &[]);
        if let Err(stop) = self.open_fifos(&mut setup) {
            return stop;
        }
        if let Err(error) = setup.apply(Kind::Program) {
            return not_set_up(error.stage, error.errno).into();
        }
        self.world.run.set_external(self.world.row, true);
        let gate = match self.own_observer() {
            Ok(gate) => gate,
            Err(stop) => return stop,
        };
        let error = self.become_observed(command, gate.as_ref(), None);
        let trouble = match error.stage {
            Stage::Observe => self.not_observed(error.errno),
            _ => not_executed(argv.first().map_or("", String::as_str), error.errno),
        };
        Stop::Failed(Box::new(failure::place(self, trouble)))
    }
}
