//! The memory of another process: proc_pid_mem(5).

use std::fs::File;
use std::os::unix::fs::FileExt;

/// The memory of another process, read without stopping it.
#[derive(Debug)]
pub struct Memory(Option<File>);

impl Memory {
    pub fn of(pid: i32) -> Self {
        Self(File::open(format!("/proc/{pid}/mem")).ok())
    }

    pub fn bytes<const N: usize>(&self, address: u64) -> Option<[u8; N]> {
        let mut bytes = [0; N];
        self.0.as_ref().filter(|_| address != 0)?.read_exact_at(&mut bytes, address).ok()?;
        Some(bytes)
    }

    pub fn u32(&self, address: u64) -> Option<u32> {
        self.bytes(address).map(u32::from_ne_bytes)
    }

    pub fn u64(&self, address: u64) -> Option<u64> {
        self.bytes(address).map(u64::from_ne_bytes)
    }

    /// A struct timespec, or a struct timeval with its microseconds, in nanoseconds.
    pub fn time(&self, address: u64, unit: i64) -> Option<i64> {
        let seconds = self.u64(address)?.cast_signed();
        let rest = self.u64(address.checked_add(8)?)?.cast_signed();
        seconds.checked_mul(1_000_000_000)?.checked_add(rest.checked_mul(unit)?)
    }

    /// A string that ends with NUL; at most 4095 bytes, as paths are.
    pub fn string(&self, address: u64) -> Option<Vec<u8>> {
        const LONGEST: u64 = 4096;
        /// Memory beyond the end of its page may not be there.
        const PIECE: u64 = 256;
        let file = self.0.as_ref().filter(|_| address != 0)?;
        let mut all = Vec::new();
        let mut at = address;
        while (all.len() as u64) < LONGEST {
            let mut piece = vec![0; usize::try_from(PIECE - at % PIECE).ok()?];
            let got = file.read_at(&mut piece, at).ok().filter(|got| *got > 0)?;
            piece.truncate(got);
            if let Some(end) = piece.iter().position(|byte| *byte == 0) {
                all.extend(&piece[..end]);
                return Some(all);
            }
            all.extend(&piece);
            at = at.checked_add(got as u64)?;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::Memory;

    #[test]
    fn memory_is_read_up_to_where_there_is_some() {
        let own = Memory::of(i32::try_from(std::process::id()).expect("a pid"));
        let text = c"under way";
        assert_eq!(own.string(text.as_ptr() as u64).as_deref(), Some(text.to_bytes()));
        let word = 77_u32;
        assert_eq!(own.u32(&raw const word as u64), Some(77));
        assert_eq!((own.u32(0), own.u32(8), own.string(8)), (None, None, None));
        assert_eq!(own.time(u64::MAX - 4, 1), None);
    }
}
