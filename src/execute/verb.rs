//! The verbs: a line each.

use super::Stop;
use super::machine::Machine;
use super::world::signal_waits;
use crate::process::Standard;
use crate::program::{Reg, Verb};
use crate::source::Code;
use crate::value::{Signal, Trouble, Value, time};

impl Machine {
    pub(super) fn verb(&mut self, verb: Verb, dst: Reg, first: Reg, count: u16) -> Result<(), Stop> {
        let operands = self.operands(first, count);
        let value = match verb {
            Verb::Join => self.join(&operands)?,
            Verb::JoinAll => self.join_all()?,
            Verb::WaitAny => self.wait_any()?,
            Verb::Terminate => self.send_to_all(&operands, Signal::TERM)?,
            Verb::Kill => self.send_to_all(&operands, Signal::KILL)?,
            Verb::Stop => self.send_to_all(&operands, Signal::STOP)?,
            Verb::Resume => self.send_to_all(&operands, Signal::CONT)?,
            Verb::Signal => self.send_any(&operands, false)?,
            Verb::SignalGroup => self.send_any(&operands, true)?,
            Verb::On => self.on(&operands[0], operands[1].clone()).map(|()| Value::None)?,
            Verb::Ignore => self.ignore(&operands[0]).map(|()| Value::None)?,
            Verb::Default => self.default(&operands[0]).map(|()| Value::None)?,
            Verb::Sleep => self.sleep(&operands[0])?,
            Verb::Print => self.print_to(Standard::Output, &operands)?,
            Verb::Exit => return Err(exit(operands.first())),
            Verb::Ps => self.ps(None)?,
            Verb::PsMatching => self.ps(Some(&operands[0]))?,
            Verb::PsAll => self.ps_all()?,
            Verb::Award => self.award(&operands[0], &operands[1])?,
            Verb::Feedback => self.feedback(&operands[0])?,
            Verb::Tree => self.tree(operands.first())?,
        };
        self.set(dst, value);
        if signal_waits() {
            self.run_handlers()?;
        }
        Ok(())
    }

    fn sleep(&mut self, time: &Value) -> Result<Value, Stop> {
        self.sleep_for(time::to_duration(time)?)?;
        Ok(Value::None)
    }
}

fn exit(code: Option<&Value>) -> Stop {
    match code {
        None | Some(Value::None) => Stop::Exit(0),
        Some(Value::Int(code)) if (0..=255).contains(code) => Stop::Exit(*code as u8),
        Some(other) => {
            let message =
                format!("an exit code is an int from 0 to 255, not {}", crate::value::text::literal(other));
            Trouble::new(Code::VALUE, message).into()
        }
    }
}
