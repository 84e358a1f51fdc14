//! The keeper's part in a disturbed run: it has one process after the other stand still for a moment. The guard could not: of a
//! contained run it is outside, where the pids that the run knows are other people's.

use crate::process::{Paused, Run};
use std::time::{Duration, Instant};

/// Milliseconds between two pauses, and of one.
const BETWEEN: std::ops::Range<u64> = 1..12;
const PAUSE: std::ops::Range<u64> = 1..15;

/// Pauses, each after the other.
#[derive(Debug)]
pub struct Disturber {
    chance: fastrand::Rng,
    paused: Option<Paused>,
    next: Instant,
}

impl Disturber {
    /// Of a run that is disturbed; None for any other.
    pub fn of(run: &Run) -> Option<Self> {
        let chance = fastrand::Rng::with_seed(run.disturbance()?);
        Some(Self { chance, paused: None, next: Instant::now() })
    }

    /// Does what is due; gives when it wants to be asked again.
    pub fn act(&mut self, run: &Run) -> Instant {
        let now = Instant::now();
        if now < self.next {
            return self.next;
        }
        let time = match self.paused.take() {
            Some(paused) => {
                run.end_pause(&paused);
                BETWEEN
            }
            None => {
                let all = run.live();
                // Drawn also where there is nobody, so that it does not matter.
                let drawn = self.chance.usize(..);
                self.paused =
                    all.get(drawn.checked_rem(all.len()).unwrap_or(0)).and_then(|one| run.pause(one.row));
                if self.paused.is_some() { PAUSE } else { BETWEEN }
            }
        };
        self.next = now + Duration::from_millis(self.chance.u64(time));
        self.next
    }
}
