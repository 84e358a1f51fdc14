//! What can stand at a place, from the tables of the language and the names of the session.

use super::candidate::Offers;
use super::place::{Owner, Place};
use super::text::values;
use crate::program::{
    ATTRIBUTES, BUILTINS, Builtin, BuiltinRow, Expected, LIMITS, METHODS, OPTIONS, OptionRow, SIGNALS, VERBS,
};
use crate::repl::Name;
use crate::repl::keyword::{KEYWORDS, keyword};
use crate::source::all_codes;

/// The words that can begin a value.
const BEFORE_VALUE: &[&str] = &["not", "true", "false", "none", "if"];
/// The operators that are words.
const OPERATORS: &[&str] = &["and", "or", "in", "contains", "matches", "in_any_order"];

/// All that can stand at a place; `word` is what is typed of it already, and `called` says that a
/// parenthesis stands behind it.
pub(super) fn offers(place: &Place, word: &str, names: &[Name], called: bool) -> Offers {
    let mut offer = Offer { out: Offers::default(), names, word, called };
    match place {
        Place::Nothing | Place::Text(_) => {}
        Place::Statement => offer.statement(),
        Place::Value => offer.value(),
        Place::Condition => {
            offer.value();
            offer.out.add_as("error ", "error", "Passes where the block fails with that kind.");
        }
        Place::Process(verb) => offer.process(verb),
        Place::Signal { caught } => {
            offer.signals(*caught);
            offer.known(|kind| kind == "signal");
        }
        Place::Target => offer.target(),
        Place::Operator(words) => offer.operators(words),
        Place::Kind => all_codes().iter().for_each(|code| offer.out.add(code.name(), code.title())),
        Place::Member(owner) => offer.members(owner),
        Place::OptionKey(given) => {
            let free = OPTIONS.iter().filter(|row| !given.contains(&row.name));
            free.for_each(|row| offer.out.add(format!("{}: ", row.name), row.doc));
        }
        Place::LimitKey(given) => {
            let free = LIMITS.iter().filter(|(name, _)| !given.contains(name));
            free.for_each(|(name, doc)| offer.out.add(format!("{name}: "), *doc));
        }
        Place::FileKey(given) => {
            let keys = [("path", "The file."), ("append", "true: behind what the file holds already.")];
            let free = keys.iter().filter(|(name, _)| !given.contains(name));
            free.for_each(|(name, doc)| offer.out.add(format!("{name}: "), *doc));
        }
        Place::OptionValue(row) => offer.option(row),
    }
    offer.out
}

struct Offer<'a> {
    out: Offers,
    names: &'a [Name],
    word: &'a str,
    called: bool,
}

impl<'a> Offer<'a> {
    fn statement(&mut self) {
        self.known(|_| true);
        let mut seen = "";
        for row in VERBS {
            let word = row.name.split(' ').next().unwrap_or(row.name);
            if word != seen {
                self.word(word, row.usage, row.doc);
            }
            seen = word;
        }
        for row in KEYWORDS {
            let begins = !OPERATORS.contains(&row.name) && !BEFORE_VALUE.contains(&row.name);
            if (begins || row.name == "if") && !matches!(row.name, "else" | "catch") {
                self.word(row.name, row.usage, row.doc);
            }
        }
        if !self.word.is_empty() {
            self.builtins();
        }
    }

    fn value(&mut self) {
        self.known(|_| true);
        self.builtins();
        for word in BEFORE_VALUE {
            self.keyword(word);
        }
        for word in ["spawn", "join", "wait any"] {
            self.verb(word);
        }
        if !self.word.is_empty() {
            self.signals(false);
        }
    }

    /// The session's names whose kind is wanted.
    fn known(&mut self, wanted: impl Fn(&str) -> bool) {
        for name in self.names.iter().filter(|name| wanted(&name.kind)) {
            let about = if name.about.is_empty() { &name.kind } else { &name.about };
            let call = if name.kind == "function" && !self.called { "(" } else { "" };
            self.out.add_as(format!("{}{call}", name.name), &name.name, about);
        }
    }

    fn builtins(&mut self) {
        // The functions first that are about processes: they stand first in the table.
        BUILTINS.iter().for_each(|row| self.builtin(row));
    }

    fn builtin(&mut self, row: &'static BuiltinRow) {
        let call = if row.is_value() { "" } else { self.call(row.most) };
        self.out.add_as(format!("{}{call}", row.name), row.usage, row.doc);
    }

    fn call(&self, most: u8) -> &'static str {
        match most {
            _ if self.called => "",
            0 => "()",
            _ => "(",
        }
    }

    /// A word of the language, with a space where something must follow.
    fn word(&mut self, word: &str, usage: &str, doc: &str) {
        let behind = usage.strip_prefix(word).unwrap_or_default();
        let space =
            if behind.starts_with(' ') && !behind.starts_with(" [") || word == "spawn" { " " } else { "" };
        self.out.add_as(format!("{word}{space}"), word, doc);
    }

    fn keyword(&mut self, word: &str) {
        match keyword(word) {
            Some(row) if matches!(word, "true" | "false" | "none") => self.out.add(word, row.doc),
            Some(row) => self.out.add_as(format!("{word} "), word, row.doc),
            None => {}
        }
    }

    fn verb(&mut self, name: &str) {
        match VERBS.iter().find(|row| row.name == name) {
            Some(row) if name.contains(' ') => self.out.add(name, row.doc),
            Some(row) => self.out.add_as(format!("{name} "), name, row.doc),
            None => self.keyword(name),
        }
    }

    fn process(&mut self, verb: &str) {
        self.known(|kind| kind == "process");
        // `join all`, `wait any`, `signal group`: the second word of a row.
        for row in VERBS {
            match row.name.split_once(' ') {
                Some((first, second)) if first == verb && second != "matching" => {
                    let space = if second == "group" { " " } else { "" };
                    self.out.add_as(format!("{second}{space}"), second, row.doc);
                }
                _ => {}
            }
        }
        if matches!(verb, "wait" | "ps") {
            return;
        }
        self.known(|kind| kind == "list");
        if verb == "join" && !self.word.is_empty() {
            self.known(|kind| kind == "function");
        }
        let gives = |row: &&BuiltinRow| {
            matches!(row.name, "self" | "parent" | "main" | "children" | "active_children" | "processes")
        };
        BUILTINS.iter().filter(gives).for_each(|row| self.builtin(row));
        self.known(|kind| !matches!(kind, "process" | "list" | "function"));
        if verb == "join" {
            self.verb("spawn");
        }
    }

    fn signals(&mut self, caught: bool) {
        for row in SIGNALS.iter().filter(|row| !caught || !matches!(row.name, "SIGKILL" | "SIGSTOP")) {
            self.out.add(row.name, row.doc);
        }
    }

    fn target(&mut self) {
        self.known(|kind| kind == "function");
        let starts = |row: &&BuiltinRow| matches!(row.name, "exec" | "sh");
        BUILTINS.iter().filter(starts).for_each(|row| self.builtin(row));
    }

    fn operators(&mut self, words: &[&str]) {
        for word in words {
            match keyword(word) {
                Some(_) => self.keyword(word),
                None => self.out.add_as(format!("{word} "), *word, "A clause of a test."),
            }
        }
        OPERATORS.iter().for_each(|word| self.keyword(word));
    }

    fn members(&mut self, owner: &Owner) {
        let kind = match owner {
            Owner::Name(name) => self.kind_of(name),
            Owner::Field(name) => ATTRIBUTES.iter().find(|row| row.name == *name).map(|row| row.gives),
            Owner::String => Some("string"),
            Owner::Other => None,
        };
        if kind.is_none_or(|kind| kind == "process") {
            ATTRIBUTES.iter().for_each(|row| self.out.add(row.name, row.doc));
        }
        if kind == Some("shared") {
            self.out.add("value", "Its value now; it can be assigned.");
        }
        for row in METHODS.iter().filter(|row| kind.is_none_or(|kind| row.receiver.name() == kind)) {
            let call = self.call(row.most);
            let (_, usage) = row.usage.split_once('.').unwrap_or(("", row.usage));
            self.out.add_as(format!("{}{call}", row.name), usage, row.doc);
        }
    }

    /// The kind of a name's value; `None` where nothing is known.
    fn kind_of(&self, name: &str) -> Option<&'a str> {
        match self.names.iter().find(|known| known.name == name) {
            Some(known) => Some(known.kind.as_str()).filter(|kind| !kind.is_empty()),
            None => {
                let row = BUILTINS.iter().find(|row| row.name == name)?;
                match row.builtin {
                    Builtin::Submission => Some("string"),
                    builtin => builtin.is_process().then_some("process"),
                }
            }
        }
    }

    fn option(&mut self, row: &'static OptionRow) {
        match row.expected {
            Expected::Bool => ["true", "false"].iter().for_each(|word| self.out.add(*word, row.doc)),
            Expected::Input | Expected::Output | Expected::ErrorOutput => {
                let words = values(row.expected);
                words.iter().for_each(|word| self.out.add(format!("\"{word}\""), row.doc));
                self.out.add("{path: \"", "A file.");
            }
            Expected::Group => {
                self.out.add("true", row.doc);
                self.known(|kind| kind == "process");
            }
            Expected::Limits | Expected::Env => self.out.add("{", row.doc),
            Expected::IntList => self.out.add("[", row.doc),
            Expected::Str | Expected::Int => {}
        }
        if !self.word.is_empty() || self.out.is_empty() {
            self.value();
        }
    }
}
