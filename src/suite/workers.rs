//! The threads that run trials, one at a time each, and the signals that end all of them.

use super::attempt::{Ending, attempt};
use super::trial::Trial;
use crate::process::{Errno, Pidfd, Reach, Watch};
use crate::value::Signal;
use std::collections::HashMap;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

/// What ends a run: a key, a request, a closed terminal.
pub const ENDS: [Signal; 3] = [Signal(2), Signal(15), Signal(1)];
const INTERRUPT: Signal = Signal(2);
const TERMINATE: Signal = Signal(15);
const KILL: Signal = Signal(9);

/// What a worker does.
pub trait Work: Send + 'static {
    type Done: Send + 'static;

    /// Does it. `started` is told a process that is to get the signals that end a run.
    fn work(self, started: impl FnOnce(Pidfd)) -> Self::Done;
}

impl Work for Trial {
    type Done = Ending;

    fn work(self, started: impl FnOnce(Pidfd)) -> Ending {
        attempt(self, started)
    }
}

/// Whether a run was interrupted. The first signal asks what runs to end, another one ends it.
#[derive(Debug, Default)]
pub struct Interruption(Option<i32>);

impl Interruption {
    /// The first signal's number.
    #[must_use]
    pub fn signal(&self) -> Option<i32> {
        self.0
    }

    /// Takes a signal; gives the one that what runs is to get.
    pub fn take(&mut self, signal: Signal) -> Signal {
        let again = self.0.is_some();
        self.0.get_or_insert(i32::from(signal.0));
        if again && signal == INTERRUPT { KILL } else { TERMINATE }
    }
}

/// Something to be done, and whose it is.
struct Job<K, W> {
    number: usize,
    whose: K,
    work: W,
}

/// The trials that run, each held; and whether all are to end at once.
#[derive(Default)]
struct Held {
    trials: HashMap<usize, Pidfd>,
    stop: Option<Signal>,
}

/// The threads that run trials, or whatever else `W` is.
pub struct Workers<K, W: Work> {
    pub count: usize,
    next: usize,
    jobs: Sender<Job<K, W>>,
    results: Receiver<(K, W::Done)>,
    held: Arc<Mutex<Held>>,
    wake: UnixStream,
    watch: Watch,
}

impl<K: Send + 'static, W: Work> Workers<K, W> {
    /// Starts so many threads.
    ///
    /// # Errors
    /// In words: the system refuses threads or descriptors.
    pub fn start(count: usize) -> Result<Self, String> {
        let (jobs, taken) = channel::<Job<K, W>>();
        let taken = Arc::new(Mutex::new(taken));
        let (give, results) = channel();
        let held = Arc::new(Mutex::new(Held::default()));
        let (wake, bell) = UnixStream::pair().map_err(|error| error.to_string())?;
        wake.set_nonblocking(true).map_err(|error| error.to_string())?;
        let watch = Watch::new().map_err(|errno| errno.to_string())?;
        watch.add(&wake, 0).map_err(|errno| errno.to_string())?;
        for _ in 0..count {
            let worker = Worker {
                jobs: taken.clone(),
                results: give.clone(),
                held: held.clone(),
                bell: bell.try_clone().map_err(|error| error.to_string())?,
            };
            std::thread::Builder::new()
                .name("worker".to_owned())
                .spawn(|| worker.work())
                .map_err(|error| format!("no thread can be started: {error}"))?;
        }
        Ok(Self { count, next: 0, jobs, results, held, wake, watch })
    }

    /// Has something done.
    pub fn give(&mut self, whose: K, work: W) {
        self.next += 1;
        // They take jobs until this is dropped.
        let _ = self.jobs.send(Job { number: self.next, whose, work });
    }

    /// Until something is done or a signal has come.
    ///
    /// # Errors
    /// Those of epoll_wait(2).
    pub fn wait(&mut self) -> Result<(), Errno> {
        let ready = self.watch.wait_with(None, &ENDS)?;
        if !ready.is_empty() {
            let mut bytes = [0; 256];
            while matches!(self.wake.read(&mut bytes), Ok(length) if length > 0) {}
        }
        Ok(())
    }

    /// What is done, if anything is.
    pub fn done(&self) -> Option<(K, W::Done)> {
        self.results.try_recv().ok()
    }

    /// Sends a signal to all that runs and will run.
    pub fn stop(&self, signal: Signal) {
        let mut held = lock(&self.held);
        held.stop = Some(signal);
        for trial in held.trials.values() {
            let _ = trial.send(signal, Reach::Process);
        }
    }
}

fn lock(held: &Mutex<Held>) -> std::sync::MutexGuard<'_, Held> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One thread's own.
struct Worker<K, W: Work> {
    jobs: Arc<Mutex<Receiver<Job<K, W>>>>,
    results: Sender<(K, W::Done)>,
    held: Arc<Mutex<Held>>,
    bell: UnixStream,
}

impl<K, W: Work> Worker<K, W> {
    fn work(mut self) {
        loop {
            let job = self.jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok(Job { number, whose, work }) = job else { return };
            let done = work.work(|process| {
                let mut held = lock(&self.held);
                if let Some(signal) = held.stop {
                    let _ = process.send(signal, Reach::Process);
                }
                held.trials.insert(number, process);
            });
            lock(&self.held).trials.remove(&number);
            if self.results.send((whose, done)).is_err() {
                return;
            }
            let _ = self.bell.write(&[1]);
        }
    }
}
