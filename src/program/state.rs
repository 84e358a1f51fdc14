//! The states that a process can be in.

/// A row of the table of states.
#[derive(Debug)]
pub struct StateRow {
    pub name: &'static str,
    pub doc: &'static str,
}

/// What `p.state` can be. The letters are those of proc_pid_stat(5).
pub const STATES: &[StateRow] = &[
    StateRow { name: "running", doc: "On a processor, or ready for one (R)." },
    StateRow { name: "sleeping", doc: "Waiting for something, and can be interrupted (S, I)." },
    StateRow {
        name: "blocked",
        doc: "Waiting in the kernel, and cannot be interrupted, usually for a disk (D).",
    },
    StateRow { name: "stopped", doc: "Stopped by a signal, until SIGCONT (T)." },
    StateRow { name: "traced", doc: "Stopped by a debugger or tracer (t)." },
    StateRow { name: "zombie", doc: "Ended, and not yet reaped by its parent (Z)." },
    StateRow { name: "dead", doc: "Ended and reaped: the kernel has forgotten it." },
];
