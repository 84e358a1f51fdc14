//! What stands behind a dot: methods, attributes of processes, entries of maps.

use super::machine::Machine;
use super::{Stop, pure};
use crate::program::{ATTRIBUTES, METHODS, Method, MethodRow, Receiver, Reg, attribute};
use crate::source::{Code, did_you_mean};
use crate::value::{Key, ObjectKind, Trouble, Value, a_kind};

impl Machine {
    pub(super) fn call_method(&mut self, dst: Reg, first: Reg, name: u16, argc: u8) -> Result<(), Stop> {
        let receiver = self.get(first).copy();
        let method = self.program.methods[name as usize];
        let row =
            method.zip(Receiver::of(&receiver)).and_then(|(method, kind)| pure::method_row(kind, method));
        let result = self.with_operands(first + 1, u16::from(argc), |machine, args| match row {
            Some(row) => machine.method(&receiver, row, args),
            None => machine.call_entry(&receiver, name, args),
        })?;
        self.set(dst, result);
        Ok(())
    }

    fn method(&mut self, receiver: &Value, row: &MethodRow, args: &[Value]) -> Result<Value, Stop> {
        check_count(row, args.len())?;
        match receiver {
            Value::Object(object) => self.share(*object, row.method, args),
            Value::Process(process) => self.talk(process, row.method, args),
            _ => pure::method(receiver, row.method, args, self)
                .unwrap_or_else(|| Err(no_method(receiver, row.name).into())),
        }
    }

    /// Calls a function that is an entry of a map, as if it were a method.
    fn call_entry(&mut self, receiver: &Value, name: u16, args: &[Value]) -> Result<Value, Stop> {
        let name = self.program.names[name as usize].clone();
        match entry(receiver, &name) {
            Some(function) => self.call_back(&function, args),
            None => Err(no_method(receiver, &name).into()),
        }
    }

    pub(super) fn get_field(&mut self, dst: Reg, src: Reg, name: u16) -> Result<(), Stop> {
        let program = self.program.clone();
        let name = &*program.names[name as usize];
        let value = match self.get(src).clone() {
            Value::Process(process) => match attribute(name) {
                Some(attribute) => self.attribute(&process, attribute)?,
                None => return Err(no_attribute(name).into()),
            },
            Value::Object(object) if object.kind == ObjectKind::Shared && name == "value" => {
                self.get_shared(object)?
            }
            Value::Str(text) if name == "bytes" => Value::bytes(text.as_bytes().to_vec()),
            map @ Value::Map(_) => match entry(&map, name) {
                Some(value) => value,
                None => return Err(no_key(&map, name).into()),
            },
            Value::Regex(regex) if name == "pattern" => Value::str(regex.pattern.clone()),
            other => return Err(no_field(&other, name).into()),
        };
        self.set(dst, value);
        Ok(())
    }

    pub(super) fn set_field(&mut self, target: Reg, name: u16, src: Reg) -> Result<(), Stop> {
        let name = self.program.names[name as usize].clone();
        let value = self.get(src).clone();
        match self.get(target).clone() {
            Value::Map(map) => {
                let old = map.0.borrow_mut().insert(Key::str(&*name), value);
                drop(old);
                Ok(())
            }
            Value::Object(object) if object.kind == ObjectKind::Shared && &*name == "value" => {
                self.set_shared(object, &value)
            }
            Value::Process(_) => Err(Trouble::new(
                Code::BAD_ASSIGNMENT,
                format!("`{name}` of a process cannot be assigned: it is what the kernel says"),
            )
            .into()),
            other => Err(no_field(&other, &name).into()),
        }
    }
}

fn has_method(receiver: &Value, method: Method) -> bool {
    Receiver::of(receiver).is_some_and(|kind| pure::method_row(kind, method).is_some())
}

#[inline]
fn check_count(row: &MethodRow, count: usize) -> Result<(), Trouble> {
    if count < row.fewest as usize || count > row.most as usize {
        let message = format!("{} takes other arguments: {}", row.name, row.usage);
        return Err(Trouble::new(Code::ARGUMENT_COUNT, message));
    }
    Ok(())
}

fn entry(receiver: &Value, name: &str) -> Option<Value> {
    match receiver {
        Value::Map(map) => map.0.borrow().get(&Key::str(name)).cloned(),
        _ => None,
    }
}

fn no_method(receiver: &Value, name: &str) -> Trouble {
    let kind = Receiver::of(receiver);
    let known = METHODS.iter().filter(|row| Some(row.receiver) == kind).map(|row| row.name);
    let mut trouble =
        Trouble::new(Code::UNKNOWN_METHOD, format!("{} has no method `{name}`", a_kind(receiver)));
    trouble.help = did_you_mean(name, known).map(|near| format!("did you mean `{near}`?"));
    if matches!(receiver, Value::Process(_)) && attribute(name).is_some() {
        trouble.help = Some(format!("`{name}` is an attribute: write it without parentheses"));
    }
    trouble
}

fn no_attribute(name: &str) -> Trouble {
    let mut trouble = Trouble::new(Code::UNKNOWN_ATTRIBUTE, format!("a process has no attribute `{name}`"));
    trouble.help = did_you_mean(name, ATTRIBUTES.iter().map(|row| row.name))
        .map(|near| format!("did you mean `{near}`?"));
    trouble
}

fn no_key(map: &Value, name: &str) -> Trouble {
    let mut trouble = Trouble::new(Code::KEY, format!("the map has no key `{name}`"));
    if let Value::Map(map) = map {
        let entries = map.0.borrow();
        let keys = entries.keys().filter_map(|key| match key {
            Key::Str(text) => Some(text.as_str()),
            _ => None,
        });
        trouble.help = did_you_mean(name, keys).map(|near| format!("did you mean `{near}`?"));
    }
    if Method::named(name).is_some() {
        trouble.help = Some(format!("`{name}` is a method: call it with parentheses, `.{name}()`"));
    }
    trouble
}

fn no_field(value: &Value, name: &str) -> Trouble {
    let mut trouble =
        Trouble::new(Code::UNKNOWN_ATTRIBUTE, format!("{} has no field `{name}`", a_kind(value)));
    if let Some(method) = Method::named(name).filter(|method| has_method(value, *method)) {
        trouble.help = Some(format!("it has a method: `.{}(…)`", method.name()));
    } else if let (Value::Int(_), Some(attribute)) = (value, attribute(name)) {
        let _ = attribute;
        trouble.help = Some("a pid is only a number; `processes()` gives the processes".to_owned());
    }
    trouble
}
