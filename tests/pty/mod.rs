//! A terminal for a program that is tested; see pty(7).

use rustix::fd::OwnedFd;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use std::os::unix::process::CommandExt;
use std::process::Command;

/// Our side of a new terminal, and the name of the program's.
pub fn open() -> (OwnedFd, String) {
    let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
    let master = openpt(flags).expect("a terminal");
    grantpt(&master).expect("grantpt");
    unlockpt(&master).expect("unlockpt");
    let name = ptsname(&master, Vec::new()).expect("a name").into_string().expect("ASCII");
    (master, name)
}

/// Makes the command the leader of a session on the terminal of this name, with its three streams.
pub fn lead(command: &mut Command, name: &str) {
    let side = || std::fs::File::options().read(true).write(true).open(name).expect("the other side");
    command.stdin(side()).stdout(side()).stderr(side());
    // SAFETY: only system calls that are async-signal-safe.
    unsafe {
        command.pre_exec(|| {
            // Whoever runs the tests in the background of a script has these ignored, and a terminal's keys would do nothing.
            for signal in [libc::SIGINT, libc::SIGQUIT, libc::SIGHUP] {
                libc::signal(signal, libc::SIG_DFL);
            }
            rustix::process::setsid()?;
            rustix::process::ioctl_tiocsctty(rustix::stdio::stdin())?;
            Ok(())
        })
    };
}
