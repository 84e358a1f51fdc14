//! Why a process could not be started, in words that help.

use super::Stop;
use super::block::{explained, fault, named};
use crate::process::{self, Errno, Stage};
use crate::source::Code;
use crate::value::Trouble;

pub(super) fn refused(errno: &Errno) -> Stop {
    fault(errno).into()
}

pub(super) fn no_room(errno: &Errno) -> Trouble {
    let trouble = Trouble::new(Code::SPAWN, format!("a process could not be started: {errno}"));
    let obstacle = process::room::explain_files(*errno).or_else(|| process::room::explain(*errno));
    named(trouble, matches!(*errno, Errno::EAGAIN | Errno::ENOMEM | Errno::ENFILE), obstacle)
}

pub(super) fn not_set_up(stage: Stage, errno: Errno) -> Trouble {
    let code = if errno == Errno::EACCES || errno == Errno::EPERM { Code::PERMISSION } else { Code::SPAWN };
    let trouble = Trouble::new(code, format!("cannot {}: {errno}", stage.what()));
    if stage == Stage::Foreground && errno == Errno::ENXIO {
        return trouble.help("there is no terminal here: run this in one");
    }
    explained(trouble, errno)
}

pub(super) fn not_executed(program: &str, errno: Errno) -> Trouble {
    if program.is_empty() {
        let message = format!("cannot execute a program without a name: {errno}");
        return Trouble::new(Code::EXEC, message)
            .help("the first argument is the program, as a name or a path: `exec(\"ls\", \"-l\")`");
    }
    let trouble = Trouble::new(Code::EXEC, format!("cannot execute {program}: {errno}"));
    if errno == Errno::ENOENT {
        trouble.help("is it installed, and spelt as it should be? `which(\"…\")` looks for it in PATH")
    } else if errno == Errno::EACCES {
        trouble.help("is it a file, and executable? `chmod +x` makes it so")
    } else if errno == Errno::ENOEXEC {
        trouble.help("it is no program: a script needs a first line such as `#!/bin/sh`")
    } else {
        trouble
    }
}
