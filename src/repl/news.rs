//! What happened to processes since one looked last, a line each.

use super::card::{brief, named};
use super::wire::Counts;
use crate::execute::{Seen, Session};
use crate::process::Row;
use indexmap::IndexMap;
use std::collections::HashMap;

/// The processes as they were at the last look.
#[derive(Debug, Default)]
pub struct News {
    known: HashMap<Row, Seen>,
}

/// What one look found.
#[derive(Debug, Default)]
pub struct Look {
    pub lines: Vec<String>,
    pub counts: Counts,
    /// Something may change that no signal tells of: a process that is no child of the session's.
    pub strangers: bool,
}

impl News {
    /// Looks, and says what is new.
    pub fn look(&mut self, session: &mut Session) -> Look {
        let mut look = Look::default();
        let mut now = HashMap::new();
        let mut items = Vec::new();
        for mut seen in session.processes() {
            look.counts.add(&seen);
            look.strangers |= !session.is_own_child(&seen);
            let before = self.known.remove(&seen.row);
            let item = change(session, before.as_ref(), &seen);
            if item.is_none() && is_zombie(&seen) && !before.as_ref().is_some_and(is_zombie) {
                // Where it is observed, its end is seen a moment before the tracer lets it be known: then it is news at the next look.
                seen.state = before.map_or('R', |before| before.state);
            }
            items.extend(item);
            now.insert(seen.row, seen);
        }
        let mut gone: Vec<Seen> = std::mem::replace(&mut self.known, now).into_values().collect();
        gone.sort_by_key(|seen| seen.row.index);
        items.extend(gone.iter().filter_map(|seen| reaped(session, seen)));
        look.lines = lines(items);
        look
    }
}

impl Counts {
    fn add(&mut self, seen: &Seen) {
        match seen.state {
            'Z' | 'X' => self.zombies += 1,
            state => {
                self.alive += 1;
                self.stopped += usize::from(state == 'T');
            }
        }
    }
}

fn is_zombie(seen: &Seen) -> bool {
    matches!(seen.state, 'Z' | 'X')
}

/// What happened to one process, so that the same can be said of many at once.
#[derive(Debug)]
struct Item {
    name: String,
    what: String,
    /// How old it was.
    after: Option<i64>,
    tail: &'static str,
}

/// So many that did the same are told one by one.
const EACH: usize = 6;

impl Item {
    fn new(name: &str, what: impl Into<String>) -> Self {
        Self { name: named(name), what: what.into(), after: None, tail: "" }
    }

    fn line(&self) -> String {
        let after = self.after.map_or_else(String::new, |after| format!(" after {}", brief(after)));
        format!("[{} {}{after}{}]", self.name, self.what, self.tail)
    }
}

/// A line each, but one for many that did the same.
fn lines(items: Vec<Item>) -> Vec<String> {
    let mut groups: IndexMap<(String, &'static str), Vec<Item>> = IndexMap::new();
    for item in items {
        groups.entry((item.what.clone(), item.tail)).or_default().push(item);
    }
    let told = |((what, tail), group): ((String, &str), Vec<Item>)| {
        if group.len() <= EACH {
            return group.iter().map(Item::line).collect();
        }
        let names: Vec<&str> = group[..EACH].iter().map(|item| item.name.as_str()).collect();
        vec![format!("[{} and {} more {what}{tail}]", names.join(", "), group.len() - EACH)]
    };
    groups.into_iter().flat_map(told).collect()
}

fn change(session: &mut Session, before: Option<&Seen>, now: &Seen) -> Option<Item> {
    if is_zombie(now) {
        if before.is_some_and(is_zombie) {
            return None;
        }
        // One that nobody has reaped, and that /proc does not show any more, is being reaped.
        let ended = session.ended(now.row)?;
        let waits = now.ppid == session.adopter();
        return Some(Item {
            after: Some(ended.elapsed),
            tail: if waits { ", waiting for init" } else { ", waiting to be joined" },
            ..Item::new(&now.name, format!("ended: {}", ended.ending))
        });
    }
    let was_stopped = before.is_some_and(|before| before.state == 'T');
    if (now.state == 'T') != was_stopped {
        if was_stopped {
            return Some(Item::new(&now.name, "goes on"));
        }
        let by = session.stopped_by(now.row).map_or(String::new(), |signal| format!(" by {signal}"));
        return Some(Item::new(&now.name, format!("was stopped{by}")));
    }
    let parent = before.map_or(now.spawner, |before| before.ppid);
    let adopted = now.ppid != parent && now.ppid == session.adopter();
    adopted.then(|| Item::new(&now.name, "was adopted by init: its parent has ended"))
}

/// One that is not there any more. What the session itself joined is no news to it.
fn reaped(session: &mut Session, seen: &Seen) -> Option<Item> {
    if is_zombie(seen) || (session.is_own_child(seen) && seen.ppid != session.adopter()) {
        return None;
    }
    let ended = session.ended(seen.row)?;
    let by_init = seen.ppid == session.adopter();
    Some(Item {
        after: Some(ended.elapsed),
        tail: if by_init { ", reaped by init" } else { ", reaped by its parent" },
        ..Item::new(&seen.name, format!("ended: {}", ended.ending))
    })
}

#[cfg(test)]
mod tests {
    use super::{Item, lines};

    #[test]
    fn many_that_did_the_same_are_one_line() {
        let item = |number: usize| Item {
            after: Some(2_000_000),
            ..Item::new(&format!("p{number}"), "ended: exit 0")
        };
        assert_eq!(
            lines((0..2).map(item).collect()),
            ["[p0 ended: exit 0 after 2ms]", "[p1 ended: exit 0 after 2ms]"]
        );
        let mut many: Vec<Item> = (0..300).map(item).collect();
        many.push(Item::new("q", "goes on"));
        assert_eq!(lines(many), ["[p0, p1, p2, p3, p4, p5 and 294 more ended: exit 0]", "[q goes on]"]);
    }
}
