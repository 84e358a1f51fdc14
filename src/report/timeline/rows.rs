//! The rows of a picture: the processes in the order of the tree, and those that are all alike in one row.

use crate::event::{History, Life};
use std::collections::HashMap;

/// More siblings that are alike than this share a row.
const ALIKE: usize = 20;
/// Where there are more rows than this, already so few share one.
const MANY_ROWS: usize = 60;
const ALIKE_IN_MANY: usize = 4;

/// One process, or several that are alike.
#[derive(Debug, Clone)]
pub struct Row<'a> {
    /// In the order of birth; never empty.
    pub lives: Vec<&'a Life>,
    /// 0 for a root.
    pub depth: usize,
    /// For each level above it, from the first below the root on, whether a further row stands below on that level.
    pub below: u64,
}

impl<'a> Row<'a> {
    #[must_use]
    pub fn is_group(&self) -> bool {
        self.lives.len() > 1
    }

    /// The first of them.
    #[must_use]
    pub fn first(&self) -> Option<&'a Life> {
        self.lives.first().copied()
    }

    /// Whether a further row stands below it on this level, which is counted from 1.
    #[must_use]
    pub fn goes_on(&self, level: usize) -> bool {
        level < 64 && self.below & (1 << level) != 0
    }
}

/// One row a process, but for those siblings that are alike down to their last descendant: the same name but for a number
/// at its end, the same end, and children that are alike.
#[must_use]
pub fn folded_rows(history: &History) -> Vec<Row<'_>> {
    let alike = if history.lives().len() > MANY_ROWS { ALIKE_IN_MANY } else { ALIKE };
    rows(history, alike, &shapes(history))
}

/// A row for each process.
#[must_use]
pub fn all_rows(history: &History) -> Vec<Row<'_>> {
    let own_shape: Vec<usize> = (0..history.lives().len()).collect();
    rows(history, usize::MAX, &own_shape)
}

fn rows<'a>(history: &'a History, alike: usize, shapes: &[usize]) -> Vec<Row<'a>> {
    let mut rows = Vec::new();
    let mut next = vec![];
    push_groups(&mut next, roots(history), 0, shapes, alike);
    while let Some((lives, depth)) = next.pop() {
        let children: Vec<&Life> = lives.iter().flat_map(|life| history.children(life)).collect();
        // Below a row of several, every row is one of several.
        let alike = if lives.len() > 1 { 0 } else { alike };
        push_groups(&mut next, children, depth + 1, shapes, alike);
        rows.push(Row { lives, depth, below: 0 });
    }
    note_what_stands_below(&mut rows);
    rows
}

/// Those without a parent; of one that only stood by, its children.
fn roots(history: &History) -> Vec<&Life> {
    let mut roots = Vec::new();
    for root in history.roots() {
        if root.is_bystander() {
            roots.extend(history.children(root));
        } else {
            roots.push(root);
        }
    }
    roots.retain(|root| !root.is_bystander());
    roots
}

/// Puts the siblings onto the stack, the last first; more than `alike` of one shape together.
fn push_groups<'a>(
    next: &mut Vec<(Vec<&'a Life>, usize)>,
    siblings: Vec<&'a Life>,
    depth: usize,
    shapes: &[usize],
    alike: usize,
) {
    let mut number: HashMap<usize, usize> = HashMap::new();
    for life in &siblings {
        *number.entry(shapes[life.index]).or_default() += 1;
    }
    let from = next.len();
    let mut group_of: HashMap<usize, usize> = HashMap::new();
    for life in siblings {
        let shape = shapes[life.index];
        if number[&shape] <= alike.max(1) {
            next.push((vec![life], depth));
            continue;
        }
        let at = *group_of.entry(shape).or_insert_with(|| {
            next.push((Vec::new(), depth));
            next.len() - 1
        });
        next[at].0.push(life);
    }
    next[from..].reverse();
}

/// For each life the number of its shape: two have the same where they are alike.
fn shapes(history: &History) -> Vec<usize> {
    let lives = history.lives();
    let mut shapes = vec![0; lives.len()];
    let mut known = HashMap::new();
    // A child's index is greater than its parent's.
    for life in lives.iter().rev() {
        let children: Vec<usize> = life.children.iter().map(|child| shapes[*child]).collect();
        let stem = life.name.trim_end_matches(|character: char| character.is_ascii_digit());
        let next = known.len();
        shapes[life.index] = *known.entry((stem, life.exitcode, life.daemon, children)).or_insert(next);
    }
    shapes
}

/// From the bottom up it is known, for each level, whether a further row stands below.
fn note_what_stands_below(rows: &mut [Row<'_>]) {
    let mut below: u64 = 0;
    for row in rows.iter_mut().rev() {
        let level = row.depth.min(63);
        below &= u64::MAX >> (63 - level);
        row.below = below;
        below |= 1 << level;
    }
}

#[cfg(test)]
mod tests {
    use super::folded_rows;
    use crate::event::{Event, History, What};

    /// The rows as `depth: names`, where each process is spawned by the parent named before it, and ends so.
    fn drawn(processes: &[(i32, i32, &str, i32)]) -> Vec<String> {
        let events = processes.iter().zip(0..).flat_map(|((pid, actor, name, exitcode), time)| {
            let event = |what| Event { time, pid: *pid, actor: *actor, place: None, what };
            let spawned = What::Spawned { name: (*name).to_owned(), daemon: false };
            [event(spawned), event(What::Exited { exitcode: *exitcode, core: false })]
        });
        let history = History::of(events.collect());
        let row = |row: &super::Row<'_>| {
            let names: Vec<&str> = row.lives.iter().map(|life| &*life.name).collect();
            let lines: String =
                (1..=row.depth).map(|level| if row.goes_on(level) { '|' } else { ' ' }).collect();
            match names[..] {
                [name] => format!("{lines}{name}"),
                [first, .., last] => format!("{lines}{first}..{last} {}", names.len()),
                [] => String::new(),
            }
        };
        folded_rows(&history).iter().map(row).collect()
    }

    #[test]
    fn few_siblings_have_a_row_each_and_many_that_are_alike_one() {
        let few: Vec<_> = (2..5).map(|pid| (pid, 1, "w1", 0)).collect();
        assert_eq!(drawn(&few), ["?", "|w1", "|w1", " w1"]);
        let mut many: Vec<_> =
            (2..102).map(|pid| (pid, 1, if pid % 2 == 0 { "w1" } else { "w2" }, 0)).collect();
        many[10].3 = -9;
        many[20].2 = "other";
        assert_eq!(drawn(&many), ["?", "|w1..w2 98", "|w1", " other"]);
    }

    #[test]
    fn what_descends_from_those_in_one_row_shares_rows_as_well() {
        let processes: Vec<_> = (0..30)
            .flat_map(|n| {
                [
                    (10 + 3 * n, 1, "sh", 0),
                    (11 + 3 * n, 10 + 3 * n, "ls", 0),
                    (12 + 3 * n, 10 + 3 * n, "wc", 1),
                ]
            })
            .collect();
        assert_eq!(drawn(&processes), ["?", " sh..sh 30", " |ls..ls 30", "  wc..wc 30"]);
    }
}
