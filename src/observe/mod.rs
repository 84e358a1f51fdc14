//! What an external program does, seen from the kernel: it and all that it starts, without changing what they do.
//!
//! # Theory of operation
//!
//! A **tracer** (ptrace(2)) has hold of every thread of the program's tree. A tracee stops where something happens that the
//! tracer wants to know, the tracer looks, writes an event, and lets it go on. Every stop costs two switches of
//! processes, so the whole art is to stop for little and to get much out of each stop:
//!
//! * New processes and threads, executions and ends are told by the kernel itself (`PTRACE_O_TRACEFORK` and its kin, and the
//!   end of a tracee as the tracer's wait gives it). They need no stop at a call.
//! * Some calls stop by a filter (seccomp(2), `SECCOMP_RET_TRACE`): those that execute, wait for children, send signals, change
//!   groups and make pipes; `call.rs` has the list. All others never stop: a program that computes, reads and writes
//!   runs as fast as it does unobserved. The filter is installed before the program is executed ([`crate::process::Gate`]),
//!   and the kernel hands it on to all that come from it.
//! * Signals stop before they are delivered, as all of them do under a tracer, and are passed on as they are.
//! * Which ends of pipes a process holds is read from /proc at a few steps, and only of those that can have any: `pipes.rs`.
//! * Who sleeps in a call that does not stop is seen by a look at /proc from time to time: `sleepers.rs`.
//! * A signal that the program ignores wakes a tracee, and must not be noticed by it: `interruption.rs`.
//!
//! The tracer takes hold with `PTRACE_SEIZE`, which sends nothing: so a stop by SIGSTOP, SIGTSTP and the like is a stop as it is
//! unobserved (`PTRACE_LISTEN`), and the parent's wait sees it. `PTRACE_O_EXITKILL` kills the tracees when the tracer ends,
//! for without one each call of the filter would fail.
//!
//! An end comes in two steps: the tracer looks at it (`WNOWAIT`), writes the event, and only then takes note of it,
//! which lets the parent's wait come back. So whoever has waited for a process finds its events written.
//!
//! # What cannot be the same
//!
//! * A program that traces (a debugger, strace) cannot trace what is traced already: `EPERM`.
//! * Without privileges the filter costs the promise to gain none (`no_new_privs`): a program that is set-user-id, set-group-id or
//!   has capabilities would run without them. It is refused with `EPERM` instead.
//! * 32-bit programs: their waits, signals sent, changes of group and executions that fail are not seen, and of their sleeps not in
//!   which call.
//! * /proc shows a tracer, a filter, and the state `t` at moments.

mod began;
mod birth;
mod call;
mod delivery;
mod done;
mod end;
mod engine;
pub mod hang;
mod interruption;
mod memory;
mod pace;
mod pipes;
mod privilege;
mod proc;
mod ptrace;
mod register;
mod sleepers;
mod start;
mod task;

pub use engine::{Around, Pause};
pub use start::{Observed, start_tracer};
