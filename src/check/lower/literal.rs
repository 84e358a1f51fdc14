//! Strings, lists, maps and ranges.

use super::lowering::Lower;
use crate::program::{Op, Reg};
use crate::source::{Code, Span};
use crate::syntax::tree::{Expr, ExprKind, MapKey, StrPart};

/// So many elements are put together by one instruction; longer literals are put together from pieces.
const PIECE: usize = 1024;

/// Whether a string is put together from parts, and one instruction can do it.
pub(super) fn is_template(parts: &[StrPart]) -> bool {
    (2..=PIECE).contains(&parts.len())
}

impl<'a> Lower<'a> {
    pub(super) fn string(&mut self, text: &str, dst: Reg, span: Span) {
        let at = self.frame.string(text);
        self.emit(Op::Const { dst, at }, span);
    }

    pub(super) fn text_value(&mut self, parts: &'a [StrPart], dst: Reg, span: Span) {
        match parts {
            [] => return self.string("", dst, span),
            [StrPart::Text(text)] => return self.string(text, dst, span),
            [part @ StrPart::Value { format: Some(_), .. }] => return self.text_part(part, dst, span),
            _ => {}
        }
        // A long string is put together in its first register, piece by piece.
        let mut done = 0;
        for piece in parts.chunks(PIECE) {
            let mark = self.frame.mark();
            let first = self.frame.registers(piece.len() + done);
            if done > 0 {
                self.emit(Op::Move { dst: first, src: dst }, span);
            }
            for (part, place) in piece.iter().zip(done..) {
                self.text_part(part, first.saturating_add(place as Reg), span);
            }
            self.emit(Op::Concat { dst, first, count: (piece.len() + done) as u16 }, span);
            self.frame.release(mark);
            done = 1;
        }
    }

    /// The parts of a string in registers beside each other, for an instruction that puts them together.
    pub(super) fn text_parts(&mut self, parts: &'a [StrPart], span: Span) -> (Reg, u16) {
        let first = self.frame.registers(parts.len());
        for (part, place) in parts.iter().zip(0..) {
            self.text_part(part, first.saturating_add(place), span);
        }
        (first, parts.len() as u16)
    }

    fn text_part(&mut self, part: &'a StrPart, dst: Reg, span: Span) {
        match part {
            StrPart::Text(text) => self.string(text, dst, span),
            StrPart::Value { value, format: None } => self.value_in(value, dst),
            StrPart::Value { value, format: Some(format) } => {
                let mark = self.frame.mark();
                let src = self.value(value);
                let text = self.source.slice(*format);
                if !is_format(text) {
                    let message = format!("`{text}` is no format");
                    let help = "a format is [fill][< > ^][+][0][width][,][.digits][d x X o b e f % s], as in \
                                `{x:.2}`, `{name:>8}` or `{n:04}`";
                    self.error(Code::BAD_FORMAT, *format, message, help);
                }
                let number = self.frame.format(text);
                self.emit(Op::Format { dst, src, format: number }, value.span);
                self.frame.release(mark);
            }
        }
    }

    pub(super) fn regex(&mut self, pattern: &str, dst: Reg, span: Span) {
        match self.assembly.regex(pattern) {
            Ok(value) => self.constant(value, dst, span),
            Err(reason) => self.error(Code::BAD_REGEX, span, format!("this regular expression {reason}"), ""),
        }
    }

    pub(super) fn list(&mut self, items: &'a [Expr], dst: Reg, span: Span) {
        let mut pieces = items.chunks(PIECE);
        let first = self.run_of(pieces.next().unwrap_or_default(), 0);
        let count = items.len().min(PIECE) as u16;
        self.emit(Op::MakeList { dst, first, count }, span);
        for piece in pieces {
            let mark = self.frame.mark();
            let more = self.frame.register();
            let first = self.run_of(piece, 0);
            self.emit(Op::MakeList { dst: more, first, count: piece.len() as u16 }, span);
            self.emit(Op::AddTo { target: dst, src: more }, span);
            self.frame.release(mark);
        }
    }

    pub(super) fn map(&mut self, entries: &'a [(MapKey, Expr)], dst: Reg, span: Span) {
        let (start, rest) = entries.split_at(entries.len().min(PIECE));
        let first = self.frame.registers(2 * start.len());
        for ((key, value), place) in start.iter().zip((first..).step_by(2)) {
            self.key(key, place);
            self.value_in(value, place + 1);
        }
        self.emit(Op::MakeMap { dst, first, count: start.len() as u16 }, span);
        for (key, value) in rest {
            let mark = self.frame.mark();
            let index = self.frame.registers(2);
            self.key(key, index);
            self.value_in(value, index + 1);
            self.emit(Op::SetIndex { target: dst, index, src: index + 1 }, value.span);
            self.frame.release(mark);
        }
    }

    fn key(&mut self, key: &'a MapKey, dst: Reg) {
        match key {
            MapKey::Name(name) => self.string(self.text(*name), dst, name.span),
            MapKey::Literal(value) => self.value_in(value, dst),
        }
    }

    /// A side that is left out is the first or the last there can be.
    pub(super) fn range(
        &mut self,
        start: Option<&'a Expr>,
        end: Option<&'a Expr>,
        closed: bool,
        dst: Reg,
        span: Span,
    ) {
        let first = self.frame.registers(2);
        match start {
            Some(start) => self.value_in(start, first),
            None => self.int(0, first, span),
        }
        match end {
            Some(end) => self.value_in(end, first + 1),
            None => self.int(i64::MAX, first + 1, span),
        }
        self.emit(Op::MakeRange { dst, first, closed: closed && end.is_some() }, span);
    }

    pub(super) fn index(&mut self, receiver: &'a Expr, index: &'a Expr, dst: Reg) {
        let src = self.value_before(receiver, index);
        let place = self.value(index);
        self.emit(Op::GetIndex { dst, src, index: place }, index.span);
    }
}

/// `[[fill]align][sign][0][width][,][.precision][type]`
fn is_format(text: &str) -> bool {
    let is_align = |c: Option<char>| matches!(c, Some('<' | '>' | '^'));
    let mut chars = text.chars().peekable();
    if is_align(text.chars().nth(1)) {
        chars.next();
        chars.next();
    } else if is_align(chars.peek().copied()) {
        chars.next();
    }
    chars.next_if(|c| matches!(c, '+' | '-' | ' '));
    let digits = |chars: &mut std::iter::Peekable<std::str::Chars<'_>>| {
        let mut count = 0;
        while chars.next_if(char::is_ascii_digit).is_some() {
            count += 1;
        }
        count
    };
    // Wider or finer than this nobody writes; the machine need not guard against a width of 10^9.
    const LONGEST: usize = 4;
    if digits(&mut chars) > LONGEST {
        return false;
    }
    chars.next_if_eq(&',');
    if chars.next_if_eq(&'.').is_some() && !(1..=LONGEST).contains(&digits(&mut chars)) {
        return false;
    }
    chars.next_if(|c| matches!(c, 'd' | 'x' | 'X' | 'o' | 'b' | 'e' | 'f' | '%' | 's'));
    chars.next().is_none() && !text.is_empty()
}

/// Whether the expression says its value by itself: showing it would tell nothing.
pub(super) fn is_literal(value: &Expr) -> bool {
    match &value.kind {
        ExprKind::None
        | ExprKind::Bool(_)
        | ExprKind::Int(_)
        | ExprKind::Float(_)
        | ExprKind::Duration(_)
        | ExprKind::Regex(_)
        | ExprKind::Function { .. } => true,
        ExprKind::Str(parts) => parts.iter().all(|part| matches!(part, StrPart::Text(_))),
        ExprKind::Unary { operand, .. } => is_literal(operand),
        ExprKind::List(items) => items.iter().all(is_literal),
        ExprKind::Map(entries) => entries.iter().all(|(_, value)| is_literal(value)),
        ExprKind::Range { start, end, .. } => start.iter().chain(end).all(|side| is_literal(side)),
        _ => false,
    }
}
