//! What strace(1) saw of a program: who forked whom, and who sent a signal to whom.

use super::runner::left_out;
use super::stage::Stage;
use std::collections::HashMap;
use std::path::Path;
use std::process::Command;

/// The calls that fork, and all that send a signal.
const CALLS: &str = "trace=?kill,?tkill,?tgkill,?pidfd_send_signal,?rt_sigqueueinfo,?rt_tgsigqueueinfo,?clone,?clone3,\
?fork,?vfork";

/// A signal that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    pub caller: i32,
    /// As kill(2) has it: negative for a group, 0 for the caller's own. -1 of a pidfd whose process is gone: nobody.
    pub target: i32,
    /// By a pidfd, and to nobody.
    pub nobody: bool,
    /// Of one thread of the caller's own, as abort(3) does.
    pub own_thread: bool,
    /// The whole line.
    pub line: String,
}

/// A log in the order of its lines.
#[derive(Debug, Default)]
pub struct Trace {
    /// Who was forked by whom.
    parents: HashMap<i32, i32>,
    /// The first process: the program that was traced.
    pub first: i32,
    pub sent: Vec<Sent>,
}

/// Whether there is strace; says so where there is none.
pub fn can_trace() -> bool {
    let can = Command::new("strace").arg("-V").output().is_ok();
    if !can {
        left_out("there is no strace");
    }
    can
}

/// The words of a command line that traces what follows them.
pub fn strace(log: &Path) -> Vec<String> {
    let words = ["strace", "-f", "-yy", "-qq", "-e", CALLS, "-e", "signal=none", "-o"];
    words.into_iter().map(str::to_owned).chain([log.to_str().expect("UTF-8").to_owned()]).collect()
}

/// The test binary with a role, traced.
pub fn traced_role(log: &Path, role: &str) -> Stage {
    let words = strace(log);
    let mut command = Command::new(&words[0]);
    command.args(&words[1..]).arg(std::env::current_exe().expect("our own path"));
    Stage::with_command(command, role)
}

impl Trace {
    pub fn read(log: &Path) -> Self {
        let text = std::fs::read_to_string(log).expect("strace's log");
        let mut trace = Self::default();
        for line in text.lines() {
            trace.take(line);
        }
        trace
    }

    fn take(&mut self, line: &str) {
        let Some((caller, call)) = line.split_once(' ') else { return };
        let (caller, call) = (caller.parse::<i32>().expect("a pid"), call.trim_start());
        if self.first == 0 {
            self.first = caller;
        }
        if call.contains("clone") || call.contains("fork") {
            // `PID clone(…) = CHILD`, or the second half of an interrupted line.
            if let Some(child) = call.rsplit_once("= ").and_then(|(_, child)| first_number(child)) {
                self.parents.insert(child, caller);
            }
        }
        self.sent.extend(sent(caller, call, line));
    }

    /// The process itself, its parent, and so on up.
    pub fn ancestors(&self, pid: i32) -> Vec<i32> {
        std::iter::successors(Some(pid), |pid| self.parents.get(pid).copied()).take(1000).collect()
    }

    /// The first child of a process.
    pub fn first_child(&self, pid: i32) -> Option<i32> {
        self.parents.iter().filter(|(_, parent)| **parent == pid).map(|(child, _)| *child).min()
    }
}

fn first_number(text: &str) -> Option<i32> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '-').unwrap_or(text.len());
    text[..end].parse().ok()
}

/// `kill(PID, SIGTERM) = 0`, `tgkill(TGID, TID, SIGABRT)`, `pidfd_send_signal(FD<pid:PID>, SIGTERM, NULL, FLAGS)`. None for
/// other calls, and for the signal 0, which asks whether there is such a process.
fn sent(caller: i32, call: &str, line: &str) -> Option<Sent> {
    let (name, arguments) = call.split_once('(')?;
    let argument = |index: usize| arguments.split([',', ')']).nth(index).unwrap_or("").trim();
    let of = |target: i32, nobody: bool, own_thread: bool| {
        Some(Sent { caller, target, nobody, own_thread, line: line.to_owned() })
    };
    match name {
        "kill" | "rt_sigqueueinfo" | "tkill" if argument(1) != "0" => {
            let target = first_number(argument(0))?;
            of(target, false, name == "tkill" && target == caller)
        }
        "tgkill" | "rt_tgsigqueueinfo" if argument(2) != "0" => {
            let target = first_number(argument(0))?;
            of(target, false, target == caller)
        }
        "pidfd_send_signal" if argument(1) != "0" => {
            let shown = argument(0).split_once("pid:").and_then(|(_, pid)| first_number(pid));
            let pid = shown.unwrap_or_else(|| panic!("strace does not show whom a pidfd holds: {line}"));
            let group = argument(3) != "0";
            of(if group && pid > 0 { -pid } else { pid }, pid == -1, false)
        }
        _ => None,
    }
}

/// For what has no test harness.
pub fn lines_are_understood() {
    let target = |call: &str| sent(7, call, "").map(|sent| (sent.target, sent.nobody, sent.own_thread));
    assert_eq!(target("kill(12, SIGTERM) = 0"), Some((12, false, false)));
    assert_eq!(target("kill(-12, SIGTERM <unfinished ...>"), Some((-12, false, false)));
    assert_eq!(target("kill(12, 0) = 0"), None);
    assert_eq!(target("tgkill(7, 7, SIGABRT) = 0"), Some((7, false, true)));
    assert_eq!(target("pidfd_send_signal(5<pid:12>, SIGTERM, NULL, 0) = 0"), Some((12, false, false)));
    assert_eq!(target("pidfd_send_signal(5<pid:12>, SIGTERM, NULL, 0x4) = 0"), Some((-12, false, false)));
    assert_eq!(target("pidfd_send_signal(5<pid:-1>, SIGTERM, NULL, 0) = -1"), Some((-1, true, false)));
}
