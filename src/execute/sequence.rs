//! `contains sequence` and `never … between`: order as an expectation, and what came nearest where it does not hold.

use super::Stop;
use super::machine::Machine;
use crate::program::{Builtin, Reg};
use crate::source::{Code, did_you_mean};
use crate::value::compare::{Fit, fit};
use crate::value::{Blame, Key, Trouble, Value, a_kind, text};

/// Of a value so much is quoted.
const QUOTED: usize = 120;

/// One of the patterns, as it is called in an explanation.
struct Pattern<'a> {
    called: String,
    value: &'a Value,
}

impl Pattern<'_> {
    /// The first element from this place on that fits.
    fn first(&self, elements: &[Value], from: usize) -> Result<Option<usize>, Stop> {
        for (index, element) in elements.iter().enumerate().skip(from) {
            if self.fits(element)? {
                return Ok(Some(index));
            }
        }
        Ok(None)
    }

    fn fits(&self, element: &Value) -> Result<bool, Stop> {
        Ok(fit(self.value, element)?.whole)
    }

    fn shown(&self) -> String {
        format!("{}, {},", self.called, text::brief(self.value, QUOTED))
    }

    /// What comes nearest to it among the elements from this place on.
    fn nearest<'v>(&self, elements: &'v [Value], from: usize) -> Result<Option<(&'v Value, Fit)>, Stop> {
        let mut best: Option<(&Value, Fit)> = None;
        for element in elements.iter().skip(from) {
            let fit = fit(self.value, element)?;
            // Two of one kind are nearer than two that have something else in common, and of these such of one process.
            let has = |fit: &Fit, key: &str| !fit.misfits.contains(&Key::str(key));
            let rank = |fit: &Fit| (has(fit, "kind"), has(fit, "name") && has(fit, "pid"), fit.fitting);
            if fit.fitting > 0 && best.as_ref().is_none_or(|(_, known)| rank(known) < rank(&fit)) {
                best = Some((element, fit));
            }
        }
        Ok(best)
    }

    /// Why nothing from `from` on fits it, although something should.
    fn missing(&self, elements: &[Value], from: usize) -> Result<String, Stop> {
        let behind = match from.checked_sub(1).and_then(|last| elements.get(last)) {
            Some(last) => format!(" behind {}", described(last)),
            None => String::new(),
        };
        let mut why = format!("{} fits nothing{behind}", self.shown());
        if let Some(before) = self.first(&elements[..from.min(elements.len())], 0)? {
            why.push_str(&format!("; but {} came before that", described(&elements[before])));
        } else if let Some((nearest, fit)) = self.nearest(elements, from)? {
            why.push_str(&format!("; the nearest is {}, {}", described(nearest), differences(nearest, &fit)));
        }
        if let Some((wrong, right)) = self.misspelt(elements) {
            why.push_str(&format!("; none of them has `{wrong}`: did you mean `{right}`?"));
        }
        Ok(why)
    }

    /// A key of the pattern that none of the elements has, and one of theirs that it resembles.
    fn misspelt(&self, elements: &[Value]) -> Option<(String, String)> {
        let Value::Map(pattern) = self.value else { return None };
        let mut known = std::collections::BTreeSet::new();
        for element in elements {
            let Value::Map(map) = element else { return None };
            known.extend(map.0.borrow().keys().map(|key| text::display(&key.value())));
        }
        let keys: Vec<String> = pattern.0.borrow().keys().map(|key| text::display(&key.value())).collect();
        let wrong = keys.into_iter().find(|key| !known.contains(key))?;
        let longer = known.iter().find(|key| wrong.len() > 2 && key.contains(&wrong));
        let right =
            longer.map(String::as_str).or_else(|| did_you_mean(&wrong, known.iter().map(String::as_str)))?;
        Some((text::visible(&wrong).to_string(), text::visible(right).to_string()))
    }
}

impl Machine {
    /// `xs contains sequence patterns`: whether elements fit them in this order, others between.
    pub(super) fn sequence(&mut self, dst: Reg, left: Reg, right: Reg) -> Result<(), Stop> {
        self.world.explained = None;
        let (elements, patterns) = (self.elements_of(left)?, self.get(right).clone());
        let Value::List(patterns) = patterns else {
            let message = format!("a sequence is a list of patterns, not {}", a_kind(&patterns));
            return Err(Trouble::kind(message).help("write `contains sequence [a, b]`").into());
        };
        let patterns = patterns.0.borrow().clone();
        let mut from = 0;
        for (index, value) in patterns.iter().enumerate() {
            let pattern = Pattern { called: format!("pattern {} of {}", index + 1, patterns.len()), value };
            match pattern.first(&elements, from)? {
                Some(found) => from = found + 1,
                None => {
                    all_is_there(&elements)?;
                    self.world.explained = Some(pattern.missing(&elements, from)?);
                    self.set(dst, Value::Bool(false));
                    return Ok(());
                }
            }
        }
        self.set(dst, Value::Bool(true));
        Ok(())
    }

    /// `never what between a, b in xs`: whether nothing fits `what` from each element that fits `a` up to the next one that fits
    /// `b`, or to the end. Something has to fit `a`.
    pub(super) fn never(&mut self, dst: Reg, first: Reg, count: u16) -> Result<(), Stop> {
        self.world.explained = None;
        let operands = self.operands(first, count);
        let elements = match operands.get(3) {
            Some(events) => self.elements(events)?,
            None => self.elements(&self.events(&[])?)?,
        };
        let pattern =
            |called: &str, index: usize| Pattern { called: called.to_owned(), value: &operands[index] };
        let (what, begin, end) =
            (pattern("the pattern", 0), pattern("the first pattern", 1), pattern("the second pattern", 2));
        let mut open: Option<&Value> = None;
        let mut any = false;
        let mut why = None;
        for element in &elements {
            if open.is_some() && end.fits(element)? {
                open = None;
            } else if let Some(opened) = open
                && what.fits(element)?
            {
                let (found, opened) = (described(element), described(opened));
                why = Some(format!(
                    "{found} came behind {opened}, and nothing that fits {} between them",
                    text::brief(end.value, QUOTED)
                ));
                break;
            } else if begin.fits(element)? {
                any = true;
                open = open.or(Some(element));
            }
        }
        if why.is_none() {
            all_is_there(&elements)?;
        }
        if !any {
            why = Some(begin.missing(&elements, 0)?);
        }
        self.set(dst, Value::Bool(why.is_none()));
        self.world.explained = why;
        Ok(())
    }

    fn elements_of(&self, reg: Reg) -> Result<Vec<Value>, Stop> {
        self.elements(self.get(reg))
    }

    /// The elements of a list; `events` alone stands for `events()`.
    fn elements(&self, value: &Value) -> Result<Vec<Value>, Stop> {
        match value {
            Value::List(list) => Ok(list.0.borrow().clone()),
            Value::Builtin(number) if *number == Builtin::Events as u16 => self.elements(&self.events(&[])?),
            other => {
                let message = format!("a list is looked through for a sequence, not {}", a_kind(other));
                Err(Trouble::kind(message).help("`events()` is such a list, and `p.stdout.lines()`").into())
            }
        }
    }
}

/// That nothing is missing among these: what the record had no room for may be just what does not stand here.
fn all_is_there(elements: &[Value]) -> Result<(), Stop> {
    let lost = |element: &Value| {
        let Value::Map(map) = element else { return None };
        let map = map.0.borrow();
        match (map.get(&Key::str("kind"))?, map.get(&Key::str("events"))?) {
            (Value::Str(kind), Value::Int(events)) if kind.as_str() == "dropped" => Some(*events),
            _ => None,
        }
    };
    let lost = elements.iter().filter_map(lost).fold(0_i64, i64::saturating_add);
    if lost == 0 {
        return Ok(());
    }
    let message =
        format!("the record was full, and {lost} events are not in it: whether this is so, nobody knows");
    Err(Trouble::new(Code::NOT_RECORDED, message)
        .help("it keeps the first half a million prints and waits: ask about less, or print less")
        .blame(Blame::Tested)
        .into())
}

/// An event by its kind, process and line; another value as it is written.
fn described(value: &Value) -> String {
    let Value::Map(map) = value else { return text::brief(value, QUOTED) };
    let map = map.0.borrow();
    let entry = |name: &str| map.get(&Key::str(name));
    let (Some(Value::Str(kind)), Some(Value::Str(name))) = (entry("kind"), entry("name")) else {
        return text::brief(value, QUOTED);
    };
    let line = match entry("line") {
        Some(Value::Int(line)) => format!(" (line {line})"),
        _ => String::new(),
    };
    format!("the {} of `{}`{line}", text::visible(kind), text::visible(name))
}

/// What of a value does not fit.
fn differences(value: &Value, fit: &Fit) -> String {
    let Value::Map(map) = value else { return "which is another".to_owned() };
    let map = map.0.borrow();
    let differs = |key: &Key| {
        let called = text::display(&key.value());
        match map.get(key) {
            Some(found) => format!("whose `{called}` is {}", text::brief(found, QUOTED)),
            None => format!("which has no `{called}`"),
        }
    };
    fit.misfits.iter().map(differs).collect::<Vec<_>>().join(" and ")
}
