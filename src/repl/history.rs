//! What was typed, from session to session: a file that several prompts may write at once.

use super::store::Store;
use rustyline::history::{History as Kept, SearchDirection, SearchResult};
use std::borrow::Cow;
use std::collections::VecDeque;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// So many entries are kept.
const MOST: usize = 10_000;
/// Longer entries, in bytes, are kept in memory only.
const LONGEST: usize = 256 * 1024;

/// The entries, the oldest first, each once. It is the history of rustyline, which searches it.
#[derive(Debug, Default)]
pub struct History {
    entries: VecDeque<String>,
    most: usize,
    store: Option<Store>,
    /// What could not be written yet, because somebody held the lock for too long.
    unwritten: Vec<String>,
}

/// Where the history is kept, from `XDG_STATE_HOME` and `HOME`; `None` where neither is an absolute path.
#[must_use]
pub fn place(state_home: Option<&OsStr>, home: Option<&OsStr>) -> Option<PathBuf> {
    let absolute = |path: &&OsStr| Path::new(path).is_absolute();
    let state = match state_home.filter(absolute) {
        Some(state) => PathBuf::from(state),
        None => Path::new(home.filter(absolute)?).join(".local/state"),
    };
    Some(state.join("proctor").join("history"))
}

impl History {
    /// Reads the history that is kept in a file, which is made with mode 0600 where it is not there. A place that
    /// cannot be read or written is no error: the history lives in memory then.
    #[must_use]
    pub fn open(path: &Path) -> Self {
        Self::with_most(Some(path), MOST)
    }

    /// A history in memory.
    #[must_use]
    pub fn in_memory() -> Self {
        Self::with_most(None, MOST)
    }

    fn with_most(path: Option<&Path>, most: usize) -> Self {
        let store = path.and_then(Store::open);
        let mut entries = store.as_ref().map(|store| store.read(most)).unwrap_or_default();
        entries.retain(|entry| worth_keeping(entry));
        Self { entries: entries.into(), most, store, unwritten: Vec::new() }
    }

    /// From the newest to the oldest.
    pub fn newest(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().rev().map(String::as_str)
    }

    /// Keeps an entry, and writes it to the file; says whether it is one to keep.
    fn keep(&mut self, entry: &str) -> bool {
        if self.most == 0 || !worth_keeping(entry) {
            return false;
        }
        self.entries.retain(|other| other != entry);
        self.entries.push_back(entry.to_owned());
        while self.entries.len() > self.most {
            self.entries.pop_front();
        }
        if self.store.is_some() && entry.len() <= LONGEST {
            self.unwritten.push(entry.to_owned());
            self.flush();
        }
        true
    }

    /// Writes what was not written yet. What cannot be written now is tried again with the next entry.
    fn flush(&mut self) {
        if let Some(store) = &self.store
            && store.append(&self.unwritten)
        {
            self.unwritten.clear();
        }
        let surplus = self.unwritten.len().saturating_sub(self.most);
        self.unwritten.drain(..surplus);
    }

    fn find(
        &self,
        start: usize,
        dir: SearchDirection,
        found: impl Fn(&str) -> Option<usize>,
    ) -> Option<SearchResult<'_>> {
        let at = |idx: usize| {
            let entry = self.entries.get(idx)?;
            Some(SearchResult { entry: Cow::Borrowed(entry), idx, pos: found(entry)? })
        };
        match dir {
            _ if start >= self.entries.len() => None,
            SearchDirection::Forward => (start..self.entries.len()).find_map(at),
            SearchDirection::Reverse => (0..=start).rev().find_map(at),
        }
    }
}

/// Blank entries, and those that begin with a space, are not kept.
fn worth_keeping(entry: &str) -> bool {
    !entry.starts_with(char::is_whitespace) && !entry.is_empty() && !entry.contains('\0')
}

impl Kept for History {
    fn get(&self, index: usize, _: SearchDirection) -> rustyline::Result<Option<SearchResult<'_>>> {
        let entry = self.entries.get(index);
        Ok(entry.map(|entry| SearchResult { entry: Cow::Borrowed(entry), idx: index, pos: 0 }))
    }

    fn add(&mut self, line: &str) -> rustyline::Result<bool> {
        Ok(self.keep(line))
    }

    fn add_owned(&mut self, line: String) -> rustyline::Result<bool> {
        Ok(self.keep(&line))
    }

    fn len(&self) -> usize {
        self.entries.len()
    }

    fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn set_max_len(&mut self, len: usize) -> rustyline::Result<()> {
        self.most = len;
        let surplus = self.entries.len().saturating_sub(len);
        self.entries.drain(..surplus);
        Ok(())
    }

    /// Equal entries are never kept twice, so there is nothing to set.
    fn ignore_dups(&mut self, _: bool) -> rustyline::Result<()> {
        Ok(())
    }

    /// Entries that begin with a space are never kept, so there is nothing to set.
    fn ignore_space(&mut self, _: bool) {}

    /// Every entry is written when it is added; this writes what could not be written then. The file is always
    /// the one that the history was opened with.
    fn save(&mut self, _: &Path) -> rustyline::Result<()> {
        self.flush();
        Ok(())
    }

    /// As [`Self::save`].
    fn append(&mut self, path: &Path) -> rustyline::Result<()> {
        self.save(path)
    }

    /// The history was read when it was opened.
    fn load(&mut self, _: &Path) -> rustyline::Result<()> {
        Ok(())
    }

    /// Forgets the entries in memory; the file stays.
    fn clear(&mut self) -> rustyline::Result<()> {
        self.entries.clear();
        Ok(())
    }

    fn search(
        &self,
        term: &str,
        start: usize,
        dir: SearchDirection,
    ) -> rustyline::Result<Option<SearchResult<'_>>> {
        Ok(if term.is_empty() { None } else { self.find(start, dir, |entry| entry.find(term)) })
    }

    fn starts_with(
        &self,
        term: &str,
        start: usize,
        dir: SearchDirection,
    ) -> rustyline::Result<Option<SearchResult<'_>>> {
        let begins = |entry: &str| entry.starts_with(term).then_some(term.len());
        Ok(if term.is_empty() { None } else { self.find(start, dir, begins) })
    }
}
