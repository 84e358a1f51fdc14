//! Shared objects: queues, pipes, locks, semaphores, events, barriers and shared cells.

use super::Stop;
use super::block::fault;
use super::flow::article;
use super::machine::Machine;
use crate::process::share::{self, Cell, Denied};
use crate::process::{Errno, Waited, Waiter, clock};
use crate::program::Method;
use crate::source::Code;
use crate::value::{Object, ObjectKind, Trouble, Value, encode, time};

impl Machine {
    pub(super) fn make_queue(&mut self, max: Option<&Value>) -> Result<Value, Stop> {
        let max = match max {
            None | Some(Value::None) => None,
            Some(value) => Some(count(value, "a queue's max")?),
        };
        made(share::queue(&self.world.run, max))
    }

    pub(super) fn make_pipe(&mut self) -> Result<Value, Stop> {
        let (a, b) = share::pipe(&self.world.run).map_err(|errno| fault(&errno))?;
        Ok(Value::list(vec![Value::Object(a), Value::Object(b)]))
    }

    pub(super) fn make_lock(&mut self) -> Result<Value, Stop> {
        made(share::lock(&self.world.run))
    }

    pub(super) fn make_semaphore(&mut self, value: &Value) -> Result<Value, Stop> {
        let Value::Int(0) = value else {
            return made(share::semaphore(&self.world.run, count(value, "a semaphore's count")?));
        };
        made(share::semaphore(&self.world.run, 0))
    }

    pub(super) fn make_event(&mut self) -> Result<Value, Stop> {
        made(share::event(&self.world.run))
    }

    pub(super) fn make_barrier(&mut self, parties: &Value) -> Result<Value, Stop> {
        made(share::barrier(&self.world.run, count(parties, "a barrier's number of processes")?))
    }

    pub(super) fn make_shared(&mut self, value: &Value) -> Result<Value, Stop> {
        made(share::shared(&self.world.run, cell(value)?))
    }

    /// A method of a shared object.
    pub(super) fn share(&mut self, object: Object, method: Method, args: &[Value]) -> Result<Value, Stop> {
        match (object.kind, method) {
            (ObjectKind::Queue, Method::Put) => self.put(object, &args[0]),
            (ObjectKind::Queue, Method::Get) => self.take(object),
            (ObjectKind::Queue, Method::Qsize) => Ok(Value::Int(self.queue_size(object).0 as i64)),
            (ObjectKind::Queue, Method::Empty) => Ok(Value::Bool(self.queue_size(object).0 == 0)),
            (ObjectKind::Queue, Method::Full) => {
                let (size, max) = self.queue_size(object);
                Ok(Value::Bool(max.is_some_and(|max| size >= u64::from(max))))
            }
            (ObjectKind::ConnectionA | ObjectKind::ConnectionB, method) => {
                self.connection(object, method, args)
            }
            (_, Method::Acquire) => self.acquire(object).map(|()| Value::None),
            (_, Method::Release) => self.release(object).map(|()| Value::None),
            (ObjectKind::Event, method) => self.event(object, method),
            (ObjectKind::Barrier, _) => {
                let place = self.wait_on(|waiter, until| share::wait_barrier(waiter, object, until))?;
                Ok(Value::Int(i64::from(place)))
            }
            (ObjectKind::Shared, _) => self.add_shared(object, &args[0]),
            (kind, method) => {
                let message = format!("a {} has no method `{}`", kind.word(), method.name());
                Err(Trouble::new(Code::UNKNOWN_METHOD, message).into())
            }
        }
    }

    fn put(&mut self, queue: Object, value: &Value) -> Result<Value, Stop> {
        let message = encode::encode(value)?;
        self.wait_on(|waiter, until| share::put(waiter, queue, &message, until))?;
        Ok(Value::None)
    }

    fn take(&mut self, queue: Object) -> Result<Value, Stop> {
        let message = self.wait_on(|waiter, until| share::get(waiter, queue, until))?;
        Ok(encode::decode(&message)?)
    }

    /// How many values are in a queue, and how many may be.
    fn queue_size(&self, queue: Object) -> (u64, Option<u32>) {
        share::queue_size(&self.world.run, queue)
    }

    fn connection(&mut self, end: Object, method: Method, args: &[Value]) -> Result<Value, Stop> {
        match method {
            Method::Send => {
                let message = encode::encode(&args[0])?;
                self.wait_on(|waiter, until| share::send(waiter, end, &message, until))?;
                Ok(Value::None)
            }
            Method::Recv => {
                let message = self.wait_on(|waiter, until| share::recv(waiter, end, until))?;
                Ok(encode::decode(&message)?)
            }
            Method::Poll => {
                let time = args.first().map_or(Ok(0), time::to_duration)?;
                let until = clock::monotonic().saturating_add(time);
                let found = self.block(Some(until), |waiter, until| {
                    share::poll(waiter, end, until)
                })?;
                Ok(Value::Bool(found.is_some()))
            }
            _ => {
                share::close(&self.world.run, end);
                Ok(Value::None)
            }
        }
    }

    fn event(&mut self, event: Object, method: Method) -> Result<Value, Stop> {
        match method {
            Method::Set => share::set_event(&self.world.run, event),
            Method::Clear => share::clear_event(&self.world.run, event),
            Method::IsSet => return Ok(Value::Bool(share::event_is_set(&self.world.run, event))),
            _ => self.wait_on(|waiter, until| share::wait_event(waiter, event, until))?,
        }
        Ok(Value::None)
    }

    pub(super) fn acquire(&mut self, object: Object) -> Result<(), Stop> {
        self.wait_on(|waiter, until| share::acquire(waiter, object, until))
    }

    pub(super) fn release(&mut self, object: Object) -> Result<(), Stop> {
        share::release(&self.world.run, object).map_err(|denied| trouble(object, denied).into())
    }

    pub(super) fn get_shared(&self, object: Object) -> Result<Value, Stop> {
        Ok(match share::get_cell(&self.world.run, object) {
            Cell::Int(int) => Value::Int(int),
            Cell::Float(float) => Value::Float(float),
            Cell::Bool(truth) => Value::Bool(truth),
        })
    }

    pub(super) fn set_shared(&self, object: Object, value: &Value) -> Result<(), Stop> {
        share::set_cell(&self.world.run, object, cell(value)?)
            .map_err(|denied| trouble(object, denied).into())
    }

    fn add_shared(&mut self, object: Object, value: &Value) -> Result<Value, Stop> {
        let sum = share::add_cell(&self.world.run, object, cell(value)?)
            .map_err(|denied| Stop::from(trouble(object, denied)))?;
        Ok(match sum {
            Cell::Int(int) => Value::Int(int),
            Cell::Float(float) => Value::Float(float),
            Cell::Bool(truth) => Value::Bool(truth),
        })
    }
}

fn made(object: Result<Object, Errno>) -> Result<Value, Stop> {
    object.map(Value::Object).map_err(|errno| fault(&errno).into())
}

/// A count of at least one.
fn count(value: &Value, what: &str) -> Result<u32, Trouble> {
    match value {
        Value::Int(count) if (1..=1 << 30).contains(count) => Ok(*count as u32),
        Value::Int(count) => {
            Err(Trouble::new(Code::VALUE, format!("{what} must be at least 1 and below 2^30, not {count}")))
        }
        other => Err(Trouble::kind(format!("{what} is an int, not {}", article(other)))),
    }
}

fn cell(value: &Value) -> Result<Cell, Trouble> {
    match value {
        Value::Int(int) => Ok(Cell::Int(*int)),
        Value::Float(float) => Ok(Cell::Float(*float)),
        Value::Bool(truth) => Ok(Cell::Bool(*truth)),
        other => {
            let message = format!("a shared cell holds an int, a float or a bool, not {}", article(other));
            Err(Trouble::kind(message).help("send other values through a queue"))
        }
    }
}

impl Machine {
    /// Blocks on a shared object; what is denied becomes an error.
    fn wait_on<T>(
        &mut self,
        object: Object,
        wait: impl FnMut(&mut Waiter, Option<i64>) -> Result<Waited<Result<T, Denied>>, Errno>,
    ) -> Result<T, Stop> {
        self.block_for(wait)?.map_err(|denied| trouble(object, denied).into())
    }
}
