//! What the processes of a trial print, collected by process up to a limit. Read on beyond it, so that nobody who writes waits
//! for ever, and nobody's memory grows.

use super::outcome::{Output, Piece};
use crate::process::relay::{Heard, Started};
use crate::process::{Errno, Listener, Watch};
use std::collections::HashMap;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::os::fd::OwnedFd;

/// Numbers of the descriptors that are watched; pipes of programs come after them.
const VOICE: u64 = 1;
const PROGRAMS: u64 = 2;
const FIRST_PIPE: u64 = 3;
/// How many bytes are taken from one stream before the others have their turn.
const TURN: usize = 256 << 10;
/// What a piece costs beside its text: many tiny ones are as large as a few long ones.
const PIECE: usize = 64;
/// Whoever speaks without having been announced: our own processes.
const OURS: &str = "proctor";

/// The output of one trial.
pub struct Collector {
    listener: Listener,
    names: HashMap<i32, String>,
    pipes: HashMap<u64, (File, String)>,
    next_pipe: u64,
    /// The process, and what it printed.
    pieces: Vec<(String, Vec<u8>)>,
    /// How many bytes may still be kept.
    room: usize,
    cut: u64,
    /// Why something of it could not be had.
    lost: Option<String>,
    buffer: Vec<u8>,
}

impl Collector {
    /// Collects at most `most` bytes, and has the watch look at what is to be heard.
    ///
    /// # Errors
    /// `ENOMEM`, `ENOSPC`.
    pub fn new(listener: Listener, most: usize, watch: &Watch) -> Result<Self, Errno> {
        watch.add(listener.voice(), VOICE)?;
        watch.add(listener.programs(), PROGRAMS)?;
        Ok(Self {
            listener,
            names: HashMap::new(),
            pipes: HashMap::new(),
            next_pipe: FIRST_PIPE,
            pieces: Vec::new(),
            room: most,
            cut: 0,
            lost: None,
            buffer: vec![0; 64 << 10],
        })
    }

    /// Reads what the descriptor with this number has, up to a turn.
    pub fn hear(&mut self, number: u64, watch: &Watch) {
        match number {
            VOICE => self.voice(watch),
            PROGRAMS => self.greet(watch),
            pipe => self.pipe(pipe, watch),
        }
    }

    /// Reads what is left when nobody lives any more, and gives all of it; and why something of it could not be had, where we were out of
    /// files or memory.
    pub fn finish(mut self, watch: &Watch) -> (Output, Option<String>) {
        self.greet(watch);
        self.voice(watch);
        let mut pipes: Vec<u64> = self.pipes.keys().copied().collect();
        pipes.sort_unstable();
        for pipe in pipes {
            self.pipe(pipe, watch);
        }
        let piece = |(process, bytes): (String, Vec<u8>)| Piece {
            process,
            text: String::from_utf8_lossy(&bytes).into_owned(),
        };
        (Output { pieces: self.pieces.into_iter().map(piece).collect(), cut: self.cut }, self.lost)
    }

    fn voice(&mut self, watch: &Watch) {
        let mut heard = 0;
        while heard < TURN {
            match self.listener.hear(&mut self.buffer) {
                Ok(Heard::Said { pid, length }) => {
                    heard += length;
                    // A task tells its name before its first word, and a pid may be another's by now.
                    self.greet(watch);
                    let name = self.names.get(&pid).cloned().unwrap_or_else(|| OURS.to_owned());
                    self.keep(name, length);
                }
                Ok(Heard::Nothing) => return,
                Ok(Heard::End) | Err(_) => {
                    watch.remove(self.listener.voice());
                    return;
                }
            }
        }
    }

    fn greet(&mut self, watch: &Watch) {
        loop {
            match self.listener.started() {
                Some(Started::Task { pid, name }) => {
                    self.names.insert(pid, name);
                }
                Some(Started::Program { name, pipe: Some(pipe) }) => self.follow(name, pipe, watch),
                Some(Started::Program { name, pipe: None }) => {
                    self.lost = Some(format!(
                        "what {name} printed could not be heard: no file could be opened for it"
                    ));
                }
                None => break,
            }
        }
    }

    fn follow(&mut self, name: String, pipe: OwnedFd, watch: &Watch) {
        let number = self.next_pipe;
        self.next_pipe += 1;
        match watch.add(&pipe, number) {
            Ok(()) => {
                self.pipes.insert(number, (pipe.into(), name));
            }
            Err(errno) => self.lost = Some(format!("what {name} printed could not be heard: {errno}")),
        }
    }

    fn pipe(&mut self, number: u64, watch: &Watch) {
        let mut heard = 0;
        while heard < TURN {
            let Some((pipe, name)) = self.pipes.get_mut(&number) else { return };
            match pipe.read(&mut self.buffer) {
                Ok(length) if length > 0 => {
                    heard += length;
                    let name = name.clone();
                    self.keep(name, length);
                }
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {
                    return;
                }
                _ => {
                    watch.remove(&*pipe);
                    self.pipes.remove(&number);
                    return;
                }
            }
        }
    }

    /// Keeps the first `length` bytes of the buffer as what this process printed, or counts them.
    fn keep(&mut self, process: String, length: usize) {
        let same = self.pieces.last().is_some_and(|(last, _)| *last == process);
        let cost = if same { 0 } else { PIECE + process.len() };
        let room = self.room.saturating_sub(cost);
        let kept = length.min(room);
        self.cut += (length - kept) as u64;
        if kept == 0 {
            return;
        }
        self.room = room - kept;
        let bytes = &self.buffer[..kept];
        match self.pieces.last_mut() {
            Some((_, text)) if same => text.extend_from_slice(bytes),
            _ => self.pieces.push((process, bytes.to_vec())),
        }
    }
}
