//! The side of a trial that starts it, collects what it says, and sees to it that it ends.

use super::collect::Collector;
use super::judge::{Facts, Judged, judge};
use super::outcome::{Leaks, Outcome, Output};
use super::trial::Trial;
use super::wire::{self, Word};
use crate::event::Verdict;
use crate::keeper::end_orphans;
use crate::process::relay::{pass, relay};
use crate::process::{Channel, OURSELVES, Pidfd, Received, Watch, clock, custody};
use std::collections::BTreeSet;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long a trial may take beyond its limit to end itself, and then to be ended.
const SLACK: Duration = Duration::from_secs(5);
/// So many words are kept: a scenario may break ten thousand expectations in its children.
const WORDS: usize = 200;
/// And so many bytes of them.
const BYTES: usize = 32 << 20;
/// The number of the channel among what is watched.
const CHANNEL: u64 = 0;

/// How a trial went, as it was told; it can go to another thread.
#[derive(Debug)]
pub struct Ending {
    trial: Trial,
    /// What it told, as it came.
    words: Vec<Vec<u8>>,
    output: Output,
    /// Why it could not be run, or be listened to.
    not_run: Option<String>,
    /// It did not end itself.
    overdue: bool,
    /// Nor when it was killed.
    given_up: bool,
    /// Nanoseconds.
    elapsed: i64,
    /// Nanoseconds of processors that listening to it took.
    listening: i64,
}

/// Runs a trial to its end. `started` is told its process, which [`Pidfd::send`] may be used on.
pub fn attempt(trial: Trial, started: impl FnOnce(Pidfd)) -> Ending {
    let began = Instant::now();
    let not_run = |why: String, trial| Ending {
        trial,
        words: Vec::new(),
        output: Output::default(),
        not_run: Some(why),
        overdue: false,
        given_up: false,
        elapsed: nanoseconds(began),
        listening: 0,
    };
    let mut running = match Running::start(&trial) {
        Ok(running) => running,
        Err(why) => return not_run(format!("the trial could not be started: {why}"), trial),
    };
    match Pidfd::open(running.guard.id().cast_signed()) {
        Ok(held) => started(held),
        Err(errno) => {
            running.end();
            return not_run(format!("the trial could not be held: {errno}"), trial);
        }
    }
    running.work(trial, began)
}

fn nanoseconds(began: Instant) -> i64 {
    i64::try_from(began.elapsed().as_nanos()).unwrap_or(i64::MAX)
}

impl Ending {
    /// What it means.
    #[must_use]
    pub fn outcome(self) -> Outcome {
        let (mut main, mut ended, mut not_run, mut messages) = (None, None, self.not_run, Vec::new());
        let mut timeline = None;
        for word in &self.words {
            match wire::read(word) {
                Ok(Word::Begun(pid)) => main = Some(pid),
                Ok(Word::Told(message)) => messages.push(*message),
                Ok(Word::Drawn(drawn)) => timeline = Some(drawn),
                Ok(Word::Over(over)) => ended = Some(over),
                Ok(Word::NotRun(why)) => not_run = Some(why),
                Err(why) => not_run = Some(format!("what the trial tells cannot be read: {why}")),
            }
        }
        let trial = &self.trial;
        let Judged { verdict, why, in_doubt } = judge(&Facts {
            limit: trial.limits.time,
            alone: trial.test.is_some(),
            main,
            ended: ended.as_ref(),
            not_run,
            messages: &messages,
            overdue: self.overdue,
            given_up: self.given_up,
            listening: self.listening,
        });
        let passed = verdict == Verdict::Passed;
        Outcome {
            verdict,
            why,
            in_doubt,
            alone: false,
            messages,
            output: self.output,
            // Where it did not pass, what was still alive is no news: nobody had the time to join it.
            leaks: ended.as_ref().filter(|_| passed).map(Leaks::of).unwrap_or_default(),
            timeline,
            elapsed: self.elapsed,
            seed: trial.seed,
            disturbance: trial.disturbance,
        }
    }
}

/// The guards that run. Whoever starts one, or ends what is no child of ours by right, has it alone.
static OWN: Mutex<BTreeSet<i32>> = Mutex::new(BTreeSet::new());

fn own() -> MutexGuard<'static, BTreeSet<i32>> {
    OWN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A trial that runs.
struct Running {
    guard: Child,
    channel: Channel,
    watch: Watch,
    collector: Collector,
    /// Why it cannot be listened to.
    not_heard: Option<String>,
    words: Vec<Vec<u8>>,
    /// How many bytes of them are kept.
    kept: usize,
    /// It did not end itself.
    overdue: bool,
}

impl Running {
    fn start(trial: &Trial) -> Result<Self, String> {
        let text = |error: std::io::Error| error.to_string();
        let (listener, voice, programs) = relay().map_err(|errno| errno.to_string())?;
        let (channel, theirs) = Channel::pair().map_err(|errno| errno.to_string())?;
        let watch = Watch::new().map_err(|errno| errno.to_string())?;
        watch.add(&channel, CHANNEL).map_err(|errno| errno.to_string())?;
        let collector =
            Collector::new(listener, trial.limits.output, &watch).map_err(|errno| errno.to_string())?;
        let second = voice.try_clone().map_err(text)?;
        let order = serde_json::to_vec(trial).map_err(|error| error.to_string())?;
        // Before anybody reads: there is room for it.
        channel.send(&order).map_err(|errno| errno.to_string())?;
        pass(&channel, programs.as_fd()).map_err(|errno| errno.to_string())?;
        let mut command = Command::new(OURSELVES);
        command.arg0("proctor").arg("trial");
        command.stdin(Stdio::from(OwnedFd::from(theirs)));
        command.stdout(Stdio::from(voice)).stderr(Stdio::from(second));
        let guard = {
            let mut own = own();
            let guard = command.spawn().map_err(text)?;
            own.insert(guard.id().cast_signed());
            guard
        };
        Ok(Self {
            guard,
            channel,
            watch,
            collector,
            not_heard: None,
            words: Vec::new(),
            kept: 0,
            overdue: false,
        })
    }

    fn work(mut self, trial: Trial, began: Instant) -> Ending {
        let limit = Duration::from_nanos(trial.limits.time.max(0).cast_unsigned());
        let busy = clock::of_thread();
        let due = limit.checked_add(SLACK).and_then(|time| began.checked_add(time));
        let given_up = self.listen(due) && {
            // It is stopped, or does not do what it should. The keeper ends the rest.
            self.overdue = true;
            if let Ok(held) = Pidfd::open(self.guard.id().cast_signed()) {
                let _ = custody::end_held(&held);
            }
            self.listen(Instant::now().checked_add(SLACK))
        };
        let elapsed = nanoseconds(began);
        let given_up = !self.end() && given_up;
        let (output, lost) = self.collector.finish(&self.watch);
        let listening = clock::of_thread() - busy;
        Ending {
            trial,
            words: self.words,
            output,
            not_run: self.not_heard.or(lost),
            overdue: self.overdue,
            given_up,
            elapsed,
            listening,
        }
    }

    /// Ends the guard, which has ended by itself unless something is wrong: then also what it and the keeper have left. Gives whether
    /// nothing is left for sure.
    fn end(&mut self) -> bool {
        let mut own = own();
        let _ = self.guard.kill();
        let ended = self.guard.wait().is_ok_and(|status| status.success());
        own.remove(&self.guard.id().cast_signed());
        ended || end_orphans(|pid| own.contains(&pid))
    }

    /// Listens until nobody of the trial is left; true where that takes too long.
    fn listen(&mut self, due: Option<Instant>) -> bool {
        loop {
            let left = due.map(|due| due.saturating_duration_since(Instant::now()));
            if left.is_some_and(|left| left.is_zero()) {
                // It may be we who were late: stopped by a key, or kept waiting by the machine. What was said meanwhile counts.
                return self.take_words();
            }
            let milliseconds = left.map(|left| u64::try_from(left.as_millis()).unwrap_or(u64::MAX) + 1);
            let Ok(mut ready) = self.watch.wait(milliseconds) else { return true };
            // What was said is heard before the end is.
            ready.sort_unstable_by(|a, b| b.cmp(a));
            for number in ready {
                if number != CHANNEL {
                    self.collector.hear(number, &self.watch);
                } else if !self.take_words() {
                    return false;
                }
            }
        }
    }

    /// Takes what is there; false at the end.
    fn take_words(&mut self) -> bool {
        loop {
            match self.channel.receive(false) {
                Ok(Received::Message(word)) => self.keep(word),
                Ok(Received::Nothing) => return true,
                Ok(Received::End) => return false,
                Err(errno) => {
                    self.not_heard = Some(format!("what the trial tells cannot be heard: {errno}"));
                    return false;
                }
            }
        }
    }

    /// The first ones and the last ones matter most: among them are the main process's own. But what was earned stays so; the machine
    /// has a limit on how much that is.
    fn keep(&mut self, word: Vec<u8>) {
        self.kept += word.len();
        self.words.push(word);
        loop {
            let others: Vec<usize> =
                (0..self.words.len()).filter(|at| !wire::is_earned(&self.words[*at])).collect();
            if others.len() <= 2 || (others.len() <= WORDS && self.kept <= BYTES) {
                return;
            }
            self.kept -= self.words.remove(others[others.len() / 2]).len();
        }
    }
}
