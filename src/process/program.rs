//! Starting a program without copying this process: clone(2) with CLONE_VM and CLONE_VFORK, as posix_spawn(3) does.
//!
//! The child runs on a stack of its own in our memory while we are suspended, until it executes the program
//! or ends. So a failure is seen at once: the child writes it into our memory.

use super::errno::{Errno, check};
use super::exec::{Command, ExecError};
use super::fork::{Fork, fork};
use super::gate::{Gate, GateKeeper};
use super::setup::{Kind, Prepared, Stage};
use super::signals;
use std::cell::OnceCell;
use std::ffi::{c_int, c_void};

/// The child's stack: a few system calls deep; with the kernel's copy of nothing on it.
const STACK: usize = 64 * 1024;
const GUARD: usize = 4096;

/// A child that was started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Started {
    pub pid: i32,
    /// Where the program could not be executed. The child is there all the same, has ended with the failure's exit code,
    /// and waits to be reaped.
    pub failure: Option<ExecError>,
}

/// What the child needs and what it tells, in memory that both have.
struct Errand<'a> {
    command: &'a Command,
    setup: &'a Prepared,
    gate: Option<&'a Gate>,
    failure: Option<ExecError>,
}

struct Stack(*mut u8);

impl Stack {
    fn new() -> Result<Self, Errno> {
        let (protection, flags) =
            (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
        // SAFETY: a new mapping at a place of the kernel's choice touches no memory in use.
        let base = unsafe { libc::mmap(std::ptr::null_mut(), STACK + GUARD, protection, flags, -1, 0) };
        if base == libc::MAP_FAILED {
            return Err(Errno::last());
        }
        // SAFETY: the first page of our own new mapping becomes the guard.
        check(unsafe { libc::mprotect(base, GUARD, libc::PROT_NONE) })?;
        Ok(Self(base.cast()))
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        // SAFETY: the mapping is ours, and no child runs on it: its parent thread is this one.
        unsafe { libc::munmap(self.0.cast(), STACK + GUARD) };
    }
}

thread_local! {
    static STACK_OF_CHILD: OnceCell<Stack> = const { OnceCell::new() };
}

/// Starts the program as a new child process.
///
/// # Errors
/// Where there is no room for a process (`EAGAIN`, `ENOMEM`): `room::explain` says which limit it was. A program that cannot be
/// executed is no error here, but a child that failed.
pub fn start_program(command: &Command, setup: &Prepared) -> Result<Started, Errno> {
    start(command, setup, None)
}

/// The same for a program that is to be observed: it goes through the gate before it is executed. The gate's keeper must be
/// another process, for this one sleeps meanwhile.
///
/// # Errors
/// As [`start_program`].
pub fn start_observed_program(command: &Command, setup: &Prepared, gate: &Gate) -> Result<Started, Errno> {
    start(command, setup, Some(gate))
}

/// The same where this process itself keeps the gate: the new one is a copy of it. What failed is known by its exit code
/// only.
///
/// # Errors
/// As [`start_program`].
pub fn fork_observed_program(
    command: &Command,
    setup: &Prepared,
    gate: &Gate,
    keeper: &GateKeeper,
) -> Result<i32, Errno> {
    match fork()? {
        Fork::Parent(pid) => Ok(pid),
        Fork::Child => {
            signals::reset_for_program();
            // Else it would wait for ever where we have gone.
            for fd in keeper.descriptors() {
                // SAFETY: this copy of the descriptor is this process's own, which never drops the keeper.
                unsafe { libc::close(fd) };
            }
            let failure = become_program(command, setup, Some(gate));
            // SAFETY: _exit has no preconditions.
            unsafe { libc::_exit(i32::from(failure.exit_code())) }
        }
    }
}

fn start(command: &Command, setup: &Prepared, gate: Option<&Gate>) -> Result<Started, Errno> {
    STACK_OF_CHILD.with(|cell| {
        if cell.get().is_none() {
            let _ = cell.set(Stack::new()?);
        }
        let stack = cell.get().ok_or(Errno::ENOMEM)?;
        let mut errand = Errand { command, setup, gate, failure: None };
        let flags = libc::CLONE_VM | libc::CLONE_VFORK | libc::SIGCHLD;
        // No handler of ours may run in the child on our memory.
        let before = signals::set_mask(&signals::full_set());
        // SAFETY: the stack is ours and used by one child at a time, for this thread sleeps until the child has left it; the
        // errand outlives that time; the child only makes system calls.
        let result = check(unsafe {
            let top = stack.0.add(STACK + GUARD).cast::<c_void>();
            libc::clone(child, top, flags, (&raw mut errand).cast::<c_void>())
        });
        signals::set_mask(&before);
        let pid = result?;
        setup.apply_in_parent(pid);
        // SAFETY: the child wrote it, if at all, before it ended; it is a plain value of ours.
        let failure = unsafe { (&raw const errand.failure).read_volatile() };
        Ok(Started { pid, failure })
    })
}

/// The child's whole life on our memory. Async-signal-safe.
extern "C" fn child(errand: *mut c_void) -> c_int {
    // SAFETY: it is the errand of `start_program`, whose thread sleeps.
    let errand = unsafe { &mut *errand.cast::<Errand<'_>>() };
    signals::reset_for_program();
    let failure = become_program(errand.command, errand.setup, errand.gate);
    errand.failure = Some(failure);
    // SAFETY: _exit has no preconditions; it ends only the child.
    unsafe { libc::_exit(i32::from(failure.exit_code())) }
}

/// All steps of a new process; comes back only where one failed. Async-signal-safe.
fn become_program(command: &Command, setup: &Prepared, gate: Option<&Gate>) -> ExecError {
    if let Err(error) = setup.apply(Kind::Program) {
        return ExecError { stage: error.stage, errno: error.errno };
    }
    if let Some(Err(errno)) = gate.map(Gate::pass) {
        return ExecError { stage: Stage::Observe, errno };
    }
    signals::set_mask(&signals::empty_set());
    ExecError { stage: Stage::Exec, errno: command.execute() }
}
