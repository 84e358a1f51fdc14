//! The entries that held, as a scenario: what `:save` writes.

use crate::source::Source;
use crate::source::SourceId;
use crate::syntax::parse;
use crate::syntax::tree::StmtKind;
use std::collections::HashSet;

/// The entries that held, in their order.
#[derive(Debug, Default)]
pub struct Transcript {
    entries: Vec<String>,
}

impl Transcript {
    /// Keeps an entry that held.
    pub fn keep(&mut self, entry: &str) {
        let entry = entry.trim_end();
        if !entry.is_empty() {
            self.entries.push(entry.to_owned());
        }
    }

    /// The scenario. At a prompt a function may be declared anew, in a file it may not: only the last one is left.
    #[must_use]
    pub fn scenario(&self) -> String {
        let mut declared = HashSet::new();
        let mut texts: Vec<String> =
            self.entries.iter().rev().map(|entry| without_older(entry, &mut declared)).collect();
        texts.reverse();
        let mut scenario = String::new();
        for text in texts.iter().map(|text| text.trim()).filter(|text| !text.is_empty()) {
            scenario.push_str(text);
            scenario.push('\n');
        }
        scenario
    }
}

/// The entry without the functions that later ones declare; adds its own to them.
fn without_older(entry: &str, declared: &mut HashSet<String>) -> String {
    let source = Source::new("", entry);
    let file = parse(&source, SourceId::default()).file;
    let mut text = entry.to_owned();
    for statement in file.statements.iter().rev() {
        let StmtKind::Def { name, .. } = &statement.kind else { continue };
        if !declared.insert(source.slice(name.span).to_owned()) {
            text.replace_range(statement.span.range(), "");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::Transcript;

    #[test]
    fn only_the_last_function_of_a_name_is_left() {
        let mut transcript = Transcript::default();
        for entry in
            ["def f() { print 1 }", "let x = 1; def g() { f() }", "f()\n", "def f() {\n    print 2\n}", " "]
        {
            transcript.keep(entry);
        }
        assert_eq!(transcript.scenario(), "let x = 1; def g() { f() }\nf()\ndef f() {\n    print 2\n}\n");
    }
}
