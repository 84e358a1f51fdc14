//! The call in whose middle a tracee stands, where we are its tracer and it is stopped before a signal; see ptrace(2).
//!
//! /proc tells the number of the last call, also of one that is over: only the registers say that it was interrupted.

use super::place::Place;
use nix::sys::ptrace::getregs;
use nix::unistd::Pid;

/// None where it is not ours, or does not stand still.
#[cfg(target_arch = "x86_64")]
pub fn place(tid: i32) -> Option<Place> {
    /// EINTR, ERESTARTSYS, ERESTARTNOINTR, ERESTARTNOHAND, ERESTART_RESTARTBLOCK of linux/errno.h.
    const INTERRUPTED: [i64; 5] = [-4, -512, -513, -514, -516];
    let registers = getregs(Pid::from_raw(tid)).ok()?;
    let number = registers.orig_rax.cast_signed();
    let result = registers.rax.cast_signed();
    // A write that waits for room gives back how far it has come.
    let part = number == libc::SYS_write && result >= 0 && registers.rax < registers.rdx;
    if number < 0 || !(part || INTERRUPTED.contains(&result)) {
        return Some(Place::Outside);
    }
    let args = [registers.rdi, registers.rsi, registers.rdx, registers.r10, registers.r8, registers.r9];
    Some(Place::Call { number, args })
}

/// Here the kernel has already put everything back for the call to be made again: it stands before its instruction.
#[cfg(target_arch = "aarch64")]
pub fn place(tid: i32) -> Option<Place> {
    const SVC: u32 = 0xd400_0001;
    let registers = getregs(Pid::from_raw(tid)).ok()?;
    if super::memory::Memory::of(tid).u32(registers.pc) != Some(SVC) {
        return Some(Place::Outside);
    }
    let [a, b, c, d, e, f, ..] = registers.regs;
    Some(Place::Call { number: registers.regs[8].cast_signed(), args: [a, b, c, d, e, f] })
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
pub fn place(_tid: i32) -> Option<Place> {
    None
}
