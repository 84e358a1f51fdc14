//! The calls of the kernel that a tracer needs, each as a function: ptrace(2), waitid(2), process_vm_readv(2).
//!
//! A tracee may be killed at any moment, so that each of them can fail with `ESRCH`: then nothing is to be done, for
//! its end is told by the next wait.

use crate::process::Errno;
use std::ffi::{c_long, c_void};
use std::io::IoSliceMut;

/// What a tracee does when it goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Resume {
    /// Until something happens.
    Go,
    /// Until then or the end of the call that it is in; where it is in none, the beginning of the next.
    ToTheEndOfTheCall,
}

/// A stop of a tracee.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stop {
    pub tid: i32,
    /// The signal; `SIGTRAP | 0x80` at a call.
    pub signal: i32,
    /// `PTRACE_EVENT_…`, or 0.
    pub event: i32,
}

/// An end of a tracee that has not been taken note of yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Death {
    pub tid: i32,
    /// The exit code, or minus the signal.
    pub exitcode: i32,
    pub core: bool,
}

/// A call that begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    pub number: i64,
    pub arguments: [u64; 6],
    /// What the filter gave with it.
    pub data: u64,
}

/// Who sent a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sender {
    /// `SI_USER`, …
    pub code: i32,
    pub pid: i32,
}

const OPTIONS: i32 = libc::PTRACE_O_TRACESYSGOOD
    | libc::PTRACE_O_TRACEFORK
    | libc::PTRACE_O_TRACEVFORK
    | libc::PTRACE_O_TRACECLONE
    | libc::PTRACE_O_TRACEEXEC
    | libc::PTRACE_O_TRACESECCOMP
    | libc::PTRACE_O_EXITKILL;

fn ptrace(request: u32, tid: i32, address: usize, data: usize) -> Result<i64, Errno> {
    // SAFETY: every caller passes numbers, or the address of a buffer of its own that is as long as the request wants it.
    let result = unsafe {
        libc::syscall(
            libc::SYS_ptrace,
            c_long::from(request),
            c_long::from(tid),
            address as *mut c_void,
            data as *mut c_void,
        )
    };
    if result == -1 { Err(Errno::last()) } else { Ok(result) }
}

/// Takes hold of a process that runs. What it forks comes with it, and all are killed when this process ends.
pub(super) fn seize(pid: i32) -> Result<(), Errno> {
    ptrace(libc::PTRACE_SEIZE, pid, 0, OPTIONS as usize).map(drop)
}

/// Its ends, and those of its children to come, stop too.
pub(super) fn stop_at_exit(tid: i32) {
    let _ = ptrace(libc::PTRACE_SETOPTIONS, tid, 0, (OPTIONS | libc::PTRACE_O_TRACEEXIT) as usize);
}

/// Lets it go on, with this signal where it is not 0.
pub(super) fn resume(tid: i32, how: Resume, signal: i32) {
    let request = match how {
        Resume::Go => libc::PTRACE_CONT,
        Resume::ToTheEndOfTheCall => libc::PTRACE_SYSCALL,
    };
    let _ = ptrace(request, tid, 0, signal as usize);
}

/// Leaves it stopped as by a signal, until SIGCONT.
pub(super) fn listen(tid: i32) {
    let _ = ptrace(libc::PTRACE_LISTEN, tid, 0, 0);
}

/// Has it stop as soon as may be: what it waits for in the kernel is interrupted.
pub(super) fn interrupt(tid: i32) {
    let _ = ptrace(libc::PTRACE_INTERRUPT, tid, 0, 0);
}

/// The number that came with an event: a pid.
pub(super) fn message(tid: i32) -> Result<i32, Errno> {
    let mut message: libc::c_ulong = 0;
    ptrace(libc::PTRACE_GETEVENTMSG, tid, 0, (&raw mut message) as usize)?;
    Ok(message as i32)
}

/// `struct ptrace_syscall_info` in words: what kind of stop and for which machine, two addresses, and then a call's number
/// and arguments, or its result and whether that is an error.
fn call_info(tid: i32) -> Result<[u64; 12], Errno> {
    let mut info = [0u64; 12];
    ptrace(libc::PTRACE_GET_SYSCALL_INFO, tid, size_of_val(&info), (&raw mut info) as usize)?;
    Ok(info)
}

/// The call that the filter stopped.
pub(super) fn entry(tid: i32) -> Result<Entry, Errno> {
    let info = call_info(tid)?;
    let mut arguments = [0; 6];
    arguments.copy_from_slice(&info[4..10]);
    Ok(Entry { number: info[3].cast_signed(), arguments, data: info[10] & 0xffff_ffff })
}

/// Whether a tracee that stops at a call is before it, and not behind it.
pub(super) fn is_before(tid: i32) -> bool {
    const ENTRY: u64 = 1;
    call_info(tid).is_ok_and(|info| info[0] & 0xff == ENTRY)
}

/// The result of the call that ends; minus the number of the error.
pub(super) fn result(tid: i32) -> Result<i64, Errno> {
    Ok(call_info(tid)?[3].cast_signed())
}

/// Where a signal that is about to be delivered comes from.
pub(super) fn sender(tid: i32) -> Result<Sender, Errno> {
    // SAFETY: a siginfo_t is plain data.
    let mut info: libc::siginfo_t = unsafe { std::mem::zeroed() };
    ptrace(libc::PTRACE_GETSIGINFO, tid, 0, (&raw mut info) as usize)?;
    // SAFETY: the kernel filled it; where the signal has no sender the field is another number, which is not used then.
    let pid = unsafe { info.si_pid() };
    Ok(Sender { code: info.si_code, pid })
}

/// What a tracee has to tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum News {
    Stop(Stop),
    Death(Death),
}

/// What comes next, if something has come. It is not taken note of: a stop is over as soon as the tracee goes on, or see
/// [`take_note`]; an end is there until [`let_go`].
///
/// # Errors
/// `ECHILD`: there are no tracees.
pub(super) fn next() -> Result<Option<News>, Errno> {
    loop {
        // SAFETY: a siginfo_t is plain data, and the kernel fills it.
        let mut info: libc::siginfo_t = unsafe { std::mem::zeroed() };
        let options = libc::WEXITED | libc::WSTOPPED | libc::WNOWAIT | libc::WNOHANG | libc::__WALL;
        // SAFETY: the pointer is to a valid siginfo_t.
        if unsafe { libc::waitid(libc::P_ALL, 0, &raw mut info, options) } != 0 {
            match Errno::last() {
                Errno::EINTR => continue,
                errno => return Err(errno),
            }
        }
        // SAFETY: waitid filled them; the pid is 0 where there was nobody.
        let (tid, status) = unsafe { (info.si_pid(), info.si_status()) };
        return Ok(match info.si_code {
            _ if tid == 0 => None,
            libc::CLD_EXITED => Some(News::Death(Death { tid, exitcode: status, core: false })),
            libc::CLD_KILLED => Some(News::Death(Death { tid, exitcode: -status, core: false })),
            libc::CLD_DUMPED => Some(News::Death(Death { tid, exitcode: -status, core: true })),
            _ => Some(News::Stop(Stop { tid, signal: status & 0xff, event: status >> 8 })),
        });
    }
}

/// Takes note of a stop that is to last, so that it does not come again.
pub(super) fn take_note(tid: i32) {
    // SAFETY: a null siginfo is allowed.
    unsafe {
        let options = libc::WSTOPPED | libc::WNOHANG | libc::__WALL;
        libc::waitid(libc::P_PID, tid.cast_unsigned(), std::ptr::null_mut(), options);
    }
}

/// Takes note of an end: its parent can reap it from now on.
pub(super) fn let_go(tid: i32) {
    // SAFETY: a null siginfo is allowed.
    unsafe {
        let options = libc::WEXITED | libc::WNOHANG | libc::__WALL;
        libc::waitid(libc::P_PID, tid.cast_unsigned(), std::ptr::null_mut(), options);
    }
}

/// Reads a tracee's memory into the buffers, from these addresses on; gives how many bytes could be read, one after the
/// other.
pub(super) fn read(tid: i32, from: &[u64], into: &mut [IoSliceMut<'_>]) -> usize {
    let remote: Vec<libc::iovec> = from
        .iter()
        .zip(into.iter())
        .map(|(address, buffer)| libc::iovec { iov_base: *address as *mut c_void, iov_len: buffer.len() })
        .collect();
    // SAFETY: an IoSliceMut has the layout of an iovec and is a valid buffer; the other addresses are the tracee's, and the
    // kernel checks them.
    let got = unsafe {
        libc::process_vm_readv(
            tid,
            into.as_mut_ptr().cast(),
            remote.len() as libc::c_ulong,
            remote.as_ptr(),
            remote.len() as libc::c_ulong,
            0,
        )
    };
    usize::try_from(got).unwrap_or(0)
}

/// Changes a word of a tracee's memory, wherever it may write itself or not.
pub(super) fn poke(tid: i32, address: u64, word: u64) -> Result<(), Errno> {
    ptrace(libc::PTRACE_POKEDATA, tid, address as usize, word as usize).map(drop)
}
