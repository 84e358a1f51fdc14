//! `run_scenario(path)`: another scenario as a program of its own, with guard and keeper of its own, and what is recorded of it.
//!
//! It is this very program once more, executed by the kernel's own link to it, for where files are seen differently no path leads to
//! it. It is told what to do, and tells what happened, on a [`Sheet`] that only its guard and its keeper have. The process that runs
//! its text is apart from both (Landlock), and closes the sheet before the text is run; so neither that text nor a program that
//! it starts can write what we read there.

use super::Stop;
use super::block::fault;
use super::happened::{event_map, life_map};
use super::history::INIT;
use super::machine::Machine;
use super::option::{Options, Stream};
use super::streams::Wiring;
use crate::event::{History, What, read_lines};
use crate::process::sandbox::{Fence, Rules};
use crate::process::{Errno, OURSELVES, Row, Sheet, Waited, clock};
use crate::program::Attribute;
use crate::source::Code;
use crate::value::{Key, ProcessRef, Signal, Trouble, Value, text};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use std::rc::Rc;

/// The command that runs what a sheet says.
pub const COMMAND: &str = "scenario";
/// Bytes of a record that are kept.
pub const RECORD: usize = 32 << 20;
/// How long it has to end itself and all that is its own, where nobody wants it any more.
const GRACE: i64 = 2 * clock::SECOND;

/// What is to be run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Order {
    pub path: String,
    /// What its `args()` gives.
    pub args: Vec<String>,
    /// Of its random numbers.
    pub seed: u64,
    /// How many of its processes may be alive at once.
    pub processes: u32,
    /// What each program gives up that it starts; and it itself, as far as it can go on then.
    pub fence: Option<Rules>,
}

/// What came of it, beside its record: the lines behind this one are that.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Told {
    /// Why it could not be run: the errors in its text.
    pub errors: Vec<String>,
    /// It would observe a program, and this machine forbids it: what came of it says nothing.
    #[serde(default)]
    pub unobserved: bool,
    /// A time of its text was over in it.
    #[serde(default)]
    pub ran_out: bool,
}

impl Order {
    /// Puts up the fence between the process that runs the scenario and all that is not its own. What it starts has another one
    /// around it. Where the kernel knows nothing of Landlock there is none.
    ///
    /// # Errors
    /// In words: it cannot be put up.
    pub fn stand_apart(&self) -> Result<(), String> {
        // The filter of calls would be its tracers' too, who need some of them; and its own code makes none of those.
        let rules = Rules { apart: true, filter: false, ..self.fence.clone().unwrap_or_default() };
        let put_up = Fence::new(&rules).and_then(|fence| fence.apply());
        put_up.map_err(|errno| format!("the scenario cannot be kept apart: {errno}"))
    }
}

impl Machine {
    /// Runs another scenario to its end. Whatever is wrong with its text is a part of the value.
    pub(super) fn run_scenario(&mut self, args: &[Value]) -> Result<Value, Stop> {
        let mut words = super::spawn::arguments(args);
        let path = words.remove(0);
        let name: Rc<str> = path.rsplit('/').find(|part| !part.is_empty()).unwrap_or("scenario").into();
        let order = Order {
            path,
            args: words,
            seed: self.world.chance.u64(..),
            processes: self.world.run.max_processes(),
            fence: self.world.work.rules.clone(),
        };
        let order = serde_json::to_vec(&order).map_err(|error| unreadable(&error.to_string()))?;
        let mut sheet = Sheet::new(&order).map_err(|errno| fault(&errno))?;
        let options = Options {
            stdout: Stream::Capture,
            stderr: Stream::Capture,
            observe: Some(false),
            ours: true,
            ..Options::default()
        };
        let wiring = Wiring { stdin: Some(sheet.pass().map_err(|errno| fault(&errno))?), stdout: None };
        let argv = [OURSELVES.to_owned(), COMMAND.to_owned()];
        let began = clock::monotonic();
        let process = self.spawn_program(name, &argv, &options, wiring)?;
        let code = match self.join(&[Value::Process(process.clone())]) {
            Ok(code) => code,
            Err(stop) => {
                self.end_nested(&process);
                return Err(stop);
            }
        };
        let elapsed = clock::monotonic() - began;
        let told = sheet.read(RECORD as u64 * 2).map_err(|errno| fault(&errno))?;
        let streams = [Attribute::Stdout, Attribute::Stderr].map(|stream| self.attribute(&process, stream));
        self.forget_streams_of(&process);
        let [stdout, stderr] = streams;
        let (told, history) = read(&told, &order);
        if told.ran_out {
            self.world.run.note_ran_out();
        }
        if told.unobserved {
            return Err(self.not_observed(Errno::EPERM).into());
        }
        let began = self.span(&self.world.main)?.0;
        let mut map: IndexMap<Key, Value> = IndexMap::new();
        map.insert(Key::str("exitcode"), code);
        map.insert(Key::str("stdout"), stdout?);
        map.insert(Key::str("stderr"), stderr?);
        map.insert(Key::str("elapsed"), Value::Duration(elapsed));
        map.insert(Key::str("errors"), Value::list(told.errors.iter().map(Value::str).collect()));
        map.insert(Key::str("events"), events(&history, began));
        map.insert(Key::str("processes"), processes(&history));
        Ok(Value::map(map))
    }

    /// It is asked to end all that it has, and gets a moment for it: what it would leave were told as left behind.
    fn end_nested(&mut self, process: &Rc<ProcessRef>) {
        let whole = Value::Process(process.clone());
        if self.send_to_all(std::slice::from_ref(&whole), Signal::TERM).is_ok() {
            let until = Some(clock::monotonic().saturating_add(GRACE));
            while let Ok(Waited::Interrupted) =
                self.world.waiter.child_ended(process.pid, Row::of(process), until)
            {}
        }
        self.end_at_once(&whole);
    }
}

fn unreadable(why: &str) -> Trouble {
    Trouble::new(Code::INTERNAL, format!("a scenario cannot be told what to run: {}", text::visible(why)))
}

/// What the sheet says. Where its guard was killed it says what was to be run, still, and nothing is known.
fn read(told: &[u8], order: &[u8]) -> (Told, History) {
    if told == order {
        return (Told::default(), History::default());
    }
    let all = String::from_utf8_lossy(told);
    let (first, record) = all.split_once('\n').unwrap_or((&all, ""));
    let events = read_lines(record).map_or_else(|_| Vec::new(), |(_, events)| events);
    (serde_json::from_str(first).unwrap_or_default(), History::of(events))
}

/// As `events()` gives them. The times count from when this run began, as all times do that are compared with them.
fn events(history: &History, began: i64) -> Value {
    let is_wanted = |index: &usize| {
        let found = &history.events()[*index];
        let is_keeper = matches!(&found.what, What::Found { name, .. } if name == INIT);
        !is_keeper && !history.is_second_account(*index)
    };
    let indices = (0..history.events().len()).filter(is_wanted);
    Value::list(indices.map(|index| event_map(history, index, began)).collect())
}

/// As `p.processes` gives them: its main process first, without whoever stands in for init.
fn processes(history: &History) -> Value {
    let lives = history.lives().iter().filter(|life| &*life.name != INIT);
    Value::list(lives.map(|life| life_map(history, life)).collect())
}
