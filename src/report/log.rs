//! The live log of what processes do: a line an event, as it comes, for people.

use super::sentence::{command, events_are, pipe_end};
use super::style::Style;
use super::visible::{shorten, visible_line};
use super::width::cut;
use crate::event::{Effect, Event, What};
use crate::value::Signal;
use crate::value::ending::ending;
use crate::value::signal::{meaning, signal_name};
use std::collections::HashMap;
use std::rc::Rc;

/// Columns of a name.
const NAME: usize = 24;
/// Characters of what a program chose: a path, an argument, a text.
const TEXT: usize = 120;
/// Levels of the tree that are indented.
const LEVELS: usize = 12;
/// SIGCHLD: with every end of a child one comes, and most are ignored.
const SIGCHLD: Signal = Signal(17);

/// What the log knows of a process.
#[derive(Debug, Clone)]
struct Entry {
    name: Rc<str>,
    depth: usize,
    /// Which process of the log it is: its colour.
    index: usize,
    /// The wait that it is in is none: it only asks.
    asks: bool,
    /// An execution that failed, with the name of the program: a shell tries many places, and only where none of the same name follows
    /// that is of interest.
    failed: Option<(String, String)>,
    /// Its parent is one of the log's processes: it was forked, and not adopted since.
    at_home: bool,
}

/// The log of one run. It is told every event, in their order, and draws those that are of interest.
#[derive(Debug)]
pub struct Log {
    style: Style,
    /// Only these kinds; none: all that people want to see.
    kinds: Option<Vec<String>>,
    started: Option<i64>,
    entries: HashMap<i32, Entry>,
    born: usize,
}

impl Log {
    #[must_use]
    pub fn new(style: Style, kinds: Option<Vec<String>>) -> Self {
        Self { style, kinds, started: None, entries: HashMap::new(), born: 0 }
    }

    /// What the process with this pid is called by now; none where nothing was told of it.
    #[must_use]
    pub fn name(&self, pid: i32) -> Option<Rc<str>> {
        self.entries.get(&pid).map(|entry| entry.name.clone())
    }

    /// Takes note of an event; gives its line, ending in a newline, where it is to be seen.
    pub fn line(&mut self, event: &Event) -> Option<String> {
        let started = *self.started.get_or_insert(event.time);
        self.learn(event);
        let held = self.held(event);
        if !self.is_shown(event) {
            return held;
        }
        let (subject, text) = self.told(event);
        let time = event.time.saturating_sub(started).max(0);
        let time = format!("{:>5}.{:03}s", time / 1_000_000_000, time / 1_000_000 % 1_000);
        let depth = self.entries.get(&subject).map_or(0, |entry| entry.depth.min(LEVELS));
        let whom = if subject > 0 { self.called(subject) + "  " } else { String::new() };
        let line = format!("{}  {}{whom}{text}\n", self.style.dim(&time), "  ".repeat(depth));
        if let What::Executed { path, error: Some(error), .. } = &event.what
            && error == "ENOENT"
            && let Some(entry) = self.entries.get_mut(&event.pid)
        {
            entry.failed = Some((base(path).to_owned(), line));
            return held;
        }
        Some(held.unwrap_or_default() + &line)
    }

    /// The line of an execution that failed, now that the process does something else than to try another one.
    fn held(&mut self, event: &Event) -> Option<String> {
        let (name, line) = self.entries.get_mut(&event.pid)?.failed.take()?;
        let again = matches!(&event.what, What::Executed { path, .. } if base(path) == name);
        (!again).then_some(line)
    }

    fn is_shown(&self, event: &Event) -> bool {
        if let Some(kinds) = &self.kinds {
            return kinds.iter().any(|kind| kind == event.what.kind());
        }
        match &event.what {
            What::Delivered { signal, effect: Effect::Ignored | Effect::Default } => *signal != SIGCHLD,
            // A child has what its maker has, and with its end everything is closed.
            What::Opened { call, .. } => !call.ends_with("fork") && !call.starts_with("clone"),
            What::Closed { call, .. } => call != "exit",
            // To ask without waiting is no wait; and what a wait for a child gives is told by the reaping.
            What::Blocked { .. } | What::Woken { .. }
                if self.entries.get(&event.pid).is_some_and(|entry| entry.asks) =>
            {
                false
            }
            What::Woken { result, .. } => !result.bytes().all(|byte| byte.is_ascii_digit()) || result == "0",
            _ => true,
        }
    }

    /// Who is there, and what it is called.
    fn learn(&mut self, event: &Event) {
        match &event.what {
            What::Spawned { name, .. } | What::Found { name, .. } => self.enter(event.pid, base(name), 0),
            What::Forked { parent, .. } => {
                let parent = self.entries.get(parent).or_else(|| self.entries.get(&event.actor)).cloned();
                let (name, depth) =
                    parent.map_or(("a process".into(), 0), |parent| (parent.name, parent.depth + 1));
                self.enter(event.pid, &name, depth);
            }
            What::Executed { path, error: None, .. } => {
                if let Some(entry) = self.entries.get_mut(&event.pid) {
                    entry.name = base(path).into();
                }
            }
            What::Adopted { .. } => {
                if let Some(entry) = self.entries.get_mut(&event.pid) {
                    entry.at_home = false;
                }
            }
            What::Blocked { on, .. } => {
                if let Some(entry) = self.entries.get_mut(&event.pid) {
                    entry.asks = on.ends_with("without waiting");
                }
            }
            _ => {}
        }
    }

    fn enter(&mut self, pid: i32, name: &str, depth: usize) {
        let (index, at_home) = (self.born, depth > 0);
        let entry = Entry { name: name.into(), depth, index, asks: false, failed: None, at_home };
        self.born += 1;
        self.entries.insert(pid, entry);
    }

    /// `sort 4212`, in the process's colour.
    fn called(&self, pid: i32) -> String {
        match self.entries.get(&pid) {
            Some(entry) => {
                let name = cut(&visible_line(&entry.name), NAME, self.style.ellipsis());
                self.style.of_many(entry.index, &format!("{name} {pid}"))
            }
            None if pid == 1 => "init 1".to_owned(),
            None => format!("process {pid}"),
        }
    }

    /// Whose line it is, and what it says of it.
    fn told(&self, event: &Event) -> (i32, String) {
        let (pid, actor) = (event.pid, event.actor);
        let by_actor = |text: String| (if self.entries.contains_key(&actor) { actor } else { 0 }, text);
        let red = |text: &str| self.style.red(text);
        match &event.what {
            What::Spawned { daemon, .. } => {
                (pid, format!("starts{}", if *daemon { " as a daemon" } else { "" }))
            }
            What::Forked { parent, call } => {
                let whose = if *parent == actor {
                    String::new()
                } else {
                    format!(", a child of {}", self.called(*parent))
                };
                // fork(3) is made of clone(2) on every machine.
                let does =
                    if call.starts_with("clone") { "forks".to_owned() } else { format!("{}s", short(call)) };
                by_actor(format!("{does} {}{whose}", self.called(pid)))
            }
            What::Found { .. } => (pid, "is there already".to_owned()),
            What::Executed { path, args, error } => {
                let command = visible_line(&command(path, args, TEXT)).into_owned();
                match error {
                    None => (pid, format!("executes {command}")),
                    Some(errno) => (pid, red(&format!("cannot execute {command}: {}", short(errno)))),
                }
            }
            What::Exited { exitcode, core } => (pid, self.ended(*exitcode, *core)),
            What::Signalled { signal, call, error } => self.sent(event, *signal, call, error.as_deref()),
            What::Delivered { signal, effect } => {
                let does = match effect {
                    Effect::Handled => "its handler runs",
                    Effect::Ignored => "it is ignored",
                    Effect::Default => "it does what it does by default",
                };
                (pid, format!("gets {}: {does}", meaning(*signal)))
            }
            What::Stopped { signal } => {
                (pid, self.style.yellow(&format!("is stopped by {}", meaning(*signal))))
            }
            What::Continued => (pid, "goes on".to_owned()),
            What::Reaped { exitcode } => self.reaped(event, *exitcode),
            What::Adopted { from, by } => {
                let by = cut(&visible_line(by), NAME, self.style.ellipsis());
                (pid, format!("has lost its parent {}, and is adopted by {by} {actor}", self.called(*from)))
            }
            What::Printed { stream, text, .. } => {
                (pid, format!("prints to {}: {}", short(stream), short(text.trim_end())))
            }
            What::Expected { held: true, condition } => (pid, format!("expects {}", short(condition))),
            What::Expected { condition, .. } => (pid, red(&format!("expects {} in vain", short(condition)))),
            What::Blocked { call, on } if on.is_empty() => (pid, format!("waits in {}()", short(call))),
            What::Blocked { call, on } => (pid, format!("waits in {}() for {}", short(call), short(on))),
            What::Woken { call, result } => {
                (pid, format!("comes back from {}(){}", short(call), given(result)))
            }
            What::Regrouped { call, pgid } if call == "setsid" => {
                (pid, format!("makes a new session {pgid} (setsid)"))
            }
            What::Regrouped { call, pgid } if *pgid == pid => {
                (pid, format!("makes a process group of its own ({})", short(call)))
            }
            What::Regrouped { call, pgid } => {
                (pid, format!("joins the process group {pgid} ({})", short(call)))
            }
            What::Opened { fd, pipe, end, call } => {
                (pid, format!("has {} as fd {fd} ({})", pipe_end(*end, *pipe), short(call)))
            }
            What::Closed { fd, pipe, end, .. } => (pid, format!("closes fd {fd}, {}", pipe_end(*end, *pipe))),
            What::Dropped { events } => {
                (0, self.style.yellow(&format!("{} missing here", events_are(*events))))
            }
        }
    }

    fn sent(&self, event: &Event, signal: Signal, call: &str, error: Option<&str>) -> (i32, String) {
        let (pid, actor) = (event.pid, event.actor);
        let whom = if pid == actor { "itself".to_owned() } else { self.called(pid) };
        let (name, known) = (signal_name(signal), self.entries.contains_key(&actor));
        match error {
            None if known => (actor, format!("sends {name} to {whom} ({})", short(call))),
            None => {
                let from = if actor > 0 { format!(" from {}", self.called(actor)) } else { String::new() };
                (pid, format!("is sent {name}{from} ({})", short(call)))
            }
            Some(errno) => {
                (if known { actor } else { 0 }, format!("cannot send {name} to {whom}: {}", short(errno)))
            }
        }
    }

    fn reaped(&self, event: &Event, exitcode: i32) -> (i32, String) {
        let how = ending(exitcode, false);
        if self.entries.contains_key(&event.actor) {
            return (event.actor, format!("has waited for {}: {how}", self.called(event.pid)));
        }
        let at_home = self.entries.get(&event.pid).is_some_and(|entry| entry.at_home);
        let why = if event.actor == 0 && at_home {
            "its parent ignores SIGCHLD, so nobody waits for it"
        } else {
            "its parent has waited for it"
        };
        (event.pid, format!("is gone: {why} ({how})"))
    }

    fn ended(&self, exitcode: i32, core: bool) -> String {
        let text = format!("ends: {}", ending(exitcode, core));
        match exitcode {
            0 => self.style.green(&text),
            1.. => self.style.yellow(&text),
            _ => self.style.red(&text),
        }
    }
}

fn given(result: &str) -> String {
    if result.is_empty() { String::new() } else { format!(": {}", short(result)) }
}

/// Text of a program: harmless, on one line, and not longer than is good for the line.
fn short(text: &str) -> String {
    visible_line(&shorten(text, TEXT)).into_owned()
}

fn base(path: &str) -> &str {
    match path.trim_end_matches('/').rsplit('/').next() {
        Some(name) if !name.is_empty() => name,
        _ => path,
    }
}

#[cfg(test)]
mod tests {
    use super::Log;
    use crate::event::{Effect, End, Event, What};
    use crate::report::{Style, is_hidden};
    use crate::value::Signal;
    use proptest::prelude::*;

    fn event(time: i64, pid: i32, actor: i32, what: What) -> Event {
        Event { time: 5_000_000_000 + time * 1_000_000, pid, actor, place: None, what }
    }

    fn drawn(style: Style, kinds: Option<&[&str]>, events: &[Event]) -> String {
        let kinds = kinds.map(|kinds| kinds.iter().map(|kind| (*kind).to_owned()).collect());
        let mut log = Log::new(style, kinds);
        events.iter().filter_map(|event| log.line(event)).collect()
    }

    fn homework() -> Vec<Event> {
        let args = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        vec![
            event(0, 20, 9, What::Spawned { name: "./hw".into(), daemon: false }),
            event(
                1,
                20,
                20,
                What::Executed { path: "./hw".into(), args: args(&["./hw", "3", "a b"]), error: None },
            ),
            event(2, 20, 20, What::Opened { fd: 3, pipe: 77, end: End::Read, call: "pipe".into() }),
            event(3, 21, 20, What::Forked { parent: 20, call: "fork".into() }),
            event(3, 21, 20, What::Opened { fd: 3, pipe: 77, end: End::Read, call: "fork".into() }),
            event(
                4,
                21,
                21,
                What::Executed { path: "/x/ls".into(), args: args(&["ls"]), error: Some("ENOENT".into()) },
            ),
            event(5, 20, 20, What::Blocked { call: "wait4".into(), on: "any child".into() }),
            event(6, 21, 20, What::Signalled { signal: Signal(10), call: "kill".into(), error: None }),
            event(6, 21, 20, What::Delivered { signal: Signal(10), effect: Effect::Handled }),
            event(7, 21, 21, What::Exited { exitcode: -11, core: true }),
            event(7, 20, 21, What::Delivered { signal: Signal(17), effect: Effect::Ignored }),
            event(8, 21, 20, What::Reaped { exitcode: -11 }),
            event(1234, 20, 20, What::Exited { exitcode: 0, core: false }),
        ]
    }

    #[test]
    fn each_event_is_a_line_of_whoever_did_it() {
        assert_eq!(
            drawn(Style::PLAIN, None, &homework()),
            "    0.000s  hw 20  starts\n\
             \x20   0.001s  hw 20  executes ./hw 3 'a b'\n\
             \x20   0.002s  hw 20  has the read end of pipe 77 as fd 3 (pipe)\n\
             \x20   0.003s  hw 20  forks hw 21\n\
             \x20   0.005s  hw 20  waits in wait4() for any child\n\
             \x20   0.004s    hw 21  cannot execute /x/ls: ENOENT\n\
             \x20   0.006s  hw 20  sends SIGUSR1 to hw 21 (kill)\n\
             \x20   0.006s    hw 21  gets SIGUSR1 (user-defined signal 1): its handler runs\n\
             \x20   0.007s    hw 21  ends: killed by SIGSEGV (segmentation fault), core dumped\n\
             \x20   0.008s  hw 20  has waited for hw 21: killed by SIGSEGV (segmentation fault)\n\
             \x20   1.234s  hw 20  ends: exit 0\n"
        );
        assert_eq!(
            drawn(Style::PLAIN, Some(&["fork", "exit"]), &homework()),
            "    0.003s  hw 20  forks hw 21\n\
             \x20   0.007s    hw 21  ends: killed by SIGSEGV (segmentation fault), core dumped\n\
             \x20   1.234s  hw 20  ends: exit 0\n"
        );
    }

    #[test]
    fn of_executions_that_fail_each_program_is_told_once() {
        let failed = |path: &str, error: &str| {
            let (path, error) = (path.to_owned(), Some(error.to_owned()));
            event(1, 20, 20, What::Executed { path, args: vec!["x".into()], error })
        };
        let run = |path: &str| {
            event(2, 20, 20, What::Executed { path: path.into(), args: vec!["x".into()], error: None })
        };
        let start = event(0, 20, 9, What::Spawned { name: "p".into(), daemon: false });
        let lines = |events: &[Event]| {
            let events = [std::slice::from_ref(&start), events].concat();
            let text = drawn(Style::PLAIN, None, &events);
            text.lines().skip(1).map(|line| line[10..].trim().to_owned()).collect::<Vec<_>>()
        };
        // The places of PATH.
        assert_eq!(lines(&[failed("/a/ls", "ENOENT"), failed("/b/ls", "ENOENT"), run("/c/ls")]).len(), 1);
        // Others are others, and a place that is there but cannot be executed is of interest.
        let all = [failed("/nowhere", "ENOENT"), failed("/etc/passwd", "EACCES"), failed("/tmp", "EACCES")];
        assert_eq!(lines(&all).len(), 3);
        assert_eq!(lines(&[failed("/a/tool", "EACCES"), failed("/b/tool", "ENOEXEC")]).len(), 2);
    }

    #[test]
    fn nobody_waits_where_the_parent_ignores_it() {
        let events = [
            event(0, 20, 9, What::Spawned { name: "p".into(), daemon: false }),
            event(1, 21, 20, What::Forked { parent: 20, call: "fork".into() }),
            event(2, 21, 0, What::Reaped { exitcode: 1 }),
            event(3, 20, 0, What::Reaped { exitcode: 0 }),
        ];
        let text = drawn(Style::PLAIN, Some(&["reap"]), &events);
        assert!(
            text.contains("p 21  is gone: its parent ignores SIGCHLD, so nobody waits for it (exit 1)"),
            "{text}"
        );
        assert!(text.contains("p 20  is gone: its parent has waited for it (exit 0)"), "{text}");
    }

    #[test]
    fn of_a_long_text_it_is_said_how_much_is_missing() {
        let text = "x".repeat(200);
        let events = [
            event(0, 20, 9, What::Spawned { name: "p".into(), daemon: false }),
            event(1, 20, 20, What::Printed { stream: "stdout".into(), text, bytes: 200 }),
            event(2, 0, 0, What::Dropped { events: 1 }),
        ];
        let drawn = drawn(Style::PLAIN, None, &events);
        assert!(drawn.contains(&format!("stdout: {}... (80 more characters)\n", "x".repeat(120))), "{drawn}");
        assert!(drawn.ends_with("s  1 event is missing here\n"), "{drawn}");
    }

    #[test]
    fn each_process_has_its_colour() {
        let style = Style { color: true, unicode: true, ..Style::PLAIN };
        let text = drawn(style, Some(&["fork"]), &homework());
        let colours: Vec<&str> =
            text.split("\x1b[").filter_map(|part| part.split_once('m').map(|(code, _)| code)).collect();
        assert_eq!(colours.len(), 6, "{text:?}");
        assert_ne!(colours[2], colours[4], "{text:?}");
    }

    proptest! {
        #[test]
        fn no_text_of_a_program_reaches_the_terminal_raw(name in any::<String>(), text in any::<String>()) {
            let events = [
                event(0, 20, 9, What::Spawned { name: name.clone(), daemon: false }),
                event(0, 20, 20, What::Executed { path: name.clone(), args: vec![text.clone(), text.clone()], error: Some(text.clone()) }),
                event(0, 20, 20, What::Executed { path: text.clone(), args: vec![name.clone(), text.clone()], error: None }),
                event(0, 20, 3, What::Adopted { from: 2, by: name.clone() }),
                event(0, 20, 20, What::Printed { stream: name.clone(), text: text.clone(), bytes: 1 }),
                event(0, 20, 20, What::Blocked { call: name, on: text }),
            ];
            let drawn = drawn(Style::PLAIN, None, &events);
            prop_assert_eq!(drawn.lines().count(), 6);
            prop_assert!(drawn.chars().all(|c| c == '\n' || !is_hidden(c)), "{:?}", drawn);
        }
    }
}
