//! The side of a trial that runs it: guard, keeper and scenario, in a program of their own.

use super::trial::{Text, Trial};
use super::wire::{self, Word};
use crate::check::{Loader, check};
use crate::event::{Message, Reporter};
use crate::execute::{self, Setting, Work};
use crate::keeper::{Ended, GuardOptions, guard};
use crate::process::sandbox::Fence;
use crate::process::{Channel, Relay, Run, fds, group, heap, pause, pid, relay};
use crate::program::Program;
use crate::source::{Source, SourceMap};
use std::fs::{self, File};
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;
use std::rc::Rc;

/// The exit code of this process where the trial was told how it went; nobody else looks at it.
const TOLD: u8 = 0;
/// Where there is nobody who could be told.
const UNTOLD: u8 = 4;

/// What a trial has done, for whoever draws it.
pub struct Played<'a> {
    /// The test, or the file.
    pub title: &'a str,
    pub sources: &'a SourceMap,
    pub ended: &'a Ended,
}

/// Draws a page; gives its text.
pub type Draw = fn(&Played<'_>) -> String;

/// Runs the trial that comes over standard input, a channel, and tells it how it went. Gives the exit code.
///
/// # Errors
/// In words: standard input is no channel.
pub fn play(draw: Draw) -> Result<u8, String> {
    let channel = std::io::stdin().as_fd().try_clone_to_owned().map_err(|error| error.to_string())?;
    let channel = Channel::from(channel);
    let trial: Trial = wire::receive(&channel)?;
    let programs = relay::take(&channel).map_err(|errno| errno.to_string())?;
    let no_input = File::open("/dev/null").map_err(|error| error.to_string())?;
    relay::become_stdin(no_input.as_fd()).map_err(|errno| errno.to_string())?;
    drop(no_input);
    // A trial has no terminal: what it starts could type into the shell of whoever runs the tests.
    let _ = group::new_session();
    Ok(run(&trial, Rc::new(channel), programs, draw))
}

fn run(trial: &Trial, channel: Rc<Channel>, programs: OwnedFd, draw: Draw) -> u8 {
    fds::mark_inherited_close_on_exec();
    heap::prepare();
    let (program, sources) = match prepare(trial) {
        Ok(ready) => ready,
        Err(why) => return not_run(&channel, why),
    };
    let options = GuardOptions {
        timeout: Some(trial.limits.time),
        max_processes: trial.limits.processes,
        disturbance: trial.disturbance,
        follows: Some(trial.scheduler),
        measured: true,
        contain: trial.enclosure.contain.clone(),
        bounds: trial.enclosure.bounds,
        ..GuardOptions::default()
    };
    let teller = channel.clone();
    let title = program.functions.first().and_then(|main| main.tests.get(usize::from(trial.test?)));
    let title = title.map_or_else(|| trial.texts[0].name.clone(), |test| test.name.to_string());
    let quoted = trial.timeline.as_ref().map(|path| (path, sources.clone()));
    let ended = guard(&options, |run| scenario(run, trial, program, sources, teller, programs));
    match ended {
        Ok(ended) => {
            if let Some((path, sources)) = quoted {
                let page = draw(&Played { title: &title, sources: &sources, ended: &ended });
                let drawn = fs::write(path, page).map(|()| path.clone()).map_err(|error| error.to_string());
                wire::send(&channel, &Word::Drawn(drawn));
            }
            wire::send(&channel, &Word::Over(ended.into()));
            TOLD
        }
        Err(fault) => not_run(&channel, fault.to_string()),
    }
}

fn not_run(channel: &Channel, why: String) -> u8 {
    wire::send(channel, &Word::NotRun(why));
    UNTOLD
}

/// The scenario's own process.
fn scenario(
    run: &Run,
    trial: &Trial,
    program: Program,
    sources: SourceMap,
    channel: Rc<Channel>,
    programs: OwnedFd,
) -> u8 {
    let relay = match Relay::new(programs) {
        Ok(relay) => Rc::new(relay),
        Err(errno) => return not_run(&channel, errno.to_string()),
    };
    // Made in here, where the files are that its rules name.
    let fence = trial.enclosure.fence.as_ref().map(Fence::new).transpose();
    let work = match fence {
        Ok(fence) => Work {
            submission: trial.submission.as_deref().map(Rc::from),
            fence: fence.map(Rc::new),
            rules: trial.enclosure.fence.clone(),
            observe: trial.submission.is_some(),
        },
        Err(errno) => return not_run(&channel, format!("the fence around programs cannot be made: {errno}")),
    };
    if let Some(seed) = trial.disturbance {
        bind(seed);
    }
    wire::send(&channel, &Word::Begun(pid()));
    relay.task(pid(), "main");
    let setting = Setting {
        sources: Rc::new(sources),
        args: trial.args.clone(),
        seed: Some(trial.seed),
        reporter: Box::new(Teller(channel)),
        prompt: None,
        relay: Some(relay),
        alone: trial.test,
        work,
    };
    execute::run(program, *run, setting)
}

/// Of disturbed runs, one in three has one processor alone.
fn bind(seed: u64) {
    let all = pause::processors();
    if seed.is_multiple_of(3)
        && let Some(cpu) = all.get((seed / 3) as usize % all.len().max(1))
    {
        // Where it may not be, the run is disturbed otherwise.
        let _ = pause::bind(*cpu);
    }
}

/// The program of a trial. It was checked before, when the test was found.
fn prepare(trial: &Trial) -> Result<(Program, SourceMap), String> {
    let mut sources = SourceMap::default();
    let root = trial.texts.first().ok_or("there is no text")?;
    let root = sources.add(source(root));
    let checked = check(&mut sources, root, &mut Given(&trial.texts));
    // This process needs what they take for itself, and ends soon.
    std::mem::forget(checked.trees);
    match checked.program {
        Some(program) => Ok((program, sources)),
        None => {
            let error = checked.diagnostics.iter().find(|finding| finding.is_error());
            Err(error.map_or_else(|| "it cannot be run".to_owned(), |error| error.message.clone()))
        }
    }
}

fn source(text: &Text) -> Source {
    let source = Source::new(text.name.clone(), text.text.clone());
    match &text.path {
        Some(path) => source.with_path(path),
        None => source,
    }
}

/// The files that a scenario uses, as they were when its tests were found.
struct Given<'a>(&'a [Text]);

impl Loader for Given<'_> {
    fn load(&mut self, path: &str, from: Option<&Path>) -> Result<Source, String> {
        let path = from.and_then(Path::parent).unwrap_or(Path::new("")).join(path);
        let text = self.0.iter().find(|text| text.path.as_deref() == Some(&path));
        text.map(source).ok_or_else(|| "it was not there when the tests were found".to_owned())
    }
}

/// Tells what is reported, from any process of the scenario.
struct Teller(Rc<Channel>);

impl Reporter for Teller {
    fn report(&mut self, message: Message) {
        wire::send(&self.0, &Word::Told(Box::new(message)));
    }
}
