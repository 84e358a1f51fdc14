//! Source texts: decoding, lines and columns, and the map of all texts of a run.

use super::{SourceId, Span};
use std::cell::{OnceCell, RefCell};
use std::fmt;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// Why bytes are not a source text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoadError {
    /// Not UTF-8 from this byte offset on.
    NotUtf8 { offset: usize },
    /// A NUL byte at this offset.
    Nul { offset: usize },
    /// Longer than 4 GiB - 1.
    TooLong { bytes: usize },
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotUtf8 { offset } => write!(f, "not UTF-8: invalid byte at offset {offset}"),
            Self::Nul { offset } => write!(f, "not a text: NUL byte at offset {offset}"),
            Self::TooLong { bytes } => write!(f, "{bytes} bytes are too long: the limit is 4 GiB"),
        }
    }
}

/// One source text and where it came from.
#[derive(Debug, Clone)]
pub struct Source {
    name: String,
    path: Option<PathBuf>,
    text: String,
    /// Where each line begins, once somebody asked.
    lines: OnceCell<Vec<u32>>,
}

impl Source {
    /// Decodes bytes: UTF-8, a byte-order mark skipped, no NUL.
    ///
    /// # Errors
    /// Says at which byte the text is not one. Offsets count from the start of `bytes`.
    pub fn decode(name: impl Into<String>, bytes: Vec<u8>) -> Result<Self, LoadError> {
        if u32::try_from(bytes.len()).is_err() {
            return Err(LoadError::TooLong { bytes: bytes.len() });
        }
        if let Some(offset) = memchr::memchr(0, &bytes) {
            return Err(LoadError::Nul { offset });
        }
        let mut text = String::from_utf8(bytes)
            .map_err(|error| LoadError::NotUtf8 { offset: error.utf8_error().valid_up_to() })?;
        if text.starts_with('\u{feff}') {
            text.drain(..'\u{feff}'.len_utf8());
        }
        Ok(Self { name: name.into(), path: None, text, lines: OnceCell::new() })
    }

    /// A text that is UTF-8 already.
    #[must_use]
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { name: name.into(), path: None, text: text.into(), lines: OnceCell::new() }
    }

    /// The file that the text was read from; `use` resolves paths relative to it.
    #[must_use]
    pub fn with_path(mut self, path: impl Into<PathBuf>) -> Self {
        self.path = Some(path.into());
        self
    }

    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text of a span; empty where the span is not on character boundaries of this text.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or("")
    }

    /// The line of a byte offset, counted from 1. The first question takes as long as a look through the text, the others no time.
    #[must_use]
    pub fn line(&self, offset: u32) -> u32 {
        let starts = self.lines.get_or_init(|| {
            let newlines = memchr::memchr_iter(b'\n', self.text.as_bytes());
            std::iter::once(0).chain(newlines.map(|newline| newline as u32 + 1)).collect()
        });
        starts.partition_point(|start| *start <= offset) as u32
    }

    /// Line and column of a byte offset, both counted from 1; the column counts characters.
    #[must_use]
    pub fn line_column(&self, offset: u32) -> (usize, usize) {
        let mut end = (offset as usize).min(self.text.len());
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        let before = &self.text[..end];
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        (line, before[start..].chars().count() + 1)
    }
}

/// All texts of a run: the scenario's and those that it uses.
#[derive(Debug, Clone, Default)]
pub struct SourceMap {
    /// Shared with copies of the map: a session has one for each entry.
    sources: Vec<Rc<Source>>,
}

impl SourceMap {
    pub fn add(&mut self, source: Source) -> SourceId {
        let id = SourceId(u32::try_from(self.sources.len()).unwrap_or(u32::MAX));
        self.sources.push(Rc::new(source));
        id
    }

    /// # Panics
    /// Where `id` came from another map.
    #[must_use]
    pub fn get(&self, id: SourceId) -> &Source {
        &self.sources[id.0 as usize]
    }

    /// The text with this number, where there is one.
    #[must_use]
    pub fn find(&self, id: SourceId) -> Option<&Source> {
        self.sources.get(id.0 as usize).map(|source| &**source)
    }

    pub fn iter(&self) -> impl Iterator<Item = (SourceId, &Source)> {
        self.sources.iter().enumerate().map(|(index, source)| (SourceId(index as u32), &**source))
    }
}
/// The texts of a run for those who quote them, while more may be added.
#[derive(Debug, Clone, Default)]
pub struct Sources(Rc<RefCell<Rc<SourceMap>>>);

impl Sources {
    #[must_use]
    pub fn new(map: Rc<SourceMap>) -> Self {
        Self(Rc::new(RefCell::new(map)))
    }

    /// All texts that there are now.
    #[must_use]
    pub fn now(&self) -> Rc<SourceMap> {
        self.0.borrow().clone()
    }

    /// From now on there are these.
    pub fn set(&self, map: Rc<SourceMap>) {
        *self.0.borrow_mut() = map;
    }
}
