//! Diagnostics for people: a heading, the place in the source with carets, then notes and help. The only user of miette.

use super::excerpt::Excerpt;
use super::place::Places;
use super::style::Style;
use super::visible::{shorten, visible};
use super::wrap::wrap;
use crate::source::{Code, Diagnostic, Label, Severity};
use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode};
use std::fmt;

/// At most so many errors, and so many warnings, of one run are drawn in full.
pub const DRAWN: usize = 20;
/// Characters of a message, a note or a help that are drawn.
pub(super) const MESSAGE: usize = 2000;
/// Columns that the second line of a long heading stands further in.
const FURTHER: usize = 4;
/// Notes of one diagnostic that are drawn.
const NOTES: usize = 20;

/// One diagnostic as text, ending in a newline.
#[must_use]
pub fn draw_diagnostic(diagnostic: &Diagnostic, places: &Places<'_>, style: Style) -> String {
    let heading = Heading {
        code: diagnostic.code,
        severity: diagnostic.severity,
        message: &diagnostic.message,
        labels: &diagnostic.labels,
    };
    let mut text = heading.draw(places, style);
    for note in diagnostic.notes.iter().take(NOTES) {
        text.push_str(&section("note", note, style));
    }
    if diagnostic.notes.len() > NOTES {
        text.push_str(&section("note", &format!("and {} more notes", diagnostic.notes.len() - NOTES), style));
    }
    if let Some(help) = &diagnostic.help {
        text.push_str(&section("help", help, style));
    }
    text
}

/// All diagnostics of one run with a line that counts them; empty where there are none.
/// Beyond [`DRAWN`] errors and as many warnings the rest is only counted.
#[must_use]
pub fn draw_diagnostics(diagnostics: &[Diagnostic], places: &Places<'_>, style: Style) -> String {
    let mut text = String::new();
    let (mut errors, mut warnings) = (0, 0);
    for diagnostic in diagnostics {
        let count = if diagnostic.is_error() { &mut errors } else { &mut warnings };
        *count += 1;
        if *count <= DRAWN {
            text.push_str(&draw_diagnostic(diagnostic, places, style));
            text.push('\n');
        }
    }
    let left_out = [
        (errors > DRAWN).then(|| number(errors - DRAWN, "more error")),
        (warnings > DRAWN).then(|| number(warnings - DRAWN, "more warning")),
    ];
    let left_out: Vec<String> = left_out.into_iter().flatten().collect();
    if !left_out.is_empty() {
        text.push_str(&format!("and {}\n", left_out.join(" and ")));
    }
    let counted = [
        (errors > 0).then(|| style.red(&number(errors, "error"))),
        (warnings > 0).then(|| style.yellow(&number(warnings, "warning"))),
    ];
    let counted: Vec<String> = counted.into_iter().flatten().collect();
    if errors + warnings > 1 {
        text.push_str(&format!("{}\n", counted.join(" and ")));
    }
    text
}

/// `1 error`, `2 errors`, `3 processes`.
pub(super) fn number(count: usize, word: &str) -> String {
    let plural = if word.ends_with('s') { "es" } else { "s" };
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}{plural}") }
}

/// `  title: text`, further lines indented below the text.
pub(super) fn section(title: &str, text: &str, style: Style) -> String {
    let text = shorten(text.trim_end_matches('\n'), MESSAGE);
    let indent = " ".repeat(title.len() + 4);
    let mut drawn = String::new();
    for (index, line) in visible(&text).split('\n').enumerate() {
        let (begin, further) = match index {
            0 => (format!("  {} ", style.cyan(&format!("{title}:"))), title.len() + 2),
            _ if line.is_empty() => (String::new(), 0),
            _ => (indent.clone(), 0),
        };
        drawn.push_str(&wrap(&format!("{begin}{line}\n"), style.columns, further));
    }
    drawn
}

/// What diagnostics and failures have in common.
pub(super) struct Heading<'a> {
    pub code: Code,
    pub severity: Severity,
    pub message: &'a str,
    pub labels: &'a [Label],
}

impl Heading<'_> {
    /// `error[code]: message` and the lines of the source.
    pub(super) fn draw(&self, places: &Places<'_>, style: Style) -> String {
        let message = visible(&shorten(self.message.trim_end_matches('\n'), MESSAGE)).into_owned();
        let excerpt = Excerpt::new(self.labels, places, style.ellipsis());
        let left_out = excerpt.left_out;
        let heading = message.matches('\n').count() + 1;
        let drawable = Drawable { message, severity: self.severity, excerpt };
        let mut text = String::new();
        if self.renderer(style).render_report(&mut text, &drawable).is_err() {
            // miette could not draw the lines: the heading alone still says what is wrong.
            text = format!("{}: {}\n", self.word(), drawable.message);
        }
        // miette indents the message for the cross that it draws before it; ours is a word.
        let text = text.strip_prefix("  ").unwrap_or(&text);
        let mut text = wrap_beginning(&trim_line_ends(&drawable.excerpt.restore(text)), heading, style);
        if left_out > 0 {
            text.push_str(&format!("  and {}\n", number(left_out, "more place")));
        }
        text
    }

    fn word(&self) -> String {
        match self.severity {
            Severity::Error => format!("error[{}]", self.code),
            Severity::Warning => format!("warning[{}]", self.code),
        }
    }

    fn renderer(&self, style: Style) -> GraphicalReportHandler {
        let mut theme = match (style.unicode, style.color) {
            (true, true) => GraphicalTheme::unicode(),
            (true, false) => GraphicalTheme::unicode_nocolor(),
            (false, true) => GraphicalTheme::ascii(),
            (false, false) => GraphicalTheme::none(),
        };
        let word = format!("{}:", self.word());
        theme.characters.error.clone_from(&word);
        theme.characters.warning = word;
        GraphicalReportHandler::new_themed(theme)
            .with_links(false)
            .with_wrap_lines(false)
            .with_context_lines(1)
            .without_syntax_highlighting()
    }
}

/// The first so many lines broken between words; lines of a source and what points into them stay as they are.
fn wrap_beginning(text: &str, lines: usize, style: Style) -> String {
    let end = text.match_indices('\n').nth(lines - 1).map_or(text.len(), |(at, _)| at + 1);
    let (heading, rest) = text.split_at(end);
    wrap(heading, style.columns, FURTHER) + rest
}

/// Lines without the spaces at their end, of which miette leaves some.
fn trim_line_ends(text: &str) -> String {
    let mut trimmed = String::with_capacity(text.len());
    for line in text.lines() {
        trimmed.push_str(line.trim_end_matches(' '));
        trimmed.push('\n');
    }
    trimmed
}

/// What miette is given.
#[derive(Debug)]
struct Drawable {
    message: String,
    severity: Severity,
    excerpt: Excerpt,
}

impl fmt::Display for Drawable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Drawable {}

impl miette::Diagnostic for Drawable {
    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
        })
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        (!self.excerpt.is_empty()).then_some(&self.excerpt as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        (!self.excerpt.is_empty()).then(|| Box::new(self.excerpt.labels()) as Box<_>)
    }
}
