//! Reading source files, and saying what is wrong with those that cannot be read.

use crate::check::Loader;
use crate::process::{Errno, room};
use crate::source::{Code, Diagnostic, LoadError, Location, Source, SourceId, SourceMap, Span, did_you_mean};
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

/// The largest file that is read, in bytes.
pub const LARGEST: u64 = 256 << 20;
/// Names of a directory that are looked through for one that was meant.
const NEIGHBOURS: usize = 1000;

/// Reads the files that `use` names.
#[derive(Debug)]
pub struct Files;

impl Loader for Files {
    fn load(&mut self, path: &str, from: Option<&Path>) -> Result<Source, String> {
        let beside = from.and_then(Path::parent).unwrap_or(Path::new(""));
        let path = beside.join(path);
        open(&path, &path.to_string_lossy()).map_err(|wrong| wrong.reason)
    }
}

/// Reads a source: a path, or `-` for standard input.
///
/// # Errors
/// The diagnostic that says why the file is no source text.
pub fn read(sources: &mut SourceMap, file: &OsStr) -> Result<SourceId, Box<Diagnostic>> {
    let (name, source) = if file == "-" {
        let source = bytes(io::stdin().lock()).map_err(|error| Wrong::read(&error, None));
        ("standard input".into(), source.and_then(|bytes| decode("<stdin>", bytes)))
    } else {
        let path = Path::new(file);
        let name = path.to_string_lossy();
        let source = open(path, &name);
        (format!("`{name}`"), source)
    };
    match source {
        Ok(source) => Ok(sources.add(source)),
        Err(wrong) => {
            // Even a text that could not be read gets its row, so that its diagnostic has a file.
            let id = sources.add(Source::new(name.trim_matches('`'), ""));
            let diagnostic = Diagnostic::error(wrong.code, format!("cannot read {name}: {}", wrong.reason))
                .help_maybe(wrong.help)
                .at(Location::new(id, Span::default()), "");
            Err(Box::new(diagnostic))
        }
    }
}

fn open(path: &Path, name: &str) -> Result<Source, Wrong> {
    let bytes = File::open(path).and_then(bytes).map_err(|error| Wrong::read(&error, Some(path)))?;
    Ok(decode(name, bytes)?.with_path(path))
}

/// At most [`LARGEST`] bytes.
fn bytes(stream: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    stream.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST { Err(ErrorKind::FileTooLarge.into()) } else { Ok(bytes) }
}

fn decode(name: &str, bytes: Vec<u8>) -> Result<Source, Wrong> {
    let nul = memchr::memchr(0, &bytes);
    let wrong = nul.or_else(|| std::str::from_utf8(&bytes).err().map(|error| error.valid_up_to()));
    let (byte, line) = wrong.map_or((0, 1), |offset| {
        (bytes[offset], bytes[..offset].iter().filter(|byte| **byte == b'\n').count() + 1)
    });
    Source::decode(name, bytes).map_err(|error| match error {
        LoadError::NotUtf8 { offset } => Wrong::new(
            Code::NOT_UTF8,
            format!("it is not UTF-8 text: byte 0x{byte:02x} at offset {offset}, in line {line}"),
            "save it in the encoding UTF-8; `iconv` converts files",
        ),
        LoadError::Nul { offset } => Wrong::new(
            Code::NUL_BYTE,
            format!("it is no text: a NUL byte at offset {offset}, in line {line}"),
            "is it a program, or a text in UTF-16? A scenario is a text in UTF-8",
        ),
        LoadError::TooLong { bytes } => Wrong::new(Code::TOO_LONG, format!("{bytes} bytes"), TOO_LONG),
    })
}

const TOO_LONG: &str = "keep large data in a file of its own and read it with read_file";

/// Why a file is no source text.
struct Wrong {
    code: Code,
    reason: String,
    help: Option<String>,
}

impl Wrong {
    fn new(code: Code, reason: impl Into<String>, help: &str) -> Self {
        let help = (!help.is_empty()).then(|| help.to_owned());
        Self { code, reason: reason.into(), help }
    }

    fn read(error: &io::Error, path: Option<&Path>) -> Self {
        let code = Code::CANNOT_READ;
        match error.kind() {
            ErrorKind::NotFound => {
                Self { code, reason: "there is no such file".into(), help: path.and_then(nearest) }
            }
            ErrorKind::PermissionDenied => {
                Self::new(code, "permission denied", "`ls -l` shows who may read it, `chmod` changes that")
            }
            ErrorKind::IsADirectory => {
                Self::new(code, "it is a directory", "name a file in it: a scenario ends in .proc")
            }
            ErrorKind::NotADirectory => Self::new(code, "a part of its path is not a directory", ""),
            ErrorKind::FileTooLarge => {
                Self::new(Code::TOO_LONG, format!("it is larger than {} MiB", LARGEST >> 20), TOO_LONG)
            }
            _ => match error.raw_os_error().map(Errno) {
                Some(errno) => match room::explain_files(errno) {
                    Some(obstacle) => Self::new(code, format!("{errno}: {obstacle}"), ""),
                    None => Self::new(code, errno.to_string(), ""),
                },
                None => Self::new(code, error.to_string(), ""),
            },
        }
    }
}

/// A file beside it whose name is nearly the same.
fn nearest(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?;
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let entries = std::fs::read_dir(directory).ok()?.take(NEIGHBOURS);
    let names: Vec<String> = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    let near = did_you_mean(name, names.iter().map(String::as_str))?;
    Some(format!("did you mean `{}`?", path.with_file_name(near).display()))
}
