//! Users whom nobody else is: a number for each work that runs, which no grader of this machine gives to another one meanwhile.

use super::space::User;
use nix::fcntl::{FcntlArg, fcntl};
use rustix::fs::OFlags;
use std::fs::File;
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

/// Below those that belong to nobody by name, 65534, and above those that are given to people.
const FIRST: u32 = 64_000;
/// As many as there can be trials at once, and more.
const COUNT: u32 = 1_400;
/// In which all graders look who is taken: where only root may make files, or else where files are that are soon forgotten.
const PLACES: [&str; 2] = ["/run/proctor-users.lock", "/tmp/proctor-users.lock"];

/// Numbers of users that are ours alone. They are free again when this goes or our process ends, however it does.
#[derive(Debug)]
pub struct Strangers {
    /// A byte of it is locked for each: see "Open file description locks" in fcntl_locking(2). Whom we start has not got it.
    _held: File,
    numbers: Vec<u32>,
}

impl Strangers {
    /// So many of them.
    ///
    /// # Errors
    /// That there is no place to agree on them, or that there are not so many left.
    pub fn take(count: usize) -> io::Result<Self> {
        let open = PLACES.iter().map(|place| open(Path::new(place)));
        let held = open
            .reduce(|first, second| first.or(second))
            .unwrap_or_else(|| Err(io::ErrorKind::NotFound.into()))?;
        Self::take_of(held, count)
    }

    fn take_of(held: File, count: usize) -> io::Result<Self> {
        // Graders begin at places of their own, so that none has to go past all of another's.
        let first = std::process::id().wrapping_mul(61);
        let mut numbers = Vec::with_capacity(count);
        for number in (0..COUNT).map(|at| first.wrapping_add(at) % COUNT) {
            if numbers.len() == count {
                break;
            }
            if lock(&held, number)? {
                numbers.push(number);
            }
        }
        if numbers.len() < count {
            let words = format!("{} of {COUNT} are left, and {count} are wanted", numbers.len());
            return Err(io::Error::other(words));
        }
        Ok(Self { _held: held, numbers })
    }

    /// One of them; the same for the same place.
    #[must_use]
    pub fn user(&self, place: usize) -> User {
        numbered(self.numbers.get(place).copied().unwrap_or(COUNT))
    }
}

/// A user whom no work ever has, to see whether one can become another.
#[must_use]
pub fn nobody() -> User {
    numbered(COUNT)
}

fn numbered(number: u32) -> User {
    User::Other { uid: FIRST + number, gid: FIRST + number }
}

/// A file of ours that nobody else can open.
fn open(place: &Path) -> io::Result<File> {
    let flags = OFlags::NOFOLLOW.bits().cast_signed();
    let file = File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .custom_flags(flags)
        .open(place)?;
    let facts = file.metadata()?;
    let ours =
        facts.is_file() && facts.uid() == rustix::process::geteuid().as_raw() && facts.mode() & 0o077 == 0;
    if ours { Ok(file) } else { Err(io::Error::other(format!("{} is somebody else's", place.display()))) }
}

/// Whether the byte was nobody's; it is ours then.
fn lock(file: &File, byte: u32) -> io::Result<bool> {
    let range = libc::flock {
        l_type: libc::F_WRLCK as libc::c_short,
        l_whence: libc::SEEK_SET as libc::c_short,
        l_start: byte.into(),
        l_len: 1,
        l_pid: 0,
    };
    match fcntl(file, FcntlArg::F_OFD_SETLK(&range)) {
        Ok(_) => Ok(true),
        Err(nix::Error::EAGAIN | nix::Error::EACCES) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;
    use std::process::Command;
    use std::time::{Duration, Instant};

    #[test]
    fn no_two_graders_share_one_and_all_come_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = folder.path().join("users");
        let take = |count| Strangers::take_of(open(&place).expect("ours"), count);
        let (one, other) = (take(900).expect("there are"), take(COUNT as usize - 900).expect("there are"));
        let all: HashSet<u32> = one.numbers.iter().chain(&other.numbers).copied().collect();
        assert_eq!(all.len(), COUNT as usize);
        assert!(take(1).expect_err("all are taken").to_string().contains("0 of 1400 are left"));
        // Whoever was started meanwhile does not keep them.
        let mut child = Command::new("sleep").arg("1000").spawn().expect("sleep is there");
        drop(one);
        // Another test may be between fork and exec just now, where it has whatever this process has.
        let patience = Instant::now() + Duration::from_secs(60);
        let again = loop {
            let again = take(900).map(|one| one.numbers.len());
            if again.is_ok() || Instant::now() > patience {
                break again;
            }
            std::thread::yield_now();
        };
        child.kill().expect("it is ours");
        child.wait().expect("it is ours");
        assert_eq!(again.expect("they are free"), 900);
        let User::Other { uid, gid } = other.user(0) else { panic!("it is another one") };
        assert!(uid == gid && (FIRST..FIRST + COUNT).contains(&uid));
        assert_ne!(other.user(0), other.user(1));
        assert_ne!(other.user(0), nobody());
    }

    #[test]
    fn a_killed_grader_holds_none() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = folder.path().join("users");
        drop(open(&place).expect("ours"));
        // The same lock, by somebody else.
        let script = "import fcntl, struct, sys\nfile = open(sys.argv[1], 'r+')\n\
                      fcntl.fcntl(file, 37, struct.pack('hhqqi4x', 1, 0, 0, 1400, 0))\nprint('held', flush=True)\nsys.stdin.read()\n";
        let mut other = Command::new("python3")
            .args(["-c", script])
            .arg(&place)
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .expect("python3 is there");
        let mut line = String::new();
        let stdout = other.stdout.take().expect("a pipe");
        io::BufRead::read_line(&mut io::BufReader::new(stdout), &mut line).expect("a line");
        let take = || Strangers::take_of(open(&place).expect("ours"), COUNT as usize);
        assert!(line == "held\n" && take().is_err(), "{line}");
        other.kill().expect("it is ours");
        other.wait().expect("it is ours");
        assert!(take().is_ok());
    }

    #[test]
    fn a_place_of_somebody_elses_is_none() {
        let folder = tempfile::tempdir().expect("a folder");
        let (place, link) = (folder.path().join("users"), folder.path().join("link"));
        drop(open(&place).expect("ours"));
        std::os::unix::fs::symlink(&place, &link).expect("a link");
        assert!(open(&link).is_err());
        let wide = std::os::unix::fs::PermissionsExt::from_mode(0o644);
        std::fs::set_permissions(&place, wide).expect("it is ours");
        assert!(open(&place).expect_err("anybody reads it").to_string().contains("somebody else's"));
    }
}
