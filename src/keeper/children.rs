//! Who the children of this process are, asked without opening anything and without memory.

use crate::process::wait;
use std::fs::File;
use std::os::unix::fs::FileExt;

/// The children of the process that made it, which has one thread.
#[derive(Debug)]
pub struct Children {
    /// `/proc/self/task/TID/children` (proc(5)), which is read again and again. None where there is no /proc: then
    /// wait is asked about every pid up to [`Self::highest`].
    file: Option<File>,
    highest: i32,
    buffer: Box<[u8; 4096]>,
}

/// The kernel never gives a pid above this: `PID_MAX_LIMIT`, proc_sys_kernel(5).
const HIGHEST_PID: i32 = 4 * 1024 * 1024;

/// What `pid_max` is by default.
const USUAL_HIGHEST_PID: i32 = 32768;

impl Children {
    pub fn new() -> Self {
        let tid = rustix::thread::gettid().as_raw_nonzero();
        let file = File::open(format!("/proc/self/task/{tid}/children")).ok();
        let mut buffer = Box::new([0; 4096]);
        if let Some(file) = &file {
            // The kernel gets the memory for reading at the first read.
            let _ = file.read_at(&mut buffer[..], 0);
        }
        Self { file, highest: USUAL_HIGHEST_PID, buffer }
    }

    /// Calls the function with every child's pid that stands behind a place in the list, or with more pids than that.
    /// Gives the place up to which it was read: 0 where the list has no places.
    ///
    /// As long as none is reaped, children are only added, and at the end.
    pub fn each(&mut self, from: u64, mut function: impl FnMut(i32)) -> u64 {
        match &self.file {
            Some(file) => match read(file, &mut self.buffer, from, &mut function) {
                Ok(place) => return place,
                Err(_) => self.file = None,
            },
            // One call tells whether there is anybody to look for.
            None if wait::peek_any().is_err() => return 0,
            None => {}
        }
        (2..self.highest).for_each(function);
        0
    }

    /// Whether [`Self::each`] can begin behind a place.
    pub fn has_places(&self) -> bool {
        self.file.is_some()
    }

    /// For when [`Self::each`] does not show the children that wait knows of.
    pub fn look_further(&mut self) {
        if self.file.take().is_none() {
            self.highest = self.highest.saturating_mul(4).min(HIGHEST_PID);
        }
    }
}

fn read(
    file: &File,
    buffer: &mut [u8; 4096],
    from: u64,
    function: &mut impl FnMut(i32),
) -> std::io::Result<u64> {
    let mut place = from;
    let mut number = Number::default();
    loop {
        match file.read_at(buffer, place) {
            Ok(0) => break,
            Ok(length) => {
                place += length as u64;
                buffer[..length].iter().for_each(|byte| number.take(*byte, function));
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    number.take(b' ', function);
    Ok(place)
}

/// A number that is read digit by digit: it may be cut in two by the end of a buffer.
#[derive(Debug, Default)]
struct Number(Option<i32>);

impl Number {
    fn take(&mut self, byte: u8, function: &mut impl FnMut(i32)) {
        if byte.is_ascii_digit() {
            let digit = i32::from(byte - b'0');
            self.0 = Some(self.0.unwrap_or(0).saturating_mul(10).saturating_add(digit));
        } else if let Some(number) = self.0.take() {
            function(number);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Number;

    #[test]
    fn numbers_are_read_across_a_cut() {
        let mut seen = Vec::new();
        let mut number = Number::default();
        for part in ["12", "34 5", "6 ", "", "99999999999999 7"] {
            part.bytes().for_each(|byte| number.take(byte, &mut |n| seen.push(n)));
        }
        number.take(b' ', &mut |n| seen.push(n));
        assert_eq!(seen, [1234, 56, i32::MAX, 7]);
    }
}
