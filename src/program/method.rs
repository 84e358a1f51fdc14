//! The methods of values and of shared objects.

use crate::value::{ObjectKind, Value};

/// A row of the table of methods: one method of one type.
#[derive(Debug)]
pub struct MethodRow {
    pub receiver: Receiver,
    pub method: Method,
    pub name: &'static str,
    pub fewest: u8,
    /// `u8::MAX`: no upper bound.
    pub most: u8,
    pub usage: &'static str,
    pub doc: &'static str,
}

/// The types that have methods.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Receiver {
    Str,
    Bytes,
    List,
    Range,
    Map,
    Process,
    Queue,
    Connection,
    Lock,
    Semaphore,
    Event,
    Barrier,
    Shared,
}

impl Receiver {
    /// The name of the type, as `type(x)` gives it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Str => "string",
            Self::Bytes => "bytes",
            Self::List => "list",
            Self::Range => "range",
            Self::Map => "map",
            Self::Process => "process",
            Self::Queue => "queue",
            Self::Connection => "connection",
            Self::Lock => "lock",
            Self::Semaphore => "semaphore",
            Self::Event => "event",
            Self::Barrier => "barrier",
            Self::Shared => "shared",
        }
    }

    /// The type of a value, where it has methods.
    #[must_use]
    pub fn of(value: &Value) -> Option<Self> {
        Some(match value {
            Value::Str(_) => Self::Str,
            Value::Bytes(_) => Self::Bytes,
            Value::List(_) => Self::List,
            Value::Range(_) => Self::Range,
            Value::Map(_) => Self::Map,
            Value::Process(_) => Self::Process,
            Value::Object(object) => match object.kind {
                ObjectKind::Queue => Self::Queue,
                ObjectKind::ConnectionA | ObjectKind::ConnectionB => Self::Connection,
                ObjectKind::Lock => Self::Lock,
                ObjectKind::Semaphore => Self::Semaphore,
                ObjectKind::Event => Self::Event,
                ObjectKind::Barrier => Self::Barrier,
                ObjectKind::Shared => Self::Shared,
            },
            _ => return None,
        })
    }
}

macro_rules! methods {
    (
        names { $($method:ident $word:literal)* }
        $($receiver:ident { $($row:ident $fewest:literal $most:literal $usage:literal $doc:literal;)* })*
    ) => {
        /// The name of a method; several types may have a method of one name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Method { $($method),* }

        impl Method {
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$method => $word),* }
            }

            /// The method name that is spelt so.
            #[must_use]
            pub fn named(name: &str) -> Option<Self> {
                match name { $($word => Some(Self::$method),)* _ => None }
            }
        }

        /// Every method of every type.
        pub const METHODS: &[MethodRow] = &[
            $($(MethodRow {
                receiver: Receiver::$receiver,
                method: Method::$row,
                name: Method::$row.name(),
                fewest: $fewest,
                most: $most,
                usage: $usage,
                doc: $doc,
            },)*)*
        ];
    };
}

methods! {
    names {
        Len "len" Upper "upper" Lower "lower" Trim "trim" Split "split" Lines "lines" Replace "replace"
        Contains "contains" StartsWith "starts_with" EndsWith "ends_with" Find "find" Repeat "repeat" Bytes "bytes"
        Decode "decode" Push "push" Pop "pop" Insert "insert" Remove "remove" Map "map" Filter "filter" Any "any"
        All "all" Count "count" First "first" Last "last" Index "index" Sort "sort" Reverse "reverse" Join "join"
        Sum "sum" Min "min" Max "max" Keys "keys" Values "values" Items "items" Get "get" Has "has"
        Write "write" CloseStdin "close_stdin" ReadLine "read_line" ReadUntil "read_until"
        Put "put" Qsize "qsize" Empty "empty" Full "full" Send "send" Recv "recv" Poll "poll" Close "close"
        Acquire "acquire" Release "release" Set "set" Clear "clear" IsSet "is_set" Wait "wait" Add "add"
    }
    Str {
        Len 0 0 "s.len()" "How many characters it has.";
        Upper 0 0 "s.upper()" "In upper case.";
        Lower 0 0 "s.lower()" "In lower case.";
        Trim 0 0 "s.trim()" "Without white space at both ends.";
        Split 0 1 "s.split(separator)" "The parts between separators; without one, the words between white space.";
        Lines 0 0 "s.lines()" "The lines, without their newlines.";
        Replace 2 2 "s.replace(old, new)" "Every occurrence of old (a string or a regex) replaced.";
        Contains 1 1 "s.contains(part)" "Whether part occurs in it.";
        StartsWith 1 1 "s.starts_with(part)" "Whether it begins with part.";
        EndsWith 1 1 "s.ends_with(part)" "Whether it ends with part.";
        Find 1 1 "s.find(part)" "The index of the first part (a string or a regex), or none.";
        Repeat 1 1 "s.repeat(n)" "Itself n times.";
        Bytes 0 0 "s.bytes()" "Its bytes in UTF-8.";
    }
    Bytes {
        Len 0 0 "b.len()" "How many bytes it has.";
        Decode 0 0 "b.decode()" "As a string; an error where it is not UTF-8.";
    }
    List {
        Len 0 0 "xs.len()" "How many elements it has.";
        Push 1 1 "xs.push(x)" "Adds an element at the end.";
        Pop 0 1 "xs.pop(i)" "Takes out the last element, or that at i.";
        Insert 2 2 "xs.insert(i, x)" "Puts an element before the one at i.";
        Remove 1 1 "xs.remove(x)" "Takes out the first element equal to x; an error where there is none.";
        Map 1 1 "xs.map(f)" "The list of f(x).";
        Filter 1 1 "xs.filter(f)" "The elements for which f(x) is true.";
        Any 0 1 "xs.any(f)" "Whether f(x), or x itself, is true for an element.";
        All 0 1 "xs.all(f)" "Whether f(x), or x itself, is true for every element.";
        Count 1 1 "xs.count(x)" "How many elements equal x, or for how many the function x is true.";
        First 0 0 "xs.first()" "The first element, or none.";
        Last 0 0 "xs.last()" "The last element, or none.";
        Index 1 1 "xs.index(x)" "The place of the first element equal to x, or none.";
        Sort 0 1 "xs.sort(key)" "Puts itself in ascending order, by key(x) where it is given.";
        Reverse 0 0 "xs.reverse()" "Puts itself in reverse order.";
        Join 0 1 "xs.join(separator)" "The texts of the elements, one after the other.";
        Sum 0 0 "xs.sum()" "The sum of the elements.";
        Min 0 0 "xs.min()" "The smallest element.";
        Max 0 0 "xs.max()" "The largest element.";
        Contains 1 1 "xs.contains(x)" "Whether an element equals x.";
    }
    Range {
        Len 0 0 "r.len()" "How many ints it holds.";
        Map 1 1 "r.map(f)" "The list of f(i).";
        Filter 1 1 "r.filter(f)" "The list of the ints for which f(i) is true.";
        Any 1 1 "r.any(f)" "Whether f(i) is true for one of them.";
        All 1 1 "r.all(f)" "Whether f(i) is true for all of them.";
        Count 1 1 "r.count(f)" "For how many the function is true, or how often it holds an int.";
        Contains 1 1 "r.contains(i)" "Whether it holds i.";
        Sum 0 0 "r.sum()" "The sum of its ints.";
    }
    Map {
        Len 0 0 "m.len()" "How many entries it has.";
        Keys 0 0 "m.keys()" "The list of its keys.";
        Values 0 0 "m.values()" "The list of its values.";
        Items 0 0 "m.items()" "The list of [key, value] pairs.";
        Get 1 2 "m.get(key, otherwise)" "The value of a key, or otherwise, or none.";
        Has 1 1 "m.has(key)" "Whether it has the key.";
        Remove 1 1 "m.remove(key)" "Takes out a key and gives its value; an error where it is not there.";
    }
    Process {
        Write 1 1 "p.write(text)" "Writes to its standard input (spawned with stdin: \"pipe\"), or types on its pty.";
        CloseStdin 0 0 "p.close_stdin()" "Closes its standard input; on a pty, types Ctrl-D.";
        ReadLine 0 0 "p.read_line()" "The next line of its output without the newline; none at its end.";
        ReadUntil 1 1 "p.read_until(pattern)" "Its output up to and with the first match of a string or regex.";
    }
    Queue {
        Put 1 1 "q.put(x)" "Adds a value; waits while the queue is full.";
        Get 0 0 "q.get()" "Takes the oldest value; waits while the queue is empty.";
        Qsize 0 0 "q.qsize()" "How many values are in it.";
        Empty 0 0 "q.empty()" "Whether it is empty.";
        Full 0 0 "q.full()" "Whether it holds max values.";
    }
    Connection {
        Send 1 1 "c.send(x)" "Sends a value to the other end.";
        Recv 0 0 "c.recv()" "Receives a value from the other end; waits for one.";
        Poll 0 1 "c.poll(time)" "Whether a value is there to be received, now or within the time.";
        Close 0 0 "c.close()" "Closes this end in this process.";
    }
    Lock {
        Acquire 0 0 "l.acquire()" "Waits until the lock is free and takes it.";
        Release 0 0 "l.release()" "Gives it back; an error where this process does not hold it.";
    }
    Semaphore {
        Acquire 0 0 "s.acquire()" "Waits until one of the n is free and takes it.";
        Release 0 0 "s.release()" "Gives one back.";
    }
    Event {
        Set 0 0 "e.set()" "Sets the flag and wakes all that wait for it.";
        Clear 0 0 "e.clear()" "Clears the flag.";
        IsSet 0 0 "e.is_set()" "Whether the flag is set.";
        Wait 0 0 "e.wait()" "Waits until the flag is set.";
    }
    Barrier {
        Wait 0 0 "b.wait()" "Waits until n processes wait; gives each another number from 0 to n - 1.";
    }
    Shared {
        Add 1 1 "x.add(n)" "Adds without a race and gives the new value; x.value reads, x.value = v writes.";
    }
}

/// The rows of all types that have a method of this name.
pub fn methods_named(name: &str) -> impl Iterator<Item = &'static MethodRow> + '_ {
    METHODS.iter().filter(move |row| row.name == name)
}
