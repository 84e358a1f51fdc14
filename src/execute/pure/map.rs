//! The methods of maps.

use crate::program::Method;
use crate::value::index::{key_of, missing_key};
use crate::value::{Key, Map, Value, ValueResult};

pub(super) fn method(map: &Map, method: Method, args: &[Value]) -> Option<ValueResult<Value>> {
    Some(match method {
        Method::Len => Ok(Value::Int(map.0.borrow().len() as i64)),
        Method::Keys => Ok(Value::list(map.0.borrow().keys().map(Key::value).collect())),
        Method::Values => Ok(Value::list(map.0.borrow().values().cloned().collect())),
        Method::Items => Ok(items(map)),
        Method::Get => get(map, &args[0], args.get(1)),
        Method::Has => key_of(&args[0]).map(|key| Value::Bool(map.0.borrow().contains_key(&key))),
        Method::Remove => remove(map, &args[0]),
        _ => return None,
    })
}

fn items(map: &Map) -> Value {
    let entries = map.0.borrow();
    let pairs = entries.iter().map(|(key, value)| Value::list(vec![key.value(), value.clone()]));
    Value::list(pairs.collect())
}

fn get(map: &Map, key: &Value, otherwise: Option<&Value>) -> ValueResult<Value> {
    let key = key_of(key)?;
    let found = map.0.borrow().get(&key).cloned();
    Ok(found.or_else(|| otherwise.cloned()).unwrap_or(Value::None))
}

/// The other entries keep their order.
fn remove(map: &Map, key: &Value) -> ValueResult<Value> {
    let key = key_of(key)?;
    let removed = map.0.borrow_mut().shift_remove(&key);
    removed.ok_or_else(|| missing_key(map, &key))
}
