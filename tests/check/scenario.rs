//! Texts to check, with the files that they use.

use proctor::check::{Checked, Loader, check};
use proctor::source::{Diagnostic, Source, SourceMap};
use std::collections::HashMap;
use std::path::Path;

/// Files that are only texts.
#[derive(Default)]
pub struct Texts(pub HashMap<String, String>);

impl Loader for Texts {
    fn load(&mut self, path: &str, _: Option<&Path>) -> Result<Source, String> {
        let text = self.0.get(path).ok_or("there is no such file")?;
        Ok(Source::new(path, text.as_str()).with_path(path))
    }
}

/// Checks a text. Lines `#file NAME` begin the further files that it uses.
pub fn check_text(text: &str) -> (SourceMap, Checked) {
    let mut texts = Texts::default();
    let mut parts = text.split("#file ");
    let main = parts.next().unwrap_or_default();
    for part in parts {
        let (name, body) = part.split_once('\n').unwrap_or((part, ""));
        texts.0.insert(name.trim().to_owned(), body.to_owned());
    }
    let mut sources = SourceMap::default();
    let root = sources.add(Source::new("main.proc", main).with_path("main.proc"));
    let checked = check(&mut sources, root, &mut texts);
    (sources, checked)
}

/// One finding as text.
pub fn show(sources: &SourceMap, finding: &Diagnostic) -> String {
    let mut text = format!("{:?} {}: {}\n", finding.severity, finding.code, finding.message).to_lowercase();
    text = format!("{}{}", &text[..text.find(':').unwrap_or(0)], &format!(": {}\n", finding.message));
    for label in &finding.labels {
        let source = sources.get(label.location.source);
        let (line, column) = source.line_column(label.location.span.start);
        let slice = source.slice(label.location.span).lines().next().unwrap_or_default();
        let name = source.name();
        text.push_str(&format!("  at {name}:{line}:{column} `{slice}` {}\n", label.text));
    }
    if let Some(help) = &finding.help {
        text.push_str(&format!("  help {help}\n"));
    }
    for note in &finding.notes {
        text.push_str(&format!("  note {note}\n"));
    }
    text
}
