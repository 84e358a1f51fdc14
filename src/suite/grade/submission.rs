//! Who has handed in what: from the paths on the command line to the works of a class, each with its student's name.

use super::unpack::Packing;
use std::collections::BTreeMap;
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
            Self::Archive(_) => "archive",
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

/// All works that the paths mean, by the names of their students. `besides` are files that are none, wherever they lie.
///
/// # Errors
/// In words: a path that is not there, a folder that cannot be read, two works of one student.
pub fn submissions(
    paths: &[OsString],
    folders: Folders,
    besides: &[PathBuf],
) -> Result<Vec<Submission>, String> {
    let besides: Vec<PathBuf> =
        besides.iter().flat_map(|path| [path.canonicalize().ok(), place(path)]).flatten().collect();
    let mut all: Vec<Submission> = Vec::new();
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
            all.extend(class_of(path, &besides)?);
        } else {
            let facts = fs::symlink_metadata(without_slashes(path)).map_err(wrong)?;
            all.push(submission(path.to_path_buf(), &facts));
        }
    }
    all.sort_by(|one, other| one.name.cmp(&other.name));
    same(&all).map_or(Ok(all), Err)
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
fn class_of(folder: &Path, besides: &[PathBuf]) -> Result<Vec<Submission>, String> {
    let wrong = |error: std::io::Error| format!("the folder `{}` cannot be read: {error}", folder.display());
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).map_err(wrong)? {
        let path = entry.map_err(wrong)?.path();
        let name = path.file_name().unwrap_or_default().as_bytes();
        let hidden = name.starts_with(b".") || name == b"__MACOSX";
        let facts = fs::symlink_metadata(&path).map_err(wrong)?;
        if hidden || place(&path).is_some_and(|path| besides.contains(&path)) {
            continue;
        }
        all.push(submission(path, &facts));
    }
    Ok(all)
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

/// A name for a file or folder of each student: what other systems or a shell may not take is `_`, and no two are the same, also
/// where case does not count.
#[must_use]
pub fn safe_names<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    const LONGEST: usize = 80;
    const DEVICES: [&str; 4] = ["con", "nul", "aux", "prn"];
    let mut taken: BTreeMap<String, usize> = BTreeMap::new();
    let safe = |name: &str| -> String {
        let kept = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ' ' | '@' | '+' | ',');
        let mut safe: String = name.chars().map(|c| if kept(c) { c } else { '_' }).collect();
        safe.truncate(safe.floor_char_boundary(LONGEST));
        let trimmed = safe.trim().trim_end_matches('.');
        if trimmed.is_empty()
            || trimmed.starts_with(['.', '-'])
            || DEVICES.contains(&&*trimmed.to_lowercase())
        {
            format!("_{trimmed}")
        } else {
            trimmed.to_owned()
        }
    };
    let mut all = Vec::new();
    for name in names {
        let first = safe(name);
        let mut unique = first.clone();
        let mut count = 1;
        while taken.contains_key(&unique.to_lowercase()) {
            count += 1;
            unique = format!("{first}~{count}");
        }
        taken.insert(unique.to_lowercase(), count);
        all.push(unique);
    }
    all
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
            ("李, \"x\"\n.c", "李, \"x\"\n"),
        ] {
            assert_eq!(&name[..name.len() - ending(name.as_bytes())], student, "{name}");
        }
        assert_eq!(escaped(b"a\xffb\xc3"), "a\\xFFb\\xC3");
    }

    #[test]
    fn safe_names_are_safe_and_differ() {
        let names = ["a/b", "a_b", "A_B", "..", "", "-rf", "con", "李", "a\nb", "../../etc", "x."];
        let safe = safe_names(names.into_iter());
        let lower: std::collections::BTreeSet<String> = safe.iter().map(|name| name.to_lowercase()).collect();
        assert_eq!(lower.len(), names.len(), "{safe:?}");
        for name in &safe {
            let good = !name.is_empty()
                && !name.contains('/')
                && !name.starts_with(['.', '-'])
                && !name.contains('\n');
            assert!(good, "{name:?}");
        }
        assert_eq!((&*safe[7], &*safe[0]), ("李", "a_b"));
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
