//! One glance at a process: each thread's state, the call that it is in, and how often it has slept, from /proc.
//! See proc_pid_stat(5), proc_pid_syscall(5), proc_pid_status(5).

use super::registers;
use std::fs::{self, File};
use std::os::unix::fs::FileExt;

/// How many threads of one process are looked at.
const THREADS: usize = 256;

/// What is seen of a thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glance {
    pub tid: i32,
    /// `R S D T t Z X I`.
    pub state: char,
    pub place: Place,
    /// How often it has gone to sleep of itself: whoever was woken and sleeps again is not the same sleeper.
    sleeps: u64,
}

/// Where in the kernel a thread is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// It runs, or is not in a call.
    Outside,
    /// In this call with these arguments.
    Call { number: i64, args: [u64; 6] },
    /// We may not know.
    Hidden,
}

/// The threads of a process, the first one first; none where it is gone.
pub fn glance(pid: i32) -> Vec<Glance> {
    let mut tids: Vec<i32> = fs::read_dir(format!("/proc/{pid}/task"))
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .take(THREADS)
        .collect();
    tids.sort_unstable_by_key(|tid| (*tid != pid, *tid));
    tids.into_iter().filter_map(|tid| thread(pid, tid)).collect()
}

fn thread(pid: i32, tid: i32) -> Option<Glance> {
    let status = text(&format!("/proc/{pid}/task/{tid}/status"))?;
    let field = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    let state = field("State:")?.chars().next()?;
    let traced = (state == 't').then(|| registers::place(tid)).flatten();
    Some(Glance {
        tid,
        state,
        sleeps: field("voluntary_ctxt_switches:").and_then(|count| count.parse().ok()).unwrap_or(0),
        place: traced.unwrap_or_else(|| place(fs::read_to_string(format!("/proc/{pid}/task/{tid}/syscall")))),
    })
}

fn place(read: std::io::Result<String>) -> Place {
    let Ok(line) = read else { return Place::Hidden };
    parse_place(&line)
}

/// `running`; `-1 SP PC` outside of any call; else the number, six arguments, and the two.
fn parse_place(line: &str) -> Place {
    let mut fields = line.split_ascii_whitespace();
    let number = fields.next().and_then(|number| number.parse::<i64>().ok());
    let Some(number) = number.filter(|number| *number >= 0) else { return Place::Outside };
    let mut args = [0; 6];
    for arg in &mut args {
        let hex = fields.next().and_then(|field| field.strip_prefix("0x"));
        let Some(value) = hex.and_then(|hex| u64::from_str_radix(hex, 16).ok()) else {
            return Place::Outside;
        };
        *arg = value;
    }
    Place::Call { number, args }
}

/// The function of the kernel in which a thread sleeps; empty where we may not know.
pub fn kernel_function(pid: i32, tid: i32) -> String {
    text(&format!("/proc/{pid}/task/{tid}/wchan")).unwrap_or_default()
}

/// A small file of /proc as text, whatever bytes it has.
pub fn text(path: &str) -> Option<String> {
    Some(String::from_utf8_lossy(&fs::read(path).ok()?).into_owned())
}

/// Whether it runs code of a 32-bit machine, whose calls have other numbers.
pub fn has_other_numbers(pid: i32) -> bool {
    /// `EI_CLASS` of elf(5) and its value for 64 bits.
    const CLASS: (u64, u8) = (4, 2);
    let mut byte = [0];
    File::open(format!("/proc/{pid}/exe"))
        .is_ok_and(|exe| exe.read_exact_at(&mut byte, CLASS.0).is_ok() && byte[0] != CLASS.1)
}

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
    use super::{Memory, Place, parse_place};

    #[test]
    fn the_line_about_a_call_is_read() {
        let args = [3, 0x7ffc, 10, 0, 0, u64::MAX];
        let line = "0 0x3 0x7ffc 0xa 0x0 0x0 0xffffffffffffffff 0x7ffc 0x7f4e\n";
        assert_eq!(parse_place(line), Place::Call { number: 0, args });
        for outside in ["running\n", "-1 0x7ffc 0x7f4e\n", "", "0 0x3", "x 0x1"] {
            assert_eq!(parse_place(outside), Place::Outside, "{outside:?}");
        }
    }

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
