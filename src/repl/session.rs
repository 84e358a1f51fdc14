//! The session's process: takes entries from the editor, checks them, runs them, and tells what happens to processes.

use super::card::{about, brief, named, shown};
use super::known::{Known, Name};
use super::news::{Look, News};
use super::transcript::Transcript;
use super::wire::{Counts, Frame, Line, Ready, Reply, Request};
use crate::check::{self, Loader};
use crate::event::Reporter;
use crate::execute::{Editor, Left, Prompt, Ran, Session, Setting, Woken, Work};
use crate::process::{Relay, Run, clock, group, terminal};
use crate::report::{Places, Style, draw_diagnostics, draw_tree};
use crate::source::{Source, SourceMap, Sources};
use crate::value::{Value, a_kind, text};
use std::collections::HashSet;
use std::os::fd::AsFd;
use std::path::Path;
use std::rc::Rc;

/// How often one looks after processes whose changes the kernel tells nobody.
const STRANGERS: i64 = 100 * clock::MILLISECOND;
/// When one looks for what is being started, each time after the last look.
const STARTING: [i64; 4] =
    [50 * clock::MILLISECOND, 100 * clock::MILLISECOND, 500 * clock::MILLISECOND, clock::SECOND];
/// The shortest time between two looks while the prompt waits.
const CALM: i64 = 20 * clock::MILLISECOND;
/// Letters of a value in a list of names.
const ABOUT: usize = 60;

/// What a session needs of the door through which it was started.
pub struct Kit {
    /// Reads the files that `use` and `:load` name.
    pub loader: Box<dyn Loader>,
    pub reporter: Box<dyn Reporter>,
    /// The texts that the reporter quotes.
    pub sources: Sources,
    /// How to draw.
    pub style: Style,
    /// Writes to standard output, whole.
    pub say: fn(&str),
    /// Of the random numbers; none takes one from the system.
    pub seed: Option<u64>,
    /// A scenario to begin with.
    pub load: Option<String>,
}

/// The editor, as the interpreter knows it.
struct Asked(Rc<Line>);

impl Editor for Asked {
    fn ask(&self, question: &str) -> Option<String> {
        self.0.send(&Reply::Ask(question.to_owned())).ok()?;
        match self.answer()? {
            Request::Answer(answer) => answer,
            _ => None,
        }
    }

    fn lend(&self) {
        // An editor that is gone writes nothing either.
        if self.0.send(&Reply::Lend).is_ok() {
            let _ = self.answer();
        }
    }

    fn take_back(&self, left: Left) {
        let _ = self.0.send(&Reply::Back(left));
    }
}

impl Asked {
    fn answer(&self) -> Option<Request> {
        loop {
            match self.0.receive().ok()?? {
                Request::Glance => {}
                answer => return Some(answer),
            }
        }
    }
}

/// Runs a session in this process, the main process of a run, until the editor wants no more; gives the exit code.
pub fn serve(run: &Run, line: Line, relay: Relay, kit: Kit) -> u8 {
    // Ctrl-C is for the group that has the terminal: the editor's.
    let _ = group::lead();
    let line = Rc::new(line);
    let prompt = Prompt { relay: Rc::new(relay), editor: Rc::new(Asked(line.clone())) };
    let setting = Setting {
        sources: Rc::new(SourceMap::default()),
        args: Vec::new(),
        seed: kit.seed,
        reporter: kit.reporter,
        prompt: Some(prompt),
        relay: None,
        alone: None,
        work: Work::default(),
    };
    let play = Play {
        session: Session::new(*run, setting),
        names: check::Session::default(),
        texts: SourceMap::default(),
        sources: kit.sources,
        loader: kit.loader,
        line,
        news: News::default(),
        transcript: Transcript::default(),
        style: kit.style,
        say: kit.say,
        known: None,
        held: true,
        code: 0,
        entries: 0,
        counts: Counts::default(),
        unseen: false,
    };
    play.work(kit.load)
}

struct Play {
    session: Session,
    names: check::Session,
    texts: SourceMap,
    sources: Sources,
    loader: Box<dyn Loader>,
    line: Rc<Line>,
    news: News,
    transcript: Transcript,
    style: Style,
    say: fn(&str),
    /// What the editor was told last.
    known: Option<Known>,
    /// Whether the last entry held.
    held: bool,
    /// The exit code of the session.
    code: u8,
    entries: usize,
    counts: Counts,
    /// Something has happened to a process that was not looked at yet.
    unseen: bool,
}

/// What to do after a request.
enum Next {
    Prompt,
    /// Look for the next request without a word.
    Silent,
    Leave,
}

impl Play {
    fn work(mut self, load: Option<String>) -> u8 {
        if let Some(file) = load {
            self.load(&file);
        }
        let mut next = Next::Prompt;
        loop {
            let request = match next {
                Next::Leave => return self.code,
                Next::Prompt => {
                    let look = self.tell_news();
                    if self.ready(look.counts).is_err() {
                        return self.code;
                    }
                    self.request(look)
                }
                Next::Silent => self.request(Look::default()),
            };
            let Some(request) = request else { return self.code };
            next = self.serve(request);
        }
    }

    fn serve(&mut self, request: Request) -> Next {
        if request != (Request::Quit { sure: true }) {
            // Whoever wanted to `exit N` and stayed has taken that back.
            self.code = 0;
        }
        match request {
            Request::Entry(text) => self.entry(&text),
            Request::Load(file) => self.load(&file),
            Request::Save(file) => self.save(&file),
            Request::Vars => self.vars(),
            Request::Time(text) => self.time(&text),
            Request::Look => {
                let frame = self.frame();
                if self.line.send(&Reply::Frame(frame)).is_ok() { Next::Silent } else { Next::Leave }
            }
            Request::Quit { sure } => self.quit(sure),
            Request::Answer(_) | Request::Held | Request::Glance => Next::Silent,
        }
    }

    /// Looks at the processes and says what is new.
    fn tell_news(&mut self) -> Look {
        let look = self.news.look(&mut self.session);
        if look.counts != self.counts {
            self.counts = look.counts;
            // An editor that is gone shows nothing.
            let _ = self.line.send(&Reply::Counts(look.counts));
        }
        if !look.lines.is_empty() {
            let lines: String = look.lines.iter().map(|line| format!("{}\n", self.style.dim(line))).collect();
            (self.say)(&lines);
        }
        look
    }

    fn ready(&mut self, counts: Counts) -> std::io::Result<()> {
        let known = self.known();
        let known = (self.known.as_ref() != Some(&known)).then_some(known);
        if known.is_some() {
            self.known.clone_from(&known);
        }
        self.line.send(&Reply::Ready(Ready { counts, held: self.held, known }))
    }

    /// Waits for the next request, and tells the news meanwhile. None where the editor is gone.
    fn request(&mut self, look: Look) -> Option<Request> {
        let line = self.line.clone();
        let mut looked = clock::monotonic();
        let mut due = look.strangers.then(|| looked + STRANGERS);
        if std::mem::take(&mut self.unseen) {
            due = Some(looked + CALM);
        }
        let (mut started, mut hastened) = (false, false);
        // Looks since something may have been started: whoever is alive may be about to, and the editor tells of it only while
        // a line is typed.
        let mut quiet = if look.counts.alive > 0 { 0 } else { STARTING.len() };
        if due.is_none() {
            due = STARTING.get(quiet).map(|pause| looked + pause);
        }
        loop {
            let hastens = match self.session.wait(line.as_fd(), due) {
                Woken::Readable => match line.receive().ok().flatten() {
                    Some(Request::Glance) => {
                        started = true;
                        true
                    }
                    request => {
                        // Where that is one that tells no news, they come after it.
                        self.unseen = hastened;
                        return request;
                    }
                },
                Woken::Changed => true,
                Woken::Late => false,
                Woken::Exited(code) => {
                    self.code = code;
                    return None;
                }
            };
            let calm = looked + CALM;
            hastened |= hastens;
            if hastens && clock::monotonic() < calm {
                // Where a thousand processes end at once, one look a moment later sees many of them.
                due = Some(due.map_or(calm, |due| due.min(calm)));
                continue;
            }
            let before = self.counts;
            let look = self.tell_news();
            looked = clock::monotonic();
            hastened = false;
            let started = std::mem::take(&mut started);
            if started && look.counts == before {
                // The editor asks no second time before it is answered.
                let _ = self.line.send(&Reply::Counts(look.counts));
            }
            // One that is being started may be seen a moment later only, and later still where it is observed.
            if started {
                quiet = 0;
            }
            let pause = if look.strangers { Some(&STRANGERS) } else { STARTING.get(quiet) };
            quiet += 1;
            due = pause.map(|pause| looked + pause);
        }
    }

    fn entry(&mut self, text: &str) -> Next {
        self.entries += 1;
        let name = format!("entry {}", self.entries);
        self.run_source(Source::new(name, text))
    }

    fn run_source(&mut self, source: Source) -> Next {
        let text = source.text().to_owned();
        let folder = source.path().and_then(Path::parent).unwrap_or(Path::new(""));
        let folder = std::path::absolute(Path::new(".").join(folder)).unwrap_or_default();
        let failed = self.session.failed_tests();
        let ran = self.run(source);
        // Before a word of ours: nobody reads it while a child has the terminal and others have said too much already.
        self.session.await_foreground();
        match ran {
            None => {
                self.held = false;
                Next::Prompt
            }
            Some(Ran::Value(value)) => {
                // A test that fails is no end, and yet no success.
                self.held = self.session.failed_tests() == failed;
                if self.held {
                    self.transcript.keep(&text, &folder);
                }
                if let Some(shown) = shown(&self.session, &value, self.style) {
                    (self.say)(&format!("{shown}\n"));
                }
                Next::Prompt
            }
            Some(Ran::Failed) => {
                self.held = false;
                Next::Prompt
            }
            Some(Ran::Interrupted) => {
                self.held = false;
                (self.say)(&format!("{}\n", self.style.yellow("interrupted")));
                Next::Prompt
            }
            Some(Ran::Exited(code)) => {
                self.code = code;
                self.quit(false)
            }
        }
    }

    /// Checks a text and runs it; None where it is wrong, which is said.
    fn run(&mut self, source: Source) -> Option<Ran> {
        let id = self.texts.add(source);
        let checked = self.names.entry(&mut self.texts, id, &mut *self.loader);
        let texts = Rc::new(self.texts.clone());
        self.sources.set(texts.clone());
        if !checked.diagnostics.is_empty() {
            let columns = terminal::size(std::io::stdin()).map_or(0, |(columns, _)| columns.into());
            let style = self.style.within(columns);
            let drawn = draw_diagnostics(&checked.diagnostics, &Places::new(&texts), style);
            // The prompt comes next, not another file's finding.
            (self.say)(&format!("{}\n", drawn.trim_end()));
        }
        let (program, entry) = checked.addition?;
        self.session.add(program, texts);
        Some(self.session.run(entry))
    }

    fn load(&mut self, file: &str) -> Next {
        match self.loader.load(file, None) {
            Ok(source) => self.run_source(source),
            Err(reason) => {
                self.held = false;
                (self.say)(&format!("cannot read `{}`: {reason}\n", named(file)));
                Next::Prompt
            }
        }
    }

    fn save(&mut self, file: &str) -> Next {
        let (scenario, left_out) = self.checked(file);
        let lines = match scenario.lines().count() {
            1 => "1 line is".to_owned(),
            many => format!("{many} lines are"),
        };
        let text = match std::fs::write(file, &scenario) {
            Err(error) => format!("cannot write `{}`: {error}\n", named(file)),
            Ok(()) => {
                let file = named(file);
                let out = match left_out {
                    0 => String::new(),
                    1 => "; 1 entry that needs what failed is a comment in it".to_owned(),
                    many => format!("; {many} entries that need what failed are comments in it"),
                };
                format!("{lines} in {file}: `proctor run {file}` runs it{out}\n")
            }
        };
        (self.say)(&text);
        Next::Prompt
    }

    /// The session as a scenario that passes the check, and how many entries could not be part of it.
    fn checked(&mut self, file: &str) -> (String, usize) {
        let path = std::path::absolute(file).unwrap_or_else(|_| file.into());
        let folder = path.parent().unwrap_or(&path);
        let mut out = HashSet::new();
        loop {
            let scenario = self.transcript.scenario(folder, &out);
            let mut sources = SourceMap::default();
            let id = sources.add(Source::new(file, scenario.text.as_str()).with_path(&path));
            let found = check::check(&mut sources, id, &mut *self.loader);
            let errors = found.diagnostics.iter().filter(|finding| finding.is_error());
            let places =
                errors.flat_map(|finding| &finding.labels).filter(|label| label.location.source == id);
            let wrong: Vec<usize> = places
                .filter_map(|label| scenario.entry_at(label.location.span.start as usize))
                .filter(|entry| !out.contains(entry))
                .collect();
            // One at a time: with it the others may be right.
            match wrong.iter().max() {
                Some(last) => _ = out.insert(*last),
                None => return (scenario.text, out.len()),
            }
        }
    }

    fn time(&mut self, text: &str) -> Next {
        let entries = self.session.entries();
        let began = clock::monotonic();
        let next = self.entry(text);
        let took = brief(clock::monotonic() - began);
        // What is wrong was not run.
        if self.session.entries() > entries {
            (self.say)(&format!("{}\n", self.style.dim(&format!("took {took}"))));
        }
        next
    }

    fn quit(&mut self, sure: bool) -> Next {
        let alive = if sure { Vec::new() } else { self.alive() };
        let stays = !alive.is_empty();
        match self.line.send(&Reply::Leaving(alive)) {
            Ok(()) if stays => Next::Silent,
            _ => Next::Leave,
        }
    }

    /// The names of the processes that are alive.
    fn alive(&self) -> Vec<String> {
        let processes = self.session.processes();
        processes
            .iter()
            .filter(|seen| !matches!(seen.state, 'Z' | 'X'))
            .map(|seen| named(&seen.name))
            .collect()
    }

    fn known(&self) -> Known {
        let names = self.names.names().map(|known| {
            let value = known.global.and_then(|at| self.session.global(at));
            let (kind, about) = match value {
                Some(value @ Value::Function(_)) => (kind(value), self.usage(&known)),
                Some(value) => (kind(value), text::brief(value, ABOUT)),
                None if known.global.is_none() => ("function", self.usage(&known)),
                None => ("none", "it has no value yet".to_owned()),
            };
            Name { name: known.name.to_string(), kind: kind.to_owned(), about: named(&about) }
        });
        Known { names: names.collect() }
    }

    /// How a function is called: its declaration, up to the block.
    fn usage(&self, known: &check::SessionName) -> String {
        let source = self.texts.get(known.location.source);
        let rest = source.text().get(known.location.span.start as usize..).unwrap_or_default();
        let head = rest.split(['{', '=', '\n']).next().unwrap_or_default();
        head.trim().to_owned()
    }

    fn vars(&mut self) -> Next {
        let mut known = self.known();
        for (name, row) in self.names.names().zip(&mut known.names) {
            if let Some(Value::Process(process)) = name.global.and_then(|at| self.session.global(at)) {
                row.about = about(&self.session, process, self.style);
            }
        }
        let widths = [0, 1].map(|column| {
            let cells = known.names.iter().map(|name| if column == 0 { &name.name } else { &name.kind });
            cells.map(|cell| crate::report::width(cell)).max().unwrap_or(0)
        });
        let mut lines = String::new();
        for name in &known.names {
            let pad =
                |cell: &str, column: usize| format!("{cell}{}", crate::report::missing(cell, widths[column]));
            let (name, kind, about) = (pad(&name.name, 0), pad(&name.kind, 1), &name.about);
            lines.push_str(format!("{}  {kind}  {about}", self.style.bold(&name)).trim_end());
            lines.push('\n');
        }
        if lines.is_empty() {
            lines.push_str("no names yet: `let x = 1` makes one\n");
        }
        (self.say)(&lines);
        Next::Prompt
    }

    fn frame(&mut self) -> Frame {
        let table = super::table::draw(&mut self.session, self.style);
        Frame { table, tree: draw_tree(&self.session.tree(), self.style) }
    }
}

/// The name of a value's type.
fn kind(value: &Value) -> &'static str {
    let kind = a_kind(value);
    kind.strip_prefix("an ").or_else(|| kind.strip_prefix("a ")).unwrap_or(kind)
}
