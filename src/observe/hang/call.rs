//! The system calls in which a process can wait, by number, and where each keeps what it waits for; see syscall(2).

use crate::event::End;
use libc::c_long;

/// How the arguments of a call say what it waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// On the descriptor in the first argument.
    Stream(End),
    /// From the descriptor in the first argument to that in the third.
    Splice,
    /// To that in the first argument from that in the second.
    Sendfile,
    /// The path in this argument.
    Open(usize),
    Wait4,
    Waitid,
    Vfork,
    Clone,
    Clone3,
    Futex,
    Pause,
    Sigsuspend,
    Sigtimedwait,
    Nanosleep,
    ClockNanosleep,
    Poll,
    Ppoll,
    Select,
    Pselect,
    Epoll,
    Epoll2,
    Flock,
    Fcntl,
    Semop,
    Msgrcv,
    Msgsnd,
    /// A call that goes on after a stop, and no longer says which.
    Restart,
    /// For a disk or something else that needs nobody.
    Kernel,
    Other,
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    number: c_long,
    /// What programs call it: the C library makes `poll` of ppoll(2) on some machines, `semop` of semtimedop(2) on all.
    pub name: &'static str,
    pub kind: Kind,
}

const fn row(number: c_long, name: &'static str, kind: Kind) -> Call {
    Call { number, name, kind }
}

use Kind::{Kernel, Other, Stream};

/// On every machine.
const CALLS: &[Call] = &[
    row(libc::SYS_read, "read", Stream(End::Read)),
    row(libc::SYS_readv, "readv", Stream(End::Read)),
    row(libc::SYS_pread64, "pread", Stream(End::Read)),
    row(libc::SYS_preadv, "preadv", Stream(End::Read)),
    row(libc::SYS_preadv2, "preadv2", Stream(End::Read)),
    row(libc::SYS_recvfrom, "recvfrom", Stream(End::Read)),
    row(libc::SYS_recvmsg, "recvmsg", Stream(End::Read)),
    row(libc::SYS_recvmmsg, "recvmmsg", Stream(End::Read)),
    row(libc::SYS_accept, "accept", Stream(End::Read)),
    row(libc::SYS_accept4, "accept", Stream(End::Read)),
    row(libc::SYS_mq_timedreceive, "mq_receive", Stream(End::Read)),
    row(libc::SYS_write, "write", Stream(End::Write)),
    row(libc::SYS_writev, "writev", Stream(End::Write)),
    row(libc::SYS_pwrite64, "pwrite", Stream(End::Write)),
    row(libc::SYS_pwritev, "pwritev", Stream(End::Write)),
    row(libc::SYS_pwritev2, "pwritev2", Stream(End::Write)),
    row(libc::SYS_sendto, "sendto", Stream(End::Write)),
    row(libc::SYS_sendmsg, "sendmsg", Stream(End::Write)),
    row(libc::SYS_sendmmsg, "sendmmsg", Stream(End::Write)),
    row(libc::SYS_connect, "connect", Stream(End::Write)),
    row(libc::SYS_vmsplice, "vmsplice", Stream(End::Write)),
    row(libc::SYS_mq_timedsend, "mq_send", Stream(End::Write)),
    row(libc::SYS_splice, "splice", Kind::Splice),
    row(libc::SYS_tee, "tee", Kind::Splice),
    row(libc::SYS_copy_file_range, "copy_file_range", Kind::Splice),
    row(libc::SYS_sendfile, "sendfile", Kind::Sendfile),
    row(libc::SYS_openat, "open", Kind::Open(1)),
    row(libc::SYS_openat2, "openat2", Kind::Open(1)),
    row(libc::SYS_wait4, "wait4", Kind::Wait4),
    row(libc::SYS_waitid, "waitid", Kind::Waitid),
    row(libc::SYS_clone, "clone", Kind::Clone),
    row(libc::SYS_clone3, "clone3", Kind::Clone3),
    row(libc::SYS_futex, "futex", Kind::Futex),
    row(libc::SYS_rt_sigsuspend, "sigsuspend", Kind::Sigsuspend),
    row(libc::SYS_rt_sigtimedwait, "sigtimedwait", Kind::Sigtimedwait),
    row(libc::SYS_nanosleep, "nanosleep", Kind::Nanosleep),
    row(libc::SYS_clock_nanosleep, "nanosleep", Kind::ClockNanosleep),
    row(libc::SYS_ppoll, "poll", Kind::Ppoll),
    row(libc::SYS_pselect6, "select", Kind::Pselect),
    row(libc::SYS_epoll_pwait, "epoll_wait", Kind::Epoll),
    row(libc::SYS_epoll_pwait2, "epoll_wait", Kind::Epoll2),
    row(libc::SYS_flock, "flock", Kind::Flock),
    row(libc::SYS_fcntl, "fcntl", Kind::Fcntl),
    row(libc::SYS_semop, "semop", Kind::Semop),
    row(libc::SYS_semtimedop, "semop", Kind::Semop),
    row(libc::SYS_msgrcv, "msgrcv", Kind::Msgrcv),
    row(libc::SYS_msgsnd, "msgsnd", Kind::Msgsnd),
    row(libc::SYS_restart_syscall, "restart_syscall", Kind::Restart),
    row(libc::SYS_fsync, "fsync", Kernel),
    row(libc::SYS_fdatasync, "fdatasync", Kernel),
    row(libc::SYS_sync, "sync", Kernel),
    row(libc::SYS_syncfs, "syncfs", Kernel),
    row(libc::SYS_execve, "execve", Kernel),
    row(libc::SYS_execveat, "execveat", Kernel),
    row(libc::SYS_exit, "exit", Kernel),
    row(libc::SYS_exit_group, "exit_group", Kernel),
    row(libc::SYS_munmap, "munmap", Kernel),
    row(libc::SYS_mmap, "mmap", Kernel),
    row(libc::SYS_close, "close", Kernel),
    row(libc::SYS_ioctl, "ioctl", Other),
    row(libc::SYS_io_uring_enter, "io_uring_enter", Other),
    row(libc::SYS_io_getevents, "io_getevents", Other),
    row(libc::SYS_futex_waitv, "futex_waitv", Other),
    row(libc::SYS_ptrace, "ptrace", Other),
];

/// Calls that newer machines do without.
#[cfg(target_arch = "x86_64")]
const OLD: &[Call] = &[
    row(libc::SYS_open, "open", Kind::Open(0)),
    row(libc::SYS_creat, "creat", Kind::Open(0)),
    row(libc::SYS_vfork, "vfork", Kind::Vfork),
    row(libc::SYS_pause, "pause", Kind::Pause),
    row(libc::SYS_poll, "poll", Kind::Poll),
    row(libc::SYS_select, "select", Kind::Select),
    row(libc::SYS_epoll_wait, "epoll_wait", Kind::Epoll),
];
#[cfg(not(target_arch = "x86_64"))]
const OLD: &[Call] = &[];

/// The row of a number; none for calls that are not expected to wait.
pub fn call(number: i64) -> Option<Call> {
    CALLS.iter().chain(OLD).find(|row| row.number == number).copied()
}

/// Which call the kernel is in, where the number no longer says it: from the function in which it sleeps.
pub fn by_place(wchan: &str) -> Option<Call> {
    let number = match wchan {
        "hrtimer_nanosleep" | "do_nanosleep" => libc::SYS_nanosleep,
        "poll_schedule_timeout" | "do_sys_poll" | "do_poll" => libc::SYS_ppoll,
        _ if wchan.starts_with("futex_") => libc::SYS_futex,
        _ => return None,
    };
    call(number)
}

#[cfg(test)]
mod tests {
    use super::{CALLS, Kind, OLD, by_place, call};
    use crate::event::End;

    #[test]
    fn each_number_stands_once_and_is_found() {
        let all: Vec<_> = CALLS.iter().chain(OLD).collect();
        for (index, row) in all.iter().enumerate() {
            assert!(all[..index].iter().all(|other| other.number != row.number), "{}", row.name);
            assert_eq!(call(row.number).map(|found| found.name), Some(row.name));
        }
        assert_eq!(call(libc::SYS_read).map(|row| row.kind), Some(Kind::Stream(End::Read)));
        assert!(call(libc::SYS_getpid).is_none());
        assert!(call(-1).is_none());
        assert_eq!(by_place("futex_wait_queue").map(|row| row.name), Some("futex"));
        assert!(by_place("0").is_none());
    }
}
