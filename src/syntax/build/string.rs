//! Strings: escapes, interpolation, and the indentation of `"""`.

use super::builder::{Builder, Built, is};
use crate::source::{Code, Span};
use crate::syntax::grammar::{Node, Rule};
use crate::syntax::tree::{Expr, ExprKind, StrPart};

/// How the text of a string is read.
#[derive(Clone, Copy)]
struct Style {
    /// The indentation that each line loses, in `"""`.
    indent: Option<usize>,
}

impl Builder<'_> {
    pub(super) fn string(&mut self, node: Node<'_>) -> Built {
        let span = self.span(&node);
        let text = self.slice(span);
        let inner = |from: usize| text.get(from..text.len().saturating_sub(1)).unwrap_or("");
        if text.starts_with('\'') {
            return Built::leaf(span, ExprKind::Str(whole(inner(1).to_owned())));
        }
        if text.starts_with("re") {
            return Built::leaf(span, ExprKind::Regex(inner(3).replace("\\\"", "\"")));
        }
        let (parts, inside) = self.measured(|builder| builder.interpolated(node, span));
        let built = Built {
            expr: Expr { span, kind: ExprKind::Str(parts) },
            outer: span,
            height: inside.saturating_add(1),
        };
        self.limit(built)
    }

    /// A string that must be known before anything runs: a test's name, a path after `use`.
    pub(super) fn plain_string(&mut self, node: Node<'_>) -> Expr {
        let built = self.string(node);
        let fixed = match &built.expr.kind {
            ExprKind::Str(parts) => parts.iter().all(|part| matches!(part, StrPart::Text(_))),
            _ => false,
        };
        if !fixed {
            let finding = self
                .error(Code::SYNTAX, built.outer, "expected a plain string here", "this one is not fixed")
                .help("it is read before anything runs, so it cannot hold `{…}` or be a regular expression");
            self.report(finding);
        }
        self.place(built)
    }

    fn interpolated(&mut self, node: Node<'_>, span: Span) -> Vec<StrPart> {
        let triple = self.slice(span).starts_with("\"\"\"");
        let quotes = if triple { 3 } else { 1 };
        let end = (span.end as usize).saturating_sub(quotes);
        let mut at = span.start as usize + quotes;
        let holes: Vec<Node<'_>> = node.into_inner().filter(|inner| is(inner, Rule::interpolation)).collect();
        let mut style = Style { indent: None };
        let mut starts_line = false;
        if triple {
            (at, starts_line) = self.first_line(at, end);
            style.indent = Some(self.indentation(at, end, starts_line, &holes));
        }
        let mut parts = Vec::with_capacity(holes.len() * 2 + 1);
        for hole in holes {
            let place = self.span(&hole);
            self.text_part(at, place.start as usize, style, starts_line, &mut parts);
            starts_line = false;
            at = place.end as usize;
            parts.push(self.hole(hole, place));
        }
        let end = if triple { self.last_line(at, end, starts_line) } else { end };
        self.text_part(at, end, style, starts_line, &mut parts);
        parts
    }

    /// Skips the newline behind the opening `"""`, and says whether there was one.
    fn first_line(&self, at: usize, end: usize) -> (usize, bool) {
        let rest = self.text.get(at..end).unwrap_or("");
        let skipped = if rest.starts_with("\r\n") { 2 } else { usize::from(rest.starts_with('\n')) };
        (at + skipped, skipped > 0)
    }

    /// The end of the text without the blanks before the closing `"""`, where they stand alone.
    fn last_line(&self, at: usize, end: usize, starts_line: bool) -> usize {
        let rest = self.text.get(at..end).unwrap_or("");
        let line = rest.rfind('\n').map(|newline| newline + 1).or(starts_line.then_some(0));
        line.filter(|line| rest[*line..].trim_matches([' ', '\t']).is_empty()).map_or(end, |line| at + line)
    }

    /// The common indentation of the lines that are not blank, and of the closing quotes' line.
    fn indentation(&self, at: usize, end: usize, starts_line: bool, holes: &[Node<'_>]) -> usize {
        let mut least = usize::MAX;
        let mut from = at;
        let mut at_start = starts_line;
        let spans = holes.iter().map(|hole| self.span(hole));
        for stop in spans.map(Some).chain([None]) {
            let to = stop.map_or(end, |hole| hole.start as usize);
            let segment = self.text.get(from..to).unwrap_or("");
            for (index, line) in segment.split('\n').enumerate() {
                let last = segment.len() == line.as_ptr() as usize + line.len() - segment.as_ptr() as usize;
                let blanks = line.len() - line.trim_start_matches([' ', '\t']).len();
                let blank = line.trim_end_matches('\r').len() == blanks;
                if (index > 0 || at_start) && (!blank || last) {
                    least = least.min(blanks);
                }
            }
            at_start = false;
            from = stop.map_or(end, |hole| hole.end as usize);
        }
        if least == usize::MAX { 0 } else { least }
    }

    fn text_part(
        &mut self,
        from: usize,
        to: usize,
        style: Style,
        starts_line: bool,
        parts: &mut Vec<StrPart>,
    ) {
        let Some(raw) = self.text.get(from..to).filter(|raw| !raw.is_empty()) else { return };
        let mut out = String::with_capacity(raw.len());
        match style.indent {
            None => self.unescape(raw, from, &mut out),
            Some(indent) => {
                for (index, line) in raw.split_inclusive('\n').enumerate() {
                    let at = from + (line.as_ptr() as usize - raw.as_ptr() as usize);
                    let dedented = if index > 0 || starts_line { dedent(line, indent) } else { line };
                    let text = dedented.strip_suffix("\r\n").map_or(dedented, |text| text);
                    self.unescape(text, at + (line.len() - dedented.len()), &mut out);
                    if text.len() < dedented.len() {
                        out.push('\n');
                    }
                }
            }
        }
        if !out.is_empty() {
            parts.push(StrPart::Text(out));
        }
    }

    /// Resolves escapes and doubled braces; `at` is where `raw` begins in the text.
    fn unescape(&mut self, raw: &str, at: usize, out: &mut String) {
        if !raw.bytes().any(|byte| matches!(byte, b'\\' | b'{' | b'}')) {
            out.push_str(raw);
            return;
        }
        let mut rest = raw;
        while let Some(special) = rest.find(['\\', '{', '}']) {
            out.push_str(&rest[..special]);
            rest = &rest[special..];
            let here = at + (raw.len() - rest.len());
            let used = if rest.starts_with('\\') {
                self.escape(rest, here, out)
            } else {
                self.brace(rest, here, out)
            };
            rest = rest.get(used..).unwrap_or("");
        }
        out.push_str(rest);
    }

    fn brace(&mut self, rest: &str, at: usize, out: &mut String) -> usize {
        if rest.starts_with("{{") || rest.starts_with("}}") {
            out.push_str(&rest[..1]);
            return 2;
        }
        let finding = self
            .error(
                Code::BAD_ESCAPE,
                Span::new(at, at + 1),
                "a `}` in a string closes nothing",
                "no `{` is open",
            )
            .help("a brace itself is written twice: `{{` and `}}`");
        self.report(finding);
        1
    }

    /// One escape, which begins `rest`; gives its length.
    fn escape(&mut self, rest: &str, at: usize, out: &mut String) -> usize {
        let mut chars = rest.chars();
        chars.next();
        let Some(letter) = chars.next() else { return 1 };
        let simple = match letter {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            '0' => '\0',
            'e' => '\u{1b}',
            '\\' | '"' | '\'' => letter,
            'x' => return self.numbered(rest, rest.get(2..4), 4, at, out),
            'u' => {
                let digits =
                    rest.get(2..).and_then(|rest| rest.strip_prefix('{')?.split_once('}')).map(|pair| pair.0);
                let length = digits.map_or(2, |digits| digits.len() + 4);
                return self.numbered(rest, digits, length, at, out);
            }
            _ => {
                let length = 1 + letter.len_utf8();
                let help = match letter {
                    '{' | '}' => "a brace itself is written twice: `{{` and `}}`",
                    _ => {
                        "the escapes are \\n \\t \\r \\0 \\e \\\\ \\\" \\' \\xNN \\u{…}; a backslash itself is `\\\\`"
                    }
                };
                self.bad_escape(at, length, format!("unknown escape `\\{}`", letter.escape_debug()), help);
                return length;
            }
        };
        out.push(simple);
        2
    }

    /// `\xNN` is the character U+00NN, `\u{N…}` any character.
    fn numbered(
        &mut self,
        rest: &str,
        digits: Option<&str>,
        length: usize,
        at: usize,
        out: &mut String,
    ) -> usize {
        let hex = digits.filter(|digits| {
            (1..=6).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
        });
        let character = hex.and_then(|hex| u32::from_str_radix(hex, 16).ok()).and_then(char::from_u32);
        if let Some(character) = character {
            out.push(character);
            return length;
        }
        let length = if rest.starts_with("\\u{") { length } else { 2 };
        let help = "two hexadecimal digits follow `\\x` (`\\x1b`), and `\\u{…}` holds the number of a character (`\\u{4e2d}`)";
        let shown: String = rest.chars().take(2).collect();
        self.bad_escape(at, length, format!("`{shown}` without the number of a character"), help);
        length
    }

    fn bad_escape(&mut self, at: usize, length: usize, message: String, help: &str) {
        let finding =
            self.error(Code::BAD_ESCAPE, Span::new(at, at + length), message, "this escape").help(help);
        self.report(finding);
    }

    /// `{value}` or `{value:format}`.
    fn hole(&mut self, node: Node<'_>, place: Span) -> StrPart {
        let mut inner = node.into_inner();
        let last = inner.clone().last().map_or(place.start, |last| self.span(&last).end);
        let value = match self.one_value(&mut inner) {
            Some(built) => self.place(built),
            None => Expr { span: place, kind: ExprKind::None },
        };
        let behind = Span { start: last, end: place.end.saturating_sub(1) };
        let colon = self.slice(behind).find(':');
        let format = colon.map(|colon| Span::new(last as usize + colon + 1, behind.end as usize));
        if let Some(format) = format.filter(|format| format.is_empty()) {
            let span = Span { start: format.start - 1, end: format.end };
            let finding = self
                .error(Code::BAD_FORMAT, span, "a format is missing behind `:`", "nothing follows")
                .help("write `{x:.2}`, `{name:>8}` or `{n:04}`, or leave the `:` out");
            self.report(finding);
        }
        StrPart::Value { value, format }
    }
}

fn whole(text: String) -> Vec<StrPart> {
    if text.is_empty() { Vec::new() } else { vec![StrPart::Text(text)] }
}

/// The line without its share of the indentation; a blank line loses all its blanks.
fn dedent(line: &str, indent: usize) -> &str {
    let content = line.trim_start_matches([' ', '\t']);
    let blanks = line.len() - content.len();
    if matches!(content, "" | "\n" | "\r\n") {
        return if content.is_empty() { &line[blanks.min(indent)..] } else { content };
    }
    &line[blanks.min(indent)..]
}
