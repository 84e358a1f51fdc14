//! The calls that stop for the tracer, and the filter that makes them stop: seccomp(2), bpf of linux/filter.h.
//!
//! Everything else goes through at full speed. What the filter cannot judge by its number, the calls of another
//! architecture (32-bit programs, x32), goes through as well: of such a program forks, executions, ends and the
//! delivery of signals are seen all the same, for these stop by themselves.

use std::mem::offset_of;

/// A call that stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Call {
    Exec,
    ExecAt,
    Wait4,
    WaitId,
    Kill,
    Tkill,
    Tgkill,
    Queue,
    TgQueue,
    PidfdSend,
    SetGroup,
    SetSession,
    Pipe,
    Clone,
    Clone3,
}

/// Each with its number and its name. `clone` stops only where it asks for a child that is not traced.
const CALLS: &[(i64, Call, &str)] = &[
    (libc::SYS_execve, Call::Exec, "execve"),
    (libc::SYS_execveat, Call::ExecAt, "execveat"),
    (libc::SYS_wait4, Call::Wait4, "wait4"),
    (libc::SYS_waitid, Call::WaitId, "waitid"),
    (libc::SYS_kill, Call::Kill, "kill"),
    (libc::SYS_tkill, Call::Tkill, "tkill"),
    (libc::SYS_tgkill, Call::Tgkill, "tgkill"),
    (libc::SYS_rt_sigqueueinfo, Call::Queue, "rt_sigqueueinfo"),
    (libc::SYS_rt_tgsigqueueinfo, Call::TgQueue, "rt_tgsigqueueinfo"),
    (libc::SYS_pidfd_send_signal, Call::PidfdSend, "pidfd_send_signal"),
    (libc::SYS_setpgid, Call::SetGroup, "setpgid"),
    (libc::SYS_setsid, Call::SetSession, "setsid"),
    #[cfg(target_arch = "x86_64")]
    (libc::SYS_pipe, Call::Pipe, "pipe"),
    (libc::SYS_pipe2, Call::Pipe, "pipe2"),
    (libc::SYS_clone, Call::Clone, "clone"),
    (libc::SYS_clone3, Call::Clone3, "clone3"),
];

/// The child would not be traced: CLONE_UNTRACED of clone(2).
pub(super) const UNTRACED: u64 = libc::CLONE_UNTRACED as u64;

/// What the filter gives with a stop, so that it is told from one of a filter that the program has made itself.
pub(super) const OURS: u16 = 0x7072;

#[cfg(target_arch = "x86_64")]
const ARCHITECTURE: u32 = 0xc000_003e;
#[cfg(target_arch = "aarch64")]
const ARCHITECTURE: u32 = 0xc000_00b7;

/// Which one it is, and what it is called.
pub(super) fn of_number(number: i64) -> Option<(Call, &'static str)> {
    CALLS.iter().find(|(known, _, _)| *known == number).map(|(_, call, name)| (*call, *name))
}

fn load(offset: usize) -> libc::sock_filter {
    instruction(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0, offset as u32)
}

fn give(action: u32) -> libc::sock_filter {
    instruction(libc::BPF_RET | libc::BPF_K, 0, 0, action)
}

fn instruction(code: u32, jt: usize, jf: usize, k: u32) -> libc::sock_filter {
    libc::sock_filter { code: code as u16, jt: jt as u8, jf: jf as u8, k }
}

/// The filter. It is short, and the kernel remembers for which numbers it always lets a call through.
pub(super) fn filter() -> Vec<libc::sock_filter> {
    const JUMP: u32 = libc::BPF_JMP | libc::BPF_K;
    /// Calls of x32 have this bit in their number.
    const X32: u32 = 0x4000_0000;
    let always: Vec<u32> =
        CALLS.iter().filter(|(_, call, _)| *call != Call::Clone).map(|row| row.0 as u32).collect();
    let first_half = offset_of!(libc::seccomp_data, args) + if cfg!(target_endian = "big") { 4 } else { 0 };
    let mut program = vec![
        load(offset_of!(libc::seccomp_data, arch)),
        instruction(JUMP | libc::BPF_JEQ, 1, 0, ARCHITECTURE),
        give(libc::SECCOMP_RET_ALLOW),
        load(offset_of!(libc::seccomp_data, nr)),
        instruction(JUMP | libc::BPF_JGE, 0, 1, X32),
        give(libc::SECCOMP_RET_ALLOW),
        instruction(JUMP | libc::BPF_JEQ, 0, 2, libc::SYS_clone as u32),
        load(first_half),
        // What stops is behind all the comparisons and the ALLOW.
        instruction(JUMP | libc::BPF_JSET, always.len() + 1, always.len(), UNTRACED as u32),
    ];
    for (index, number) in always.iter().enumerate() {
        program.push(instruction(JUMP | libc::BPF_JEQ, always.len() - index, 0, *number));
    }
    program.push(give(libc::SECCOMP_RET_ALLOW));
    program.push(give(libc::SECCOMP_RET_TRACE | u32::from(OURS)));
    program
}
