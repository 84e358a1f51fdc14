//! The kernel, one concern a file: processes, signals, waiting, streams, terminals, limits, and the memory that a
//! run's processes share. The only unsafe code of the project.

pub mod clock;
pub mod custody;
mod deliver;
mod errno;
mod exec;
pub mod fds;
mod fork;
pub mod limits;
mod path;
mod pidfd;
mod program;
mod robust;
mod row;
mod run;
mod setup;
pub mod signals;
mod status;
mod table;
pub mod terminal;
pub mod wait;

pub use errno::Errno;
pub use exec::{Command, EnvironmentChanges, ExecError, exec_in_place};
pub use fork::{Fork, exit_now, fork, pid, ppid};
pub use limits::Limits;
pub use path::which;
pub use pidfd::{Pidfd, Reach};
pub use program::{Started, start_program};
pub use row::RowState;
pub use run::{Control, Leftover, MAX_OBJECTS, Run};
pub use setup::{Group, Kind, Prepared, Setup, SetupError, Stage, Stream};
pub use status::ExitStatus;
pub use table::{LimitReached, Record, Row};
