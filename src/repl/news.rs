//! What happened to processes since one looked last, a line each.

use super::card::{brief, named};
use super::wire::Counts;
use crate::execute::{Seen, Session};
use crate::process::Row;
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
        for seen in session.processes() {
            look.counts.add(&seen);
            look.strangers |= !session.is_own_child(&seen);
            let before = self.known.remove(&seen.row);
            look.lines.extend(change(session, before.as_ref(), &seen));
            now.insert(seen.row, seen);
        }
        let mut gone: Vec<Seen> = std::mem::replace(&mut self.known, now).into_values().collect();
        gone.sort_by_key(|seen| seen.row.index);
        look.lines.extend(gone.iter().filter_map(|seen| reaped(session, seen)));
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

fn change(session: &mut Session, before: Option<&Seen>, now: &Seen) -> Option<String> {
    let name = named(&now.name);
    if is_zombie(now) {
        if before.is_some_and(is_zombie) {
            return None;
        }
        // One that nobody has reaped, and that /proc does not show any more, is being reaped.
        let ended = session.ended(now.row)?;
        let waits = if now.ppid == session.adopter() { "waiting for init" } else { "waiting to be joined" };
        return Some(format!("[{name} ended: {} after {}, {waits}]", ended.ending, brief(ended.elapsed)));
    }
    let was_stopped = before.is_some_and(|before| before.state == 'T');
    if (now.state == 'T') != was_stopped {
        if was_stopped {
            return Some(format!("[{name} goes on]"));
        }
        let by = session.stopped_by(now.row).map_or(String::new(), |signal| format!(" by {signal}"));
        return Some(format!("[{name} was stopped{by}]"));
    }
    let parent = before.map_or(now.spawner, |before| before.ppid);
    let adopted = now.ppid != parent && now.ppid == session.adopter();
    adopted.then(|| format!("[{name} was adopted by init: its parent has ended]"))
}

/// One that is not there any more. What the session itself joined is no news to it.
fn reaped(session: &mut Session, seen: &Seen) -> Option<String> {
    if is_zombie(seen) || (session.is_own_child(seen) && seen.ppid != session.adopter()) {
        return None;
    }
    let ended = session.ended(seen.row)?;
    let by = if seen.ppid == session.adopter() { "init" } else { "its parent" };
    Some(format!(
        "[{} ended: {} after {}, reaped by {by}]",
        named(&seen.name),
        ended.ending,
        brief(ended.elapsed)
    ))
}
