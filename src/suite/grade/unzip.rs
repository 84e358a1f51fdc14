//! What comes out of a zip archive.

use super::site::{Caps, Site, Trouble};
use std::io::{self, Read, Seek, SeekFrom};
use zip::ZipArchive;
use zip::read::ZipFile;
use zip::result::ZipError;

/// How an entry of the table of contents begins.
const ENTRY: &[u8; 4] = b"PK\x01\x02";
/// The bits of a mode that say what kind of file it is, and the kinds; see inode(7).
const KIND: u32 = 0o170_000;
const FOLDER: u32 = 0o040_000;
const FILE: u32 = 0o100_000;
const LINK: u32 = 0o120_000;
/// Bytes that a link's target may have.
const TARGET: u64 = 4096;

/// Puts all entries into the site.
///
/// # Errors
/// What is refused, and what the system says of our own files.
pub fn unzip(from: &mut (impl Read + Seek), caps: Caps, site: &mut Site) -> Result<(), Trouble> {
    let broken =
        |error: ZipError| Trouble::Refused(format!("it is no zip archive, or a broken one: {error}"));
    // Before a table of millions is read.
    let count =
        entries(from).map_err(|error| Trouble::Failed(format!("the archive cannot be read: {error}")))?;
    if count > caps.entries {
        return Trouble::refused(format!("there are more than {} files and folders in it", caps.entries));
    }
    let mut archive = ZipArchive::new(from).map_err(broken)?;
    if archive.has_duplicate_names() {
        return Trouble::refused("two files in it have the same name");
    }
    if archive.has_overlapping_entries().map_err(broken)? {
        return Trouble::refused("files in it overlap each other");
    }
    for number in 0..archive.len() {
        let raw = archive.by_index_raw(number).map_err(broken)?;
        if raw.encrypted() {
            return Trouble::refused("it is encrypted");
        }
        drop(raw);
        take(archive.by_index(number).map_err(broken)?, site)?;
    }
    Ok(())
}

fn take<R: Read>(mut entry: ZipFile<'_, R>, site: &mut Site) -> Result<(), Trouble> {
    let mut name = entry.name_raw().to_vec();
    let mode = entry.unix_mode().unwrap_or(0);
    if entry.system() == zip::System::Dos {
        name.iter_mut().filter(|byte| **byte == b'\\').for_each(|byte| *byte = b'/');
    }
    let executable = mode & 0o100 != 0;
    match mode & KIND {
        _ if name.last() == Some(&b'/') => site.folder(&name),
        FOLDER => site.folder(&name),
        0 | FILE => site.file(&name, executable, &mut entry),
        LINK => {
            let mut target = Vec::new();
            let read = entry.take(TARGET).read_to_end(&mut target);
            read.map_err(|error| Trouble::Refused(format!("a link in it cannot be read: {error}")))?;
            site.link(&name, &target)
        }
        _ => Trouble::refused("there is a device or a FIFO in it"),
    }
}

/// How many entries the table of contents can have, at most. The stream is at its beginning before and behind it.
fn entries(from: &mut (impl Read + Seek)) -> io::Result<usize> {
    let mut buffer = vec![0; 256 << 10];
    let (mut kept, mut count) = (0, 0);
    loop {
        let read = match from.read(&mut buffer[kept..]) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let filled = kept + read;
        count += memchr::memmem::find_iter(&buffer[..filled], ENTRY).count();
        // One may begin here and end in what comes next.
        kept = filled.min(ENTRY.len() - 1);
        buffer.copy_within(filled - kept..filled, 0);
    }
    from.seek(SeekFrom::Start(0))?;
    Ok(count)
}
