//! What a namespace sees of the files: a root of its own that shows the system's programs and nothing that could be changed or
//! that is somebody's. mount_namespaces(7), open_tree(2), move_mount(2), pivot_root(2).

use super::tree::copy;
use crate::process::errno::{Errno, check, check_long};
use serde::{Deserialize, Serialize};
use std::ffi::{CStr, CString};
use std::fmt;
use std::fs;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, symlink};
use std::path::{Path, PathBuf};

/// Files for work that is not trusted. All of it but [`WORK`], [`TEMPORARY`], [`HOME`] and /dev/shm is for reading only, and those
/// are empty, in memory, and gone with the last process.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct View {
    /// A directory whose content is copied to [`WORK`].
    pub from: Option<PathBuf>,
    /// What is seen beside [`SYSTEM`], at its own place, links resolved.
    pub show: Vec<PathBuf>,
    /// Folders, by their real paths, that are seen empty where they lie below something that is shown.
    pub cover: Vec<PathBuf>,
    /// Bytes that each of the directories can hold.
    pub room: u64,
}

/// The directory that one is in at first.
pub const WORK: &str = "/work";
/// For temporary files.
pub const TEMPORARY: &str = "/tmp";
/// The home directory.
pub const HOME: &str = "/home";
/// The name of whoever is in the view, as the environment has it.
const NAME: &str = "student";
/// The system's programs and what they need, as far as they are there.
pub const SYSTEM: [&str; 11] = [
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/libx32",
    "/etc",
    "/opt",
    "/nix/store",
    "/gnu/store",
];
/// The devices that one has.
const DEVICES: [&str; 5] = ["null", "zero", "full", "random", "urandom"];
/// Where the new root is built: it hides what is there, of which all that is needed was opened before.
const SITES: [&str; 4] = ["/tmp", "/var", "/run", "/mnt"];
/// What a directory in memory may have in files for each of its bytes.
const BYTES_A_FILE: u64 = 4096;
/// A view's own pseudo-terminals, of which the system has a few thousand for all.
const TERMINALS: &CStr = c"newinstance,ptmxmode=0666,mode=0620,max=64";
/// A root of directories and links.
const ROOT: &str = "mode=0755,size=1m,nr_inodes=4096";

/// What could not be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// As in "cannot {what}".
    pub what: String,
    pub errno: Errno,
}

impl fmt::Display for Trouble {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "cannot {}: {}", self.what, self.errno)
    }
}

fn at<T>(what: impl Into<String>, result: Result<T, Errno>) -> Result<T, Trouble> {
    result.map_err(|errno| Trouble { what: what.into(), errno })
}

/// For pid 1 of new namespaces: our own processes in /proc, and nothing that is mounted from now on is seen outside.
///
/// # Errors
/// `EPERM` where /proc is partly hidden already, as in some containers.
pub fn own_proc() -> Result<(), Trouble> {
    apart()?;
    mount_proc(c"/proc")
}

fn apart() -> Result<(), Trouble> {
    let flags = libc::MS_REC | libc::MS_PRIVATE;
    at("have mounts of its own", mount(c"none", c"/", c"", flags, c""))
}

fn mount_proc(place: &CStr) -> Result<(), Trouble> {
    let flags = libc::MS_NOSUID | libc::MS_NODEV | libc::MS_NOEXEC;
    at("mount /proc", mount(c"proc", place, c"proc", flags, c""))
}

fn mount(source: &CStr, target: &CStr, kind: &CStr, flags: libc::c_ulong, data: &CStr) -> Result<(), Errno> {
    // SAFETY: all are NUL-terminated.
    check(unsafe {
        libc::mount(source.as_ptr(), target.as_ptr(), kind.as_ptr(), flags, data.as_ptr().cast())
    })
    .map(drop)
}

/// Something that is to be seen in the new root.
struct Shown {
    path: PathBuf,
    what: What,
}

enum What {
    Link(PathBuf),
    Directory(OwnedFd),
    File(OwnedFd),
}

impl View {
    /// For pid 1 of new namespaces with its privileges there: the view becomes all that there is, and [`WORK`] where we are.
    /// [`View::open`] was called before the user changed.
    ///
    /// # Errors
    /// What cannot be done; then the process is to end, for it sees neither the old nor the new.
    pub fn enter(&self, opened: Opened) -> Result<(), Trouble> {
        let Opened { shown, devices, work } = opened;
        apart()?;
        let site = SITES.iter().find(|site| Path::new(site).is_dir()).unwrap_or(&"/");
        tmpfs(&text(site.as_bytes())?, ROOT)?;
        at("enter the new root", std::env::set_current_dir(site).map_err(Errno::from))?;
        // SAFETY: it takes a number. What is made here is for everybody to see.
        unsafe { libc::umask(0o022) };
        self.directories(devices)?;
        // What is shown may lie in one of them.
        for Shown { path, what } in shown {
            show(&path, what)?;
        }
        name_users()?;
        for path in &self.cover {
            cover(path)?;
        }
        if let Some(work) = work {
            at("copy the work", copy(&work, Path::new(&WORK[1..])))?;
        }
        pivot()?;
        at("enter the work's directory", std::env::set_current_dir(WORK).map_err(Errno::from))
    }

    /// Opens all that the view is made of, as the user who may see it.
    ///
    /// # Errors
    /// What cannot be opened.
    pub fn open(&self) -> Result<Opened, Trouble> {
        let mut shown: Vec<Shown> = Vec::new();
        // Links on the way to what is shown may lead to where nothing is: it is shown where it really is.
        let real = |path: &PathBuf| {
            at(format!("show {}", path.display()), fs::canonicalize(path).map_err(Errno::from))
        };
        let beside: Vec<PathBuf> = self.show.iter().map(real).collect::<Result<_, _>>()?;
        for path in SYSTEM.iter().map(PathBuf::from).chain(beside) {
            let inside = |one: &Shown| path.starts_with(&one.path) && !matches!(one.what, What::Link(_));
            if !shown.iter().any(inside) {
                shown.extend(look(&path)?);
            }
        }
        let mut devices = Vec::new();
        for name in DEVICES {
            devices.push((
                name,
                at(format!("have /dev/{name}"), clone_mount(Path::new("/dev").join(name).as_path()))?,
            ));
        }
        let work = self.from.as_ref().map(|from| at(format!("open {}", from.display()), clone_mount(from)));
        Ok(Opened { shown, devices, work: work.transpose()? })
    }

    /// The directories that are ours, in the new root, which is where we are.
    fn directories(&self, devices: Vec<(&str, OwnedFd)>) -> Result<(), Trouble> {
        let room = self.room;
        let files = (room / BYTES_A_FILE).clamp(256, 1 << 20);
        for (place, mode) in [(TEMPORARY, "1777"), (WORK, "0700"), (HOME, "0700")] {
            let place = Path::new(&place[1..]);
            directory(place)?;
            tmpfs(
                &text(place.as_os_str().as_bytes())?,
                &format!("mode={mode},size={room},nr_inodes={files}"),
            )?;
        }
        for place in ["run", "var", "root", "dev", "proc"] {
            directory(Path::new(place))?;
        }
        at("make /var/tmp", symlink(TEMPORARY, "var/tmp").map_err(Errno::from))?;
        mount_proc(c"proc")?;
        tmpfs(c"dev", "mode=0755,size=64k,nr_inodes=64")?;
        for (name, device) in devices {
            let place = Path::new("dev").join(name);
            file(&place)?;
            at(format!("have /dev/{name}"), move_mount(&device, &place))?;
        }
        for (name, target) in [
            ("fd", "/proc/self/fd"),
            ("stdin", "fd/0"),
            ("stdout", "fd/1"),
            ("stderr", "fd/2"),
            ("ptmx", "pts/ptmx"),
        ] {
            at(
                format!("make /dev/{name}"),
                symlink(target, Path::new("dev").join(name)).map_err(Errno::from),
            )?;
        }
        directory(Path::new("dev/pts"))?;
        let flags = libc::MS_NOSUID | libc::MS_NOEXEC;
        at("have pseudo-terminals", mount(c"devpts", c"dev/pts", c"devpts", flags, TERMINALS))?;
        // Where the kernel has message queues: to have them here is what lets Landlock know them, at the place that mq_overview(7) names.
        directory(Path::new("dev/mqueue"))?;
        let _ = mount(c"mqueue", c"dev/mqueue", c"mqueue", flags | libc::MS_NODEV, c"");
        directory(Path::new("dev/shm"))?;
        tmpfs(c"dev/shm", &format!("mode=1777,size={room},nr_inodes={files}"))?;
        at("close /dev", set_attributes(&path_of(c"dev")?, READ_ONLY, false))
    }
}

/// What a view is made of, opened.
pub struct Opened {
    shown: Vec<Shown>,
    devices: Vec<(&'static str, OwnedFd)>,
    work: Option<OwnedFd>,
}

/// What is at a path; none where nothing is.
fn look(path: &Path) -> Result<Option<Shown>, Trouble> {
    let Ok(facts) = fs::symlink_metadata(path) else { return Ok(None) };
    let what = if facts.is_symlink() {
        What::Link(at(format!("show {}", path.display()), fs::read_link(path).map_err(Errno::from))?)
    } else {
        let fd = at(format!("show {}", path.display()), clone_mount(path))?;
        let closed = set_attributes(&fd, READ_ONLY | libc::MOUNT_ATTR_NOSUID | libc::MOUNT_ATTR_NODEV, true);
        at(format!("show {} for reading only", path.display()), closed)?;
        if facts.is_dir() { What::Directory(fd) } else { What::File(fd) }
    };
    Ok(Some(Shown { path: path.to_owned(), what }))
}

/// In the new root, which is where we are.
fn show(path: &Path, what: What) -> Result<(), Trouble> {
    let place = path.strip_prefix("/").unwrap_or(path);
    let doing = || format!("show {}", path.display());
    if let Some(parent) = place.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        directory(parent)?;
    }
    match what {
        What::Link(target) => at(doing(), symlink(target, place).map_err(Errno::from)),
        What::Directory(fd) => {
            directory(place)?;
            at(doing(), move_mount(&fd, place))
        }
        What::File(fd) => {
            file(place)?;
            at(doing(), move_mount(&fd, place))
        }
    }
}

/// The tables of users, passwd(5) and group(5), with whoever we are under a name: programs ask for it. Those of the machine are
/// nobody's business. In the new root, which is where we are.
fn name_users() -> Result<(), Trouble> {
    let (uid, gid) = (rustix::process::geteuid(), rustix::process::getegid());
    let mut users = String::from(
        "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n",
    );
    let mut groups = String::from("root:x:0:\ntty:x:5:\nnogroup:x:65534:\n");
    if !uid.is_root() {
        users += &format!("{NAME}:x:{uid}:{gid}:{NAME}:{HOME}:/bin/sh\n");
        groups += &format!("{NAME}:x:{gid}:\n");
    }
    for (name, text) in [("passwd", users), ("group", groups)] {
        let place = Path::new("etc").join(name);
        // Where there is none, or a link, there is nothing to put it over.
        if !fs::symlink_metadata(&place).is_ok_and(|facts| facts.is_file()) {
            continue;
        }
        let doing = || format!("have /etc/{name}");
        at(doing(), fs::write(name, text).map_err(Errno::from))?;
        let table = at(doing(), clone_mount(Path::new(name)))?;
        at(
            doing(),
            set_attributes(&table, READ_ONLY | libc::MOUNT_ATTR_NOSUID | libc::MOUNT_ATTR_NODEV, false),
        )?;
        at(doing(), move_mount(&table, &place))?;
        at(doing(), fs::remove_file(name).map_err(Errno::from))?;
    }
    Ok(())
}

/// Nothing is seen below it any more. What is not there, or cannot be entered, is not seen anyway: whoever is in the view is the same
/// user with no more rights.
fn cover(path: &Path) -> Result<(), Trouble> {
    let place = path.strip_prefix("/").unwrap_or(path);
    if !place.is_dir() {
        return Ok(());
    }
    let flags = libc::MS_NOSUID | libc::MS_NODEV | libc::MS_RDONLY;
    let options = c"mode=0755,size=4k,nr_inodes=1";
    let covered = mount(c"tmpfs", &text(place.as_os_str().as_bytes())?, c"tmpfs", flags, options);
    at(format!("cover {}", path.display()), covered)
}

fn directory(place: &Path) -> Result<(), Trouble> {
    let made = fs::DirBuilder::new().recursive(true).mode(0o755).create(place);
    at(format!("make /{}", place.display()), made.map_err(Errno::from))
}

fn file(place: &Path) -> Result<(), Trouble> {
    at(format!("make /{}", place.display()), fs::File::create(place).map(drop).map_err(Errno::from))
}

fn text(bytes: &[u8]) -> Result<CString, Trouble> {
    at("use a name with a NUL", CString::new(bytes).map_err(|_| Errno::EINVAL))
}

fn tmpfs(place: &CStr, options: &str) -> Result<(), Trouble> {
    let options = text(options.as_bytes())?;
    let mounted = mount(c"tmpfs", place, c"tmpfs", libc::MS_NOSUID | libc::MS_NODEV, &options);
    at(format!("have /{} in memory", place.to_string_lossy().trim_start_matches('/')), mounted)
}

/// A detached copy of what is seen at a path, with what is mounted below it.
fn clone_mount(path: &Path) -> Result<OwnedFd, Errno> {
    let path = CString::new(path.as_os_str().as_bytes()).map_err(|_| Errno::EINVAL)?;
    let flags = libc::OPEN_TREE_CLONE | libc::OPEN_TREE_CLOEXEC | libc::AT_RECURSIVE as libc::c_uint;
    open_tree(&path, flags)
}

/// A mount itself.
fn path_of(path: &CStr) -> Result<OwnedFd, Trouble> {
    at(format!("open /{}", path.to_string_lossy()), open_tree(path, libc::OPEN_TREE_CLOEXEC))
}

fn open_tree(path: &CStr, flags: libc::c_uint) -> Result<OwnedFd, Errno> {
    // SAFETY: the path is NUL-terminated; the descriptor is new and nobody else's.
    unsafe {
        let fd = check_long(libc::syscall(libc::SYS_open_tree, libc::AT_FDCWD, path.as_ptr(), flags))?;
        Ok(OwnedFd::from_raw_fd(fd as i32))
    }
}

fn move_mount(mount: &OwnedFd, place: &Path) -> Result<(), Errno> {
    let place = CString::new(place.as_os_str().as_bytes()).map_err(|_| Errno::EINVAL)?;
    let flags = libc::MOVE_MOUNT_F_EMPTY_PATH;
    // SAFETY: both paths are NUL-terminated.
    check_long(unsafe {
        let (from, empty) = (mount.as_raw_fd(), c"".as_ptr());
        libc::syscall(libc::SYS_move_mount, from, empty, libc::AT_FDCWD, place.as_ptr(), flags)
    })
    .map(drop)
}

const READ_ONLY: u64 = libc::MOUNT_ATTR_RDONLY;

/// mount_setattr(2), since Linux 5.12.
fn set_attributes(mount: &OwnedFd, attributes: u64, below_too: bool) -> Result<(), Errno> {
    #[repr(C)]
    struct Attributes {
        set: u64,
        clear: u64,
        propagation: u64,
        user_namespace: u64,
    }
    let wanted = Attributes { set: attributes, clear: 0, propagation: 0, user_namespace: 0 };
    let flags = libc::AT_EMPTY_PATH | if below_too { libc::AT_RECURSIVE } else { 0 };
    // SAFETY: the path is NUL-terminated, and the structure is as long as told and only read.
    check_long(unsafe {
        let (fd, empty) = (mount.as_raw_fd(), c"".as_ptr());
        libc::syscall(libc::SYS_mount_setattr, fd, empty, flags, &raw const wanted, size_of::<Attributes>())
    })
    .map(drop)
}

/// Where we are becomes the root, closed for writing, and what was the root is gone.
fn pivot() -> Result<(), Trouble> {
    let here = c".".as_ptr();
    // SAFETY: the paths are NUL-terminated.
    unsafe {
        at("change the root", check_long(libc::syscall(libc::SYS_pivot_root, here, here)))?;
        at("let the old root go", check(libc::umount2(here, libc::MNT_DETACH)))?;
    }
    at("enter the new root", std::env::set_current_dir("/").map_err(Errno::from))?;
    at("close the new root", set_attributes(&path_of(c"/")?, READ_ONLY, false))
}
