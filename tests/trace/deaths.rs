//! Nothing is left of an observed program, whichever of proctor's own processes is killed.

use super::heard::{Heard, ended};
use super::{PROCTOR, command, gone, patience, said};
use proctor::observe::hang::family;
use rustix::process::{Pid, Signal, kill_process};
use std::process::{Child, Command, Stdio};

/// Two that say so as soon as they are there, one of them in a session of its own, and their parent, which waits for them.
const PROGRAM: &str =
    "sh -c 'echo up; exec sleep 1000' & setsid sh -c 'echo up; exec sleep 1001' & wait; echo over";

fn kill(pid: i32, signal: Signal) {
    kill_process(Pid::from_raw(pid).expect("a pid"), signal).expect("it is there");
}

fn comm(pid: i32) -> String {
    std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default().trim().to_owned()
}

/// Where a test fails, nothing stays behind: what it guards ends with it.
struct Guard(Child);

impl Drop for Guard {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A run that is up.
struct Up {
    guard: Guard,
    out: Heard,
    err: Heard,
    /// All its processes, the guard first and the keeper second.
    all: Vec<i32>,
}

impl Up {
    /// Waits until what it writes has the word twice.
    fn start(command: &mut Command, count: usize) -> Self {
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut guard = Guard(child.expect("it starts"));
        let out = Heard::from(guard.0.stdout.take().expect("a pipe"));
        let err = Heard::from(guard.0.stderr.take().expect("a pipe"));
        out.until("the program", |text| (text.matches("up\n").count() == 2).then_some(()));
        let all = family(i32::try_from(guard.0.id()).expect("a pid"), 100);
        let up = Self { guard, out, err, all };
        assert_eq!(up.all.len(), count, "{:?}", up.names());
        up
    }

    /// `proctor trace`: guard, keeper, tracer, and the three.
    fn traced() -> Self {
        Self::start(&mut command(&["--no-picture", "--color", "never", "--", "sh", "-c", PROGRAM]), 6)
    }

    /// `proctor run` with a program under observation: guard, keeper, scenario, observer, and the three.
    fn observed() -> Self {
        let text = format!("spawn p sh({PROGRAM:?}) with {{observe: true}}\njoin p\nprint(p.exitcode)");
        let mut command = Command::new(PROCTOR);
        Self::start(command.args(["run", "-e", &text]).stdin(Stdio::null()), 7)
    }

    fn names(&self) -> Vec<String> {
        self.all.iter().map(|pid| comm(*pid)).collect()
    }

    /// Sees it to its end, after which nobody is there; gives the exit code, and what it wrote.
    fn finish(mut self) -> (Option<i32>, String, String) {
        let status =
            ended(&mut self.guard.0).unwrap_or_else(|| panic!("it does not end: {:?}", self.names()));
        self.all.iter().copied().for_each(gone);
        (status.code(), self.out.whole(), self.err.whole())
    }
}

#[test]
fn who_ends_a_trace_ends_all_and_is_told_where_it_stood() {
    let up = Up::traced();
    let asleep = patience::look(|| {
        let said = said(up.all[3]).0;
        (said.matches("sleeps in nanosleep()").count() == 2).then_some(())
    });
    assert!(asleep.is_some(), "{:?}", up.names());
    kill(up.all[0], Signal::TERM);
    let (code, _, text) = up.finish();
    assert_eq!(code, Some(143), "{text}");
    assert!(text.contains("sleeps in nanosleep()") && text.contains(") waits in "), "{text}");
}

#[test]
fn the_death_of_a_traces_guard_leaves_nothing() {
    let up = Up::traced();
    kill(up.all[0], Signal::KILL);
    let (code, out, _) = up.finish();
    assert_eq!((code, out.as_str()), (None, "up\nup\n"));
}

#[test]
fn the_death_of_a_traces_keeper_leaves_nothing() {
    let up = Up::traced();
    kill(up.all[1], Signal::KILL);
    let (_, out, _) = up.finish();
    assert_eq!(out, "up\nup\n");
}

#[test]
fn the_death_of_a_traces_tracer_leaves_nothing() {
    let up = Up::traced();
    kill(up.all[2], Signal::KILL);
    let (code, out, text) = up.finish();
    assert_eq!((code, out.as_str()), (Some(137), "up\nup\n"), "{text}");
}

/// What is observed dies with whoever observes it, and the scenario sees how.
#[test]
fn the_death_of_an_observer_leaves_nothing_of_the_program() {
    let up = Up::observed();
    let observer = up.all.iter().copied().find(|pid| comm(*pid) == "observer").expect("its name");
    kill(observer, Signal::KILL);
    let (code, out, text) = up.finish();
    assert_eq!((code, out.as_str()), (Some(0), "up\nup\n-9\n"), "{text}");
}

#[test]
fn the_death_of_the_keeper_leaves_nothing_of_an_observed_program() {
    let up = Up::observed();
    kill(up.all[1], Signal::KILL);
    let (_, out, _) = up.finish();
    assert_eq!(out, "up\nup\n");
}

#[test]
fn the_death_of_the_guard_leaves_nothing_of_an_observed_program() {
    let up = Up::observed();
    kill(up.all[0], Signal::KILL);
    let (_, out, _) = up.finish();
    assert_eq!(out, "up\nup\n");
}
