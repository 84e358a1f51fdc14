//! Shared objects: queues, pipes, locks, semaphores, events, barriers and shared cells.

use super::Stop;
use super::block::fault;
use super::flow::article;
use super::machine::Machine;
use crate::process::share::{self, Cell, Denied};
use crate::program::Method;
use crate::source::Code;
use crate::value::{Object, ObjectKind, Trouble, Value, encode, index};

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
                let place = self.wait_on(|waiter, run, until| share::wait_barrier(run, waiter, object, until))?;
                Ok(Value::Int(i64::from(place)))
            }
            (ObjectKind::Shared, _) => self.add_shared(object, &args[0]),
            (kind, method) => {
                let message = format!("a {} has no method `{}`", kind.word(), method.name());
                Err(Trouble::new(Code::UNKNOWN_METHOD, message).into())
            }
        }
    }
