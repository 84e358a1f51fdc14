//! Brackets: which `{` opens a map and which a block, what closes what, what is left open.

use super::scanner::{Before, DEEPEST, Frame, Kind, Open, Scanner};
use super::token::TokenKind;
use crate::source::{Code, Diagnostic};

impl Kind {
    fn closer(self) -> u8 {
        match self {
            Self::Paren => b')',
            Self::Square => b']',
            Self::Map | Self::Block | Self::Interpolation { .. } => b'}',
        }
    }

    fn opener(self) -> char {
        match self {
            Self::Paren => '(',
            Self::Square => '[',
            Self::Map | Self::Block | Self::Interpolation { .. } => '{',
        }
    }
}

impl Scanner<'_> {
    /// Does a newline end a statement here?
    pub(super) fn newlines_count(&self) -> bool {
        self.excess == 0 && self.frames.last().is_none_or(|frame| frame.kind == Kind::Block)
    }

    pub(super) fn in_interpolation(&self) -> bool {
        self.frames.iter().rev().any(|frame| matches!(frame.kind, Kind::Interpolation { .. }))
    }

    /// In an interpolation of a string that cannot span lines?
    pub(super) fn in_one_line(&self) -> bool {
        self.frames.iter().any(|frame| matches!(frame.kind, Kind::Interpolation { triple: false, .. }))
    }

    /// A `:` directly in an interpolation begins its format.
    pub(super) fn format_starts(&self) -> bool {
        self.excess == 0
            && self.frames.last().is_some_and(|frame| matches!(frame.kind, Kind::Interpolation { .. }))
    }

    pub(super) fn open(&mut self, byte: u8) {
        self.token(false);
        let map = matches!(self.before, Before::Start | Before::Operator | Before::MapWord);
        let kind = match byte {
            b'(' => Kind::Paren,
            b'[' => Kind::Square,
            _ if map => Kind::Map,
            _ => Kind::Block,
        };
        self.note(self.at, self.at + 1, TokenKind::Open(kind.bracket()));
        self.push(kind);
        self.at += 1;
        self.after(if kind == Kind::Block { Before::Start } else { Before::Operator });
    }

    /// Opens a frame at the place of the scan.
    pub(super) fn push(&mut self, kind: Kind) {
        if self.excess > 0 || self.frames.len() + self.words >= DEEPEST {
            self.excess += 1;
            self.tell_too_deep(self.at);
            return;
        }
        self.frames.push(Frame { open: self.at, kind, words: 0, bar: false });
    }

    pub(super) fn close(&mut self, byte: u8) {
        let block_ends = self.frames.last().is_some_and(|frame| frame.kind == Kind::Block);
        if block_ends && byte == b'}' {
            // What ends the last statement of a block is its brace.
            self.pending = None;
        }
        self.token(false);
        let at = self.at;
        self.note(at, at + 1, TokenKind::Close);
        self.at += 1;
        let after = if byte == b'}' { Before::Brace } else { Before::Operand };
        if self.excess > 0 {
            self.excess -= 1;
            return self.after(after);
        }
        match self.frames.last().copied() {
            Some(frame) if frame.kind.closer() == byte => {
                self.suspect(frame, at);
                self.pop();
                self.after(after);
                if let Kind::Interpolation { string, triple } = frame.kind {
                    self.string_text(string, triple);
                }
            }
            _ => {
                self.after(after);
                self.mismatched(byte, at);
            }
        }
    }

    /// Notes a block whose `}` stands further out than the line of its `{`: where a brace is missing
    /// at the end of the text, it is likely this block's.
    fn suspect(&mut self, frame: Frame, at: usize) {
        if frame.kind != Kind::Block || self.suspect.is_some() {
            return;
        }
        let indentation = |line: &[u8]| line.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let closer_line = self.bytes[..at].iter().rposition(|byte| !matches!(byte, b' ' | b'\t'));
        let Some(newline) = closer_line.filter(|last| self.bytes[*last] == b'\n') else { return };
        let opener_line =
            self.bytes[..frame.open].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        if at - newline - 1 < indentation(&self.bytes[opener_line..frame.open]) {
            self.suspect = Some(frame.open);
        }
    }

    pub(super) fn pop(&mut self) {
        if let Some(frame) = self.frames.pop() {
            self.words -= frame.words;
        }
    }

    fn mismatched(&mut self, byte: u8, at: usize) {
        let closer = byte as char;
        let mate = self
            .frames
            .iter()
            .rposition(|frame| {
                frame.kind.closer() == byte || matches!(frame.kind, Kind::Interpolation { .. })
            })
            .filter(|mate| self.frames[*mate].kind.closer() == byte);
        let place = self.character(at);
        let finding = match self.frames.last() {
            Some(frame) => {
                let opener = frame.kind.opener();
                let wanted = frame.kind.closer() as char;
                Diagnostic::error(Code::MISMATCHED, format!("`{opener}` is closed by `{closer}`"))
                    .at(place, format!("expected `{wanted}` here"))
                    .at(self.character(frame.open), format!("this `{opener}` is open"))
                    .help(format!("add the missing `{wanted}`, or remove one of the two"))
            }
            None => Diagnostic::error(Code::MISMATCHED, format!("`{closer}` closes nothing"))
                .at(place, "no bracket is open here")
                .help(format!("remove the `{closer}`, or open the bracket before it")),
        };
        self.report(finding);
        if mate.is_none() && self.stands_for_the_right_one() {
            self.pop();
        }
        if let Some(mate) = mate {
            let kind = self.frames[mate].kind;
            while self.frames.len() > mate {
                self.pop();
            }
            if let Kind::Interpolation { string, triple } = kind {
                self.string_text(string, triple);
            }
        }
    }

    /// Whether a wrong closer is likely meant for the bracket that is open: where the right one follows, it is one too many instead.
    fn stands_for_the_right_one(&self) -> bool {
        let Some(frame) = self.frames.last() else { return false };
        let next = self.bytes[self.at..].iter().find(|byte| !byte.is_ascii_whitespace());
        matches!(frame.kind, Kind::Paren | Kind::Square | Kind::Map) && next != Some(&frame.kind.closer())
    }

    /// A newline inside an interpolation of a one-line string: the string is not closed.
    pub(super) fn line_ends_in_interpolation(&mut self) -> bool {
        let inside =
            self.frames.iter().position(|f| matches!(f.kind, Kind::Interpolation { triple: false, .. }));
        let Some(index) = inside else { return false };
        let Kind::Interpolation { string, .. } = self.frames[index].kind else { return false };
        while self.frames.len() > index {
            self.pop();
        }
        self.excess = 0;
        self.note(self.at, self.at, TokenKind::Unclosed { raw: false });
        self.unterminated_line(
            string,
            "a `{` in a string opens an expression: a brace itself is written `{{`",
        );
        true
    }

    /// Forgets the parentheses and square brackets that were opened after `from`, because the line
    /// that would have closed them is broken off; and as many blocks as there are braces in what broke it off.
    pub(super) fn drop_brackets_since(&mut self, from: usize, mut braces: usize) {
        while let Some(frame) = self.frames.last() {
            let goes = match frame.kind {
                Kind::Paren | Kind::Square | Kind::Map => true,
                Kind::Block => braces > 0,
                Kind::Interpolation { .. } => false,
            };
            if frame.open < from || !goes {
                break;
            }
            braces -= usize::from(frame.kind == Kind::Block);
            self.pop();
        }
    }

    /// What stays open behind a newline: no interpolation of a string that its line does not close, and
    /// no bracket of that line around it.
    fn frames_at_line_end(&self) -> &[Frame] {
        let one_line = self.frames.iter().enumerate().find_map(|(index, frame)| match frame.kind {
            Kind::Interpolation { string, triple: false } => Some((index, string)),
            _ => None,
        });
        let Some((index, string)) = one_line else { return &self.frames };
        let line = self.bytes[..string].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let outer = &self.frames[..index];
        let kept = outer.iter().rposition(|frame| {
            frame.open < line || !matches!(frame.kind, Kind::Paren | Kind::Square | Kind::Map)
        });
        &outer[..kept.map_or(0, |at| at + 1)]
    }

    pub(super) fn open_at_end(&self) -> Open {
        if self.ends_in_string {
            return Open::String;
        }
        let frames = self.frames_at_line_end();
        let depth = frames.len() + self.excess;
        match frames.last().map(|frame| frame.kind) {
            Some(Kind::Block) if self.excess == 0 => Open::Block(depth),
            Some(Kind::Interpolation { .. }) => Open::String,
            Some(_) => Open::Bracket(depth),
            None if !self.frames.is_empty() => Open::Nothing,
            None if matches!(self.before, Before::Operator | Before::Bar) => Open::Line,
            None => Open::Nothing,
        }
    }

    /// The innermost brackets that nothing closes; the outer ones would say the same again.
    pub(super) fn report_unclosed(&mut self) {
        const MOST: usize = 3;
        let text = self.text.trim_end();
        let end = text.char_indices().next_back().map(|(at, _)| self.character(at));
        let open: Vec<Frame> = self.frames.iter().rev().take(MOST).copied().collect();
        for frame in open {
            let (opener, closer) = (frame.kind.opener(), frame.kind.closer() as char);
            let what = match frame.kind {
                Kind::Block => "the block",
                Kind::Map => "the map",
                Kind::Square => "the list or index",
                Kind::Paren => "the parenthesis",
                Kind::Interpolation { .. } => "the `{…}` in a string",
            };
            let mut finding = Diagnostic::error(Code::UNCLOSED, format!("`{opener}` is never closed"))
                .at(self.character(frame.open), format!("{what} is opened here"))
                .help(format!("add the missing `{closer}`"));
            if let Some(end) = end.filter(|end| end.span.start as usize > frame.open) {
                finding = finding.at(end, "the text ends here");
            }
            if let Some(suspect) =
                self.suspect.filter(|suspect| *suspect > frame.open && frame.kind == Kind::Block)
            {
                finding = finding.at(self.character(suspect), "is it this one? its `}` stands further out");
            }
            self.report(finding);
        }
    }
}
