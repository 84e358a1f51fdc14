//! The names of shared objects in messages: what the text calls them where they are made. So they are called the same
//! whoever speaks of them.

use super::machine::Machine;
use crate::process::share::origin;
use crate::process::{Blocked, BlockedKind};
use crate::source::SourceId;
use crate::value::{Object, ObjectKind};

impl Machine {
    /// Notes that an object is just being made.
    pub(super) fn note_origin(&self, object: Object) {
        let here = self.here();
        let place = (u64::from(here.source.0) + 1) << 32 | u64::from(here.span.start);
        origin::set(self.world.run, object.index, place);
    }

    /// `lock l`, by the variable that it was put into as it was made; else `lock 3`, by its number.
    pub(super) fn title(&self, object: Object) -> String {
        let kind = object.kind.word();
        match self.name_at_origin(object) {
            Some(name) => format!("{kind} {name}"),
            None => format!("{kind} {}", object.index),
        }
    }

    /// What a wait is for, where that is a shared object.
    pub(super) fn title_of_wait(&self, on: Blocked) -> String {
        waited_object(on).map_or_else(String::new, |object| self.title(object))
    }

    fn name_at_origin(&self, object: Object) -> Option<String> {
        let place = origin::get(self.world.run, object.index)?;
        let (source, start) = (SourceId((place >> 32) as u32 - 1), place as u32 as usize);
        let (_, source) = self.world.sources.iter().find(|(id, _)| *id == source)?;
        let (before, made) = source.text().split_at_checked(start)?;
        let names = declared(before, made, maker(object.kind))?;
        let is_name = |name: &&str| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
        let mut names = names.split(',').map(str::trim);
        match (object.kind, names.next().filter(is_name)?, names.next()) {
            (ObjectKind::ConnectionA, name, Some(_)) => Some(name.to_owned()),
            (ObjectKind::ConnectionB, _, Some(name)) => Some(name).filter(is_name).map(str::to_owned),
            (ObjectKind::ConnectionA, name, None) => Some(format!("{name}[0]")),
            (ObjectKind::ConnectionB, name, None) => Some(format!("{name}[1]")),
            (_, name, None) => Some(name.to_owned()),
            (_, _, Some(_)) => None,
        }
    }
}

/// The left side of the assignment that the text around a call of `maker` is.
fn declared<'a>(before: &'a str, made: &str, maker: &str) -> Option<&'a str> {
    made.strip_prefix(maker)?.trim_start().strip_prefix('(')?;
    let left = before.trim_end().strip_suffix('=')?;
    let left = left.rsplit(['\n', ';', '{']).next()?.trim();
    Some(left.strip_prefix("let ").unwrap_or(left))
}

/// The function that makes objects of a kind.
fn maker(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::ConnectionA | ObjectKind::ConnectionB => "pipe",
        kind => kind.word(),
    }
}

fn waited_object(on: Blocked) -> Option<Object> {
    let kind = match on.kind {
        BlockedKind::Join | BlockedKind::AnyChild => return None,
        BlockedKind::Lock => ObjectKind::Lock,
        BlockedKind::Semaphore => ObjectKind::Semaphore,
        BlockedKind::Event => ObjectKind::Event,
        BlockedKind::Barrier => ObjectKind::Barrier,
        BlockedKind::Get | BlockedKind::Put => ObjectKind::Queue,
        BlockedKind::Receive | BlockedKind::Send if on.argument == 0 => ObjectKind::ConnectionA,
        BlockedKind::Receive | BlockedKind::Send => ObjectKind::ConnectionB,
    };
    Some(Object { kind, index: on.index })
}

#[cfg(test)]
mod tests {
    use super::declared;

    #[test]
    fn the_left_side_of_the_assignment_names_what_is_made() {
        let name = |before, made| declared(before, made, "lock");
        assert_eq!(name("let l = ", "lock()"), Some("l"));
        assert_eq!(name("x = 1\nspawn p { l =  ", "lock( )"), Some("l"));
        assert_eq!(name("let l = ", "locks.map(lock)"), None);
        assert_eq!(name("let l = [", "lock()]"), None);
        assert_eq!(name("if l == ", "lock()"), Some("if l ="));
    }
}
