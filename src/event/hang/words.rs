//! What a process waits for, as a sentence. Names and paths come from programs: nothing in them reaches a terminal raw.

use super::{Channel, Child, Doing, Hang, Holder, Kin, On, Shared, Standing, Stream, Time, Wait, Who};
use crate::event::End;
use crate::value::Signal;
use crate::value::signal::{meaning, signal_name};
use crate::value::text::visible;

/// Of many holders or children, so many are named.
const NAMED: usize = 4;

/// Characters of a path.
const PATH: usize = 200;

const SECOND: i64 = 1_000_000_000;
const MILLISECOND: i64 = 1_000_000;

impl Who {
    /// `sort (pid 12)`.
    #[must_use]
    pub fn shown(&self) -> String {
        format!("{} (pid {})", visible(&self.name), self.pid)
    }
}

/// `sort (pid 12) waits in read(fd 0) on a pipe whose write end is held by …`, without a full stop.
#[must_use]
pub fn sentence(standing: &Standing) -> String {
    format!("{} {}", standing.who.shown(), does(standing))
}

/// The same without the subject.
#[must_use]
pub fn does(standing: &Standing) -> String {
    let own = standing.doing.said(standing);
    if standing.threads.is_empty() {
        return own;
    }
    // Threads that do the same are said once.
    let mut kinds: Vec<(String, usize)> = Vec::new();
    for (_, doing) in &standing.threads {
        let said = doing.said(standing);
        match kinds.iter_mut().find(|(known, _)| *known == said) {
            Some((_, count)) => *count += 1,
            None => kinds.push((said, 1)),
        }
    }
    let more = kinds.len().saturating_sub(NAMED);
    let others: Vec<String> = kinds
        .into_iter()
        .take(NAMED)
        .map(|(said, count)| match count {
            1 => format!("another thread {said}"),
            count => format!("{count} other threads: each {said}"),
        })
        .collect();
    let more = if more == 0 { String::new() } else { format!("; and threads that do {more} other things") };
    let first = match standing.doing {
        Doing::Zombie | Doing::Gone => "lives on without its first thread, which has ended".to_owned(),
        _ => own,
    };
    format!("{first}; {}{more}", others.join("; "))
}

/// In a few words, for a list: `waits in read()`, `is stopped`.
#[must_use]
pub fn brief_wait(doing: &Doing) -> String {
    match doing {
        Doing::Running => "runs".to_owned(),
        Doing::Waiting(Wait { on: On::Time, call, .. }) => format!("sleeps in {call}()"),
        Doing::Waiting(wait) => format!("waits in {}()", wait.call),
        Doing::Stopped { .. } => "is stopped".to_owned(),
        Doing::Zombie => "has ended".to_owned(),
        Doing::Gone => "has just ended".to_owned(),
        Doing::Unknown(_) => "cannot be looked into".to_owned(),
    }
}

impl Doing {
    fn said(&self, standing: &Standing) -> String {
        match self {
            Self::Running => match standing.cpu_time {
                0..SECOND => "runs".to_owned(),
                time => format!("runs, and has used {} of processor time so far", span(time)),
            },
            Self::Waiting(wait) => wait.said(),
            Self::Stopped { signal, call } => {
                let by = signal.map_or_else(String::new, |signal| format!(" by {}", meaning(signal)));
                let call = call.map_or_else(String::new, |call| format!(", in {call}()"));
                format!("is stopped{by}{call}: it goes on at a SIGCONT only")
            }
            Self::Zombie => "has ended, and its parent has not waited for it: it is a zombie".to_owned(),
            Self::Gone => "has just ended".to_owned(),
            Self::Unknown(why) => format!("lives, but {why}"),
        }
    }
}

impl Wait {
    fn said(&self) -> String {
        let until = match self.until {
            Some(Time::Left(time)) => format!(", for {} more at most", span(time)),
            Some(Time::Whole(time)) => format!(", for {} at most", span(time)),
            None => String::new(),
        };
        let call = self.call;
        match &self.on {
            On::Stream(stream) => {
                format!("waits in {call}(fd {}) {}{until}", stream.fd, stream.said())
            }
            On::Streams(streams) if streams.is_empty() => {
                format!("waits in {call}() on no descriptor at all{until}")
            }
            On::Streams(streams) => {
                let each: Vec<String> = streams
                    .iter()
                    .take(NAMED)
                    .map(|stream| format!("fd {}, {}", stream.fd, stream.noun()))
                    .collect();
                let one_of = if streams.len() > 1 { "one of: " } else { "" };
                let more = streams.len() - each.len();
                let more = if more == 0 { String::new() } else { format!("; and {more} more") };
                format!("waits in {call}() for {one_of}{}{more}{until}", each.join("; "))
            }
            On::Open { path, end } => {
                let (own, other) = match end {
                    End::Read => ("reading", "writing"),
                    End::Write => ("writing", "reading"),
                };
                format!(
                    "waits in {call}() to open the FIFO {} for {own}, until another opens it for {other}",
                    path_of(path)
                )
            }
            On::Children(children) => format!("waits in {call}() {}", children_said(children)),
            On::Release(children) => {
                let child = children.first().map_or_else(
                    || "its child".to_owned(),
                    |child| format!("its child {}", child.who.shown()),
                );
                format!("waits in {call}() until {child} executes a program or ends")
            }
            On::Thread(tid) => format!("waits for the end of its thread {tid} (pthread_join){until}"),
            On::Futex { holder, shared } => {
                format!("waits {}{until}", futex_said(call, holder.as_ref(), shared))
            }
            On::FileLock { path, fd, holders } => {
                let by = if holders.is_empty() { "somebody".to_owned() } else { holders_said(holders) };
                format!("waits in {call}(fd {fd}) for the lock on {}, held by {by}", path_of(path))
            }
            On::Signals { wanted, pending, before } => {
                format!("{}{until}", signals_said(call, wanted, pending, before))
            }
            On::Time => match self.until {
                Some(Time::Left(time)) => format!("sleeps in {call}() for {} more", span(time)),
                Some(Time::Whole(time)) => format!("sleeps in {call}() for {} in all", span(time)),
                None => format!("sleeps in {call}()"),
            },
            On::Semaphore { set, number, value, last } => {
                let value = value.map_or_else(String::new, |value| format!(", whose value is {value}"));
                let last = last
                    .as_ref()
                    .map_or_else(String::new, |who| format!("; the last to change it was {}", who.shown()));
                format!("waits in {call}() for semaphore {number} of set {set}{value}{last}{until}")
            }
            On::Messages { queue, end: End::Read, last } => {
                let last = last.as_ref().map_or_else(
                    || "nobody has ever sent to it".to_owned(),
                    |who| format!("the last to send to it was {}", who.shown()),
                );
                format!("waits in {call}() for a message in queue {queue}; {last}")
            }
            On::Messages { queue, .. } => {
                format!("waits in {call}() for room in the message queue {queue}, which is full")
            }
            On::Kernel => format!("waits in {call}() for the kernel, and goes on by itself"),
            On::Unknown => format!("waits in {call}(){until}"),
        }
    }
}

impl Stream {
    /// `on a pipe whose write end is held by …`.
    fn said(&self) -> String {
        let reads = self.end == End::Read;
        match &self.channel {
            Channel::Terminal { path } if reads => format!("for input from the terminal {}", path_of(path)),
            Channel::Terminal { path } => format!("for the terminal {} to take its output", path_of(path)),
            Channel::Socket { words, listens: true, .. } => format!("for a connection to {}", visible(words)),
            Channel::Timer => "for a timer".to_owned(),
            _ => format!("on {}", self.noun()),
        }
    }

    /// `a pipe whose write end is held by …`.
    fn noun(&self) -> String {
        let full = if self.end == End::Read { "" } else { "full " };
        match &self.channel {
            Channel::Pipe { others, .. } => format!("a {full}pipe {}", self.held(others)),
            Channel::Fifo { path, others } => {
                format!("the {full}FIFO {} {}", path_of(path), self.held(others))
            }
            Channel::Terminal { path } => format!("the terminal {}", path_of(path)),
            Channel::Socket { words, others, .. } if others.is_empty() => visible(words).into_owned(),
            Channel::Socket { words, others, .. } => {
                format!("{} whose other end is held by {}", visible(words), holders_said(others))
            }
            Channel::Timer => "a timer".to_owned(),
            Channel::Other(what) => path_of(what),
        }
    }

    fn held(&self, others: &[Holder]) -> String {
        let other = if self.end == End::Read { "write" } else { "read" };
        if others.is_empty() {
            return format!("whose {other} end nobody holds");
        }
        let itself = others.iter().all(|holder| holder.kind == Kin::Itself);
        let only = if itself { "only " } else { "" };
        format!("whose {other} end is held {only}by {}", holders_said(others))
    }
}

/// `a (pid 12, fd 4) and by itself (fd 5)`.
fn holders_said(holders: &[Holder]) -> String {
    let each = holders.iter().map(|holder| {
        let fd = if holder.fd < 0 { String::new() } else { format!("fd {}", holder.fd) };
        let outside = if holder.kind == Kin::Outside { "outside of the program" } else { "" };
        let ended = if holder.kind == Kin::Ended { "has ended" } else { "" };
        let mut facts: Vec<&str> =
            [fd.as_str(), outside, ended].into_iter().filter(|fact| !fact.is_empty()).collect();
        let pid = format!("pid {}", holder.who.pid);
        if holder.kind == Kin::Itself {
            return if facts.is_empty() {
                "itself".to_owned()
            } else {
                format!("itself ({})", facts.join(", "))
            };
        }
        facts.insert(0, &pid);
        format!("{} ({})", visible(&holder.who.name), facts.join(", "))
    });
    listed(each, holders.len())
}

fn children_said(children: &[Child]) -> String {
    let each = children.iter().map(|child| {
        let state = match child {
            Child { stopped: true, .. } => ", which is stopped",
            Child { zombie: true, .. } => ", which has ended",
            _ => "",
        };
        format!("{}{state}", child.who.shown())
    });
    match children.len() {
        0 => "for a child to end".to_owned(),
        1 => format!("for the end of its child {}", listed(each, 1)),
        count => format!("for the end of any of its {count} children: {}", listed(each, count)),
    }
}

fn futex_said(call: &str, holder: Option<&Holder>, shared: &Shared) -> String {
    match (holder, shared) {
        (Some(Holder { kind: Kin::Itself, .. }), _) => {
            format!("in {call}() for a lock that it holds itself")
        }
        (Some(Holder { kind: Kin::Thread, who, .. }), _) => {
            format!("in {call}() for a lock that its own thread {} holds", who.pid)
        }
        (Some(Holder { kind: Kin::Ended, who, .. }), _) => {
            format!("in {call}() for a lock that pid {} took, which has ended without unlocking it", who.pid)
        }
        (Some(Holder { kind: Kin::Forked, who, .. }), _) => {
            format!(
                "in {call}() for its copy of a lock that thread {} held when this process was forked: nobody can unlock the copy",
                who.pid
            )
        }
        (Some(holder), _) => format!("in {call}() for a lock that {} holds", holder.who.shown()),
        (None, Shared::Threads(1)) => {
            format!(
                "in {call}() for a lock, a condition or a semaphore of its own memory; it has no other thread that could release it"
            )
        }
        (None, Shared::Threads(2)) => {
            format!("in {call}() for a lock, a condition or a semaphore that its other thread must release")
        }
        (None, Shared::Threads(count)) => {
            format!(
                "in {call}() for a lock, a condition or a semaphore that one of its {} other threads must release",
                count - 1
            )
        }
        (None, Shared::With(those)) if those.is_empty() => {
            format!(
                "in {call}() for a lock or a semaphore in shared memory, which no other process has any more"
            )
        }
        (None, Shared::With(those)) => {
            let each = those.iter().map(Who::shown);
            format!(
                "in {call}() for a lock or a semaphore in memory that it shares with {}",
                listed(each, those.len())
            )
        }
    }
}

fn signals_said(call: &str, wanted: &[Signal], pending: &[Signal], before: &[Signal]) -> String {
    let wanted = if wanted.is_empty() { "a signal".to_owned() } else { names(wanted, "or") };
    let mut text = format!("waits in {call}() for {wanted}");
    if !pending.is_empty() {
        text.push_str(&format!("; {} has come, but is blocked", names(pending, "and")));
    }
    if !before.is_empty() {
        text.push_str(&format!("; {} came already, before it began to wait", names(before, "and")));
    }
    text
}

/// `SIGUSR1, SIGUSR2 and SIGTERM`, with this word before the last.
pub fn names(signals: &[Signal], last: &str) -> String {
    let all: Vec<String> = signals.iter().map(|signal| signal_name(*signal)).collect();
    joined(&all, last)
}

/// The first few, with "and" before the last, and how many more there are.
fn listed(each: impl Iterator<Item = String>, count: usize) -> String {
    let mut named: Vec<String> = each.take(NAMED).collect();
    if count > named.len() {
        named.push(format!("{} more", count - named.len()));
    }
    joined(&named, "and")
}

fn joined(all: &[String], last: &str) -> String {
    match all {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., end] => format!("{} {last} {end}", first.join(", ")),
    }
}

pub fn path_of(path: &str) -> String {
    let shown = visible(path);
    match shown.char_indices().nth(PATH) {
        Some((end, _)) => format!("{}...", &shown[..end]),
        None => shown.into_owned(),
    }
}

/// `3.2s`, `250ms`, `2m`: as the language writes a duration, to a tenth of a second.
pub fn span(nanoseconds: i64) -> String {
    let time = nanoseconds.max(0);
    if time < SECOND {
        return format!("{}ms", time / MILLISECOND);
    }
    let tenths = time / (SECOND / 10);
    let seconds = tenths / 10;
    match (seconds, tenths % 10) {
        (0..60, 0) => format!("{seconds}s"),
        (0..60, tenth) => format!("{seconds}.{tenth}s"),
        (60..3600, _) => format!("{}m{:02}s", seconds / 60, seconds % 60),
        _ => format!("{}h{:02}m", seconds / 3600, seconds / 60 % 60),
    }
}

/// Why nothing goes on any more: who waits for whom in a circle. None where something may go on.
#[must_use]
pub fn deadlock(hang: &Hang) -> Option<String> {
    let deadlocked = hang.deadlocked();
    let circle = hang.circle();
    match circle.as_slice() {
        _ if deadlocked.is_empty() => None,
        [] => Some(match sharing(hang, &deadlocked).as_slice() {
            [] if deadlocked.len() == 1 => {
                "no other process of the program is left that could wake it".to_owned()
            }
            [] => "no process of the program is left that could wake another".to_owned(),
            those => {
                let each = listed(those.iter().map(|one| one.shown()), those.len());
                let verb = if those.len() == 1 { "waits" } else { "wait" };
                format!(
                    "{each} {verb} for a lock or a semaphore in shared memory, and everybody who has that memory waits too: nobody is \
                     left to release it"
                )
            }
        }),
        [one] => {
            let standing = hang.of(*one)?;
            Some(format!("{} waits for itself: {}", standing.who.shown(), why(standing, &standing.who)))
        }
        many => {
            let next = many.iter().skip(1).chain(many.first());
            let links = many.iter().zip(next).take(NAMED).filter_map(|(from, to)| {
                let (from, to) = (hang.of(*from)?, hang.of(*to)?);
                Some(format!("{} waits for {}", from.who.shown(), why(from, &to.who)))
            });
            Some(links.collect::<Vec<_>>().join(", and "))
        }
    }
}

/// Those that wait for what anybody could have who shares their memory.
fn sharing<'a>(hang: &'a Hang, deadlocked: &[i32]) -> Vec<&'a Who> {
    let shares = |doing: &Doing| matches!(doing, Doing::Waiting(wait) if !wait.sharers().is_empty());
    let those = hang.processes.iter().filter(|standing| deadlocked.contains(&standing.who.pid));
    those.filter(|standing| standing.all().any(shares)).map(|standing| &standing.who).collect()
}

/// What one waits for another to do.
fn why(from: &Standing, to: &Who) -> String {
    let whom = if from.who == *to { "it".to_owned() } else { to.shown() };
    for doing in from.all() {
        let Doing::Waiting(wait) = doing else { continue };
        let streams = || {
            wait.streams().iter().filter(|stream| stream.others().iter().any(|other| other.who.pid == to.pid))
        };
        if let Some(stream) = streams().next() {
            let fd =
                stream.others().iter().find(|other| other.who.pid == to.pid).map_or(-1, |other| other.fd);
            return match (stream.end, from.who == *to) {
                (End::Read, true) => format!("only it could write what it reads, for it has fd {fd} open"),
                (End::Read, false) => format!("{whom} to write, or to close fd {fd}"),
                (End::Write, true) => "only it could read what it writes".to_owned(),
                (End::Write, false) => format!("{whom} to read from fd {fd}"),
            };
        }
        match &wait.on {
            On::Children(children) if children.iter().any(|child| child.who.pid == to.pid) => {
                return format!("the end of {whom}");
            }
            On::Open { path, .. } => return format!("{whom} to open {}", path_of(path)),
            On::Release(_) => return format!("{whom} to execute a program or to end"),
            On::Futex { .. } | On::FileLock { .. } if !locked_by(wait, to.pid) => {}
            On::Futex { .. } | On::FileLock { .. } if from.who == *to => {
                return "it holds the lock that it wants".to_owned();
            }
            On::Futex { .. } | On::FileLock { .. } => return format!("{whom} to release a lock"),
            On::Signals { .. } => return format!("a signal from {whom}"),
            On::Semaphore { .. } => return format!("{whom} to raise a semaphore"),
            On::Messages { .. } => return format!("{whom} to use a message queue"),
            _ => {}
        }
    }
    format!("{whom} to let it go on")
}

/// Whether this process has the lock that is waited for, or could have.
pub fn locked_by(wait: &Wait, pid: i32) -> bool {
    let has = |holder: &Holder| holder.who.pid == pid;
    match &wait.on {
        On::Futex { holder: Some(holder), .. } => has(holder),
        On::Futex { shared: Shared::With(those), .. } => matches!(&those[..], [who] if who.pid == pid),
        On::FileLock { holders, .. } => holders.iter().any(has),
        _ => false,
    }
}
