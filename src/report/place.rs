//! Lines and columns of offsets, quickly however many are asked for and however long the lines are.

use crate::source::{Source, SourceId, SourceMap};
use std::cell::RefCell;
use std::rc::Rc;

/// A place as people say it; both count from 1, the column in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub line: usize,
    pub column: usize,
}

/// The texts of a run with marks every few kilobytes, so that finding a place reads no more than that.
pub struct Places<'a> {
    sources: &'a SourceMap,
    marks: RefCell<Vec<Option<Rc<[Mark]>>>>,
}

/// The place, counted from 0, of one byte offset.
#[derive(Clone, Copy)]
struct Mark {
    offset: usize,
    line: usize,
    column: usize,
}

const STEP: usize = 4096;

impl<'a> Places<'a> {
    #[must_use]
    pub fn new(sources: &'a SourceMap) -> Self {
        Self { sources, marks: RefCell::new(Vec::new()) }
    }

    /// The text with this id, where there is one.
    #[must_use]
    pub fn source(&self, id: SourceId) -> Option<&'a Source> {
        self.sources.iter().nth(id.0 as usize).map(|(_, source)| source)
    }

    /// The line and column of a byte offset; of the end where it lies behind it.
    #[must_use]
    pub fn place(&self, id: SourceId, offset: usize) -> Place {
        let Some(source) = self.source(id) else { return Place { line: 1, column: 1 } };
        let text = source.text();
        let offset = text.floor_char_boundary(offset);
        let marks = self.marks_of(id, text);
        let nearest = marks.partition_point(|mark| mark.offset <= offset) - 1;
        let found = marks[nearest].moved_to(text, offset);
        Place { line: found.line + 1, column: found.column + 1 }
    }

    fn marks_of(&self, id: SourceId, text: &str) -> Rc<[Mark]> {
        let mut all = self.marks.borrow_mut();
        let index = id.0 as usize;
        if all.len() <= index {
            all.resize(index + 1, None);
        }
        all[index].get_or_insert_with(|| mark(text)).clone()
    }
}

impl Mark {
    fn moved_to(self, text: &str, offset: usize) -> Self {
        let between = &text[self.offset..offset];
        match between.rfind('\n') {
            None => Self { offset, line: self.line, column: self.column + between.chars().count() },
            Some(last) => Self {
                offset,
                line: self.line + between.bytes().filter(|byte| *byte == b'\n').count(),
                column: between[last + 1..].chars().count(),
            },
        }
    }
}

/// Marks of the whole text, the first at its start.
fn mark(text: &str) -> Rc<[Mark]> {
    let mut last = Mark { offset: 0, line: 0, column: 0 };
    let mut marks = vec![last];
    while text.len() - last.offset > STEP {
        last = last.moved_to(text, text.floor_char_boundary(last.offset + STEP));
        marks.push(last);
    }
    marks.into()
}

#[cfg(test)]
mod tests {
    use super::Places;
    use crate::source::{Source, SourceMap};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn agrees_with_counting_from_the_start(unit in "[a任\n]{1,30}", times in 1_usize..900, at in 0_u32..30000) {
            let mut sources = SourceMap::default();
            let id = sources.add(Source::new("a.proc", unit.repeat(times)));
            let found = Places::new(&sources).place(id, at as usize);
            prop_assert_eq!((found.line, found.column), sources.get(id).line_column(at));
        }
    }
}
