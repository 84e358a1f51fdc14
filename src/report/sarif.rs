//! SARIF 2.1.0, the Static Analysis Results Interchange Format: what code scanning reads. See
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>.

use super::place::Places;
use super::suite::{document, line, text};
use crate::event::Failure;
use crate::source::{Code, Diagnostic, Label, Location, Severity, SourceMap};
use indexmap::IndexMap;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

/// What may stand in the path of a file as it is.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'.').remove(b'-').remove(b'_').remove(b'~');
/// Calls and values of a failure that are named with their places.
const RELATED: usize = 50;

/// A run of ours, being written down.
#[derive(Default)]
pub struct Sarif {
    /// The rules that results name, each with what it is.
    rules: IndexMap<&'static str, Value>,
    results: Vec<Value>,
    /// What we failed at, or were kept from.
    notifications: Vec<Value>,
    /// Nothing kept us from looking at all.
    failed: bool,
}

/// What a result is, beside its places.
#[derive(Debug, Clone, Copy)]
pub struct Remark<'a> {
    pub rule: &'static str,
    /// `error`, `warning` or `note`.
    pub level: &'static str,
    pub message: &'a str,
}

/// All findings of `proctor check`, as a document that ends in a newline.
#[must_use]
pub fn check_sarif(findings: &[Diagnostic], sources: &SourceMap) -> String {
    let places = Places::new(sources);
    let mut sarif = Sarif::default();
    findings.iter().for_each(|finding| sarif.finding(finding, &places));
    sarif.document(json!({}))
}

impl Sarif {
    /// What a rule of our own is that is no code of the register.
    pub fn rule(&mut self, id: &'static str, title: &str) {
        self.rules.entry(id).or_insert_with(|| json!({ "id": id, "shortDescription": { "text": title } }));
    }

    fn code(&mut self, code: Code) {
        let page = || {
            json!({
                "id": code.name(),
                "shortDescription": { "text": code.title() },
                "help": { "text": code.page(), "markdown": code.page() },
            })
        };
        self.rules.entry(code.name()).or_insert_with(page);
    }

    /// A result whose rule is known, at a place, with other places that have to do with it.
    pub fn result(&mut self, remark: Remark<'_>, at: Value, related: Vec<Value>) {
        let mut result = json!({
            "ruleId": remark.rule,
            "level": remark.level,
            "message": { "text": spoken(remark.message) },
            "locations": [at],
        });
        if let Some(index) = self.rules.get_index_of(remark.rule) {
            result["ruleIndex"] = index.into();
        }
        if !related.is_empty() {
            let numbered = related.into_iter().enumerate().map(|(number, mut place)| {
                place["id"] = (number + 1).into();
                place
            });
            result["relatedLocations"] = numbered.collect();
        }
        self.results.push(result);
    }

    /// An error or a warning of the text.
    pub fn finding(&mut self, finding: &Diagnostic, places: &Places<'_>) {
        self.code(finding.code);
        let level = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let mut message = finding.message.clone();
        for note in &finding.notes {
            message.push_str(&format!("\n{note}"));
        }
        if let Some(help) = &finding.help {
            message.push_str(&format!("\nhelp: {help}"));
        }
        let label = |label: &Label| place(label.location, &label.text, places);
        let mut all = finding.labels.iter().map(label);
        let first = all.next().unwrap_or_else(|| json!({}));
        let related = all.collect();
        self.result(Remark { rule: finding.code.name(), level, message: &message }, first, related);
    }

    /// What went wrong while it ran. `context` is said before it, and `before` are places that come before its own.
    pub fn failure(
        &mut self,
        failure: &Failure,
        level: &'static str,
        context: &str,
        before: Vec<Value>,
        places: &Places<'_>,
    ) {
        self.code(failure.code);
        let mut message = format!("{context}: {}", failure.message);
        if let Some(help) = &failure.help {
            message.push_str(&format!("\nhelp: {help}"));
        }
        let part = |location: Location, value: &str| {
            let source = places.source(location.source).map_or("", |source| source.slice(location.span));
            place(location, &format!("{} is {}", line(source), line(value)), places)
        };
        let parts = failure.parts.iter().map(|one| part(one.location, &one.value));
        let calls = failure
            .chain
            .iter()
            .map(|frame| place(frame.location, &format!("in {}", frame.function), places));
        let related = before.into_iter().chain(parts).chain(calls).take(RELATED).collect();
        let at = place(failure.location, "", places);
        self.result(Remark { rule: failure.code.name(), level, message: &message }, at, related);
    }

    /// What we failed at ourselves: it says nothing of what was looked at.
    pub fn notify(&mut self, level: &'static str, message: &str, at: Value) {
        self.failed |= level == "error";
        self.notifications.push(json!({
            "level": level,
            "message": { "text": spoken(message) },
            "locations": [at],
        }));
    }

    /// The whole, ending in a newline; `invocation` is what else is known of how we ran.
    #[must_use]
    pub fn document(self, invocation: Value) -> String {
        let mut invocation = invocation;
        invocation["executionSuccessful"] = (!self.failed).into();
        if !self.notifications.is_empty() {
            invocation["toolExecutionNotifications"] = self.notifications.into();
        }
        document(&json!({
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [{
                "tool": { "driver": {
                    "name": "proctor",
                    "semanticVersion": env!("CARGO_PKG_VERSION"),
                    "rules": self.rules.into_values().collect::<Vec<_>>(),
                } },
                "columnKind": "unicodeCodePoints",
                "invocations": [invocation],
                "results": self.results,
            }],
        }))
    }
}

/// A text that must not be empty.
fn spoken(said: &str) -> String {
    let said = text(said);
    if said.is_empty() { "(nothing is said)".to_owned() } else { said }
}

/// A place in a text, and what is to be said of it, if anything.
pub fn place(location: Location, said: &str, places: &Places<'_>) -> Value {
    let source = places.source(location.source);
    let mut physical =
        json!({ "artifactLocation": { "uri": uri(source.map_or("", |source| source.name())) } });
    // A file that could not be read has a name and no text that anything could stand in.
    if source.is_some_and(|source| !source.text().is_empty()) {
        let start = places.place(location.source, location.span.start as usize);
        let end = places.place(location.source, location.span.end.max(location.span.start) as usize);
        physical["region"] = json!({
            "startLine": start.line,
            "startColumn": start.column,
            "endLine": end.line,
            "endColumn": end.column,
        });
    }
    let mut place = json!({ "physicalLocation": physical });
    if !said.is_empty() {
        place["message"] = json!({ "text": text(said) });
    }
    place
}

/// The file of this name: one that begins at the root, or else where we were started.
fn uri(name: &str) -> String {
    let escaped = utf8_percent_encode(name, ESCAPED).to_string();
    if escaped.starts_with('/') { format!("file://{escaped}") } else { escaped }
}

#[cfg(test)]
mod tests {
    use super::uri;

    #[test]
    fn names_of_files_are_paths_and_nothing_else() {
        for (name, expected) in [
            ("a/b.proc", "a/b.proc"),
            ("../a b.proc", "../a%20b.proc"),
            ("/home/\u{e4}.proc", "file:///home/%C3%A4.proc"),
            ("http://x/y#z?%", "http%3A//x/y%23z%3F%25"),
            ("", ""),
        ] {
            assert_eq!(uri(name), expected);
        }
    }
}
