//! The program as it grows: files add their functions, globals and names to it.

use super::hash::FastMap;
use crate::program::{FunctionCode, Method, Program};
use crate::value::{Regex, Value};
use std::rc::Rc;

/// Compiled regular expressions may use so many bytes each.
const REGEX_SIZE: usize = 10 << 20;

#[derive(Default)]
pub(super) struct Assembly {
    /// The index in the program of the first of `functions`: those before it are in the program already.
    first: u32,
    functions: Vec<Option<FunctionCode>>,
    pub globals: Vec<Rc<str>>,
    names: Vec<Rc<str>>,
    name_at: FastMap<Rc<str>, u16>,
    regexes: FastMap<String, Result<Value, String>>,
}

impl Assembly {
    /// Makes room for so many functions and gives the index of the first.
    pub fn reserve(&mut self, count: usize) -> u32 {
        let held = self.functions.len();
        self.functions.resize_with(held + count, || None);
        self.first + held as u32
    }

    pub fn put(&mut self, index: u32, function: FunctionCode) {
        self.functions[(index - self.first) as usize] = Some(function);
    }

    pub fn global(&mut self, name: &str) -> u32 {
        self.globals.push(name.into());
        (self.globals.len() - 1) as u32
    }

    /// The number of a field's or method's name; none where there are more than 65536 of them.
    pub fn name(&mut self, name: &str) -> Option<u16> {
        if let Some(known) = self.name_at.get(name) {
            return Some(*known);
        }
        let number = u16::try_from(self.names.len()).ok()?;
        let shared: Rc<str> = name.into();
        self.names.push(shared.clone());
        self.name_at.insert(shared, number);
        Some(number)
    }

    /// The regular expression as a constant, compiled once however often it is written.
    ///
    /// # Errors
    /// What is wrong with it, as the end of a sentence.
    pub fn regex(&mut self, pattern: &str) -> Result<Value, String> {
        if !self.regexes.contains_key(pattern) {
            self.regexes.insert(pattern.to_owned(), compile(pattern));
        }
        self.regexes[pattern].clone()
    }

    pub fn finish(mut self) -> Option<Program> {
        self.take()
    }

    /// What was added since it was asked last, with all globals and names.
    pub fn take(&mut self) -> Option<Program> {
        let functions = self.functions.drain(..).collect::<Option<Vec<_>>>()?;
        self.first += functions.len() as u32;
        let methods = self.names.iter().map(|name| Method::named(name)).collect();
        Some(Program { functions, globals: self.globals.clone(), names: self.names.clone(), methods })
    }

    /// Forgets the functions that were added since, because something was wrong in one of them.
    pub fn forget(&mut self) {
        self.functions.clear();
    }
}

fn compile(pattern: &str) -> Result<Value, String> {
    match regex::RegexBuilder::new(pattern).size_limit(REGEX_SIZE).build() {
        Ok(compiled) => Ok(Value::Regex(Rc::new(Regex { pattern: pattern.to_owned(), compiled }))),
        Err(regex::Error::CompiledTooBig(_)) => {
            Err(format!("needs more than {} MiB once compiled", REGEX_SIZE >> 20))
        }
        Err(error) => {
            // The crate's message draws the pattern with a caret over several lines; the last says what is wrong.
            let text = error.to_string();
            let reason = text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
            Err(format!("cannot be read: {reason}"))
        }
    }
}
