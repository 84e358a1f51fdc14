//! The lines of the sources that a diagnostic shows, prepared so that miette puts its carets under the right columns.
//!
//! miette measures characters one by one with its own table and reads whole lines. So it is not given the source
//! but an excerpt: a window of each line, tabs expanded, hidden characters escaped, and each cluster outside ASCII
//! replaced by stand-ins of one column each, which [`Excerpt::restore`] turns back after drawing.

use super::place::{Place, Places};
use super::visible::{is_hidden, push_escape, visible_line};
use super::width::{clusters, cut, width};
use crate::source::{Label, SourceId};
use miette::{LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};
use unicode_width::UnicodeWidthChar;

/// At most so many labels are drawn.
const LABELS: usize = 8;
/// A label that covers more lines than this is drawn on its first line only.
const LINES: usize = 6;
/// Columns shown of a long line, and how many of them stand before the first label.
const COLUMNS: usize = 160;
const BEFORE: usize = 60;
const TAB: usize = 4;
/// The longest text beside a caret, in columns.
const LABEL_TEXT: usize = 200;

/// The first of the stand-ins: a plane of private use. In a source they are escaped.
const STAND_IN: u32 = 0x10_0000;
const MOST_STAND_INS: usize = 0xff00;
/// Follows a stand-in for each further column of its cluster.
const FILLER: char = '\u{10fffd}';

/// What miette draws from.
#[derive(Debug)]
pub struct Excerpt {
    blocks: Vec<Block>,
    labels: Vec<Shown>,
    clusters: Vec<String>,
    /// Labels beyond the first few.
    pub left_out: usize,
}

/// Consecutive lines of one source.
#[derive(Debug)]
struct Block {
    name: String,
    /// Counted from 0.
    first_line: usize,
    text: String,
    lines: usize,
    /// Where miette believes the text to begin; blocks do not touch.
    base: usize,
}

/// A label with its offset in the excerpt.
#[derive(Debug)]
struct Shown {
    offset: usize,
    length: usize,
    text: String,
    place: Place,
}

/// A label in its source: bytes and lines (from 0), clamped to the text and, where it is long, to its first line.
#[derive(Debug, Clone)]
struct Marked {
    source: SourceId,
    start: usize,
    end: usize,
    lines: (usize, usize),
    text: String,
    place: Place,
}

impl Excerpt {
    /// `mark` stands where a line was cut.
    #[must_use]
    pub fn new(labels: &[Label], places: &Places<'_>, mark: &str) -> Self {
        let marked: Vec<Marked> =
            labels.iter().take(LABELS).filter_map(|label| Marked::new(label, places, mark)).collect();
        let mut excerpt = Self {
            blocks: Vec::new(),
            labels: Vec::new(),
            clusters: Vec::new(),
            left_out: labels.len().saturating_sub(LABELS),
        };
        let mut base = 0;
        for (source, lines) in ranges(&marked) {
            let inside: Vec<&Marked> =
                marked.iter().filter(|label| label.source == source && within(label.lines, lines)).collect();
            base = excerpt.add_block(places, base, lines, &inside, mark) + 1;
        }
        excerpt
    }

    /// Whether there is nothing to show.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// The labels with offsets in the excerpt, the primary one first.
    pub fn labels(&self) -> impl Iterator<Item = LabeledSpan> + '_ {
        self.labels.iter().enumerate().map(|(index, label)| {
            let text = (!label.text.is_empty()).then(|| label.text.clone());
            let span = (label.offset, label.length);
            if index == 0 {
                LabeledSpan::new_primary_with_span(text, span)
            } else {
                LabeledSpan::new_with_span(text, span)
            }
        })
    }

    /// Puts the clusters back into a drawing of the excerpt.
    #[must_use]
    pub fn restore(&self, drawing: &str) -> String {
        let mut restored = String::with_capacity(drawing.len());
        for character in drawing.chars() {
            let index = (character as u32).checked_sub(STAND_IN);
            match index.and_then(|index| self.clusters.get(index as usize)) {
                Some(cluster) => restored.push_str(cluster),
                None if character == FILLER => {}
                None => restored.push(character),
            }
        }
        restored
    }

    /// Adds the lines and the labels in them; gives the offset behind its text.
    fn add_block(
        &mut self,
        places: &Places<'_>,
        base: usize,
        (first_line, last_line): (usize, usize),
        inside: &[&Marked],
        mark: &str,
    ) -> usize {
        let Some((label, source)) =
            inside.first().and_then(|label| Some((label, places.source(label.source)?)))
        else {
            return base;
        };
        let text = source.text();
        let mut start = line_start(text, label.start);
        for _ in first_line..label.lines.0 {
            start = line_start(text, start.saturating_sub(1));
        }
        let mut block = Block {
            name: cut(&visible_line(source.name()), COLUMNS, mark),
            first_line,
            text: String::new(),
            lines: 0,
            base,
        };
        let mut ends = vec![(None, None); inside.len()];
        let labelled = inside.iter().map(|label| label.lines.1).max().unwrap_or(last_line);
        for line in first_line..=last_line {
            if line > labelled && start == text.len() {
                break; // Behind the last newline there is no further line.
            }
            let end = line_end(text, start);
            let window = Window::around(text, start, end, inside);
            let map = self.add_line(&mut block, text, window, mark);
            for (label, ends) in inside.iter().zip(&mut ends) {
                if (start..=end).contains(&label.start) {
                    ends.0 = Some(base + find(&map, label.start));
                }
                if (start..=end).contains(&label.end) {
                    ends.1 = Some(base + find(&map, label.end));
                }
            }
            block.lines += 1;
            if end >= text.len() {
                break;
            }
            start = end + 1;
        }
        let end = base + block.text.len();
        for (label, ends) in inside.iter().zip(ends) {
            let offset = ends.0.unwrap_or(base);
            let length = ends.1.unwrap_or(offset).saturating_sub(offset);
            let shown = Shown { offset, length, text: label.text.clone(), place: label.place };
            self.labels.push(shown);
        }
        self.blocks.push(block);
        end
    }

    /// Adds a line to the block's text; gives which source offset stands at which offset of that text.
    fn add_line(&mut self, block: &mut Block, text: &str, window: Window, mark: &str) -> Vec<(usize, usize)> {
        let mut map = Vec::new();
        let mut column = 0;
        if window.cut_before {
            self.add_cluster(&mut block.text, mark);
            column += width(mark);
        }
        let mut at = window.start;
        for cluster in clusters(&text[window.start..window.end]) {
            map.push((at, block.text.len()));
            at += cluster.len();
            column += self.add_piece(&mut block.text, cluster, column);
        }
        map.push((window.end, block.text.len()));
        if window.cut_after {
            self.add_cluster(&mut block.text, mark);
        }
        block.text.push('\n');
        map
    }

    /// Adds one cluster of the source at this column; gives its width.
    fn add_piece(&mut self, into: &mut String, cluster: &str, column: usize) -> usize {
        if cluster == "\t" {
            let spaces = TAB - column % TAB;
            into.extend(std::iter::repeat_n(' ', spaces));
            return spaces;
        }
        // A mark that follows nothing takes no column, and a stand-in takes one.
        let lone_mark = width(cluster) == 0;
        let escaped = |character: char| lone_mark || is_hidden(character) || character as u32 >= STAND_IN;
        if !cluster.chars().any(escaped) {
            return self.add_cluster(into, cluster);
        }
        let mut shown = String::new();
        for character in cluster.chars() {
            if escaped(character) {
                push_escape(&mut shown, character);
            } else {
                shown.push(character);
            }
        }
        clusters(&shown).map(|cluster| self.add_cluster(into, cluster)).sum()
    }

    /// Adds a visible cluster, by stand-ins where it is not ASCII.
    fn add_cluster(&mut self, into: &mut String, cluster: &str) -> usize {
        if cluster.is_ascii() {
            into.push_str(cluster);
            return cluster.len();
        }
        let columns = width(cluster);
        let stand_in =
            u32::try_from(self.clusters.len()).ok().and_then(|index| char::from_u32(STAND_IN + index));
        if let Some(stand_in) = stand_in.filter(|_| self.clusters.len() < MOST_STAND_INS) {
            into.push(stand_in);
            into.extend(std::iter::repeat_n(FILLER, columns.saturating_sub(1)));
            self.clusters.push(cluster.to_owned());
        }
        columns.max(1)
    }
}

impl Marked {
    fn new(label: &Label, places: &Places<'_>, mark: &str) -> Option<Self> {
        let id = label.location.source;
        let text = places.source(id)?.text();
        if text.is_empty() {
            return None;
        }
        let range = label.location.span.range();
        let start = text.floor_char_boundary(range.start);
        let mut end = text.ceil_char_boundary(range.end).max(start);
        let place = places.place(id, start);
        let first = place.line - 1;
        let mut last = places.place(id, end).line - 1;
        if last > first && text[..end].ends_with('\n') {
            // A newline at the end belongs to the line that it ends.
            end -= 1;
            last -= 1;
        }
        if last - first >= LINES {
            end = line_end(text, start);
            last = first;
        }
        let text = cut(&visible_line(&label.text), LABEL_TEXT, mark);
        Some(Self { source: id, start, end, lines: (first, last), text, place })
    }
}

/// The part of a line that is shown.
#[derive(Debug, Clone, Copy)]
struct Window {
    start: usize,
    end: usize,
    cut_before: bool,
    cut_after: bool,
}

impl Window {
    /// Of the line `line..end`: all of it where it is short, else what surrounds the labels that begin or end in it.
    fn around(text: &str, line: usize, end: usize, labels: &[&Marked]) -> Self {
        let end = if text[line..end].ends_with('\r') { end - 1 } else { end };
        let first = labels
            .iter()
            .flat_map(|label| [label.start, label.end])
            .filter(|offset| (line..=end).contains(offset))
            .min()
            .unwrap_or(line);
        let mut start = back(text, line, first, COLUMNS - BEFORE);
        if start > line {
            start = back(text, line, first, BEFORE);
        }
        let shown = forward(&text[start..end], COLUMNS);
        Self { start, end: start + shown, cut_before: start > line, cut_after: start + shown < end }
    }
}

/// At most so many columns back from `from`, not before `line`.
fn back(text: &str, line: usize, from: usize, columns: usize) -> usize {
    let mut taken = 0;
    let mut start = from;
    for (at, character) in text[line..from].char_indices().rev() {
        taken += if character == '\t' { TAB } else { character.width().unwrap_or(1).max(1) };
        if taken > columns {
            break;
        }
        start = line + at;
    }
    start
}

/// Bytes of the clusters that fit into so many columns.
fn forward(text: &str, columns: usize) -> usize {
    const BYTES_A_COLUMN: usize = 8;
    let mut taken = 0;
    let mut bytes = 0;
    // A window of bytes first: the first cluster of a hostile text may be all of it.
    let near = &text[..text.floor_char_boundary(columns * BYTES_A_COLUMN)];
    for cluster in clusters(near) {
        taken += if cluster == "\t" { TAB } else { width(cluster).max(1) };
        if taken > columns {
            break;
        }
        bytes += cluster.len();
    }
    bytes
}

/// The lines to show for each source: those of the labels with one more on each side, joined where they
/// meet; the first label's first.
fn ranges(labels: &[Marked]) -> Vec<(SourceId, (usize, usize))> {
    let mut ranges: Vec<(SourceId, (usize, usize))> = labels
        .iter()
        .map(|label| (label.source, (label.lines.0.saturating_sub(1), label.lines.1 + 1)))
        .collect();
    ranges.sort_unstable();
    ranges.dedup_by(|next, before| {
        let meets = next.0 == before.0 && next.1.0 <= before.1.1 + 1;
        if meets {
            before.1.1 = before.1.1.max(next.1.1);
        }
        meets
    });
    if let Some(first) = labels.first() {
        ranges.sort_by_key(|(source, lines)| !(*source == first.source && within(first.lines, *lines)));
    }
    ranges
}

fn within(inner: (usize, usize), outer: (usize, usize)) -> bool {
    outer.0 <= inner.0 && inner.1 <= outer.1
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

/// Where the line's newline stands, or the text's end.
fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |newline| at + newline)
}

/// The offset in the excerpt of the cluster that a source offset lies in; of the nearest end where it is cut off.
fn find(map: &[(usize, usize)], offset: usize) -> usize {
    let after = map.partition_point(|(source, _)| *source <= offset);
    map.get(after.saturating_sub(1)).map_or(0, |(_, shown)| *shown)
}

impl SourceCode for Excerpt {
    /// Gives the whole block, whatever number of lines is asked for; a span over two blocks is out of bounds,
    /// which keeps miette from joining them.
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        lines_before: usize,
        lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let inside = |block: &&Block| {
            block.base <= span.offset() && span.offset() + span.len() <= block.base + block.text.len()
        };
        let block = self.blocks.iter().find(inside).ok_or(MietteError::OutOfBounds)?;
        // Without lines around it, miette asks for the place of a label, to write it above the lines.
        let label =
            self.labels.iter().find(|label| label.offset == span.offset() && label.length == span.len());
        let (line, column) = match label {
            Some(label) if lines_before + lines_after == 0 => (label.place.line - 1, label.place.column - 1),
            _ => (block.first_line, 0),
        };
        Ok(Box::new(MietteSpanContents::new_named(
            block.name.clone(),
            block.text.as_bytes(),
            (block.base, block.text.len()).into(),
            line,
            column,
            block.lines,
        )))
    }
}
