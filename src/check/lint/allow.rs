//! `# allow(CODE)`: silences a warning for the statement that begins on the next line, or on the same one.

use crate::check::findings::Findings;
use crate::source::{Code, Diagnostic, Source, Span, did_you_mean, find_code, warning_codes};

/// The allowances of a file.
pub(in crate::check) struct Allows<'a> {
    /// Lines that an allowance is for, in order, with the codes.
    lines: Vec<(Span, Vec<&'a str>)>,
    /// Statements that begin on such lines: their extent, and which line.
    statements: Vec<(Span, usize)>,
    /// What is named and is no warning's code.
    unknown: Vec<(Span, &'a str)>,
}

impl<'a> Allows<'a> {
    pub fn new(source: &'a Source, comments: &[Span]) -> Self {
        let (mut lines, mut unknown) = (Vec::new(), Vec::new());
        for comment in comments {
            let codes = codes(source.slice(*comment));
            for code in
                codes.iter().filter(|code| !warning_codes().iter().any(|known| known.name() == **code))
            {
                let start = code.as_ptr() as usize - source.text().as_ptr() as usize;
                unknown.push((Span::new(start, start + code.len()), *code));
            }
            if !codes.is_empty() {
                lines.push((line_meant(source.text(), *comment, comments), codes));
            }
        }
        Self { lines, statements: Vec::new(), unknown }
    }

    /// To be told of every statement.
    pub fn statement(&mut self, span: Span) {
        let from = self.lines.partition_point(|(line, _)| line.end < span.start);
        for (index, (line, _)) in self.lines.iter().enumerate().skip(from) {
            if line.start > span.start {
                break;
            }
            self.statements.push((span, index));
        }
    }

    /// Whether the warning is silenced.
    pub fn silence(&self, warning: &Diagnostic) -> bool {
        let Some(at) = warning.labels.first().map(|label| label.location.span.start) else { return false };
        self.statements.iter().any(|(span, line)| {
            (span.start..span.end).contains(&at) && self.lines[*line].1.contains(&warning.code.name())
        })
    }
}

impl Allows<'_> {
    /// The codes that silence nothing, because no warning has them.
    pub fn report(&self, findings: &Findings) -> Vec<Diagnostic> {
        let warning = |(span, code): &(Span, &str)| {
            let (message, help) = match find_code(code) {
                Some(_) => (
                    format!("`{code}` is no warning: `allow` silences warnings only"),
                    "an error goes on being one; at run time `try` catches it".to_owned(),
                ),
                None => (format!("there is no warning `{code}` to allow"), nearest(code)),
            };
            Diagnostic::warning(Code::UNKNOWN_CODE, message).at(findings.place(*span), "").help(help)
        };
        self.unknown.iter().take(Findings::MOST).map(warning).collect()
    }
}

fn nearest(code: &str) -> String {
    let names = || warning_codes().iter().map(Code::name);
    match did_you_mean(code, names()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("the warnings are {}", names().collect::<Vec<_>>().join(", ")),
    }
}

fn codes(comment: &str) -> Vec<&str> {
    let list = comment.trim_start_matches('#').trim_start().strip_prefix("allow(");
    let Some((list, _)) = list.and_then(|rest| rest.split_once(')')) else { return Vec::new() };
    list.split(',').map(str::trim).filter(|code| !code.is_empty()).collect()
}

/// The line that a comment speaks of: its own where something stands before it, else the next that holds more
/// than comments.
fn line_meant(text: &str, comment: Span, comments: &[Span]) -> Span {
    let start = text[..comment.start as usize].rfind('\n').map_or(0, |newline| newline + 1);
    let own = line_at(text, start);
    if !text[start..comment.start as usize].trim().is_empty() {
        return own;
    }
    let mut line = own;
    loop {
        let next = line.end as usize + 1;
        if next >= text.len() {
            return line;
        }
        line = line_at(text, next);
        let indent = text[line.range()].len() - text[line.range()].trim_start().len();
        let first = line.start + indent as u32;
        let is_blank = first >= line.end;
        if !is_blank && comments.binary_search_by_key(&first, |comment| comment.start).is_err() {
            return line;
        }
    }
}

fn line_at(text: &str, start: usize) -> Span {
    let end = text[start..].find('\n').map_or(text.len(), |newline| start + newline);
    Span::new(start, end)
}
