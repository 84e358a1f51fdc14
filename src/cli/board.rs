//! What `proctor trace` shows and keeps of the events: the log, the file, the pictures, and the diagnosis of a hang.

use super::args::TraceArgs;
use super::output::{Output, to_stderr};
use super::picture::Pictures;
use super::timeline::Timeline;
use super::witness::Eyes;
use crate::event::hang::{Doing, Hang, On, Standing, brief_wait, span};
use crate::event::{Effect, Event, Header, History, What, write_event, write_header};
use crate::observe::hang::examine;
use crate::process::proc_file::signal_masks;
use crate::process::{Run, Standard, clock, terminal};
use crate::report::{Log, Notice, draw_hang, hang_json, shorten, visible_line, wrap};
use crate::source::{Severity, SourceMap};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Write;
use std::time::Duration;

pub const SIGINT: i32 = 2;
pub const SIGQUIT: i32 = 3;
/// Those that a terminal makes of keys, and that are meant to end.
const KEYS: [i32; 2] = [SIGINT, SIGQUIT];

/// Events that are kept for the pictures.
const KEPT: usize = 1 << 20;

/// One press of a key reaches many processes: so long after a diagnosis no other one is made for it.
const PRESS: i64 = 500 * clock::MILLISECOND;

/// After a diagnosis, and after the death of one who dies of the key, so long it is waited for whatever else ends.
const SOON: i64 = 300 * clock::MILLISECOND;

/// Who has been given a signal that ends it dies as soon as it has the processor. A disk may keep it longer than anybody wants
/// to wait.
const DYING: i64 = 10 * clock::SECOND;

/// How long processes that run may take to come to where they wait.
const SETTLING: i64 = 200 * clock::MILLISECOND;

/// How long those that the key has woken may take to get the processor, and stop before it.
const WAKING: i64 = 5 * clock::SECOND;

/// The exit code of shells where there is no such program.
const NO_PROGRAM: u8 = 127;

/// What a refusal to execute may come from.
const PRIVILEGED: &str = "is it set-user-id, set-group-id, or has it capabilities? Such a program would lose its privilege while it is \
     traced, so it is refused: run it by itself, or all of proctor as root";

/// A line of the log goes on to the right of its time.
const BEHIND_THE_TIME: usize = 10;

/// Processes that a headline names.
const NAMED: usize = 3;

/// What is to be done.
#[derive(Debug, Clone, Copy)]
pub struct Order<'a> {
    pub args: &'a TraceArgs,
    pub output: Output,
}

/// Why the processes are looked into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    TimedOut,
    /// By Ctrl-C or its like.
    Interrupted,
    Ended,
}

/// Is told every event, in their order.
#[derive(Debug)]
pub struct Board<'a> {
    order: &'a Order<'a>,
    log: Log,
    eyes: Eyes,
    file: Option<File>,
    /// Why the file is not whole.
    lost: Option<String>,
    events: Vec<Event>,
    dropped: u64,
    /// Whether the program itself was executed.
    executed: bool,
    /// Whether the last try to do so was refused with EPERM.
    refused: bool,
    /// The program's pid; 0 before its first event.
    root: i32,
    own: i32,
    started: i64,
    looked: Option<i64>,
    /// A diagnosis that is to be shown as the last thing, if all end soon.
    pending: Option<Pending>,
    /// Whom a key has ended, and when it reached them: they are about to die.
    dying: BTreeMap<i32, i64>,
    ending: bool,
}

/// A diagnosis that was made, and is not shown yet.
#[derive(Debug)]
struct Pending {
    text: String,
    until: i64,
}

impl<'a> Board<'a> {
    /// # Errors
    /// Says why the file cannot be written.
    pub fn new(run: &Run, order: &'a Order<'a>) -> Result<Self, String> {
        let args = order.args;
        let kinds = (!args.events.is_empty()).then(|| args.events.clone());
        let started = clock::monotonic();
        let file = match &args.output {
            None => None,
            Some(path) => {
                let refused = |error| format!("{} cannot be written: {error}", path.display());
                let mut file = File::create(path).map_err(refused)?;
                let run = format!("{:032x}", run.cookie());
                let header = Header::new(run, started, clock::wall_at(started), Vec::new());
                write_whole(&mut file, |line| write_header(line, &header)).map_err(refused)?;
                Some(file)
            }
        };
        Ok(Self {
            order,
            log: Log::new(order.output.stderr, kinds),
            eyes: Eyes::default(),
            file,
            lost: None,
            events: Vec::new(),
            dropped: 0,
            executed: false,
            refused: false,
            root: 0,
            own: -1,
            started,
            looked: None,
            pending: None,
            dying: BTreeMap::new(),
            ending: false,
        })
    }

    /// Shows and keeps an event. The process that it happened to stands still meanwhile: a signal has not reached it yet.
    pub fn take(&mut self, mut event: Event) {
        if self.root == 0 {
            self.root = event.pid;
            self.own = event.actor;
        }
        self.conceal(&mut event);
        self.eyes.see(&event);
        let ours = event.pid == self.root && event.actor == 0 && matches!(event.what, What::Reaped { .. });
        let line = self.log.line(&event).filter(|_| !ours);
        // That we kill them in the end is not their doing.
        if !self.order.args.quiet && !self.ending {
            self.tell(&event, line);
        }
        self.write(&event);
        match &event.what {
            // A key: nobody sent it.
            What::Delivered { signal, effect } if event.actor == 0 => {
                let number = i32::from(signal.0);
                if KEYS.contains(&number) && *effect != Effect::Ignored {
                    self.look_once();
                }
                if KEYS.contains(&number) && *effect == Effect::Default {
                    self.dying.insert(event.pid, event.time);
                }
            }
            What::Exited { .. } => self.died(event.pid, event.time),
            What::Executed { error, .. } if event.pid == self.root => {
                self.executed |= error.is_none();
                self.refused = error.as_deref() == Some("EPERM");
            }
            _ => {}
        }
        if self.order.args.draws() {
            if self.events.len() < KEPT { self.events.push(event) } else { self.dropped += 1 }
        }
    }

    /// This process, the parent of the program, is nobody in its story.
    fn conceal(&self, event: &mut Event) {
        if event.actor == self.own {
            event.actor = 0;
        }
        if let What::Spawned { name, .. } = &mut event.what
            && let Some(base) = name.trim_end_matches('/').rsplit('/').next()
        {
            *name = base.to_owned();
        }
    }

    fn tell(&self, event: &Event, line: Option<String>) {
        let Some(line) = line else { return };
        if !self.order.output.is_json() {
            return to_people(&line, BEHIND_THE_TIME);
        }
        let mut text = Vec::new();
        // Writing to memory does not fail.
        let _ = write_event(&mut text, event, self.log.name(event.pid).as_deref());
        to_stderr(&String::from_utf8_lossy(&text));
    }

    fn write(&mut self, event: &Event) {
        let name = self.log.name(event.pid);
        let Some(file) = &mut self.file else { return };
        if let Err(error) = write_whole(file, |line| write_event(line, event, name.as_deref())) {
            self.lost = Some(error.to_string());
            self.file = None;
        }
    }

    /// Looks into them because of a key, unless it has just been done for that.
    pub fn look_once(&mut self) {
        let now = clock::monotonic();
        if self.looked.is_none_or(|looked| now - looked > PRESS) {
            self.look(Why::Interrupted);
        }
    }

    /// Says where the processes are blocked.
    pub fn look(&mut self, why: Why) {
        let hang = self.settled();
        let now = clock::monotonic();
        self.looked = Some(now);
        if why == Why::Interrupted && talks(&hang) {
            return;
        }
        if self.order.output.is_json() {
            let word = match why {
                Why::TimedOut => "timeout",
                Why::Interrupted => "interrupt",
                Why::Ended => "end",
            };
            return to_stderr(&hang_json(&hang, word, now));
        }
        let after = span(now.saturating_sub(self.started));
        let title = match why {
            Why::TimedOut => format!("proctor: still running after {after}: {}", headline(&hang)),
            Why::Interrupted | Why::Ended => format!("proctor: after {after}: {}", headline(&hang)),
        };
        let text = draw_hang(&hang, &title, self.order.output.stderr);
        if why == Why::Interrupted {
            // A key leaves `^C` on the line.
            to_stderr("\n");
        }
        self.pending = Some(Pending { text, until: now.saturating_add(SOON) });
    }

    /// The signal that makes us look has just woken the processes as well: they stand still before it as soon as they have had
    /// the processor, and until then it is pending. Others that run may be about to wait; one that runs and runs is given up soon.
    fn settled(&self) -> Hang {
        const PAUSE: Duration = Duration::from_millis(2);
        let start = clock::monotonic();
        loop {
            let present = self.eyes.present();
            // Asked first: whoever had it taken by then is seen to stand still.
            let woken: BTreeSet<i32> = present.iter().copied().filter(|pid| has_key_pending(*pid)).collect();
            let hang = examine(&present, &self.eyes);
            let running: Vec<i32> =
                hang.processes.iter().filter(|one| runs(one)).map(|one| one.who.pid).collect();
            let limit = if running.iter().any(|pid| woken.contains(pid)) { WAKING } else { SETTLING };
            if running.is_empty() || clock::monotonic() - start >= limit {
                return hang;
            }
            std::thread::sleep(PAUSE);
        }
    }

    fn died(&mut self, pid: i32, time: i64) {
        if self.dying.remove(&pid).is_some()
            && let Some(pending) = &mut self.pending
        {
            pending.until = time.saturating_add(SOON);
        }
    }

    /// Until when those that are about to die are waited for; none where nobody is.
    #[must_use]
    pub fn dying(&self) -> Option<i64> {
        let now = clock::monotonic();
        self.dying.values().map(|since| since.saturating_add(DYING)).filter(|until| *until > now).max()
    }

    /// When the diagnosis has to be shown, whoever still lives then.
    #[must_use]
    pub fn pending(&self) -> Option<i64> {
        self.pending.as_ref().map(|pending| pending.until.max(self.dying().unwrap_or(0)))
    }

    pub fn show(&mut self) {
        if let Some(pending) = self.pending.take() {
            to_people(&pending.text, 2);
        }
    }

    /// From now on all that happens is that we end them.
    pub fn end(&mut self) {
        self.ending = true;
    }

    /// Says who outlived the program, and what becomes of them.
    pub fn outlived(&self, living: &[i32], code: u8, ends: bool) {
        let whom: Vec<String> = living.iter().map(|pid| self.called(*pid)).collect();
        let more = whom.len().saturating_sub(NAMED);
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        let verb = if whom.len() == 1 { "has" } else { "have" };
        let them = if whom.len() == 1 { "it" } else { "them" };
        let whom = whom[..whom.len().min(NAMED)].join(", ");
        let then = if ends {
            format!("proctor ends {them} now (--until-exit)")
        } else {
            format!("proctor watches {them} to the end; Ctrl-C ends {them}")
        };
        self.order.output.say(&Notice {
            code: "outlived",
            severity: Severity::Warning,
            message: &format!("the program has ended ({code}), and {whom}{more} {verb} outlived it: {then}"),
            help: None,
            run: None,
            processes: &[],
            unnamed: 0,
        });
    }

    fn called(&self, pid: i32) -> String {
        let name = self.log.name(pid).unwrap_or_else(|| "a process".into());
        format!("{} (pid {pid})", shorten(&visible_line(&name), 40))
    }

    /// Draws the pictures, and says what went wrong. Gives the exit code.
    pub fn finish(&mut self, code: u8) -> u8 {
        let output = self.order.output;
        if !self.executed {
            let name = self.order.args.program.first().map(|name| name.to_string_lossy()).unwrap_or_default();
            let (why, help) = match code {
                NO_PROGRAM => ("there is no such program (a path, or in the PATH)", None),
                _ if self.refused => ("the system refuses it (EPERM)", Some(PRIVILEGED)),
                _ => ("it may not be executed (`ls -l` shows its rights), or is no program", None),
            };
            output.say_error("exec", &format!("{} cannot be executed: {why}", shorten(&name, 400)), help);
        }
        if let Some(lost) = &self.lost {
            let message = format!("the events could not all be written: {lost}");
            output.say_error("record_not_written", &message, None);
        }
        if self.order.args.draws() && self.executed {
            self.draw();
        }
        self.show();
        code
    }

    fn draw(&mut self) {
        let args = self.order.args;
        let mut events = std::mem::take(&mut self.events);
        if self.dropped > 0 {
            let what = What::Dropped { events: self.dropped };
            events.push(Event { time: clock::monotonic(), pid: 0, actor: 0, place: None, what });
        }
        let title: Vec<String> =
            args.program.iter().map(|word| word.to_string_lossy().into_owned()).collect();
        let both = args.timeline.is_empty() && !args.tree;
        let here = [Timeline::Here];
        let pictures = Pictures {
            timelines: if both { &here } else { &args.timeline },
            tree: args.tree || both,
            title: &title.join(" "),
            sources: &SourceMap::default(),
            output: self.order.output,
            to: Standard::Error,
            stable: false,
        };
        // What could not be written is said, and is no reason to give another exit code than the program's.
        let _ = pictures.draw(History::of(events));
    }
}

/// Onto standard error, with its long lines broken where that is a terminal; what follows stands so many columns further in.
fn to_people(text: &str, further: usize) {
    match terminal::size(std::io::stderr()) {
        Some((columns, _)) => to_stderr(&wrap(text, columns.into(), further)),
        None => to_stderr(text),
    }
}

/// Whether a key's signal is about to reach it; see proc_pid_status(5).
fn has_key_pending(pid: i32) -> bool {
    let keys = KEYS.iter().fold(0, |all, key| all | 1 << (key - 1));
    signal_masks(pid).is_ok_and(|masks| masks.pending & !masks.blocked & keys != 0)
}

fn runs(standing: &Standing) -> bool {
    standing.all().any(|doing| *doing == Doing::Running)
}

/// One write for a line.
fn write_whole(
    file: &mut File,
    line: impl FnOnce(&mut dyn Write) -> std::io::Result<()>,
) -> std::io::Result<()> {
    let mut text = Vec::new();
    line(&mut text)?;
    file.write_all(&text)
}

/// Whether it is in conversation with its user: it waits for what is typed, has its own way with Ctrl-C, and nothing is wrong.
fn talks(hang: &Hang) -> bool {
    let waits_for_keys = |doing: &Doing| match doing {
        Doing::Waiting(wait) => {
            matches!(&wait.on, On::Stream(_) | On::Streams(_))
                && wait.streams().iter().any(crate::event::hang::Stream::is_keyboard)
        }
        _ => false,
    };
    let minds =
        |pid| signal_masks(pid).is_ok_and(|masks| (masks.caught | masks.ignored) >> (SIGINT - 1) & 1 == 1);
    hang.deadlocked().is_empty()
        && hang.processes.iter().any(|standing| standing.all().any(waits_for_keys) && minds(standing.who.pid))
}

/// The first few that wait.
fn headline(hang: &Hang) -> String {
    let living = || hang.processes.iter().filter(|standing| !standing.is_over());
    let count = living().count();
    let told: Vec<String> = living()
        .take(NAMED)
        .map(|standing| format!("{} {}", standing.who.shown(), brief_wait(&standing.doing)))
        .collect();
    match count {
        0 => "nobody is left".to_owned(),
        _ if count > NAMED => format!("{}, and {} more", told.join(", "), count - NAMED),
        _ => told.join(", "),
    }
}
