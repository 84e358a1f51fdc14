//! The options of `spawn`: from a map of values to what each means, checked key by key.

use super::Stop;
use crate::program::{
    Expected, LIMITS, NICE, OPTIONS, OptionRow, PIPED_HELP, Piped, SpawnOption, Way, conflict,
    conflict_with_pipe, option,
};
use crate::source::{Code, did_you_mean};
use crate::value::{Key, Map, ProcessRef, Trouble, Value, a_kind, text, time};
use std::rc::Rc;

/// Where a stream of a spawned process comes from or goes to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum Stream {
    #[default]
    Inherit,
    Null,
    Capture,
    /// Standard input only: `p.write` feeds it.
    Pipe,
    /// Standard error only: where standard output goes.
    Stdout,
    File {
        path: String,
        append: bool,
    },
}

/// Which process group a spawned process joins.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum Group {
    #[default]
    Ours,
    New,
    Of(Rc<ProcessRef>),
}

/// What `limits` gave; sizes in bytes, CPU time in whole seconds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Limits {
    pub cpu: Option<u64>,
    pub memory: Option<u64>,
    pub files: Option<u64>,
    pub processes: Option<u64>,
    pub output: Option<u64>,
    pub file_size: Option<u64>,
}

/// All options of one target.
#[derive(Debug, Clone, Default)]
pub(super) struct Options {
    pub name: Option<Rc<str>>,
    pub daemon: bool,
    pub input: Option<String>,
    pub stdin: Stream,
    pub stdout: Stream,
    pub stderr: Stream,
    pub pty: bool,
    pub foreground: bool,
    pub env: Vec<(String, Option<String>)>,
    pub cwd: Option<String>,
    pub group: Group,
    pub session: bool,
    pub nice: Option<i32>,
    pub cpus: Vec<usize>,
    /// None where nothing is said of it.
    pub observe: Option<bool>,
    /// It is this very program, which is trusted.
    pub ours: bool,
    pub limits: Limits,
}

impl Options {
    /// Reads the value behind `with`.
    pub(super) fn read(value: &Value) -> Result<Self, Stop> {
        let Value::Map(map) = value else {
            let message = format!("the options of spawn are a map, not {}", a_kind(value));
            return Err(Trouble::new(Code::OPTION_TYPE, message).help("as in `with {capture: true}`").into());
        };
        let mut options = Self::default();
        for (key, value) in map.0.borrow().iter() {
            let row = match key {
                Key::Str(name) => option(name).ok_or_else(|| unknown_option(name))?,
                other => return Err(unknown_option(&text::display(&other.value())).into()),
            };
            options.take(row, value)?;
        }
        match conflict(|asked| way_in(map, asked)) {
            None => Ok(options),
            Some((one, other, why)) => {
                let message =
                    format!("`{}` and `{}` contradict each other: {why}", one.row().name, other.row().name);
                Err(Trouble::new(Code::OPTION_CONFLICT, message).help("leave one of them out").into())
            }
        }
    }

    /// Whether the value behind `with` goes together with the pipes around its target.
    pub(super) fn check_piped(value: &Value, piped: Piped) -> Result<(), Trouble> {
        let Value::Map(map) = value else { return Ok(()) };
        match conflict_with_pipe(piped, |asked| way_in(map, asked)) {
            None => Ok(()),
            Some((option, why)) => {
                let message = format!("`{}` contradicts the pipeline: {why}", option.row().name);
                Err(Trouble::new(Code::OPTION_CONFLICT, message).help(PIPED_HELP))
            }
        }
    }

    fn take(&mut self, row: &'static OptionRow, value: &Value) -> Result<(), Trouble> {
        let wrong = || wrong_type(row, value);
        match (row.option, value) {
            (SpawnOption::Name, Value::Str(name)) if name.is_empty() => return Err(empty(row)),
            (SpawnOption::Name, Value::Str(name)) => self.name = Some(Rc::from(name.as_str())),
            (SpawnOption::Daemon, Value::Bool(daemon)) => self.daemon = *daemon,
            (SpawnOption::Capture, Value::Bool(capture)) => self.capture(*capture),
            (SpawnOption::Input, Value::Str(input)) => self.input = Some(input.to_string()),
            (SpawnOption::Stdin, value) => self.stdin = input(value).ok_or_else(wrong)?,
            (SpawnOption::Stdout, value) => self.stdout = output(value).ok_or_else(wrong)?,
            (SpawnOption::Stderr, Value::Str(word)) if word.as_str() == "stdout" => {
                self.stderr = Stream::Stdout;
            }
            (SpawnOption::Stderr, value) => self.stderr = output(value).ok_or_else(wrong)?,
            (SpawnOption::Pty, Value::Bool(pty)) => self.pty = *pty,
            (SpawnOption::Foreground, Value::Bool(foreground)) => self.foreground = *foreground,
            (SpawnOption::Env, Value::Map(map)) => self.env = env(map).ok_or_else(wrong)?,
            (SpawnOption::Cwd, Value::Str(path)) => self.cwd = Some(path.to_string()),
            (SpawnOption::Group, Value::Bool(new)) => {
                self.group = if *new { Group::New } else { Group::Ours };
            }
            (SpawnOption::Group, Value::Process(process)) => self.group = Group::Of(process.clone()),
            (SpawnOption::Observe, Value::Bool(observe)) => self.observe = Some(*observe),
            (SpawnOption::Session, Value::Bool(session)) => self.session = *session,
            (SpawnOption::Nice, Value::Int(nice)) if NICE.contains(nice) => self.nice = Some(*nice as i32),
            (SpawnOption::Nice, Value::Int(nice)) => {
                let message =
                    format!("the option nice goes from {} to {}, not {nice}", NICE.start(), NICE.end());
                return Err(Trouble::new(Code::OPTION_TYPE, message).help(row.help()));
            }
            (SpawnOption::Cpus, Value::List(list)) if list.0.borrow().is_empty() => return Err(empty(row)),
            (SpawnOption::Cpus, Value::List(list)) => {
                self.cpus = cpus(&list.0.borrow()).ok_or_else(wrong)?;
            }
            (SpawnOption::Limits, Value::Map(map)) => self.limits = Limits::read(map)?,
            _ => return Err(wrong()),
        }
        Ok(())
    }

    /// `capture` is short for both streams captured; a stream's own option goes before it.
    fn capture(&mut self, capture: bool) {
        for stream in [&mut self.stdout, &mut self.stderr] {
            if capture && *stream == Stream::Inherit {
                *stream = Stream::Capture;
            }
        }
    }
}

impl Limits {
    fn read(map: &Map) -> Result<Self, Trouble> {
        let mut limits = Self::default();
        for (key, value) in map.0.borrow().iter() {
            let name = text::display(&key.value());
            let amount = |value: &Value| match value {
                Value::Int(amount) => u64::try_from(*amount).ok(),
                _ => None,
            };
            let read = match name.as_str() {
                "cpu" => time::to_duration(value).ok().and_then(whole_seconds),
                _ => amount(value),
            };
            let place = match name.as_str() {
                "cpu" => &mut limits.cpu,
                "memory" => &mut limits.memory,
                "files" => &mut limits.files,
                "processes" => &mut limits.processes,
                "output" => &mut limits.output,
                "file_size" => &mut limits.file_size,
                _ => return Err(unknown_limit(&name)),
            };
            let Some(read) = read else {
                let message = format!("the limit {name} cannot be {}", text::literal(value));
                return Err(Trouble::new(Code::OPTION_TYPE, message));
            };
            *place = Some(read);
        }
        Ok(limits)
    }
}

/// None where it is negative.
fn whole_seconds(duration: i64) -> Option<u64> {
    u64::try_from(duration).ok().map(|duration| duration.div_ceil(1_000_000_000))
}

fn unknown_option(name: &str) -> Trouble {
    let mut trouble = Trouble::new(Code::UNKNOWN_OPTION, format!("spawn has no option `{name}`"));
    let names = || OPTIONS.iter().map(|row| row.name);
    trouble.help = Some(match did_you_mean(name, names()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("the options are {}", names().collect::<Vec<_>>().join(", ")),
    });
    trouble
}

fn unknown_limit(name: &str) -> Trouble {
    let names: Vec<_> = LIMITS.iter().map(|(name, _)| *name).collect();
    let mut trouble = Trouble::new(Code::UNKNOWN_OPTION, format!("there is no limit `{name}`"));
    trouble.help = Some(match did_you_mean(name, names.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("the limits are {}", names.join(", ")),
    });
    trouble
}

/// How an option is set in a map of options.
fn way_in(map: &Map, asked: SpawnOption) -> Way {
    let row = asked.row();
    map.0.borrow().get(&Key::str(row.name)).map_or(Way::Off, |value| way(row.expected, value))
}

/// How an option is set, for what others say to that.
fn way(expected: Expected, value: &Value) -> Way {
    match value {
        Value::Bool(false) => Way::Off,
        Value::Str(word) if expected.is_stream() => Way::of_word(word),
        _ => Way::On,
    }
}

fn wrong_type(row: &OptionRow, value: &Value) -> Trouble {
    let message =
        format!("the option {} is {}, not {}", row.name, row.expected.words(), text::literal(value));
    Trouble::new(Code::OPTION_TYPE, message).help(row.help())
}

fn empty(row: &OptionRow) -> Trouble {
    Trouble::new(Code::OPTION_TYPE, format!("the option {} cannot be empty", row.name)).help(row.help())
}

fn input(value: &Value) -> Option<Stream> {
    match value {
        Value::Str(word) => match word.as_str() {
            "inherit" => Some(Stream::Inherit),
            "null" => Some(Stream::Null),
            "pipe" => Some(Stream::Pipe),
            _ => None,
        },
        Value::Map(map) => file(map).filter(|stream| matches!(stream, Stream::File { append: false, .. })),
        _ => None,
    }
}

fn output(value: &Value) -> Option<Stream> {
    match value {
        Value::Str(word) => match word.as_str() {
            "inherit" => Some(Stream::Inherit),
            "null" => Some(Stream::Null),
            "capture" => Some(Stream::Capture),
            _ => None,
        },
        Value::Map(map) => file(map),
        _ => None,
    }
}

fn file(map: &Map) -> Option<Stream> {
    let entries = map.0.borrow();
    let Some(Value::Str(path)) = entries.get(&Key::str("path")) else { return None };
    let append = match entries.get(&Key::str("append")) {
        None => false,
        Some(Value::Bool(append)) => *append,
        Some(_) => return None,
    };
    let known = |key: &Key| *key == Key::str("path") || *key == Key::str("append");
    entries.keys().all(known).then(|| Stream::File { path: path.to_string(), append })
}

fn env(map: &Map) -> Option<Vec<(String, Option<String>)>> {
    let mut changes = Vec::new();
    for (key, value) in map.0.borrow().iter() {
        let Key::Str(name) = key else { return None };
        if name.is_empty() || name.contains(['=', '\0']) {
            return None;
        }
        let value = match value {
            Value::None => None,
            Value::Str(_) | Value::Int(_) | Value::Float(_) | Value::Bool(_) => Some(text::display(value)),
            _ => return None,
        };
        changes.push((name.to_string(), value));
    }
    Some(changes)
}

fn cpus(values: &[Value]) -> Option<Vec<usize>> {
    values
        .iter()
        .map(|value| match value {
            Value::Int(cpu) => usize::try_from(*cpu).ok().filter(|cpu| *cpu < 1024),
            _ => None,
        })
        .collect()
}
