//! What comes out of a tar archive, which may be compressed: tar(5), gzip(1).

use super::site::{Caps, Site, Trouble};
use flate2::read::MultiGzDecoder;
use std::io::{self, Read};
use tar::{Archive, EntryType};

/// What an entry takes beside its bytes: its header, one for a long name, and the rest of a block.
const BESIDE: u64 = 4096;

/// A compressed stream, which ends with an error where more comes out of it than files within the caps need.
pub fn expand(from: impl Read, caps: Caps) -> impl Read {
    Bounded { inner: MultiGzDecoder::new(from), left: caps.total + caps.entries as u64 * BESIDE }
}

struct Bounded<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.left = self
            .left
            .checked_sub(read as u64)
            .ok_or_else(|| io::Error::other("far too much comes out of it"))?;
        Ok(read)
    }
}

/// Puts all entries into the site.
///
/// # Errors
/// What is refused, and what the system says of our own files.
pub fn untar(from: &mut dyn Read, site: &mut Site) -> Result<(), Trouble> {
    let broken =
        |error: io::Error| Trouble::Refused(format!("it is no tar archive, or a broken one: {error}"));
    let mut archive = Archive::new(from);
    for entry in archive.entries().map_err(broken)? {
        let mut entry = entry.map_err(broken)?;
        let name = entry.path_bytes().into_owned();
        let header = entry.header();
        let executable = header.mode().is_ok_and(|mode| mode & 0o100 != 0);
        match header.entry_type() {
            EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => {
                // As old archives have it.
                if name.last() == Some(&b'/') {
                    site.folder(&name)?;
                } else {
                    site.file(&name, executable, &mut entry)?;
                }
            }
            EntryType::Directory => site.folder(&name)?,
            kind @ (EntryType::Symlink | EntryType::Link) => {
                let target = entry.link_name_bytes().map(std::borrow::Cow::into_owned).unwrap_or_default();
                if kind == EntryType::Link {
                    site.copy(&name, &target)?;
                } else {
                    site.link(&name, &target)?;
                }
            }
            EntryType::XGlobalHeader => {}
            EntryType::Char | EntryType::Block => return Trouble::refused("there is a device in it"),
            EntryType::Fifo => return Trouble::refused("there is a FIFO in it"),
            other => {
                return Trouble::refused(format!(
                    "there is something in it of an unknown kind, {:#04x}",
                    other.as_byte()
                ));
            }
        }
    }
    Ok(())
}
