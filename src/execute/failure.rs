//! Failures with their place, their chain of calls and their process.

use super::machine::{Frame, Machine};
use crate::event::{Failure, Frame as Call};
use crate::source::{Code, Location, Span};
use crate::value::{Blame, Key, Trouble, Value};
use indexmap::IndexMap;
use std::rc::Rc;

/// Adds to a trouble where the run stands now.
pub(super) fn place(machine: &Machine, trouble: Trouble) -> Failure {
    let (chain, left_out) = chain(machine);
    Failure {
        blame: blame(machine, &trouble),
        code: trouble.code,
        message: trouble.message,
        help: trouble.help,
        location: chain.first().map_or_else(Location::default, |call| call.location),
        chain,
        left_out,
        actor: machine.world.actor(),
        parts: Vec::new(),
        difference: None,
    }
}

/// Whose doing it is. Where somebody's work is tested, numbers that it has printed can be too large, or zero.
fn blame(machine: &Machine, trouble: &Trouble) -> Blame {
    let world = &machine.world;
    match trouble.code {
        _ if trouble.blame == Blame::Machine => trouble.blame,
        _ if world.work.submission.is_none() => Blame::ByCode,
        Code::OVERFLOW | Code::DIVISION_BY_ZERO
            if world.tests.worth.is_some() || world.children_so_far() > 0 =>
        {
            Blame::Tested
        }
        _ => trouble.blame,
    }
}

/// The map that `catch e` binds.
pub(super) fn as_map(machine: &Machine, failure: &Failure) -> Value {
    let line = machine.world.line(failure.location);
    let mut entries = IndexMap::new();
    entries.insert(Key::str("kind"), Value::str(failure.code.name()));
    entries.insert(Key::str("message"), Value::str(failure.message.clone()));
    entries.insert(Key::str("line"), Value::Int(line as i64));
    Value::map(entries)
}

/// The place of the instruction that a frame is at.
pub(super) fn location(machine: &Machine, frame: &Frame) -> Location {
    let code = &machine.program.functions[frame.function as usize];
    let at = (frame.pc as usize).saturating_sub(1);
    Location::new(code.source, code.spans.get(at).copied().unwrap_or_else(Span::default))
}

/// The calls under way, innermost first, the middle left out where they are many.
fn chain(machine: &Machine) -> (Vec<Call>, usize) {
    let half = Failure::LONGEST_CHAIN / 2;
    let all = machine.frames.len();
    let call = |frame: &Frame| Call {
        function: Rc::clone(&machine.program.functions[frame.function as usize].name),
        location: location(machine, frame),
    };
    if all <= Failure::LONGEST_CHAIN {
        return (machine.frames.iter().rev().map(call).collect(), 0);
    }
    let inner = machine.frames.iter().rev().take(half).map(call);
    let outer = machine.frames[..half].iter().rev().map(call);
    (inner.chain(outer).collect(), all - 2 * half)
}

impl Machine {
    /// The place of the instruction that runs.
    pub(super) fn here(&self) -> crate::source::Location {
        self.frames.last().map_or_else(Default::default, |frame| location(self, frame))
    }
}
