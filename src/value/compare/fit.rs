//! Patterns: a map that says some of what another map should say.

use super::equal;
use crate::value::{Key, Value, ValueResult};

/// How well a value fits a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fit {
    pub whole: bool,
    /// How many entries of the pattern fit.
    pub fitting: usize,
    /// The keys of the entries that do not, where both are maps.
    pub misfits: Vec<Key>,
}

/// Where the pattern is a map, the value has to be one with at least its entries, each of which fits the pattern's. A regex fits
/// a string that it is found in, a process its pid and its name, a range an int that is in it. All else fits what is equal to it.
///
/// # Errors
/// As [`super::equal`].
pub fn fit(pattern: &Value, value: &Value) -> ValueResult<Fit> {
    let (Value::Map(pattern), Value::Map(map)) = (pattern, value) else {
        let whole = fits(pattern, value)?;
        return Ok(Fit { whole, fitting: usize::from(whole), misfits: Vec::new() });
    };
    let (mut misfits, mut fitting) = (Vec::new(), 0);
    let map = map.0.borrow();
    for (key, wanted) in pattern.0.borrow().iter() {
        match map.get(key) {
            Some(found) if fits(wanted, found)? => fitting += 1,
            _ => misfits.push(key.clone()),
        }
    }
    Ok(Fit { whole: misfits.is_empty(), fitting, misfits })
}

fn fits(pattern: &Value, value: &Value) -> ValueResult<bool> {
    match (pattern, value) {
        (Value::Regex(regex), Value::Str(text)) => Ok(regex.compiled.is_match(text)),
        (Value::Process(process), Value::Int(pid)) => Ok(i64::from(process.pid) == *pid),
        (Value::Process(process), Value::Str(name)) => Ok(*process.name == ***name),
        (Value::Range(range), Value::Int(int)) => Ok((range.start..range.end).contains(int)),
        _ => equal(pattern, value),
    }
}

#[cfg(test)]
mod tests {
    use super::fit;
    use crate::value::{Key, ProcessRef, Range, Regex, Value};
    use indexmap::IndexMap;
    use std::rc::Rc;

    fn map(entries: &[(&str, Value)]) -> Value {
        Value::map(
            entries.iter().map(|(key, value)| (Key::str(*key), value.clone())).collect::<IndexMap<_, _>>(),
        )
    }

    #[test]
    fn a_map_fits_one_that_says_less() {
        let process = Value::Process(Rc::new(ProcessRef::new(12, 0, 0, "alex".into())));
        let regex = Value::Regex(Rc::new(Regex {
            pattern: "l.x".into(),
            compiled: regex::Regex::new("l.x").unwrap(),
        }));
        let range = Value::Range(Rc::new(Range { start: 3, end: 5, closed: false }));
        let event = map(&[
            ("kind", Value::str("exit")),
            ("pid", Value::Int(12)),
            ("name", Value::str("alex")),
            ("code", Value::Int(4)),
        ]);
        for (pattern, whole, misfits) in [
            (map(&[]), true, &[][..]),
            (map(&[("kind", Value::str("exit")), ("code", Value::Float(4.0))]), true, &[]),
            (map(&[("pid", process.clone()), ("name", process)]), true, &[]),
            (map(&[("name", regex.clone()), ("code", range.clone())]), true, &[]),
            (map(&[("pid", range), ("kind", regex), ("code", Value::Int(4))]), false, &["pid", "kind"]),
            (map(&[("cod", Value::Int(4))]), false, &["cod"]),
            (Value::str("exit"), false, &[]),
        ] {
            let found = fit(&pattern, &event).unwrap();
            assert_eq!(found.whole, whole, "{pattern:?}");
            assert_eq!(
                found.misfits,
                misfits.iter().map(|key| Key::str(*key)).collect::<Vec<_>>(),
                "{pattern:?}"
            );
        }
    }
}
