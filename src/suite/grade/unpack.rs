//! Archives of students: what they are by their names, and what comes out of them into a folder of ours.

use super::site::{Caps, Site, Trouble, mebibytes};
use super::{untar, unzip};
use crate::process::sandbox::open_stranger;
use std::io::{BufRead, BufReader};
use std::path::Path;

/// How an archive is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    Zip,
    Tar,
    TarGz,
}

/// Endings of archives, the longest first.
const ENDINGS: [(&str, Packing); 4] =
    [(".tar.gz", Packing::TarGz), (".tgz", Packing::TarGz), (".tar", Packing::Tar), (".zip", Packing::Zip)];

/// Those of archives that cannot be unpacked here, the longest first.
const SEALED: [&str; 16] = [
    ".tar.bz2", ".tar.zst", ".tar.xz", ".tar.lz", ".tbz2", ".tbz", ".txz", ".rar", ".zst", ".bz2", ".lzh",
    ".cab", ".7z", ".xz", ".gz", ".z",
];

/// How two of them begin, whatever their names say.
const BEGINNINGS: [(&[u8], &str); 2] = [(b"Rar!\x1a\x07", ".rar"), (b"7z\xbc\xaf\x27\x1c", ".7z")];

impl Packing {
    /// Of a file with this name, and how long the ending is.
    #[must_use]
    pub fn of(name: &[u8]) -> Option<(Self, usize)> {
        let (ending, packing) = ENDINGS.iter().find(|(ending, _)| ends_with(name, ending))?;
        Some((*packing, ending.len()))
    }
}

/// The ending of an archive that cannot be unpacked here, where a name has one.
#[must_use]
pub fn sealed(name: &[u8]) -> Option<&'static str> {
    SEALED.iter().find(|ending| ends_with(name, ending)).copied()
}

/// In large or small letters, with something before it.
fn ends_with(name: &[u8], ending: &str) -> bool {
    let at = name.len().checked_sub(ending.len()).filter(|at| *at > 0);
    at.is_some_and(|at| name[at..].eq_ignore_ascii_case(ending.as_bytes()))
}

/// Why a work with such an ending is not taken.
pub fn refuse_sealed<T>(ending: &str) -> Result<T, Trouble> {
    Trouble::refused(format!("it is a {ending} archive, which cannot be unpacked here: make a .zip of it"))
}

/// Unpacks an archive into a site.
///
/// # Errors
/// What is refused, and what the system says.
pub fn unpack(archive: &Path, packing: Packing, caps: Caps, site: &mut Site) -> Result<(), Trouble> {
    let failed = |error: std::io::Error| Trouble::failed("read", archive, &error);
    let file = open_stranger(archive).map_err(failed)?;
    if file.metadata().map_err(failed)?.len() > caps.total {
        return Trouble::refused(format!("the archive has more than {}", mebibytes(caps.total)));
    }
    let mut file = BufReader::new(file);
    let beginning = file.fill_buf().map_err(failed)?;
    if let Some((_, ending)) = BEGINNINGS.iter().find(|(bytes, _)| beginning.starts_with(bytes)) {
        return refuse_sealed(ending);
    }
    match packing {
        Packing::Zip => unzip::unzip(&mut file, caps, site),
        Packing::Tar => untar::untar(&mut file, site),
        Packing::TarGz => untar::untar(&mut untar::expand(file, caps), site),
    }
}
