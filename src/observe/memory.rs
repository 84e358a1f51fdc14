//! What a call's arguments point to, read from the tracee's memory. It is the tracee's, so anything may stand there.

use super::ptrace::read;
use std::io::IoSliceMut;

/// A path longer than this is cut off; PATH_MAX of the kernel.
const LONGEST_PATH: usize = 4096;
/// So many arguments of a program are kept,
const MOST_ARGUMENTS: usize = 64;
/// and so many bytes of each.
const LONGEST_ARGUMENT: usize = 256;
const PAGE: u64 = 4096;

/// How much can be read from here without crossing into a page that may not be there.
fn room(address: u64, most: usize) -> usize {
    most.min((PAGE - address % PAGE) as usize)
}

/// A NUL-terminated string, at most `most` bytes of it.
fn bytes(tid: i32, mut address: u64, most: usize) -> Option<Vec<u8>> {
    let mut text = Vec::new();
    while text.len() < most {
        let from = text.len();
        let step = room(address, (most - from).min(256));
        text.resize(from + step, 0);
        let got = read(tid, &[address], &mut [IoSliceMut::new(&mut text[from..])]);
        text.truncate(from + got);
        if let Some(end) = text[from..].iter().position(|byte| *byte == 0) {
            text.truncate(from + end);
            return Some(text);
        }
        if got < step {
            return (!text.is_empty()).then_some(text);
        }
        address = address.wrapping_add(step as u64);
    }
    Some(text)
}

/// A path; none where the pointer leads nowhere.
pub(super) fn path(tid: i32, address: u64) -> Option<Vec<u8>> {
    bytes(tid, address, LONGEST_PATH)
}

/// The words that a pointer leads to, as many as can be read.
pub(super) fn words<const N: usize>(tid: i32, address: u64) -> Option<[u64; N]> {
    let mut words = [0u64; N];
    let mut buffer = [0u8; 256];
    let length = N * 8;
    let part = buffer.get_mut(..length)?;
    if read(tid, &[address], &mut [IoSliceMut::new(part)]) < length {
        return None;
    }
    for (word, bytes) in words.iter_mut().zip(buffer.chunks_exact(8)) {
        *word = u64::from_ne_bytes(bytes.try_into().ok()?);
    }
    Some(words)
}

/// A number of four bytes.
pub(super) fn int(tid: i32, address: u64) -> Option<i32> {
    let mut buffer = [0u8; 4];
    (address != 0 && read(tid, &[address], &mut [IoSliceMut::new(&mut buffer)]) == 4)
        .then(|| i32::from_ne_bytes(buffer))
}

/// The arguments of a program that is to be executed; see execve(2). Of more than [`MOST_ARGUMENTS`] the last one is `…`.
pub(super) fn arguments(tid: i32, address: u64) -> Vec<String> {
    let pointers = pointers(tid, address);
    let mut buffers = vec![[0u8; LONGEST_ARGUMENT]; pointers.len().min(MOST_ARGUMENTS)];
    let mut slices: Vec<IoSliceMut<'_>> = buffers
        .iter_mut()
        .zip(&pointers)
        .map(|(buffer, pointer)| IoSliceMut::new(&mut buffer[..room(*pointer, LONGEST_ARGUMENT)]))
        .collect();
    let mut left = read(tid, &pointers, &mut slices);
    let lengths: Vec<usize> = slices.iter().map(|slice| slice.len()).collect();
    let mut all = Vec::with_capacity(buffers.len());
    for ((buffer, length), pointer) in buffers.iter().zip(lengths).zip(&pointers) {
        let part = &buffer[..length];
        // What crosses into another page, or could not be read together with the others, is read by itself.
        let whole = left >= length && (part.contains(&0) || length == LONGEST_ARGUMENT);
        left = left.saturating_sub(length);
        let text = if whole {
            part.split(|byte| *byte == 0).next().unwrap_or_default().to_vec()
        } else {
            bytes(tid, *pointer, LONGEST_ARGUMENT).unwrap_or_default()
        };
        let mut text = String::from_utf8_lossy(&text).into_owned();
        if text.len() >= LONGEST_ARGUMENT {
            text.push('…');
        }
        all.push(text);
    }
    if pointers.len() > MOST_ARGUMENTS {
        all.push("…".to_owned());
    }
    all
}

/// The pointers up to the null, one more than are used.
fn pointers(tid: i32, mut address: u64) -> Vec<u64> {
    let mut all = Vec::new();
    while address != 0 && all.len() <= MOST_ARGUMENTS {
        let mut buffer = [0u8; 256];
        let step = room(address, 256) / 8 * 8;
        // An array that is not aligned may end a page with part of a pointer.
        let step = if step == 0 { 8 } else { step };
        let got = read(tid, &[address], &mut [IoSliceMut::new(&mut buffer[..step])]);
        for word in buffer[..got].chunks_exact(8) {
            match word.try_into().map(u64::from_ne_bytes) {
                Ok(0) | Err(_) => return all,
                Ok(pointer) => all.push(pointer),
            }
        }
        if got < step {
            return all;
        }
        address = address.wrapping_add(step as u64);
    }
    all.truncate(MOST_ARGUMENTS + 1);
    all
}
