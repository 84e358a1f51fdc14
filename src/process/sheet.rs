//! A sheet of paper between two programs of ours: a file in memory on which one writes what is to be done, and the other one what came
//! of it. It needs no name, and nobody has to read while the other writes. See memfd_create(2).

use super::errno::{Errno, check};
use super::relay::become_stdin;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd};

/// The file, for this process.
#[derive(Debug)]
pub struct Sheet(File);

impl Sheet {
    /// A new one with this text on it.
    ///
    /// # Errors
    /// `EMFILE`, `ENOMEM`; `EFBIG` where no process may write so much.
    pub fn new(text: &[u8]) -> Result<Self, Errno> {
        // SAFETY: the name is NUL-terminated; the descriptor is new and nobody else's.
        let fd =
            unsafe { OwnedFd::from_raw_fd(check(libc::memfd_create(c"sheet".as_ptr(), libc::MFD_CLOEXEC))?) };
        let mut sheet = Self(File::from(fd));
        sheet.write(text)?;
        Ok(sheet)
    }

    /// The one that this program was started with as its standard input, which is /dev/null from now on.
    ///
    /// # Errors
    /// `EMFILE`, and what open(2) says.
    pub fn take() -> Result<Self, Errno> {
        let fd = std::io::stdin().as_fd().try_clone_to_owned().map_err(Errno::from)?;
        become_stdin(File::open("/dev/null").map_err(Errno::from)?.as_fd())?;
        Ok(Self(File::from(fd)))
    }

    /// For the other program, as its standard input.
    ///
    /// # Errors
    /// `EMFILE`.
    pub fn pass(&self) -> Result<OwnedFd, Errno> {
        self.0.as_fd().try_clone_to_owned().map_err(Errno::from)
    }

    /// What stands on it, up to so many bytes.
    ///
    /// # Errors
    /// What read(2) says.
    pub fn read(&mut self, most: u64) -> Result<Vec<u8>, Errno> {
        let mut bytes = Vec::new();
        self.0.seek(SeekFrom::Start(0)).map_err(Errno::from)?;
        (&self.0).take(most).read_to_end(&mut bytes).map_err(Errno::from)?;
        Ok(bytes)
    }

    /// Writes this instead of what stands on it.
    ///
    /// # Errors
    /// `ENOMEM`; `EFBIG` where no process may write so much.
    pub fn write(&mut self, text: &[u8]) -> Result<(), Errno> {
        self.0.set_len(0).map_err(Errno::from)?;
        self.0.seek(SeekFrom::Start(0)).map_err(Errno::from)?;
        self.0.write_all(text).map_err(Errno::from)
    }

    /// In a copy of the process that has it, which is to know nothing of it and never drops it.
    pub fn close_here(&self) {
        // SAFETY: the descriptor of this process's copy is used by nobody from now on: its caller goes on in other code for good.
        unsafe { libc::close(self.0.as_raw_fd()) };
    }
}

#[cfg(test)]
mod tests {
    use super::Sheet;

    #[test]
    fn what_is_written_on_it_is_all_that_stands_there() {
        let mut sheet = Sheet::new(b"a long order").expect("a file in memory");
        let mut theirs = Sheet(sheet.pass().expect("a descriptor").into());
        assert_eq!(theirs.read(6).as_deref(), Ok(&b"a long"[..]));
        theirs.write(b"done").expect("there is room");
        assert_eq!(sheet.read(100).as_deref(), Ok(&b"done"[..]));
    }
}
