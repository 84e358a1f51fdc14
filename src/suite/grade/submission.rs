//! Who has handed in what: from the paths on the command line to the works of a class, each with its student's name.

use super::litter::Sieve;
use super::unpack::{Packing, sealed};
use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};

/// One student's work, as it was handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    /// The student: the file's or folder's name without its ending. Bytes that are no UTF-8 are written as `\xNN`.
    pub name: String,
    pub path: PathBuf,
    pub kind: Kind,
}

/// The word for a symbolic link.
pub const LINK: &str = "link";

/// What a work is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    File,
    Folder,
    Archive(Packing),
    /// An archive that cannot be unpacked here, by its ending: its student is told so.
    Sealed(&'static str),
    /// A link, or what is neither file nor folder, in a word: it is not followed or opened, and its student is told so.
    Odd(&'static str),
}

impl Kind {
    /// Whether nobody opens it.
    #[must_use]
    pub fn is_odd(self) -> bool {
        matches!(self, Self::Odd(_))
    }

    /// In a word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Folder => "folder",
            Self::Archive(_) | Self::Sealed(_) => "archive",
            Self::Odd(what) => what,
        }
    }
}

/// What a folder on the command line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Folders {
    /// The class where it is the only path, one student's work where there are several.
    #[default]
    ByCount,
    /// One student's work.
    Students,
    /// A class: what is in it are the works.
    Classes,
}

/// Endings of files that are no part of a name.
const ENDINGS: [&str; 34] = [
    "proc", "py", "sh", "bash", "c", "h", "cc", "cpp", "cxx", "rs", "go", "java", "js", "mjs", "ts", "rb",
    "pl", "lua", "php", "hs", "ml", "kt", "swift", "zig", "awk", "s", "asm", "txt", "md", "out", "elf",
    "bin", "exe", "zsh",
];

/// The works of a class.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Intake {
    /// By the names of their students.
    pub works: Vec<Submission>,
    /// What lay among them and is no work, by name; but not what is hidden, nor what was said to be none.
    pub left_out: Vec<String>,
}

/// All works that the paths mean. `besides` are files that are none, wherever they lie, and so is what `exclude` says.
///
/// # Errors
/// In words: a path that is not there, a folder that cannot be read, two works of one student, what is no pattern.
pub fn submissions(
    paths: &[OsString],
    folders: Folders,
    besides: &[PathBuf],
    exclude: &[String],
) -> Result<Intake, String> {
    let besides: Vec<PathBuf> =
        besides.iter().flat_map(|path| [path.canonicalize().ok(), place(path)]).flatten().collect();
    let sieve = Sieve::new(exclude)?;
    let mut intake = Intake::default();
    for path in paths {
        let path = Path::new(path);
        let wrong = |error: std::io::Error| format!("`{}`: {error}", path.display());
        let class = match folders {
            Folders::ByCount => paths.len() == 1,
            Folders::Students => false,
            Folders::Classes => true,
        };
        // The class is the teacher's own; a work may be a link that its student has made, also where a shell wrote its name.
        if fs::metadata(path).is_ok_and(|facts| facts.is_dir()) && class {
            class_of(path, &besides, &sieve, &mut intake)?;
        } else {
            let facts = fs::symlink_metadata(without_slashes(path)).map_err(wrong)?;
            // What stands alone is meant; of several, a shell may have written the names.
            if paths.len() == 1 || is_work(path, &facts, &besides, &sieve, &mut intake) {
                intake.works.push(submission(path.to_path_buf(), &facts));
            }
        }
    }
    intake.works.sort_by(|one, other| one.name.cmp(&other.name));
    intake.left_out.sort();
    same(&intake.works).map_or(Ok(intake), Err)
}

/// Whether something that lies among works is one; notes what is not.
fn is_work(
    path: &Path,
    facts: &fs::Metadata,
    besides: &[PathBuf],
    sieve: &Sieve,
    intake: &mut Intake,
) -> bool {
    if place(path).is_some_and(|path| besides.contains(&path)) {
        return false;
    }
    let Some(name) = path.file_name() else { return true };
    let left_out = sieve.leaves_out(Path::new(name), facts.is_dir());
    if left_out {
        intake.left_out.push(escaped(name.as_bytes()));
    }
    !left_out
}

/// What is wrong where works have one name, sorted by names: all of them, so that nobody has to find one after the other.
fn same(all: &[Submission]) -> Option<String> {
    const NAMED: usize = 20;
    let groups: Vec<&[Submission]> =
        all.chunk_by(|one, other| one.name == other.name).filter(|group| group.len() > 1).collect();
    let line = |group: &&[Submission]| {
        let paths: Vec<String> = group.iter().map(|one| format!("`{}`", one.path.display())).collect();
        paths.join(" and ")
    };
    let named: Vec<String> = groups.iter().take(NAMED).map(line).collect();
    let more = groups.len().saturating_sub(NAMED);
    let more = if more > 0 { format!("\n  and {more} more students") } else { String::new() };
    let why = "their names are the same without their endings";
    match named.as_slice() {
        [] => None,
        [only] => Some(format!("{only} would be the same student: {why}")),
        _ => {
            Some(format!("these would each be the same student, for {why}:\n  {}{more}", named.join("\n  ")))
        }
    }
}

/// Where a file lies, its own link not followed: a student's link to the rubric is not the rubric.
fn place(path: &Path) -> Option<PathBuf> {
    let whole = std::path::absolute(path).ok()?;
    Some(whole.parent()?.canonicalize().ok()?.join(whole.file_name()?))
}

/// A slash at the end of a path would follow the link that it names.
fn without_slashes(path: &Path) -> &Path {
    let bytes = path.as_os_str().as_bytes();
    let length = bytes.iter().rposition(|byte| *byte != b'/').map_or(bytes.len(), |last| last + 1);
    Path::new(std::ffi::OsStr::from_bytes(&bytes[..length]))
}

/// The works in a folder. Hidden files are none.
fn class_of(folder: &Path, besides: &[PathBuf], sieve: &Sieve, intake: &mut Intake) -> Result<(), String> {
    let wrong = |error: std::io::Error| format!("the folder `{}` cannot be read: {error}", folder.display());
    for entry in fs::read_dir(folder).map_err(wrong)? {
        let path = entry.map_err(wrong)?.path();
        let hidden = path.file_name().unwrap_or_default().as_bytes().starts_with(b".");
        let facts = fs::symlink_metadata(&path).map_err(wrong)?;
        if !hidden && is_work(&path, &facts, besides, sieve, intake) {
            intake.works.push(submission(path, &facts));
        }
    }
    Ok(())
}

fn submission(path: PathBuf, facts: &fs::Metadata) -> Submission {
    // `.` and `..` have a name of their own.
    let named = match path.file_name() {
        Some(name) => name.to_owned(),
        None => {
            path.canonicalize().ok().and_then(|path| Some(path.file_name()?.to_owned())).unwrap_or_default()
        }
    };
    let bytes = named.as_bytes();
    let (kind, length) = if facts.is_dir() {
        (Kind::Folder, bytes.len())
    } else if !facts.is_file() {
        (Kind::Odd(odd(facts)), bytes.len() - ending(bytes))
    } else if let Some((packing, ending)) = Packing::of(bytes) {
        (Kind::Archive(packing), bytes.len() - ending)
    } else if let Some(ending) = sealed(bytes) {
        (Kind::Sealed(ending), bytes.len() - ending.len())
    } else {
        (Kind::File, bytes.len() - ending(bytes))
    };
    Submission { name: escaped(&bytes[..length]), path, kind }
}

/// What is neither a file nor a folder, in a word.
fn odd(facts: &fs::Metadata) -> &'static str {
    let kind = facts.file_type();
    match () {
        () if kind.is_symlink() => LINK,
        () if kind.is_fifo() => "FIFO",
        () if kind.is_socket() => "socket",
        () => "device",
    }
}

/// How long the known ending of a name is, with its dot.
fn ending(name: &[u8]) -> usize {
    if let Some((_, length)) = Packing::of(name) {
        return length;
    }
    if let Some(sealed) = sealed(name) {
        return sealed.len();
    }
    let Some(dot) = memchr::memrchr(b'.', name).filter(|dot| *dot > 0) else { return 0 };
    let known = ENDINGS.iter().any(|ending| name[dot + 1..].eq_ignore_ascii_case(ending.as_bytes()));
    if known { name.len() - dot } else { 0 }
}

/// As text, so that two names that differ do so as text.
#[must_use]
pub fn escaped(name: &[u8]) -> String {
    let mut text = String::with_capacity(name.len());
    for chunk in name.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02X}"));
        }
    }
    text
}

/// A part of a class, for one of several machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slice {
    /// From 1.
    pub number: usize,
    pub of: usize,
}

impl Slice {
    /// `slice:2/10`.
    ///
    /// # Errors
    /// In words: it is not written so.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no part of a class: write it as slice:2/10, the second of ten");
        let (number, of) =
            text.strip_prefix("slice:").and_then(|rest| rest.split_once('/')).ok_or_else(wrong)?;
        let digits =
            |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<usize>().ok());
        let (Some(Some(number)), Some(Some(of))) = (digits(number), digits(of)) else { return Err(wrong()) };
        if number == 0 || number > of {
            return Err(format!("there is no slice {number} of {of}"));
        }
        Ok(Self { number, of })
    }

    /// Round robin: of all slices together each work is in exactly one, and none has more than one more than another.
    #[must_use]
    pub fn take(self, all: Vec<Submission>) -> Vec<Submission> {
        let mine = |(at, one): (usize, Submission)| (at % self.of == self.number - 1).then_some(one);
        all.into_iter().enumerate().filter_map(mine).collect()
    }
}

/// The name by which a single file is seen by its tests: its own, but for what cannot be written in a scenario.
#[must_use]
pub fn file_name(path: &Path) -> OsString {
    let name = path.file_name().unwrap_or_default().as_bytes();
    let mut safe = String::new();
    for chunk in name.utf8_chunks() {
        safe.extend(chunk.valid().chars().map(|c| if c.is_control() { '_' } else { c }));
        safe.extend(chunk.invalid().iter().map(|_| '_'));
    }
    OsString::from_vec(safe.into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::OsStr;

    #[test]
    fn a_student_is_the_name_without_the_ending() {
        for (name, student) in [
            ("ada.py", "ada"),
            ("ada.tar.gz", "ada"),
            ("ada.TGZ", "ada"),
            ("j.smith", "j.smith"),
            ("j.smith.py", "j.smith"),
            (".py", ".py"),
            ("ada", "ada"),
            ("a.zip.zip", "a.zip"),
            ("ada.RAR", "ada"),
            ("ada.tar.xz", "ada"),
            ("ada.7z", "ada"),
            (".7z", ".7z"),
            ("李, \"x\"\n.c", "李, \"x\"\n"),
        ] {
            assert_eq!(&name[..name.len() - ending(name.as_bytes())], student, "{name}");
        }
        assert_eq!(escaped(b"a\xffb\xc3"), "a\\xFFb\\xC3");
    }

    #[test]
    fn a_file_keeps_its_name_as_far_as_it_can_be_written() {
        let name = |bytes: &[u8]| file_name(Path::new(OsStr::from_bytes(bytes)));
        assert_eq!(name(b"d/a b.py"), "a b.py");
        assert_eq!(name(b"a\xff\n.py"), "a__.py");
    }

    #[test]
    fn slices_are_read() {
        assert_eq!(Slice::parse("slice:2/10"), Ok(Slice { number: 2, of: 10 }));
        for wrong in
            ["2/10", "slice:0/3", "slice:4/3", "slice:1", "slice:+1/2", "slice:a/b", "slice:/", "hash:1/2"]
        {
            assert!(Slice::parse(wrong).is_err(), "{wrong}");
        }
    }
}
