//! An event as a few bytes, for the log in the memory of a run: every process writes there, so it should be quick and small.
//!
//! The bytes mean something only to the program that wrote them. What is kept is the JSON of `wire`.

use super::what::{Effect, End, Event, Place, What};
use crate::value::Signal;

/// Of a text so many bytes are kept; of what was printed [`What::LONGEST_TEXT`].
const LONGEST: usize = 512;
/// Of a command line so many bytes are kept, and of each of its words [`LONGEST`].
const LONGEST_LINE: usize = 2048;
/// Stands behind what was cut.
const CUT: &str = "…";

/// An event's bytes: never more than 3584.
#[must_use]
pub fn pack(event: &Event) -> Vec<u8> {
    let mut to = Packer(Vec::with_capacity(128));
    to.number(event.time);
    to.short(event.pid);
    to.short(event.actor);
    let Place { source, line } = event.place.unwrap_or(Place { source: u32::MAX, line: 0 });
    to.short(source.cast_signed());
    to.short(line.cast_signed());
    to.what(&event.what);
    to.0
}

/// The event of these bytes; none where they are no event's.
#[must_use]
pub fn unpack(bytes: &[u8]) -> Option<Event> {
    let mut from = Unpacker(bytes);
    let (time, pid, actor) = (from.number()?, from.short()?, from.short()?);
    let (source, line) = (from.short()?.cast_unsigned(), from.short()?.cast_unsigned());
    let place = (source != u32::MAX).then_some(Place { source, line });
    Some(Event { time, pid, actor, place, what: from.what()? })
}

/// A text up to a limit, with a mark where it was cut.
#[must_use]
pub fn cut(text: &str, limit: usize) -> std::borrow::Cow<'_, str> {
    if text.len() <= limit {
        return text.into();
    }
    format!("{}{CUT}", &text[..text.floor_char_boundary(limit - CUT.len())]).into()
}

struct Packer(Vec<u8>);

impl Packer {
    fn byte(&mut self, byte: u8) {
        self.0.push(byte);
    }

    fn short(&mut self, number: i32) {
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    fn number(&mut self, number: i64) {
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        let text = cut(text, LONGEST);
        self.0.extend_from_slice(&(text.len() as u16).to_le_bytes());
        self.0.extend_from_slice(text.as_bytes());
    }

    fn maybe(&mut self, text: Option<&String>) {
        self.byte(u8::from(text.is_some()));
        text.into_iter().for_each(|text| self.text(text));
    }

    /// The words of a command line, as far as they fit; then a mark.
    fn words(&mut self, words: &[String]) {
        let mut left = LONGEST_LINE;
        let fitting = words.iter().take_while(|word| {
            let length = word.len().min(LONGEST) + 2;
            left.checked_sub(length).inspect(|rest| left = *rest).is_some()
        });
        let count = fitting.count();
        let all = count == words.len();
        self.0.extend_from_slice(&(count as u16 + u16::from(!all)).to_le_bytes());
        words[..count].iter().for_each(|word| self.text(word));
        if !all {
            self.text(CUT);
        }
    }

    fn pipe(&mut self, (fd, pipe, end, call): (i32, u64, End, &str)) {
        self.short(fd);
        self.number(pipe.cast_signed());
        self.byte(u8::from(end == End::Write));
        self.text(call);
    }

    fn what(&mut self, what: &What) {
        match what {
            What::Spawned { name, daemon } => {
                self.byte(1);
                self.text(name);
                self.byte(u8::from(*daemon));
            }
            What::Forked { parent, call } => {
                self.byte(2);
                self.short(*parent);
                self.text(call);
            }
            What::Found { parent, name } => {
                self.byte(3);
                self.short(*parent);
                self.text(name);
            }
            What::Executed { path, args, error } => {
                self.byte(4);
                self.text(path);
                self.words(args);
                self.maybe(error.as_ref());
            }
            What::Exited { exitcode, core } => {
                self.byte(5);
                self.short(*exitcode);
                self.byte(u8::from(*core));
            }
            What::Signalled { signal, call, error } => {
                self.byte(6);
                self.byte(signal.0);
                self.text(call);
                self.maybe(error.as_ref());
            }
            What::Delivered { signal, effect } => {
                self.byte(7);
                self.byte(signal.0);
                self.byte(match effect {
                    Effect::Handled => 0,
                    Effect::Ignored => 1,
                    Effect::Default => 2,
                });
            }
            What::Stopped { signal } => {
                self.byte(8);
                self.byte(signal.0);
            }
            What::Continued => self.byte(9),
            What::Reaped { exitcode } => {
                self.byte(10);
                self.short(*exitcode);
            }
            What::Adopted { from, by } => {
                self.byte(11);
                self.short(*from);
                self.text(by);
            }
            other => self.talk(other),
        }
    }

    fn talk(&mut self, what: &What) {
        match what {
            What::Printed { stream, text, bytes } => {
                self.byte(12);
                self.text(stream);
                self.text(&text[..text.floor_char_boundary(What::LONGEST_TEXT)]);
                self.number(bytes.cast_signed());
            }
            What::Expected { held, condition } => {
                self.byte(13);
                self.byte(u8::from(*held));
                self.text(condition);
            }
            What::Blocked { call, on } => {
                self.byte(14);
                self.text(call);
                self.text(on);
            }
            What::Woken { call, result } => {
                self.byte(15);
                self.text(call);
                self.text(result);
            }
            What::Regrouped { call, pgid } => {
                self.byte(16);
                self.text(call);
                self.short(*pgid);
            }
            What::Opened { fd, pipe, end, call } => {
                self.byte(17);
                self.pipe((*fd, *pipe, *end, call));
            }
            What::Closed { fd, pipe, end, call } => {
                self.byte(18);
                self.pipe((*fd, *pipe, *end, call));
            }
            What::Dropped { events } => {
                self.byte(19);
                self.number(events.cast_signed());
            }
            // All others are packed by `what`, which calls this one for the rest.
            _ => self.byte(0),
        }
    }
}

struct Unpacker<'a>(&'a [u8]);

impl Unpacker<'_> {
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*head)
    }

    fn byte(&mut self) -> Option<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    fn truth(&mut self) -> Option<bool> {
        self.byte().map(|byte| byte != 0)
    }

    fn signal(&mut self) -> Option<Signal> {
        self.byte().map(Signal)
    }

    fn short(&mut self) -> Option<i32> {
        self.array().map(i32::from_le_bytes)
    }

    fn number(&mut self) -> Option<i64> {
        self.array().map(i64::from_le_bytes)
    }

    fn size(&mut self) -> Option<usize> {
        self.array().map(|bytes| usize::from(u16::from_le_bytes(bytes)))
    }

    fn text(&mut self) -> Option<String> {
        let length = self.size()?;
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(String::from_utf8_lossy(text).into_owned())
    }

    fn maybe(&mut self) -> Option<Option<String>> {
        Some(if self.truth()? { Some(self.text()?) } else { None })
    }

    fn words(&mut self) -> Option<Vec<String>> {
        (0..self.size()?).map(|_| self.text()).collect()
    }

    fn pipe(&mut self) -> Option<(i32, u64, End, String)> {
        let (fd, pipe) = (self.short()?, self.number()?.cast_unsigned());
        let end = if self.truth()? { End::Write } else { End::Read };
        Some((fd, pipe, end, self.text()?))
    }

    fn what(&mut self) -> Option<What> {
        Some(match self.byte()? {
            1 => What::Spawned { name: self.text()?, daemon: self.truth()? },
            2 => What::Forked { parent: self.short()?, call: self.text()? },
            3 => What::Found { parent: self.short()?, name: self.text()? },
            4 => What::Executed { path: self.text()?, args: self.words()?, error: self.maybe()? },
            5 => What::Exited { exitcode: self.short()?, core: self.truth()? },
            6 => What::Signalled { signal: self.signal()?, call: self.text()?, error: self.maybe()? },
            7 => What::Delivered {
                signal: self.signal()?,
                effect: match self.byte()? {
                    0 => Effect::Handled,
                    1 => Effect::Ignored,
                    _ => Effect::Default,
                },
            },
            8 => What::Stopped { signal: self.signal()? },
            9 => What::Continued,
            10 => What::Reaped { exitcode: self.short()? },
            11 => What::Adopted { from: self.short()?, by: self.text()? },
            12 => What::Printed {
                stream: self.text()?,
                text: self.text()?,
                bytes: self.number()?.cast_unsigned(),
            },
            13 => What::Expected { held: self.truth()?, condition: self.text()? },
            14 => What::Blocked { call: self.text()?, on: self.text()? },
            15 => What::Woken { call: self.text()?, result: self.text()? },
            16 => What::Regrouped { call: self.text()?, pgid: self.short()? },
            17 => {
                let (fd, pipe, end, call) = self.pipe()?;
                What::Opened { fd, pipe, end, call }
            }
            18 => {
                let (fd, pipe, end, call) = self.pipe()?;
                What::Closed { fd, pipe, end, call }
            }
            19 => What::Dropped { events: self.number()?.cast_unsigned() },
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn word() -> impl Strategy<Value = String> {
        "[a-z任务\\x00-\\x7f]{0,40}"
    }

    fn signal() -> impl Strategy<Value = Signal> {
        (1..=64u8).prop_map(Signal)
    }

    fn end() -> impl Strategy<Value = End> {
        any::<bool>().prop_map(|write| if write { End::Write } else { End::Read })
    }

    fn what() -> impl Strategy<Value = What> {
        let effect = prop_oneof![Just(Effect::Handled), Just(Effect::Ignored), Just(Effect::Default)];
        let lives =
            prop_oneof![
                (word(), any::<bool>()).prop_map(|(name, daemon)| What::Spawned { name, daemon }),
                (any::<i32>(), word()).prop_map(|(parent, call)| What::Forked { parent, call }),
                (any::<i32>(), word()).prop_map(|(parent, name)| What::Found { parent, name }),
                (word(), prop::collection::vec(word(), 0..9), prop::option::of(word()))
                    .prop_map(|(path, args, error)| What::Executed { path, args, error }),
                (any::<i32>(), any::<bool>()).prop_map(|(exitcode, core)| What::Exited { exitcode, core }),
                (signal(), word(), prop::option::of(word()))
                    .prop_map(|(signal, call, error)| What::Signalled { signal, call, error }),
                (signal(), effect).prop_map(|(signal, effect)| What::Delivered { signal, effect }),
                signal().prop_map(|signal| What::Stopped { signal }),
                Just(What::Continued),
                any::<i32>().prop_map(|exitcode| What::Reaped { exitcode }),
                (any::<i32>(), word()).prop_map(|(from, by)| What::Adopted { from, by }),
            ];
        let talk = prop_oneof![
            (word(), word(), any::<u64>()).prop_map(|(stream, text, bytes)| What::Printed {
                stream,
                text,
                bytes
            }),
            (any::<bool>(), word()).prop_map(|(held, condition)| What::Expected { held, condition }),
            (word(), word()).prop_map(|(call, on)| What::Blocked { call, on }),
            (word(), word()).prop_map(|(call, result)| What::Woken { call, result }),
            (word(), any::<i32>()).prop_map(|(call, pgid)| What::Regrouped { call, pgid }),
            (any::<i32>(), any::<u64>(), end(), word()).prop_map(|(fd, pipe, end, call)| What::Opened {
                fd,
                pipe,
                end,
                call
            }),
            (any::<i32>(), any::<u64>(), end(), word()).prop_map(|(fd, pipe, end, call)| What::Closed {
                fd,
                pipe,
                end,
                call
            }),
            any::<u64>().prop_map(|events| What::Dropped { events }),
        ];
        prop_oneof![lives, talk]
    }

    fn event() -> impl Strategy<Value = Event> {
        let place = (0..u32::MAX, any::<u32>()).prop_map(|(source, line)| Place { source, line });
        (any::<i64>(), any::<i32>(), any::<i32>(), prop::option::of(place), what())
            .prop_map(|(time, pid, actor, place, what)| Event { time, pid, actor, place, what })
    }

    proptest! {
        #[test]
        fn every_event_comes_back(event in event()) {
            let bytes = pack(&event);
            prop_assert_eq!(unpack(&bytes), Some(event));
            for length in 0..bytes.len() {
                prop_assert_eq!(unpack(&bytes[..length]), None);
            }
        }

        #[test]
        fn no_bytes_are_too_much(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = unpack(&bytes);
        }
    }

    #[test]
    fn what_is_long_is_cut() {
        let long = "务".repeat(4000);
        let args = vec![long.clone(); 3000];
        let what = What::Executed { path: long.clone(), args, error: Some(long.clone()) };
        let event = Event { time: 1, pid: 2, actor: 3, place: None, what };
        let bytes = pack(&event);
        assert!(bytes.len() <= 3584, "{}", bytes.len());
        let What::Executed { path, args, error } = unpack(&bytes).unwrap().what else {
            panic!("not an exec")
        };
        assert!(path.ends_with('…') && path.len() <= LONGEST && error.unwrap().ends_with('…'));
        assert_eq!(args.last().map(String::as_str), Some(CUT));
        let what = What::Printed { stream: "stdout".to_owned(), text: long, bytes: 12000 };
        let What::Printed { text, .. } = unpack(&pack(&Event { what, ..event })).unwrap().what else {
            panic!("not a print")
        };
        assert_eq!(text, "务".repeat(What::LONGEST_TEXT / 3));
    }
}
