//! `expect`: conditions that hold now, within a time or all through it, and errors that must come.

use super::machine::Machine;
use super::{Stop, failure};
use crate::event::{Difference, Failure, PartValue};
use crate::process::clock;
use crate::program::{ExpectSite, Moment, NO_REG, Op};
use crate::source::{Code, Location};
use crate::value::{Key, Trouble, Value, compare, text, time};

/// What the look at a condition came to.
enum Look {
    Holds,
    Breaks,
    /// Look again when something happened, or at this time at the latest.
    Again(i64),
}

/// A condition as a message can quote it.
fn one_line(condition: &str) -> String {
    match condition.split_once('\n') {
        Some((first, _)) => format!("{} …", first.trim_end()),
        None => condition.to_owned(),
    }
}

impl Machine {
    pub(super) fn expect_start(&mut self, site: u16) -> Result<(), Stop> {
        let program = self.program.clone();
        let function = self.frames.last().map_or(0, |frame| frame.function);
        let site = &program.functions[function as usize].expects[site as usize];
        self.set(site.since, Value::Instant(clock::monotonic()));
        self.forget_parts(site);
        self.world.explained = None;
        Ok(())
    }

    fn forget_parts(&mut self, site: &ExpectSite) {
        for part in &site.parts {
            self.set(part.reg, Value::Absent);
        }
    }

    pub(super) fn expect_check(&mut self, at: u16, again: u32) -> Result<(), Stop> {
        let program = self.program.clone();
        let function = self.frames.last().map_or(0, |frame| frame.function);
        let site = &program.functions[function as usize].expects[at as usize];
        let Value::Bool(holds) = *self.get(site.condition) else {
            return self.not_a_bool(site.condition);
        };
        match self.look(site, holds)? {
            Look::Holds => {
                self.world.events = None;
                self.note_expectation(Location::new(self.current().source, site.span), true);
                Ok(())
            }
            Look::Breaks => {
                self.world.events = None;
                self.note_expectation(Location::new(self.current().source, site.span), false);
                Err(Stop::Broken(Box::new(self.broken(site))))
            }
            Look::Again(until) => {
                self.wait_for_event(Some(until))?;
                self.forget_parts(site);
                if let Some(frame) = self.frames.last_mut() {
                    frame.pc = again;
                }
                Ok(())
            }
        }
    }

    fn look(&self, site: &ExpectSite, holds: bool) -> Result<Look, Stop> {
        let until = |reg| -> Result<i64, Stop> {
            let since = match self.get(site.since) {
                Value::Instant(since) => *since,
                _ => clock::monotonic(),
            };
            Ok(since.saturating_add(time::to_duration(self.get(reg))?))
        };
        Ok(match site.moment {
            Moment::Now => {
                if holds {
                    Look::Holds
                } else {
                    Look::Breaks
                }
            }
            Moment::Within(_) if holds => Look::Holds,
            Moment::Within(limit) => {
                let until = until(limit)?;
                if clock::monotonic() >= until { Look::Breaks } else { Look::Again(until) }
            }
            Moment::For(_) if !holds => Look::Breaks,
            Moment::For(limit) => {
                let until = until(limit)?;
                if clock::monotonic() >= until { Look::Holds } else { Look::Again(until) }
            }
        })
    }

    fn broken(&self, site: &ExpectSite) -> Failure {
        let location = Location::new(self.current().source, site.span);
        let condition = one_line(&self.world.text(location));
        let mut message = match site.moment {
            Moment::Now => format!("expected {condition}"),
            Moment::Within(limit) => format!("expected {condition} within {}", self.words(limit)),
            Moment::For(limit) => format!("expected {condition} for {}", self.words(limit)),
        };
        if site.why != NO_REG {
            message = format!("{}: {message}", text::display(self.get(site.why)));
        }
        let mut broken = failure::place(self, Trouble::new(Code::EXPECTATION, message));
        broken.location = location;
        if matches!(site.moment, Moment::Within(_)) {
            self.world.run.note_ran_out();
        }
        broken.difference = self.difference(site);
        broken.help = self.world.explained.clone();
        for part in &site.parts {
            let value = self.get(part.reg);
            let in_difference = broken.difference.is_some() && matches!(value, Value::Str(_));
            if !matches!(value, Value::Absent) && !in_difference {
                let location = Location::new(location.source, part.span);
                broken.parts.push(PartValue { location, value: text::literal(value) });
            }
        }
        broken
    }

    fn words(&self, limit: u16) -> String {
        time::to_duration(self.get(limit))
            .map_or_else(|_| "?".to_owned(), |limit| text::display(&Value::Duration(limit)))
    }

    /// Of `a == b` (or `in_any_order`), where the condition is no more than that.
    fn difference(&self, site: &ExpectSite) -> Option<Difference> {
        let code = self.current();
        let at = (self.frames.last()?.pc as usize).checked_sub(2)?;
        let (left, right, ordered) = match code.code[at] {
            Op::Equal { left, right, .. } => (left, right, true),
            Op::InAnyOrder { left, right, .. } => (left, right, false),
            _ => return None,
        };
        match (self.get(left), self.get(right)) {
            _ if site.condition == NO_REG => None,
            (found, expected) if !ordered => {
                let (extra, missing) = compare::unmatched(found, expected)?;
                let texts = matches!(found, Value::Str(_));
                let shown = |values: &[Value]| -> Vec<String> {
                    let text = if texts { text::display } else { text::literal };
                    values.iter().take(Difference::MOST).map(text).collect()
                };
                Some(Difference::AnyOrder { missing: shown(&missing), extra: shown(&extra) })
            }
            (Value::Str(found), Value::Str(expected)) => {
                let lines = found.contains('\n') || expected.contains('\n');
                lines.then(|| Difference::Lines { expected: expected.to_string(), actual: found.to_string() })
            }
            _ => None,
        }
    }

    pub(super) fn expect_no_error(&mut self, at: u16) -> Result<(), Stop> {
        let kind = self.expected_kind(at);
        let message = format!("expected an error of kind {kind}, but the block ended without one");
        Err(Stop::Broken(Box::new(self.broken_kind(at, message))))
    }

    pub(super) fn expect_error(&mut self, at: u16, error: u16) -> Result<(), Stop> {
        let kind = self.expected_kind(at);
        let entry = |name: &str| match self.get(error) {
            Value::Map(map) => map.0.borrow().get(&Key::str(name)).map(text::display),
            _ => None,
        };
        let (found, message) = (entry("kind").unwrap_or_default(), entry("message").unwrap_or_default());
        if found == kind {
            return Ok(());
        }
        let message = format!("expected an error of kind {kind}, but it was {found}: {message}");
        Err(Stop::Broken(Box::new(self.broken_kind(at, message))))
    }

    fn expected_kind(&self, at: u16) -> String {
        let kind = self.current().expects[at as usize].kind.as_ref();
        kind.map_or_else(String::new, |kind| kind.to_string())
    }

    fn broken_kind(&self, at: u16, message: String) -> Failure {
        let mut broken = failure::place(self, Trouble::new(Code::EXPECTATION, message));
        broken.location = Location::new(self.current().source, self.current().expects[at as usize].span);
        broken
    }
}
