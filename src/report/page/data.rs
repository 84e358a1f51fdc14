//! What happened as the page's script reads it: columns of numbers, times counted from the begin of the record.

use super::setting::PageSetting;
use super::word::{LONGEST_LINE, Words, line};
use crate::event::{Event, History, Life, Phase, What};
use crate::report::sentence::{command, events_are, printed, sentence, wait};
use crate::source::SourceMap;
use crate::value::ending::brief_ending;
use serde::Serialize;
use std::collections::HashMap;

/// So many lines of all sources together are shown.
const MOST_LINES: usize = 20_000;

/// Everything that the page shows. `-1` stands for none.
#[derive(Debug, Serialize)]
pub(super) struct Data {
    title: String,
    /// Times are steps; else nanoseconds.
    steps: bool,
    end: i64,
    /// What the reader should know first; empty where there is nothing.
    notice: String,
    kinds: Vec<&'static str>,
    words: Vec<String>,
    sources: Vec<Text>,
    process: Processes,
    event: Events,
    span: Spans,
}

#[derive(Debug, Serialize)]
struct Text {
    name: String,
    lines: Vec<String>,
    /// How many lines more it has.
    more: usize,
}

/// In the order of their births: a parent's number is less than its child's.
#[derive(Debug, Default, Serialize)]
struct Processes {
    pid: Vec<i32>,
    name: Vec<u32>,
    command: Vec<u32>,
    parent: Vec<i64>,
    from: Vec<i64>,
    to: Vec<i64>,
    /// Reaped, or where the record ends.
    until: Vec<i64>,
    ending: Vec<u32>,
    outcome: Vec<u8>,
}

#[derive(Debug, Default, Serialize)]
struct Events {
    /// Since the one before.
    time: Vec<i64>,
    kind: Vec<u8>,
    process: Vec<i64>,
    actor: Vec<i64>,
    /// Of actors without a life in the record: the event, and the actor in words.
    stranger: Vec<(usize, String)>,
    source: Vec<i64>,
    line: Vec<u32>,
    detail: Vec<u32>,
    bad: Vec<usize>,
    /// What was printed to the standard error.
    stderr: Vec<usize>,
}

/// In the order of processes, and for each in the order of time.
#[derive(Debug, Default, Serialize)]
struct Spans {
    process: Vec<usize>,
    state: Vec<u8>,
    from: Vec<i64>,
    to: Vec<i64>,
    why: Vec<u32>,
}

impl Data {
    pub fn of(history: &History, setting: &PageSetting<'_>) -> Self {
        let sources = setting.sources;
        let mut words = Words::new();
        let rows = Rows::of(history);
        let (event, kinds) = events(history, &rows, sources, &mut words);
        let process = processes(history, &rows, &mut words);
        let span = spans(history, &rows, &mut words);
        let notice = match history.dropped() {
            0 => String::new(),
            dropped => format!("the record was full: {} missing", events_are(dropped)),
        };
        Self {
            title: line(setting.title),
            steps: setting.steps,
            end: history.ended().saturating_sub(history.started()),
            notice,
            kinds,
            words: words.into_all(),
            sources: texts(sources),
            process,
            event,
            span,
        }
    }
}

/// The numbers that the page has for the lives: those that only stood by have none.
struct Rows<'a> {
    lives: Vec<&'a Life>,
    numbers: Vec<i64>,
}

impl<'a> Rows<'a> {
    fn of(history: &'a History) -> Self {
        let mut rows = Self { lives: Vec::new(), numbers: Vec::new() };
        for life in history.lives() {
            let number = if life.is_bystander() { -1 } else { i64::try_from(rows.lives.len()).unwrap_or(-1) };
            rows.numbers.push(number);
            if number >= 0 {
                rows.lives.push(life);
            }
        }
        rows
    }

    fn number(&self, life: Option<usize>) -> i64 {
        life.and_then(|life| self.numbers.get(life).copied()).unwrap_or(-1)
    }
}

fn processes(history: &History, rows: &Rows<'_>, words: &mut Words) -> Processes {
    let mut all = Processes::default();
    let since = |time: i64| time.saturating_sub(history.started());
    for life in &rows.lives {
        let (how, outcome) = outcome(life);
        all.pid.push(life.pid);
        all.name.push(words.line(&life.name));
        let run = history.command(life).map(|(path, args)| command(path, args, LONGEST_LINE));
        all.command.push(words.line(&run.unwrap_or_default()));
        all.parent.push(rows.number(life.parent));
        all.from.push(since(life.started));
        all.to.push(life.ended.map_or(-1, since));
        all.until.push(since(life.until));
        all.ending.push(words.line(&how));
        all.outcome.push(outcome);
    }
    all
}

/// How it ended in words, and as the script's number for it.
fn outcome(life: &Life) -> (String, u8) {
    match (life.ended, life.exitcode) {
        (None, _) => ("still alive".to_owned(), 2),
        (Some(_), None) => ("ended".to_owned(), 0),
        (Some(_), Some(exitcode)) => (brief_ending(exitcode, life.core), u8::from(exitcode != 0)),
    }
}

fn events(
    history: &History,
    rows: &Rows<'_>,
    sources: &SourceMap,
    words: &mut Words,
) -> (Events, Vec<&'static str>) {
    let mut all = Events::default();
    let mut kinds: Vec<&'static str> = Vec::new();
    let mut numbers: HashMap<&'static str, u8> = HashMap::new();
    let texts = sources.iter().count();
    let mut before = history.started();
    for (number, event) in history.events().iter().enumerate() {
        let target = history.target(number);
        if target.is_some_and(Life::is_bystander) {
            continue;
        }
        let index = all.time.len();
        let kind = *numbers.entry(event.what.kind()).or_insert_with(|| {
            kinds.push(event.what.kind());
            u8::try_from(kinds.len() - 1).unwrap_or(u8::MAX)
        });
        all.time.push(event.time.saturating_sub(before));
        before = event.time;
        all.kind.push(kind);
        all.process.push(rows.number(target.map(|life| life.index)));
        let actor = history.actor(number);
        all.actor.push(rows.number(actor.map(|life| life.index)));
        if actor.is_none_or(Life::is_bystander) && event.actor > 0 {
            all.stranger.push((index, stranger(event, actor)));
        }
        let place = event.place.filter(|place| (place.source as usize) < texts);
        all.source.push(place.map_or(-1, |place| i64::from(place.source)));
        all.line.push(place.map_or(0, |place| place.line));
        all.detail.push(match &event.what {
            // The script makes a sentence of it, and shows it as output as well.
            What::Printed { text, bytes, .. } => words.lines(&printed(text, *bytes)),
            what => words.line(&sentence(what)),
        });
        if is_bad(&event.what) {
            all.bad.push(index);
        }
        if matches!(&event.what, What::Printed { stream, .. } if stream == "stderr") {
            all.stderr.push(index);
        }
    }
    (all, kinds)
}

/// Whether it is a failure that should catch the eye.
fn is_bad(what: &What) -> bool {
    match what {
        What::Executed { error, .. } | What::Signalled { error, .. } => error.is_some(),
        What::Exited { exitcode, .. } => *exitcode != 0,
        What::Expected { held, .. } => !held,
        What::Dropped { .. } => true,
        _ => false,
    }
}

/// One who has no row of its own.
fn stranger(event: &Event, actor: Option<&Life>) -> String {
    match (&event.what, actor) {
        (What::Adopted { by, .. }, _) if !by.is_empty() => line(by),
        (_, Some(actor)) => line(&actor.name),
        _ => format!("pid {}", event.actor),
    }
}

fn spans(history: &History, rows: &Rows<'_>, words: &mut Words) -> Spans {
    let mut all = Spans::default();
    let since = |time: i64| time.saturating_sub(history.started());
    for (number, life) in rows.lives.iter().enumerate() {
        for span in &life.spans {
            all.process.push(number);
            all.state.push(match span.phase {
                Phase::Alive => 0,
                Phase::Sleeping => 1,
                Phase::Stopped => 2,
                Phase::Zombie => 3,
            });
            all.from.push(since(span.from));
            all.to.push(since(span.to));
            let why = history.waits_in(span).map(|(call, on)| wait(call, on));
            all.why.push(words.line(&why.unwrap_or_default()));
        }
    }
    all
}

fn texts(sources: &SourceMap) -> Vec<Text> {
    let mut left = MOST_LINES;
    let cut = |(_, source): (_, &crate::source::Source)| {
        let lines: Vec<String> = source.text().lines().take(left).map(|text| line(&tabs(text))).collect();
        left -= lines.len();
        let more = source.text().lines().count() - lines.len();
        Text { name: line(source.name()), lines, more }
    };
    sources.iter().map(cut).collect()
}

/// A tab as the four blanks that it looks like, for it would be shown as an escape.
fn tabs(text: &str) -> String {
    text.replace('\t', "    ")
}

#[cfg(test)]
mod tests {
    use super::is_bad;
    use crate::event::What;

    #[test]
    fn what_failed_catches_the_eye() {
        let exec = |error: Option<&str>| {
            is_bad(&What::Executed {
                path: "/bin/ls".into(),
                args: Vec::new(),
                error: error.map(str::to_owned),
            })
        };
        assert!(exec(Some("ENOENT")) && !exec(None));
    }
}
