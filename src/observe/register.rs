//! Registers of a tracee, where the kernel has no call that is the same for every machine: user_regs_struct of
//! sys/user.h, ptrace(2) PTRACE_GETREGSET.

use crate::process::Errno;
use std::ffi::c_void;

const NT_PRSTATUS: usize = 1;

#[cfg(target_arch = "x86_64")]
type Registers = libc::user_regs_struct;
#[cfg(target_arch = "aarch64")]
type Registers = libc::user_regs_struct;

fn transfer(request: u32, tid: i32, registers: &mut Registers) -> Result<(), Errno> {
    let mut buffer = libc::iovec {
        iov_base: std::ptr::from_mut(registers).cast::<c_void>(),
        iov_len: size_of::<Registers>(),
    };
    // SAFETY: the buffer is as long as told.
    let done = unsafe { libc::ptrace(request, tid, NT_PRSTATUS, &raw mut buffer) };
    if done == -1 { Err(Errno::last()) } else { Ok(()) }
}

fn get(tid: i32) -> Result<Registers, Errno> {
    // SAFETY: registers are plain data.
    let mut registers: Registers = unsafe { std::mem::zeroed() };
    transfer(libc::PTRACE_GETREGSET, tid, &mut registers)?;
    Ok(registers)
}

/// The number and the first argument of the call that a tracee is in.
pub(super) fn call(tid: i32) -> Result<(i64, u64), Errno> {
    let registers = get(tid)?;
    #[cfg(target_arch = "x86_64")]
    return Ok((registers.orig_rax.cast_signed(), registers.rdi));
    #[cfg(target_arch = "aarch64")]
    return Ok((registers.regs[8].cast_signed(), registers.regs[0]));
}

/// Changes the first argument of the call that the filter stopped.
pub(super) fn set_first_argument(tid: i32, value: u64) -> Result<(), Errno> {
    let mut registers = get(tid)?;
    #[cfg(target_arch = "x86_64")]
    {
        registers.rdi = value;
    }
    #[cfg(target_arch = "aarch64")]
    {
        registers.regs[0] = value;
    }
    transfer(libc::PTRACE_SETREGSET, tid, &mut registers)
}

/// Makes the call that the filter stopped fail with this error, without being done; see seccomp(2), SECCOMP_RET_TRACE.
pub(super) fn refuse(tid: i32, errno: Errno) -> Result<(), Errno> {
    let mut registers = get(tid)?;
    #[cfg(target_arch = "x86_64")]
    {
        registers.orig_rax = u64::MAX;
        registers.rax = i64::from(-errno.0).cast_unsigned();
    }
    #[cfg(target_arch = "aarch64")]
    {
        const NT_ARM_SYSTEM_CALL: usize = 0x404;
        let mut number: i32 = -1;
        let mut buffer =
            libc::iovec { iov_base: (&raw mut number).cast::<c_void>(), iov_len: size_of::<i32>() };
        // SAFETY: the buffer is as long as told.
        unsafe { libc::ptrace(libc::PTRACE_SETREGSET, tid, NT_ARM_SYSTEM_CALL, &raw mut buffer) };
        registers.regs[0] = i64::from(-errno.0).cast_unsigned();
    }
    transfer(libc::PTRACE_SETREGSET, tid, &mut registers)
}

/// A call that is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Over {
    pub number: i64,
    pub arguments: [u64; 6],
    /// Where its instruction ends.
    pub place: u64,
    /// Minus an errno where it failed.
    pub result: i64,
}

/// The call that a tracee which stands before a signal has come from; none where it was in none, and of a 32-bit program.
#[cfg(target_arch = "x86_64")]
pub(super) fn over(tid: i32) -> Option<Over> {
    /// The code segment of a program of 64 bits; see asm/segment.h.
    const WHOLE: u64 = 0x33;
    let registers = get(tid).ok()?;
    let number = registers.orig_rax.cast_signed();
    (registers.cs == WHOLE && number >= 0).then_some(Over {
        number,
        arguments: [registers.rdi, registers.rsi, registers.rdx, registers.r10, registers.r8, registers.r9],
        place: registers.rip,
        result: registers.rax.cast_signed(),
    })
}

/// Here the kernel has decided before whether a call begins anew, and what it was called with is lost.
#[cfg(not(target_arch = "x86_64"))]
pub(super) fn over(_tid: i32) -> Option<Over> {
    None
}

/// Has a tracee do a call once more that is over, with another second and third argument; see syscall(2).
#[cfg(target_arch = "x86_64")]
pub(super) fn do_again(tid: i32, call: &Over, second: u64, third: u64) -> Result<(), Errno> {
    /// Of `syscall`.
    const INSTRUCTION: u64 = 2;
    let mut registers = get(tid)?;
    // It is in no call now, so that the kernel changes nothing of this.
    registers.orig_rax = u64::MAX;
    registers.rax = call.number.cast_unsigned();
    registers.rip = call.place.wrapping_sub(INSTRUCTION);
    (registers.rsi, registers.rdx) = (second, third);
    transfer(libc::PTRACE_SETREGSET, tid, &mut registers)
}

#[cfg(not(target_arch = "x86_64"))]
pub(super) fn do_again(_tid: i32, _call: &Over, _second: u64, _third: u64) -> Result<(), Errno> {
    Err(Errno::ENOSYS)
}

/// As if the call were over with this result, whether it was done once more or is only about to be.
#[cfg(target_arch = "x86_64")]
pub(super) fn set_over(tid: i32, call: &Over) -> Result<(), Errno> {
    let mut registers = get(tid)?;
    registers.rax = call.result.cast_unsigned();
    registers.rip = call.place;
    (registers.rsi, registers.rdx) = (call.arguments[1], call.arguments[2]);
    transfer(libc::PTRACE_SETREGSET, tid, &mut registers)
}

#[cfg(not(target_arch = "x86_64"))]
pub(super) fn set_over(_tid: i32, _call: &Over) -> Result<(), Errno> {
    Err(Errno::ENOSYS)
}

/// Changes the result of the call that is over.
pub(super) fn set_result(tid: i32, result: i64) -> Result<(), Errno> {
    let mut registers = get(tid)?;
    #[cfg(target_arch = "x86_64")]
    {
        registers.rax = result.cast_unsigned();
    }
    #[cfg(target_arch = "aarch64")]
    {
        registers.regs[0] = result.cast_unsigned();
    }
    transfer(libc::PTRACE_SETREGSET, tid, &mut registers)
}
