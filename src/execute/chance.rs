//! Random numbers: reproducible with a seed, and different in every process.

use super::Stop;
use super::machine::Machine;
use crate::source::Code;
use crate::value::{Trouble, Value};

impl Machine {
    pub(super) fn random(&mut self) -> Value {
        Value::Float(self.world.chance.f64())
    }

    pub(super) fn randint(&mut self, from: &Value, to: &Value) -> Result<Value, Stop> {
        let (Value::Int(from), Value::Int(to)) = (from, to) else {
            return Err(Trouble::kind("randint takes two ints").into());
        };
        if from > to {
            let message = format!("randint({from}, {to}): the first must not be larger than the second");
            return Err(Trouble::new(Code::VALUE, message).into());
        }
        Ok(Value::Int(self.world.chance.i64(*from..=*to)))
    }

    pub(super) fn shuffle(&mut self, list: &Value) -> Result<Value, Stop> {
        let Value::List(list) = list else {
            return Err(Trouble::kind("shuffle takes a list").into());
        };
        self.world.chance.shuffle(&mut list.0.borrow_mut());
        Ok(Value::None)
    }

    pub(super) fn seed(&mut self, seed: &Value) -> Result<Value, Stop> {
        let Value::Int(seed) = seed else {
            return Err(Trouble::kind("seed takes an int").into());
        };
        self.world.chance = fastrand::Rng::with_seed(seed.cast_unsigned());
        Ok(Value::None)
    }
}
