//! Reading source files, and saying what is wrong with those that cannot be read.

use crate::source::{Code, Diagnostic, LoadError, Location, Source, SourceId, SourceMap, Span, did_you_mean};
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

/// The largest file that is read, in bytes.
pub const LARGEST: u64 = 256 << 20;
/// Names of a directory that are looked through for one that was meant.
const NEIGHBOURS: usize = 1000;

/// Reads a source: a path, or `-` for standard input.
///
/// # Errors
/// The diagnostic that says why the file is no source text.
pub fn read(sources: &mut SourceMap, file: &OsStr) -> Result<SourceId, Diagnostic> {
    if file == "-" {
        let source = bytes(io::stdin().lock())
            .map_err(|error| cannot_read("standard input", &error, None))
            .and_then(|bytes| decode("<stdin>", bytes));
        return add(sources, "<stdin>", source);
    }
    let path = Path::new(file);
    let name = path.to_string_lossy();
    let source = File::open(path)
        .and_then(bytes)
        .map_err(|error| cannot_read(&format!("`{name}`"), &error, Some(path)))
        .and_then(|bytes| decode(&name, bytes));
    add(sources, &name, source.map(|source| source.with_path(path)))
}

/// Even a text that could not be read gets its row, so that its diagnostic has a file.
fn add(
    sources: &mut SourceMap,
    name: &str,
    source: Result<Source, Diagnostic>,
) -> Result<SourceId, Diagnostic> {
    match source {
        Ok(source) => Ok(sources.add(source)),
        Err(diagnostic) => {
            let id = sources.add(Source::new(name, ""));
            Err(diagnostic.at(Location::new(id, Span::default()), ""))
        }
    }
}

fn bytes(stream: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    stream.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST { Err(ErrorKind::FileTooLarge.into()) } else { Ok(bytes) }
}

fn decode(name: &str, bytes: Vec<u8>) -> Result<Source, Diagnostic> {
    let nul = bytes.iter().position(|byte| *byte == 0);
    let wrong = nul.or_else(|| std::str::from_utf8(&bytes).err().map(|error| error.valid_up_to()));
    let (byte, line) = wrong.map_or((0, 1), |offset| {
        (bytes[offset], bytes[..offset].iter().filter(|byte| **byte == b'\n').count() + 1)
    });
    Source::decode(name, bytes).map_err(|error| match error {
        LoadError::NotUtf8 { offset } => Diagnostic::error(
            Code::NOT_UTF8,
            format!("`{name}` is not UTF-8 text: byte 0x{byte:02x} at offset {offset}, in line {line}"),
        )
        .help("save it in the encoding UTF-8; `iconv` converts files"),
        LoadError::Nul { offset } => Diagnostic::error(
            Code::NUL_BYTE,
            format!("`{name}` is no text: a NUL byte at offset {offset}, in line {line}"),
        )
        .help("is it a program, or a text in UTF-16? A scenario is a text in UTF-8"),
        LoadError::TooLong { bytes } => {
            Diagnostic::error(Code::TOO_LONG, format!("`{name}` is too long: {bytes} bytes"))
        }
    })
}

fn cannot_read(what: &str, error: &io::Error, path: Option<&Path>) -> Diagnostic {
    let (reason, help) = match error.kind() {
        ErrorKind::NotFound => ("there is no such file".to_owned(), path.and_then(nearest)),
        ErrorKind::PermissionDenied => (
            "permission denied".to_owned(),
            Some("`ls -l` shows who may read it, `chmod` changes that".to_owned()),
        ),
        ErrorKind::IsADirectory => {
            ("it is a directory".to_owned(), Some("name a file in it: a scenario ends in .proc".to_owned()))
        }
        ErrorKind::NotADirectory => ("a part of its path is not a directory".to_owned(), None),
        ErrorKind::FileTooLarge => {
            let message = format!("{what} is larger than {} MiB", LARGEST >> 20);
            return Diagnostic::error(Code::TOO_LONG, message).help("a scenario is a text that people write");
        }
        _ => (error.to_string(), None),
    };
    Diagnostic::error(Code::CANNOT_READ, format!("cannot read {what}: {reason}")).help_maybe(help)
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
