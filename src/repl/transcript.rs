//! The entries that held, as a scenario: what `:save` writes.

use crate::source::{Source, SourceId};
use crate::syntax::parse;
use crate::syntax::tree::{Expr, ExprKind, StmtKind, StrPart};
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::path::{Path, PathBuf};

/// The entries that held, in their order.
#[derive(Debug, Default)]
pub struct Transcript {
    entries: Vec<Entry>,
}

/// One entry.
#[derive(Debug, Clone)]
struct Entry {
    text: String,
    /// The folder that paths of `use` are relative to.
    folder: PathBuf,
}

/// A scenario, and where in it each entry stands.
#[derive(Debug, Default)]
pub struct Scenario {
    pub text: String,
    /// The numbers of entries with their places.
    places: Vec<(usize, Range<usize>)>,
}

impl Scenario {
    /// The number of the entry at a place, in bytes.
    #[must_use]
    pub fn entry_at(&self, at: usize) -> Option<usize> {
        self.places.iter().find(|(_, place)| place.contains(&at)).map(|(number, _)| *number)
    }
}

impl Transcript {
    /// Keeps an entry that held; `folder` is what paths in it are relative to.
    pub fn keep(&mut self, text: &str, folder: &Path) {
        let text = text.trim();
        if !text.is_empty() {
            self.entries.push(Entry { text: text.to_owned(), folder: folder.to_owned() });
        }
    }

    /// The scenario, to be saved in `folder`, without the entries with the numbers `out`, which become comments.
    ///
    /// At a prompt a function may be declared anew, in a file it may not: such a function becomes a variable.
    #[must_use]
    pub fn scenario(&self, folder: &Path, out: &HashSet<usize>) -> Scenario {
        let again = self.declared_again();
        let mut met = HashSet::new();
        let mut scenario = Scenario::default();
        for (number, entry) in self.entries.iter().enumerate() {
            let text = if out.contains(&number) {
                let lines = entry.text.lines().map(|line| format!("# {line}\n"));
                format!("# Left out, for it needs what failed:\n{}", lines.collect::<String>())
            } else {
                entry.rewritten(folder, &again, &mut met) + "\n"
            };
            let start = scenario.text.len();
            scenario.text.push_str(&text);
            scenario.places.push((number, start..scenario.text.len()));
        }
        scenario
    }

    /// The names of the functions that more than one entry declares.
    fn declared_again(&self) -> HashSet<String> {
        let mut count: HashMap<String, usize> = HashMap::new();
        for entry in &self.entries {
            let source = Source::new("", entry.text.as_str());
            for statement in parse(&source, SourceId::default()).file.statements {
                if let StmtKind::Def { name, .. } = statement.kind {
                    *count.entry(source.slice(name.span).to_owned()).or_default() += 1;
                }
            }
        }
        count.into_iter().filter(|(_, count)| *count > 1).map(|(name, _)| name).collect()
    }
}

impl Entry {
    fn rewritten(&self, folder: &Path, again: &HashSet<String>, met: &mut HashSet<String>) -> String {
        let source = Source::new("", self.text.as_str());
        let file = parse(&source, SourceId::default()).file;
        let mut text = self.text.clone();
        let mut changes = Vec::new();
        for statement in &file.statements {
            match &statement.kind {
                StmtKind::Def { name, params, body } if again.contains(source.slice(name.span)) => {
                    let name = source.slice(name.span);
                    let params: Vec<&str> = params.iter().map(|param| source.slice(param.span)).collect();
                    let body = source.slice(body.span);
                    let body = body.strip_suffix('}').unwrap_or(body).trim_end();
                    let first = if met.insert(name.to_owned()) {
                        format!("let {name} = none\n")
                    } else {
                        String::new()
                    };
                    // A function gives none where it does not return, a value its last expression.
                    let variable = format!("{first}{name} = |{}| {body}\n    none\n}}", params.join(", "));
                    changes.push((statement.span.range(), variable));
                }
                StmtKind::Use(path) if self.folder != folder => {
                    changes.extend(literal(path).map(|relative| {
                        let whole = self.folder.join(relative);
                        (path.span.range(), format!("{:?}", whole.to_string_lossy()))
                    }));
                }
                _ => {}
            }
        }
        for (range, change) in changes.into_iter().rev() {
            text.replace_range(range, &change);
        }
        text
    }
}

/// The text of a plain string.
fn literal(value: &Expr) -> Option<&str> {
    match &value.kind {
        ExprKind::Str(parts) => match &parts[..] {
            [StrPart::Text(text)] => Some(text),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::Transcript;
    use std::collections::HashSet;
    use std::path::Path;

    fn transcript(entries: &[&str]) -> Transcript {
        let mut transcript = Transcript::default();
        entries.iter().for_each(|entry| transcript.keep(entry, Path::new("/here")));
        transcript
    }

    #[test]
    fn a_function_that_is_declared_again_becomes_a_variable() {
        let kept = transcript(&[
            "def f() { print 1 }",
            "let x = 1; def g() { f() }",
            "f()\n",
            "def f(a) {\n    print a\n}",
            " ",
        ]);
        assert_eq!(
            kept.scenario(Path::new("/here"), &HashSet::new()).text,
            "let f = none\nf = || { print 1\n    none\n}\nlet x = 1; def g() { f() }\nf()\n\
             f = |a| {\n    print a\n    none\n}\n"
        );
    }

    #[test]
    fn what_is_left_out_becomes_a_comment_and_paths_stay_true() {
        let kept = transcript(&["use \"lib.proc\"", "kill q\nq"]);
        let scenario = kept.scenario(Path::new("/there"), &HashSet::from([1]));
        assert_eq!(
            scenario.text,
            "use \"/here/lib.proc\"\n# Left out, for it needs what failed:\n# kill q\n# q\n"
        );
        assert_eq!(scenario.entry_at(0), Some(0));
        assert_eq!(scenario.entry_at(scenario.text.len() - 2), Some(1));
    }
}
