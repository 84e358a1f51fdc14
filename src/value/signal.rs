//! The signals of Linux, by name and number; see signal(7). The numbers are those of x86 and ARM.

use super::Signal;

/// A row of the table of signals.
#[derive(Debug)]
pub struct SignalRow {
    pub name: &'static str,
    pub number: u8,
    /// What it means, in a few words, as `ending` says it.
    pub doc: &'static str,
}

/// Those that we ourselves send, or have a rule for.
impl Signal {
    pub const HUP: Self = Self(1);
    pub const INT: Self = Self(2);
    pub const QUIT: Self = Self(3);
    pub const KILL: Self = Self(9);
    pub const PIPE: Self = Self(13);
    pub const TERM: Self = Self(15);
    pub const CHLD: Self = Self(17);
    pub const CONT: Self = Self(18);
    pub const STOP: Self = Self(19);
    pub const TSTP: Self = Self(20);
    pub const TTIN: Self = Self(21);
    pub const TTOU: Self = Self(22);
}

const fn row(name: &'static str, number: u8, doc: &'static str) -> SignalRow {
    SignalRow { name, number, doc }
}

/// Every signal that has a name of its own, and the ends of the real-time range.
pub const SIGNALS: &[SignalRow] = &[
    row("SIGHUP", 1, "hangup"),
    row("SIGINT", 2, "interrupt"),
    row("SIGQUIT", 3, "quit"),
    row("SIGILL", 4, "illegal instruction"),
    row("SIGTRAP", 5, "trace or breakpoint trap"),
    row("SIGABRT", 6, "aborted"),
    row("SIGBUS", 7, "bus error"),
    row("SIGFPE", 8, "arithmetic exception"),
    row("SIGKILL", 9, "killed"),
    row("SIGUSR1", 10, "user-defined signal 1"),
    row("SIGSEGV", 11, "segmentation fault"),
    row("SIGUSR2", 12, "user-defined signal 2"),
    row("SIGPIPE", 13, "broken pipe"),
    row("SIGALRM", 14, "alarm clock"),
    row("SIGTERM", 15, "terminated"),
    row("SIGSTKFLT", 16, "stack fault"),
    row("SIGCHLD", 17, "child ended or stopped"),
    row("SIGCONT", 18, "continued"),
    row("SIGSTOP", 19, "stopped"),
    row("SIGTSTP", 20, "stopped from the terminal"),
    row("SIGTTIN", 21, "terminal input from the background"),
    row("SIGTTOU", 22, "terminal output from the background"),
    row("SIGURG", 23, "urgent data on a socket"),
    row("SIGXCPU", 24, "CPU time limit reached"),
    row("SIGXFSZ", 25, "file size limit reached"),
    row("SIGVTALRM", 26, "virtual alarm clock"),
    row("SIGPROF", 27, "profiling timer"),
    row("SIGWINCH", 28, "window size changed"),
    row("SIGIO", 29, "input or output possible"),
    row("SIGPWR", 30, "power failure"),
    row("SIGSYS", 31, "bad system call"),
    row("SIGRTMIN", 34, "first real-time signal"),
    row("SIGRTMAX", 64, "last real-time signal"),
];

/// The signal with this name; `SIGCLD`, `SIGIOT` and `SIGPOLL` are known as other names.
#[must_use]
pub fn signal_named(name: &str) -> Option<Signal> {
    let name = match name {
        "SIGCLD" => "SIGCHLD",
        "SIGIOT" => "SIGABRT",
        "SIGPOLL" => "SIGIO",
        other => other,
    };
    SIGNALS.iter().find(|row| row.name == name).map(|row| Signal(row.number))
}

/// The signal's name; real-time signals between the ends are `SIGRTMIN+n`.
#[must_use]
pub fn signal_name(signal: Signal) -> String {
    match SIGNALS.iter().find(|row| row.number == signal.0) {
        Some(row) => row.name.to_owned(),
        None if (35..64).contains(&signal.0) => format!("SIGRTMIN+{}", signal.0 - 34),
        None => format!("SIG{}", signal.0),
    }
}

/// The name, with what it means where that has words: `SIGSEGV (segmentation fault)`.
#[must_use]
pub fn meaning(signal: Signal) -> String {
    let name = signal_name(signal);
    match SIGNALS.iter().find(|row| row.number == signal.0) {
        Some(row) => format!("{name} ({})", row.doc),
        None => name,
    }
}
