//! What guard and keeper say to each other: datagrams over a pair of sockets that nobody else holds.
//!
//! Nothing here is relied on for clearing up. The death of either is told by the kernel, and a message that is
//! lost costs a detail of the report.

use super::budget::Spent;
use super::ended::End;
use super::strain::Strain;
use crate::event::Actor;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixDatagram;

/// One end of the line.
#[derive(Debug)]
pub struct Line(UnixDatagram);

/// What the guard asks of the keeper. The second number is that of a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Give the scenario this signal.
    Forward(i32),
    /// End the run after the grace.
    Grace,
    /// The scenario has this signal, from the terminal or from us: end the run after the grace, unless the scenario
    /// catches or ignores it.
    Pressed(i32),
    /// End the run now.
    Clear,
}

/// What the keeper tells the guard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Word {
    /// It is at work on ending everything.
    Clearing,
    /// The scenario has stopped as a shell's job does: the guard, whom the shell waits for, is to stop too.
    Stopped,
    /// The terminal has sent this signal to the keeper's group, which is not the guard's.
    Key(i32),
    /// The run could not begin, for this reason.
    Refused(String),
    /// Everything has ended.
    Last(Last),
}

/// The keeper's last word.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Last {
    pub end: Option<ScenarioEnd>,
    pub leftovers: Vec<Actor>,
    pub unnamed: u32,
    /// Why the keeper has ended it.
    pub spent: Option<Spent>,
    /// Adopted, and reaped while the scenario ran.
    pub orphans: Vec<Actor>,
    pub unnamed_orphans: u32,
    /// What others kept from it, where that was looked at.
    pub strain: Option<Strain>,
}

/// How the scenario's process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScenarioEnd {
    pub end: End,
    /// Not because the keeper killed it.
    pub by_itself: bool,
    /// It still ran our own code, and had not become another program by execve(2).
    pub our_code: bool,
}

/// What the words begin with that are no last word.
const KEY: u8 = b'k';
const REFUSED: u8 = b'r';

/// The longest name that is sent, in bytes.
const LONGEST_NAME: usize = 64;

/// The named actors, and what stands before them, fit.
const LONGEST_WORD: usize = 2 * super::Ended::NAMED * (LONGEST_NAME + 8) + 64;

impl Line {
    /// Both ends.
    ///
    /// # Errors
    /// Where there is no descriptor to be had.
    pub fn pair() -> std::io::Result<(Self, Self)> {
        let (a, b) = UnixDatagram::pair()?;
        a.set_nonblocking(true)?;
        b.set_nonblocking(true)?;
        Ok((Self(a), Self(b)))
    }

    /// For poll(2).
    pub fn fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }

    /// Sends an order. One that cannot be sent is made up for by the guard's own deadline.
    pub fn order(&self, order: Order) {
        let (kind, signal) = match order {
            Order::Forward(signal) => (b'f', signal),
            Order::Grace => (b'g', 0),
            Order::Pressed(signal) => (b'p', signal),
            Order::Clear => (b'c', 0),
        };
        let _ = self.0.send(&[kind, signal as u8]);
    }

    /// The next order, where one is waiting.
    pub fn next_order(&self) -> Option<Order> {
        let mut bytes = [0; 2];
        let 2 = self.0.recv(&mut bytes).ok()? else { return None };
        let signal = i32::from(bytes[1]);
        match bytes[0] {
            b'f' => Some(Order::Forward(signal)),
            b'g' => Some(Order::Grace),
            b'p' => Some(Order::Pressed(signal)),
            _ => Some(Order::Clear),
        }
    }

    /// Tells the guard. It needs no memory for [`Word::Clearing`].
    pub fn say(&self, word: &Word) {
        let _ = match word {
            Word::Clearing => self.0.send(&[]),
            Word::Stopped => self.0.send(&[0]),
            Word::Key(signal) => self.0.send(&[KEY, *signal as u8]),
            Word::Refused(why) => {
                let why = &why[..why.floor_char_boundary(LONGEST_WORD - 1)];
                self.0.send(&[&[REFUSED], why.as_bytes()].concat())
            }
            Word::Last(last) => self.0.send(&encode(last)),
        };
    }

    /// What the keeper has said, where there is something new.
    pub fn hear(&self) -> Option<Word> {
        let mut bytes = [0; LONGEST_WORD];
        match self.0.recv(&mut bytes).ok()? {
            0 => Some(Word::Clearing),
            1 => Some(Word::Stopped),
            2 if bytes[0] == KEY => Some(Word::Key(i32::from(bytes[1]))),
            length if bytes[0] == REFUSED => {
                Some(Word::Refused(String::from_utf8_lossy(&bytes[1..length]).into_owned()))
            }
            length => decode(&bytes[..length]).map(Word::Last),
        }
    }
}

fn encode(last: &Last) -> Vec<u8> {
    let mut bytes = Vec::new();
    match last.end {
        None => bytes.extend_from_slice(&[0, 0, 0, 0]),
        Some(ScenarioEnd { end, by_itself, our_code }) => {
            let (kind, number) = match end {
                End::Exited(code) => (1, code),
                End::Killed(signal) => (2, signal as u8),
            };
            bytes.extend_from_slice(&[kind, number, u8::from(by_itself), u8::from(our_code)]);
        }
    }
    let spent = last.spent.and_then(|spent| Spent::ALL.iter().position(|one| *one == spent));
    bytes.push(spent.map_or(0, |number| number as u8 + 1));
    encode_actors(&mut bytes, &last.leftovers, last.unnamed);
    encode_actors(&mut bytes, &last.orphans, last.unnamed_orphans);
    // Where nothing was seen, there is none.
    let Strain { seen, lost } = last.strain.unwrap_or_default();
    bytes.extend_from_slice(&seen.to_le_bytes());
    bytes.extend_from_slice(&lost.to_le_bytes());
    bytes
}

fn encode_actors(bytes: &mut Vec<u8>, actors: &[Actor], unnamed: u32) {
    bytes.extend_from_slice(&unnamed.to_le_bytes());
    bytes.push(actors.len() as u8);
    for actor in actors {
        let name = &actor.name[..actor.name.floor_char_boundary(LONGEST_NAME)];
        bytes.extend_from_slice(&actor.pid.to_le_bytes());
        bytes.push(name.len() as u8);
        bytes.extend_from_slice(name.as_bytes());
    }
}

fn decode(mut bytes: &[u8]) -> Option<Last> {
    let head: [u8; 4] = take(&mut bytes)?;
    let end = match head {
        [0, ..] => None,
        [kind, number, by_itself, our_code] => Some(ScenarioEnd {
            end: if kind == 1 { End::Exited(number) } else { End::Killed(i32::from(number)) },
            by_itself: by_itself != 0,
            our_code: our_code != 0,
        }),
    };
    let [spent] = take(&mut bytes)?;
    let spent = usize::from(spent).checked_sub(1).and_then(|number| Spent::ALL.get(number)).copied();
    let unnamed = u32::from_le_bytes(take(&mut bytes)?);
    let leftovers = decode_actors(&mut bytes)?;
    let unnamed_orphans = u32::from_le_bytes(take(&mut bytes)?);
    let orphans = decode_actors(&mut bytes)?;
    let strain =
        Strain { seen: i64::from_le_bytes(take(&mut bytes)?), lost: i64::from_le_bytes(take(&mut bytes)?) };
    let strain = (strain.seen > 0).then_some(strain);
    Some(Last { end, leftovers, unnamed, orphans, unnamed_orphans, spent, strain })
}

fn decode_actors(bytes: &mut &[u8]) -> Option<Vec<Actor>> {
    let [count] = take(bytes)?;
    (0..count)
        .map(|_| {
            let pid = i32::from_le_bytes(take(bytes)?);
            let [length] = take(bytes)?;
            let (name, rest) = bytes.split_at_checked(usize::from(length))?;
            *bytes = rest;
            Some(Actor { name: String::from_utf8_lossy(name).into(), pid })
        })
        .collect()
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (head, rest) = bytes.split_first_chunk::<N>()?;
    *bytes = rest;
    Some(*head)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_survives_the_line() {
        let actor = |name: &str, pid| Actor { name: name.into(), pid };
        let last = Last {
            end: Some(ScenarioEnd { end: End::Killed(64), by_itself: true, our_code: false }),
            leftovers: vec![actor("任务", i32::MAX), actor("", 8)],
            unnamed: 9,
            spent: Some(Spent::Cpu),
            orphans: vec![actor("x", 3)],
            unnamed_orphans: 1,
            strain: Some(Strain { seen: i64::MAX, lost: 1 }),
        };
        let why = "é".repeat(LONGEST_WORD);
        let (keeper, guard) = Line::pair().unwrap();
        keeper.say(&Word::Clearing);
        keeper.say(&Word::Stopped);
        keeper.say(&Word::Key(2));
        keeper.say(&Word::Refused(why.clone()));
        keeper.say(&Word::Last(last.clone()));
        assert_eq!(guard.hear(), Some(Word::Clearing));
        assert_eq!(guard.hear(), Some(Word::Stopped));
        assert_eq!(guard.hear(), Some(Word::Key(2)));
        let Some(Word::Refused(heard)) = guard.hear() else { panic!("not refused") };
        assert!(why.starts_with(&heard) && heard.len() > LONGEST_WORD / 2);
        assert_eq!(guard.hear(), Some(Word::Last(last)));
        assert_eq!(guard.hear(), None);
    }

    #[test]
    fn a_name_is_cut_between_characters() {
        let long: String = "务".repeat(64);
        let last = Last { leftovers: vec![Actor { name: long.as_str().into(), pid: 2 }], ..Last::default() };
        let heard = decode(&encode(&last)).unwrap();
        assert_eq!(&*heard.leftovers[0].name, "务".repeat(LONGEST_NAME / 3));
    }

    #[test]
    fn a_torn_message_is_none() {
        let last = Last { leftovers: vec![Actor { name: "abc".into(), pid: 2 }], ..Last::default() };
        let bytes = encode(&last);
        for length in 0..bytes.len() {
            assert_eq!(decode(&bytes[..length]), None, "{length} bytes");
        }
    }
}
