//! Archives of students: what they are by their names, and what comes out of them into a folder of ours.

use super::site::{Caps, Site, Trouble, mebibytes};
use super::{untar, unzip};
use crate::process::sandbox::open_stranger;
use std::io::BufReader;
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

impl Packing {
    /// Of a file with this name, and how long the ending is.
    #[must_use]
    pub fn of(name: &[u8]) -> Option<(Self, usize)> {
        ENDINGS.iter().find_map(|(ending, packing)| {
            let at = name.len().checked_sub(ending.len()).filter(|at| *at > 0)?;
            name[at..].eq_ignore_ascii_case(ending.as_bytes()).then_some((*packing, ending.len()))
        })
    }
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
    match packing {
        Packing::Zip => unzip::unzip(&mut file, caps, site),
        Packing::Tar => untar::untar(&mut file, site),
        Packing::TarGz => untar::untar(&mut untar::expand(file, caps), site),
    }
}
