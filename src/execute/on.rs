//! `on`, `ignore`, `default`: what a process does when a signal arrives.

use super::handlers::bit;
use super::machine::Machine;
use super::{Stop, world};
use crate::event::{Effect, What};
use crate::process::{clock, signals};
use crate::source::Code;
use crate::value::{Signal, Trouble, Value, a_kind, signal::signal_name};
use std::sync::atomic::Ordering::SeqCst;

impl Machine {
    pub(super) fn on(&mut self, signal: &Value, block: Value) -> Result<(), Stop> {
        let signal = self.catchable(signal)?;
        signals::catch(signal).map_err(|errno| refused("catch", signal, &errno.to_string()))?;
        self.world.handlers.blocks.insert(signal.0, block);
        self.world.handlers.ignored &= !bit(signal);
        self.publish_handlers();
        Ok(())
    }

    pub(super) fn ignore(&mut self, signal: &Value) -> Result<(), Stop> {
        let signal = self.catchable(signal)?;
        if !self.is_interrupt(signal) {
            signals::ignore(signal).map_err(|errno| refused("ignore", signal, &errno.to_string()))?;
        }
        self.world.handlers.blocks.remove(&signal.0);
        self.world.handlers.ignored |= bit(signal);
        self.publish_handlers();
        Ok(())
    }

    pub(super) fn default(&mut self, signal: &Value) -> Result<(), Stop> {
        let signal = self.catchable(signal)?;
        // The session itself goes on listening to Ctrl-C; its children do not.
        if !self.is_interrupt(signal) {
            signals::default(signal).map_err(|errno| refused("reset", signal, &errno.to_string()))?;
        }
        self.world.handlers.blocks.remove(&signal.0);
        self.world.handlers.ignored &= !bit(signal);
        self.publish_handlers();
        Ok(())
    }

    /// Tells the run's table which signals this process handles itself.
    fn publish_handlers(&self) {
        let world = &self.world;
        let handled: Vec<Signal> = world.handlers.blocks.keys().map(|number| Signal(*number)).collect();
        world.run.note_handlers(world.row, &handled);
        world.run.note_catches_child(world.row, handled.contains(&Signal::CHLD));
        if world.is_main() {
            world.run.control().handled.store(world.handlers.handled(), SeqCst);
        }
    }

    fn catchable(&self, value: &Value) -> Result<Signal, Stop> {
        let signal = signal_of(value)?;
        if matches!(signal.0, 9 | 19) {
            let message = format!("{} cannot be caught, ignored or reset", signal_name(signal));
            return Err(Trouble::new(Code::UNCATCHABLE_SIGNAL, message).into());
        }
        Ok(signal)
    }

    /// Runs the blocks of the signals that arrived. Called between statements and by whatever blocks.
    pub(super) fn run_handlers(&mut self) -> Result<(), Stop> {
        while let Some(signal) = self.next_signal() {
            if signal == Signal::CHLD {
                self.world.follow_foreground();
            }
            let block = self.world.handlers.blocks.get(&signal.0).cloned();
            if signal == Signal::INT
                && let Some(behind) = &mut self.world.behind
                && behind.interrupts(block.is_some())
            {
                return Err(Stop::Interrupted);
            }
            let Some(block) = block else { continue };
            let _ = self.note_own(What::Delivered { signal, effect: Effect::Handled });
            self.world.handlers.running |= bit(signal);
            let result = self.call_back(&block, &[]);
            self.world.handlers.running &= !bit(signal);
            result?;
        }
        Ok(())
    }

    /// Whether this signal is how a prompt interrupts this process.
    fn is_interrupt(&self, signal: Signal) -> bool {
        signal == Signal::INT && self.world.behind.as_ref().is_some_and(|behind| behind.is_session)
    }

    /// In a child of the session: Ctrl-C is for the session, and a SIGINT does to the child what the scenario says.
    pub(super) fn leave_prompt(&mut self) {
        let world = &mut self.world;
        let Some(behind) = &mut world.behind else { return };
        behind.relay.task(world.pid, &world.name);
        if std::mem::replace(&mut behind.is_session, false)
            && !world.handlers.blocks.contains_key(&Signal::INT.0)
        {
            let ignored = world.handlers.ignored & bit(Signal::INT) != 0;
            // It worked for the parent, and there is nobody to tell where it does not here.
            let _ = if ignored { signals::ignore(Signal::INT) } else { signals::default(Signal::INT) };
        }
    }

    fn next_signal(&mut self) -> Option<Signal> {
        let handlers = &mut self.world.handlers;
        while let Some(signal) = signals::take_pending() {
            handlers.waiting |= bit(signal);
        }
        let ready = handlers.waiting & !handlers.running;
        if ready == 0 {
            return None;
        }
        let signal = Signal(ready.trailing_zeros() as u8 + 1);
        handlers.waiting &= !bit(signal);
        Some(signal)
    }

    /// Signals, deadlines and captured output: looked after in every loop, call and verb.
    pub(super) fn breathe(&mut self) -> Result<(), Stop> {
        self.world.waiter.captures.drain();
        if world::signal_waits() || self.world.handlers.waiting != 0 {
            self.run_handlers()?;
        }
        self.look_at_foreground()?;
        if self.protections.is_empty() {
            return Ok(());
        }
        match self.deadline_over(clock::monotonic()) {
            Some(stop) => Err(stop),
            None => Ok(()),
        }
    }
}

/// A signal, or an error that says what is wanted.
pub(super) fn signal_of(value: &Value) -> Result<Signal, Trouble> {
    match value {
        Value::Signal(signal) => Ok(*signal),
        Value::Int(number) if (1..=64).contains(number) => Ok(Signal(*number as u8)),
        other => {
            let message = format!("a signal is wanted, such as SIGTERM, not {}", a_kind(other));
            Err(Trouble::kind(message))
        }
    }
}

fn refused(what: &str, signal: Signal, reason: &str) -> Trouble {
    Trouble::new(Code::VALUE, format!("cannot {what} {}: {reason}", signal_name(signal)))
}
