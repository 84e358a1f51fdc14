//! The folder into which a student's files are put, whatever they claim to be: nothing is written outside it, nothing through a
//! link, and no more than the caps allow.

use super::links::{Astray, HOPS, follow};
use crate::suite::hash::Hash;
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read, Write};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

/// How much a submission may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caps {
    /// Bytes of all files together, as they come out.
    pub total: u64,
    /// Bytes of one file.
    pub file: u64,
    /// Files, folders and links.
    pub entries: usize,
    /// Folders in each other.
    pub depth: usize,
}

impl Default for Caps {
    fn default() -> Self {
        Self { total: 64 << 20, file: 32 << 20, entries: 10_000, depth: 32 }
    }
}

/// Why there is no work to be tested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// The student's doing, as a sentence without its end.
    Refused(String),
    /// Ours, or the machine's.
    Failed(String),
}

impl Trouble {
    pub fn refused<T>(why: impl Into<String>) -> Result<T, Self> {
        Err(Self::Refused(why.into()))
    }

    pub fn failed(doing: &str, path: &Path, error: &io::Error) -> Self {
        Self::Failed(format!("cannot {doing} {}: {error}", path.display()))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Folder,
    File,
    Link,
    /// A hard link.
    Copy,
}

/// Names longer than the system's, and paths longer than anybody's.
const NAME: usize = 255;
const PATH: usize = 2048;
/// Of a link.
const TARGET: usize = 1024;
/// What some systems put beside the files.
const JUNK: [&[u8]; 2] = [b"__MACOSX", b".DS_Store"];

/// A folder of ours that is being filled.
#[derive(Debug)]
pub struct Site {
    root: PathBuf,
    caps: Caps,
    total: u64,
    known: BTreeMap<PathBuf, Kind>,
    /// Hard links, with what they lead to: copies of it, made when all files are there.
    copies: BTreeMap<PathBuf, PathBuf>,
    /// Made last of all, so that no file is written through one.
    links: BTreeMap<PathBuf, PathBuf>,
    hash: Hash,
}

impl Site {
    /// In a folder that is there and empty.
    #[must_use]
    pub fn new(root: PathBuf, caps: Caps) -> Self {
        Self {
            root,
            caps,
            total: 0,
            known: BTreeMap::new(),
            copies: BTreeMap::new(),
            links: BTreeMap::new(),
            hash: Hash::default(),
        }
    }

    /// A folder, and those above it.
    ///
    /// # Errors
    /// What is refused, and what the system says.
    pub fn folder(&mut self, name: &[u8]) -> Result<(), Trouble> {
        let Some(path) = self.place(name)? else { return Ok(()) };
        self.folders(&path)
    }

    /// A file of what the stream gives; whether it may be executed is all that is kept of its mode.
    ///
    /// # Errors
    /// What is refused, and what the system says.
    pub fn file(&mut self, name: &[u8], executable: bool, from: &mut dyn Read) -> Result<(), Trouble> {
        let Some(path) = self.place(name)? else { return Ok(()) };
        self.enter(&path, Kind::File)?;
        self.write(&path, executable, from)
    }

    fn write(&mut self, path: &Path, executable: bool, from: &mut dyn Read) -> Result<(), Trouble> {
        let mode = if executable { 0o755 } else { 0o644 };
        let full = self.root.join(path);
        let opened = fs::OpenOptions::new().write(true).create_new(true).mode(mode).open(&full);
        // Whatever our umask is: those who are to read it may be somebody else.
        let mut file = opened
            .and_then(|file| file.set_permissions(fs::Permissions::from_mode(mode)).map(|()| file))
            .map_err(|error| Trouble::failed("write", &full, &error))?;
        self.hash.add(path.as_os_str().as_bytes());
        self.hash.add(&[u8::from(executable)]);
        let mut buffer = vec![0; 64 << 10];
        let mut size = 0;
        loop {
            let read = match from.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Trouble::refused(format!("{} cannot be read: {error}", shown(path))),
            };
            size += read as u64;
            self.total += read as u64;
            if size > self.caps.file {
                return Trouble::refused(format!(
                    "{} has more than {}",
                    shown(path),
                    mebibytes(self.caps.file)
                ));
            }
            if self.total > self.caps.total {
                return Trouble::refused(format!(
                    "its files have more than {} together",
                    mebibytes(self.caps.total)
                ));
            }
            self.hash.add_raw(&buffer[..read]);
            file.write_all(&buffer[..read]).map_err(|error| Trouble::failed("write", &full, &error))?;
        }
        self.hash.add(&size.to_le_bytes());
        Ok(())
    }

    /// A hard link: a copy of a file, or of a link, that may come later. It is seen when all is there.
    ///
    /// # Errors
    /// What is refused.
    pub fn copy(&mut self, name: &[u8], target: &[u8]) -> Result<(), Trouble> {
        let target = split(target, self.caps.depth)?;
        let Some(path) = self.place(name)? else { return Ok(()) };
        self.enter(&path, Kind::Copy)?;
        self.copies.insert(path, target);
        Ok(())
    }

    /// A symbolic link, which must stay inside: it is seen when all is there.
    ///
    /// # Errors
    /// What is refused.
    pub fn link(&mut self, name: &[u8], target: &[u8]) -> Result<(), Trouble> {
        let Some(path) = self.place(name)? else { return Ok(()) };
        self.enter(&path, Kind::Link)?;
        if target.is_empty() || target.len() > TARGET || target.contains(&0) {
            return Trouble::refused(format!("the link {} leads nowhere", shown(&path)));
        }
        let target = PathBuf::from(std::ffi::OsString::from_vec(target.to_vec()));
        self.note_link(path, target);
        Ok(())
    }

    fn note_link(&mut self, path: PathBuf, target: PathBuf) {
        self.hash.add(path.as_os_str().as_bytes());
        self.hash.add(target.as_os_str().as_bytes());
        self.links.insert(path, target);
    }

    /// When all is in it: makes the copies, and then the links. Gives the folder of the work, which is the only one in it where there is
    /// only one, and what changes where anything of it does.
    ///
    /// # Errors
    /// A link that leads out, where that is not `lenient`; what the system says; that there is nothing.
    pub fn finish(mut self, lenient: bool) -> Result<(PathBuf, u64), Trouble> {
        self.make_copies()?;
        let top = if lenient { None } else { self.single_folder() };
        for (path, target) in self.links.iter().filter(|_| !lenient) {
            let (link, leads) = (shown(path), shown(target));
            match follow(&self.links, path, top.as_deref()) {
                Ok(()) => {}
                Err(Astray::Out) => {
                    return Trouble::refused(format!("the link {link} leads out of it, to {leads}"));
                }
                Err(Astray::Around) => {
                    return Trouble::refused(format!("the link {link} leads around in circles, by {leads}"));
                }
            }
        }
        for (path, target) in &self.links {
            let full = self.root.join(path);
            symlink(target, &full).map_err(|error| Trouble::failed("make the link", &full, &error))?;
        }
        if self.known.values().all(|kind| *kind == Kind::Folder) {
            return Trouble::refused("there is no file in it");
        }
        let root = top.map_or_else(|| self.root.clone(), |top| self.root.join(top));
        Ok((root, self.hash.value()))
    }

    /// While there are no links yet, through which a name could lead elsewhere.
    fn make_copies(&mut self) -> Result<(), Trouble> {
        let copies = std::mem::take(&mut self.copies);
        for (path, first) in &copies {
            // One may lead to another one.
            let last = std::iter::successors(Some(first), |target| copies.get(*target)).take(HOPS).last();
            let target = last.unwrap_or(first);
            match self.known.get(target) {
                Some(Kind::File) => self.write_copy(path, target)?,
                Some(Kind::Link) => {
                    if let Some(same) = self.links.get(target).cloned() {
                        self.note_link(path.clone(), same);
                    }
                }
                _ => {
                    return Trouble::refused(format!(
                        "the hard link {} in it leads to {}, which is no file in it",
                        shown(path),
                        shown(first)
                    ));
                }
            }
        }
        Ok(())
    }

    fn write_copy(&mut self, path: &Path, target: &Path) -> Result<(), Trouble> {
        let full = self.root.join(target);
        let failed = |error: io::Error| Trouble::failed("read", &full, &error);
        let mut file = fs::File::open(&full).map_err(failed)?;
        let executable = is_executable(&file.metadata().map_err(failed)?);
        self.write(path, executable, &mut file)
    }

    fn single_folder(&self) -> Option<PathBuf> {
        let mut tops = self.known.iter().filter(|(path, _)| path.components().count() == 1);
        let (path, kind) = tops.next()?;
        (tops.next().is_none() && *kind == Kind::Folder).then(|| path.clone())
    }

    /// Where something is to be; none for what is passed over.
    fn place(&self, name: &[u8]) -> Result<Option<PathBuf>, Trouble> {
        let path = split(name, self.caps.depth)?;
        let junk = path.iter().any(|part| JUNK.contains(&part.as_bytes()));
        Ok((!junk && !path.as_os_str().is_empty()).then_some(path))
    }

    /// Notes what is new, and makes the folders above it.
    fn enter(&mut self, path: &Path, kind: Kind) -> Result<(), Trouble> {
        if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            self.folders(parent)?;
        }
        self.note(path, kind)
    }

    fn note(&mut self, path: &Path, kind: Kind) -> Result<(), Trouble> {
        if self.known.contains_key(path) {
            return Trouble::refused(format!("{} stands twice in it", shown(path)));
        }
        if self.known.len() >= self.caps.entries {
            return Trouble::refused(format!(
                "there are more than {} files and folders in it",
                self.caps.entries
            ));
        }
        self.known.insert(path.to_path_buf(), kind);
        Ok(())
    }

    fn folders(&mut self, path: &Path) -> Result<(), Trouble> {
        let mut here = PathBuf::new();
        for part in path.components() {
            here.push(part);
            match self.known.get(&here) {
                Some(Kind::Folder) => {}
                Some(_) => {
                    return Trouble::refused(format!("{} is a folder in it, and is none", shown(&here)));
                }
                None => {
                    self.note(&here, Kind::Folder)?;
                    let full = self.root.join(&here);
                    make(&full)?;
                }
            }
        }
        Ok(())
    }
}

/// A new folder that whoever comes there may read, whatever our umask is.
///
/// # Errors
/// What the system says.
pub fn make(folder: &Path) -> Result<(), Trouble> {
    let made =
        fs::create_dir(folder).and_then(|()| fs::set_permissions(folder, fs::Permissions::from_mode(0o755)));
    made.map_err(|error| Trouble::failed("make the folder", folder, &error))
}

/// A path of an archive, without what means nothing in it.
fn split(name: &[u8], depth: usize) -> Result<PathBuf, Trouble> {
    let words = || shown(Path::new(std::ffi::OsStr::from_bytes(name)));
    if name.first() == Some(&b'/') {
        return Trouble::refused(format!("{} in it is an absolute path", words()));
    }
    if name.contains(&0) || name.len() > PATH {
        return Trouble::refused(format!("a name in it is no name: {}", words()));
    }
    let mut path = PathBuf::new();
    let mut count = 0;
    for part in name.split(|byte| *byte == b'/') {
        match part {
            b"" | b"." => continue,
            b".." => return Trouble::refused(format!("{} in it leads out of it", words())),
            _ if part.len() > NAME => {
                return Trouble::refused(format!("a name in it is too long: {}", words()));
            }
            _ => path.push(std::ffi::OsStr::from_bytes(part)),
        }
        count += 1;
    }
    if count > depth + 1 {
        return Trouble::refused(format!("more than {depth} folders stand in each other in it"));
    }
    Ok(path)
}

/// As it can be said of what anybody may have named.
fn shown(path: &Path) -> String {
    const LONGEST: usize = 80;
    let text = path.to_string_lossy();
    let mut all: String =
        text.chars().take(LONGEST).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    if text.chars().nth(LONGEST).is_some() {
        all.push('…');
    }
    format!("`{all}`")
}

pub fn mebibytes(bytes: u64) -> String {
    format!("{} MiB", bytes >> 20)
}

pub fn is_executable(facts: &fs::Metadata) -> bool {
    facts.permissions().mode() & 0o100 != 0
}
