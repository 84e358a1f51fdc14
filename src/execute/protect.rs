//! Frames of protection: `try`, deadlines, held locks and tests, and how a stop unwinds through them.

use super::machine::Machine;
use super::protection::{Guard, Protection};
use super::{Stop, failure};
use crate::program::NO_TARGET;
use crate::source::Code;
use crate::value::{Trouble, Value};

impl Machine {
    pub(super) fn protect(&mut self, guard: Guard) {
        let frame = self.frames.len() - 1;
        self.protections.push(Protection { guard, frame });
    }

    /// The earliest deadline that the run is under, in nanoseconds of the monotonic clock.
    pub(super) fn deadline(&self) -> Option<i64> {
        self.protections.iter().filter_map(|protection| protection.deadline()).min()
    }

    /// The stop that an expired deadline means: the outermost that is over.
    pub(super) fn deadline_over(&self, now: i64) -> Option<Stop> {
        self.protections
            .iter()
            .position(|protection| protection.deadline().is_some_and(|at| at <= now))
            .map(Stop::Deadline)
    }

    /// Leaves the innermost frame of protection as its block ends.
    pub(super) fn pop_protection(&mut self) -> Result<(), Stop> {
        match self.protections.pop().map(|protection| protection.guard) {
            Some(Guard::Lock(object)) => self.release(object),
            _ => Ok(()),
        }
    }

    /// Leaves what belongs to the frames from `depth` on: a return out of them.
    pub(super) fn leave_protections(&mut self, depth: usize) -> Result<(), Stop> {
        while self.protections.last().is_some_and(|protection| protection.frame >= depth) {
            self.pop_protection()?;
        }
        Ok(())
    }

    /// Takes the run to where the stop is dealt with, or gives it back where nobody at or above the frame
    /// `floor` does.
    pub(super) fn unwind(&mut self, stop: Stop, floor: usize) -> Result<(), Stop> {
        let mut stop = match stop {
            Stop::Trouble(trouble) => Stop::Failed(Box::new(failure::place(self, *trouble))),
            other => other,
        };
        while self.protections.last().is_some_and(|protection| protection.frame >= floor) {
            let index = self.protections.len() - 1;
            let Some(protection) = self.protections.pop() else { break };
            match self.deal(protection, index, stop)? {
                None => return Ok(()),
                Some(onwards) => stop = onwards,
            }
        }
        self.cut_frames(floor);
        Err(stop)
    }

    /// What a frame of protection does about a stop: deals with it, or lets it go on.
    fn deal(&mut self, protection: Protection, index: usize, stop: Stop) -> Result<Option<Stop>, Stop> {
        match (protection.guard, stop) {
            (Guard::Lock(object), stop) => {
                // The stop is what matters; that the lock was broken meanwhile shows at its next use.
                let _ = self.release(object);
                Ok(Some(stop))
            }
            (Guard::Try { error, to }, Stop::Failed(failed)) => {
                let map = failure::as_map(self, &failed);
                self.go_on(protection.frame, to);
                self.set(error, map);
                Ok(None)
            }
            (Guard::Deadline { limit, to, children, .. }, Stop::Deadline(at)) if at == index => {
                self.world.run.note_ran_out();
                let unmet = self.world.unmet.take();
                self.world.abandon_children(children);
                if to == NO_TARGET {
                    self.world.tests.late = index.checked_sub(1).is_some_and(|outer| {
                        matches!(self.protections[outer].guard, Guard::Test { .. })
                            && self.protections[outer].frame == protection.frame
                    });
                    return Ok(Some(Stop::Failed(Box::new(failure::place(self, too_late(limit, unmet))))));
                }
                self.go_on(protection.frame, to);
                Ok(None)
            }
            (Guard::Test { site, to, started }, stop)
                if !matches!(stop, Stop::Exit(_) | Stop::Interrupted) && self.world.alone.is_none() =>
            {
                self.go_on(protection.frame, to);
                self.test_failed(site, started, stop);
                Ok(None)
            }
            (_, stop) => Ok(Some(stop)),
        }
    }

    /// Goes on in the frame number `frame` at the instruction `to`.
    fn go_on(&mut self, frame: usize, to: u32) {
        self.cut_frames(frame + 1);
        if let Some(frame) = self.frames.last_mut() {
            frame.pc = to;
        }
    }

    /// Takes away the frames from number `depth` on, with their registers.
    fn cut_frames(&mut self, depth: usize) {
        if let Some(frame) = self.frames.get(depth) {
            self.clear(frame.base as usize, self.top());
            self.frames.truncate(depth);
        }
    }
}

pub(super) fn too_late(limit: i64, unmet: Option<String>) -> Trouble {
    let text = crate::value::text::display(&Value::Duration(limit));
    let how = unmet.map_or_else(
        || "it had come no further than here".to_owned(),
        |unmet| format!("still waiting for {unmet}"),
    );
    Trouble::new(Code::TIMEOUT, format!("not done within {text}: {how}"))
        .help("where that is no error, an `else { … }` behind the `within` says what to do instead")
}
