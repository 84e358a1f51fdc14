//! Shared objects: queues, pipes, locks, semaphores, events, barriers and shared cells.

use super::Stop;
use super::block::Wait;
use super::machine::Machine;
use crate::process::share::barrier::Arrival;
use crate::process::share::cell::CellValue;
use crate::process::share::{
    ShareError, ShareResult, barrier, cell, connection, event, lock, queue, semaphore,
};
use crate::process::{Waited, Waiter, clock};
use crate::program::Method;
use crate::source::Code;
use crate::value::{Object, ObjectKind, Trouble, Value, a_kind, encode, time};

impl Machine {
    pub(super) fn make_queue(&mut self, max: Option<&Value>) -> Result<Value, Stop> {
        let max = match max {
            None | Some(Value::None) => 0,
            Some(value) => count(value, "a queue's max")?,
        };
        let queue = queue::create(&mut self.world.waiter, max);
        self.made(queue)
    }

    pub(super) fn make_pipe(&mut self) -> Result<Value, Stop> {
        let (a, b) = connection::create(&mut self.world.waiter).map_err(trouble)?;
        self.note_origin(a);
        Ok(Value::list(vec![Value::Object(a), Value::Object(b)]))
    }

    pub(super) fn make_lock(&mut self) -> Result<Value, Stop> {
        self.made(lock::create(self.world.run))
    }

    pub(super) fn make_semaphore(&mut self, units: &Value) -> Result<Value, Stop> {
        let units = match units {
            Value::Int(0) => 0,
            value => count(value, "a semaphore's count")?,
        };
        self.made(semaphore::create(self.world.run, units))
    }

    pub(super) fn make_event(&mut self) -> Result<Value, Stop> {
        self.made(event::create(self.world.run))
    }

    pub(super) fn make_barrier(&mut self, parties: &Value) -> Result<Value, Stop> {
        self.made(barrier::create(self.world.run, count(parties, "a barrier's number of processes")?))
    }

    pub(super) fn make_shared(&mut self, value: &Value) -> Result<Value, Stop> {
        self.made(cell::create(self.world.run, cell_of(value)?))
    }

    fn made(&self, object: ShareResult<Object>) -> Result<Value, Stop> {
        let object = object.map_err(trouble)?;
        self.note_origin(object);
        Ok(Value::Object(object))
    }

    /// A method of a shared object.
    pub(super) fn share(&mut self, object: Object, method: Method, args: &[Value]) -> Result<Value, Stop> {
        let run = self.world.run;
        match (object.kind, method) {
            (ObjectKind::Queue, Method::Put) => self.put(object, &args[0]),
            (ObjectKind::Queue, Method::Get) => self.take(object),
            (ObjectKind::Queue, Method::Qsize) => size(run, object).map(|size| Value::Int(i64::from(size))),
            (ObjectKind::Queue, Method::Empty) => size(run, object).map(|size| Value::Bool(size == 0)),
            (ObjectKind::Queue, _) => Ok(Value::Bool(queue::is_full(run, object).map_err(trouble)?)),
            (ObjectKind::ConnectionA | ObjectKind::ConnectionB, method) => {
                self.connection(object, method, args)
            }
            (_, Method::Acquire) => self.acquire(object, None).map(|_| Value::None),
            (_, Method::Release) => self.release(object).map(|()| Value::None),
            (ObjectKind::Event, method) => self.event(object, method),
            (ObjectKind::Barrier, _) => self.wait_at(object),
            (_, _) => self.add_shared(object, &args[0]),
        }
    }

    fn put(&mut self, object: Object, value: &Value) -> Result<Value, Stop> {
        let message = encode::encode(value)?;
        self.wait_on((object, Method::Put), |waiter, until| queue::put(waiter, object, &message, until))?;
        Ok(Value::None)
    }

    fn take(&mut self, object: Object) -> Result<Value, Stop> {
        let message =
            self.wait_on((object, Method::Get), |waiter, until| queue::get(waiter, object, until))?;
        Ok(encode::decode(&message)?)
    }

    fn connection(&mut self, end: Object, method: Method, args: &[Value]) -> Result<Value, Stop> {
        match method {
            Method::Send => {
                let message = encode::encode(&args[0])?;
                self.wait_on((end, method), |waiter, until| connection::send(waiter, end, &message, until))?;
                Ok(Value::None)
            }
            Method::Recv => {
                let message =
                    self.wait_on((end, method), |waiter, until| connection::receive(waiter, end, until))?;
                Ok(encode::decode(&message)?)
            }
            Method::Poll => {
                let time = args.first().map_or(Ok(0), time::to_duration)?;
                let until = Some(clock::monotonic().saturating_add(time));
                let found = self.block_io(until, |waiter, until| connection::poll(waiter, end, until))?;
                Ok(Value::Bool(found.map_err(trouble)?.is_some()))
            }
            _ => {
                connection::close(&mut self.world.waiter, end).map_err(trouble)?;
                Ok(Value::None)
            }
        }
    }

    fn event(&mut self, object: Object, method: Method) -> Result<Value, Stop> {
        let run = self.world.run;
        match method {
            Method::Set => event::set(run, object).map_err(trouble)?,
            Method::Clear => event::clear(run, object).map_err(trouble)?,
            Method::IsSet => return Ok(Value::Bool(event::is_set(run, object).map_err(trouble)?)),
            _ => self.wait_on((object, method), |waiter, until| event::wait(waiter, object, until))?,
        }
        Ok(Value::None)
    }

    /// `b.wait()`: whoever leaves before the barrier opens breaks it for the others.
    fn wait_at(&mut self, object: Object) -> Result<Value, Stop> {
        let party = match barrier::arrive(&self.world.waiter, object).map_err(trouble)? {
            Arrival::Opened(index) => return Ok(Value::Int(i64::from(index))),
            Arrival::Waits(party) => party,
        };
        let waited =
            self.wait_on((object, Method::Wait), |waiter, until| barrier::wait(waiter, party, until));
        if waited.is_err() {
            // It may have opened meanwhile: then nobody is the worse for it.
            let _ = barrier::give_up(self.world.run, party);
        }
        waited.map(|index| Value::Int(i64::from(index)))
    }

    /// Takes a lock, or a unit of a semaphore; false where it was not to be had before the time.
    pub(super) fn acquire(&mut self, object: Object, until: Option<i64>) -> Result<bool, Stop> {
        let acquire = if object.kind == ObjectKind::Lock { lock::acquire } else { semaphore::acquire };
        let on = |machine: &Self| machine.name_of(object);
        let noted = Wait { call: Method::Acquire.name(), on: &on, result: |()| String::new() };
        let waited = self.block_noted(&noted, until, |waiter, until| acquire(waiter, object, until));
        let waited = self.waited_for(waited, |machine| machine.turn_of(object, Method::Acquire))?;
        Ok(waited.map_err(trouble)?.is_some())
    }

    pub(super) fn release(&mut self, object: Object) -> Result<(), Stop> {
        let released = if object.kind == ObjectKind::Lock {
            lock::release(self.world.run, object)
        } else {
            semaphore::release(self.world.run, object)
        };
        released.map_err(|error| trouble(error).into())
    }

    pub(super) fn get_shared(&self, object: Object) -> Result<Value, Stop> {
        Ok(value_of(cell::get(self.world.run, object).map_err(trouble)?))
    }

    pub(super) fn set_shared(&self, object: Object, value: &Value) -> Result<(), Stop> {
        cell::set(self.world.run, object, cell_of(value)?).map_err(|error| trouble(error).into())
    }

    fn add_shared(&mut self, object: Object, value: &Value) -> Result<Value, Stop> {
        Ok(value_of(cell::add(self.world.run, object, cell_of(value)?).map_err(trouble)?))
    }

    /// Blocks on a shared object; what it refuses becomes an error.
    fn wait_on<T>(
        &mut self,
        (object, method): (Object, Method),
        wait: impl FnMut(&mut Waiter, Option<i64>) -> Result<Waited<T>, ShareError>,
    ) -> Result<T, Stop> {
        let on = |machine: &Self| machine.name_of(object);
        let noted = Wait { call: method.name(), on: &on, result: |_| String::new() };
        let waited = self.block_noted(&noted, None, wait);
        match self.waited_for(waited, |machine| machine.turn_of(object, method))? {
            Ok(Some(value)) => Ok(value),
            Ok(None) => Err(Trouble::new(Code::INTERNAL, "a wait without an end ended").into()),
            Err(error) => Err(trouble(error).into()),
        }
    }
}

fn size(run: crate::process::Run, object: Object) -> Result<u32, Stop> {
    queue::size(run, object).map_err(|error| trouble(error).into())
}

fn trouble(error: ShareError) -> Trouble {
    let code = match error {
        ShareError::OwnerDied => Code::OWNER_DIED,
        ShareError::NotOwner => Code::NOT_OWNER,
        ShareError::Broken => Code::BROKEN_BARRIER,
        ShareError::Closed => Code::CLOSED,
        ShareError::TooLong { .. } | ShareError::TooMany { .. } => Code::TOO_LARGE,
        ShareError::Overflow => Code::OVERFLOW,
        ShareError::WrongType => Code::TYPE,
        ShareError::NotShared => Code::VALUE,
        ShareError::Os(_) => Code::IO,
    };
    let trouble = Trouble::new(code, error.to_string());
    match error {
        ShareError::OwnerDied => trouble.help("what the lock protects may be half done; it stays broken"),
        ShareError::NotShared => trouble.help("create it before the spawn"),
        ShareError::Os(errno) => super::block::explained(trouble, errno),
        _ => trouble,
    }
}

/// A count of at least one.
fn count(value: &Value, what: &str) -> Result<u32, Trouble> {
    match value {
        Value::Int(count) if (1..=1 << 30).contains(count) => Ok(*count as u32),
        Value::Int(count) => {
            Err(Trouble::new(Code::VALUE, format!("{what} must be from 1 to 2^30, not {count}")))
        }
        other => Err(Trouble::kind(format!("{what} is an int, not {}", a_kind(other)))),
    }
}

fn cell_of(value: &Value) -> Result<CellValue, Trouble> {
    match value {
        Value::Int(int) => Ok(CellValue::Int(*int)),
        Value::Float(float) => Ok(CellValue::Float(*float)),
        Value::Bool(truth) => Ok(CellValue::Bool(*truth)),
        other => {
            let message = format!("a shared cell holds an int, a float or a bool, not {}", a_kind(other));
            Err(Trouble::kind(message).help("send other values through a queue"))
        }
    }
}

fn value_of(cell: CellValue) -> Value {
    match cell {
        CellValue::Int(int) => Value::Int(int),
        CellValue::Float(float) => Value::Float(float),
        CellValue::Bool(truth) => Value::Bool(truth),
    }
}
