//! Ending everything that is below this process: kill all first, reap after, until wait says that there is nobody.
//!
//! It needs nothing of the system at that moment: no fork, no open file, no memory. All of that is got ready by
//! [`Cleaner::new`], when times are good.

use super::children::Children;
use super::signals::Signals;
use crate::process::Run;
use crate::process::custody::{end_namespace, signal_child};
use crate::process::proc_file;
use crate::process::wait::{self, peek};
use std::time::{Duration, Instant};

/// How many of those that were found alive are remembered.
pub const REMEMBERED: usize = super::Ended::NAMED;

/// Kills and reaps the children of the process that made it.
#[derive(Debug)]
pub struct Cleaner {
    run: Run,
    children: Children,
    /// Those that were left behind: found alive, and neither about to end nor our own. The first of them.
    found: Vec<i32>,
    /// How many they are.
    count: u32,
    /// A bit for each that was found alive. Two pids can share one: then the count is a little low.
    seen: Box<[u64; SEEN_WORDS]>,
    /// Some were killed that were not our children yet.
    hurried: bool,
}

/// Enough for every pid, as long as pid_max is what it is by default.
const SEEN_WORDS: usize = 32768 / 64;

/// A pid's bit.
fn place(pid: i32) -> (usize, u64) {
    (pid as usize / 64 % SEEN_WORDS, 1 << (pid % 64))
}

/// What clearing up came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cleared {
    /// There is nobody left.
    All,
    /// Some cannot be ended by anybody now.
    Stuck,
}

/// What one pass over the children saw.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Pass {
    living: u32,
    ended: u32,
    /// A sum over the pids of those that live: others of the same number are a change too.
    whom: u64,
    /// How far the file was read.
    read_to: u64,
}

/// Since when nothing has changed.
#[derive(Debug, Clone, Copy)]
struct Quiet {
    since: Instant,
    passes: u32,
}

/// How long the usual way is tried alone.
const HURRY: Duration = Duration::from_millis(30);

/// So many passes at least have to see the same before one gives up: on a busy machine one alone can take longer than anybody's
/// patience.
const PASSES: u32 = 5;

/// How many times as long one is patient where nobody can say whether those that live can do anything.
const BLIND: u32 = 5;

/// The shortest pause between two passes, in case the kernel's word about an end does not come.
const PAUSE: Duration = Duration::from_millis(1);

impl Cleaner {
    /// For the children of the calling process, which has one thread.
    pub fn new(run: &Run) -> Self {
        Self {
            run: *run,
            children: Children::new(),
            found: Vec::with_capacity(REMEMBERED),
            count: 0,
            seen: Box::new([0; SEEN_WORDS]),
            hurried: false,
        }
    }

    /// In pid 1 of a namespace: kills all that there are with one call, before [`Self::clear`]. Those that have ended by themselves until
    /// now are not counted as alive.
    pub fn all_at_once(&mut self) {
        let Self { children, seen, .. } = self;
        children.each(0, |pid| {
            if !matches!(peek(pid), Ok(None)) {
                let (word, bit) = place(pid);
                seen[word] |= bit;
            }
        });
        end_namespace();
        self.hurried = true;
    }

    /// Kills and reaps until there is nobody. Gives up when for `patience` nothing has changed any more and only processes are left
    /// that the kernel or a tracer holds on to: who was killed and can run ends as soon as it has the processor, which may take long.
    /// Of who sleeps though it was killed, nobody can say for whom it waits: it is given longer.
    ///
    /// `hurry` is called when it takes long, and may do what it can to have it over sooner.
    /// `before_reaping` is called once, when all have been killed and most of them have ended, with the pids of those that
    /// were left behind, and with how many there were beyond those.
    pub fn clear(
        &mut self,
        signals: &Signals,
        patience: Duration,
        mut hurry: impl FnMut(),
        mut before_reaping: impl FnMut(&[i32], u32),
    ) -> Cleared {
        let mut told = false;
        let mut quiet = Quiet { since: Instant::now(), passes: 0 };
        let mut next_hurry = quiet.since + HURRY;
        let mut last_pass = Pass::default();
        while has_children() {
            let began = Instant::now();
            signals.drain();
            let pass = self.pass(0);
            quiet.passes += 1;
            if pass != last_pass {
                quiet = Quiet { since: began, passes: 0 };
            }
            last_pass = pass;
            let stuck = quiet.is_over(patience) && self.are_held(quiet, patience);
            if pass.living == 0 && pass.ended == 0 {
                self.children.look_further();
            }
            if pass.living == 0 || stuck {
                if !told {
                    before_reaping(&self.found, self.count - self.found.len() as u32);
                    told = true;
                }
                self.reap_all();
                if stuck {
                    return Cleared::Stuck;
                }
                continue;
            }
            // The first to end wakes us. But a pass over many takes long, and must not take from them the time
            // that they need for dying.
            let took = began.elapsed();
            if next_hurry < began {
                hurry();
                self.hurried = true;
                next_hurry = Instant::now() + HURRY;
            }
            if took > PAUSE {
                std::thread::sleep(took);
            } else {
                self.chase(signals, pass.read_to);
            }
        }
        Cleared::All
    }

    /// Kills what comes to us as those that were killed end, for as long as something does. In a chain of processes
    /// that each fork the next and end, only one who is fast finds the last link alive. Nothing is reaped meanwhile,
    /// so newcomers stand behind the place up to which the file was read.
    fn chase(&mut self, signals: &Signals, mut from: u64) {
        loop {
            signals.wait(&[], Some(PAUSE));
            signals.drain();
            let pass = self.pass(from);
            if !self.children.has_places() || pass.living == 0 {
                return;
            }
            from = pass.read_to;
        }
    }

    /// Whether none of those that live can do anything, not even end.
    fn are_held(&mut self, quiet: Quiet, patience: Duration) -> bool {
        let mut held = true;
        self.children.each(0, |pid| {
            if held && peek(pid) == Ok(None) {
                let hold = proc_file::states(pid).map_or(Hold::Unsure, |states| Hold::of(&states));
                held = hold == Hold::Fast || hold == Hold::Unsure && quiet.is_over(patience * BLIND);
            }
        });
        held
    }

    fn reap_all(&self) {
        while let Ok(Some((pid, status))) = wait::peek_any() {
            let row = self.run.row_known_by(pid);
            row.inspect(|row| self.run.reaping(*row));
            let _ = wait::reap(pid);
            row.inspect(|row| self.run.reaped(*row, status));
        }
    }

    /// Those that are alive now, without touching them.
    pub fn living(&mut self) -> Vec<i32> {
        let mut all = Vec::new();
        self.children.each(0, |pid| {
            if peek(pid) == Ok(None) && all.len() < REMEMBERED {
                all.push(pid);
            }
        });
        all
    }

    /// Kills every child that lives and stands in the file behind that place.
    fn pass(&mut self, from: u64) -> Pass {
        let mut pass = Pass::default();
        let Self { run, children, found, count, seen, hurried } = self;
        let hurried = *hurried;
        let mut note = |pid: i32| {
            let (word, bit) = place(pid);
            if seen[word] & bit != 0 {
                return;
            }
            seen[word] |= bit;
            // Nobody has left a tracer of ours behind, nor one who has said, as the last thing that it does, that it ends.
            if run.is_observer(pid) || run.is_ending(pid) {
                return;
            }
            *count += 1;
            if found.len() < REMEMBERED {
                found.push(pid);
            }
        };
        pass.read_to = children.each(from, |pid| match peek(pid) {
            Ok(None) => {
                signal_child(pid, libc::SIGKILL);
                pass.living += 1;
                pass.whom = pass.whom.wrapping_add((pid as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15));
                note(pid);
            }
            Ok(Some(status)) => {
                pass.ended += 1;
                // One that was killed in a hurry, before it came to us.
                if hurried && status.signal().is_some_and(|signal| i32::from(signal.0) == libc::SIGKILL) {
                    note(pid);
                }
            }
            Err(_) => {}
        });
        pass
    }
}

impl Quiet {
    fn is_over(self, patience: Duration) -> bool {
        self.passes >= PASSES && self.since.elapsed() > patience
    }
}

/// What keeps one who was killed from its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hold {
    /// Nothing but the wait for a processor.
    Loose,
    /// It waits for something of which nobody can tell whether it comes: the first process of a pid namespace for the end of all in there,
    /// of whom one may be held.
    Unsure,
    /// It is in the middle of something in the kernel, or a tracer holds it, also where it has ended already.
    Fast,
}

impl Hold {
    /// Of a process whose threads are in these states; see proc_pid_stat(5).
    fn of(threads: &[char]) -> Self {
        if threads.contains(&'R') {
            Self::Loose
        } else if threads.is_empty() || threads.iter().any(|state| !matches!(state, 'D' | 't' | 'Z' | 'X')) {
            Self::Unsure
        } else {
            Self::Fast
        }
    }
}

/// Whether this process has children, ended or alive. No /proc is needed for it.
pub fn has_children() -> bool {
    wait::peek_any().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slow_pass_is_no_reason_to_give_up() {
        let long_ago = Instant::now() - Duration::from_secs(3600);
        let patience = Duration::from_secs(1);
        for (passes, over) in [(0, false), (1, false), (PASSES - 1, false), (PASSES, true)] {
            assert_eq!(Quiet { since: long_ago, passes }.is_over(patience), over, "{passes}");
        }
        assert!(!Quiet { since: Instant::now(), passes: 1000 }.is_over(Duration::from_secs(3600)));
    }

    #[test]
    fn who_can_run_is_waited_for() {
        use Hold::{Fast, Loose, Unsure};
        for (state, hold) in
            [('R', Loose), ('S', Unsure), ('T', Unsure), ('D', Fast), ('t', Fast), ('Z', Fast)]
        {
            assert_eq!(Hold::of(&[state]), hold, "{state}");
            // Its first thread has ended, and what the others do counts.
            assert_eq!(Hold::of(&['Z', state]), hold, "{state}");
            assert_eq!(Hold::of(&[state, 'R']), Loose, "{state}");
        }
        assert_eq!(Hold::of(&['D', 'S']), Unsure);
        assert_eq!(Hold::of(&[]), Unsure);
    }
}
